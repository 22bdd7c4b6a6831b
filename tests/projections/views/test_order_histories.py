"""What happened to an order: the statuses it had, and everything else in order."""

from __future__ import annotations

from datetime import timedelta

from domain.orders.moves import ChangeStatus
from domain.orders.notes import AddNote
from domain.orders.shipments import ShipOrder
from projections.views.order_status_history import status_history
from projections.views.order_timeline import timeline
from tests.projections.showing import NOON, Address, Showing, at, buyer, id_of, minutes, order

C1 = id_of("C1")


def test_the_status_history_begins_with_the_draft_and_tells_how_long_each_status_lasted(shown: Showing) -> None:
    shown.happen(
        order("C1", place=False),
        ChangeStatus(order_id=C1, context=at(minutes(5)), status="pending"),
        ChangeStatus(order_id=C1, context=at(minutes(65), actor="operator:ada", reason="paid"), status="processing"),
    )
    shown.show()
    moves = status_history(shown.connection, C1)
    assert [(move.from_status, move.to_status) for move in moves] == [
        (None, "draft"),
        ("draft", "pending"),
        ("pending", "processing"),
    ]
    assert [move.stayed for move in moves] == [None, timedelta(minutes=5), timedelta(hours=1)]
    assert [move.at for move in moves] == [NOON, minutes(5), minutes(65)]
    assert (moves[2].actor, moves[2].reason, moves[2].from_stage, moves[2].to_stage) == (
        "operator:ada",
        "paid",
        "pending",
        "processing",
    )


def test_a_forced_move_is_marked(shown: Showing) -> None:
    shown.happen(
        order("C1"),
        ChangeStatus(order_id=C1, context=at(minutes(1)), status="completed", balance="accept"),
        ChangeStatus(order_id=C1, context=at(minutes(2), reason="closed too soon"), status="pending", force=True),
    )
    shown.show()
    assert [move.forced for move in status_history(shown.connection, C1)] == [False, False, False, True]


def test_other_events_leave_no_trace_in_the_status_history(shown: Showing) -> None:
    shown.happen(order("C1"), AddNote(order_id=C1, context=at(minutes(1)), text="rang twice"))
    shown.show()
    assert len(status_history(shown.connection, C1)) == 2


def test_the_timeline_tells_everything_in_order_and_page_by_page(shown: Showing) -> None:
    parcel = ShipOrder(
        order_id=C1, context=at(minutes(1), actor="operator:ada", reason="urgent"), carrier="dhl", tracking_code="RX1"
    )
    shown.happen(order("C1"), order("C2"), parcel)
    shown.show(batch=2)
    everything = timeline(shown.connection, C1)
    assert [(entry.version, entry.topic) for entry in everything] == [
        (1, "order.created"),
        (2, "order.item-added"),
        (3, "order.placed"),
        (4, "order.shipped"),
    ]
    last = everything[-1]
    assert last.position == shown.log.head()
    assert (last.actor, last.reason, last.cause, last.at) == (
        "operator:ada",
        "urgent",
        parcel.context.command_id,
        minutes(1),
    )
    assert last.summary == {
        "shipment": 1,
        "carrier": "dhl",
        "tracking_code": "RX1",
        "items": [{"item": "1", "quantity": 1}],
        "stock": "",
    }
    assert timeline(shown.connection, C1, after=everything[0].position, limit=2) == everything[1:3]


def test_the_timeline_holds_nothing_personal(shown: Showing) -> None:
    shown.happen(
        order("C1", buyer=buyer("Noor Sample"), billing_address=Address(name="Noor Sample", line1="1 Sample Street")),
        AddNote(order_id=C1, context=at(minutes(1)), text="Noor rang twice"),
    )
    shown.show()
    assert [entry.summary for entry in timeline(shown.connection, C1) if entry.topic == "order.note-added"] == [
        {"note": "1", "written_at": None}
    ]
    told = str(shown.rows("order_timeline"))
    assert "Noor" not in told
    assert "Sample" not in told
    assert "noor" not in told
