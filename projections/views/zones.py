"""The shop's time zone as a view keeps it beside its rows, so that the days in its sums are the shop's."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.settings import DefaultsSet
from projections.engine.projection import EventBatch
from projections.engine.tables import Rows, Table

UTC = "UTC"
_DDL = "CREATE TABLE {schema}.%s (settings_id uuid NOT NULL, zone text NOT NULL)"
# The day of an instant at the shop, in the source of a table of sums; the zone is looked up once for the statement.
DAY = "({} AT TIME ZONE coalesce((SELECT max(zone) FROM {{schema}}.{}), 'UTC'))::date"


def zone_table(name: str) -> Table:
    """The table of a view that holds the shop's zone; it has a row once the shop's defaults were set."""
    return Table(name, ("settings_id", "zone"), ("settings_id",), _DDL % name)


def day_in(table: str, instant: str) -> str:
    """SQL for the day of an instant in the zone that a table holds."""
    return DAY.format(instant, table)


def put_zones(rows: Rows, table: str, batch: EventBatch) -> None:
    """The zone that the shop's defaults name."""
    for _, event, _ in batch.events:
        if isinstance(event, DefaultsSet):
            rows.put(table, (event.originator_id,), (event.originator_id, known_zone(event.defaults.timezone)))


def known_zone(name: str) -> str:
    """The zone's name; UTC where there is no such zone."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
