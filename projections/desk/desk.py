"""The desk itself: one transaction per command, decided anew when others were quicker."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from msgspec.structs import replace
from psycopg.errors import DeadlockDetected

from domain.addresses import Address
from domain.errors import DomainError, StaleVersion
from domain.events import Aggregate, Command, Event, fold
from domain.handlers import CREATING, HANDLERS, MISSING
from domain.orders.charges import RemoveCoupon
from domain.orders.creation import CreateOrder
from domain.orders.order import Order, OrderCommand
from domain.settings import SETTINGS_ID, Settings, Shop
from domain.stock import StockItem
from projections.desk import customers, orders
from projections.desk.needs import Needs, Opened, needs
from projections.desk.stock import Shelf
from projections.log import Answer, Cache, EventLog, IncarnationChanged, RequestKey, Session, VersionConflict

LATELY = 1.0
ATTEMPTS = 20  # how often a decision is made anew when others were quicker

Render = Callable[[Any, Shop], Answer]
Beside = Callable[[Session, Any], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What handling a command led to: the aggregate after it, the log's position, and the answer to give.

    `incarnation` is that of the database the position was given in.
    """

    aggregate: Any
    position: int
    answer: Answer | None = None
    replayed: bool = False
    incarnation: UUID | None = None


class Preview(NamedTuple):
    """An aggregate before and after a command, the shop that decided it, and the other aggregates it would touch."""

    before: Any
    after: Any
    shop: Shop
    touched: Sequence[Aggregate]


class _Memory:
    """What a desk has read: the settings, known to be current until a moment of the clock, and the stock."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.settings = Settings.blank(SETTINGS_ID)
        self.settings_until = 0.0
        self.shelf = Shelf()
        self.unused_numbers: deque[int] = deque()

    def bring_forward(self, fresh: Sequence[Event]) -> Settings:
        """The settings after what was decided since they were read."""
        if not fresh:
            self.settings_until = time.monotonic() + LATELY
            return self.settings
        with self.lock:
            settings = Settings.blank(SETTINGS_ID)
            settings.shop, settings.version = self.settings.shop, self.settings.version
            settings.gaps = self.settings.gaps
            fold(settings, (event for event in fresh if event.originator_version > self.settings.version))
            self.settings = settings
            self.settings_until = time.monotonic() + LATELY
            return settings


class Desk:
    """Handles commands; safe to share between threads."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._memory = Cache(_Memory)
        self._lately: _Memory | None = None
        log.on_new_incarnation(self._forget)

    def handle(
        self,
        command: Command,
        *,
        expected_version: int | None = None,
        request: RequestKey | None = None,
        render: Render | None = None,
        beside: Beside | None = None,
    ) -> Outcome:
        """Decides a command and appends its events in one transaction.

        With `expected_version` the aggregate must still be at it, or `StaleVersion` is raised. Without, a decision that
        others overtook is made anew on what they left. A `request` that was answered before gets the same answer again.
        `beside` writes in the same transaction what is no part of any history (the hash of a password).
        """
        reconnected = False
        for _ in range(ATTEMPTS - 1):
            try:
                return self._attempt(command, expected_version, request, render, beside)
            except (VersionConflict, DeadlockDetected):
                continue
            except psycopg.OperationalError:
                # Nothing was recorded; after a restart of the database every kept connection is dead.
                if reconnected:
                    raise
                self._log.pool.check()
                reconnected = True
        return self._attempt(command, expected_version, request, render, beside)

    def handle_within(self, session: Session, command: Command) -> Any:
        """Decides a command and saves its events in an open session, whose owner commits; gives the aggregate."""
        opened = self._open(session, needs(command))
        session.begin()
        return _decide_and_save(session, command, opened, None)

    def shop(self) -> Shop:
        """The shop as it is set up now."""
        return self.set_up()[0]

    def shop_lately(self) -> Shop:
        """The shop as it was set up at most LATELY seconds ago, or as this process has set it up since."""
        memory = self._lately
        return memory.settings.shop if memory and time.monotonic() < memory.settings_until else self.shop()

    def set_up(self) -> tuple[Shop, int]:
        """The shop as it is set up now, and the version of its settings."""
        try:
            return self._set_up()
        except IncarnationChanged:
            return self._set_up()

    def _set_up(self) -> tuple[Shop, int]:
        with self._log.session() as session:
            opened = self._open(session, Needs())
            session.secure()
            return opened.shop, opened.settings_version

    def shop_within(self, session: Session) -> Shop:
        """The shop as an open session sees it."""
        return self._open(session, Needs()).shop

    def quote(self, command: CreateOrder, refusal: DomainError | None = None) -> tuple[Order, Shop]:
        """The order as it would be created, without storing anything; without the coupon that a refusal is about."""
        asked = replace(command, number="quote", billing_address=Address())
        with self._log.session() as session:
            shop = self._open(session, needs(asked)).shop
            order = Order.blank(asked.order_id)
            orders.decide_quote(session, order, asked, shop, refusal)
            return order, shop

    def without_coupon(self, command: OrderCommand, coupon: str) -> Preview:
        """The command's order as it would be without a coupon that it was shown with."""
        return self.preview(RemoveCoupon(order_id=command.order_id, context=command.context, coupon=coupon))

    def preview(self, command: Command, expected_version: int | None = None) -> Preview:
        """An aggregate before and after a command, without storing anything."""
        with self._log.session() as session:
            opened = self._open(session, needs(command))
            opened = Opened(shop=opened.shop, settings_version=opened.settings_version, shelf=opened.shelf)
            before, after = _target(session, command, opened), _target(session, command, opened)
            _require_version(after, expected_version)
            return Preview(before, after, opened.shop, _decide(session, after, command, opened))

    def _attempt(
        self,
        command: Command,
        expected_version: int | None,
        request: RequestKey | None,
        render: Render | None,
        beside: Beside | None,
    ) -> Outcome:
        with self._log.session() as session:
            opened = self._open(session, needs(command), request)
            if opened.answer:
                return Outcome(None, session.secure(), opened.answer, True, session.incarnation)
            try:
                aggregate = _decide_and_save(session, command, opened, expected_version)
                if beside:
                    beside(session, aggregate)
                answer = render(aggregate, opened.shop) if render else None
                position = session.commit(answer)
            except DomainError as refusal:  # nothing was recorded: the next order takes the number
                if opened.number is not None:
                    self._memory.of(session.incarnation).unused_numbers.append(opened.number)
                answered = None if isinstance(refusal, VersionConflict) else _answered_meanwhile(session, request)
                if answered is None:
                    raise
                return Outcome(None, session.secure(), answered, True, session.incarnation)
            if isinstance(aggregate, Settings):
                self._memory.of(session.incarnation).settings_until = 0.0
            return Outcome(aggregate, position, answer, False, session.incarnation)

    def _open(self, session: Session, needed: Needs, request: RequestKey | None = None) -> Opened:
        """Claims and reads what is needed; the settings already known are brought forward by what was decided since."""
        memory = self._lately = self._memory.of(session.incarnation)
        known, shelf = memory.settings, memory.shelf
        unknown = shelf.untracked_lately() if needed.moves_goods else shelf.unknown(needed.stock)
        number = _popped(memory.unused_numbers) if needed.series else None
        opening = session.open(
            request=request,
            email=needed.email,
            series=None if number else needed.series,
            streams={SETTINGS_ID: known.version, **dict.fromkeys((*needed.streams, *unknown), 0)},
        )
        if opening.answer:
            if number:
                memory.unused_numbers.append(number)
            return Opened(shop=known.shop, shelf=memory.shelf, answer=opening.answer)
        settings = memory.bring_forward(opening.events.get(SETTINGS_ID, ()))
        untracked = memory.shelf.learn({stock_id: opening.events[stock_id] for stock_id in unknown})
        return Opened(
            shop=settings.shop,
            settings_version=settings.version,
            shelf=memory.shelf,
            untracked=untracked,
            customer=opening.customer,
            number=number or opening.number,
        )

    def _forget(self) -> None:
        self._memory.drop()
        self._lately = None


