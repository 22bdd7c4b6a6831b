"""Numbers of orders and documents: none is given out a second time."""

from __future__ import annotations

from collections.abc import Iterator

from domain.orders.intake import FIRST_NUMBER
from projections.doctor.finding import Finding, Look, places
from projections.log.outside import Remembered, memory_of, standing

_ORDERS = """
SELECT coalesce(max(substr(state ->> 'number', length(%(prefix)s) + 1)::bigint), 0) FROM log.events
WHERE topic = 'order.created' AND state -> 'metadata' ->> 'import_id' IS NULL AND state ->> 'number' ^@ %(prefix)s
    AND substr(state ->> 'number', length(%(prefix)s) + 1) ~ '^[0-9]{1,15}$'
"""
_LAST = "SELECT last FROM log.series_as_they_are() WHERE series = %(name)s"
_DOCUMENTS = "SELECT series, period, number FROM log.document_series"


def behind(look: Look) -> Iterator[Finding]:
    """No series is behind the numbers that were given out, as the log and the data folder have them."""
    memory = memory_of(look.connection, look.settings.data_dir)
    remembered = (memory.read() if memory else None) or Remembered()
    yield from _orders(look, remembered)
    known = {f"{series}:{period}": number for series, period, number in look.connection.execute(_DOCUMENTS)}
    short = {place: given for place, given in remembered.documents.items() if given > known.get(place, 0)}
    if short:
        yield Finding(
            "documents-behind",
            "damage",
            f"{len(short)} series of documents are behind numbers that were given out: no document is issued in them.",
            "Look which documents customers have that the log lacks. `carnet doctor --numbers NUMBER`, with the last"
            " number given out (such as F2026-00017), declares those between as given out before.",
            places(
                f"{place}: {given} was given out, the log knows {known.get(place, 0)}" for place, given in short.items()
            ),
            len(short),
        )


def _orders(look: Look, remembered: Remembered) -> Iterator[Finding]:
    last = (look.connection.execute(_LAST, {"name": "orders"}).fetchone() or (0,))[0]
    given = 0
    if standing(look.connection, look.settings.data_dir).kind in ("moved-on", "went-back"):
        given = remembered.reserved.get("orders", 0)
    if not look.quick:
        prefix = look.shop().defaults.number_prefix
        [(highest,)] = look.connection.execute(_ORDERS, {"prefix": prefix}).fetchall()
        given = max(given, highest - FIRST_NUMBER + 1)
    if given > last:
        yield Finding(
            "numbers-behind",
            "damage",
            f"The next order would have number {FIRST_NUMBER + last}, but numbers up to {FIRST_NUMBER + given - 1} may"
            " have been given out.",
            f"`carnet doctor --numbers orders={FIRST_NUMBER + given - 1}` moves the series on; starting Carnet does so"
            " by itself where the data folder knows of it.",
        )
