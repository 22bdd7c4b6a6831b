"""Every movement of stock names the order, the line and what happened."""

from __future__ import annotations

import pytest

from domain.events import Command
from domain.orders import cart
from domain.stock.item import StockMoved
from tests.domain.orders import ask
from tests.domain.warehouse import CALL_BACK, PAY, SHIP, WITHDRAW, Warehouse, create, cup, done, refund, to
from tests.examples.facts import ORDER


def causes(warehouse: Warehouse, sku: str = "CUP-1") -> list[tuple[str, str, str, str]]:
    """Why stock of a SKU moved, in order: the movement, the line, what happened, and which."""
    movements = [event for event in warehouse.streams[sku] if isinstance(event, StockMoved) and hasattr(event, "cause")]
    assert all(event.cause.order_id == ORDER and event.cause.number == "C1001" for event in movements)
    return [
        (event.TOPIC.partition(".")[2], event.cause.line, event.cause.name, event.cause.reference)
        for event in movements
    ]


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        ((create(),), [("reserved", "1", "placed", "pending")]),
        ((create(place=False), to("pending")), [("reserved", "1", "placed", "pending")]),
        (
            (create(), to("cancelled")),
            [("reserved", "1", "placed", "pending"), ("released", "1", "status", "cancelled")],
        ),
        (
            (create(), ask(cart.AddItem, item=cup(1))),
            [("reserved", "1", "placed", "pending"), ("reserved", "2", "edited", "")],
        ),
        ((create(), SHIP), [("reserved", "1", "placed", "pending"), ("deducted", "1", "shipment", "1")]),
        (
            (create(), SHIP, CALL_BACK),
            [
                ("reserved", "1", "placed", "pending"),
                ("deducted", "1", "shipment", "1"),
                ("restored", "1", "shipment-cancelled", "1"),
                ("reserved", "1", "shipment-cancelled", "1"),
            ],
        ),
        (
            (create(), PAY, refund(1)),
            [("reserved", "1", "placed", "pending"), ("released", "1", "called-off", "1")],
        ),
        (
            (create(), PAY, refund(1), WITHDRAW),
            [
                ("reserved", "1", "placed", "pending"),
                ("released", "1", "called-off", "1"),
                ("reserved", "1", "wanted-again", "1"),
            ],
        ),
    ],
)
def test_a_movement_names_its_line_and_what_moved_it(
    past: tuple[Command, ...], expected: list[tuple[str, str, str, str]]
) -> None:
    assert causes(done(*past)) == expected
