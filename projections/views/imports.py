"""The list of imports: what each is, how far it came and what was chosen for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct, json

from domain.imports import Import, Kind, State
from projections.engine.projection import EventBatch
from projections.engine.tables import Row, Rows, Table
from projections.views.pages import Listing, equal_all, key

_DDL = """
    CREATE TABLE {schema}.imports (
        id uuid NOT NULL,
        version integer NOT NULL,
        position bigint NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz,
        kind text NOT NULL,
        source text NOT NULL,
        profile text NOT NULL,
        state text NOT NULL,
        reason text NOT NULL,
        dry_run boolean NOT NULL,
        choices jsonb NOT NULL,
        totals jsonb NOT NULL,
        taken_back jsonb NOT NULL
    )
"""
_COLUMNS = (
    "id", "version", "position", "started_at", "ended_at", "kind", "source", "profile", "state", "reason", "dry_run",
    "choices", "totals", "taken_back",
)  # fmt: skip
_INDEX = "CREATE INDEX imports_started ON {schema}.imports (started_at, id)"


class Imports:
    """The view `imports`."""

    name = "imports"
    version = 1
    tables = (Table("imports", _COLUMNS, ("id",), _DDL, (_INDEX,)),)
    aggregates = (Import,)
    topics = None

    def fold(self, batch: EventBatch) -> Rows:
        """Each import as its events leave it."""
        rows = Rows()
        positions = {event.originator_id: position for position, event, _ in batch.events}
        for import_id, one in batch.aggregates(Import).items():
            rows.put("imports", (import_id,), _row(one, positions[import_id]))
        return rows


def _row(one: Import, position: int) -> Row:
    return (
        one.id,
        one.version,
        position,
        one.started_at,
        one.ended_at,
        one.kind,
        one.source,
        one.profile,
        one.state,
        one.reason,
        one.choices.dry_run,
        json.encode(one.choices).decode(),
        json.encode(one.totals).decode(),
        json.encode(one.taken_back).decode(),
    )


class ImportHead(NamedTuple):
    """An import as the list shows it."""

    id: UUID
    version: int
    started_at: datetime
    ended_at: datetime | None
    kind: str
    source: str
    profile: str
    state: str
    reason: str
    dry_run: bool
    totals: dict[str, Any]


# Filters may name a state, a kind and a source.
class ImportFilters(Struct, frozen=True, kw_only=True):
    """Imports in one state, of one kind, from one source."""

    state: State | None = None
    kind: Kind | None = None
    source: str | None = None


LISTING: Listing[ImportHead, ImportFilters] = Listing(
    "{schema}.imports",
    ImportHead,
    {"started_at": (key("started_at", datetime, "timestamptz"), key("id", UUID, "uuid"))},
    "-started_at",
    equal_all,
)
SORTS = tuple(LISTING.sorts)
