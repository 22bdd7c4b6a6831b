"""The catalogue of views from outside: what each serves and how it is doing, for processes that never run its file."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from projections.engine.tables import Connection
from projections.outside.served import Refused, Served

State = Literal["starting", "following", "halted", "refused"]

_DECLARE = """
    INSERT INTO views.outside (source, name, version, served, state)
    VALUES (%(source)s, %(name)s, %(version)s, %(served)s, 'following')
    ON CONFLICT (source) DO UPDATE SET name = EXCLUDED.name, version = EXCLUDED.version, served = EXCLUDED.served,
        state = 'following', reason = '', at = clock_timestamp()
"""
_STATE = """
    INSERT INTO views.outside (source, state, reason) VALUES (%(source)s, %(state)s, %(reason)s)
    ON CONFLICT (source) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason, at = clock_timestamp()
"""
_REFUSE = """
    INSERT INTO views.outside (source, state, reason) VALUES (%(source)s, 'refused', %(reason)s)
    ON CONFLICT (source) DO UPDATE SET state = 'refused', reason = EXCLUDED.reason, at = clock_timestamp(),
        name = NULL, version = NULL, served = NULL
"""
_FORGET = "DELETE FROM views.outside WHERE NOT source = ANY(%s)"
_ALL = "SELECT source, name, version, served, state, reason, at FROM views.outside ORDER BY name, source"
_ONE = "SELECT source, name, version, served, state, reason, at FROM views.outside WHERE name = %s"


class Outside(NamedTuple):
    """A view from outside. One that is `refused` has neither name nor table; `reason` says why it is or halted."""

    source: str
    name: str | None
    version: int | None
    served: Served | None
    state: State
    reason: str
    at: datetime


def declare(connection: Connection, source: str, name: str, version: int, served: Served) -> None:
    """A file was read and its view is followed; raises `Refused` where another file has the name."""
    values = {"source": source, "name": name, "version": version, "served": Jsonb(msgspec.to_builtins(served))}
    try:
        connection.execute(_DECLARE, values)
    except psycopg.errors.UniqueViolation:
        raise Refused(f"The name {name} is that of another file's view.") from None


def refuse(connection: Connection, source: str, reason: str) -> None:
    """A file gives no view."""
    connection.execute(_REFUSE, {"source": source, "reason": reason})


def tell(connection: Connection, source: str, state: State, reason: str = "") -> None:
    """How the view of a file is doing."""
    connection.execute(_STATE, {"source": source, "state": state, "reason": reason})


def forget_others(connection: Connection, sources: Collection[str]) -> None:
    """Forgets files that are no longer named; their tables stay until somebody drops them."""
    connection.execute(_FORGET, (list(sources),))


def every(connection: Connection) -> list[Outside]:
    """All views from outside, and files that give none."""
    return [_read(row) for row in connection.execute(_ALL).fetchall()]


def find(connection: Connection, name: str) -> Outside | None:
    """The view of a name, if there is one from outside."""
    row = connection.execute(_ONE, (name,)).fetchone()
    return _read(row) if row else None


def _read(row: tuple[object, ...]) -> Outside:
    source, name, version, served, *rest = row
    return Outside(source, name, version, msgspec.convert(served, Served | None), *rest)  # type: ignore[arg-type]
