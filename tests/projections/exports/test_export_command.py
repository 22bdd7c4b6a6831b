"""`carnet export`: lists with the list's filters, events night by night, and files that are whole or not there."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from pyarrow import parquet

from projections.engine.filling import Source
from projections.runtime import Runtime
from projections.views.orders import Orders
from scripts import export_events
from scripts.export import export
from tests.api.desk import API, line, place
from tests.api.test_orders_bulk import built
from tests.fixtures_database import TEST_SECRET
from tests.workers.working import eventually
from workers.projecting import Projecting

Run = Callable[..., Result]


@pytest.fixture(scope="module", autouse=True)
def _listing(shared_runtime: Runtime) -> Iterator[None]:
    """The list of orders follows."""
    source = Source(shared_runtime.settings.database_url, shared_runtime.settings.secrets)
    following = Projecting(source, shared_runtime.log, (Orders(),))
    following.start()
    eventually(partial(built, shared_runtime, "orders"), "orders")
    yield
    following.stop()


@pytest.fixture
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for this file; each test looks at orders of its own."""
    return shared_runtime


@pytest.fixture
def run(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command on that installation, in a folder of its own, once the list shows every order."""
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    monkeypatch.chdir(tmp_path)

    def command(*told: str) -> Result:
        runtime.views.wait_for("orders", runtime.log.head())
        return CliRunner().invoke(export, [*told])

    return command


def test_a_list_is_written_to_a_file_that_only_its_owner_reads(client: FlaskClient, run: Run) -> None:
    order = place(client, line(2, "10.00"), source="command", tags=["gift"])
    told = ("--filter", "source=command", "--filter", "tag=gift", "--columns", "number,total", "--output", "out.csv")
    result = run("orders", *told, "--json")
    assert result.exit_code == 0, result.output
    assert Path("out.csv").read_text() == f"number,total\n{order['number']},20.00\n"
    assert Path("out.csv").stat().st_mode & 0o777 == 0o600
    report = json.loads(result.stderr)
    assert (report["list"], report["rows"], report["output"]) == ("orders", 1, "out.csv")
    assert run("order-lines", "--filter", "source=command", "--columns", "sku", "--format", "jsonl").stdout == (
        '{"sku":"CUP-1"}\n'
    )


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("--columns", "secret"), "has no column secret"),
        (("--filter", "colour=red"), "colour: Unknown field."),
        (("--filter", "red"), "NAME=VALUE"),
        (("--filter", "total_min=1.001"), "exactly 2 decimals"),
        (("--as-of", "yesterday"), "write a date"),
        (("--as-of", "9999-01-01"), "cannot be told yet"),
        (("--format", "pdf"), "is not one of"),
    ],
)
def test_what_cannot_be_exported_is_a_usage_error(run: Run, told: tuple[str, ...], said: str) -> None:
    result = run("orders", *told)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_that_cannot_be_written_leaves_nothing_and_says_so(run: Run, tmp_path: Path) -> None:
    result = run("orders", "--output", "nowhere/out.csv")
    assert (result.exit_code, "cannot be written" in result.stderr) == (1, True)
    assert {path.name for path in tmp_path.iterdir()} <= {"var"}, "nothing but the data folder"


def test_events_go_on_where_the_files_of_the_folder_end(
    client: FlaskClient, runtime: Runtime, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_events, "OF_A_FILE", 5)
    monkeypatch.setattr(export_events, "AT_ONCE", 2)
    place(client)
    first = json.loads(run("events", "--format", "parquet", "--output", "lake", "--json").stderr)
    assert first["next"] == runtime.log.head() == first["events"]
    place(client)
    result = run("events", "--format", "parquet", "--output", "lake", "--json")
    second = json.loads(result.stderr)
    assert json.loads(Path("lake/manifest.json").read_text())["next"] == second["next"] == runtime.log.head()
    assert json.loads(run("events", "--format", "parquet", "--output", "lake", "--json").stderr)["events"] == 0
    files = sorted(Path("lake").rglob("events-*.parquet"))
    assert [str(one.relative_to("lake")) for one in files] == first["files"] + second["files"]
    rows = [row for one in files for row in parquet.read_table(one).to_pylist()]
    recorded = runtime.log.read(0, 1_000)
    assert [row["position"] for row in rows] == [one.position for one in recorded]
    assert [row["topic"] for row in rows] == [one.event.TOPIC for one in recorded]
    assert [row["timestamp"] for row in rows] == [one.event.timestamp for one in recorded]
    assert sorted(path.name for path in Path("lake").iterdir()) == [".lock", "events", "manifest.json"]
    behind = run("events", "--format", "parquet", "--output", "lake", "--after", "1")
    assert (behind.exit_code, "leave --after out" in behind.stderr) == (2, True)


def test_what_is_of_persons_is_left_out_of_events_unless_it_is_asked_for(client: FlaskClient, run: Run) -> None:
    billing = {"name": "Zelda Nobody", "email": "zelda@example.com", "country": "FR"}
    place(client, billing_address=billing)
    assert "Zelda" not in run("events").stdout
    events = [json.loads(text) for text in run("events", "--with-personal-data").stdout.splitlines()]
    assert "Zelda Nobody" in json.dumps(events)
    assert events == client.get(f"{API}/events?limit=1000").get_json()["items"]


def test_events_of_a_span_of_positions_come_out_alone(client: FlaskClient, run: Run) -> None:
    place(client)
    result = run("events", "--after", "1", "--until", "3")
    assert [json.loads(text)["position"] for text in result.stdout.splitlines()] == [2, 3]
    assert "the next export begins after 3" in result.stderr


def test_parquet_without_its_library_says_what_to_install(
    client: FlaskClient, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(client)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run("events", "--format", "parquet", "--output", "lake")
    assert (result.exit_code, 'pip install "carnet[parquet]"' in result.stderr) == (1, True)
    assert not list(Path("lake").rglob("*.parquet"))
    assert run("events", "--format", "parquet").exit_code == 2


def test_events_of_a_point_in_time_are_those_that_had_happened_and_were_known(
    client: FlaskClient, runtime: Runtime, run: Run
) -> None:
    order = place(client)
    known = runtime.log.read(0, 1_000)[-1].recorded_at
    paid = {"method": "cash", "paid_at": "2026-03-01T09:00:00Z"}
    client.post(f"{API}/orders/{order['id']}/payments", json=paid)

    def told(*options: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in run("events", *options).stdout.splitlines()]
        return [line for line in lines if line["topic"] == "order.payment-recorded"]

    [payment] = told()
    assert payment["occurred_at"] == payment["event"]["timestamp"] == "2026-03-01T09:00:00Z"
    assert datetime.fromisoformat(payment["recorded_at"]) > known
    assert told("--as-of", "2026-03-01") == [payment]
    assert told("--as-of", "2026-02-28") == told("--known-at", known.isoformat()) == []
    assert run("events", "--known-at", "9999-01-01").exit_code == 2
    assert run("events", "--output", "lake", "--known-at", known.isoformat()).exit_code == 0
    again = run("events", "--output", "lake")
    assert (again.exit_code, "another point in time" in again.stderr) == (2, True)
    assert json.loads(Path("lake/manifest.json").read_text())["known_at"] == known.isoformat()
