"""The rows of an export, all as of one moment, however many there are: only some are held at one time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
from msgspec import Struct

from domain.errors import Rejected
from projections import generations
from projections.comparing import snapshot
from projections.exports.columns import Chunk, Column, with_values
from projections.exports.lines import Moment
from projections.exports.lists import EXPORTED, Exported
from projections.exports.past import past
from projections.filling import Source
from projections.generations import LIVE
from projections.log import EventLog
from projections.runtime import Runtime
from projections.tables import Connection
from projections.views import Rebuilding

MOST_COLUMNS = 100


class UnknownColumn(Rejected):
    """The list {list} has no column {column}; it has: {known}."""

    code = "unknown-column"


class AsOfAhead(Rejected):
    """The list as of {as_of} cannot be told yet: name an instant that has passed."""

    code = "as-of-ahead"


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked of an export: the list, its filters, and in which order; `as_of` an instant of the past."""

    list: str
    filters: Any
    columns: tuple[str, ...] = ()
    sort: str = ""
    as_of: datetime | None = None


class Export(NamedTuple):
    """A list to be read: its columns as chosen, and where and when it is looked at."""

    connection: Connection
    exported: Exported
    columns: Sequence[Column]
    asked: Asked
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
    """Where exports are read from."""

    source: Source
    log: EventLog

    @classmethod
    def of(cls, runtime: Runtime) -> Reading:
        """The database of a runtime."""
        return cls(Source(runtime.settings.database_url, runtime.settings.secret_key), runtime.log)


def columns_of(exported: Exported, names: Sequence[str]) -> Sequence[Column]:
    """The columns of these names in this order, each once; all of them where none is named."""
    known: Mapping[str, Column] = {column.name: column for column in exported.columns}
    for name in names:
        if name not in known:
            raise UnknownColumn("/columns", list=exported.name, column=name, known=", ".join(known))
    return [known[name] for name in dict.fromkeys(names)] or list(exported.columns)


def require_passed(as_of: datetime | None, now: datetime) -> None:
    """Refuses an instant that lies ahead: a file would tell for that day what is only known of today."""
    if as_of and as_of > now:
        raise AsOfAhead("/as_of", as_of=as_of.isoformat())


@contextmanager
def reading(
    place: Reading, asked: Asked, *, schema: str = "", building: Callable[[int], None] = lambda _: None
) -> Iterator[Export]:
    """Opens a list for reading in one transaction that writes nothing and sees the database as it is now.

    A list of the past is read in `schema` where it was built before; else it is built for as long as it is read, and
    `building` hears how many events each step folded. Raises `Rebuilding` when the view cannot be read.
    """
    exported = EXPORTED[asked.list]
    columns = columns_of(exported, asked.columns)
    with ExitStack() as stack:
        if asked.as_of and not schema:
            upto = place.log.head()
            schema = stack.enter_context(past(place.source, exported.view, asked.as_of, upto, building))
        connection = stack.enter_context(_opened(place.source.database_url))
        stands = generations.find(connection, exported.view, schema or LIVE)
        if stands is None:
            raise Rebuilding(f"{exported.view} is not built yet")
        at = asked.as_of.astimezone(UTC) if asked.as_of else None
        moment = Moment(place.log, stands.position, at)
        yield Export(connection, exported, columns, asked, schema or LIVE, moment)


@contextmanager
def _opened(database_url: str) -> Iterator[Connection]:
    """A connection whose instants are in UTC; what it still reads when it is left is broken off."""
    connection = psycopg.connect(
        database_url, autocommit=True, application_name="carnet export", options="-c timezone=UTC"
    )
    try:
        yield snapshot(connection)
    finally:
        connection.close()
