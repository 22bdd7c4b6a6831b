"""The floor: a bare Flask handler that writes the same rows in one transaction, with nothing of what makes it Carnet.

It is written as such handlers are, with a statement for each row. Run as `python -m tests.benchmarks.floor DATABASE_URL
PORT SAMPLES ROWS`; SAMPLES is a file with the rows that Carnet wrote for the same jobs, which are written again under
new ids. ROWS is `all`, for every row that Carnet keeps of a job (events, the request's answer, the customer's key and
address, the rows of the views), or `least`, for the events and one row of a list. No table has more indexes than its
key, and the list one more.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, Response, jsonify, request
from gunicorn.app.base import BaseApplication
from psycopg import Cursor
from psycopg_pool import ConnectionPool

PROCESSES, THREADS = 2, 8

TABLES = """
CREATE SCHEMA IF NOT EXISTS floor;
CREATE TABLE IF NOT EXISTS floor.events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, originator_id uuid NOT NULL,
    originator_version integer NOT NULL, topic text NOT NULL, version smallint NOT NULL, subject uuid,
    recorded_at timestamptz NOT NULL, state json NOT NULL, UNIQUE (originator_id, originator_version)
);
CREATE TABLE IF NOT EXISTS floor.orders (
    id uuid PRIMARY KEY, number text NOT NULL, version integer NOT NULL, created_at timestamptz NOT NULL,
    currency text NOT NULL, status text NOT NULL, payment_status text NOT NULL, customer_name text NOT NULL,
    customer_email text NOT NULL, source text NOT NULL, payment_method text NOT NULL, shipping_method text NOT NULL,
    total bigint NOT NULL, item_count integer NOT NULL, carrier text NOT NULL, tracking_code text NOT NULL,
    words text NOT NULL
);
CREATE INDEX IF NOT EXISTS orders_created ON floor.orders (created_at, id);
"""
# The tables of Carnet whose rows are written again, and their keys.
KEPT = {
    "log.requests": ("actor", "key"),
    "log.directory": ("email_hash",),
    "log.subject_keys": ("subject",),
    "views.orders": ("id",),
    "views.order_timeline": ("order_id", "position"),
    "views.order_status_history": ("order_id", "version"),
    "views.customers": ("id",),
    "views.customer_orders": ("order_id",),
}
Job = dict[str, Any]
_EVENT = """
INSERT INTO floor.events (originator_id, originator_version, topic, version, subject, recorded_at, state)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_ORDER = f"INSERT INTO floor.orders VALUES ({', '.join(['%s'] * 17)})"
_SHIP = """
UPDATE floor.orders SET version = version + 1, status = 'shipped', carrier = %s, tracking_code = %s WHERE id = %s
"""


def kept_tables() -> str:
    """SQL that makes a table of the floor for each table that is kept, like it, with its key and no other index."""
    made = [
        f"CREATE TABLE IF NOT EXISTS {copy_of(table)} "
        f"(LIKE {table} INCLUDING DEFAULTS, PRIMARY KEY ({', '.join(key)}));"
        for table, key in KEPT.items()
    ]
    return "".join(made) + "CREATE INDEX IF NOT EXISTS views_orders_created ON floor.views_orders (created_at, id);"


def copy_of(table: str) -> str:
    """The floor's own table for one of Carnet's."""
    return f"floor.{table.replace('.', '_')}"


