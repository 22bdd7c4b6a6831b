"""What a document is printed from: an order and a shop as they were, and what was printed of them before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from threading import Lock
from typing import NamedTuple
from uuid import UUID, uuid5

from domain.errors import DomainError
from domain.events import Context, Event, upto_version
from domain.orders.documents import NUMBERED, PACKING_SLIP, document_of, numbers_of
from domain.orders.order import Document, Order, OrderNotFound, Print
from domain.orders.payment_links import PaymentLinkIssued
from domain.orders.prints import RecordPrint
from domain.settings import SETTINGS_ID, Shop, ShopSettings
from projections.log import Answer, EventLog, NothingRecorded, Session, again_when_overtaken
from projections.log.session import folded
from projections.papers import kept_prints
from projections.papers.goods import Goods, goods_of
from projections.papers.kept_prints import Copy
from projections.payments.links import Link, link_token
from projections.payments.providers import address
from projections.runtime import Runtime

AT_ONCE = 100  # prints of a list that are written down in one transaction
MOST_KEPT = 8  # set-ups of the past

PrintHook = Callable[[Session], Answer | None] | None

_PRINTS = UUID("3a1d0c1c-1d0a-5f0e-8f50-0b3f5b6a7d21")


class Pin(NamedTuple):
    """What one document was printed from, so that it can be printed from the same again."""

    order_id: UUID
    number: str
    order_version: int
    settings_version: int


class Paper(NamedTuple):
    """Everything that a document follows from; `number` is an issued document's, a return's or a parcel's, what is due
    can be paid at `link`, and `goods` are told where the shop wants them on its packing slips.
    """

    order: Order
    shop: Shop
    settings_version: int
    document: Document | None
    link: str
    prints: tuple[Print, ...]
    number: str = ""
    goods: Mapping[str, Goods] = {}

    @property
    def pin(self) -> Pin:
        """What it is printed from."""
        return Pin(self.order.id, self.number, self.order.version, self.settings_version)


class Papers:
    """Finds what documents are printed from; keeps the set-ups of the past that were asked for last."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._shops: OrderedDict[int, Shop] = OrderedDict()
        self._lock = Lock()

    @property
    def shop(self) -> Shop:
        """The shop as it is set up now."""
        return self._runtime.desk.shop()

    def paper(self, order_id: UUID, kind: str, number: str = "") -> Paper:
        """What one document is printed from; raises `OrderNotFound` or `DocumentNotFound`."""
        events = [recorded.event for recorded in self._runtime.log.stream(order_id)]
        if not events or not Order.is_told_by(events[0]):
            raise OrderNotFound
        return self._paper(order_id, events, kind, number, *self._runtime.desk.set_up())

    def papers(self, order_ids: Sequence[UUID], kind: str) -> list[Paper]:
        """What the documents of many orders are printed from, in their order; an order has all that it has of the kind.

        Raises `OrderNotFound` or `NothingToPrint`, pointing at the order.
        """
        found: list[Paper] = []
        for place, (_, papers) in enumerate(self.found(order_ids, kind)):
            if isinstance(papers, DomainError):
                papers.pointer = f"/orders/{place}"
                raise papers
            found += papers
        return found

    def found(self, order_ids: Sequence[UUID], kind: str) -> Iterator[tuple[UUID, list[Paper] | DomainError]]:
        """The same for each order by itself: what its documents are printed from, or why there is none."""
        streams = self._runtime.log.streams(order_ids)
        now = self._runtime.desk.set_up()
        for order_id in order_ids:
            try:
                yield order_id, self._of_order(order_id, streams.get(order_id, ()), kind, *now)
            except DomainError as error:
                yield order_id, error

    def pinned(self, pins: Sequence[Pin], kind: str) -> list[Paper]:
        """What documents were printed from before."""
        streams = self._runtime.log.streams(list({pin.order_id for pin in pins}))
        now = self._runtime.desk.set_up()
        return [self._paper(pin.order_id, streams[pin.order_id], kind, pin.number, *now, pin) for pin in pins]

    def _of_order(
        self, order_id: UUID, events: Sequence[Event], kind: str, shop: Shop, settings_version: int
    ) -> list[Paper]:
        if not events:
            raise OrderNotFound
        numbers = numbers_of(folded(Order, order_id, events), kind)
        return [self._paper(order_id, events, kind, number, shop, settings_version) for number in numbers]

    def _paper(
        self,
        order_id: UUID,
        events: Sequence[Event],
        kind: str,
        number: str,
        shop: Shop,
        settings_version: int,
        pin: Pin | None = None,
    ) -> Paper:
        now = folded(Order, order_id, events)
        document = document_of(now, number) if kind in NUMBERED else None
        version = pin.order_version if pin else document.version if document else now.content_version
        if document:
            settings_version = document.settings_version
        for before in now.prints:
            if (before.kind, before.number, before.order_version) == (kind, number, version):
                settings_version = before.settings_version
        settings_version = pin.settings_version if pin else settings_version
        seen = upto_version(events, version)
        order, then = folded(Order, order_id, seen), self._shop(settings_version, shop)
        return Paper(
            order=order,
            shop=then,
            settings_version=settings_version,
            document=document,
            link=self._link(order, seen),
            prints=now.prints,
            number=number,
            goods=self._goods(order, then) if kind == PACKING_SLIP else {},
        )

    def _goods(self, order: Order, shop: Shop) -> Mapping[str, Goods]:
        """What the shop wants whoever packs to be told of an order's goods, as it is now."""
        if not (shop.packing_slip.places or shop.packing_slip.pictures):
            return {}
        return goods_of(self._runtime, [order])

    def to_pick(self, order_ids: Sequence[UUID]) -> tuple[list[Order], Mapping[str, Goods]]:
        """Orders as they are, and what their goods are told by; raises `OrderNotFound`, pointing at the order."""
        streams = self._runtime.log.streams(order_ids)
        for place, order_id in enumerate(order_ids):
            if order_id not in streams:
                raise OrderNotFound(f"/orders/{place}")
        orders = [folded(Order, order_id, streams[order_id]) for order_id in order_ids]
        return orders, goods_of(self._runtime, orders)

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

    def write_down(
        self, printed: Sequence[tuple[UUID, Print]], actor: str, at: datetime, beside: PrintHook = None
    ) -> None:
        """Writes prints down in their orders' histories, where the same bytes are not there already.

        `beside` writes what belongs into the same save, that of the last of them.
        """
        for start in range(0, max(len(printed), 1), AT_ONCE):
            commands = [_command(order_id, one, actor, at) for order_id, one in printed[start : start + AT_ONCE]]
            last = start + AT_ONCE >= len(printed)
            again_when_overtaken(partial(self._write, commands, beside if last else None))

    def _write(self, commands: Sequence[RecordPrint], beside: PrintHook) -> None:
        if not commands and not beside:
            return
        with self._runtime.log.session() as session:
            for command in commands:
                self._runtime.desk.handle_within(session, command)
            session.commit(beside(session) if beside else None)

    def kept(self, copy: Copy) -> bytes | None:
        """The bytes in which a copy of an issued document was given out before."""
        with self._runtime.reading() as connection:
            return kept_prints.find(connection, self._runtime.log.keys, copy)

    def keep(self, session: Session, copy: Copy, issued_on: date, content: bytes) -> None:
        """Keeps them in a save."""
        kept_prints.keep(session, self._runtime.log.keys, copy, issued_on, content)


def _shop_at(log: EventLog, version: int, now: Shop) -> Shop:
    if not version:
        return Shop()
    try:
        shop: Shop = log.load(ShopSettings, SETTINGS_ID, version=version).shop
    except NothingRecorded:
        return now
    return shop


def _command(order_id: UUID, printed: Print, actor: str, at: datetime) -> RecordPrint:
    told = f"{order_id} {printed.kind} {printed.number} {printed.form} {printed.locale} {printed.sha256}"
    return RecordPrint(
        order_id=order_id, context=Context(command_id=uuid5(_PRINTS, told), actor=actor, at=at), printed=printed
    )
