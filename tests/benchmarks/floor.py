"""The floor: a bare Flask handler that writes the same rows in one transaction, with nothing of what makes it Carnet.

It is written as such handlers are, with a statement for each row. Run as `python -m tests.benchmarks.floor DATABASE_URL
PORT SAMPLES`; SAMPLES is a file with the events that Carnet wrote for the same jobs, which are written again under new
ids. The list's row has its two plainest indexes.
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
_EVENT = """
INSERT INTO floor.events (originator_id, originator_version, topic, version, subject, recorded_at, state)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_ORDER = f"INSERT INTO floor.orders VALUES ({', '.join(['%s'] * 17)})"
_SHIP = """
UPDATE floor.orders SET version = version + 1, status = 'shipped', carrier = %s, tracking_code = %s WHERE id = %s
"""


def create_app(database_url: str, samples: dict[str, list[list[dict[str, Any]]]]) -> Flask:
    """The bare handlers over a pool of their own."""
    app = Flask("floor", static_folder=None)
    pool = ConnectionPool(database_url, min_size=1, max_size=THREADS + 2, kwargs={"autocommit": True}, open=True)
    jobs = {name: cycle(found) for name, found in samples.items()}

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="up")

    @app.post("/api/v1/orders")
    def create_order() -> tuple[Response, int]:
        body, order_id, now = request.get_json(), uuid4(), datetime.now(UTC)
        row = _order_row(body, order_id, now)
        with pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
            for event in _events(next(jobs["create"]), order_id, now):
                cursor.execute(_EVENT, event)
            cursor.execute(_ORDER, row)
        return jsonify(id=str(order_id), number=row[1], total=row[12]), 201

    @app.post("/api/v1/orders/<uuid:order_id>/shipments")
    def ship_order(order_id: UUID) -> tuple[Response, int]:
        body, now = request.get_json(), datetime.now(UTC)
        with pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
            for event in _events(next(jobs["ship"]), order_id, now):
                cursor.execute(_EVENT, event)
            cursor.execute(_SHIP, (body["carrier"], body["tracking_code"], order_id))
        return jsonify(id=str(order_id), status="shipped"), 201

    return app


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

    def __init__(self, database_url: str, port: int, samples: Path) -> None:
        self._database_url, self._port, self._samples = database_url, port, samples
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
        return create_app(self._database_url, json.loads(self._samples.read_text()))


if __name__ == "__main__":
    Floor(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])).run()
