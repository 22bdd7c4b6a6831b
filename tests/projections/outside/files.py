"""Files of views from outside for tests, and the process that keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from projections.outside import catalogue
from projections.outside.catalogue import Outside
from projections.runtime import Runtime
from tests.workers.working import eventually
from workers.outside_views import OutsideViews

BASKETS = '''
from domain.orders.order import Order
from projections.engine.tables import Rows, Sums, Table

class Baskets:
    name = "baskets"
    version = 1
    tables = (
        Table(
            "baskets_orders", ("order_id", "lines", "currency", "total"), ("order_id",),
            """CREATE TABLE {schema}.baskets_orders (
                order_id uuid NOT NULL, lines integer NOT NULL, currency text NOT NULL, total bigint NOT NULL)""",
        ),
        Table(
            "baskets", ("lines", "currency", "orders", "total"), ("lines", "currency"),
            """CREATE TABLE {schema}.baskets (
                lines integer NOT NULL, currency text NOT NULL, orders bigint NOT NULL, total bigint NOT NULL)""",
            sums=Sums(
                ("baskets_orders",),
                "SELECT lines, currency, 1 AS orders, total FROM {schema}.baskets_orders WHERE {only}", "order_id",
            ),
        ),
    )
    aggregates = (Order,)
    topics = None
    served, filters, sorts = "baskets", ("lines", "currency"), ("lines", "orders")

    def fold(self, batch):
        rows = Rows()
        for order_id, order in batch.aggregates(Order).items():
            FAULT
            rows.put(
                "baskets_orders", (order_id,), (order_id, len(order.items), order.currency, order.price.total)
            )
        return rows

PROJECTION = Baskets
'''
UNITS = """
-- name: units_by_sku
-- version: 1
-- topics: order.item-added
-- filters: sku, units
-- sorts: units
CREATE TABLE units_by_sku (sku text PRIMARY KEY, units bigint NOT NULL, lines bigint NOT NULL);
CREATE INDEX units_by_sku_units ON units_by_sku (units, sku);
INSERT INTO units_by_sku AS kept (sku, units, lines)
SELECT event ->> 'sku', sum((event ->> 'quantity')::bigint), count(*) FROM events GROUP BY 1
ON CONFLICT (sku) DO UPDATE SET units = kept.units + EXCLUDED.units, lines = kept.lines + EXCLUDED.lines;
"""


def python_view(folder: Path, fault: str = "pass") -> Path:
    """A view in Python; `fault` is what it does for each order."""
    file = folder / "baskets.py"
    file.write_text(BASKETS.replace("FAULT", fault))
    return file


def sql_view(folder: Path, text: str = UNITS) -> Path:
    """A view in SQL."""
    file = folder / "units_by_sku.sql"
    file.write_text(text)
    return file


@contextmanager
def kept(runtime: Runtime, *files: Path, **limits: Any) -> Iterator[OutsideViews]:
    """The processes of these files, running."""
    running = OutsideViews(replace(runtime.settings, **limits), [str(file) for file in files])
    running.start()
    try:
        yield running
    finally:
        running.stop()


def known(runtime: Runtime, file: Path) -> Outside:
    """What the catalogue says of a file."""
    with runtime.pool.connection() as connection:
        return next(one for one in catalogue.every(connection) if one.source == str(file))


def await_state(runtime: Runtime, file: Path, state: str) -> Outside:
    """Waits until a file's view is in a state."""

    def there() -> bool:
        with runtime.pool.connection() as connection:
            return any(one.source == str(file) and one.state == state for one in catalogue.every(connection))

    eventually(there, f"{file.name} is {state}", patience=60)
    return known(runtime, file)


def await_position(runtime: Runtime, view: str, position: int | None = None, patience: float = 60) -> None:
    """Waits until a view has come to a position, the log's end unless told."""
    goal = runtime.log.head() if position is None else position

    def there() -> bool:
        with runtime.pool.connection() as connection:
            statement = "SELECT position FROM views.positions WHERE projection = %s AND schema = 'views'"
            row = connection.execute(statement, (view,)).fetchone()
        return row is not None and row[0] >= goal

    eventually(there, f"{view} is at {goal}", patience)
