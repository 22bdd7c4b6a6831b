"""What auditors look for: events by who, what, whose, when and why; questions that are asked again and again."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from projections.postgres.embedded import EmbeddedServer
from projections.published import searching
from projections.runtime import Runtime
from tests.api.desk import API, NOBODY, ORDERS, eur, line, place
from tests.api.invoices import set_up
from tests.api.test_problems import refused
from tests.damage import unguarded

EVENTS, QUESTIONS = f"{API}/audit/events", f"{API}/audit/questions"


def found(client: FlaskClient, query: str) -> list[dict[str, Any]]:
    """Every event that a query finds, page by page."""
    items: list[dict[str, Any]] = []
    after = 0
    while True:
        page = client.get(f"{EVENTS}?after={after}&limit=3&{query}").get_json()
        items += page["items"]
        if page["next"] == page["head"]:
            return items
        assert page["next"] > after
        after = page["next"]


def answered(client: FlaskClient, question: str, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{QUESTIONS}?question={question}{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def did(client: FlaskClient, order: dict[str, Any], path: str, **body: Any) -> None:
    answer = client.post(f"{ORDERS}/{order['id']}/{path}", json=body)
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)


@pytest.mark.usefixtures("projecting")
def test_events_are_looked_for_by_what_they_are_and_whose(client: FlaskClient, runtime: Runtime) -> None:
    first, second = place(client), place(client)
    did(client, first, "payments", method="card", reason="at the desk")
    runtime.views.wait_for("orders", runtime.log.head())
    everything = found(client, "")
    assert [one["position"] for one in everything] == list(range(1, runtime.log.head() + 1))
    orders = [one for one in everything if one["stream"] == second["id"]]
    assert found(client, f"stream={second['id']}") == orders
    assert found(client, f"number={second['number']}") == orders
    assert found(client, "number=C9999999") == []
    placed = [one for one in everything if one["topic"] == "order.placed"]
    assert found(client, "topic=order.placed&topic=order.tagged") == placed
    assert len(placed) == 2
    paid = [one for one in everything if one["reason"] == "at the desk"]
    assert paid
    assert found(client, f"number={first['number']}&reason=present") == paid
    assert len(found(client, "reason=missing")) == len(everything) - len(paid)
    assert found(client, f"actor={placed[0]['actor']}&topic=order.placed") == placed
    assert found(client, "actor=operator:nobody") == []
    assert found(client, f"import_id={NOBODY}") == []


def test_events_are_looked_for_by_either_time(client: FlaskClient) -> None:
    place(client)
    everything = found(client, "")
    first = quote(everything[0]["recorded_at"])
    assert found(client, "recorded_from=2001-01-01&recorded_to=2001-01-31") == []
    assert found(client, f"recorded_from={first}") == everything
    assert found(client, f"recorded_to={first}") == []
    assert found(client, "occurred_from=2001-01-01&occurred_to=2099-01-01") == everything
    assert found(client, "occurred_to=2001-01-01") == []
    refused(client.get(f"{EVENTS}?recorded_from=yesterday"), 422, "invalid-fields")
    refused(client.get(f"{EVENTS}?reason=perhaps"), 422, "invalid-fields")


def test_a_look_takes_in_a_part_of_the_log_and_tells_how_far_it_came(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        place(client)
    monkeypatch.setattr(searching, "AT_ONCE", 4)
    page = client.get(f"{EVENTS}?actor=operator:nobody").get_json()
    assert (page["items"], page["next"]) == ([], 4)
    assert page["head"] > 4
    assert len(found(client, "topic=order.placed")) == 3


def test_a_page_comes_as_a_table_and_as_lines(client: FlaskClient) -> None:
    order = place(client)
    did(client, order, "payments", method="card", reason="=1+1")
    page = client.get(f"{EVENTS}?stream={order['id']}").get_json()
    lines = client.get(f"{EVENTS}?stream={order['id']}&format=jsonl")
    assert [json.loads(told) for told in lines.data.splitlines()] == page["items"]
    table = client.get(f"{EVENTS}?stream={order['id']}&format=csv")
    assert (table.headers["X-Next"], table.headers["X-Epoch"]) == (str(page["next"]), page["epoch"])
    rows = list(csv.DictReader(table.get_data(as_text=True).splitlines()))
    assert [row["topic"] for row in rows] == [one["topic"] for one in page["items"]]
    assert rows[-1]["reason"] == "'=1+1"


def test_an_event_that_cannot_be_read_holds_nobody_up(
    client: FlaskClient, runtime: Runtime, server: EmbeddedServer
) -> None:
    place(client)
    with unguarded(server, runtime.settings.database_url) as connection:
        connection.execute("UPDATE log.events SET state = '{\"a\": 1}' WHERE position = 2")
    events = found(client, "")
    assert len(events) == runtime.log.head()
    assert [one["position"] for one in events if one["event"] == {"unreadable": True}] == [2]


def test_an_auditor_without_the_right_to_persons_reads_nobody(
    client: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    place(client)
    told = client_as("auditor", "audit:read").get(EVENTS).get_data(as_text=True)
    assert "Nora Example" not in told
    assert "Nora Example" in client.get(EVENTS).get_data(as_text=True)


def test_money_and_moves_that_auditors_ask_for_are_found(client: FlaskClient) -> None:
    plain, order = place(client), place(client)
    did(client, order, "payments", method="card", amount=eur("20.00"))
    did(client, order, "refunds", goodwill=eur("1.00"), reason="late")
    did(client, order, "status", status="cancelled", stock="leave", reason="gone")
    did(client, plain, "items", **line(1, "5.00"))
    [refund] = answered(client, "refunds-without-return")
    assert (refund["number"], refund["reason"], refund["detail"]["amount"]) == (order["number"], "late", 100)
    [cancelled] = answered(client, "cancelled-after-payment")
    assert (cancelled["stream"], cancelled["reason"]) == (order["id"], "gone")
    assert answered(client, "cancelled-after-payment", "&recorded_to=2001-01-01") == []
    assert answered(client, "cancelled-after-payment", f"&after={cancelled['position']}") == []
    for nothing in ("forced-moves", "edits-after-invoice", "differs-from-invoice", "price-changes", "undone-imports"):
        assert answered(client, nothing) == []
    refused(client.get(f"{QUESTIONS}?question=why"), 422, "invalid-fields")
    refused(client.get(QUESTIONS), 422, "invalid-fields")


def test_what_an_invoice_no_longer_tells_and_numbers_that_are_gone_are_found(
    client: FlaskClient, runtime: Runtime, server: EmbeddedServer
) -> None:
    set_up(client)
    orders = [place(client) for _ in range(3)]
    for order in orders:
        did(client, order, "documents", kind="invoice")
    assert answered(client, "differs-from-invoice") == answered(client, "gaps-in-documents") == []
    did(client, orders[1], "items", **line(1, "5.00"))
    [edit] = answered(client, "edits-after-invoice")
    [differs] = answered(client, "differs-from-invoice")
    assert edit["number"] == differs["number"] == orders[1]["number"]
    [[number, told]] = differs["detail"]["differs"].items()
    assert {"amount", "lines"} <= set(told)
    assert answered(client, "gaps-in-orders") == []
    with unguarded(server, runtime.settings.database_url) as connection:
        connection.execute("DELETE FROM log.events WHERE originator_id = %s", (orders[1]["id"],))
    [gap] = answered(client, "gaps-in-documents")
    assert gap["detail"]["missing_from"] == gap["detail"]["missing_to"]
    assert number.endswith(str(gap["detail"]["missing_from"]))
    assert len(answered(client, "gaps-in-orders")) == 1
