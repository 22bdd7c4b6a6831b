"""An installation as `scripts/run` starts it, where nobody asks for anything: the processor time that all of its
processes take, and how soon it does what comes after that quiet.

The processor time is that of the supervisor and everything below it, PostgreSQL included.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any, LiteralString, NamedTuple

import psycopg

from projections.postgres.embedded import EmbeddedServer
from tests.benchmarks.load import HOST, Client, request
from tests.benchmarks.stand import Program, compile_all, cpu_seconds, new_token, wait_for_views
from tests.fixtures_database import TEST_SECRET
from tests.setup.running import free_port

SECONDS = 60.0  # that the processor time is taken over
SETTLES = 20.0  # seconds without a request before that
ORDERS = 20
QUIET = 3.0  # seconds between two orders, in which everything comes to rest
PATIENCE = 60.0
MOST_PERCENT, MOST_LIST_MS, MOST_MAIL_MS = 2.0, 50.0, 300.0

_LISTED = "SELECT 1 FROM views.orders WHERE id = %s"
_CLAIMED = """
    SELECT 1 FROM work.effects WHERE order_id = %s AND kind = 'mail.send' AND state NOT IN ('waiting', 'queued')
"""


class Idle(NamedTuple):
    """What was measured: percent of one core, and the milliseconds from each answer to what follows from it."""

    percent: float
    listed: list[float]
    claimed: list[float]


def run(seconds: float = SECONDS, settles: float = SETTLES, orders: int = ORDERS) -> Iterator[dict[str, Any]]:
    """The processor time at rest, then how soon an order is listed and its mail claimed."""
    compile_all()
    with supervised() as (program, port, variables, server):
        headers = {"Authorization": f"Bearer {new_token(variables)}"}
        with closing(Client(port)) as client, psycopg.connect(server.url(), autocommit=True) as connection:
            place(client, headers, 0)
            wait_for_views(connection)
            time.sleep(settles)
            percent = at_rest(program, seconds)
            waits = [wake(client, headers, connection, number) for number in range(1, orders + 1)]
    found = Idle(percent, [listed for listed, _ in waits], [claimed for _, claimed in waits])
    yield {
        "name": "processor time of all processes at rest",
        "value": round(found.percent, 2),
        "unit": "% of one core",
        "target": f"<= {MOST_PERCENT} %",
        "passed": found.percent <= MOST_PERCENT,
    }
    yield latency("an order placed after a quiet time is in the list", found.listed, MOST_LIST_MS)
    yield latency("its mail is claimed", found.claimed, MOST_MAIL_MS)


@contextmanager
def supervised() -> Iterator[tuple[Program, int, dict[str, str], EmbeddedServer]]:
    """The supervisor of a new installation, ready; the port it answers on, its variables and its database."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-bench-"))
    port = free_port()
    variables = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")} | {
        "CARNET_SECRET_KEY": TEST_SECRET,
        "CARNET_DATA_DIR": str(folder),
        "CARNET_HOST": HOST,
        "CARNET_PORT": str(port),
    }
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        program = Program(folder, "supervise", ("scripts.supervise",), variables)
        try:
            program.wait_for(port, "/readyz")
            yield program, port, variables, EmbeddedServer(folder)
        finally:
            program.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def at_rest(program: Program, seconds: float) -> float:
    """The processor time of a program and all below it over so many seconds, in percent of one core."""
    before, began = cpu_seconds([program.pid]), time.perf_counter()
    time.sleep(seconds)
    return 100 * (cpu_seconds([program.pid]) - before) / (time.perf_counter() - began)


def wake(client: Client, headers: dict[str, str], connection: psycopg.Connection, number: int) -> tuple[float, float]:
    """The milliseconds from the answer to an order until it is listed, and until its mail is claimed."""
    time.sleep(QUIET)
    order_id = place(client, headers, number)
    began = time.perf_counter()
    listed = until(connection, _LISTED, order_id, began)
    return listed, until(connection, _CLAIMED, order_id, began)


def place(client: Client, headers: dict[str, str], number: int) -> str:
    """Places an order; gives its id."""
    body = {
        "place": True,
        "items": [
            {
                "sku": f"MUG-{number}",
                "name": "Stoneware mug",
                "quantity": 1,
                "unit_price": {"amount": "14.90", "currency": "EUR"},
            }
        ],
        "billing_address": {"name": "Ada Invented", "country": "FR", "email": f"ada{number}@example.com"},
    }
    answer = client.ask(request("POST", "/api/v1/orders", body, headers))
    if answer.status != 201:
        raise RuntimeError(f"refused with {answer.status}: {answer.body[:500]!r}")
    return str(json.loads(answer.body)["id"])


def until(connection: psycopg.Connection, query: LiteralString, order_id: str, began: float) -> float:
    """The milliseconds since a moment once a query finds something about an order."""
    while connection.execute(query, (order_id,)).fetchone() is None:
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError(f"nothing came of order {order_id}")
        time.sleep(0.001)
    return 1000 * (time.perf_counter() - began)


def latency(name: str, waits: list[float], most: float) -> dict[str, Any]:
    """The line of one wait."""
    median, p95 = percentile(waits, 50), percentile(waits, 95)
    return {
        "name": name,
        "value": round(p95, 1),
        "unit": "ms p95",
        "p50": round(median, 1),
        "target": f"<= {most:.0f} ms",
        "passed": p95 <= most,
    }


def percentile(waits: list[float], percent: int) -> float:
    """So many percent of the waits were no longer."""
    return quantiles(waits, n=100, method="inclusive")[percent - 1] if len(waits) > 1 else waits[0]


if __name__ == "__main__":
    for result in run():
        print(json.dumps(result))
