"""Imports from their start to their end: stopped and gone on with, repeated, updated and taken back."""

from __future__ import annotations

import resource
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.addresses import Address
from domain.customers import Customer
from domain.events import Context
from domain.imports import COMPLETED, FAILED, UNDONE, Import, PauseImport
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.notes import AddNote
from domain.orders.order import Order
from domain.orders.prints import RecordPrint
from domain.stock import ReceiveStock, StockItem, stock_id_of
from importers import files, local, ranges, service
from importers.faults import UnusableFile
from importers.orders import order_id
from importers.service import Intakes
from projections.desk.bulk import Bulk
from projections.runtime import Runtime
from projections.work import imports as work
from projections.work.import_files import folder_of
from scripts.undoing import take_back
from tests.examples import PRINTED
from tests.importers.importing import begin, book, imported, order, orders_file, refused


def now() -> Context:
    return Context(command_id=uuid4(), actor="operator:desk", at=datetime.now(UTC))


def the_order(runtime: Runtime, number: int) -> Order:
    return runtime.log.load(Order, order_id("shopify", f"#{number}"))


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges of ten rows, batches of three orders."""
    monkeypatch.setattr(files, "ROWS", 10)
    monkeypatch.setattr(ranges, "BATCH", 3)


class Killed(BaseException):
    """The process is gone."""


def run(runtime: Runtime, import_id: UUID) -> None:
    """Brings an import to its end in this process."""
    local.run(runtime, import_id, lambda progress: None, processes=1)


@contextmanager
def killed_after(monkeypatch: pytest.MonkeyPatch, saves: int) -> Iterator[None]:
    """The process is gone once it has stored so many batches; the last one is stored and not heard of."""
    save, left = Bulk.save, saves

    def dying(self: Bulk, *args: Any, **options: Any) -> Any:
        nonlocal left
        results = save(self, *args, **options)
        left -= 1
        if left <= 0:
            raise Killed
        return results

    with monkeypatch.context() as patched:
        patched.setattr(Bulk, "save", dying)
        yield


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


class TestUpdating:
    def test_a_changed_order_is_only_told_unless_asked_for(self, runtime: Runtime, tmp_path: Path) -> None:
        imported(runtime, orders_file(tmp_path, order(1)))
        _, totals = imported(runtime, orders_file(tmp_path, order(1, Total="6.00")))
        assert (totals.changed, totals.updated) == (1, 0)
        assert the_order(runtime, 1).price.total == 500

    def test_an_open_order_follows_its_platform(self, runtime: Runtime, tmp_path: Path) -> None:
        was = {"Financial Status": "pending", "Fulfillment Status": ""}
        imported(runtime, orders_file(tmp_path, order(1, **was)))
        more = order(1, Total="15.00", Notes="Ring twice", **{"Lineitem quantity": "3", "Shipping City": "Lyon"})
        file = orders_file(tmp_path, more)
        _, totals = imported(runtime, file, on_change="update")
        assert (totals.updated, totals.refused) == (1, 0)
        one = the_order(runtime, 1)
        assert ([item.quantity for item in one.items.values()], one.price.total, one.paid) == ([3], 1_500, 1_500)
        assert (one.payment_status, one.fulfilment_status, one.stage) == ("paid", "shipped", "completed")
        assert isinstance(one.shipping_address, Address)
        assert one.shipping_address.city == "Lyon"
        assert [note.text for note in one.notes.values()] == ["Ring twice"]
        assert imported(runtime, file, on_change="update")[1].known == 1

    def test_a_refund_told_later_is_written_down(self, runtime: Runtime, tmp_path: Path) -> None:
        imported(runtime, orders_file(tmp_path, order(1)))
        told = {"Financial Status": "partially_refunded", "Refunded Amount": "2.00"}
        _, totals = imported(runtime, orders_file(tmp_path, order(1, **told)), on_change="update")
        assert totals.updated == 1
        assert the_order(runtime, 1).refunded == 200

    def test_what_no_event_expresses_is_refused_with_its_reason(self, runtime: Runtime, tmp_path: Path) -> None:
        imported(runtime, orders_file(tmp_path, order(1), order(2)))
        rows = (order(1, **{"Lineitem quantity": "2"}), order(2, **{"Financial Status": "pending"}))
        head = runtime.log.stream(order_id("shopify", "#1"))
        import_id, totals = imported(runtime, orders_file(tmp_path, *rows), on_change="update")
        assert totals.refused == 2
        assert [row["error_code"] for row in refused(runtime, import_id)] == ["order-closed", "cannot-be-updated"]
        assert runtime.log.stream(order_id("shopify", "#1")) == head


class TestUndoing:
    @pytest.mark.usefixtures("projecting")
    def test_stock_lists_and_customers_are_as_before(self, runtime: Runtime, tmp_path: Path) -> None:
        runtime.desk.handle(ReceiveStock(context=now(), sku="W-1", quantity=100))
        imported(runtime, orders_file(tmp_path, order(1, **{"Billing Name": "Nora Sample"})))
        by_hand(runtime, "otto@example.com")
        before = book(runtime)
        rows = [
            order(2),
            order(3, email="otto@example.com"),
            order(4, email="new@example.com"),
            order(5, email="new@example.com", **{"Fulfillment Status": "on_hold", "Lineitem quantity": "3"}),
        ]
        import_id, _ = imported(runtime, orders_file(tmp_path, *rows), stock="apply")
        item = runtime.log.load(StockItem, stock_id_of("W-1"))
        assert (item.on_hand, item.reserved) == (97, 3)
        assert len(book(runtime)["orders"]) == len(before["orders"]) + 4
        assert take_back(runtime, import_id) == {"undone": 4, "kept": 0}
        assert book(runtime) == before
        assert runtime.log.load(Import, import_id).state == UNDONE

    @pytest.mark.usefixtures("projecting")
    def test_what_was_taken_back_can_be_imported_again(self, runtime: Runtime, tmp_path: Path) -> None:
        file = orders_file(tmp_path, order(1), order(2, email=""))
        first, _ = imported(runtime, file)
        then = book(runtime)
        take_back(runtime, first)
        assert [len(rows) for rows in book(runtime).values()] == [0] * 5
        _, totals = imported(runtime, file)
        assert (totals.new, totals.known) == (2, 0)
        assert book(runtime) == then
        assert take_back(runtime, first) == {"undone": 2, "kept": 0}
        assert book(runtime) == then, "what came by another import is not this one's to take back"

    def test_orders_that_were_worked_on_since_stay_and_are_listed(self, runtime: Runtime, tmp_path: Path) -> None:
        import_id, _ = imported(runtime, orders_file(tmp_path, order(1), order(2)))
        runtime.desk.handle(AddNote(order_id=the_order(runtime, 1).id, context=now(), text="He called"))
        for number in (1, 2):
            runtime.desk.handle(RecordPrint(order_id=the_order(runtime, number).id, context=now(), printed=PRINTED))
        assert take_back(runtime, import_id) == {"undone": 1, "kept": 1}, "a print changes nothing"
        with runtime.reading() as connection:
            [kept] = work.kept(connection, import_id, 10)
        assert (kept.number, kept.code) == ("#1", "worked-on-since")
        assert "order.note-added" in kept.detail
        assert the_order(runtime, 1).exists
        assert not the_order(runtime, 2).exists
        assert card_of(runtime, the_order(runtime, 1)).value("name") == "Nora Example", "their card is still used"

    def test_an_undo_that_was_killed_goes_on(
        self, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from projections.desk import undoing

        import_id, _ = imported(runtime, orders_file(tmp_path, *(order(number) for number in range(1, 8))))
        keep, left = work.keep, 2

        def dying(*args: Any) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise Killed
            keep(*args)

        monkeypatch.setattr(undoing.Undoing.batches, "__defaults__", (2,))
        with monkeypatch.context() as patched:
            patched.setattr(work, "keep", dying)
            with pytest.raises(Killed):
                take_back(runtime, import_id)
        assert take_back(runtime, import_id) == {"undone": 7, "kept": 0}


class TestUpdatesByCsv:
    @pytest.mark.usefixtures("projecting")
    def test_tracking_codes_reach_their_orders_once(self, runtime: Runtime, tmp_path: Path) -> None:
        numbers = [by_hand(runtime, f"{name}@example.com") for name in ("a", "b", "c")]
        book(runtime)
        file = tmp_path / "codes.csv"
        rows = [f"{number};colissimo;8R{index}" for index, number in enumerate(numbers)]
        file.write_text("\n".join(("Number;Carrier;Tracking number", *rows, "C9;dhl;1", f"{numbers[0]};dhl;")) + "\n")
        import_id, totals = imported(runtime, file, kind="tracking")
        assert (totals.new, totals.refused) == (3, 2)
        codes = [(row["Number"], row["error_column"], row["error_code"]) for row in refused(runtime, import_id)]
        assert codes == [("C9", "Number", "order-not-found"), (numbers[0], "Tracking number", "text-missing")]
        book(runtime)
        with runtime.reading() as connection:
            told = connection.execute("SELECT number, carriers, tracking_codes FROM views.orders ORDER BY 1").fetchall()
        assert told == [(number, ["colissimo"], [f"8R{index}"]) for index, number in enumerate(numbers)]
        head = runtime.log.head()
        assert imported(runtime, file, kind="tracking")[1].known == 3
        assert {one.event.TOPIC.split(".")[0] for one in runtime.log.read(head, 100)} == {"import"}

    @pytest.mark.usefixtures("projecting")
    def test_statuses_move_orders_with_an_answer_about_stock(self, runtime: Runtime, tmp_path: Path) -> None:
        runtime.desk.handle(ReceiveStock(context=now(), sku="CUP-1", quantity=10))
        numbers = [by_hand(runtime, f"{name}@example.com") for name in ("a", "b", "c")]
        book(runtime)
        file = tmp_path / "statuses.csv"
        answers = ("on hold,", "shipped,apply", "shipped,")
        rows = [f"{number},{answer}" for number, answer in zip(numbers, answers, strict=True)]
        file.write_text("\n".join(("number,status,stock", *rows, f"{numbers[0]},nonsense,")) + "\n")
        _, dry = imported(runtime, file, kind="statuses", dry_run=True)
        import_id, totals = imported(runtime, file, kind="statuses")
        assert dry.stored() == totals.stored()
        assert (totals.new, totals.refused) == (2, 2)
        assert {row["error_code"] for row in refused(runtime, import_id)} == {
            "stock-confirmation-required",
            "unknown-status",
        }
        assert runtime.log.load(StockItem, stock_id_of("CUP-1")).on_hand == 9

    def test_a_file_without_the_columns_says_so(self, runtime: Runtime, tmp_path: Path) -> None:
        file = tmp_path / "codes.csv"
        file.write_text("number,carrier\nC1,dhl\n")
        with pytest.raises(UnusableFile, match="no column code"):
            imported(runtime, file, kind="tracking")


def by_hand(runtime: Runtime, email: str) -> str:
    """The number of an order that somebody placed here."""
    command = CreateOrder(
        order_id=uuid4(),
        context=now(),
        place=True,
        billing_address=Address(name="By Hand", email=email),
        items=(NewItem(sku="CUP-1", name="Blue cup", quantity=1, unit_price=1_000),),
    )
    number: str = runtime.desk.handle(command).aggregate.number
    return number


def card_of(runtime: Runtime, one: Order) -> Customer:
    return runtime.log.load(Customer, one.customer_id or UUID(int=0))


def test_an_import_that_another_process_works_on_is_left_to_it(runtime: Runtime, tmp_path: Path) -> None:
    import_id = begin(runtime, orders_file(tmp_path, order(1)))
    with local._leading(runtime, import_id), pytest.raises(UnusableFile, match="Another process"):
        run(runtime, import_id)
