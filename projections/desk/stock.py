"""Stock as far as it was read: brought forward by what happened since, locked in one order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from domain.events import Event, fold
from domain.stock import StockItem
from projections.log import Session

MOST_KNOWN = 20_000
MOST_UNTRACKED = 50


class StockCache:
    """The stock of every SKU as far as it was read; what is known is brought forward by what happened since."""

    def __init__(self) -> None:
        self._known: dict[UUID, StockItem] = {}
        self._untracked: dict[UUID, None] = {}

    def unknown(self, stock_ids: Iterable[UUID]) -> list[UUID]:
        """Those of which nothing is known: nobody has read them, or they are not tracked."""
        return [stock_id for stock_id in stock_ids if stock_id not in self._known]

    def learn(self, streams: Mapping[UUID, Sequence[Event]]) -> frozenset[UUID]:
        """Takes in whole streams; answers which of them hold nothing: that stock is not tracked."""
        for stock_id, events in streams.items():
            self._bring_forward(StockItem.blank(stock_id), events)
            self._untracked.pop(stock_id, None)
            if not events:
                self._untracked[stock_id] = None
        while len(self._untracked) > MOST_UNTRACKED:
            self._untracked.pop(next(iter(self._untracked), stock_id), None)
        return frozenset(stock_id for stock_id, events in streams.items() if not events)

    def recently_untracked(self) -> list[UUID]:
        """Stock that was found not to be tracked lately: looked for along with an order, whether it still is not."""
        return list(self._untracked)

    def locked(self, session: Session, stock_ids: Collection[UUID]) -> list[StockItem]:
        """The stock as it is now, with what the save holds of it; nobody else changes it until the save ends."""
        session.lock(*stock_ids)
        known = {stock_id: self._known.get(stock_id) or StockItem.blank(stock_id) for stock_id in stock_ids}
        fresh = session.open(streams={stock_id: item.version for stock_id, item in known.items()}).events
        items = [self._bring_forward(item, fresh[stock_id]).copy() for stock_id, item in known.items()]
        for item in items:
            fold(item, session.saved(item.id))
        return items

    def tracked(self, session: Session, stock_ids: Collection[UUID]) -> list[StockItem]:
        """The same of those that are tracked; nothing is locked for the others."""
        tracked = set(stock_ids)
        if unknown := self.unknown(stock_ids):
            tracked -= self.learn(session.open(streams=unknown).events)
        return self.locked(session, sorted(tracked)) if tracked else []

    def _bring_forward(self, known: StockItem, fresh: Sequence[Event]) -> StockItem:
        if not fresh:
            return known
        item = fold(known.copy(), fresh)
        while len(self._known) >= MOST_KNOWN:
            self._known.pop(next(iter(self._known)), None)
        self._known[item.id] = item
        return item
