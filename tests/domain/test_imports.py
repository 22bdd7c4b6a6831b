"""An import from its start to its end, and what becomes of an imported order."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from domain.customers import CardImportUndone, Customer, CustomerCard, CustomerCreated, CustomerUpdated, UndoCardImport
from domain.customers import TakeBillingData as Take
from domain.imports import (
    BeginUndo,
    CancelImport,
    Choices,
    CompleteImport,
    CompleteUndo,
    FailImport,
    Import,
    ImportCompleted,
    ImportExists,
    ImportFailed,
    ImportPaused,
    ImportRead,
    ImportResumed,
    ImportStarted,
    ImportUndone,
    NothingToUndo,
    PauseImport,
    ReadImport,
    ResumeImport,
    StartImport,
    UndoBegun,
    WrongImportState,
)
from domain.orders.creation import CreateOrder, OrderCreated, create_order
from domain.orders.imports import (
    CannotRetell,
    NotImported,
    OrderImportUndone,
    OrderImportUpdated,
    RetellOrder,
    UndoOrderImport,
    WorkedOnSince,
)
from domain.orders.lines import NewItem
from domain.orders.order import ForeignCurrency, Imported, Order, OrderClosed
from domain.orders.past import Past, PastPayment, PastRefund, PastShipment
from domain.orders.payments import PaymentRecorded
from domain.orders.shipments import OrderShipped, TrackingCorrected
from domain.settings import Shop
from domain.stock.following import of_the_past, taken_back
from tests.examples.facts import ADDRESS, CUSTOMER, IMPORT, ORDER
from tests.given import NOW, context, given

SAID: dict[str, Any] = {"import_id": IMPORT, "context": context("import")}
STARTED = StartImport(**SAID)
CUP = NewItem(sku="CUP-1", name="Blue cup", quantity=3, unit_price=1_000)
TEA = NewItem(sku="TEA-1", name="Tea", quantity=1, unit_price=500)


def told(content: str = "a", *items: NewItem, status: str = "processing", total: int = 3_500, **facts: Any) -> Any:
    """An order of the past as its platform tells it."""
    imported = Imported(source="shopify", external_id="#1", content_hash=content, total=total)
    past = {name: facts.pop(name) for name in ("payments", "refunds", "shipments") if name in facts}
    given_context = replace(context("create"), import_id=IMPORT)
    return CreateOrder(
        order_id=ORDER,
        context=given_context,
        number="#1",
        currency=facts.pop("currency", "EUR"),
        status=status,
        items=items or (CUP, TEA),
        past=Past(imported=imported, placed_at=NOW, **past),
        **facts,
    )


def retold(command: CreateOrder) -> RetellOrder:
    return RetellOrder(order_id=ORDER, context=replace(context("again"), import_id=IMPORT), told=command)


class TestAnImport:
    def test_it_starts_once(self) -> None:
        given(Import).when(STARTED).then(ImportStarted)
        given(Import, STARTED).when(STARTED).then_refused(ImportExists)

    def test_what_the_file_turned_out_to_be_is_told_once(self) -> None:
        read = ReadImport(**SAID, profile="shopify", source="shopify", rows=9, orders=3)
        given(Import, STARTED).when(read).then((ImportRead, {"rows": 9}))
        given(Import, STARTED, read).when(read).then_nothing()

    def test_it_rests_and_goes_on(self) -> None:
        given(Import, STARTED).when(PauseImport(**SAID)).then(ImportPaused)
        given(Import, STARTED, PauseImport(**SAID)).when(PauseImport(**SAID)).then_nothing()
        given(Import, STARTED, PauseImport(**SAID)).when(ResumeImport(**SAID)).then((ImportResumed, {"was": "paused"}))
        given(Import, STARTED).when(ResumeImport(**SAID)).then_nothing()

    def test_one_that_failed_can_be_resumed_and_tells_why_it_failed(self) -> None:
        failing = FailImport(**SAID, code="disk-fault", detail="x" * 5_000)
        one = given(Import, STARTED).when(failing).then(ImportFailed)
        assert (one.state, one.reason, len(one.detail)) == ("failed", "disk-fault", 2_000)
        assert given(Import, STARTED, failing).when(ResumeImport(**SAID)).then(ImportResumed).detail == ""

    def test_one_that_was_stopped_meanwhile_does_not_fail(self) -> None:
        given(Import, STARTED, CancelImport(**SAID)).when(FailImport(**SAID, code="disk-fault")).then_nothing()

    def test_it_ends_once(self) -> None:
        done = CompleteImport(**SAID, totals={"rows": {"read": 1}})
        assert given(Import, STARTED).when(done).then(ImportCompleted).totals == done.totals
        given(Import, STARTED, done).when(done).then_nothing()
        given(Import, STARTED, done).when(CancelImport(**SAID)).then_refused(WrongImportState, state="completed")
        given(Import, STARTED, CancelImport(**SAID)).when(ResumeImport(**SAID)).then_refused(WrongImportState)

    def test_it_is_taken_back_once_it_stands_still(self) -> None:
        done = CompleteImport(**SAID, totals={})
        given(Import, STARTED).when(BeginUndo(**SAID)).then_refused(WrongImportState, wanted="undone")
        given(Import, STARTED, CancelImport(**SAID)).when(BeginUndo(**SAID)).then((UndoBegun, {"was": "cancelled"}))
        undone = CompleteUndo(**SAID, totals={"undone": 1, "kept": 1})
        given(Import, STARTED, done, BeginUndo(**SAID)).when(undone).then(ImportUndone)
        given(Import, STARTED, done, BeginUndo(**SAID), undone).when(BeginUndo(**SAID)).then(UndoBegun)

    @pytest.mark.parametrize("facts", [{"kind": "tracking"}, {"choices": Choices(dry_run=True)}])
    def test_what_stored_no_order_is_not_taken_back(self, facts: dict[str, Any]) -> None:
        begun = replace(STARTED, **facts)
        done = CompleteImport(**SAID, totals={})
        given(Import, begun, done).when(BeginUndo(**SAID)).then_refused(NothingToUndo)


class TestOrdersOfThePast:
    def test_several_payments_refunds_and_parcels_come_at_their_own_times(self) -> None:
        days = [NOW.replace(day=day) for day in (3, 4, 5, 6)]
        command = told(
            payments=(PastPayment(amount=1_500, at=days[0]), PastPayment(amount=2_000, at=days[1])),
            refunds=(PastRefund(amount=100, at=days[2]), PastRefund(amount=200, at=days[3])),
            shipments=(
                PastShipment(carrier="dhl", tracking_code="A", at=days[1], lines=((0, 2),), delivered=True),
                PastShipment(carrier="dhl", tracking_code="B", at=days[2]),
            ),
        )
        order = Order.blank(ORDER)
        create_order(order, command, Shop())
        assert [payment.at for payment in order.payments.values()] == days[:2]
        assert [(refund.amount, refund.at) for refund in order.refunds] == [(100, days[2]), (200, days[3])]
        first, second = order.shipments.values()
        assert [(item.item, item.quantity) for item in first.items] == [("1", 2)]
        assert [(item.item, item.quantity) for item in second.items] == [("1", 1), ("2", 1)]
        assert (first.state, second.state) == ("delivered", "shipped")

    @pytest.mark.parametrize(
        ("status", "promised", "gone"),
        [("pending", 4, 0), ("on_hold", 4, 0), ("shipped", 4, 4), ("processing", 4, 4), ("cancelled", 0, 0)],
    )
    def test_stock_follows_what_they_came_to(self, status: str, promised: int, gone: int) -> None:
        order = given(Order).when(told(status=status)).aggregate
        asked = of_the_past(order, [], Shop())
        units = {
            name: sum(wish.quantity for wish in asked if wish.step.__name__ == name) for name in ("_cover", "_deduct")
        }
        assert (units["_cover"], units["_deduct"]) == (promised, gone)

    def test_taking_back_frees_what_is_promised_and_restores_what_left(self) -> None:
        asked = taken_back(given(Order).when(told()).aggregate)
        assert [(wish.step.__name__, wish.line) for wish in asked] == [
            (step, line) for line in ("1", "2") for step in ("_release", "_restore")
        ]
        assert {wish.cause.name for wish in asked} == {"import-undone"}


class TestRetelling:
    def test_the_same_content_tells_nothing_new(self) -> None:
        given(Order, told()).when(retold(told())).then_nothing()

    def test_a_payment_told_later_is_recorded(self) -> None:
        paid = told("b", payments=(PastPayment(amount=3_500),))
        order = given(Order, told()).when(retold(paid)).then(PaymentRecorded, OrderImportUpdated)
        assert (order.payment_status, order.imported and order.imported.content_hash) == ("paid", "b")

    def test_a_payment_that_grew_is_told_by_what_it_has_more(self) -> None:
        was, now = (
            told(content, payments=(PastPayment(amount=amount),)) for content, amount in (("a", 500), ("b", 3_500))
        )
        order = given(Order, was).when(retold(now)).then((PaymentRecorded, {"amount": 3_000}), OrderImportUpdated)
        assert order.paid == 3_500

    def test_less_money_than_before_is_refused(self) -> None:
        was, now = (
            told(content, payments=(PastPayment(amount=amount),)) for content, amount in (("a", 500), ("b", 400))
        )
        given(Order, was).when(retold(now)).then_refused(CannotRetell, what="less money received")

    def test_a_parcel_without_a_code_gets_it_and_a_new_one_is_sent(self) -> None:
        was = told(shipments=(PastShipment(carrier="unknown", lines=((0, 1),)),))
        parcels = (PastShipment(carrier="dhl", tracking_code="A", lines=((0, 1),)), PastShipment(carrier="dhl"))
        given(Order, was).when(retold(told("b", shipments=parcels))).then(
            TrackingCorrected, OrderShipped, OrderImportUpdated
        )

    def test_the_total_told_now_holds_whatever_the_parts_come_to(self) -> None:
        more = told("b", replace(CUP, quantity=4), TEA, total=4_400)
        order = given(Order, told()).when(retold(more)).aggregate
        assert (order.price.total, order.adjustment) == (4_400, -100)

    def test_lines_of_an_order_that_was_sent_do_not_change(self) -> None:
        sent = told(status="shipped")
        given(Order, sent).when(retold(told("b", CUP, status="shipped", total=3_000))).then_refused(OrderClosed)

    def test_another_currency_is_refused(self) -> None:
        given(Order, told()).when(retold(told("b", currency="USD"))).then_refused(ForeignCurrency)

    def test_an_order_made_here_is_not_retold(self) -> None:
        here = replace(told(), past=None)
        given(Order, here).when(retold(told("b"))).then_refused(NotImported)

    def test_what_is_known_of_people_follows(self) -> None:
        order = given(Order, told()).when(retold(told("b", billing_address=ADDRESS, notes=("Ring",)))).aggregate
        assert (order.billing_address, [note.text for note in order.notes.values()]) == (ADDRESS, ["Ring"])


class TestTakingBack:
    UNDO = UndoOrderImport(order_id=ORDER, context=replace(context("undo"), import_id=IMPORT))

    def test_the_order_is_there_no_more(self) -> None:
        order = given(Order, told()).when(self.UNDO).then((OrderImportUndone, {"external_id": "#1"}))
        assert (order.exists, order.items, order.payments) == (False, {}, {})

    def test_it_begins_anew_when_it_is_imported_again(self) -> None:
        order = given(Order, told(), self.UNDO).when(told("c")).aggregate
        assert (order.exists, len(order.items), order.imported and order.imported.content_hash) == (True, 2, "c")

    def test_one_that_was_worked_on_stays(self) -> None:
        undo = replace(self.UNDO, since=("order.note-added",))
        given(Order, told()).when(undo).then_refused(WorkedOnSince, what="order.note-added")

    def test_one_made_here_stays(self) -> None:
        given(Order, replace(told(), past=None)).when(self.UNDO).then_refused(NotImported)

    def test_a_card_that_the_import_made_goes_and_begins_anew(self) -> None:
        take = Take(customer_id=CUSTOMER, context=context("take"), order_id=ORDER, billing=ADDRESS)
        undo = UndoCardImport(customer_id=CUSTOMER, context=context("undo"))
        card = given(Customer, take).when(undo).then(CardImportUndone)
        assert (card.withdrawn, card.value("name")) == (True, "")
        given(Customer, take, undo).when(undo).then_nothing()
        given(Customer, take, undo).when(take).then(CustomerCreated, CustomerUpdated)

    def test_a_card_says_again_what_it_said(self) -> None:
        take = Take(customer_id=CUSTOMER, context=context("take"), order_id=ORDER, billing=ADDRESS)
        before = CustomerCard(name="Nora", city="")
        undo = UndoCardImport(customer_id=CUSTOMER, context=context("undo"), before=before)
        card = given(Customer, take).when(undo).then((CustomerUpdated, {"fields": ("name", "city")}))
        assert (card.value("name"), card.value("city"), card.value("country")) == ("Nora", "", "FR")


def test_what_is_imported_is_of_the_past_unless_it_acts() -> None:
    quiet = given(Order).when(told()).events
    acting = replace(told(), context=replace(told().context, acts=True))
    assert {event.metadata.is_of_the_past for event in quiet} == {True}
    assert {event.metadata.is_of_the_past for event in given(Order).when(acting).events} == {False}
    assert {event.metadata.import_id for event in quiet} == {IMPORT}
    assert isinstance(quiet[0], OrderCreated)
