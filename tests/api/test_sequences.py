"""Marketing sequences over HTTP, and the way of an order through one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from domain.customers import Customer, GiveConsent, WithdrawConsent
from domain.enrolments import Enrolment, enrolment_id_of
from domain.messages import Message
from domain.orders.order import Order
from domain.processes import PROCESSES
from projections.access.unsubscribing import unsubscribe_token
from projections.desk import simulation
from projections.runtime import Runtime
from projections.work import schedule
from tests.api.desk import API, NOBODY, ORDERS, News, eur, place
from tests.api.test_problems import refused
from tests.fixtures_api import context_of
from tests.workers.working import counts, eventually, working
from workers.effects import PERFORMED
from workers.marketing.steps import step_id
from workers.projecting import Projecting
from workers.tools import Job, Performer, Retry, Tools

SEQUENCES = f"{API}/sequences"
ENROLMENTS = f"{API}/enrolments"
SECRET = "a secret of the tests"
MAIL = {"kind": "mail", "mail": {"en": {"subject": "Thanks for {{ order.number }}", "html": "<p>Thank you.</p>"}}}
FULL: dict[str, Any] = {
    "name": "After the sale",
    "trigger": {"on": "placed"},
    "filter": {"sku": "CUP-*", "total_min": eur("5.00"), "first_order": True},
    "steps": [
        {"kind": "wait", "days": 1, "hours": 2},
        MAIL,
        {"kind": "tag", "owner": "order", "tags": ["asked"]},
        {"kind": "webhook", "url": "https://example.com/hook", "secret": SECRET},
    ],
    "exits": ["refunded", "unsubscribed"],
}


def define(client: FlaskClient, *steps: dict[str, Any], **told: Any) -> dict[str, Any]:
    """A sequence that is started and begins when an order is placed."""
    asked = {"name": "Thanks", "trigger": {"on": "placed"}, "steps": list(steps) or [MAIL], **told}
    answer = client.post(SEQUENCES, json=asked)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    sequence: dict[str, Any] = answer.get_json()
    started: dict[str, Any] = client.post(f"{SEQUENCES}/{sequence['id']}/start").get_json()
    return started


def consenting(runtime: Runtime, client: FlaskClient) -> UUID:
    """Nora's card, who agreed to marketing when she placed an order."""
    order = place(client)
    customer_id = runtime.log.load(Order, UUID(order["id"])).customer_id
    assert customer_id
    runtime.desk.handle(
        GiveConsent(customer_id=customer_id, context=context_of(), proof="I agree to mails", source="shop")
    )
    return customer_id


def enrolment(runtime: Runtime, sequence: dict[str, Any], order: dict[str, Any]) -> Enrolment:
    with runtime.log.session() as session:
        return session.load_or_blank(Enrolment, enrolment_id_of(UUID(sequence["id"]), UUID(order["id"])))


@contextmanager
def at_work(runtime: Runtime) -> Iterator[None]:
    """A worker with all its processes and performers."""
    with working(runtime, PERFORMED, tuple(PROCESSES.values())):
        yield


