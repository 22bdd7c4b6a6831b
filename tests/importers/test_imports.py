"""Imports from their start to their end: stopped and gone on with, repeated, updated and taken back."""

from __future__ import annotations

import resource
import signal
import stat
from pathlib import Path
from typing import Any

import pytest

from domain.imports import COMPLETED, FAILED, Import, PauseImport
from importers import files, local, ranges, service
from importers.faults import UnusableFile
from importers.orders import order_id
from importers.service import Intakes
from projections.desk.bulk import Bulk
from projections.runtime import Runtime
from projections.work import imports as work
from projections.work.import_files import folder_of
from tests.importers.imported import Killed, killed_after, now, run
from tests.importers.importing import begin, imported, order, orders_file, refused


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges of ten rows, batches of three orders."""
    monkeypatch.setattr(files, "ROWS", 10)
    monkeypatch.setattr(ranges, "BATCH", 3)


def test_an_import_keeps_its_history_and_its_totals(runtime: Runtime, tmp_path: Path) -> None:
    file = orders_file(tmp_path, order(1), order(2), order(3, **{"Lineitem quantity": "x"}))
    import_id, totals = imported(runtime, file)
    one = runtime.log.load(Import, import_id)
    assert (one.state, one.kind, one.profile, one.source) == (COMPLETED, "orders", "shopify", "shopify")
    assert one.totals == totals.as_dict()
    assert one.totals["orders"] == {"new": 2, "known": 0, "changed": 0, "updated": 0, "refused": 1}
    assert [(row["Name"], row["error_code"]) for row in refused(runtime, import_id)] == [("#3", "not-a-whole-number")]
    events = runtime.log.stream(order_id("shopify", "#1"))
    assert {one.event.metadata.import_id for one in events} == {import_id}


def test_a_file_loaded_again_adds_nothing(runtime: Runtime, tmp_path: Path) -> None:
    file = orders_file(tmp_path, order(1), order(2))
    first, _ = imported(runtime, file)
    second, totals = imported(runtime, file)
    assert first != second
    assert (totals.new, totals.known) == (0, 2)


def test_files_are_read_by_their_owner_alone_and_rows_go_when_they_are_in(runtime: Runtime, tmp_path: Path) -> None:
    import_id, _ = imported(runtime, orders_file(tmp_path, order(1), order(2, **{"Lineitem quantity": "x"})))
    folder = folder_of(runtime.settings, import_id)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {"000001.errors": 0o600}


@pytest.mark.usefixtures("small_ranges")
@pytest.mark.parametrize("saves", [1, 4, 7])
def test_what_was_killed_goes_on_where_it_was(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saves: int
) -> None:
    rows = [order(number, **({"Lineitem quantity": "x"} if number % 4 == 0 else {})) for number in range(1, 31)]
    file = orders_file(tmp_path, *rows)
    import_id = begin(runtime, file)
    with killed_after(monkeypatch, saves), pytest.raises(Killed):
        run(runtime, import_id)
    assert begin(runtime, file) == import_id
    _, totals = imported(runtime, file)
    assert (totals.rows, totals.new, totals.known, totals.refused) == (30, 23, 0, 7)
    assert [row["Name"] for row in refused(runtime, import_id)] == [f"#{number}" for number in range(4, 31, 4)]
    recorded = [one for one in runtime.log.read(0, 10_000) if one.event.TOPIC == "order.created"]
    assert len({one.event.originator_id for one in recorded}) == len(recorded) == 23


@pytest.mark.usefixtures("small_ranges")
def test_a_refusal_written_before_the_kill_and_not_stored_is_told_once(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [order(number, **({"Lineitem quantity": "x"} if number == 2 else {})) for number in range(1, 6)]
    import_id = begin(runtime, orders_file(tmp_path, *rows))

    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(work, "tell", killed)  # the refused row is on disk, the checkpoint is not
        with pytest.raises(Killed):
            run(runtime, import_id)
    assert (folder_of(runtime.settings, import_id) / "000001.errors").read_text().count("#2") == 1
    run(runtime, import_id)
    assert [row["Name"] for row in refused(runtime, import_id)] == ["#2"]


@pytest.mark.usefixtures("small_ranges")
def test_a_range_that_two_take_in_is_stored_once(runtime: Runtime, tmp_path: Path) -> None:
    import_id = begin(runtime, orders_file(tmp_path, *(order(number) for number in range(1, 9))))
    service.read(runtime, service.standing_of(runtime, import_id))
    one, other = Intakes(runtime), Intakes(runtime)
    assert one.take(import_id, 1)
    with runtime.pool.connection() as connection:  # the other had looked at the checkpoint before
        assert not work.advance(connection, import_id, 1, 0, 10)
    assert other.take(import_id, 1)
    assert service.complete(runtime, import_id)
    assert service.totals_so_far(runtime, import_id).new == 8


def test_a_paused_import_rests_and_goes_on(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_ranges: None
) -> None:
    import_id = begin(runtime, orders_file(tmp_path, *(order(number) for number in range(1, 9))))
    save = Bulk.save

    def pausing(self: Bulk, *args: Any, **options: Any) -> Any:
        results = save(self, *args, **options)
        if service.standing_of(runtime, import_id).state == "running":
            service.change(runtime, PauseImport(import_id=import_id, context=now()), import_id)
        return results

    with monkeypatch.context() as patched:
        patched.setattr(Bulk, "save", pausing)
        with pytest.raises(local.ImportStopped):
            run(runtime, import_id)
    assert service.totals_so_far(runtime, import_id).new == 3
    run(runtime, import_id)
    assert service.totals_so_far(runtime, import_id).new == 8
    assert runtime.log.load(Import, import_id).state == COMPLETED


def test_a_dry_run_decides_the_same_and_stores_no_order(runtime: Runtime, tmp_path: Path) -> None:
    imported(runtime, orders_file(tmp_path, order(1)))
    head = runtime.log.head()
    rows = (order(1, Total="6.00"), order(2), order(3, Currency="XXX"), order(4, email="nobody"))
    file = orders_file(tmp_path, *rows, name="more.csv")
    dry_id, dry = imported(runtime, file, dry_run=True, on_change="update")
    assert all(one.event.TOPIC.startswith("import.") for one in runtime.log.read(head, 100))
    import_id, totals = imported(runtime, file, on_change="update")
    assert dry.stored() == totals.stored()
    assert (totals.new, totals.updated, totals.refused) == (1, 1, 2)
    assert refused(runtime, dry_id) == refused(runtime, import_id)


def test_two_processes_share_a_file(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "SMALL", 0)
    monkeypatch.setattr(files, "ROWS", 20)
    import_id = begin(runtime, orders_file(tmp_path, *(order(number) for number in range(1, 101))))
    local.run(runtime, import_id, lambda progress: None, processes=2)
    assert service.totals_so_far(runtime, import_id).new == 100
    assert runtime.log.load(Import, import_id).state == COMPLETED


def test_a_header_alone_fails_with_what_to_do(runtime: Runtime, tmp_path: Path) -> None:
    import_id = begin(runtime, orders_file(tmp_path))
    with pytest.raises(UnusableFile, match="no rows"):
        run(runtime, import_id)
    one = runtime.log.load(Import, import_id)
    assert (one.state, one.reason, one.detail) == (FAILED, "unusable-file", "The file has a header and no rows.")


@pytest.mark.usefixtures("small_ranges")
@pytest.mark.parametrize("limit", [200, 3_000])
def test_a_full_disk_is_told_leaves_nothing_half_done_and_is_gone_on_with(
    runtime: Runtime, tmp_path: Path, limit: int
) -> None:
    """A file may not grow beyond the limit: that of rows does for the small one, that of refused rows for the other."""
    bad = {"Lineitem quantity": "x", "Notes": "n" * 900}
    file = orders_file(tmp_path, *(order(number, **(bad if number > 2 else {})) for number in range(1, 10)))
    import_id = begin(runtime, file)
    if limit > 1_000:
        service.read(runtime, service.standing_of(runtime, import_id))
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        with pytest.raises(UnusableFile, match="Make room"):
            run(runtime, import_id)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, previous)
    assert (runtime.log.load(Import, import_id).state, runtime.log.load(Import, import_id).reason) == (
        FAILED,
        "disk-fault",
    )
    run(runtime, import_id)
    totals = service.totals_so_far(runtime, import_id)
    assert (totals.rows, totals.new, totals.refused) == (9, 2, 7)
    assert len(refused(runtime, import_id)) == 7


def test_an_import_that_another_process_works_on_is_left_to_it(runtime: Runtime, tmp_path: Path) -> None:
    import_id = begin(runtime, orders_file(tmp_path, order(1)))
    with local._leading(runtime, import_id), pytest.raises(UnusableFile, match="Another process"):
        run(runtime, import_id)
