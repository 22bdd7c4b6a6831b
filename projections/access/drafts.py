"""Drafts of what operators type: each one's own, sealed, and gone after a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from domain.errors import NotFound, Rejected
from projections.engine.tables import Connection
from projections.log.keys import SharedKey

LARGEST = 65_536  # bytes of one

_READ = "SELECT version, content, changed_at FROM access.drafts WHERE owner = %(owner)s AND name = %(name)s"
_WRITE = """
INSERT INTO access.drafts AS d (owner, name, version, content) VALUES (%(owner)s, %(name)s, 1, %(content)s)
ON CONFLICT (owner, name) DO UPDATE SET version = d.version + 1, content = excluded.content, changed_at = now()
RETURNING version, changed_at
"""
_REMOVE = "DELETE FROM access.drafts WHERE owner = %(owner)s AND name = %(name)s"
_FORGET = "DELETE FROM access.drafts WHERE changed_at < %(before)s"
_FORGET_OLD = "DELETE FROM access.drafts WHERE changed_at < now() - %(kept)s"


class DraftNotFound(NotFound):
    """There is no such draft."""

    code = "draft-not-found"


class DraftTooLarge(Rejected):
    """A draft has at most {limit} bytes."""

    code = "draft-too-large"


class DraftNotText(Rejected):
    """A text in a draft holds half a character."""

    code = "draft-not-text"


class Draft(NamedTuple):
    """What was typed, how often it was kept, and when last."""

    version: int
    content: Mapping[str, Any]
    changed_at: datetime


def read_draft(connection: Connection, key: SharedKey, owner: str, name: str) -> Draft:
    """Somebody's draft; raises `DraftNotFound`."""
    row = connection.execute(_READ, {"owner": owner, "name": name}).fetchone()
    if row is None:
        raise DraftNotFound
    return Draft(row[0], msgspec.json.decode(key.open_text(row[1], _place(owner, name))), row[2])


def keep_draft(connection: Connection, key: SharedKey, owner: str, name: str, content: Mapping[str, Any]) -> Draft:
    """Keeps what is typed in the place of what was; raises `DraftNotText` and `DraftTooLarge`."""
    try:
        plain = msgspec.json.encode(content)
    except UnicodeEncodeError:
        raise DraftNotText("/content") from None
    if len(plain) > LARGEST:
        raise DraftTooLarge("/content", limit=LARGEST)
    facts = {"owner": owner, "name": name, "content": key.seal_text(plain, _place(owner, name))}
    [[version, changed_at]] = connection.execute(_WRITE, facts).fetchall()
    return Draft(version, content, changed_at)


def remove_draft(connection: Connection, owner: str, name: str) -> None:
    """Keeps it no longer; one that is not there is gone already."""
    connection.execute(_REMOVE, {"owner": owner, "name": name})


def forget_before(connection: Connection, before: datetime) -> None:
    """Removes every draft of before: no index says whose data one holds."""
    connection.execute(_FORGET, {"before": before})


def forget_old(connection: Connection, kept: timedelta) -> int:
    """Removes those that nobody went on with for so long; gives how many."""
    return connection.execute(_FORGET_OLD, {"kept": kept}).rowcount


def _place(owner: str, name: str) -> bytes:
    return f"draft\0{owner}\0{name}".encode()
