"""Imports that update orders which are there, and imports that are taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.addresses import Address
from domain.customers import Customer
from domain.imports import UNDONE, Import
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.notes import AddNote
from domain.orders.order import Order
from domain.orders.prints import RecordPrint
from domain.stock import ReceiveStock, StockItem, stock_id_of
from importers.faults import UnusableFile
from importers.orders import order_id
from projections.runtime import Runtime
from projections.work import imports as work
from scripts.undoing import take_back
from tests.examples.facts import PRINTED
from tests.importers.imported import Killed, now, the_order
from tests.importers.importing import book, imported, order, orders_file, refused


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
