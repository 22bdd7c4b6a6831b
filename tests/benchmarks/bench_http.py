"""Taking and shipping orders over HTTP, beside a bare Flask handler that writes the same rows, in alternating rounds.

All run under gunicorn with two processes of eight threads on one durable server, asked by the same clients. Ours has
everything on: tokens, idempotency keys, sealing, metrics, logs, and the views kept up beside it, whose work counts. The
reference writes every row that ours keeps of a job; a second one, beside it, the events and one row of a list alone.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg
from psycopg.rows import dict_row

from projections.postgres.embedded import EmbeddedServer
from tests.benchmarks.floor import KEPT, TABLES, kept_tables
from tests.benchmarks.load import Answer, Round, drive, request, spread
from tests.benchmarks.stand import (
    Program,
    Stand,
    cpu_seconds,
    durable_server,
    stand,
    statements_sent,
    wait_for_views,
    workers,
)
from tests.setup.running import free_port

CLIENTS = 8
JOBS = int(os.environ.get("CARNET_BENCH_JOBS", "150"))  # of each client in a round
ROUNDS = 5
ORDERS_OF_A_CUSTOMER = 4
COUNTED = 40  # jobs whose statements are counted one by one
LEAST_RATIO, MOST_STATEMENTS, MOST_CORE_MS, MOST_MS = 0.6, 10, 7, 15
TARGET = f">= {LEAST_RATIO} x the reference, <= {MOST_STATEMENTS} statements, <= {MOST_CORE_MS} core-ms"

_SAMPLE = """
    SELECT originator_version, topic, version, state::text AS state FROM log.events
    WHERE position > %s ORDER BY position
"""
_customers = count(1)

Work = list[list[bytes]]
MakeWork = Callable[["Side", int, int], Work]


class Taken(NamedTuple):
    """One round: jobs per second, processor milliseconds per job, and the answers."""

    rate: float
    core_ms: float
    answers: list[Answer]


@dataclass
class Side:
    """One of the two programs that are compared, and what was measured of it."""

    port: int
    server: Program
    others: Sequence[int]  # the processes beside the server whose work counts
    headers: dict[str, str]
    settle: Callable[[], object]

    def drive(self, work: Work) -> Taken:
        """Runs the work on connections spread over both processes; what it causes afterwards counts as its work."""
        clients = spread(self.port, len(work), workers(self.server))
        self.settle()
        before = self._cpu()
        done = drive(clients, work)
        self.settle()
        spent = self._cpu() - before
        for client in clients:
            client.close()
        jobs = len(done.answers)
        return Taken(jobs / done.seconds, 1000 * spent / jobs, done.answers)

    def _cpu(self) -> float:
        return cpu_seconds([self.server.pid, *self.others])


class Bench(NamedTuple):
    """The sides, what keeps the views of ours, and the database server."""

    ours: Side
    floor: Side
    least: Side
    projector: Program
    server: EmbeddedServer


def run(rounds: int = ROUNDS, jobs: int = JOBS) -> Iterator[dict[str, Any]]:
    """The figures of taking and of shipping orders: at eight clients, then at one."""
    with bench() as both:
        for name, make_work in (("POST /orders, 3 lines, placed", creations), ("ship with a tracking code", shipments)):
            warm_up(both, make_work, jobs)
            statements = statements_per_job(both, make_work)
            yield at_many(name, *alternated(both, make_work, rounds, CLIENTS, jobs), statements)
            yield at_one(name, *alternated(both, make_work, rounds, 1, jobs))


@contextmanager
def bench() -> Iterator[Bench]:
    """Both programs running on one database, the floor writing what ours wrote for the same jobs."""
    with (
        durable_server() as server,
        stand(server.url()) as ours,
        ours.running("project", "scripts.cli", "project") as projector,
        psycopg.connect(server.url(), autocommit=True) as connection,
    ):
        database = server.process.pid if server.process else 0
        mine = Side(ours.port, ours.server, (projector.pid, database), ours.headers, lambda: wait_for_views(connection))
        mine.settle()
        connection.execute(TABLES + kept_tables())
        samples = ours.folder / "samples.json"
        samples.write_text(json.dumps(sampled(mine, connection)))
        with beside(ours, samples, "all") as floor, beside(ours, samples, "least") as least:
            whole, few = (Side(port, program, (database,), {}, lambda: None) for program, port in (floor, least))
            yield Bench(mine, whole, few, projector, server)


@contextmanager
def beside(ours: Stand, samples: Path, rows: str) -> Iterator[tuple[Program, int]]:
    """A floor, answering."""
    port = free_port()
    arguments = (ours.database_url, str(port), str(samples), rows)
    with ours.running(f"floor-{rows}", "tests.benchmarks.floor", *arguments) as floor:
        floor.wait_for(port, "/healthz")
        yield floor, port


def sampled(ours: Side, connection: psycopg.Connection) -> dict[str, list[dict[str, Any]]]:
    """What ours keeps of one customer's orders, one after the other, and of shipping them."""
    found: dict[str, list[dict[str, Any]]] = {}
    orders: list[dict[str, Any]] = []
    seen: set[tuple[str, ...]] = set()
    for name in ("create", "ship"):
        found[name] = []
        for number in range(ORDERS_OF_A_CUSTOMER):
            position, transaction = _head(connection), _transaction(connection)
            asked = creation(ours, "sample") if name == "create" else shipment(ours, orders[number]["id"])
            [answer] = ours.drive([[asked]]).answers
            orders.append(json.loads(answer.body))
            events = connection.cursor(row_factory=dict_row).execute(_SAMPLE, (position,)).fetchall()
            ids = {"order": orders[-1]["id"], "customer": orders[-1]["customer"]["id"]}
            found[name].append({**ids, "events": events, "rows": kept_rows(connection, transaction, seen)})
    return found