def create_app(database_url: str, samples: dict[str, list[Job]], rows: str) -> Flask:
    """The bare handlers over a pool of their own."""
    app = Flask("floor", static_folder=None)
    pool = ConnectionPool(database_url, min_size=1, max_size=THREADS + 2, kwargs={"autocommit": True}, open=True)
    jobs = {name: cycle(found) for name, found in samples.items()}

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="up")

    @app.post("/api/v1/orders")
    def create_order() -> tuple[Response, int]:
        body, job, order_id, now = request.get_json(), next(jobs["create"]), uuid4(), datetime.now(UTC)
        row = _order_row(body, order_id, now)
        with pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
            for event in _events(job["events"], order_id, now):
                cursor.execute(_EVENT, event)
            if rows == "all":
                _write_kept(cursor, job, order_id)
            else:
                cursor.execute(_ORDER, row)
        return jsonify(id=str(order_id), number=row[1], total=row[12]), 201

    @app.post("/api/v1/orders/<uuid:order_id>/shipments")
    def ship_order(order_id: UUID) -> tuple[Response, int]:
        body, job, now = request.get_json(), next(jobs["ship"]), datetime.now(UTC)
        with pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
            for event in _events(job["events"], order_id, now):
                cursor.execute(_EVENT, event)
            if rows == "all":
                _write_kept(cursor, job, order_id)
            else:
                cursor.execute(_SHIP, (body["carrier"], body["tracking_code"], order_id))
        return jsonify(id=str(order_id), status="shipped"), 201

    return app


def _write_kept(cursor: Cursor[Any], job: Job, order_id: UUID) -> None:
    """The sample's rows under new ids: a statement for each, an update where the sample's row was there before."""
    new = {job["order"]: str(order_id), job["customer"]: str(uuid4())}
    for table, told in job["rows"].items():
        for row in told["new"]:
            values = _renamed(table, row, new)
            names = ", ".join(values)
            cursor.execute(
                f"INSERT INTO {copy_of(table)} ({names}) VALUES ({', '.join(['%s'] * len(values))})",
                list(values.values()),
            )
        for row in told["known"]:
            values = _renamed(table, row, new)
            names = ", ".join(f"{name} = %s" for name in values)
            same = " AND ".join(f"{name} = %s" for name in KEPT[table])
            keys = [values[name] for name in KEPT[table]]
            cursor.execute(f"UPDATE {copy_of(table)} SET {names} WHERE {same}", [*values.values(), *keys])


def _renamed(table: str, row: dict[str, Any], new: dict[str, str]) -> dict[str, Any]:
    values = {name: new.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
    if table == "log.requests":
        values["key"] = request.headers.get("Idempotency-Key", uuid4().hex)
    if table == "log.directory":
        values["email_hash"] = uuid4().bytes
    return {name: json.dumps(value) if isinstance(value, dict) else value for name, value in values.items()}


def _events(sample: list[dict[str, Any]], order_id: UUID, now: datetime) -> list[tuple[Any, ...]]:
    """The sample's events: an order's under the order's id, those of others under a new one."""
    other = uuid4()
    return [
        (
            order_id if event["topic"].startswith("order.") else other,
            event["originator_version"],
            event["topic"],
            event["version"],
            other,
            now,
            event["state"],
        )
        for event in sample
    ]


def _order_row(body: dict[str, Any], order_id: UUID, now: datetime) -> tuple[Any, ...]:
    address, items = body["billing_address"], body["items"]
    total = sum(round(float(item["unit_price"]["amount"]) * 100) * item["quantity"] for item in items)
    words = " ".join([address["name"], address["email"], *(item["sku"] for item in items)]).lower()
    return (
        order_id, order_id.hex[:12], 1, now, body["currency"], "pending", "unpaid", address["name"], address["email"],
        body["source"], body["payment_method"], body["shipping_method"], total, len(items), "", "", words,
    )  # fmt: skip


class Floor(BaseApplication):  # type: ignore[misc]
    """The floor as gunicorn runs it, set like the server it stands beside."""

    def __init__(self, database_url: str, port: int, samples: Path, rows: str) -> None:
        self._database_url, self._port, self._samples, self._rows = database_url, port, samples, rows
        super().__init__()

    def load_config(self) -> None:
        """The same processes, threads and patience as `carnet serve`."""
        options = {
            "bind": f"127.0.0.1:{self._port}",
            "worker_class": "gthread",
            "workers": PROCESSES,
            "threads": THREADS,
            "keepalive": 30,
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The handlers of one process."""
        return create_app(self._database_url, json.loads(self._samples.read_text()), self._rows)


if __name__ == "__main__":
    Floor(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]).run()
