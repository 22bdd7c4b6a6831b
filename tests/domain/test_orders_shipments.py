from __future__ import annotations

from typing import Any

import pytest

from domain.events import Command
from domain.orders.line_changes import ChangeItem
from domain.orders.order import Order, ShippedItem
from domain.orders.shipments import (
    MAX_SHIPMENTS,
    CancelShipment,
    CorrectTracking,
    DeliverShipment,
    NothingToShip,
    NotShippable,
    OrderShipped,
    ShipmentCancelled,
    ShipmentDelivered,
    ShipmentNotFound,
    ShipmentSettled,
    ShippedAboveLine,
    TooManyShipments,
    TrackingCorrected,
)
from domain.texts import TextMissing, TextTooLong
from tests.domain.orders import add, ask, create, line, placed, ship, to
from tests.given import given

DELIVER = ask(DeliverShipment, shipment=1)
CANCEL = ask(CancelShipment, shipment=1)


def correct(**facts: Any) -> CorrectTracking:
    return ask(CorrectTracking, **{"shipment": 1, **facts})


def units(**quantities: int) -> tuple[ShippedItem, ...]:
    return tuple(ShippedItem(item=item.removeprefix("line"), quantity=number) for item, number in quantities.items())


def fulfilment_after(*past: Command) -> str:
    return given(Order, *past).when(to("lost")).aggregate.fulfilment_status


class TestShipping:
    def test_a_parcel_takes_all_that_is_left(self) -> None:
        past = (placed(line(3), line(1)), ship(("1", 1)))
        given(Order, *past).when(ship(tracking_code="T2")).then(
            (OrderShipped, {"shipment": 2, "carrier": "dhl", "tracking_code": "T2", "items": units(line1=2, line2=1)})
        )

    def test_a_parcel_takes_the_units_named(self) -> None:
        order = (
            given(Order, placed(line(3), line(1)))
            .when(ship(("1", 2)))
            .then((OrderShipped, {"shipment": 1, "items": units(line1=2)}))
        )
        assert order.fulfilment_status == "partially_shipped"

    def test_a_line_named_twice_counts_twice(self) -> None:
        given(Order, placed(line(3))).when(ship(("1", 1), ("1", 1))).then((OrderShipped, {"items": units(line1=2)}))
        error = given(Order, placed()).when(ship(("1", 2), ("1", 1))).then_refused(ShippedAboveLine, left=0, asked=1)
        assert error.pointer == "/items/1"

    @pytest.mark.parametrize(("item", "quantity", "left"), [("1", 3, 2), ("1", 0, 2), ("1", -1, 2), ("8", 1, 0)])
    def test_never_more_than_is_left_of_a_line(self, item: str, quantity: int, left: int) -> None:
        error = given(Order, placed()).when(ship((item, quantity))).then_refused(ShippedAboveLine, item=item)
        assert (error.pointer, error.details["left"], error.details["asked"]) == ("/items/0", left, quantity)

    def test_a_carrier_off_the_list_is_as_good(self) -> None:
        given(Order, placed()).when(ship(carrier="Uncle Bob's van")).then(
            (OrderShipped, {"carrier": "Uncle Bob's van"})
        )

    def test_everything_shipped_is_nothing_to_ship(self) -> None:
        given(Order, placed(), ship()).when(ship(called="again")).then_refused(NothingToShip, number="C1001")

    def test_the_same_command_sends_one_parcel(self) -> None:
        given(Order, placed(line(3)), ship(("1", 1))).when(ship(("1", 1))).then_nothing()

    def test_a_line_added_later_can_follow(self) -> None:
        given(Order, placed(), ship(), add(1)).when(ship(called="again")).then(
            (OrderShipped, {"items": units(line2=1)})
        )

    def test_a_parcel_called_back_can_go_out_again_under_another_number(self) -> None:
        given(Order, placed(), ship(), CANCEL).when(ship(called="again")).then(
            (OrderShipped, {"shipment": 2, "items": units(line1=2)})
        )

    @pytest.mark.parametrize(
        ("past", "stage"),
        [
            ((create(),), "draft"),
            ((placed(), to("on_hold")), "on_hold"),
            ((placed(), to("cancelled")), "cancelled"),
        ],
    )
    def test_nothing_leaves_for_a_draft_or_an_order_held_or_cancelled(
        self, past: tuple[Command, ...], stage: str
    ) -> None:
        given(Order, *past).when(ship()).then_refused(NotShippable, number="C1001", stage=stage)

    @pytest.mark.parametrize("status", ["pending", "processing", "shipped", "completed"])
    def test_parcels_leave_on_every_other_stage(self, status: str) -> None:
        given(Order, placed(), to(status)).when(ship()).then(OrderShipped)

    @pytest.mark.parametrize(
        ("facts", "error", "pointer"),
        [
            ({"carrier": ""}, TextMissing, "/carrier"),
            ({"carrier": "c" * 201}, TextTooLong, "/carrier"),
            ({"tracking_code": "t" * 65}, TextTooLong, "/tracking_code"),
        ],
    )
    def test_carrier_and_code_have_their_bounds(self, facts: Any, error: Any, pointer: str) -> None:
        assert given(Order, placed()).when(ship(**facts)).then_refused(error).pointer == pointer

    def test_an_order_holds_so_many_parcels_and_no_more(self) -> None:
        past = (
            placed(line(MAX_SHIPMENTS + 1)),
            *(ship(("1", 1), called=str(number)) for number in range(MAX_SHIPMENTS)),
        )
        given(Order, *past).when(ship()).then_refused(TooManyShipments, limit=MAX_SHIPMENTS)