def _answered_meanwhile(session: Session, request: RequestKey | None) -> Answer | None:
    """What the same request was answered while this one was decided: what it had done may be why this is refused."""
    session.roll_back()
    return session.claim_request(request) if request else None


def _popped(numbers: deque[int]) -> int | None:
    """The number that came back first; None where there is none."""
    try:
        return numbers.popleft()
    except IndexError:
        return None


def _decide_and_save(session: Session, command: Command, opened: Opened, expected_version: int | None) -> Any:
    """The aggregate after the command, its events and those of the others it touched saved but not yet committed."""
    aggregate = _target(session, command, opened)
    _require_version(aggregate, expected_version)
    others = _decide(session, aggregate, command, opened)
    session.save(aggregate, *others)
    return aggregate


def _decide(session: Session, aggregate: Aggregate, command: Command, opened: Opened) -> Sequence[Aggregate]:
    """Lets the domain decide; answers the other aggregates that the decision touched."""
    if isinstance(aggregate, Order) and isinstance(command, OrderCommand):
        return orders.decide(session, aggregate, command, opened)
    others = customers.prepare(session, command, opened.shop)
    HANDLERS[type(command)].decide(aggregate, command, opened.shop)
    return others


def _target(session: Session, command: Command, opened: Opened) -> Any:
    """The aggregate the command is for, as it is now; blank where the command may begin it."""
    handler = HANDLERS[type(command)]
    if isinstance(command, CreateOrder) and command.past is None:
        return Order.blank(command.order_id)
    aggregate: Aggregate
    if handler.aggregate is StockItem:
        [aggregate] = opened.shelf.locked(session, (handler.target(command),))
    else:
        aggregate = session.load_or_blank(handler.aggregate, handler.target(command))
    if not aggregate.exists and type(command) not in CREATING:
        raise MISSING[handler.aggregate]()
    return aggregate


def _require_version(aggregate: Aggregate, expected_version: int | None) -> None:
    if expected_version is not None and not aggregate.is_at(expected_version):
        raise StaleVersion(expected=expected_version, actual=aggregate.version)