class TestWriting:
    def test_a_sequence_is_written_read_and_started(self, client: FlaskClient, news: News) -> None:
        answer = client.post(SEQUENCES, json=FULL)
        written = answer.get_json()
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"{SEQUENCES}/{written['id']}"
        assert (written["version"], written["started"]) == (1, False)
        assert written["steps"][0] == {"kind": "wait", "minutes": 26 * 60}
        assert written["steps"][3] == {"kind": "webhook", "url": "https://example.com/hook"}
        assert written["filter"]["total_min"] == eur("5.00")
        assert news.topics() == ["sequence.defined"]
        assert client.get(answer.headers["Location"]).get_json() == written
        assert client.post(f"{SEQUENCES}/{written['id']}/start").get_json()["started"] is True
        assert client.post(f"{SEQUENCES}/{written['id']}/stop").get_json()["started"] is False
        assert news.topics() == ["sequence.started", "sequence.stopped"]
        assert client.get(SEQUENCES).get_json()["items"][0]["id"] == written["id"]

    def test_the_secret_of_a_webhook_is_stored_sealed_and_never_shown(
        self, client: FlaskClient, runtime: Runtime
    ) -> None:
        written = client.post(SEQUENCES, json=FULL)
        assert SECRET not in written.get_data(as_text=True)
        with runtime.reading() as connection:
            rows = connection.execute("SELECT state::text FROM log.events").fetchall()
        assert not [row for row in rows if SECRET in row[0]]

    def test_a_change_is_a_new_version(self, client: FlaskClient) -> None:
        sequence = define(client)
        told = {"name": "Many thanks", "trigger": {"on": "paid"}, "steps": [MAIL]}
        changed = client.put(f"{SEQUENCES}/{sequence['id']}", json=told).get_json()
        assert (changed["version"], changed["name"], changed["started"]) == (2, "Many thanks", True)

    def test_the_same_key_writes_one_sequence(self, client: FlaskClient) -> None:
        answers = [client.post(SEQUENCES, json=FULL, headers={"Idempotency-Key": "once"}) for _ in range(2)]
        assert answers[0].get_json() == answers[1].get_json()
        assert len(client.get(SEQUENCES).get_json()["items"]) == 1

    @pytest.mark.parametrize(
        ("change", "pointer", "code"),
        [
            ({"steps": []}, "/steps", "invalid-value"),
            ({"steps": [{"kind": "wait"}]}, "/steps/0/minutes", "missing-field"),
            ({"steps": [{"kind": "tag", "tags": ["a"]}]}, "/steps/0/owner", "missing-field"),
            (
                {"steps": [{"kind": "tag", "owner": "order", "tags": ["a"], "url": "x"}]},
                "/steps/0/url",
                "unknown-field",
            ),
            ({"trigger": {"on": "status"}}, "/trigger/status", "wrong-trigger"),
            (
                {"filter": {"total_min": eur("1.00"), "total_max": {"amount": "1", "currency": "JPY"}}},
                "/filter/total_max",
                "foreign-currency",
            ),
        ],
    )
    def test_what_is_not_told_right_is_refused(
        self, client: FlaskClient, news: News, change: dict[str, Any], pointer: str, code: str
    ) -> None:
        problem = refused(client.post(SEQUENCES, json={**FULL, **change}), 422, "invalid-fields")
        assert pointer in [error["pointer"] for error in problem["errors"]]
        assert code in [error["code"] for error in problem["errors"]]
        assert news.events() == []

    @pytest.mark.parametrize("html", ["<p>{{ order.number</p>", "<p>{{ nothing }}</p>", "{{ ''.__class__.__mro__ }}"])
    def test_words_that_are_no_template_are_refused(self, client: FlaskClient, html: str) -> None:
        step = {"kind": "mail", "mail": {"en": {"subject": "Thanks", "html": html}}}
        problem = refused(client.post(SEQUENCES, json={**FULL, "steps": [step]}), 422, "invalid-fields")
        assert [error["pointer"] for error in problem["errors"]] == ["/steps/0/mail/en/html"]

    def test_the_way_out_may_be_named(self, client: FlaskClient) -> None:
        words = {"subject": "Thanks", "html": "<a href='{{ facts.unsubscribe }}'>No more</a>"}
        steps = [{"kind": "mail", "mail": {"en": words}}]
        assert client.post(SEQUENCES, json={**FULL, "steps": steps}).status_code == 201

    @pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.8:8080", "localhost"])
    def test_a_webhook_on_a_private_address_is_refused(self, client: FlaskClient, news: News, host: str) -> None:
        step = {"kind": "webhook", "url": f"http://{host}/hook", "secret": SECRET}
        problem = refused(client.post(SEQUENCES, json={**FULL, "steps": [step]}), 422, "private-target")
        assert problem["errors"][0]["pointer"] == "/steps/0/url"
        assert news.events() == []

    @pytest.mark.parametrize("url", ["http://[bad", "https://", "mailto:a@example.com", "https://example.com:0x1"])
    def test_a_webhook_without_an_address_is_refused(self, client: FlaskClient, url: str) -> None:
        step = {"kind": "webhook", "url": url, "secret": SECRET}
        refused(client.post(SEQUENCES, json={**FULL, "steps": [step]}), 422, "wrong-webhook-address")

    def test_a_sequence_that_would_loop_is_refused(self, client: FlaskClient) -> None:
        step = {"kind": "tag", "owner": "customer", "tags": ["vip"]}
        told = {**FULL, "filter": {"tag": "vip"}, "steps": [step]}
        refused(client.post(SEQUENCES, json=told), 422, "sequence-loops")

    def test_an_auditor_reads_and_writes_nothing(
        self, client: FlaskClient, client_as: Callable[..., FlaskClient]
    ) -> None:
        auditor, sequence = client_as("auditor"), define(client)
        assert auditor.get(SEQUENCES).status_code == 200
        refused(auditor.post(SEQUENCES, json=FULL), 403, "permission-missing")
        refused(auditor.post(f"{SEQUENCES}/{sequence['id']}/stop"), 403, "permission-missing")
        refused(client.get(f"{SEQUENCES}/{NOBODY}"), 404, "sequence-not-found")


