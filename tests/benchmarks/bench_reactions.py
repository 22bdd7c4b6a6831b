"""Orders placed, paid and shipped through the desk while a worker reacts to them, beside the same with no worker.

Every order causes two mails, which are written and kept. The processes keep up with an order once they have seen all
of its events.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import uuid4

from domain.addresses import Address
from domain.events import Context
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.moves import ChangeStatus
from domain.orders.payments import RecordPayment
from domain.processes import PROCESSES
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.work import positions
from tests.benchmarks.stand import compile_all, durable_server, stand
from tests.fixtures_database import TEST_SECRET

JOBS = 1_000
THREADS = 4
LEAST_RATE, MOST_LAG = 200, 2.0
PATIENCE = 120.0

_DONE = "SELECT count(*) FROM work.effects WHERE kind = 'mail.send' AND state = 'done'"
_P95 = """
    WITH mails AS (
        SELECT order_id, changed_at, row_number() OVER (PARTITION BY order_id ORDER BY position) AS number
        FROM work.effects WHERE kind = 'mail.send' AND state = 'done'
    ), moves AS (
        SELECT originator_id, recorded_at, row_number() OVER (PARTITION BY originator_id ORDER BY position) AS number
        FROM log.events WHERE topic IN ('order.placed', 'order.status-changed')
    )
    SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM changed_at - recorded_at)::float)
    FROM mails JOIN moves ON moves.originator_id = mails.order_id AND moves.number = mails.number
"""


def run(jobs: int = JOBS) -> Iterator[dict[str, Any]]:
    """Orders a second that the processes keep up with, and how long it takes from an event to its mail."""
    compile_all()
    with (
        durable_server() as server,
        open_runtime(Settings(database_url=server.url(), secret_key=TEST_SECRET)) as runtime,
    ):
        reference = jobs / placed(runtime, jobs)
        with (
            stand(server.url()) as ours,
            ours.running("project", "scripts.cli", "project"),
            ours.running("worker", "scripts.cli", "worker"),
        ):
            wait(lambda: len(stands(runtime)) == len(PROCESSES), "the processes begin")
            began = time.perf_counter()
            placed(runtime, jobs)
            head = runtime.log.head()
            wait(lambda: min(stands(runtime)) >= head, "the processes see everything")
            rate = jobs / (time.perf_counter() - began)
            wait(lambda: one(runtime, _DONE) >= 2 * jobs, "every mail is written")
            lag = float(one(runtime, _P95))
    yield {
        "name": "orders placed, paid and shipped, all processes keeping up",
        "value": round(rate, 1),
        "unit": "orders/s",
        "reference": "the same orders with nothing else running",
        "reference_value": round(reference, 1),
        "ratio": round(rate / reference, 2),
        "target": f">= {LEAST_RATE} orders/s",
        "passed": rate >= LEAST_RATE,
    }
    yield {
        "name": "from an event to its mail, written and kept",
        "value": round(lag, 2),
        "unit": "s p95",
        "target": f"<= {MOST_LAG} s",
        "passed": lag <= MOST_LAG,
    }


def placed(runtime: Runtime, jobs: int) -> float:
    """The seconds that so many orders take from being placed to being shipped."""
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda number: life(runtime, number), range(jobs)))
    return time.perf_counter() - began


def life(runtime: Runtime, number: int) -> None:
    """One order, placed, paid and shipped."""
    order_id = uuid4()
    buyer = Address(name=f"Ada Invented {number}", country="FR", email=f"ada{number % 100}@example.com")
    item = NewItem(sku="MUG-BLUE", name="Stoneware mug, blue", quantity=2, unit_price=1_490)
    handle = runtime.desk.handle
    handle(
        CreateOrder(
            order_id=order_id, context=context(), currency="EUR", items=(item,), billing_address=buyer, place=True
        )
    )
    handle(RecordPayment(order_id=order_id, context=context(), method="card"))
    handle(ChangeStatus(order_id=order_id, context=context(), status="shipped"))


def context() -> Context:
    return Context(command_id=uuid4(), actor="token:bench", at=datetime.now(UTC))


def stands(runtime: Runtime) -> list[int]:
    """Where each process stands."""
    with runtime.reading() as connection:
        return [found.position for found in positions.every(connection)]


def one(runtime: Runtime, query: LiteralString) -> Any:
    """The only value of a query's only row."""
    with runtime.reading() as connection:
        [(value,)] = connection.execute(query).fetchall()
    return value


def wait(condition: Callable[[], object], what: str) -> None:
    """Waits for the condition; raises saying what did not happen."""
    deadline = time.perf_counter() + PATIENCE
    while not condition():
        if time.perf_counter() > deadline:
            raise RuntimeError(f"this did not happen: {what}")
        time.sleep(0.01)


if __name__ == "__main__":
    for result in run():
        print(json.dumps(result))
