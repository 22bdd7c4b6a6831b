"""Which tags and sources orders have, for whoever picks one: those of the newest orders, the commonest first."""

from __future__ import annotations

from typing import NamedTuple

from projections.engine.tables import Connection

_NEWEST = 20_000  # orders looked at: all of a million take half a second, these 20 ms
_MOST = 500

_TAGS = """
SELECT tag, count(*) FROM (SELECT tags FROM views.orders ORDER BY created_at DESC, id DESC LIMIT %(newest)s) AS newest,
    unnest(tags) AS tag
GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %(most)s
"""
_SOURCES = """
SELECT source, count(*)
FROM (SELECT source FROM views.orders ORDER BY created_at DESC, id DESC LIMIT %(newest)s) AS newest
WHERE source <> '' GROUP BY source ORDER BY count(*) DESC, source LIMIT %(most)s
"""
_LIMITS = {"newest": _NEWEST, "most": _MOST}


class Picked(NamedTuple):
    """A value, and how many of the newest orders have it."""

    value: str
    orders: int


def tags(connection: Connection) -> list[Picked]:
    """The tags of orders."""
    return [Picked(*row) for row in connection.execute(_TAGS, _LIMITS).fetchall()]


def sources(connection: Connection) -> list[Picked]:
    """The sources of orders."""
    return [Picked(*row) for row in connection.execute(_SOURCES, _LIMITS).fetchall()]