def kept_rows(
    connection: psycopg.Connection, transaction: int, seen: set[tuple[str, ...]]
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The rows written since a transaction, table by table: those that are new, and those that were `seen` before."""
    found = {}
    for table, key in KEPT.items():
        select = f"SELECT to_jsonb(t) FROM {table} t WHERE xmin::text::bigint >= {transaction}"
        rows = {(table, *(str(row[name]) for name in key)): row for (row,) in connection.execute(select.encode())}
        found[table] = {
            "new": [row for mark, row in rows.items() if mark not in seen],
            "known": [row for mark, row in rows.items() if mark in seen],
        }
        seen.update(rows)
    return found


def warm_up(both: Bench, make_work: MakeWork, jobs: int) -> None:
    """One round of each that is not counted."""
    for side in (both.ours, both.floor, both.least):
        side.drive(make_work(side, CLIENTS, max(jobs // 4, 2)))


def alternated(
    both: Bench, make_work: MakeWork, rounds: int, clients: int, jobs: int
) -> tuple[list[Taken], list[Taken], list[Taken]]:
    """Rounds of ours and of the two floors in turn."""
    taken: tuple[list[Taken], list[Taken], list[Taken]] = ([], [], [])
    for _ in range(rounds):
        for side, rows in zip((both.ours, both.floor, both.least), taken, strict=True):
            rows.append(side.drive(make_work(side, clients, jobs)))
    return taken


def statements_per_job(both: Bench, make_work: MakeWork) -> float:
    """The statements that the server sends for one job, while the views stand still."""
    work = make_work(both.ours, 1, COUNTED)
    clients = spread(both.ours.port, 1, workers(both.ours.server))
    both.ours.settle()
    os.kill(both.projector.pid, signal.SIGSTOP)
    try:
        return statements_sent(both.server, lambda: drive(clients, work)) / COUNTED
    finally:
        os.kill(both.projector.pid, signal.SIGCONT)
        clients[0].close()


def at_many(name: str, ours: list[Taken], floor: list[Taken], least: list[Taken], statements: float) -> dict[str, Any]:
    """The line of the throughput at eight clients: medians of the rounds."""
    rate, reference, least_rate = median(ours, "rate"), median(floor, "rate"), median(least, "rate")
    core_ms = median(ours, "core_ms")
    passed = rate >= LEAST_RATIO * reference and statements <= MOST_STATEMENTS and core_ms <= MOST_CORE_MS
    return {
        "name": f"{name}, {CLIENTS} clients",
        "value": round(rate, 1),
        "unit": "jobs/s",
        "reference": "bare Flask handler writing the same rows",
        "reference_value": round(reference, 1),
        "ratio": round(rate / reference, 2),
        "core_ms": round(core_ms, 2),
        "reference_core_ms": round(median(floor, "core_ms"), 2),
        "beside": "bare Flask handler writing the events and one row",
        "beside_value": round(least_rate, 1),
        "beside_ratio": round(rate / least_rate, 2),
        "statements": round(statements, 1),
        "p95_ms": round(p95(ours), 1),
        "target": TARGET,
        "passed": passed,
    }


def at_one(name: str, ours: list[Taken], floor: list[Taken], least: list[Taken]) -> dict[str, Any]:
    """The line of the time to answer at one client: p95 over all rounds."""
    value, reference = p95(ours), p95(floor)
    return {
        "name": f"{name}, 1 client",
        "value": round(value, 2),
        "unit": "ms p95",
        "p50": round(statistics.median(times(ours)), 2),
        "reference": "bare Flask handler writing the same rows, p95",
        "reference_value": round(reference, 2),
        "ratio": round(value / reference, 2),
        "beside": "bare Flask handler writing the events and one row, p95",
        "beside_value": round(p95(least), 2),
        "target": f"<= {MOST_MS} ms",
        "passed": value <= MOST_MS,
    }


def creations(side: Side, clients: int, jobs: int) -> Work:
    """Orders of three lines, placed; every fourth is of a new customer."""
    work: Work = []
    for _ in range(clients):
        names = [f"c{next(_customers)}" for _ in range(-(-jobs // ORDERS_OF_A_CUSTOMER))]
        work.append([creation(side, names[number // ORDERS_OF_A_CUSTOMER]) for number in range(jobs)])
    return work


def shipments(side: Side, clients: int, jobs: int) -> Work:
    """Parcels with a tracking code, each of an order taken before."""
    taken = drive_quietly(side, creations(side, clients, jobs))
    orders = [json.loads(answer.body)["id"] for answer in taken.answers]
    return [[shipment(side, order) for order in orders[number::clients]] for number in range(clients)]


def drive_quietly(side: Side, work: Work) -> Round:
    """Work that prepares other work and is not measured."""
    clients = spread(side.port, len(work), workers(side.server))
    done = drive(clients, work)
    for client in clients:
        client.close()
    return done


def creation(side: Side, customer: str) -> bytes:
    """An order of three lines, placed at once."""
    address = {
        "name": f"Ada Invented {customer}",
        "line1": "12 Example Street",
        "postcode": "75011",
        "city": "Paris",
        "country": "FR",
        "phone": "+33 1 99 00 00 00",
        "email": f"{customer}@example.com",
    }
    items = [("MUG-BLUE", "Stoneware mug, blue", 2, "14.90"), ("TEA-GREEN", "Green tea, 100 g", 3, "8.90"),
             ("BOOK-1", "Cookery book", 1, "29.00")]  # fmt: skip
    body = {
        "place": True,
        "currency": "EUR",
        "prices_include_tax": True,
        "billing_address": address,
        "items": [
            {"sku": sku, "name": name, "quantity": quantity, "tax_rate": "20.00",
             "unit_price": {"amount": price, "currency": "EUR"}}
            for sku, name, quantity, price in items
        ],
        "shipping_charge": {"amount": "4.90", "currency": "EUR"},
        "shipping_tax_rate": "20.00",
        "payment_method": "card",
        "shipping_method": "standard",
        "source": "shop",
    }  # fmt: skip
    return request("POST", "/api/v1/orders", body, {**side.headers, "Idempotency-Key": uuid4().hex})


def shipment(side: Side, order: str) -> bytes:
    """A parcel with all of an order."""
    body = {"carrier": "colissimo", "tracking_code": f"6A{uuid4().int % 10**11:011d}", "stock": "apply"}
    headers = {**side.headers, "Idempotency-Key": uuid4().hex}
    return request("POST", f"/api/v1/orders/{order}/shipments", body, headers)


def median(taken: list[Taken], figure: str) -> float:
    """The median of one figure over the rounds."""
    return float(statistics.median(getattr(one, figure) for one in taken))


def times(taken: list[Taken]) -> list[float]:
    """The milliseconds of every answer, shortest first."""
    return sorted(answer.ms for one in taken for answer in one.answers)


def p95(taken: list[Taken]) -> float:
    """The time that 95 of 100 answers stayed below."""
    found = times(taken)
    return found[min(len(found) - 1, int(len(found) * 0.95))]


def _head(connection: psycopg.Connection) -> int:
    [(head,)] = connection.execute("SELECT coalesce(max(position), 0) FROM log.events").fetchall()
    return int(head)


def _transaction(connection: psycopg.Connection) -> int:
    [(transaction,)] = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchall()
    return int(transaction)


if __name__ == "__main__":
    for result in run():
        print(json.dumps(result))
