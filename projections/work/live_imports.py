"""Shops that are read from their platform's API: what was read of each, and the reading that is under way."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from projections.engine.tables import Connection

_FIND = """
SELECT source, platform, url, since, reading, next, pages, total FROM work.live_imports WHERE source = %(source)s
"""
_ADD = """
INSERT INTO work.live_imports (source, platform, url) VALUES (%(source)s, %(platform)s, %(url)s)
ON CONFLICT (source) DO UPDATE SET platform = EXCLUDED.platform, url = EXCLUDED.url, reading = '', next = ''
    WHERE live_imports.since IS NULL AND live_imports.pages = 0
        AND (live_imports.platform, live_imports.url) <> (EXCLUDED.platform, EXCLUDED.url)
"""
_BEGIN = """
UPDATE work.live_imports SET reading = %(reading)s, next = %(next)s, pages = 0, total = NULL, changed_at = now()
WHERE source = %(source)s
"""
_GO_ON = """
UPDATE work.live_imports SET next = %(next)s, pages = %(pages)s, total = %(total)s, changed_at = now()
WHERE source = %(source)s
"""
_END = """
UPDATE work.live_imports SET reading = '', next = '', pages = 0, since = coalesce(%(since)s, since), changed_at = now()
WHERE source = %(source)s
"""


class LiveImport(NamedTuple):
    """A shop under the name of its source; what changed up to `since` was taken in.

    `reading` is the name of the reading under way (empty: none), `next` the address of its next page (empty: all is
    read), `pages` how many are on disk, and `total` how many orders the platform told, if it did.
    """

    source: str
    platform: str
    url: str
    since: datetime | None
    reading: str
    next: str
    pages: int
    total: int | None


def found_or_added(connection: Connection, source: str, platform: str, url: str) -> LiveImport:
    """The shop of that source: the first of which a page was read under that name."""
    connection.execute(_ADD, {"source": source, "platform": platform, "url": url})
    [row] = connection.execute(_FIND, {"source": source}).fetchall()
    return LiveImport._make(row)


def begin_reading(connection: Connection, source: str, reading: str, first: str) -> None:
    """Begins to read the shop's orders anew."""
    connection.execute(_BEGIN, {"source": source, "reading": reading, "next": first})


def go_on(connection: Connection, source: str, following: str, pages: int, total: int | None) -> None:
    """So many pages are on disk."""
    connection.execute(_GO_ON, {"source": source, "next": following, "pages": pages, "total": total})


def end_reading(connection: Connection, source: str, since: datetime | None) -> None:
    """The reading is over; told `since`, what changed up to then was taken in."""
    connection.execute(_END, {"source": source, "since": since})
