"""Pages of a list: sorted by keys that end with the id, so that a cursor says exactly where the next page begins."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID

from msgspec import Struct
from psycopg import sql

from projections.engine.tables import Connection

T = TypeVar("T")
F = TypeVar("F")
Cursor = tuple[Any, ...]
Amount = Annotated[int, "amount"]  # a column of minor units of the row's currency
PersonalText = Annotated[str, "personal"]  # a column that tells of a person
Conditions = tuple[Sequence[str], Mapping[str, Any]]  # in SQL, all of which must hold, and their parameters

_PAGE = sql.SQL("SELECT {columns}, {keys} FROM {source} WHERE {conditions} ORDER BY {order} LIMIT %(limit)s")
_PAGE_OF_FEW = sql.SQL(
    "SELECT {columns}, {keys} FROM (SELECT * FROM {source} WHERE {conditions} OFFSET 0) AS found "
    "ORDER BY {order} LIMIT %(limit)s"
)
AT_ONCE = 2_000  # rows of a whole list held at one time
_STATEMENTS = 500  # kept as they are sent; a list has one for each set of filters and sort
_ROWS = sql.SQL("SELECT {columns} FROM {source} WHERE {conditions} ORDER BY {order} LIMIT %(limit)s")
_COUNT = sql.SQL("SELECT count(*) FROM {source} WHERE {conditions}")
_COUNT_UP_TO = sql.SQL("SELECT count(*) FROM (SELECT FROM {source} WHERE {conditions} LIMIT %(limit)s) AS found")
_ESTIMATE = sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {source} WHERE {conditions}")


class Page(NamedTuple, Generic[T]):
    """A page of a list, and the cursor of the next one (None: this is the last)."""

    items: list[T]
    next: Cursor | None


@dataclass(frozen=True)
class Key:
    """What a list is sorted by: `column` as a cursor holds it, and as compared: that of a row with the one given."""

    column: str
    kind: Any
    expression: str
    given: str


def key(expression: str, kind: Any, type_name: str) -> Key:
    """A key that is compared as it is."""
    return Key(expression, kind, expression, f"{{}}::{type_name}")


def equal(filters: object, names: Collection[str]) -> Conditions:
    """The conditions of filters of which each names the value of the column of its name; None names nothing."""
    told = {name: value for name in names if (value := getattr(filters, name)) is not None}
    return [f"{name} = %({name})s" for name in told], told


def equal_all(filters: Struct) -> Conditions:
    """The same for filters every one of which is of the column of its name."""
    return equal(filters, filters.__struct_fields__)


@dataclass(frozen=True)
class Listing(Generic[T, F]):
    """A list of the rows of a `source` (SQL, in `{schema}`), each read into `head` (a NamedTuple of columns).

    `conditions` says in SQL what the list's filters mean, `standard` how it is sorted unless told. Every `sort` is one
    of `sorts`, downwards with a `-` before it. `few` tells filters that leave so little that all of it is found first
    and sorted then; else the planner may walk in the order of the sort until a page is full. `schema` is another than
    `views` for a list as it was at an instant.
    """

    source: str
    head: Any
    sorts: Mapping[str, tuple[Key, ...]]
    standard: str
    conditions: Callable[[F], Conditions]
    few: Callable[[Connection, F, str], bool] | None = None

    def page(
        self,
        connection: Connection,
        filters: F,
        sort: str = "",
        limit: int = 50,
        cursor: Cursor | None = None,
        schema: str = "views",
    ) -> Page[T]:
        """Up to `limit` rows after the cursor."""
        sort = sort or self.standard
        keys, descending = self.sorts[sort.removeprefix("-")], sort.startswith("-")
        conditions, values = self.conditions(filters)
        found, parameters = tuple(conditions), {**values, "limit": limit + 1}
        if cursor is not None:
            found += (_after(keys, descending=descending),)
            parameters |= {f"key_{number}": value for number, value in enumerate(cursor)}
        few = self.few is not None and self.few(connection, filters, schema)
        columns = self.head._fields
        statement = _page(self.source, schema, columns, keys, found, descending=descending, few=few)
        rows = read(connection, statement, parameters)
        following = tuple(rows[limit - 1][len(columns) :]) if len(rows) > limit else None
        return Page([self.head._make(row[: len(columns)]) for row in rows[:limit]], following)

    def rows(
        self,
        connection: Connection,
        columns: Sequence[str],
        filters: F,
        sort: str = "",
        schema: str = "views",
        *,
        limit: int | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """All rows, or up to `limit`, one after the other, however many there are: only some are held at one time.

        `columns` are of the source, or expressions of them in SQL; they are never what somebody sent.
        """
        for rows in self.chunks(connection, columns, filters, sort, schema, limit=limit):
            yield from rows

    def chunks(
        self,
        connection: Connection,
        columns: Sequence[str],
        filters: F,
        sort: str = "",
        schema: str = "views",
        *,
        limit: int | None = None,
    ) -> Iterator[list[tuple[Any, ...]]]:
        """The same, as many rows at a time as are held at one time."""
        sort = sort or self.standard
        conditions, values = self.conditions(filters)
        statement = _ROWS.format(
            columns=sql.SQL(", ".join(columns)),
            source=_in(self.source, schema),
            conditions=_all(conditions),
            order=_order(self.sorts[sort.removeprefix("-")], descending=sort.startswith("-")),
        )
        with connection.transaction(), closing(connection.cursor("rows", binary=True)) as cursor:
            cursor.execute(statement, {**values, "limit": limit})
            while rows := cursor.fetchmany(AT_ONCE):
                yield rows

    def count(
        self, connection: Connection, filters: F, how: Literal["exact", "estimate"] = "exact", schema: str = "views"
    ) -> int:
        """How many rows there are; `estimate` asks the planner, which knows without looking at them."""
        if how == "estimate":
            return self.estimate(connection, filters, schema)[0]
        conditions, values = self.conditions(filters)
        [[answer]] = read(connection, _counting(self.source, schema, tuple(conditions), exact=True), values)
        return int(answer)

    def estimate(self, connection: Connection, filters: F, schema: str = "views") -> tuple[int, float]:
        """How many rows the planner expects, and what it thinks that finding them costs, in its own units."""
        conditions, values = self.conditions(filters)
        [[answer]] = read(connection, _counting(self.source, schema, tuple(conditions), exact=False), values)
        plan = answer[0]["Plan"]
        return int(plan["Plan Rows"]), float(plan["Total Cost"])

    def count_up_to(self, connection: Connection, filters: F, most: int, schema: str = "views") -> int | None:
        """How many rows there are; None where they are more than `most`."""
        conditions, values = self.conditions(filters)
        statement = _bounded(self.source, schema, tuple(conditions))
        [[counted]] = read(connection, statement, {**values, "limit": most + 1})
        return int(counted) if counted <= most else None

    def cursor_of(self, connection: Connection, sort: str, row_id: UUID, schema: str = "views") -> Cursor | None:
        """The cursor after the row of this id in the list sorted so; None where there is no such row."""
        keys = self.sorts[sort.removeprefix("-")]
        statement = _page(self.source, schema, ("id",), keys, ("id = %(id)s",), descending=False, few=False)
        found = read(connection, statement, {"id": row_id, "limit": 1})
        return tuple(found[0][1:]) if found else None

    def count_before(
        self, connection: Connection, filters: F, sort: str, cursor: Cursor, most: int, schema: str = "views"
    ) -> int | None:
        """How many rows of the list sorted so come before the row of a cursor; None where they are more than `most`."""
        keys, descending = self.sorts[sort.removeprefix("-")], sort.startswith("-")
        conditions, values = self.conditions(filters)
        found = (*conditions, _after(keys, descending=not descending))
        parameters = {**values, **{f"key_{number}": value for number, value in enumerate(cursor)}, "limit": most + 1}
        [[counted]] = read(connection, _bounded(self.source, schema, found), parameters)
        return int(counted) if counted <= most else None

    def cursor_types(self, sort: str) -> tuple[Any, ...]:
        """The kinds of value in a cursor of the list sorted so."""
        return tuple(key.kind for key in self.sorts[sort.removeprefix("-")])


@lru_cache(maxsize=_STATEMENTS)
def _page(
    source: str,
    schema: str,
    columns: tuple[str, ...],
    keys: tuple[Key, ...],
    conditions: tuple[str, ...],
    *,
    descending: bool,
    few: bool,
) -> bytes:
    statement = (_PAGE_OF_FEW if few else _PAGE).format(
        columns=sql.SQL(", ".join(columns)),
        keys=sql.SQL(", ".join(key.column for key in keys)),
        source=_in(source, schema),
        conditions=_all(conditions),
        order=_order(keys, descending=descending),
    )
    return statement.as_bytes()


@lru_cache(maxsize=_STATEMENTS)
def _counting(source: str, schema: str, conditions: tuple[str, ...], *, exact: bool) -> bytes:
    statement = (_COUNT if exact else _ESTIMATE).format(source=_in(source, schema), conditions=_all(conditions))
    return statement.as_bytes()


@lru_cache(maxsize=_STATEMENTS)
def _bounded(source: str, schema: str, conditions: tuple[str, ...]) -> bytes:
    return _COUNT_UP_TO.format(source=_in(source, schema), conditions=_all(conditions)).as_bytes()


def _order(keys: Sequence[Key], *, descending: bool) -> sql.SQL:
    return sql.SQL(", ".join(key.expression + (" DESC" if descending else "") for key in keys))


def _in(source: str, schema: str) -> sql.Composed:
    return sql.SQL(source).format(schema=sql.Identifier(schema))


def read(connection: Connection, statement: bytes | sql.Composed, parameters: Mapping[str, Any]) -> list[Any]:
    """Runs a statement that is never prepared, since which index serves it best depends on the values."""
    return connection.execute(statement, parameters, prepare=False, binary=True).fetchall()


def _after(keys: Sequence[Key], *, descending: bool) -> str:
    given = ", ".join(key.given.format(f"%(key_{number})s") for number, key in enumerate(keys))
    return f"({', '.join(key.expression for key in keys)}) {'<' if descending else '>'} ({given})"


def _all(conditions: Sequence[str]) -> sql.SQL:
    return sql.SQL(" AND ".join(conditions) or "true")
