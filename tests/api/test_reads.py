"""Reads of personal data are recorded: who looked at what, behind the answer, and for a set time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from projections.access import reads
from projections.access.reads import LOST, Read, Reads
from projections.runtime import Runtime
from scripts.cli import carnet
from tests.api.desk import API, CUSTOMERS, ORDERS, line, place
from tests.api.test_personal import SIGN, Told
from tests.api.test_problems import refused
from workers import retention

RECORD = f"{API}/audit/reads"


@pytest.fixture
def told(client: FlaskClient, runtime: Runtime, projecting: object) -> Told:
    made = Told(client, runtime)
    for view in ("orders", "customers", "messages", "order_timeline", "documents"):
        runtime.views.wait_for(view, runtime.log.head(), 10.0)
    return made


def written(client: FlaskClient, query: str = "", *, least: int = 0) -> list[dict[str, Any]]:
    """The record, once it holds at least so many reads."""
    for _ in range(100):
        items: list[dict[str, Any]] = client.get(f"{RECORD}?limit=1000&{query}").get_json()["items"]
        if len(items) >= least:
            return items
        time.sleep(0.05)
    raise AssertionError(items)


def test_who_looked_at_an_order_and_at_a_card_is_recorded_with_when(
    client_as: Callable[..., FlaskClient], client: FlaskClient, told: Told
) -> None:
    operator, auditor = client_as("operator"), client_as("auditor")
    answer = operator.get(f"{ORDERS}/{told.order['id']}")
    operator.get(f"{CUSTOMERS}/{told.customer}")
    order, card = written(auditor, f"about={told.order['id']}&about={told.customer}", least=2)
    assert (order["action"], order["about"]) == ("GET /orders/{order_id}", told.order["id"])
    assert (card["action"], card["about"]) == ("GET /customers/{customer_id}", told.customer)
    assert order["actor"].startswith("token:operator-")
    assert order["request_id"] == answer.headers["X-Request-Id"]
    assert order["filter"] is None
    assert written(auditor, f"number={told.order['number']}") == [order]
    assert written(auditor, f"actor={order['actor']}") == [order, card]
    assert written(auditor, "read_to=2020-01-01") == []
    assert written(auditor, f"number={told.order['number']}&read_from=2020-01-01") == [order]


def test_a_list_is_one_row_with_what_it_was_narrowed_by_which_stands_sealed(
    runtime: Runtime, client: FlaskClient, told: Told
) -> None:
    client.get(f"{ORDERS}?q={SIGN}&tag=a&tag=b")
    client.get(f"{API}/exports/customers?q={SIGN}", buffered=True)
    client.post(f"{API}/exports", json={"list": "orders", "filter": {"q": SIGN}})
    client.post(f"{ORDERS}/bulk", json={"action": "export", "ids": [told.order["id"]]})
    client.post(f"{ORDERS}/bulk", json={"action": "archive", "ids": [told.order["id"]]})
    rows = written(client, least=4)
    assert [(one["action"], one["filter"]) for one in rows if "audit" not in one["action"]] == [
        ("GET /orders", {"q": SIGN, "tag": ["a", "b"]}),
        ("GET /exports/customers", {"q": SIGN}),
        ("POST /exports", {"list": "orders", "filter": {"q": SIGN}}),
        ("POST /orders/bulk", {"action": "export", "ids": [told.order["id"]]}),
    ]
    with runtime.reading() as connection:
        stored = connection.execute("SELECT * FROM access.reads").fetchall()
    assert SIGN not in str(stored)


def test_every_answer_that_shows_the_person_is_recorded(
    app: Flask, client: FlaskClient, told: Told, runtime: Runtime
) -> None:
    """By what was shown, not by the marks that the program goes by."""
    shown = set()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and hasattr(app.view_functions[rule.endpoint], "permission"):
            answer = client.get(told.address(rule.rule), buffered=True)
            if SIGN.encode() in answer.get_data() or answer.mimetype == "application/pdf":
                shown.add(answer.headers["X-Request-Id"])
    assert len(shown) > 15
    found = {one["request_id"] for one in written(client, least=len(shown))}
    runtime.reads.close()
    assert shown <= found | {one["request_id"] for one in written(client)}


def test_who_sees_masks_reads_nothing_and_writes_are_no_reads(
    client_as: Callable[..., FlaskClient], client: FlaskClient, runtime: Runtime, told: Told
) -> None:
    client_as("analyst").get(f"{ORDERS}/{told.order['id']}")
    client.get(f"{ORDERS}/{told.message}")
    client.get(f"{API}/stock")
    client.get(f"{API}/exports/stock", buffered=True)
    place(client, line())
    runtime.reads.close()
    assert written(client) == []


def test_the_record_is_for_auditors(client_as: Callable[..., FlaskClient]) -> None:
    refused(client_as("operator").get(RECORD), 403, "permission-missing")
    refused(client_as("auditor").get(f"{RECORD}?nonsense=1"), 422, "invalid-fields")
    assert client_as("auditor").get(RECORD).get_json() == {"items": [], "next": None}


def read_of(number: int) -> Read:
    return Read(datetime.now(UTC), "operator:nora", str(number), "GET /orders")


def test_pages_follow_each_other(client_as: Callable[..., FlaskClient], runtime: Runtime) -> None:
    auditor = client_as("auditor")
    for number in range(5):
        runtime.reads.note(read_of(number))
    runtime.reads.close()
    first = auditor.get(f"{RECORD}?limit=3").get_json()
    second = auditor.get(f"{RECORD}?limit=3&after={first['next']}").get_json()
    assert [one["request_id"] for one in first["items"] + second["items"]][:5] == ["0", "1", "2", "3", "4"]


def test_reads_wait_for_a_database_that_is_away_and_more_than_fit_are_counted(
    runtime: Runtime, client_as: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = client_as("auditor")
    monkeypatch.setattr(reads, "MOST", 3)
    away = [True]
    write = reads.write

    def fragile(*told: Any) -> None:
        if away:
            raise psycopg.OperationalError
        write(*told)

    monkeypatch.setattr(reads, "write", fragile)
    noting = Reads(runtime.pool, runtime.log.keys.answers)
    for number in range(5):
        noting.note(read_of(number))
    time.sleep(0.8)
    away.clear()
    rows = written(auditor, least=4)
    noting.close()
    assert [one["request_id"] for one in rows[:3]] == ["0", "1", "2"]
    assert (rows[3]["action"], rows[3]["filter"]) == (LOST, {"count": 2})


def test_noting_costs_a_read_next_to_nothing(runtime: Runtime) -> None:
    read = read_of(1)
    began = time.thread_time()
    for _ in range(1000):
        runtime.reads.note(read)
    assert time.thread_time() - began < 0.05  # 50 us each would already be far too much


def test_what_was_kept_long_enough_goes_at_night(runtime: Runtime, client: FlaskClient) -> None:
    runtime.reads.note(read_of(1))
    runtime.reads.note(read_of(2)._replace(read_at=datetime(2024, 1, 1, tzinfo=UTC)))
    runtime.reads.close()
    retention.run(replace(runtime, settings=replace(runtime.settings, reads_days=30)))
    assert [one["request_id"] for one in written(client) if one["actor"] == "operator:nora"] == ["1"]


def test_the_command_line_tells_them_and_notes_its_own(
    runtime: Runtime, client: FlaskClient, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("database_url", "secret_key", "data_dir"):
        monkeypatch.setenv(f"CARNET_{name.upper()}", str(getattr(runtime.settings, name)))
    run = CliRunner().invoke
    assert run(carnet, ["audit", "history", told.order["number"]]).exit_code == 0
    assert run(carnet, ["export", "customers", "--filter", f"q={SIGN}"]).exit_code == 0
    answer = run(carnet, ["audit", "reads"])
    assert answer.exit_code == 0, answer.output
    assert '"action":"carnet audit history"' in answer.output
    assert '"action":"carnet export customers"' in answer.output
    assert f'"q":"{SIGN}"' in answer.output
    assert '"actor":"process:export@' in answer.output
    assert run(carnet, ["audit", "reads", told.order["number"]]).output.count("\n") == 1
