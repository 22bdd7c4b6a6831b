"""The rows of an export, all as of one moment, however many there are: only some are held at one time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct

from domain.errors import Rejected
from domain.personal import MASK
from domain.points_in_time import NOW, PointInTime
from projections.engine import generations
from projections.engine.comparing import snapshot
from projections.engine.filling import Source
from projections.engine.freshness import Rebuilding
from projections.engine.generations import LIVE
from projections.engine.tables import Connection
from projections.exports.columns import Chunk, Column, with_values
from projections.exports.lines import Moment
from projections.exports.lists import EXPORTED, Exported
from projections.exports.past import past
from projections.log import EventLog
from projections.postgres.connections import PATIENT, bound, connect
from projections.runtime import Runtime
from projections.views.orders import Orders
from projections.views.orders.past import OrdersPast
from projections.views.orders.past_listing import OrdersThen

MOST_COLUMNS = 100
PAST_PATIENCE = 3.0  # seconds an export waits for the view of the past before it folds that past itself
LOOK_EVERY = 0.05
REPLICA_PATIENCE = 2.0  # seconds an export waits for the replica before it reads the primary
_MASKED = f"'{MASK}'::text"


class UnknownColumn(Rejected):
    """The list {list} has no column {column}; it has: {known}."""

    code = "unknown-column"


class AsOfAhead(Rejected):
    """What will have happened by {as_of} cannot be told yet: name an instant that has passed."""

    code = "as-of-ahead"


class KnownAtAhead(Rejected):
    """What will be known at {known_at} cannot be told yet: name an instant that has passed."""

    code = "known-at-ahead"


class ExportRequest(Struct, frozen=True, kw_only=True):
    """What is asked of an export: the list, its filters, and in which order, of the present or a point in time.

    Not `personal`: what tells of a person is masked.
    """

    list: str
    filters: Any
    columns: tuple[str, ...] = ()
    sort: str = ""
    as_of: datetime | None = None
    known_at: datetime | None = None
    personal: bool = True

    @property
    def point(self) -> PointInTime:
        """The point in time that is asked for."""
        return PointInTime(self.as_of, self.known_at)


class Export(NamedTuple):
    """A list to be read: its columns as chosen, and where and when it is looked at."""

    connection: Connection
    exported: Exported
    columns: Sequence[Column]
    asked: ExportRequest
    schema: str
    moment: Moment

    def total(self) -> int:
        """How many rows of the list there are: orders, where their lines are exported."""
        return self.exported.listing.count(self.connection, self.asked.filters, "exact", self.schema)

    def chunks(self, tell: Callable[[int], None] = lambda _: None) -> Iterator[Chunk]:
        """The values column by column, some thousand rows at a time; `tell` hears how many of the list were read."""
        listing, done = self.exported.listing, 0
        sort = self.asked.sort or self.exported.sort
        for rows in listing.chunks(self.connection, self._expressions(), self.asked.filters, sort, self.schema):
            for made in self._made(rows):
                yield with_values(self.columns, list(zip(*made, strict=True)))
            done += len(rows)
            tell(done)

    def _expressions(self) -> Sequence[str]:
        if self.exported.reader:
            return ("id",)
        return (*(column.sql for column in self.columns), self.exported.currency)

    def _made(self, rows: list[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
        reader = self.exported.reader
        return reader(self.moment, self.columns, rows) if reader else iter((rows,))


class Reading(NamedTuple):
    """Where exports are read from; `url` leads to the views where that is another address than the source's."""

    source: Source
    log: EventLog
    url: str = ""

    @classmethod
    def of(cls, runtime: Runtime, view: str = "") -> Reading:
        """The database of a runtime: its replica, where it comes to show in time what the view shows now."""
        settings, replica = runtime.settings, runtime.replica
        url = settings.database_url
        if replica and view and replica.wait_for(view, runtime.views.position(view), REPLICA_PATIENCE):
            url = replica.url
        return cls(Source(settings.direct_url, settings.secrets), runtime.log, url)


def columns_of(exported: Exported, names: Sequence[str]) -> Sequence[Column]:
    """The columns of these names in this order, each once; all of them where none is named."""
    known: Mapping[str, Column] = {column.name: column for column in exported.columns}
    for name in names:
        if name not in known:
            raise UnknownColumn("/columns", list=exported.name, column=name, known=", ".join(known))
    return [known[name] for name in dict.fromkeys(names)] or list(exported.columns)


def require_passed(point: PointInTime, now: datetime) -> None:
    """Refuses an instant that lies ahead: a file would tell for that day what is only known of today."""
    if point.as_of and point.as_of > now:
        raise AsOfAhead("/as_of", as_of=point.as_of.isoformat())
    if point.known_at and point.known_at > now:
        raise KnownAtAhead("/known_at", known_at=point.known_at.isoformat())


@contextmanager
def reading(
    place: Reading, asked: ExportRequest, *, schema: str = "", building: Callable[[int], None] = lambda _: None
) -> Iterator[Export]:
    """Opens a list for reading in one transaction that writes nothing and sees the database as it is now.

    A list of the past is read in `schema` where it was built before, that of orders from the view of their past where
    it is kept; else it is built for as long as it is read, and `building` hears how many events each step folded.
    Raises `Rebuilding` when the view cannot be read.
    """
    exported = EXPORTED[asked.list]
    columns = columns_of(exported, asked.columns)
    if not asked.personal:
        columns = [column._replace(sql=_MASKED) if column.personal else column for column in columns]
    with ExitStack() as stack:
        upto = place.log.head() if asked.point != NOW and not schema else 0
        then = OrdersThen.of(asked.point) if upto and exported.view == Orders.name else None
        if then and _reaches(place, upto):
            exported = exported._replace(view=OrdersPast.name, listing=then.listing())
        elif upto:
            schema = stack.enter_context(past(place.source, exported.view, asked.point, upto, building))
        connection = stack.enter_context(_opened(place.url or place.source.database_url))
        stands = generations.find(connection, exported.view, schema or LIVE)
        if stands is None:
            raise Rebuilding(f"{exported.view} is not built yet")
        moment = Moment(place.log, stands.position, asked.point)
        yield Export(connection, exported, columns, asked, schema or LIVE, moment)


def _reaches(place: Reading, upto: int) -> bool:
    """Whether the view of the past of orders is kept, and comes to show a position within a moment."""
    deadline = time.monotonic() + PAST_PATIENCE
    with connect(place.url or place.source.database_url, "carnet export") as connection:
        while (stands := generations.find(connection, OrdersPast.name)) and stands.version == OrdersPast.version:
            if stands.position >= upto:
                return True
            if time.monotonic() > deadline:
                break
            time.sleep(LOOK_EVERY)
    return False


@contextmanager
def _opened(database_url: str) -> Iterator[Connection]:
    """A connection whose instants are in UTC; what it still reads when it is left is broken off."""
    connection = connect(database_url, "carnet export", session=PATIENT)
    try:
        snapshot(connection)
        bound(connection, idle=PATIENT["idle_in_transaction_session_timeout"])
        connection.execute("SET LOCAL timezone = 'UTC'")
        yield connection
    finally:
        connection.close()
