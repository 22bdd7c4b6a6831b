"""A worker killed inside a call of the bank, before the bank acts or after: money moves once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.methods import DefinePaymentMethod
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.order import Order
from domain.orders.provider_payments import RequestCapture, RequestPayment
from domain.orders.refunds import RequestRefund
from domain.shop import PaymentMethod
from projections.runtime import Runtime
from tests.fixtures_api import context_of
from tests.setup.running import ROOT
from tests.workers.working import counts, eventually

TAKEN = "SELECT state, captured FROM sandbox.charges WHERE order_id = %s"
GIVEN = "SELECT state, amount FROM sandbox.refunds WHERE order_id = %s"


@contextmanager
def worker(runtime: Runtime, folder: Path, when: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that hangs in its first capture and its first refund, as a process of its own."""
    variables = os.environ | {
        "CARNET_DATABASE_URL": runtime.settings.database_url,
        "CARNET_SECRET_KEY": runtime.settings.secret_key,
        "CARNET_LEASE_SECONDS": "1",
    }
    words = (sys.executable, "-m", "tests.workers.mortal_payments", str(folder), when)
    running = subprocess.Popen(words, cwd=ROOT, env=variables)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()


def ordered(runtime: Runtime) -> UUID:
    """A placed order of 20.00 EUR in a shop whose online payments are captured later."""
    order_id = uuid4()
    method = PaymentMethod(code="online", label="Online", provider="sandbox", capture="later")
    runtime.desk.handle(DefinePaymentMethod(context=context_of(), method=method))
    cup = NewItem(sku="CUP-1", name="Blue cup", quantity=2, unit_price=1_000)
    runtime.desk.handle(CreateOrder(order_id=order_id, context=context_of(), currency="EUR", items=(cup,), place=True))
    return order_id


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_while_it_asks_moves_money_once(runtime: Runtime, tmp_path: Path, when: str) -> None:
    order_id = ordered(runtime)
    handle = runtime.desk.handle
    handle(RequestPayment(order_id=order_id, context=context_of(), method="online", token="tok_pay"))
    with worker(runtime, tmp_path, when):
        eventually(lambda: order(runtime, order_id).authorized == 2_000, "promised")
        handle(RequestCapture(order_id=order_id, context=context_of(), payment="1"))
        eventually((tmp_path / "capture").exists, "a worker is inside the capture")
    with worker(runtime, tmp_path, when):
        eventually(lambda: order(runtime, order_id).paid == 2_000, "captured by the next worker")
        handle(RequestRefund(order_id=order_id, context=context_of(), payment="1", goodwill=500))
        eventually((tmp_path / "refund").exists, "a worker is inside the refund")
    with worker(runtime, tmp_path, when):
        eventually(lambda: order(runtime, order_id).refunded == 500, "given back by the next worker")
        eventually(lambda: counts(runtime) == {}, "nothing is left")
    with runtime.reading() as connection:
        taken, given = (connection.execute(query, (order_id,)).fetchall() for query in (TAKEN, GIVEN))
    assert (taken, given) == ([("paid", 2_000)], [("succeeded", 500)])
    assert len(order(runtime, order_id).refunds) == 1


def order(runtime: Runtime, order_id: UUID) -> Order:
    return runtime.log.load(Order, order_id)
