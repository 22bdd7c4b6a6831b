from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.events import Command
from domain.orders.cart import ItemRemoved
from domain.orders.moves import (
    BalanceConfirmationRequired,
    IllegalMove,
    NothingOrdered,
    OrderPlaced,
    OrderStatusChanged,
    OrderStatusForced,
    ReasonMissing,
    ShippedGoods,
    TrackingMissing,
    as_refusal,
    moves,
)
from domain.orders.order import Order
from domain.orders.shipments import CancelShipment
from domain.settings import Shop
from domain.statuses import STAGES, MerchantStatus, UnknownStatus, may_move
from domain.texts import TextTooLong
from tests.domain.orders import ask, create, pay, placed, refused, ship, to
from tests.given import NOW, given

TRACKED = MerchantStatus(code="sent", label="Sent", stage="shipped", position=5, needs_tracking=True)
SHOP = Shop(statuses={**Shop().statuses, "sent": TRACKED})
TO_STAGE: dict[str, tuple[Command, ...]] = {
    "draft": (create(),),
    "pending": (placed(),),
    "processing": (placed(), to("processing")),
    "on_hold": (placed(), to("on_hold")),
    "shipped": (placed(), to("shipped")),
    "completed": (placed(), to("completed")),
    "cancelled": (placed(), to("cancelled")),
}
LEGAL = [(start, end) for start in STAGES for end in STAGES if start != end and may_move(start, end)]
ILLEGAL = [(start, end) for start in STAGES for end in STAGES if not may_move(start, end)]


class TestTheTable:
    @pytest.mark.parametrize(("start", "end"), LEGAL)
    def test_a_move_of_the_table_is_made(self, start: str, end: str) -> None:
        event = OrderPlaced if start == "draft" and end != "cancelled" else OrderStatusChanged
        order = given(Order, *TO_STAGE[start]).when(to(end)).then((event, {"status": end, "stage": end, "was": start}))
        assert order.stage == end

    @pytest.mark.parametrize(("start", "end"), ILLEGAL)
    def test_a_move_outside_the_table_is_refused_with_the_legal_ones(self, start: str, end: str) -> None:
        error = given(Order, *TO_STAGE[start]).when(to(end)).then_refused(IllegalMove, stage=start, status=end)
        assert error.pointer == "/status"
        legal = [stage for stage in STAGES if may_move(start, stage)]
        assert sorted(error.details["legal"].split(", ")) == sorted(legal)

    @pytest.mark.parametrize(("start", "end"), ILLEGAL)
    def test_it_is_made_by_force_for_a_reason(self, start: str, end: str) -> None:
        outcome = given(Order, *TO_STAGE[start]).when(to(end, because="Entered by mistake", force=True))
        outcome.then((OrderStatusForced, {"status": end, "stage": end, "was": start, "stage_was": start}))
        assert outcome.events[0].metadata.reason == "Entered by mistake"

    @pytest.mark.parametrize("because", [None, "", "  "])
    def test_no_force_without_a_reason(self, because: str | None) -> None:
        command = to("pending", because=because, force=True)
        assert given(Order, *TO_STAGE["completed"]).when(command).then_refused(ReasonMissing).pointer == "/reason"

    def test_force_on_a_move_of_the_table_is_a_plain_move(self) -> None:
        given(Order, placed()).when(to("processing", force=True)).then(OrderStatusChanged)

    @pytest.mark.parametrize("stage", STAGES)
    def test_the_status_it_has_records_nothing(self, stage: str) -> None:
        given(Order, *TO_STAGE[stage]).when(to(stage)).then_nothing()

    def test_another_status_on_the_same_stage_is_always_legal(self) -> None:
        past = (*TO_STAGE["shipped"], ship(tracking_code="T1"))
        given(Order, *past).when(to("sent"), SHOP).then((OrderStatusChanged, {"status": "sent", "stage": "shipped"}))

    def test_an_unknown_status_is_refused_with_the_known_ones(self) -> None:
        error = given(Order, placed()).when(to("lost")).then_refused(UnknownStatus, status="lost")
        assert error.details["known"].split(", ") == list(Shop().statuses)

    def test_a_reason_has_its_bounds(self) -> None:
        command = to("processing", because="x" * 501)
        assert given(Order, placed()).when(command).then_refused(TextTooLong).pointer == "/reason"


