"""Dated status histories: they come in with all their activities, move nothing, and go out again equal."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.orders.histories import MAX_TOLD, HistoryTooLong, OrderStatusTold, TellHistory, ToldStatus
from domain.orders.order import Order
from projections.runtime import Runtime
from scripts.export import export
from scripts.undoing import take_back
from tests.domain.orders import create
from tests.fixtures_database import TEST_SECRET
from tests.given import context, given
from tests.importers.imported import the_order
from tests.importers.importing import book, imported, order, orders_file, refused

Run = Callable[..., Result]
HISTORY = """number,status,at,actor
#1,place order,2026-01-02T09:00:00Z,mike
#2,place order,2026-01-02T09:30:00Z,mike
#1,confirm order,2026-01-02T11:00:00Z,sara
#1,pick item,2026-01-03T08:00:00Z,pete
#1,pick item,2026-01-03T08:00:00Z,pete
#2,item out of stock,2026-01-04T08:00:00Z,
#1,package delivered,2026-01-05T15:20:30Z,order.refunded
#2,order.payment-recorded,2026-01-06T08:00:00Z,sara
"""

pytestmark = pytest.mark.usefixtures("projecting")


@pytest.fixture
def run(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`carnet export` on the installation, in a folder of its own."""
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(export, words)


@pytest.fixture
def history(runtime: Runtime, tmp_path: Path) -> Path:
    """A history of two orders that are there."""
    imported(runtime, orders_file(tmp_path, order(1), order(2)))
    book(runtime)
    file = tmp_path / "history.csv"
    file.write_text(HISTORY)
    return file


def test_a_history_comes_in_whole_and_goes_out_equal(runtime: Runtime, history: Path, run: Run) -> None:
    before = the_order(runtime, 1)
    _, totals = imported(runtime, history, kind="statuses")
    assert (totals.updated, totals.refused) == (2, 0)
    after = the_order(runtime, 1)
    assert (after.status, after.stage, after.price) == (before.status, before.stage, before.price)
    assert [one.status for one in after.told_statuses] == [
        "place order", "confirm order", "pick item", "pick item", "package delivered",
    ]  # fmt: skip
    assert run("histories", "--output", "out.csv").exit_code == 0
    assert sorted(_rows(Path("out.csv"))) == sorted(_rows(history))
    head = runtime.log.head()
    assert imported(runtime, Path("out.csv").resolve(), kind="statuses")[1].known == 2
    assert {one.event.TOPIC.split(".")[0] for one in runtime.log.read(head, 100)} == {"import"}


def test_every_activity_is_one_of_process_mining(runtime: Runtime, history: Path, run: Run) -> None:
    imported(runtime, history, kind="statuses")
    result = run("events", "--format", "ocel", "--output", "mining")
    assert result.exit_code == 0, result.output
    told = json.loads(Path("mining/ocel.json").read_text())
    numbers = {
        one["id"]: value["value"] for one in told["objects"] for value in one["attributes"] if value["name"] == "number"
    }
    found = []
    activities = {row[1] for row in _rows(history)}
    for event in told["events"]:
        facts = {one["name"]: one["value"] for one in event["attributes"]}
        if event["type"] in activities and "forced" in facts and "stage" not in facts:
            [number] = [numbers[one["objectId"]] for one in event["relationships"] if one["objectId"] in numbers]
            actor = facts["actor"].removeprefix("import:statuses")
            at = datetime.fromisoformat(event["time"]).strftime("%Y-%m-%dT%H:%M:%SZ")
            found.append((number, event["type"], at, actor))
    assert sorted(found) == sorted(_rows(history))


def test_what_happens_later_here_follows_what_was_told(runtime: Runtime, history: Path, run: Run) -> None:
    imported(runtime, orders_file(history.parent, order(3)))
    book(runtime)
    imported(runtime, history, kind="statuses")
    rows = [json.loads(line) for line in run("histories", "--format", "jsonl").stdout.splitlines()]
    assert {row["actor"].split(":")[0] for row in rows if row["number"] == "#3"} == {"import"}
    assert [row["status"] for row in rows if row["number"] == "#2"] == [
        "place order", "item out of stock", "order.payment-recorded",
    ]  # fmt: skip


def test_a_bad_row_is_refused_with_its_order_and_its_reason(runtime: Runtime, history: Path) -> None:
    lines = ["#1,,2026-01-02T09:00:00Z,", "#9,packed,2026-01-02T09:00:00Z,", "#2,packed,2027-12-02T09:00:00Z,"]
    history.write_text("\n".join(["number,status,at,actor", *lines]) + "\n")
    import_id, totals = imported(runtime, history, kind="statuses")
    assert (totals.updated, totals.refused) == (0, 3)
    told = {row["number"]: (row["error_code"], row["error_column"]) for row in refused(runtime, import_id)}
    assert told == {
        "#1": ("cell-missing", "status"),
        "#9": ("order-not-found", "number"),
        "#2": ("date-in-future", "at"),
    }
    assert not the_order(runtime, 1).told_statuses


def test_an_order_with_a_history_stays_when_its_import_is_undone(runtime: Runtime, tmp_path: Path) -> None:
    import_id, _ = imported(runtime, orders_file(tmp_path, order(1), order(2)))
    book(runtime)
    file = tmp_path / "one.csv"
    file.write_text("number,status,at\n#1,packed,2026-01-02T09:00:00Z\n")
    imported(runtime, file, kind="statuses")
    assert take_back(runtime, import_id) == {"undone": 1, "kept": 1}
    assert the_order(runtime, 1).exists


def test_a_dry_run_stores_nothing(runtime: Runtime, history: Path) -> None:
    _, dry = imported(runtime, history, kind="statuses", dry_run=True)
    assert dry.updated == 2
    assert not the_order(runtime, 1).told_statuses


class TestTelling:
    AT = datetime(2026, 1, 2, 9, tzinfo=UTC)

    def told(self, *statuses: ToldStatus) -> TellHistory:
        created = create()
        return TellHistory(order_id=created.order_id, context=context("history"), statuses=statuses)

    def test_it_is_recorded_at_its_time_in_its_order(self) -> None:
        later, first = ToldStatus("b", self.AT.replace(hour=10), "sara"), ToldStatus("a", self.AT)
        outcome = given(Order, create()).when(self.told(later, first, first))
        outcome.then(
            (OrderStatusTold, {"status": "a", "timestamp": self.AT}),
            (OrderStatusTold, {"status": "a", "by": ""}),
            (OrderStatusTold, {"status": "b", "by": "sara", "timestamp": later.at}),
        )

    def test_told_again_it_records_nothing(self) -> None:
        command = self.told(ToldStatus("a", self.AT), ToldStatus("a", self.AT))
        given(Order, create(), command).when(command).then_nothing()

    def test_what_a_file_tells_once_more_is_told_once_more(self) -> None:
        once = ToldStatus("a", self.AT)
        given(Order, create(), self.told(once)).when(self.told(once, once)).then(OrderStatusTold)

    def test_too_long_a_history_is_refused(self) -> None:
        too_many = (ToldStatus("a", self.AT),) * (MAX_TOLD + 1)
        given(Order, create()).when(self.told(*too_many)).then_refused(HistoryTooLong, limit=MAX_TOLD)


def _rows(path: Path) -> list[tuple[str, ...]]:
    with path.open(newline="") as file:
        return [tuple(row) for row in list(csv.reader(file))[1:]]