class TestTracking:
    def test_a_code_is_put_right_and_the_former_kept(self) -> None:
        order = (
            given(Order, placed(), ship(tracking_code="T1"))
            .when(correct(tracking_code="T2"))
            .then(
                (
                    TrackingCorrected,
                    {"carrier": "dhl", "tracking_code": "T2", "carrier_was": "dhl", "tracking_code_was": "T1"},
                )
            )
        )
        assert order.shipments[1].tracking_code == "T2"

    def test_a_carrier_is_put_right_and_a_code_taken_away(self) -> None:
        past = (placed(), ship(tracking_code="T1"))
        order = given(Order, *past).when(correct(carrier="ups", tracking_code="")).then(TrackingCorrected)
        assert (order.shipments[1].carrier, order.shipments[1].tracking_code) == ("ups", "")

    def test_the_same_again_records_nothing(self) -> None:
        past = (placed(), ship(), correct(tracking_code="T2"))
        given(Order, *past).when(correct(tracking_code="T2")).then_nothing()

    def test_a_parcel_that_arrived_can_still_be_put_right(self) -> None:
        given(Order, placed(), ship(), DELIVER).when(correct(tracking_code="T2")).then(TrackingCorrected)

    def test_a_parcel_called_back_cannot(self) -> None:
        error = given(Order, placed(), ship(), CANCEL).when(correct(carrier="ups")).then_refused(ShipmentSettled)
        assert (error.pointer, error.details) == ("/shipment", {"shipment": 1, "state": "cancelled"})

    def test_the_bounds_are_those_of_shipping(self) -> None:
        past = (placed(), ship())
        assert given(Order, *past).when(correct(carrier="")).then_refused(TextMissing).pointer == "/carrier"
        error = given(Order, *past).when(correct(tracking_code="t" * 65)).then_refused(TextTooLong)
        assert error.pointer == "/tracking_code"


class TestArriving:
    def test_a_parcel_arrives_once(self) -> None:
        order = given(Order, placed(), ship()).when(DELIVER).then((ShipmentDelivered, {"shipment": 1}))
        assert order.fulfilment_status == "delivered"
        given(Order, placed(), ship(), DELIVER).when(DELIVER).then_nothing()

    def test_a_parcel_called_back_does_not_arrive(self) -> None:
        given(Order, placed(), ship(), CANCEL).when(DELIVER).then_refused(ShipmentSettled, state="cancelled")

    def test_a_parcel_is_called_back_once(self) -> None:
        order = given(Order, placed(), ship()).when(CANCEL).then((ShipmentCancelled, {"shipment": 1}))
        assert order.fulfilment_status == "unfulfilled"
        given(Order, placed(), ship(), CANCEL).when(CANCEL).then_nothing()

    def test_a_parcel_that_arrived_is_not_called_back(self) -> None:
        given(Order, placed(), ship(), DELIVER).when(CANCEL).then_refused(ShipmentSettled, state="delivered")

    @pytest.mark.parametrize("command", [DELIVER, CANCEL, correct(carrier="ups")], ids=lambda c: type(c).__name__)
    def test_a_parcel_that_is_not_there_is_not_found(self, command: Command) -> None:
        error = given(Order, placed()).when(command).then_refused(ShipmentNotFound, number="C1001", shipment=1)
        assert error.pointer == "/shipment"


@pytest.mark.parametrize(
    ("past", "status"),
    [
        ((create(items=()),), "unfulfilled"),
        ((placed(),), "unfulfilled"),
        ((placed(), ship(("1", 1))), "partially_shipped"),
        ((placed(), ship(("1", 1)), DELIVER), "partially_shipped"),
        ((placed(), ship()), "shipped"),
        ((placed(), ship(("1", 1)), ship(), DELIVER), "shipped"),
        ((placed(), ship(), DELIVER), "delivered"),
        ((placed(), ship(), DELIVER, add()), "partially_shipped"),
        ((placed(), ship(), ask(ChangeItem, item="1", quantity=3)), "partially_shipped"),
        ((placed(), ship(), CANCEL, ship(called="again"), ask(DeliverShipment, shipment=2)), "delivered"),
    ],
)
def test_the_fulfilment_status_follows_from_the_parcels(past: tuple[Command, ...], status: str) -> None:
    assert fulfilment_after(*past) == status