class TestTheWay:
    def test_a_placed_order_is_mailed_tagged_and_told(
        self, client: FlaskClient, runtime: Runtime, projecting: Projecting
    ) -> None:
        customer_id = consenting(runtime, client)
        tags = {"kind": "tag", "owner": "order", "tags": ["asked"]}
        card = {"kind": "tag", "owner": "customer", "tags": ["buyer"]}
        sequence = define(client, MAIL, tags, card)
        with at_work(runtime):
            order = place(client)
            eventually(lambda: enrolment(runtime, sequence, order).reason == "completed", "it came to its end")
            message_id = step_id(enrolment(runtime, sequence, order).id, 1)
            eventually(lambda: runtime.log.load(Message, message_id).state == "kept", "the mail was written")
        message = runtime.log.load(Message, message_id)
        assert message.copy
        assert message.copy.subject == f"Thanks for {order['number']}"
        assert "/unsubscribe/" in str(message.copy.html)
        assert runtime.log.load(Order, UUID(order["id"])).tags == ("asked",)
        assert runtime.log.load(Customer, customer_id).tags == ("buyer",)
        listed = client.get(
            f"{SEQUENCES}/{sequence['id']}/enrolments", headers={"X-Min-Position": str(runtime.log.head())}
        ).get_json()
        [row] = listed["items"]
        assert (row["state"], row["step"], row["outcome"], row["order_id"]) == ("completed", 3, "done", order["id"])
        assert client.get(ENROLMENTS, query_string={"customer_id": NOBODY}).get_json()["items"] == []

    def test_without_consent_nobody_is_enrolled_for_mail(self, client: FlaskClient, runtime: Runtime) -> None:
        mails, tags = define(client), define(client, {"kind": "tag", "owner": "order", "tags": ["seen"]}, name="Tag")
        with at_work(runtime):
            order = place(client)
            eventually(lambda: enrolment(runtime, tags, order).reason == "completed", "the other one ended")
        assert not enrolment(runtime, mails, order).exists

    def test_a_change_does_not_disturb_who_is_under_way(self, client: FlaskClient, runtime: Runtime) -> None:
        wait, first = {"kind": "wait", "hours": 1}, {"kind": "tag", "owner": "order", "tags": ["first"]}
        sequence = define(client, wait, first)
        with at_work(runtime):
            order = place(client)
            eventually(lambda: _waiting(runtime), "the step waits for its time")
            told = {"name": "Other", "trigger": {"on": "placed"}, "steps": [{**first, "tags": ["second"]}]}
            client.put(f"{SEQUENCES}/{sequence['id']}", json=told)
            _pass(runtime, timedelta(hours=1))
            eventually(lambda: enrolment(runtime, sequence, order).reason == "completed", "the first version ended")
        assert runtime.log.load(Order, UUID(order["id"])).tags == ("first",)
        assert enrolment(runtime, sequence, order).sequence_version == 1

    @pytest.mark.parametrize("reason", ["refunded", "cancelled"])
    def test_an_order_that_ends_leaves_the_sequence(self, client: FlaskClient, runtime: Runtime, reason: str) -> None:
        sequence = define(client, {"kind": "wait", "days": 1}, {"kind": "tag", "owner": "order", "tags": ["late"]})
        with at_work(runtime):
            order = place(client)
            eventually(lambda: enrolment(runtime, sequence, order).is_under_way, "the order began")
            path = f"{ORDERS}/{order['id']}"
            if reason == "refunded":
                client.post(f"{path}/payments", json={"method": "card"})
                client.post(f"{path}/refunds", json={"goodwill": eur("1.00")})
            else:
                client.post(f"{path}/status", json={"status": "cancelled", "stock": "leave"})
            eventually(lambda: enrolment(runtime, sequence, order).reason == reason, f"left because {reason}")
            _pass(runtime, timedelta(days=1))
            eventually(lambda: not counts(runtime), "the step was looked at")
        assert runtime.log.load(Order, UUID(order["id"])).tags == ()


