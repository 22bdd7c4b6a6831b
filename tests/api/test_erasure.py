"""A person's data: sealed wherever it is stored, gone when the person is forgotten; what was sold and paid stays."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.postgres.binaries import find_binaries, server_user
from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime
from tests.api.desk import API, BILLING, CUSTOMERS, ORDERS, News, cart, create, eur, line
from tests.api.test_problems import refused

PERSONAL = {
    "name": "Quirina Inventedname",
    "company": "Makebelieve Holdings",
    "line1": "77 Nonexistent Boulevard",
    "line2": "Staircase Imaginary",
    "postcode": "99-ZZTOP",
    "city": "Neverville",
    "region": "Nowhereshire",
    "country": "FR",
    "phone": "+33 5 55 55 55 55",
    "email": "Quirina.Inventedname@example.com",
    "vat_number": "FR00INVENTED",
}
SECRETS = [value for name, value in PERSONAL.items() if name != "country"] + [
    PERSONAL["email"].lower(), "Quirina", "Nonexistent", "Quirina rang about her dog",
]  # fmt: skip


@pytest.fixture
def order(client: FlaskClient) -> dict[str, Any]:
    """An order of somebody who left traces everywhere: on a draft, a card, notes, a bill, under keys of requests."""
    body = cart(billing_address=PERSONAL, shipping_address=PERSONAL, place=True)
    made = client.post(ORDERS, json=body, headers={"Idempotency-Key": "first"}).get_json()
    url = f"{ORDERS}/{made['id']}"
    note = {"text": "Quirina rang about her dog"}
    client.post(f"{url}/notes", json=note, headers={"Idempotency-Key": "second"})
    client.post(f"{url}/payments", json={"method": "card"})
    client.patch(f"{CUSTOMERS}/{made['customer']['id']}", json={"line2": "Staircase Imaginary"})
    read: dict[str, Any] = client.get(url).get_json()
    return read


def _dumped(runtime: Runtime) -> str:
    """Everything outside the view tables, as it stands on the disk and in a backup."""
    with runtime.reading() as connection:
        server = connection.info
        version = server.server_version // 10_000
        tables = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('views', 'pg_catalog', 'information_schema')"
        ).fetchall()
        assert ("log.requests",) in tables
        assert ("log.events",) in tables
        assert version >= 15
        return "\n".join(part for (table,) in tables for part in _copied(connection, table))


def _copied(connection: Any, table: str) -> Iterator[str]:
    """One table as text; what is kept as bytes also as the characters they may be."""
    with connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
        for row in copy.rows():
            for value in row:
                yield value or ""
                if value and value.startswith("\\x"):
                    yield bytes.fromhex(value[2:]).decode("latin-1")


def _found(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret.lower() in text.lower()]


@pytest.mark.usefixtures("order")
def test_no_table_outside_the_views_holds_anything_personal(runtime: Runtime) -> None:
    dumped = _dumped(runtime)
    assert "CUP-1" in dumped
    assert _found(dumped) == []


@pytest.mark.usefixtures("order", "projecting")
def test_a_dump_without_the_views_holds_nothing_personal(runtime: Runtime, server: EmbeddedServer) -> None:
    program = find_binaries(server_user(server.data_dir)).program("pg_dump")
    command = [program, "--exclude-schema=views", runtime.settings.database_url]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "order.placed" in dumped
    assert _found(dumped) == []


def _forget(client: FlaskClient, order: dict[str, Any]) -> Any:
    url = f"{CUSTOMERS}/{order['customer']['id']}"
    return client.delete(url, headers={"If-Match": client.get(url).headers["ETag"]})


def test_to_forget_needs_the_version_that_was_seen(client: FlaskClient, news: News, order: dict[str, Any]) -> None:
    url = f"{CUSTOMERS}/{order['customer']['id']}"
    news.events()
    refused(client.delete(url), 428, "precondition-required")
    refused(client.delete(url, headers={"If-Match": '"1"'}), 412, "stale-version")
    assert news.events() == []
    assert client.get(url).get_json()["name"] == PERSONAL["name"]


def test_a_forgotten_customers_events_read_erased_and_the_sums_stay(
    client: FlaskClient, news: News, order: dict[str, Any]
) -> None:
    news.events()
    answer = _forget(client, order)
    assert answer.status_code == 200
    assert {one["what"] for one in answer.get_json()["stays"]} >= {"payment references", "tracking codes"}
    assert news.topics() == ["customer.erased"]
    after = client.get(f"{ORDERS}/{order['id']}").get_json()
    assert after["customer"] == {"id": order["customer"]["id"], "name": None, "email": None, "erased": True}
    assert after["billing_address"] is after["shipping_address"] is after["notes"][0]["text"] is None
    for name in ("number", "total", "paid", "balance", "items", "payments", "status"):
        assert after[name] == order[name]
    card = client.get(f"{CUSTOMERS}/{order['customer']['id']}").get_json()
    assert card["erased_at"]
    assert (card["name"], card["origins"]) == ("", {})
    everything = [client.get(f"{ORDERS}/{order['id']}/{part}").get_data(as_text=True) for part in ("events", "diff")]
    everything.append(client.get(f"{API}/events?limit=1000").get_data(as_text=True))
    assert _found("".join(everything)) == []
    raw = client.get(f"{ORDERS}/{order['id']}/events").get_json()["items"]
    assert {"erased": True} in [one["event"].get("address") for one in raw]
    assert _forget(client, order).status_code == 200


@pytest.mark.usefixtures("projecting")
def test_lists_no_longer_find_a_forgotten_name(client: FlaskClient, order: dict[str, Any]) -> None:
    head = client.post(ORDERS, json=cart()).headers["X-Position"]

    def found(url: str, **query: str) -> list[str]:
        answer = client.get(url, query_string=query, headers={"X-Min-Position": head})
        return [row["id"] for row in answer.get_json()["items"]]

    assert found(ORDERS, q="inventedname") == [order["id"]]
    assert found(CUSTOMERS, q="neverville") == [order["customer"]["id"]]
    head = _forget(client, order).headers["X-Position"]
    assert found(ORDERS, q="inventedname") == found(CUSTOMERS, q="neverville") == []
    assert found(CUSTOMERS, email=PERSONAL["email"]) == []
    assert found(ORDERS, number=order["number"]) == [order["id"]]


def test_an_answer_about_a_forgotten_person_is_not_given_again(
    client: FlaskClient, news: News, order: dict[str, Any]
) -> None:
    body = cart(billing_address=PERSONAL, shipping_address=PERSONAL, place=True)
    key = {"Idempotency-Key": "first"}
    assert client.post(ORDERS, json=body, headers=key).headers["Idempotent-Replayed"] == "true"
    _forget(client, order)
    news.events()
    refused(client.post(ORDERS, json=body, headers=key), 404, "answer-erased")
    assert news.events() == []


def test_nothing_personal_is_written_about_a_forgotten_person(
    client: FlaskClient, news: News, order: dict[str, Any]
) -> None:
    _forget(client, order)
    news.events()
    url, card = f"{ORDERS}/{order['id']}", f"{CUSTOMERS}/{order['customer']['id']}"
    refused(client.post(f"{url}/notes", json={"text": "Quirina rang"}), 422, "subject-erased")
    refused(client.put(f"{url}/shipping-address", json=PERSONAL), 422, "subject-erased")
    refused(client.patch(card, json={"name": "Quirina"}), 422, "subject-erased")
    refused(client.post(ORDERS, json=cart() | {"customer_id": order["customer"]["id"]}), 422, "customer-erased")
    assert news.events() == []
    assert client.post(f"{url}/refunds", json={"goodwill": eur("1.00")}).status_code == 201


def test_the_same_address_later_is_a_new_customer(client: FlaskClient, order: dict[str, Any]) -> None:
    _forget(client, order)
    again = create(client, billing_address=PERSONAL)
    assert again["customer"]["id"] != order["customer"]["id"]
    assert again["customer"]["name"] == PERSONAL["name"]
    moved = client.put(f"{ORDERS}/{order['id']}/billing-address", json=PERSONAL).get_json()
    assert moved["customer"]["id"] == again["customer"]["id"]


def test_what_was_told_before_the_customer_was_known_is_forgotten_too(client: FlaskClient, runtime: Runtime) -> None:
    """A note on an order of nobody is sealed under the order's own key, which then goes with its customer."""
    nobodys = client.post(ORDERS, json={"items": [line()], "notes": ["Quirina rang about her dog"]}).get_json()
    url = f"{ORDERS}/{nobodys['id']}"
    order = client.put(f"{url}/billing-address", json=PERSONAL).get_json()
    assert order["notes"][0]["text"] == "Quirina rang about her dog"
    _forget(client, order)
    assert client.get(url).get_json()["notes"][0]["text"] is None
    assert _found(_dumped(runtime)) == []


