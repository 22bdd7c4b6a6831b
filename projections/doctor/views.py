"""Views beside the log: rows by samples, rows without a stream, and what a view could not take."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from projections.doctor.finding import Finding, Look, places
from projections.engine import generations
from projections.engine.projection import EventBatch, Projection
from projections.engine.tables import Table, TableWriter
from projections.log import Recorded
from projections.views import PROJECTIONS

SAMPLES = 200
SCHEMA = "doctor"  # made and rolled back in one transaction, so nobody ever sees it


class Sampled(NamedTuple):
    """A table of a view whose rows are made of one stream each: the kind of stream, and the column that names it.

    Where events of other kinds make rows as well, `topic` is the column that tells of which an event was.
    """

    kind: str
    view: str
    table: str
    stream: str = "id"
    topic: str | None = None


SAMPLED = (
    Sampled("order", "orders", "orders"),
    Sampled("order", "order_status_history", "order_status_history", "order_id"),
    Sampled("order", "order_timeline", "order_timeline", "order_id", "topic"),
    Sampled("order", "documents", "documents", "order_id"),
    Sampled("order", "customers", "customer_orders", "order_id"),
    Sampled("order", "sales", "sales_orders", "order_id"),
    Sampled("order", "sales", "sales_lines", "order_id"),
    Sampled("order", "receivables", "receivable_orders", "order_id"),
    Sampled("order", "status_durations", "duration_moves", "order_id"),
    Sampled("customer", "customers", "customers"),
    Sampled("coupon", "coupons", "coupons"),
    Sampled("coupon", "coupons", "coupon_uses", "coupon_id"),
    Sampled("message", "messages", "messages"),
    Sampled("enrolment", "enrolments", "enrolments"),
    Sampled("stock", "stock", "stock"),
    Sampled("stock", "stock_movements", "stock_movements", "stock_id"),
    Sampled("product", "products", "products"),
    Sampled("import", "imports", "imports"),
)

_SOME = """
SELECT DISTINCT e.originator_id FROM unnest(%(positions)s::bigint[]) AS chosen (position)
JOIN log.events e ON e.position = chosen.position AND split_part(e.topic, '.', 1) = %(kind)s
"""
_KIND = """
SELECT position FROM log.events TABLESAMPLE SYSTEM (%(percent)s)
WHERE topic ^@ %(prefix)s AND position <= %(upto)s ORDER BY random() LIMIT %(most)s
"""
_ALL = """
SELECT position FROM log.events
WHERE topic ^@ %(prefix)s AND position <= %(upto)s ORDER BY random() LIMIT %(most)s
"""
_STREAMS = """
SELECT originator_id, position, topic, version, state, wrapped, coalesce(recorded_at, occurred_at) FROM log.readable
WHERE originator_id = ANY(%(ids)s) AND position <= %(upto)s ORDER BY originator_id, originator_version
"""
_LETTERS = """
SELECT projection, count(*), count(DISTINCT originator_id), min(position) FROM views.dead_letters
WHERE schema = 'views' AND state = 'parked' GROUP BY projection ORDER BY projection
"""
_HELD = "SELECT DISTINCT originator_id FROM views.dead_letters WHERE projection = %s AND schema = 'views'"
_TROUBLE = """
SELECT 'view ' || projection, trouble FROM views.positions WHERE schema = 'views' AND trouble IS NOT NULL
UNION ALL SELECT 'process ' || process, trouble FROM work.positions WHERE trouble IS NOT NULL ORDER BY 1
"""


class _Sample(NamedTuple):
    """Some streams of a kind up to where its view stands."""

    of: Sampled
    projection: Projection
    streams: dict[UUID, list[Recorded]]
    upto: int

    @property
    def rows(self) -> Table:
        """The table that is looked at."""
        return next(one for one in self.projection.tables if one.name == self.of.table)


def samples(look: Look) -> Iterator[Finding]:
    """Folds some streams anew and compares the rows; finds rows whose stream is not in the log."""
    for number, sampled in enumerate(SAMPLED, 1):
        projection = PROJECTIONS[sampled.view]
        stands = generations.find(look.connection, sampled.view)
        if stands is None or stands.version != projection.version:
            continue
        sample = _Sample(sampled, projection, _streams(look, sampled.kind, stands.position), stands.position)
        differing = _differing(look, sample)
        surplus = _surplus(look, sampled)
        look.tell(number, len(SAMPLED))
        advice = f"`carnet projections rebuild {sampled.view}` builds it anew while it is read."
        if differing:
            yield Finding(
                "view-differs",
                "damage",
                f"The rows of {len(differing)} of {len(sample.streams)} streams in {sampled.table} are not what the log"
                " gives.",
                advice,
                places(f"{sampled.kind} {key}" for key in differing),
                len(differing),
            )
        if surplus:
            yield Finding(
                "view-phantoms",
                "damage",
                f"The view {sampled.table} has rows of {len(surplus)} streams of which the log knows nothing.",
                advice,
                places(f"{sampled.kind} {key}" for key in surplus),
                len(surplus),
            )


def dead_letters(look: Look) -> Iterator[Finding]:
    """No event waits to be taken by a view."""
    for name, count, keys, first in look.connection.execute(_LETTERS).fetchall():
        yield Finding(
            "dead-letters",
            "warning",
            f"The view {name} could not take {count} events; {keys} keys of it are held back.",
            f"`carnet projections dead-letters list {name} --trace` tells why; `retry {name}` takes them after all.",
            [f"the first at position {first}"],
            count,
        )


def trouble(look: Look) -> Iterator[Finding]:
    """Every view and process goes on."""
    found = look.connection.execute(_TROUBLE).fetchall()
    if found:
        yield Finding(
            "trouble",
            "warning",
            f"{len(found)} views or processes cannot go on.",
            "They try again by themselves. The log of `carnet project` and `carnet worker` tells more.",
            places(f"{name}: {error}" for name, error in found),
            len(found),
        )


def _streams(look: Look, kind: str, upto: int) -> dict[UUID, list[Recorded]]:
    """Whole streams of a kind, chosen at random; one that cannot be read is left to the checks of events."""
    wanted = {"prefix": f"{kind}.", "upto": upto, "most": SAMPLES}
    percent = min(100.0, 100.0 * 200 * SAMPLES / max(upto, 1))
    found = look.connection.execute(_KIND, wanted | {"percent": percent}).fetchall()
    if len(found) < SAMPLES:
        found = look.connection.execute(_ALL, wanted).fetchall()
    chosen = {"positions": [row[0] for row in found], "kind": kind}
    ids = [row[0] for row in look.connection.execute(_SOME, chosen)]
    streams: dict[UUID, list[Recorded]] = {}
    event_of = look.log.mapper.event
    closed: set[UUID] = set()
    for key, position, *row, recorded_at in look.connection.execute(_STREAMS, {"ids": ids, "upto": upto}):
        try:
            streams.setdefault(key, []).append(Recorded(position, event_of(*row), recorded_at))
        except Exception:
            closed.add(key)
    return {key: stream for key, stream in streams.items() if key not in closed}


def _differing(look: Look, sample: _Sample) -> list[Any]:
    """The streams whose rows are others in the view than in a fold of them; those held back are left out."""
    held = {row[0] for row in look.connection.execute(_HELD, (sample.projection.name,))}
    streams = {key: stream for key, stream in sample.streams.items() if key not in held}
    if not streams:
        return []
    schema = f"{SCHEMA}_{random.getrandbits(32):08x}"
    look.connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    table = sample.rows
    table.create(look.connection, schema)
    rows = sample.projection.fold(_batch(sample, streams))
    TableWriter(look.connection, table, schema).copy(look.connection, rows.of(table.name).upserts.values())
    columns = [sql.Identifier(one) for one in table.columns]
    found = look.connection.execute(
        sql.SQL(_COMPARED).format(
            stream=sql.Identifier(sample.of.stream),
            fresh=table.within(schema),
            live=table.within("views"),
            same_row=sql.SQL(" AND ").join(
                sql.SQL("live.{} = fresh.{}").format(key, key) for key in map(sql.Identifier, table.key)
            ),
            of_kind=sql.SQL("AND split_part({}, '.', 1) = %(kind)s").format(sql.Identifier(sample.of.topic))
            if sample.of.topic
            else sql.SQL(""),
            fresh_columns=_joined("fresh", columns),
            live_columns=_joined("live", columns),
        ),
        {"ids": list(streams), "kind": sample.of.kind},
    )
    return [row[0] for row in found]


_COMPARED = """
SELECT DISTINCT coalesce(fresh.{stream}, live.{stream})
FROM {fresh} AS fresh FULL JOIN (SELECT * FROM {live} WHERE {stream} = ANY(%(ids)s) {of_kind}) AS live ON {same_row}
WHERE ROW({fresh_columns}) IS DISTINCT FROM ROW({live_columns})
"""


def _joined(alias: str, columns: Sequence[sql.Identifier]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(alias + ".") + column for column in columns)


def _batch(sample: _Sample, streams: dict[UUID, list[Recorded]]) -> EventBatch:
    """The streams as a rebuild hands them to the view's fold."""
    whole = sorted((one for stream in streams.values() for one in stream), key=lambda one: one.position)
    events = {key: [one.event for one in stream] for key, stream in streams.items()}
    return EventBatch(whole, sample.upto, streams=events)


def _surplus(look: Look, sampled: Sampled) -> list[Any]:
    """The streams that have rows and no event in the log."""
    statement = (
        "SELECT DISTINCT v.{} FROM {} v WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = v.{})"
    )
    stream, table = sql.Identifier(sampled.stream), sql.Identifier("views", sampled.table)
    return [row[0] for row in look.connection.execute(sql.SQL(statement).format(stream, table, stream))]