class TestPlacing:
    def test_an_order_is_placed_when_it_leaves_draft(self) -> None:
        assert given(Order, create()).when(to("processing")).then(OrderPlaced).placed_at == NOW

    def test_a_cancelled_draft_was_never_placed(self) -> None:
        assert not given(Order, create()).when(to("cancelled")).then(OrderStatusChanged).is_placed

    def test_an_order_forced_out_of_draft_is_placed(self) -> None:
        command = to("shipped", because="Sold at the counter", force=True)
        assert given(Order, create()).when(command).then(OrderStatusForced).placed_at == NOW

    def test_an_order_is_placed_once(self) -> None:
        back = to("draft", because="To be discussed", force=True)
        again = to("pending")
        later = replace(again, context=replace(again.context, at=NOW + timedelta(days=1)))
        order = given(Order, placed(), back).when(later).then(OrderStatusChanged)
        assert order.placed_at == NOW

    @pytest.mark.parametrize("force", [False, True])
    def test_an_order_without_a_line_cannot_be_placed(self, force: bool) -> None:
        command = to("pending", because="Because", force=force)
        assert given(Order, create(items=())).when(command).then_refused(NothingOrdered).pointer == "/status"

    def test_an_empty_order_is_not_placed_by_way_of_cancelling_it(self) -> None:
        past = (create(items=()), to("cancelled"))
        given(Order, *past).when(to("pending", because="Because", force=True)).then_refused(NothingOrdered)

    def test_a_placed_order_whose_lines_are_being_replaced_moves_on(self) -> None:
        """As it could be before the last line of a placed order stayed."""
        emptied = (ItemRemoved, {"item": "1", "sku": "CUP-1", "quantity": 2})
        given(Order, placed(), emptied).when(to("on_hold")).then(OrderStatusChanged)


class TestMoneyDue:
    @pytest.mark.parametrize("force", [False, True])
    def test_an_order_that_is_completed_with_money_due_asks_first(self, force: bool) -> None:
        command = to("completed", because="Settled elsewhere", force=force, balance=None)
        error = given(Order, placed(), pay(500)).when(command).then_refused(BalanceConfirmationRequired)
        assert error.details == {"number": "C1001", "balance": "15.00", "currency": "EUR"}

    def test_it_is_completed_once_that_is_accepted(self) -> None:
        given(Order, placed(), pay(500)).when(to("completed")).then(OrderStatusChanged)

    @pytest.mark.parametrize("past", [(pay(),), (pay(2_500),)])
    def test_nothing_is_asked_where_nothing_is_due(self, past: tuple[Command, ...]) -> None:
        given(Order, placed(), *past).when(to("completed", balance=None)).then(OrderStatusChanged)

    def test_an_order_that_is_completed_already_asks_nothing(self) -> None:
        shop = Shop(statuses={**Shop().statuses, "done": MerchantStatus(code="done", label="Done", stage="completed")})
        given(Order, placed(), to("completed")).when(to("done", balance=None), shop).then(OrderStatusChanged)

    def test_an_order_stored_as_completed_asks_as_well(self) -> None:
        refused(given(Order).when(create(status="completed")), BalanceConfirmationRequired)


class TestPolicies:
    def test_an_order_with_parcels_under_way_is_not_cancelled(self) -> None:
        error = given(Order, placed(), ship()).when(to("cancelled")).then_refused(ShippedGoods, number="C1001")
        assert error.pointer == "/status"

    def test_once_they_are_called_back_it_is(self) -> None:
        past = (placed(), ship(), ask(CancelShipment, shipment=1))
        given(Order, *past).when(to("cancelled")).then(OrderStatusChanged)

    def test_by_force_it_is_cancelled_all_the_same(self) -> None:
        given(Order, placed(), ship()).when(to("cancelled", because="Lost", force=True)).then(OrderStatusForced)

    @pytest.mark.parametrize(
        "past",
        [
            (placed(),),
            (placed(), ship()),
            (placed(), ship(tracking_code="T1"), ask(CancelShipment, shipment=1)),
        ],
    )
    def test_a_status_that_needs_tracking_waits_for_it(self, past: tuple[Command, ...]) -> None:
        assert given(Order, *past).when(to("sent"), SHOP).then_refused(TrackingMissing, status="sent")

    def test_a_tracked_parcel_lets_it_pass(self) -> None:
        given(Order, placed(), ship(tracking_code="T1")).when(to("sent"), SHOP).then(OrderStatusChanged)

    def test_by_force_it_passes_without(self) -> None:
        given(Order, placed()).when(to("sent", because="By hand", force=True), SHOP).then(OrderStatusForced)


class TestMoves:
    def order(self, *past: Command) -> Order:
        return given(Order, *past).when(to("lost")).aggregate

    def test_every_other_status_is_told_in_the_merchants_order(self) -> None:
        offered = [move.status.code for move in moves(self.order(placed()), SHOP)]
        assert offered == ["draft", "processing", "on_hold", "sent", "shipped", "completed", "cancelled"]

    @pytest.mark.parametrize("stage", STAGES)
    def test_each_tells_whether_it_would_be_made_and_why_not(self, stage: str) -> None:
        for move in moves(self.order(*TO_STAGE[stage]), SHOP):
            outcome = given(Order, *TO_STAGE[stage]).when(to(move.status.code), SHOP)
            assert move.refusal == as_refusal(outcome.refusal)

    def test_a_status_the_shop_retired_still_shows_where_to_go(self) -> None:
        shop = Shop()
        del shop.statuses["pending"]
        allowed = [move.status.code for move in moves(self.order(placed()), shop) if not move.refusal]
        assert allowed == ["processing", "on_hold", "shipped", "completed", "cancelled"]

    def test_sending_a_parcel_moves_nothing(self) -> None:
        assert self.order(placed(), ship()).stage == "pending"
