"""What a document is printed from: an order and a shop as they were, and what was printed of them before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import NamedTuple
from uuid import UUID, uuid5

from domain.events import Context, Event
from domain.orders.documents import NUMBERED, RecordPrint, document_of
from domain.orders.order import Document, Order, OrderNotFound, Print
from domain.orders.payment_links import PaymentLinkIssued
from domain.settings import SETTINGS_ID, Settings, Shop
from projections.log import EventLog, NothingRecorded, VersionConflict
from projections.log.session import folded
from projections.payments.links import Link, link_token
from projections.payments.providers import address
from projections.runtime import Runtime

ATTEMPTS = 5
AT_ONCE = 100  # prints of a list that are written down in one transaction
MOST_KEPT = 8  # set-ups of the past
_PRINTS = UUID("3a1d0c1c-1d0a-5f0e-8f50-0b3f5b6a7d21")


class Paper(NamedTuple):
    """Everything that a document follows from; `link` is where what is due can be paid."""

    order: Order
    shop: Shop
    settings_version: int
    document: Document | None
    link: str
    prints: tuple[Print, ...]


class Papers:
    """Finds what documents are printed from; keeps the set-ups of the past that were asked for last."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._shops: OrderedDict[int, Shop] = OrderedDict()
        self._lock = Lock()

    def paper(self, order_id: UUID, kind: str, number: str = "") -> Paper:
        """What one document is printed from; raises `OrderNotFound` or `DocumentNotFound`."""
        events = [recorded.event for recorded in self._runtime.log.stream(order_id)]
        if not events:
            raise OrderNotFound
        return self._paper(order_id, events, kind, number, *self._runtime.desk.set_up())

    def papers(self, order_ids: Sequence[UUID], kind: str) -> list[Paper]:
        """What the documents of many orders are printed from, in their order; raises `OrderNotFound`."""
        streams = self._runtime.log.streams(order_ids)
        if missing := [order_id for order_id in order_ids if order_id not in streams]:
            raise OrderNotFound(f"/orders/{list(order_ids).index(missing[0])}")
        now = self._runtime.desk.set_up()
        return [self._paper(order_id, streams[order_id], kind, "", *now) for order_id in order_ids]

    def _paper(
        self, order_id: UUID, events: Sequence[Event], kind: str, number: str, shop: Shop, settings_version: int
    ) -> Paper:
        now = folded(Order, order_id, events)
        document = document_of(now, number) if kind in NUMBERED else None
        version = document.version if document else now.content_version
        order = folded(Order, order_id, events[:version])
        if document:
            settings_version = document.settings_version
        for before in now.prints:
            if (before.kind, before.number, before.order_version) == (kind, number, version):
                settings_version = before.settings_version
        return Paper(
            order=order,
            shop=self._shop(settings_version, shop),
            settings_version=settings_version,
            document=document,
            link=self._link(order, events[:version]),
            prints=now.prints,
        )

    def _shop(self, version: int, now: Shop) -> Shop:
        """The shop as it was set up at a version."""
        with self._lock:
            known = self._shops.get(version)
            if known is None:
                known = self._shops[version] = _shop_at(self._runtime.log, version, now)
                if len(self._shops) > MOST_KEPT:
                    self._shops.popitem(last=False)
            return known

    def _link(self, order: Order, events: Sequence[Event]) -> str:
        """Where the customer pays what was due when the order's last link was made."""
        for event in reversed(events):
            if isinstance(event, PaymentLinkIssued):
                link = Link(order.id, UUID(hex=event.link), event.amount, event.expires_at)
                token = link_token(self._runtime.log.keys.payment_links, link)
                return f"{address(self._runtime)}/pay/{token}"
        return ""

    def write_down(self, printed: Sequence[tuple[UUID, Print]], actor: str, at: datetime) -> None:
        """Writes prints down in their orders' histories, where the same bytes are not there already."""
        for start in range(0, len(printed), AT_ONCE):
            commands = [_command(order_id, one, actor, at) for order_id, one in printed[start : start + AT_ONCE]]
            for attempt in range(ATTEMPTS):
                try:
                    self._write(commands)
                    break
                except VersionConflict:
                    if attempt == ATTEMPTS - 1:
                        raise

    def _write(self, commands: Sequence[RecordPrint]) -> None:
        with self._runtime.log.session() as session:
            for command in commands:
                self._runtime.desk.handle_within(session, command)
            session.commit()


def _shop_at(log: EventLog, version: int, now: Shop) -> Shop:
    if not version:
        return Shop()
    try:
        shop: Shop = log.load(Settings, SETTINGS_ID, version=version).shop
    except NothingRecorded:
        return now
    return shop


def _command(order_id: UUID, printed: Print, actor: str, at: datetime) -> RecordPrint:
    told = f"{order_id} {printed.kind} {printed.number} {printed.form} {printed.locale} {printed.sha256}"
    return RecordPrint(
        order_id=order_id, context=Context(command_id=uuid5(_PRINTS, told), actor=actor, at=at), printed=printed
    )