def test_forgetting_one_leaves_the_others(client: FlaskClient, order: dict[str, Any]) -> None:
    other = create(client, billing_address=BILLING)
    _forget(client, order)
    assert client.get(f"{ORDERS}/{other['id']}").get_json() == other


@pytest.mark.usefixtures("projecting")
def test_views_forget_a_customer_whose_order_they_kept_in_mind(
    client: FlaskClient, runtime: Runtime, order: dict[str, Any]
) -> None:
    def seen(position: str) -> str:
        return client.get(f"{ORDERS}?limit=5", headers={"X-Min-Position": position}).get_data(as_text=True)

    first = client.put(f"{ORDERS}/{order['id']}/tags", json={"tags": ["gift"]})
    assert "Quirina" in seen(first.headers["X-Position"])
    card = client.get(f"{CUSTOMERS}/{order['customer']['id']}")
    erased = client.delete(f"{CUSTOMERS}/{order['customer']['id']}", headers={"If-Match": card.headers["ETag"]})
    assert erased.status_code == 200
    assert not _found(seen(erased.headers["X-Position"]))
    later = client.put(f"{ORDERS}/{order['id']}/tags", json={"tags": ["gift", "late"]})
    shown = seen(later.headers["X-Position"])
    assert "late" in shown
    assert not _found(shown)