class TestLeaving:
    def test_one_click_withdraws_consent_and_ends_every_enrolment(
        self, client: FlaskClient, stranger: FlaskClient, runtime: Runtime, projecting: Projecting
    ) -> None:
        customer_id = consenting(runtime, client)
        sequence = define(client, {"kind": "wait", "days": 1}, MAIL)
        with at_work(runtime):
            orders = [place(client) for _ in range(2)]
            eventually(lambda: all(enrolment(runtime, sequence, one).is_under_way for one in orders), "both began")
            path = "/unsubscribe/" + unsubscribe_token(runtime.log.keys, enrolment(runtime, sequence, orders[0]).id)
            page = stranger.get(path)
            assert page.status_code == 200
            assert "<button" in page.get_data(as_text=True)
            assert "form-action 'self'" in page.headers["Content-Security-Policy"]
            assert _consents(runtime, customer_id)
            for _ in range(2):
                left = stranger.post(path, data={"List-Unsubscribe": "One-Click"})
                assert left.status_code == 200
            eventually(
                lambda: all(enrolment(runtime, sequence, one).reason == "unsubscribed" for one in orders), "both ended"
            )
        assert not _consents(runtime, customer_id)

    def test_a_mail_that_has_not_left_yet_is_kept_back(
        self, client: FlaskClient, runtime: Runtime, projecting: Projecting
    ) -> None:
        customer_id = consenting(runtime, client)
        sequence = define(client, MAIL)
        silent = {kind: performer for kind, performer in PERFORMED.items() if kind != "mail.send"}
        silent["mail.send"] = Performer(_never, repeatable=True)
        with working(runtime, silent, tuple(PROCESSES.values())):
            order = place(client)
            eventually(lambda: enrolment(runtime, sequence, order).reason == "completed", "the mail was asked for")
            message_id = step_id(enrolment(runtime, sequence, order).id, 1)
            withdrawal = WithdrawConsent(customer_id=customer_id, context=context_of(), source="telephone")
            runtime.desk.handle(withdrawal)
            eventually(lambda: runtime.log.load(Message, message_id).state == "refused", "the mail was kept back")
        assert runtime.log.load(Message, message_id).code == "no-consent"

    @pytest.mark.parametrize("token", ["x", "AAAA", "é", "A" * 43, "A" * 2000])
    def test_a_link_that_was_not_made_here_is_refused(self, stranger: FlaskClient, token: str) -> None:
        assert stranger.get(f"/unsubscribe/{token}").status_code == 404
        assert stranger.post(f"/unsubscribe/{token}").status_code == 404

    def test_a_link_with_another_enrolment_is_refused(self, stranger: FlaskClient, runtime: Runtime) -> None:
        first, other = (unsubscribe_token(runtime.log.keys, uuid4()) for _ in range(2))
        assert stranger.post(f"/unsubscribe/{first[:20]}{other[20:]}").status_code == 404


