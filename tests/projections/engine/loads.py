"""An invented view whose rows many parcels share: what lies at each place."""

from __future__ import annotations

from projections.engine.projection import EventBatch
from projections.engine.tables import Rows, Sums, Table
from tests.projections.engine.parcels import NOWHERE, LostParcel, Parcel

UNIT = "unit"


class Loads:
    """What lies at each place: parcels share the row of their place, weighed in a unit that an event may change."""

    name = "loads"
    version = 1
    aggregates = (Parcel,)
    topics = None
    tables = (
        Table(
            "load_parcels",
            ("parcel_id", "place", "weight"),
            ("parcel_id",),
            "CREATE TABLE {schema}.load_parcels (parcel_id uuid, place text NOT NULL, weight bigint NOT NULL)",
        ),
        Table(
            "load_unit",
            ("parcel_id", "factor"),
            ("parcel_id",),
            "CREATE TABLE {schema}.load_unit (parcel_id uuid, factor bigint NOT NULL)",
        ),
        Table(
            "loads",
            ("place", "parcels", "weight"),
            ("place",),
            "CREATE TABLE {schema}.loads (place text NOT NULL, parcels bigint NOT NULL, weight bigint NOT NULL)",
            sums=Sums(
                ("load_parcels",),
                """
                SELECT place, 1 AS parcels, weight * coalesce((SELECT max(factor) FROM {schema}.load_unit), 1) AS weight
                FROM {schema}.load_parcels WHERE {only}
                """,
                "parcel_id",
                ("load_unit",),
            ),
        ),
    )

    def fold(self, batch: EventBatch) -> Rows:
        rows = Rows()
        for parcel in batch.aggregates(Parcel).values():
            if NOWHERE in parcel.stops:
                raise LostParcel(parcel.id)
            if parcel.stops and parcel.stops[-1] == UNIT:
                rows.put("load_unit", (parcel.id,), (parcel.id, parcel.weight))
            elif parcel.stops:
                rows.put("load_parcels", (parcel.id,), (parcel.id, parcel.stops[-1], parcel.weight))
            else:
                rows.delete("load_parcels", (parcel.id,))
        return rows
