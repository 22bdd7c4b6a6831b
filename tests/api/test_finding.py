"""The list of orders shows what an order shows now, and finds it by whatever somebody knows of it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.desk import BILLING, CUSTOMERS, ORDERS, line
from tests.api.test_goods import done

pytestmark = pytest.mark.usefixtures("projecting")
GIFT = {
    "name": "Élodie Cadeau", "company": "Atelier Rond", "line1": "1 Sample Street", "postcode": "69001",
    "city": "Lyon", "country": "FR", "phone": "+33 4 99 00 11 22",
}  # fmt: skip


def write(client: FlaskClient, method: str, url: str, **body: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """The answer to a write, and the header by which a list has it."""
    answer = getattr(client, method)(url, json=body)
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return answer.get_json(), {"X-Min-Position": answer.headers["X-Position"]}


def found(client: FlaskClient, seen: dict[str, str], q: str, url: str = ORDERS) -> list[dict[str, Any]]:
    answer = client.get(url, query_string={"q": q}, headers=seen)
    items: list[dict[str, Any]] = done(answer, 200)["items"]
    return items


def taken(client: FlaskClient, **facts: Any) -> tuple[dict[str, Any], dict[str, str]]:
    billing = {**BILLING, "company": "Nora Sàrl", "phone": "06 12 34 56 78"}
    return write(client, "post", ORDERS, items=[line()], billing_address=billing, shipping_address=GIFT, **facts)


def test_a_row_shows_the_name_and_address_of_the_corrected_bill(client: FlaskClient) -> None:
    told = {"name": "Zoé Dupont", "email": "zoe@example.com"}
    order, _ = write(client, "post", ORDERS, items=[line()], billing_address=told)
    corrected = {"name": "Zoé Dupond", "email": "z@example.com"}
    after, seen = write(client, "put", f"{ORDERS}/{order['id']}/billing-address", **corrected)
    [row] = found(client, seen, "dupond")
    assert row["customer"] == after["customer"] == {"id": order["customer"]["id"], **corrected}
    assert found(client, seen, "dupont") == []
    assert found(client, seen, "zoe@example.com") == []
    assert len(found(client, seen, "z@example.com")) == 1


@pytest.mark.parametrize(
    "phone",
    [
        "06 12 34 56 78", "+33612345678", "0612345678", "06.12.34.56.78", "+33 (0)6 12 34 56 78", "0033 6 12 34 56 78",
        "06-12-34-56-78", "612345678", "+33 4 99 00 11 22", "04 99 00 11 22",
    ],
)  # fmt: skip
def test_a_telephone_number_is_found_in_any_writing(client: FlaskClient, phone: str) -> None:
    order, seen = taken(client)
    assert [row["id"] for row in found(client, seen, phone)] == [order["id"]]
    assert found(client, seen, "06 12 34 56 79") == []


def test_an_order_is_found_by_whatever_is_known_of_it(client: FlaskClient) -> None:
    order, seen = taken(client)
    other, seen = write(client, "post", ORDERS, items=[line()], billing_address={"name": "Otto"})
    for q in ("elodie", "cadeau", "lyon", "paris nora", "atelier rond", "sarl", order["id"],
              f"#{order['number']}", order["number"].lower(), f" {order['id'].upper()} "):  # fmt: skip
        assert [row["id"] for row in found(client, seen, q)] == [order["id"]], q
    assert [row["id"] for row in found(client, seen, other["id"])] == [other["id"]]
    assert found(client, seen, "00000000-0000-4000-8000-000000000000") == []


def test_a_forgotten_person_is_found_by_nothing(client: FlaskClient) -> None:
    order, _ = taken(client)
    customer = order["customer"]["id"]
    version = client.get(f"{CUSTOMERS}/{customer}").headers["ETag"]
    answer = client.delete(f"{CUSTOMERS}/{customer}", headers={"If-Match": version})
    seen = {"X-Min-Position": answer.headers["X-Position"]}
    for q in ("nora", "elodie", "lyon", "0612345678", "sarl"):
        assert found(client, seen, q) == [], q
    [row] = found(client, seen, order["number"])
    assert row["customer"] == {"id": customer, "name": "", "email": ""}


def test_what_was_told_of_a_former_customer_is_not_found_under_the_next(client: FlaskClient) -> None:
    order, _ = taken(client)
    otto, _ = write(client, "post", CUSTOMERS, name="Otto", email="otto@example.com", phone="+49 151 23456789")
    url = f"{ORDERS}/{order['id']}/customer"
    _, seen = write(client, "put", url, customer_id=otto["id"], addresses="keep")
    for q in ("nora", "elodie", "lyon", "0612345678"):
        assert found(client, seen, q) == [], q
    assert len(found(client, seen, "otto")) == 1


def test_a_customer_is_found_by_every_number_and_address(client: FlaskClient) -> None:
    facts = {"phone": "+33612345678", "phones": ["01 99 00 00 01"], "emails": ["Office@example.com"]}
    card, seen = write(client, "post", CUSTOMERS, name="Nora", email="nora@example.com", **facts)
    for q in ("06 12 34 56 78", "+33 1 99 00 00 01", "office@example.com"):
        assert [row["id"] for row in found(client, seen, q, CUSTOMERS)] == [card["id"]], q
    for email in ("office@example.com", "NORA@example.com"):
        rows = done(client.get(CUSTOMERS, query_string={"email": email}, headers=seen), 200)["items"]
        assert [row["id"] for row in rows] == [card["id"]]


def test_an_order_is_found_by_what_was_chosen_of_an_article(client: FlaskClient) -> None:
    options = [{"name": "colour", "value": "Vermilion"}]
    order, seen = write(client, "post", ORDERS, items=[line(options=options)])
    assert [row["id"] for row in found(client, seen, "vermilion")] == [order["id"]]
    assert found(client, seen, "ultramarine") == []
