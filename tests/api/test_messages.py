"""Messages and templates over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from domain.messages import ConfirmSent, RequestMessage, StoreCopy
from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, News, place
from tests.api.test_problems import refused
from tests.examples.facts import COPY
from tests.fixtures_api import context_of

MESSAGES = f"{API}/messages"
TEMPLATES = f"{API}/templates"
MERCI = {"subject": "Merci {{ order.number }}", "html": "<p>Merci {{ order.customer_name }}</p>"}


@pytest.fixture
def order(client: FlaskClient) -> dict[str, Any]:
    return place(client)


@pytest.fixture
def sent(runtime: Runtime, order: dict[str, Any]) -> str:
    """A message that was sent."""
    message_id = uuid4()
    command = RequestMessage(
        message_id=message_id,
        context=context_of(),
        template="status:pending",
        purpose="status",
        order_id=UUID(order["id"]),
        customer_id=UUID(order["customer"]["id"]),
    )
    runtime.desk.handle(command)
    runtime.desk.handle(StoreCopy(message_id=message_id, context=context_of(), copy=COPY))
    runtime.desk.handle(ConfirmSent(message_id=message_id, context=context_of()))
    return str(message_id)


def test_a_message_is_shown_with_its_copy(client: FlaskClient, sent: str) -> None:
    shown = client.get(f"{MESSAGES}/{sent}").get_json()
    assert (shown["state"], shown["recipient"], shown["template_version"]) == ("sent", "nora@example.com", 7)
    assert (shown["subject"], shown["html"]) == (COPY.subject, COPY.html)
    refused(client.get(f"{MESSAGES}/{uuid4()}"), 404, "message-not-found")


def test_a_mail_is_looked_at_as_a_page_that_can_do_nothing(
    client: FlaskClient, order: dict[str, Any], sent: str
) -> None:
    client.put(f"{TEMPLATES}/pending/en", json={**MERCI, "html": "<p style='color: red'>Merci</p>"})
    query = {"status": "pending", "locale": "en"}
    for page, html in (
        (client.get(f"{MESSAGES}/{sent}/look"), COPY.html),
        (client.get(f"{ORDERS}/{order['id']}/messages/look", query_string=query), None),
    ):
        assert (page.status_code, page.mimetype) == (200, "text/html")
        assert html is None or page.text == html
        policy = page.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "frame-ancestors 'self'", "form-action 'none'", "sandbox"} <= set(policy)
        assert not any("script" in part for part in policy)
        assert page.headers["X-Content-Type-Options"] == "nosniff"
    preview = client.post(f"{ORDERS}/{order['id']}/messages/preview", json=query).get_json()
    assert page.text == preview["html"]
    refused(client.get(f"{MESSAGES}/{uuid4()}/look"), 404, "message-not-found")
    refused(client.get(f"{ORDERS}/{order['id']}/messages/look?locale=xx"), 422, "unknown-locale")


@pytest.mark.usefixtures("projecting")
def test_messages_are_listed_and_stand_on_the_orders_timeline(
    client: FlaskClient, runtime: Runtime, order: dict[str, Any], sent: str
) -> None:
    fresh = {"X-Min-Position": str(runtime.log.head())}
    query = {"order_id": order["id"], "state": "sent", "purpose": "status", "count": "exact"}
    listed = client.get(MESSAGES, query_string=query, headers=fresh).get_json()
    assert [one["id"] for one in listed["items"]] == [sent]
    assert listed["count"] == {"value": 1, "exact": True}
    assert client.get(f"{MESSAGES}?state=refused", headers=fresh).get_json()["items"] == []
    timeline = client.get(f"{ORDERS}/{order['id']}/timeline", headers=fresh).get_json()["items"]
    about = [(one["topic"], one["message_id"]) for one in timeline if one["message_id"]]
    assert about == [(topic, sent) for topic in ("message.requested", "message.rendered", "message.sent")]
    assert "nora@example.com" not in str(timeline)


def test_a_message_is_sent_again_to_a_corrected_address(client: FlaskClient, sent: str, news: News) -> None:
    answer = client.post(f"{MESSAGES}/{sent}/resend", json={"to": "right@example.com"})
    assert answer.status_code == 201
    again = answer.get_json()
    assert (again["resend_of"], again["recipient"], again["purpose"]) == (sent, "right@example.com", "resend")
    assert news.topics() == ["message.requested"]
    refused(client.post(f"{MESSAGES}/{again['id']}/resend", json={}), 409, "message-under-way")
    refused(client.post(f"{MESSAGES}/{sent}/resend", json={"to": "nobody"}), 422, "bad-email")


def test_sending_again_twice_with_one_key_is_once(client: FlaskClient, sent: str, news: News) -> None:
    headers = {"Idempotency-Key": "again-1"}
    first, second = (client.post(f"{MESSAGES}/{sent}/resend", json={}, headers=headers) for _ in range(2))
    assert first.get_json()["id"] == second.get_json()["id"]
    assert news.topics() == ["message.requested"]


def test_what_came_back_is_noted_once(client: FlaskClient, sent: str, news: News) -> None:
    for _ in range(2):
        answer = client.post(f"{MESSAGES}/{sent}/bounce", json={"code": "5.2.2", "reply": "full"})
        assert (answer.get_json()["state"], answer.get_json()["reply"]) == ("bounced", "full")
    assert news.topics() == ["message.bounced"]


def test_a_forgotten_customers_mails_are_sealed(client: FlaskClient, order: dict[str, Any], sent: str) -> None:
    assert client.delete(f"{API}/customers/{order['customer']['id']}", headers={"If-Match": "*"}).status_code < 300
    shown = client.get(f"{MESSAGES}/{sent}").get_json()
    assert [shown[name] for name in ("recipient", "subject", "html", "text")] == [None] * 4


def test_the_mail_of_a_status_is_seen_on_an_order_without_being_sent(
    client: FlaskClient, order: dict[str, Any], news: News
) -> None:
    preview = f"{ORDERS}/{order['id']}/messages/preview"
    written = client.post(preview, json={"status": "shipped", "locale": "fr"}).get_json()
    assert written["subject"] == f"Votre commande {order['number']} est en route"
    refused(client.post(preview, json={"status": "lost"}), 422, "unknown-status")
    refused(client.post(preview, json={"locale": "tlh"}), 422, "unknown-locale")
    assert news.topics() == []


class TestTemplates:
    URL = f"{TEMPLATES}/pending/fr"

    def test_one_is_kept_shown_used_and_taken_back(
        self, client: FlaskClient, order: dict[str, Any], news: News
    ) -> None:
        kept = client.put(self.URL, json=MERCI).get_json()
        assert client.get(self.URL).get_json() == kept
        assert client.get(TEMPLATES).get_json()["items"] == [kept]
        preview = client.post(f"{ORDERS}/{order['id']}/messages/preview", json={"locale": "fr"}).get_json()
        assert preview["subject"] == f"Merci {order['number']}"
        assert client.delete(self.URL).status_code == 204
        refused(client.delete(self.URL), 404, "template-not-found")
        assert news.topics() == ["settings.template-set", "settings.template-removed"]

    @pytest.mark.parametrize("html", ["a\n{{ nix }}", "a\n{% for %}", "a\n{{ ''.__class__ }}"])
    def test_one_that_cannot_be_written_is_refused_with_its_line(
        self, client: FlaskClient, news: News, html: str
    ) -> None:
        problem = refused(client.put(self.URL, json={**MERCI, "html": html}), 422, "bad-template")
        assert "line 2" in str(problem)
        assert news.topics() == []

    @pytest.mark.parametrize(
        ("status", "said", "fact"),
        [
            ("pending", "Thank you", "order.number"),
            ("administrators", "Open the order", "facts.link"),
            ("payment-received", "received your payment", "facts.amount"),
            ("refund-made", "given back", "facts.amount"),
        ],
    )
    def test_the_standard_text_is_a_start_and_tells_its_names(
        self, client: FlaskClient, status: str, said: str, fact: str
    ) -> None:
        url = f"{TEMPLATES}/{status}/en"
        shown = client.get(url).get_json()
        assert shown["version"] == 0
        assert said in shown["html"]
        assert {fact, "order.lines[].name", "shop.name"} <= {*shown["names"]}
        kept = client.put(url, json={name: shown[name] for name in ("subject", "html")})
        assert kept.status_code == 200, kept.get_data(as_text=True)
        assert client.get(url).get_json() == kept.get_json()

    @pytest.mark.parametrize("place", ["lost/en", "pending/tlh", "administrators/tlh"])
    def test_of_what_there_is_no_mail_there_is_no_text(self, client: FlaskClient, place: str) -> None:
        refused(client.get(f"{TEMPLATES}/{place}"), 404, "template-not-found")

    def test_one_at_fault_is_refused_with_the_names_there_are(self, client: FlaskClient) -> None:
        html = "<p>{{ facts.link }}</p>"
        problem = refused(client.put(self.URL, json={**MERCI, "html": html}), 422, "bad-template")
        assert problem["errors"][0]["pointer"] == "/html"
        assert "order.customer_name" in problem["details"]["names"]
        assert client.put(f"{TEMPLATES}/administrators/fr", json={**MERCI, "html": html}).status_code == 200

    def test_one_is_tried_without_being_kept(self, client: FlaskClient, order: dict[str, Any], news: News) -> None:
        on_example = client.post(f"{TEMPLATES}/preview", json=MERCI).get_json()
        on_order = client.post(f"{TEMPLATES}/preview", json={**MERCI, "order_id": order["id"]}).get_json()
        assert (on_example["subject"], on_order["subject"]) == ("Merci C1001", f"Merci {order['number']}")
        assert news.topics() == []


def test_administrators_are_set(client: FlaskClient, news: News) -> None:
    answer = client.put(f"{API}/settings/notifications", json={"administrators": ["boss@example.com"]})
    assert answer.get_json()["administrators"] == ["boss@example.com"]
    refused(client.put(f"{API}/settings/notifications", json={"administrators": ["boss"]}), 422, "bad-email")
    assert (answer.get_json()["payment_received"], answer.get_json()["refund_made"]) == (True, True)
    off = client.put(f"{API}/settings/notifications", json={"administrators": [], "refund_made": False}).get_json()
    assert (off["administrators"], off["payment_received"], off["refund_made"]) == ([], True, False)
    kept = client.put(f"{API}/settings/notifications", json={"administrators": []}).get_json()
    assert kept["refund_made"] is False
    assert news.topics() == ["settings.notifications-set"] * 2