class TestSimulation:
    def test_it_tells_whom_it_would_have_touched_and_touches_nobody(
        self, client: FlaskClient, runtime: Runtime, news: News
    ) -> None:
        before = datetime.now(UTC)
        unasked = place(client)
        consenting(runtime, client)
        order = place(client)
        sequence = client.post(
            SEQUENCES, json={"name": "Thanks", "trigger": {"on": "placed"}, "steps": [MAIL]}
        ).get_json()
        news.events()
        found = _simulated(client, sequence, before, datetime.now(UTC))
        assert (found["enrolled"], found["no_consent"]) == (1, 2)
        verdicts = {one["number"]: one["verdict"] for one in found["items"]}
        assert (verdicts[unasked["number"]], verdicts[order["number"]]) == ("no-consent", "enrolled")
        assert news.events() == []
        assert _simulated(client, sequence, before - timedelta(days=2), before)["items"] == []

    def test_tag_rules_tell_whom_they_would_have_tagged(self, client: FlaskClient, news: News) -> None:
        before = datetime.now(UTC)
        order = place(client)
        place(client)
        news.events()
        rules = {"rules": [{"pattern": "CUP-*", "tags": ["cups"], "on": "placed"}]}
        span = {"from": before.isoformat(), "to": datetime.now(UTC).isoformat()}
        found = client.post(f"{API}/settings/tag-rules/simulate", json=rules, query_string=span).get_json()
        assert found["count"] == 1
        assert (found["items"][0]["number"], found["items"][0]["tags"]) == (order["number"], ["cups"])
        assert news.events() == []

    def test_more_than_can_be_looked_at_in_time_is_refused(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(simulation, "PATIENCE", 0.0)
        before, sequence = datetime.now(UTC), define(client)
        place(client)
        span = {"from": before.isoformat(), "to": datetime.now(UTC).isoformat()}
        refused(client.post(f"{SEQUENCES}/{sequence['id']}/simulate", query_string=span), 422, "span-too-long")

    def test_a_span_that_ends_before_it_begins_is_refused(self, client: FlaskClient) -> None:
        sequence, now = define(client), datetime.now(UTC)
        span = {"from": now.isoformat(), "to": (now - timedelta(days=1)).isoformat()}
        refused(client.post(f"{SEQUENCES}/{sequence['id']}/simulate", query_string=span), 422, "invalid-fields")


def _simulated(client: FlaskClient, sequence: dict[str, Any], start: datetime, end: datetime) -> dict[str, Any]:
    span = {"from": start.isoformat(), "to": end.isoformat()}
    answer = client.post(f"{SEQUENCES}/{sequence['id']}/simulate", query_string=span)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def _consents(runtime: Runtime, customer_id: UUID) -> bool:
    consent = runtime.log.load(Customer, customer_id).consent
    return bool(consent and consent.given)


def _never(_tools: Tools, _job: Job) -> None:
    raise Retry("no-server")


def _waiting(runtime: Runtime) -> int:
    with runtime.reading() as connection:
        return connection.execute("SELECT count(*) FROM work.schedule").fetchall()[0][0]  # type: ignore[no-any-return]


def _pass(runtime: Runtime, time: timedelta) -> None:
    """Lets time pass: what waits in the schedule becomes due."""
    with runtime.reading() as connection:
        connection.execute("UPDATE work.schedule SET due_at = due_at - %s", (time,))
        schedule.tick(connection, datetime.now(UTC))
