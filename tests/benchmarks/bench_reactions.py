"""Orders placed, paid and shipped through the desk while a worker reacts to them, beside the same with no worker.

Every order causes two mails (that of its payment is switched off, as there was none when the first figures were taken),
which are written and kept, or handed to a mail server in a process of its own. First the
orders come as fast as four clients can place them: the processes keep up with an order once they have seen all of its
events. Then they come at the rate that is asked for, and the time from each event to its mail counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, LiteralString, NamedTuple
from uuid import uuid4

from domain.addresses import Address
from domain.events import Context
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.moves import ChangeStatus
from domain.orders.payments import RecordPayment
from domain.processes import PROCESSES
from domain.templates import SetNotifications
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.work import positions
from tests.benchmarks.load import HOST
from tests.benchmarks.stand import compile_all, durable_server, stand
from tests.fixtures_database import TEST_SECRET
from tests.setup.running import free_port
from tests.workers.brokers import ADDRESSES, answers, forget

JOBS = 1_000
THREADS = 4
LEAST_RATE, MOST_LAG = 200, 2.0
PATIENCE = 120.0

_DONE = "SELECT count(*) FROM work.effects WHERE kind = 'mail.send' AND state = 'done'"
_LEFT = "SELECT count(*) FROM work.effects WHERE state IN ('waiting', 'queued', 'claimed', 'acting')"
_P95 = """
    WITH mails AS (
        SELECT order_id, changed_at, row_number() OVER (PARTITION BY order_id ORDER BY position) AS number
        FROM work.effects WHERE kind = 'mail.send' AND state = 'done' AND position > %(after)s
    ), moves AS (
        SELECT originator_id, occurred_at, row_number() OVER (PARTITION BY originator_id ORDER BY position) AS number
        FROM log.events WHERE topic IN ('order.placed', 'order.status-changed') AND position > %(after)s
    )
    SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM changed_at - occurred_at)::float)
    FROM mails JOIN moves ON moves.originator_id = mails.order_id AND moves.number = mails.number
"""


class Way(NamedTuple):
    """How effects are carried, and what becomes of mails."""

    name: str
    broker: str = "postgres"
    sends: bool = False


class Reactions(NamedTuple):
    """Orders a second that were kept up with, the same without reactions, and the lag at the rate asked for."""

    rate: float
    reference: float
    lag: float


WAYS = (
    Way("mails kept"),
    Way("mails sent", sends=True),
    Way("mails kept, carried by Redis", broker="redis"),
    Way("mails kept, carried by RabbitMQ", broker="rabbitmq"),
)


def run(jobs: int = JOBS, ways: tuple[Way, ...] = WAYS) -> Iterator[dict[str, Any]]:
    """For each way that can be gone here: orders a second that are kept up with, and the time from event to mail."""
    compile_all()
    for way in ways:
        if not ADDRESSES[way.broker] or answers(ADDRESSES[way.broker]):
            with durable_server() as server, mail_server(wanted=way.sends) as smtp_url:
                told = Settings(database_url=server.url(), secret_key=TEST_SECRET, broker_url=ADDRESSES[way.broker])
                yield from figures(way, measured(replace(told, smtp_url=smtp_url), jobs))
                forget(told)


def measured(settings: Settings, jobs: int) -> Reactions:
    """The figures of one way, on an installation of its own."""
    variables = {
        "CARNET_BROKER_URL": settings.broker_url,
        "CARNET_SMTP_URL": settings.smtp_url,
        "CARNET_MAIL_FROM": "shop@example.com",
    }
    with open_runtime(settings) as runtime:
        runtime.desk.handle(SetNotifications(context=context(), administrators=(), payment_received=False))
        reference = jobs / placed(runtime, jobs)
        with (
            stand(settings.database_url, **variables) as ours,
            ours.running("project", "scripts.cli", "project"),
            ours.running("worker", "scripts.cli", "worker"),
        ):
            wait(lambda: len(stands(runtime)) == len(PROCESSES), "the processes begin")
            wait(lambda: is_quiet(runtime), "what the reference left is worked off")
            began = time.perf_counter()
            placed(runtime, jobs)
            head = runtime.log.head()
            wait(lambda: min(stands(runtime)) >= head, "the processes see everything")
            rate = jobs / (time.perf_counter() - began)
            wait(lambda: is_quiet(runtime), "every mail is done")
            after = runtime.log.head()
            placed(runtime, jobs, rate=LEAST_RATE)
            wait(lambda: is_quiet(runtime), "every mail is done")
            if one(runtime, _DONE) != 6 * jobs:
                raise RuntimeError("mails are missing")
            return Reactions(rate, reference, float(one(runtime, _P95, after=after)))


def figures(way: Way, found: Reactions) -> Iterator[dict[str, Any]]:
    """Both figures of one way."""
    yield {
        "name": f"orders placed, paid and shipped, all processes keeping up; {way.name}",
        "value": round(found.rate, 1),
        "unit": "orders/s",
        "reference": "the same orders with nothing else running",
        "reference_value": round(found.reference, 1),
        "ratio": round(found.rate / found.reference, 2),
        "target": f">= {LEAST_RATE} orders/s",
        "passed": found.rate >= LEAST_RATE,
    }
    yield {
        "name": f"from an event to its mail at {LEAST_RATE} orders/s; {way.name}",
        "value": round(found.lag, 2),
        "unit": "s p95",
        "target": f"<= {MOST_LAG} s",
        "passed": found.lag <= MOST_LAG,
    }


@contextmanager
def mail_server(*, wanted: bool) -> Iterator[str]:
    """The address of a mail server in a process of its own that takes every mail; none where none is wanted."""
    if not wanted:
        yield ""
        return
    port = free_port()
    program = (sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"{HOST}:{port}")
    server = subprocess.Popen(program)
    try:
        wait(lambda: answers(f"smtp://{HOST}:{port}"), "the mail server answers")
        yield f"smtp://{HOST}:{port}"
    finally:
        server.terminate()
        server.wait()


def is_quiet(runtime: Runtime) -> bool:
    """Whether the processes have seen everything and no effect is left."""
    head = runtime.log.head()
    return min(stands(runtime)) >= head and not one(runtime, _LEFT) and runtime.log.head() == head


def placed(runtime: Runtime, jobs: int, rate: float | None = None) -> float:
    """The seconds that so many orders take from being placed to being shipped: at a rate, or as fast as they can."""
    began = time.perf_counter()

    def placed_in_turn(number: int) -> None:
        if rate:
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        life(runtime, number)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(placed_in_turn, range(jobs)))
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


def one(runtime: Runtime, query: LiteralString, **parameters: Any) -> Any:
    """The only value of a query's only row."""
    with runtime.reading() as connection:
        [(value,)] = connection.execute(query, parameters).fetchall()
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
