"""The oracle sees each fault that it is there to see, and nothing where there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.clients import Acknowledged, Position, Record, Refused
from tests.faults.folding import OrderFigures, Raw, StockFigures
from tests.faults.following import Follower
from tests.faults.oracle import Findings, Mail, Stored, judge

ORDER, SHELF = "order-1", "shelf-1"


def raw(position: int, stream: str, version: int, topic: str, cause: str, **state: Any) -> Raw:
    return Raw(position, stream, version, topic, {"metadata": {"event_id": f"e{position}", "cause": cause}, **state})


def created(position: int, stream: str = ORDER, number: str = "C1") -> Raw:
    return raw(position, stream, 1, "order.created", "place", number=number, prices_include_tax=True)


class Run:
    """A run in which an order of 20.00 is placed and paid, and its goods are promised."""

    def __init__(self) -> None:
        self.log = [
            created(1),
            raw(2, ORDER, 2, "order.item-added", "place", item="1", quantity=2, unit_price=1000),
            raw(3, ORDER, 3, "order.placed", "place", status="pending"),
            raw(4, SHELF, 1, "stock.received", "receive", sku="CUP", quantity=9),
            raw(5, SHELF, 2, "stock.reserved", "place", quantity=2),
            raw(6, ORDER, 4, "order.payment-recorded", "pay", amount=2000),
        ]
        self.epochs = [("a", 0)]
        self.orders = {ORDER: OrderFigures("C1", 4, "pending", 2000, 2000, 0, "paid")}
        self.stock = {SHELF: StockFigures("CUP", 2, 9, 2)}
        self.mails = {"m1": Mail("done", 3), "m2": Mail("unknown", 3)}
        self.taken_back: list[str] = []
        self.arrived = Counter({"m1": 1, "m2": 2})
        self.record = Record()
        self.record.add(Acknowledged("place", ORDER, "C1", 3, "pending", "20.00", Position(5, "a"), repeated=False))
        self.record.add(Acknowledged("pay", ORDER, "C1", 4, "pending", "20.00", Position(6, "a"), repeated=False))
        self.follower = Follower(0, "")
        self.follower.epoch = "a"
        for one in self.log:
            self.follower.copy[one.position] = self.follower.pairs["a", one.position] = one.event_id

    def judged(self) -> Findings:
        found = Stored(self.log, self.epochs, self.orders, self.stock, self.mails, self.taken_back)
        return judge(found, self.record, self.follower, self.arrived)


def lose_a_version(run: Run) -> None:
    run.log[5] = run.log[5]._replace(version=5)


def leave_a_position_out(run: Run) -> None:
    run.log[5] = run.log[5]._replace(position=7)


def lose_the_payment(run: Run) -> None:
    run.log[5] = raw(6, SHELF, 3, "stock.received", "other", quantity=1)


def answer_otherwise(run: Run) -> None:
    run.log[1] = raw(2, ORDER, 2, "order.item-added", "place", item="1", quantity=3, unit_price=1000)


def give_a_number_again(run: Run) -> None:
    run.log.append(created(7, "order-2"))


def change_what_was_told(run: Run) -> None:
    run.follower.pairs["a", 4] = "another event"


def keep_a_phantom(run: Run) -> None:
    run.follower.copy[7] = "an event that is not stored"


def show_a_phantom(run: Run) -> None:
    run.orders["order-2"] = run.orders[ORDER]


def leave_an_order_out(run: Run) -> None:
    run.orders.clear()


def count_wrongly(run: Run) -> None:
    run.stock[SHELF] = StockFigures("CUP", 2, 9, 0)


def send_twice(run: Run) -> None:
    run.arrived["m1"] = 2


def send_nothing(run: Run) -> None:
    run.arrived["m1"] = 0


def refuse_a_write(run: Run) -> None:
    run.record.add(Refused("refund", f"/orders/{ORDER}/refunds", 422, "refund-above-paid"))


def leave_a_write_open(run: Run) -> None:
    run.record.add("refund")


def keep_an_old_epoch(run: Run) -> None:
    run.epochs.append(("b", 6))


def take_back_what_is_there(run: Run) -> None:
    run.taken_back.append("a")


FAULTS: dict[str, Callable[[Run], None]] = {
    "holes in streams": lose_a_version,
    "gaps in positions": leave_a_position_out,
    "acknowledged writes lost": lose_the_payment,
    "answers that the log does not bear out": answer_otherwise,
    "numbers given twice": give_a_number_again,
    "positions told twice": change_what_was_told,
    "positions where the consumer's copy is off": keep_a_phantom,
    "phantoms in orders": show_a_phantom,
    "rows missing in orders": leave_an_order_out,
    "rows off in stock": count_wrongly,
    "mails doubled": send_twice,
    "mails missing": send_nothing,
    "refusals": refuse_a_write,
    "writes without an answer": leave_a_write_open,
    "epochs not told": keep_an_old_epoch,
    "epochs that take back too much": take_back_what_is_there,
}


def test_a_run_in_which_all_went_well_has_no_faults() -> None:
    findings = Run().judged()
    assert not findings.counts, str(findings)


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_seen(kind: str) -> None:
    run = Run()
    FAULTS[kind](run)
    assert run.judged().counts[kind]


def test_what_an_epoch_said_was_lost_is_no_fault() -> None:
    run = Run()
    lose_the_payment(run)
    refuse_a_write(run)
    run.epochs.append(("b", 5))
    run.follower.epoch = "b"
    run.follower.copy[6] = run.follower.pairs["b", 6] = run.log[5].event_id
    run.follower.pairs["a", 6] = "the payment"
    run.orders = {ORDER: OrderFigures("C1", 3, "pending", 2000, 0, 0, "unpaid")}
    run.stock = {SHELF: StockFigures("CUP", 3, 10, 2)}
    findings = run.judged()
    assert (findings.told_lost, findings.counts) == (1, Counter()), str(findings)
