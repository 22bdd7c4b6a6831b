"""Lists out over HTTP: streamed at once, written by jobs, of the past, and safe wherever they are opened."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from domain.orders.order import Order
from importers.mapping.mapping import CsvMapping, OrderColumns
from projections.engine.filling import Source
from projections.exports import EXPORTED
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from projections.work import job_files, jobs
from tests.api.desk import API, ORDERS, coupon, eur, line, place, position_of
from tests.api.test_orders_bulk import built, now
from tests.api.test_problems import refused
from tests.importers.trying import import_file
from tests.workers.jobs import ends, job
from tests.workers.working import eventually, working
from workers.exports import EXPORTS
from workers.projecting import Projecting

LISTS = f"{API}/exports"


@pytest.fixture(scope="module")
def at_work(shared_runtime: Runtime) -> Iterator[None]:
    """The lists follow, and a worker exports."""
    source = Source(shared_runtime.settings.database_url, shared_runtime.settings.secrets)
    following = Projecting(source, shared_runtime.log, PROJECTIONS.values())
    following.start()
    for name in PROJECTIONS:
        eventually(partial(built, shared_runtime, name), name)
    with working(shared_runtime, EXPORTS):
        yield
    following.stop()


@pytest.fixture
def runtime(shared_runtime: Runtime, at_work: None) -> Runtime:
    """One installation for this file; each test looks at orders of its own."""
    return shared_runtime


@pytest.fixture
def ask(client: FlaskClient, runtime: Runtime) -> Callable[..., dict[str, Any]]:
    """Asks for an export by a job and gives the job once it is done."""

    def asked(**told: Any) -> dict[str, Any]:
        answer = client.post(LISTS, json=told, headers=now(runtime))
        assert answer.status_code == 202, answer.get_data(as_text=True)
        ends(runtime, answer.get_json()["id"])
        return dict(client.get(f"{LISTS}/{answer.get_json()['id']}").get_json())

    return asked


def rows(client: FlaskClient, runtime: Runtime, name: str, **query: Any) -> list[dict[str, str]]:
    """A list as CSV, streamed."""
    answer = client.get(f"{LISTS}/{name}", query_string=query, headers=now(runtime), buffered=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(csv.DictReader(StringIO(answer.get_data(as_text=True))))


def whole(client: FlaskClient, runtime: Runtime, name: str, form: str) -> bytes:
    """A list in a format, to its end."""
    answer = client.get(f"{LISTS}/{name}?format={form}", headers=now(runtime), buffered=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return bytes(answer.data)


def file_of(client: FlaskClient, done: dict[str, Any]) -> str:
    answer = client.get(f"{LISTS}/{done['id']}/file", buffered=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_the_list_of_orders_comes_as_a_file_with_the_columns_chosen_in_their_order(
    client: FlaskClient, runtime: Runtime
) -> None:
    first = place(client, line(2, "10.00"), source="columns")
    second = place(client, line(1, "3.50"), source="columns")
    query = {"source": "columns", "sort": "number", "columns": "total, number,currency"}
    answer = client.get(f"{ORDERS}/export", query_string=query, headers=now(runtime), buffered=True)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="orders-2')
    assert position_of(answer) <= runtime.log.head()
    assert answer.get_data(as_text=True).split("\r\n") == [
        "total,number,currency",
        f"20.00,{first['number']},EUR",
        f"3.50,{second['number']},EUR",
        "",
    ]


def test_the_lines_of_orders_are_priced_as_their_orders_price_them(client: FlaskClient, runtime: Runtime) -> None:
    order = place(client, line(2, "10.00"), line(3, "1.25", sku="TEA-2"), source="lines")
    shown = rows(client, runtime, "order-lines", source="lines")
    assert [row["order_number"] for row in shown] == [order["number"]] * 2
    assert [(row["sku"], row["quantity"], row["total"]) for row in shown] == [
        (one["sku"], str(one["quantity"]), one["total"]["amount"]) for one in order["items"]
    ]


def test_lines_that_were_exported_come_in_again_as_they_were(
    client: FlaskClient, runtime: Runtime, tmp_path: Path
) -> None:
    gst, pst = {"name": "GST", "rate": "5"}, {"name": "PST", "rate": "9.5", "compound": True}
    chosen = [{"name": "colour", "value": "blue"}, {"name": "size", "value": "L"}]
    every = (
        line(3, "19.99", taxes=[gst, pst], options=chosen),
        {"name": "Tea", "quantity": "0.350", "unit": "kg", "unit_price": eur("40.00"), "tax_rate": "8.875"},
        line(1, "15.00", exemption="Books for schools", discount=eur("1.00")),
        {"name": "Rebate", "quantity": 1, "unit_price": eur("-2.00"), "taxes": [gst, pst]},
    )
    order = place(client, *every, source="round-trip", prices_include_tax=False)
    answer = client.get(f"{LISTS}/order-lines?source=round-trip", headers=now(runtime), buffered=True)
    file = tmp_path / "lines.csv"
    file.write_bytes(answer.data)
    names = ("sku", "name", "options", "quantity", "unit", "unit_price", "tax_rate", "taxes", "exemption", "currency")
    columns: dict[str, Any] = {"number": "order_number", "created_at": "order_created_at", "line_discount": "discount"}
    columns |= {name: name for name in names}
    mapping = CsvMapping(source="carnet", timezone="UTC", prices_include_tax=False, columns=OrderColumns(**columns))
    result = import_file(file, mapping=mapping)
    assert not result.errors
    again = result.book.numbered(order["number"])
    known = runtime.log.load(Order, UUID(order["id"]))
    assert [replace(item, id="") for item in again.items.values()] == [
        replace(item, id="", taxes_assumed=False) for item in known.items.values()
    ]
    assert (again.price.total, again.price.taxes) == (known.price.total, known.price.taxes)


def test_every_list_is_exported_in_every_format(client: FlaskClient, runtime: Runtime) -> None:
    place(client, source="every")
    coupon(client, "EVERY")
    client.post(f"{API}/stock/CUP-9/receipts", json={"quantity": 5, "reference": "R-1"})
    for name, exported in EXPORTED.items():
        columns = [column.name for column in exported.columns]
        head = whole(client, runtime, name, "csv").decode().split("\r\n")[0]
        assert head == ",".join(columns), name
        lines = whole(client, runtime, name, "jsonl").splitlines()
        assert all(list(json.loads(one)) == columns for one in lines), name
        book = whole(client, runtime, name, "xlsx")
        assert "xl/worksheets/sheet1.xml" in ZipFile(BytesIO(book)).namelist(), name
    [moved] = rows(client, runtime, "stock-movements", sku="CUP-9")
    assert (moved["sku"], moved["on_hand_change"], moved["reference"]) == ("CUP-9", "5", "R-1")


def test_a_name_that_would_be_a_formula_stays_text(client: FlaskClient, runtime: Runtime) -> None:
    billing = {"name": '=HYPERLINK("http://x","y")', "email": "formula@example.com", "country": "FR"}
    place(client, billing_address=billing, source="formula")
    [row] = rows(client, runtime, "orders", source="formula", columns="customer_name,total")
    assert row == {"customer_name": '\'=HYPERLINK("http://x","y")', "total": "20.00"}


def test_an_export_needs_the_permission_of_its_list_and_columns_that_it_has(
    client: FlaskClient, runtime: Runtime, client_as: Callable[..., FlaskClient]
) -> None:
    reader = client_as("data", "orders:read")
    assert reader.get(f"{LISTS}/orders", headers=now(runtime), buffered=True).status_code == 200
    refused(reader.get(f"{LISTS}/customers"), 403, "permission-missing")
    refused(reader.post(LISTS, json={"list": "customers"}), 403, "permission-missing")
    refused(client.get(f"{LISTS}/orders?columns=number,secret"), 422, "unknown-column")
    refused(client.post(LISTS, json={"list": "orders", "columns": ["secret"]}), 422, "unknown-column")
    refused(client.post(LISTS, json={"list": "orders", "filter": {"colour": "red"}}), 422, "invalid-fields")
    refused(client.get(f"{LISTS}/stock?as_of=2020-01-01T00:00:00Z"), 409, "as-of-not-built")


def test_orders_of_any_instant_are_streamed_at_once(client: FlaskClient, runtime: Runtime) -> None:
    order = place(client, line(2, "10.00"), source="streamed")
    then = datetime.now(UTC)
    assert client.put(f"{ORDERS}/{order['id']}/discount", json={"amount": eur("5.00")}).status_code == 200
    for name, column in (("orders", "total"), ("order-lines", "total")):
        for axis in ("as_of", "known_at"):
            told = {axis: then.isoformat(), "source": "streamed", "columns": column}
            answer = client.get(f"{LISTS}/{name}", query_string=told)
            assert answer.get_data(as_text=True).split() == ["total", "20.00"], (name, axis)
    assert client.get(f"{LISTS}/orders?as_of=2020-01-01T00:00:00Z&columns=number").text.split() == ["number"]


def test_what_is_no_instant_is_refused_with_an_example(client: FlaskClient) -> None:
    problem = refused(client.get(f"{LISTS}/orders?as_of=yesterday"), 422, "invalid-fields")
    assert problem["errors"][0]["detail"] == "Write an instant such as 2026-01-31T12:00:00Z."


def test_a_list_as_of_an_instant_that_lies_ahead_is_refused(client: FlaskClient) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    refused(client.get(f"{LISTS}/orders", query_string={"as_of": ahead}), 422, "as-of-ahead")
    answer = client.post(LISTS, json={"list": "orders", "as_of": ahead})
    refused(answer, 422, "as-of-ahead")
    assert answer.get_json()["errors"][0]["pointer"] == "/as_of"


def test_a_job_writes_the_file_that_only_its_maker_fetches_and_keeps_what_was_searched_sealed(
    client: FlaskClient, runtime: Runtime, ask: Callable[..., dict[str, Any]], client_as: Callable[..., FlaskClient]
) -> None:
    billing = {"name": "Zelda Nobody", "email": "zelda@example.com", "country": "FR"}
    order = place(client, billing_address=billing)
    done = ask(list="orders", filter={"q": "zelda"}, columns=["number", "customer_name"], format="csv-fr")
    assert file_of(client, done) == f"\ufeffnumber;customer_name\r\n{order['number']};Zelda Nobody\r\n"
    assert done["outcome"]["rows"] == done["progress"]["total"] == done["progress"]["done"] == 1
    with runtime.reading() as connection:
        [[kept]] = connection.execute(
            "SELECT concat(j.parameters, p.content) FROM work.jobs j JOIN work.job_parts p ON p.job_id = j.id"
            " WHERE j.id = %s",
            (done["id"],),
        )
    assert "zelda" not in kept
    path, _ = job_files.found(runtime.settings, done["id"], done["outcome"])
    assert path.stat().st_mode & 0o777 == 0o600
    refused(client_as("data").get(f"{LISTS}/{done['id']}/file"), 403, "permission-missing")
    refused(client_as("operator").get(f"{LISTS}/{done['id']}/file"), 404, "job-not-found")
    assert client_as("admin").get(f"{LISTS}/{done['id']}/file", buffered=True).status_code == 200


def test_one_key_asks_for_one_export(client: FlaskClient, runtime: Runtime) -> None:
    headers = {"Idempotency-Key": "once-and-no-more"}
    first, second = (client.post(LISTS, json={"list": "stock"}, headers=headers) for _ in range(2))
    assert first.get_json()["id"] == second.get_json()["id"]
    assert second.headers["Idempotent-Replayed"] == "true"


def test_a_list_of_the_past_is_as_it_was_at_that_instant(
    client: FlaskClient, runtime: Runtime, ask: Callable[..., dict[str, Any]]
) -> None:
    order = place(client, line(2, "10.00"), source="past")
    client.post(f"{API}/stock/PAST-1/receipts", json={"quantity": 5})
    then = datetime.now(UTC)
    client.put(f"{ORDERS}/{order['id']}/discount", json={"amount": {"amount": "5.00", "currency": "EUR"}})
    client.post(f"{API}/stock/PAST-1/receipts", json={"quantity": 7})
    place(client, source="past")
    asked = {"filter": {"source": "past"}, "as_of": then.isoformat(), "columns": ["number", "total"]}
    assert file_of(client, ask(list="orders", **asked)).splitlines()[1:] == [f"{order['number']},20.00"]
    lines = file_of(client, ask(list="order-lines", **{**asked, "columns": ["order_number", "total"]}))
    assert lines.splitlines()[1:] == [f"{order['number']},20.00"]
    stock = ask(list="stock", filter={"q": "PAST-1"}, as_of=then.isoformat(), columns=["on_hand"])
    assert file_of(client, stock).split() == ["on_hand", "5"]
    assert [row["total"] for row in rows(client, runtime, "orders", source="past", sort="created_at")] == [
        "15.00",
        "20.00",
    ]
    with runtime.reading() as connection:
        [[left]] = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'export%'").fetchall()
    assert left == 0


def test_picked_orders_are_exported_by_a_bulk_action_in_the_order_of_the_list(
    client: FlaskClient, runtime: Runtime
) -> None:
    picked = [place(client, line(units)) for units in (1, 2, 3)]
    told = {"action": "export", "ids": [one["id"] for one in picked[:2]], "columns": ["number"]}
    answer = client.post(f"{ORDERS}/bulk", json=told, headers=now(runtime))
    assert answer.status_code == 202, answer.get_data(as_text=True)
    done = ends(runtime, answer.get_json()["id"])
    listed = client.get(f"{API}/jobs/{done.id}/file", buffered=True).get_data(as_text=True).split()
    assert listed == ["number", picked[1]["number"], picked[0]["number"]]
    refused(client.post(f"{ORDERS}/bulk", json={**told, "columns": ["nothing"]}), 422, "unknown-column")


def test_an_export_that_is_cancelled_leaves_no_file(
    client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(client)
    first = jobs.count_done

    def cancelled_meanwhile(connection: Any, held: jobs.Held, done: int, total: int | None = None) -> None:
        if total is not None and not done:
            assert client.post(f"{API}/jobs/{held.job_id}/cancel").status_code == 200
        first(connection, held, done, total)

    monkeypatch.setattr(jobs, "count_done", cancelled_meanwhile)
    told = client.post(LISTS, json={"list": "orders"}, headers=now(runtime)).get_json()
    ends(runtime, told["id"], "cancelled")
    assert "file" not in job(runtime, told["id"]).outcome
    refused(client.get(f"{LISTS}/{told['id']}/file"), 404, "job-file-not-found")


def test_only_so_many_exports_stream_at_one_time_and_who_goes_away_gives_the_place_back(
    client: FlaskClient, runtime: Runtime
) -> None:
    place(client)
    streams = [client.get(f"{LISTS}/orders", headers=now(runtime)) for _ in range(runtime.settings.exports)]
    refused(client.get(f"{LISTS}/orders"), 503, "exports-busy")
    with runtime.reading() as connection:
        running = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'carnet export'"
        assert connection.execute(running).fetchone() == (2,)
        for stream in streams:
            stream.close()
        eventually(lambda: connection.execute(running).fetchone() == (0,), "readers gone")
    assert client.get(f"{LISTS}/orders", buffered=True).status_code == 200


def test_each_export_asks_for_the_permission_of_its_list(app: Flask) -> None:
    asked: dict[str, str] = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(f"{LISTS}/") and "<" not in rule.rule:
            view: Any = app.view_functions[rule.endpoint]
            asked[rule.rule.removeprefix(f"{LISTS}/")] = view.permission
    assert asked == {name: exported.permission for name, exported in EXPORTED.items()}
