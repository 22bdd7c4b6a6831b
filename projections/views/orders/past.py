"""The list of orders as it was at every instant: a row for each order and each stretch in which it stood still.

There is a table for each of the two times of an event. In `orders_as_of` a row holds from one occurrence to the next,
in `orders_known_at` from one recording to the next; `starts` is included, `ends` is not. The times of a stream may run
backwards, so an event can change what stretches before the last one showed: those of its order are written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from domain import topics
from domain.customers import CustomerForgotten
from domain.orders.order import Order
from domain.points_in_time import fold_part
from projections.engine.projection import EventBatch
from projections.engine.tables import Row, Rows, Table
from projections.log import Recorded
from projections.views.orders.view import COLUMNS, DDL, order_row

AS_OF, KNOWN_AT = "orders_as_of", "orders_known_at"
TimeOf = Callable[[Recorded], datetime]
FOREVER = "infinity"
_KEY = "id uuid NOT NULL,"
_STRETCH = f"{_KEY} starts timestamptz NOT NULL, ends timestamptz NOT NULL,"
# `starts` stands last in each, so that what began later is passed over within the index. `ends` stands in none: it
# alone changes when an order moves on, and a row whose indexed columns stay is written beside itself.
_INDEXES = (
    "CREATE INDEX {table}_starts ON {schema}.{table} (starts)",
    "CREATE INDEX {table}_early ON {schema}.{table} ((created_at - starts))",
    "CREATE INDEX {table}_status ON {schema}.{table} (status, created_at, id, starts)",
    "CREATE INDEX {table}_position ON {schema}.{table} (position, starts)",
    "CREATE INDEX {table}_number ON {schema}.{table} (number_order, id, starts)",
    "CREATE INDEX {table}_total ON {schema}.{table} (currency, total, id, starts)",
    "CREATE INDEX {table}_placed ON {schema}.{table} (coalesce(placed_at, '-infinity'), id, starts)",
    """
    CREATE INDEX {table}_customer ON {schema}.{table} (customer_id, created_at, id, starts)
        WHERE customer_id IS NOT NULL
    """,
    "CREATE INDEX {table}_name ON {schema}.{table} (left(person, 60), id, starts)",
    """
    CREATE INDEX {table}_words ON {schema}.{table} USING gin ((things || person) gin_trgm_ops);
    ALTER INDEX {schema}.{table}_words ALTER COLUMN 1 SET STATISTICS 1000
    """,
    """
    CREATE INDEX {table}_choices ON {schema}.{table} USING gin (
        status, stage, payment_status, fulfilment_status, operator, source, payment_method, shipping_method, tags, skus
    )
    """,
)


def _table(name: str) -> Table:
    return Table(
        name,
        ("starts", "ends", *COLUMNS),
        ("id", "starts"),
        DDL.replace("{schema}.orders", f"{{schema}}.{name}").replace(_KEY, _STRETCH),
        tuple(index.replace("{table}", name) for index in _INDEXES),
        sorted_by=("created_at", "id", "starts"),
    )


class OrdersPast:
    """The view `orders_past`."""

    name = "orders_past"
    version = 1
    tables = (_table(AS_OF), _table(KNOWN_AT))
    aggregates = (Order,)
    topics = frozenset(event.TOPIC for event in topics.AGGREGATES[Order]) | {CustomerForgotten.TOPIC}

    def fold(self, batch: EventBatch) -> Rows:
        """Every stretch that the batch's events change; a customer who was forgotten leaves no name in any."""
        rows = Rows()
        for _, event, _ in batch.events:
            if type(event) is CustomerForgotten:
                for table in (AS_OF, KNOWN_AT):
                    unnamed = {"customer_name": "", "customer_email": "", "person": ""}
                    rows.overwrite(table, "customer_id", event.originator_id, **unnamed)
        new: dict[int, list[Recorded]] = {}
        for recorded in batch.events:
            new.setdefault(recorded.event.originator_id.int, []).append(recorded)
        for order_id, history in batch.histories(Order).items():
            made: dict[int, Row] = {}
            for table, time_of in _AXES:
                since = min(map(time_of, new[order_id.int]))
                for stretch in _stretches(history, time_of, since, made):
                    if stretch.row is None:
                        rows.delete(table, (order_id, stretch.starts))
                    else:
                        row = (stretch.starts, stretch.ends or FOREVER, *stretch.row)
                        rows.put(table, (order_id, stretch.starts), row)
        return rows


class Stretch(NamedTuple):
    """From when to when (None: still) an order stood as its row shows it; no row while it was not there."""

    starts: datetime
    ends: datetime | None
    row: Row | None


def _occurred_at(recorded: Recorded) -> datetime:
    return recorded.event.timestamp


def _recorded_at(recorded: Recorded) -> datetime:
    return recorded.recorded_at


_AXES: tuple[tuple[str, TimeOf], ...] = ((AS_OF, _occurred_at), (KNOWN_AT, _recorded_at))


def _stretches(
    history: Sequence[Recorded], time_of: TimeOf, since: datetime, made: dict[int, Row]
) -> Iterator[Stretch]:
    """The stretches of an order that end at `since` or later, each as its events in the order of versions make it.

    `made` keeps the rows of the first so many events, which both times have in common.
    """
    begins = history[0].event.BEGINS
    by_time = sorted(range(len(history)), key=lambda index: (time_of(history[index]), index))
    groups = [(time, list(group)) for time, group in groupby(by_time, lambda index: time_of(history[index]))]
    folded = _Folded(history)
    shown: list[int] = []
    begun = not begins
    for number, (starts, group) in enumerate(groups):
        shown = sorted((*shown, *group)) if shown and group[0] < shown[-1] else [*shown, *group]
        begun = begun or any(history[index].event.BEGINS for index in group)
        ends = groups[number + 1][0] if number + 1 < len(groups) else None
        if ends is None or ends >= since:
            yield Stretch(starts, ends, folded.row(shown, made) if begun else None)


class _Folded:
    """An order folded from a part of its history, which mostly grows at its end."""

    def __init__(self, history: Sequence[Recorded]) -> None:
        self._history = history
        self._order = Order.blank(history[0].event.originator_id)
        self._shown: list[int] = []

    def row(self, shown: list[int], made: dict[int, Row]) -> Row | None:
        """The row of the order that these events make; None where they leave none."""
        first = len(shown) if shown[-1] == len(shown) - 1 else 0
        if first in made:
            return made[first]
        if self._shown != shown[: len(self._shown)]:
            self._order, self._shown = Order.blank(self._order.id), []
        fold_part(self._order, [self._history[index].event for index in shown[len(self._shown) :]])
        self._shown = shown
        if not self._order.exists:
            return None
        row = order_row(self._order, self._history[shown[-1]].position)
        if first:
            made[first] = row
        return row
