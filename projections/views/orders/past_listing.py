"""The list of orders as it was at an instant, by either of the two times: read from `orders_past` like the live one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain.points_in_time import PointInTime
from projections.engine.tables import Connection
from projections.views.orders.filters import OrderFilters, conditions
from projections.views.orders.listing import FEW, LISTING
from projections.views.orders.past import AS_OF, KNOWN_AT
from projections.views.orders.row import OrderHead
from projections.views.pages import Conditions, Listing

# An order was created before it was known, unless a clock ran ahead: by no more than the most that any did, and a day
# for zones. Said besides, so that a walk from the newest begins where the orders of that instant do.
_EARLY = "(SELECT greatest(max(created_at - starts) + interval '1 day', interval '0') FROM {table})"
_HELD = "starts <= %(instant)s AND ends > %(instant)s AND created_at <= "
_BEGUN = {
    AS_OF: "%(instant)s",
    KNOWN_AT: f"%(instant)s + {_EARLY}",
}


class OrdersThen(NamedTuple):
    """The stretches of one time in which an instant lies."""

    table: str
    instant: datetime

    @classmethod
    def of(cls, point: PointInTime) -> OrdersThen | None:
        """Those of a point in time; None for the present, and for both times together, of which no view is kept."""
        if point.as_of is not None and point.known_at is None:
            return cls(AS_OF, point.as_of)
        if point.known_at is not None and point.as_of is None:
            return cls(KNOWN_AT, point.known_at)
        return None

    def listing(self) -> Listing[OrderHead, OrderFilters]:
        """The list at that instant, with the same filters, sorts and pages as the live one."""

        every = replace(LISTING, source=f"{{schema}}.{self.table}")

        def few(connection: Connection, filters: OrderFilters, schema: str) -> bool:
            words = OrderFilters(q=filters.q)
            return bool(filters.q) and every.count(connection, words, "estimate", schema) < FEW

        return replace(every, conditions=self._conditions, few=few)

    def orders_of(self, connection: Connection, customer_ids: Sequence[UUID]) -> list[OrderHead]:
        """The orders of these customers as they stood then."""
        filters = OrderFilters(customer_ids=tuple(customer_ids))
        return [OrderHead._make(row) for row in self.listing().rows(connection, OrderHead._fields, filters)]

    def _conditions(self, filters: OrderFilters) -> Conditions:
        found, values = conditions(filters)
        begun = _BEGUN[self.table].replace("{table}", f"views.{self.table}")
        return [*found, _HELD + begun], {**values, "instant": self.instant}
