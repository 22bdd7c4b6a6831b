"""How long orders stand in each status: a row for every move, and the stays by the day the orders were placed."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from domain.orders.creation import OrderCreated
from domain.orders.imports import OrderImportUndone
from domain.orders.moves import OrderPlaced, OrderStatusChanged, OrderStatusForced
from domain.orders.order import Order
from domain.settings import DefaultsSet, ShopSettings
from domain.statuses import DRAFT
from projections.engine.projection import EventBatch
from projections.engine.tables import Connection, Rows, Sums, Table
from projections.views.zones import day_in, put_zones, zone_table

_ORDERS_DDL = "CREATE TABLE {schema}.duration_orders (order_id uuid NOT NULL, placed_at timestamptz NOT NULL)"
_MOVES_DDL = """
    CREATE TABLE {schema}.duration_moves (
        order_id uuid NOT NULL,
        version integer NOT NULL,
        at timestamptz NOT NULL,
        status text NOT NULL
    )
"""
_DAYS_DDL = """
    CREATE TABLE {schema}.status_durations (
        day date NOT NULL,
        status text NOT NULL,
        stays bigint NOT NULL,
        ended bigint NOT NULL,
        seconds bigint NOT NULL,
        within_hour bigint NOT NULL,
        within_day bigint NOT NULL,
        within_three_days bigint NOT NULL,
        within_week bigint NOT NULL,
        longer bigint NOT NULL,
        open_since bigint NOT NULL
    ) WITH (fillfactor = 80)
"""
_ZONE = "duration_zone"
HOUR, DAY = 3600, 86_400
# Stays that ended, by how long they were: up to so many seconds; the last are longer.
LENGTHS = {"within_hour": HOUR, "within_day": DAY, "within_three_days": 3 * DAY, "within_week": 7 * DAY}


def _lengths() -> str:
    """SQL for a column for each length: 1 where a stay is longer than the one before and no longer than this."""
    least, columns = -1, []
    for name, most in LENGTHS.items():
        columns.append(f"CASE WHEN seconds > {least} AND seconds <= {most} THEN 1 ELSE 0 END AS {name}")
        least = most
    return ", ".join((*columns, f"CASE WHEN seconds > {least} THEN 1 ELSE 0 END AS longer"))


# A stay ends with the next move. Who placed an order at once never had it as a draft.
_STAYS = f"""
    SELECT {day_in(_ZONE, "placed_at")} AS day, status, 1 AS stays,
        CASE WHEN seconds IS NULL THEN 0 ELSE 1 END AS ended, coalesce(seconds, 0) AS seconds, {_lengths()},
        CASE WHEN seconds IS NULL THEN floor(extract(epoch FROM at)) ELSE 0 END AS open_since
    FROM (
        SELECT placed_at, status, at, CASE WHEN took < 0 THEN 0 ELSE took END AS seconds
        FROM (
            SELECT o.placed_at, m.status, m.at, floor(extract(epoch FROM
                lead(m.at) OVER (PARTITION BY m.order_id ORDER BY m.version) - m.at)) AS took
            FROM {{schema}}.duration_moves AS m JOIN {{schema}}.duration_orders AS o ON o.order_id = m.order_id
            WHERE {{only}}
        ) AS moves
    ) AS stays
    WHERE NOT (status = '{DRAFT}' AND coalesce(seconds, 1) = 0)
"""  # noqa: S608 - constants of this module
_DURATIONS = """
    SELECT status, sum(stays)::bigint, sum(ended)::bigint, sum(seconds)::bigint, sum(within_hour)::bigint,
        sum(within_day)::bigint, sum(within_three_days)::bigint, sum(within_week)::bigint, sum(longer)::bigint,
        sum(open_since)::bigint
    FROM views.status_durations WHERE day >= %(start)s AND day < %(end)s GROUP BY status ORDER BY status
"""


class Move(NamedTuple):
    """A move of an order to a status."""

    order_id: UUID
    version: int
    at: datetime
    status: str


_SUMS = ("stays", "ended", "seconds", *LENGTHS, "longer", "open_since")
_TOPICS = (OrderCreated, OrderPlaced, OrderStatusChanged, OrderStatusForced, OrderImportUndone, DefaultsSet)


class StatusDurations:
    """The view `status_durations`."""

    name = "status_durations"
    version = 1
    tables = (
        Table("duration_orders", ("order_id", "placed_at"), ("order_id",), _ORDERS_DDL),
        Table("duration_moves", Move._fields, ("order_id", "version"), _MOVES_DDL),
        zone_table(_ZONE),
        Table(
            "status_durations", ("day", "status", *_SUMS), ("day", "status"), _DAYS_DDL,
            sums=Sums(("duration_moves", "duration_orders"), _STAYS, "o.order_id", (_ZONE,)),
        ),
    )  # fmt: skip
    aggregates = (Order, ShopSettings)
    topics = frozenset(event.TOPIC for event in _TOPICS)

    def fold(self, batch: EventBatch) -> Rows:
        """A row for each move, and when each order was placed; nothing of an order that is there no more."""
        rows = Rows()
        put_zones(rows, _ZONE, batch)
        for _, event, _ in batch.events:
            match event:
                case OrderImportUndone():
                    rows.delete("duration_moves", (event.originator_id,))
                    continue
                case OrderCreated():
                    if event.originator_version > 1:  # again, after its import was taken back: it begins anew
                        rows.delete("duration_moves", (event.originator_id,))
                    status = DRAFT
                case OrderPlaced() | OrderStatusChanged() | OrderStatusForced():
                    status = event.status
                case _:
                    continue
            move = Move(event.originator_id, event.originator_version, event.timestamp, status)
            rows.put("duration_moves", (move.order_id, move.version), move)
        for order_id, order in batch.aggregates(Order).items():
            if order.exists and order.placed_at is not None:
                rows.put("duration_orders", (order_id,), (order_id, order.placed_at))
            else:
                rows.delete("duration_orders", (order_id,))
        return rows


class DurationRow(NamedTuple):
    """The stays of orders in a status: how many, how many of them ended and how long those took together, in seconds.

    The columns from `within_hour` to `longer` part those that ended by length. `open_since` is the sum of the instants,
    in seconds since 1970, at which the others began.
    """

    status: str
    stays: int
    ended: int
    seconds: int
    within_hour: int
    within_day: int
    within_three_days: int
    within_week: int
    longer: int
    open_since: int

    @property
    def open(self) -> int:
        """How many orders have the status now."""
        return self.stays - self.ended

    @property
    def average(self) -> int | None:
        """How long a stay that ended took, in seconds; None where none has."""
        return self.seconds // self.ended if self.ended else None

    def waiting(self, now: datetime) -> int | None:
        """For how long the orders that have the status now have had it on average, in seconds; None for none."""
        return max(0, int(now.timestamp()) - self.open_since // self.open) if self.open else None


def list_durations(connection: Connection, start: date, end: date) -> list[DurationRow]:
    """The stays of orders that were placed from a day (included) until another (not included), by status."""
    return [DurationRow(*row) for row in connection.execute(_DURATIONS, {"start": start, "end": end})]
