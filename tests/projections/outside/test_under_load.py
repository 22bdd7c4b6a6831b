"""Views from outside are built while orders come in, killed in the middle, and exact in the end: live and rebuilt."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid5

import pytest

from domain.events import Context
from domain.orders.cart import ItemAdded
from domain.orders.creation import OrderCreated
from domain.orders.order import Order
from projections.engine.engine import LONG_HISTORY
from projections.engine.filling import Source
from projections.engine.rebuild import Rebuild
from projections.log import EventLog
from projections.outside.limits import Limits
from projections.outside.loading import load
from projections.runtime import Runtime
from tests.projections.outside.files import await_position, await_state, kept, python_view, sql_view
from workers.outside_views import OutsideViews

SPACE = UUID("3b1c8a56-0c7e-4f0b-8a8c-6d6f0b0e5a11")
A_SECOND = 100
SECONDS = 10
KILLS = 4
UNITS = "SELECT sku, units, lines FROM views.units_by_sku ORDER BY 1"
UNITS_OF_LOG = """
    SELECT state ->> 'sku', sum((state ->> 'quantity')::bigint), count(*) FROM log.events
    WHERE topic = 'order.item-added' GROUP BY 1 ORDER BY 1
"""
BASKETS = "SELECT lines, orders FROM views.baskets ORDER BY 1"
BASKETS_OF_LOG = """
    SELECT lines, count(*) FROM (
        SELECT count(*) FILTER (WHERE topic = 'order.item-added')::int AS lines FROM log.events GROUP BY originator_id
    ) AS orders GROUP BY 1 ORDER BY 1
"""


def order(number: int) -> Order:
    """An order of one to three lines."""
    made = Order.blank(uuid5(SPACE, f"order {number}"))
    context = Context(command_id=uuid5(SPACE, f"command {number}"), actor="process:tests", at=datetime.now(UTC))
    made.record(OrderCreated, context, number=f"C{number}", currency="EUR", prices_include_tax=True, locale="en")
    for item in range(number % 3 + 1):
        facts: dict[str, Any] = {
            "sku": f"CUP-{(number + item) % 7}",
            "name": "Cup",
            "quantity": number % 4 + 1,
            "unit_price": 100,
        }
        made.record(ItemAdded, context, item=str(item), discount=0, taxes=(), **facts)
    return made


def record(log: EventLog, first: int, last: int) -> None:
    with log.session() as session:
        session.save(*(order(number) for number in range(first, last)))
        session.commit()
    log.announce()


@contextmanager
def coming_in(log: EventLog, first: int) -> Iterator[list[int]]:
    """A hundred orders a second, until left; the list then holds how many came."""
    over, came = Event(), [0]

    def write() -> None:
        began = time.monotonic()
        while not over.wait(0.01):
            due = int((time.monotonic() - began) * A_SECOND)
            if due > came[0]:
                record(log, first + came[0], first + due)
                came[0] = due

    writer = Thread(target=write)
    writer.start()
    try:
        yield came
    finally:
        over.set()
        writer.join()


def kill_all(running: OutsideViews) -> int:
    """Kills the processes that run; gives how many those were."""
    found = [process.pid for process in running._processes if process.pid is not None]
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return len(found)


@pytest.mark.timeout(600)
def test_views_built_under_load_and_killed_are_exact(runtime: Runtime, tmp_path: Path) -> None:
    files, first, killed = (python_view(tmp_path), sql_view(tmp_path)), 4_000, 0
    for number in range(0, first, 500):
        record(runtime.log, number, number + 500)
    assert runtime.log.head() > LONG_HISTORY  # so that both are built beside and swapped in
    with kept(runtime, *files) as running:
        with coming_in(runtime.log, first) as came:
            began = time.monotonic()
            for _ in range(KILLS):
                time.sleep(SECONDS / KILLS)
                killed += kill_all(running)
            print(f"{came[0] / (time.monotonic() - began):.0f} orders a second, {killed} processes killed")
        for process in running._processes:
            process._deaths = 0  # this many were no fault of its own
        await_state(runtime, files[0], "following")
        await_position(runtime, "baskets", patience=200)
        await_position(runtime, "units_by_sku", patience=200)
    assert killed
    with runtime.pool.connection() as connection:
        assert connection.execute(UNITS).fetchall() == connection.execute(UNITS_OF_LOG).fetchall()
        assert connection.execute(BASKETS).fetchall() == connection.execute(BASKETS_OF_LOG).fetchall()
        source = Source(runtime.settings.database_url, runtime.settings.secrets)
        for file in files:
            view = load(connection, str(file), Limits(60, 512, 2)).projection
            report = Rebuild(source, view, processes=0, verify=True).run()
            assert (report.differences, report.swapped) == ([], True)
