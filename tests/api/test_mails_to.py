"""Whose e-mail address is used when: the bill's, the card's, and what correcting either does to both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.processes import PROCESSES
from projections.runtime import Runtime
from tests.api.desk import BILLING, CUSTOMERS, ORDERS, News, line, place
from tests.api.test_goods import done
from tests.api.test_problems import refused
from tests.workers.working import eventually, working
from workers.effects import PERFORMED

TYPO = {**BILLING, "email": "typo@exmaple.com"}
RIGHT = {**BILLING, "email": "typo@example.com"}


def card(client: FlaskClient, customer_id: str) -> dict[str, Any]:
    return done(client.get(f"{CUSTOMERS}/{customer_id}"), 200)


def read(client: FlaskClient, order: dict[str, Any]) -> dict[str, Any]:
    return done(client.get(f"{ORDERS}/{order['id']}"), 200)


def bill(client: FlaskClient, order: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return done(client.put(f"{ORDERS}/{order['id']}/billing-address", json={**BILLING, **facts}), 200)


def recipients(client: FlaskClient, runtime: Runtime, act: Callable[[], Any]) -> list[str]:
    """To whom the mails went that followed."""
    before = {row["id"] for row in client.get("/api/v1/messages").get_json()["items"]}
    with working(runtime, PERFORMED, tuple(PROCESSES.values())):
        act()

        def kept() -> bool:
            rows = client.get("/api/v1/messages").get_json()["items"]
            return any(row["id"] not in before and row["state"] == "kept" for row in rows)

        eventually(kept, "a mail")
    rows = [row for row in client.get("/api/v1/messages").get_json()["items"] if row["id"] not in before]
    return [client.get(f"/api/v1/messages/{row['id']}").get_json()["recipient"] for row in rows]


def test_an_address_corrected_on_the_bill_is_the_cards_too(client: FlaskClient, news: News) -> None:
    order = place(client, billing_address=TYPO)
    assert order["mails_to"] == "typo@exmaple.com"
    news.events()
    after = bill(client, order, email="typo@example.com")
    assert (after["mails_to"], after["customer"]["email"]) == ("typo@example.com", "typo@example.com")
    assert after["customer"]["id"] == order["customer"]["id"]
    assert news.topics() == ["order.billing-address-changed", "customer.updated"]
    known = card(client, order["customer"]["id"])
    assert (known["email"], known["emails"]) == ("typo@example.com", [])
    assert place(client, billing_address=RIGHT)["customer"]["id"] == order["customer"]["id"]


def test_an_address_that_was_corrected_leads_to_its_card_and_is_not_written_to(client: FlaskClient) -> None:
    order = place(client, billing_address=TYPO)
    bill(client, order, email="typo@example.com")
    again = place(client, billing_address=TYPO)
    assert again["customer"]["id"] == order["customer"]["id"]
    assert read(client, again)["mails_to"] == "typo@example.com"
    known = card(client, order["customer"]["id"])
    assert (known["email"], known["emails"]) == ("typo@example.com", [])


def test_an_address_corrected_on_the_card_is_where_mails_of_its_orders_go(client: FlaskClient) -> None:
    order = place(client, billing_address=TYPO)
    done(client.patch(f"{CUSTOMERS}/{order['customer']['id']}", json={"email": "typo@example.com"}), 200)
    assert read(client, order)["mails_to"] == "typo@example.com"


@pytest.mark.usefixtures("projecting")
@pytest.mark.parametrize("where", ["bill", "card"])
def test_status_mails_and_payment_links_go_to_the_corrected_address(
    client: FlaskClient, runtime: Runtime, where: str
) -> None:
    client.put("/api/v1/settings/payment-methods/online", json={"label": "Online", "provider": "sandbox"})
    order = place(client, billing_address=TYPO, notify=[])
    url = f"{ORDERS}/{order['id']}"
    if where == "bill":
        bill(client, order, email="typo@example.com")
    else:
        done(client.patch(f"{CUSTOMERS}/{order['customer']['id']}", json={"email": "typo@example.com"}), 200)

    def move() -> None:
        done(client.post(f"{url}/status", json={"status": "processing", "notify": ["customer"]}), 200)

    def link() -> None:
        done(client.post(f"{url}/payment-link", json={"mail": True}))

    assert recipients(client, runtime, move) == ["typo@example.com"]
    assert recipients(client, runtime, link) == ["typo@example.com"]


def test_a_bill_with_the_address_of_another_card_moves_an_order_whose_customer_is_known_by_the_typo_alone(
    client: FlaskClient, news: News
) -> None:
    nora = place(client)["customer"]["id"]
    order = place(client, billing_address={**BILLING, "email": "norra@example.com"})
    news.events()
    after = bill(client, order, email="nora@example.com")
    assert (after["customer"]["id"], after["mails_to"]) == (nora, "nora@example.com")
    assert "order.customer-assigned" in news.topics()


def test_a_bill_with_the_address_of_another_card_leaves_an_order_with_its_customer_who_is_known_otherwise(
    client: FlaskClient,
) -> None:
    place(client, billing_address={**BILLING, "email": "accounts@example.com"})
    customer = place(client)["customer"]["id"]
    order = place(client)
    after = bill(client, order, email="accounts@example.com")
    assert (after["customer"]["id"], after["mails_to"]) == (customer, "accounts@example.com")
    assert card(client, customer)["email"] == "nora@example.com"


def test_a_second_address_on_a_bill_is_a_further_one_of_the_card(client: FlaskClient) -> None:
    customer = place(client)["customer"]["id"]
    done(
        client.patch(f"{CUSTOMERS}/{customer}", json={"emails": ["office@example.com"], "phones": ["01 99 00 00 00"]}),
        200,
    )
    order = place(client, billing_address={**BILLING, "email": "office@example.com"})
    assert (order["customer"]["id"], order["mails_to"]) == (customer, "office@example.com")
    assert bill(client, order, email="home@example.com")["mails_to"] == "home@example.com"
    known = card(client, customer)
    assert (known["email"], known["emails"]) == ("nora@example.com", ["office@example.com", "home@example.com"])
    assert known["phones"] == ["01 99 00 00 00"]


def test_two_cards_never_share_an_address(client: FlaskClient, news: News) -> None:
    nora, otto = place(client)["customer"]["id"], done(client.post(CUSTOMERS, json={"name": "Otto"}))["id"]
    news.events()
    answer = client.patch(f"{CUSTOMERS}/{otto}", json={"emails": ["o@example.com", "NORA@example.com"]})
    assert refused(answer, 409, "customer-exists")["errors"][0]["pointer"] == "/emails/1"
    assert news.events() == []
    done(client.patch(f"{CUSTOMERS}/{nora}", json={"email": "n@example.com", "emails": ["nora@example.com"]}), 200)
    refused(client.patch(f"{CUSTOMERS}/{otto}", json={"email": "nora@example.com"}), 409, "customer-exists")
    done(client.patch(f"{CUSTOMERS}/{nora}", json={"emails": []}), 200)
    done(client.patch(f"{CUSTOMERS}/{otto}", json={"email": "nora@example.com"}), 200)


def test_a_forgotten_customer_is_written_to_no_more(client: FlaskClient) -> None:
    order = place(client)
    customer = order["customer"]["id"]
    done(client.patch(f"{CUSTOMERS}/{customer}", json={"email": "n@example.com", "emails": ["x@example.com"]}), 200)
    answer = client.delete(f"{CUSTOMERS}/{customer}", headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    after = read(client, order)
    assert (after["mails_to"], after["billing_address"], after["customer"]["name"]) == (None, None, None)
    for email in ("nora@example.com", "n@example.com", "x@example.com"):
        assert place(client, billing_address={**BILLING, "email": email})["customer"]["id"] != customer


def test_a_customer_chosen_fills_the_addresses(client: FlaskClient) -> None:
    customer = place(client)["customer"]["id"]
    order = done(client.post(ORDERS, json={"items": [line()], "customer_id": customer}))
    for name in ("billing_address", "shipping_address"):
        assert {field: order[name][field] for field in BILLING} == BILLING
    bare = done(client.post(ORDERS, json={"items": [line()], "customer_id": customer, "fill_addresses": False}))
    assert bare["billing_address"] is None
    url = f"{ORDERS}/{done(client.post(ORDERS, json={'items': [line()]}))['id']}/customer"
    assert done(client.put(url, json={"customer_id": customer, "addresses": "keep"}), 200)["billing_address"] is None
    filled = done(client.put(url, json={"customer_id": customer, "addresses": "move"}), 200)
    assert filled["shipping_address"]["city"] == "Paris"


def test_an_order_without_addresses_takes_those_of_its_customer(client: FlaskClient) -> None:
    customer = place(client)["customer"]["id"]
    url = f"{ORDERS}/{done(client.post(ORDERS, json={'items': [line()]}))['id']}/customer"
    assert done(client.put(url, json={"customer_id": customer}), 200)["billing_address"]["city"] == "Paris"


@pytest.mark.parametrize(
    ("choice", "city", "written_to"), [("move", "Lyon", "otto@example.com"), ("keep", "Paris", "otto@example.com")]
)
def test_giving_an_order_to_another_customer_asks_whether_addresses_move(
    client: FlaskClient, news: News, choice: str, city: str, written_to: str
) -> None:
    otto = place(client, billing_address={**BILLING, "name": "Otto", "city": "Lyon", "email": "otto@example.com"})
    order, told = place(client), {"customer_id": otto["customer"]["id"]}
    news.events()
    url = f"{ORDERS}/{order['id']}/customer"
    assert refused(client.put(url, json=told), 409, "address-choice-required")["errors"][0]["pointer"] == "/addresses"
    assert news.events() == []
    after = done(client.put(url, json={**told, "addresses": choice}), 200)
    assert (after["billing_address"]["city"], after["mails_to"]) == (city, written_to)


def test_a_customer_can_be_unset(client: FlaskClient, news: News) -> None:
    order = place(client)
    url = f"{ORDERS}/{order['id']}/customer"
    news.events()
    refused(client.put(url, json={"customer_id": None}), 409, "address-choice-required")
    after = done(client.put(url, json={"customer_id": None, "addresses": "keep"}), 200)
    assert (after["customer"], after["mails_to"]) == (None, None)
    assert news.topics() == ["order.customer-unset"]
    again = done(client.put(url, json={"customer_id": order["customer"]["id"], "addresses": "keep"}), 200)
    assert again["mails_to"] == "nora@example.com"
    gone = done(client.put(url, json={"customer_id": None, "addresses": "move"}), 200)
    assert (gone["billing_address"], gone["customer"]) == (None, None)
    done(client.put(f"{ORDERS}/{order['id']}/billing-address", json={"name": "Otto"}), 200)
    client.delete(f"{CUSTOMERS}/{order['customer']['id']}", headers={"If-Match": "*"})
    assert read(client, order)["billing_address"]["name"] == "Otto"


class TestAddressesGivenUp:
    """An address that a card gave up may become another card's; it is never that of two."""

    @pytest.fixture
    def former(self, client: FlaskClient) -> dict[str, Any]:
        """An order whose customer has another address by now than the one on the bill."""
        order = place(client)
        card = f"{CUSTOMERS}/{order['customer']['id']}"
        assert client.patch(card, json={"email": "new@example.com"}).status_code == 200
        return order

    def test_another_card_is_given_it_and_mails_go_where_they_should(
        self, client: FlaskClient, news: News, former: dict[str, Any]
    ) -> None:
        news.events()
        taken = client.post(CUSTOMERS, json={"name": "Nora's daughter", "email": BILLING["email"]})
        assert taken.status_code == 201, taken.get_data(as_text=True)
        assert news.topics() == ["customer.created", "customer.updated", "customer.email-given-over"]
        assert place(client)["customer"]["id"] == taken.get_json()["id"]
        assert client.get(f"{ORDERS}/{former['id']}").get_json()["mails_to"] == "new@example.com"
        back = client.patch(f"{CUSTOMERS}/{former['customer']['id']}", json={"email": BILLING["email"]})
        assert refused(back, 409, "customer-exists")["errors"][0]["pointer"] == "/email"

    def test_it_goes_back_once_the_other_card_gives_it_up(self, client: FlaskClient, former: dict[str, Any]) -> None:
        taken = client.post(CUSTOMERS, json={"name": "Other", "emails": [BILLING["email"]]}).get_json()
        assert client.patch(f"{CUSTOMERS}/{taken['id']}", json={"emails": []}).status_code == 200
        own = f"{CUSTOMERS}/{former['customer']['id']}"
        assert client.patch(own, json={"email": BILLING["email"]}).status_code == 200
        assert place(client)["customer"]["id"] == former["customer"]["id"]

    def test_who_gave_it_up_can_be_forgotten_and_who_has_it_too(
        self, client: FlaskClient, former: dict[str, Any]
    ) -> None:
        taken = client.post(CUSTOMERS, json={"name": "Other", "email": BILLING["email"]}).get_json()["id"]
        own = former["customer"]["id"]
        assert client.delete(f"{CUSTOMERS}/{own}", headers={"If-Match": "*"}).status_code == 200
        assert place(client)["customer"]["id"] == taken
        assert client.delete(f"{CUSTOMERS}/{taken}", headers={"If-Match": "*"}).status_code == 200
        assert place(client)["customer"]["id"] not in (own, taken)

    def test_an_address_that_a_card_has_stays_its_own(self, client: FlaskClient, former: dict[str, Any]) -> None:
        refused(client.post(CUSTOMERS, json={"name": "Other", "email": "new@example.com"}), 409, "customer-exists")
