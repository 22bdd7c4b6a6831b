"""Saved views of the list of orders: kept by who made them, for them alone or shared; filters stand sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from domain.errors import Conflict, NotFound
from projections.engine.tables import Connection
from projections.log.keys import SharedKey

MOST = 100  # views of one operator or token, and shared ones of all

_LIST = """
SELECT id, name, owner, shared, personal, filter, sort, columns FROM access.saved_views
WHERE owner = %(owner)s OR shared ORDER BY created_at, id
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('access.saved_views'))"
_COUNT = """
SELECT count(*) FILTER (WHERE owner = %(owner)s), count(*) FILTER (WHERE shared) FROM access.saved_views
WHERE (owner = %(owner)s OR shared) AND id <> %(id)s
"""
_INSERT = """
INSERT INTO access.saved_views (id, name, owner, shared, personal, filter, sort, columns)
VALUES (%(id)s, %(name)s, %(owner)s, %(shared)s, %(personal)s, %(filter)s, %(sort)s, %(columns)s)
"""
_UPDATE = """
UPDATE access.saved_views SET name = %(name)s, shared = %(shared)s, personal = %(personal)s, filter = %(filter)s,
    sort = %(sort)s, columns = %(columns)s, changed_at = now()
WHERE id = %(id)s
"""
_DELETE = "DELETE FROM access.saved_views WHERE id = %(id)s"


class ViewNotFound(NotFound):
    """There is no such view, or it is another's own."""

    code = "view-not-found"


class TooManyViews(Conflict):
    """There are {limit} views already; remove one first."""

    code = "too-many-views"


class SavedView(NamedTuple):
    """A view: `filter` as in the query of the list, `personal` where it searches or sorts by what tells of persons."""

    id: UUID
    name: str
    owner: str
    shared: bool
    personal: bool
    filter: Mapping[str, Any]
    sort: str
    columns: list[str]


def saved_views(connection: Connection, key: SharedKey, owner: str) -> list[SavedView]:
    """The views that somebody has: their own and the shared ones, the oldest first."""
    found = connection.execute(_LIST, {"owner": owner}).fetchall()
    return [
        SavedView._make((*row[:5], msgspec.json.decode(key.open_text(row[5], row[0].bytes)), *row[6:])) for row in found
    ]


def saved_view(connection: Connection, key: SharedKey, owner: str, view_id: UUID) -> SavedView:
    """One of them; raises `ViewNotFound`."""
    found = next((view for view in saved_views(connection, key, owner) if view.id == view_id), None)
    if found is None:
        raise ViewNotFound
    return found


def add_view(connection: Connection, key: SharedKey, view: SavedView) -> None:
    """Keeps a new view, within a transaction; raises `TooManyViews`."""
    _require_room(connection, view, own=True)
    connection.execute(_INSERT, _row(key, view))


def change_view(connection: Connection, key: SharedKey, view: SavedView, *, newly_shared: bool) -> None:
    """Keeps a view in the place of what it was, within a transaction; raises `TooManyViews` and `ViewNotFound`."""
    if newly_shared:
        _require_room(connection, view, own=False)
    if not connection.execute(_UPDATE, _row(key, view)).rowcount:
        raise ViewNotFound


def remove_view(connection: Connection, view_id: UUID) -> None:
    """Keeps a view no longer."""
    connection.execute(_DELETE, {"id": view_id})


def _require_room(connection: Connection, view: SavedView, *, own: bool) -> None:
    connection.execute(_LOCK)
    [[of_owner, shared]] = connection.execute(_COUNT, {"owner": view.owner, "id": view.id}).fetchall()
    if (own and of_owner >= MOST) or (view.shared and shared >= MOST):
        raise TooManyViews(limit=MOST)


def _row(key: SharedKey, view: SavedView) -> dict[str, Any]:
    sealed = key.seal_text(msgspec.json.encode(view.filter), view.id.bytes)
    return {**view._asdict(), "filter": sealed}
