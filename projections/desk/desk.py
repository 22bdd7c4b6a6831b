"""The desk itself: what a command needs is gathered, the domain decides it, and what it decided is appended.

One transaction per command, decided anew when others were quicker.
"""

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
from domain.deciding import decide
from domain.errors import DomainError, StaleVersion
from domain.events import Aggregate, Command, Event, fold
from domain.handlers import CREATING, HANDLERS, MISSING
from domain.lookup import Decision
from domain.orders.charges import RemoveCoupon
from domain.orders.creation import CreateOrder
from domain.orders.intake import quote_order
from domain.orders.order import Order, OrderCommand
from domain.settings import SETTINGS_ID, Shop, ShopSettings
from domain.stock import StockItem
from projections.desk.gathered import Gathered
from projections.desk.needs import Needs, needs
from projections.desk.stock import StockCache
from projections.log import (
    Answer,
    Cache,
    EventLog,
    IncarnationChanged,
    RequestKey,
    Session,
    VersionConflict,
    again_when_overtaken,
)
from projections.papers import kept_prints

RECENT = 1.0

Render = Callable[[Any, Shop], Answer]
TransactionHook = Callable[[Session, Any], None]


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
        self.settings = ShopSettings.blank(SETTINGS_ID)
        self.settings_until = 0.0
        self.stock_cache = StockCache()
        self.unused_numbers: deque[int] = deque()

    def bring_forward(self, fresh: Sequence[Event]) -> ShopSettings:
        """The settings after what was decided since they were read."""
        if not fresh:
            self.settings_until = time.monotonic() + RECENT
            return self.settings
        with self.lock:
            settings = ShopSettings.blank(SETTINGS_ID)
            settings.shop, settings.version = self.settings.shop, self.settings.version
            settings.gaps = self.settings.gaps
            fold(settings, (event for event in fresh if event.originator_version > self.settings.version))
            self.settings = settings
            self.settings_until = time.monotonic() + RECENT
            return settings


class Desk:
    """Handles commands; safe to share between threads."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._memory = Cache(_Memory)
        self._recent: _Memory | None = None
        log.on_new_incarnation(self._forget)

    def handle(
        self,
        command: Command,
        *,
        expected_version: int | None = None,
        request: RequestKey | None = None,
        render: Render | None = None,
        beside: TransactionHook | None = None,
    ) -> Outcome:
        """Decides a command and appends its events in one transaction.

        With `expected_version` the aggregate must still be at it, or `StaleVersion` is raised. Without, a decision that
        others overtook is made anew on what they left. A `request` that was answered before gets the same answer again.
        `beside` writes in the same transaction what is no part of any history (the hash of a password).
        """

        def decide() -> Outcome:
            return self._attempt(command, expected_version, request, render, beside)

        try:
            return again_when_overtaken(decide)
        except DeadlockDetected:
            raise
        except psycopg.OperationalError:
            # Nothing was recorded; after a restart of the database every kept connection is dead.
            self._log.pool.check()
            return again_when_overtaken(decide)

    def handle_within(self, session: Session, command: Command) -> Any:
        """Decides a command and saves its events in an open session, whose owner commits; gives the aggregate."""
        gathered = self._gather(session, needs(command))
        session.begin()
        return _decide_and_save(gathered, command, None)

    def shop(self) -> Shop:
        """The shop as it is set up now."""
        return self.set_up()[0]

    def recent_shop(self) -> Shop:
        """The shop as it was set up at most RECENT seconds ago, or as this process has set it up since."""
        memory = self._recent
        return memory.settings.shop if memory and time.monotonic() < memory.settings_until else self.shop()

    def set_up(self) -> tuple[Shop, int]:
        """The shop as it is set up now, and the version of its settings."""
        try:
            return self._set_up()
        except IncarnationChanged:
            return self._set_up()

    def _set_up(self) -> tuple[Shop, int]:
        with self._log.session() as session:
            gathered = self._gather(session, Needs())
            session.secure()
            return gathered.shop, gathered.settings_version

    def shop_within(self, session: Session) -> Shop:
        """The shop as an open session sees it."""
        return self._gather(session, Needs()).shop

    def quote(self, command: CreateOrder, refusal: DomainError | None = None) -> tuple[Order, Shop]:
        """The order as it would be created, without storing anything; without the coupon that a refusal is about."""
        asked = replace(command, number="quote", billing_address=Address())
        with self._log.session() as session:
            gathered = self._gather(session, needs(asked))
            order = Order.blank(asked.order_id)
            quote_order(order, asked, gathered, refusal)
            return order, gathered.shop

    def without_coupon(self, command: OrderCommand, coupon: str) -> Preview:
        """The command's order as it would be without a coupon that it was shown with."""
        return self.preview(RemoveCoupon(order_id=command.order_id, context=command.context, coupon=coupon))

    def preview(self, command: Command, expected_version: int | None = None) -> Preview:
        """An aggregate before and after a command, without storing anything."""
        with self._log.session() as session:
            gathered = self._gather(session, needs(command))
            before, after = _target(command, gathered), _target(command, gathered)
            _require_version(after, expected_version)
            return Preview(before, after, gathered.shop, decide(after, command, gathered).touched)

    def _attempt(
        self,
        command: Command,
        expected_version: int | None,
        request: RequestKey | None,
        render: Render | None,
        beside: TransactionHook | None,
    ) -> Outcome:
        with self._log.session() as session:
            gathered = self._gather(session, needs(command), request)
            if gathered.answer:
                return Outcome(None, session.secure(), gathered.answer, True, session.incarnation)
            try:
                aggregate = _decide_and_save(gathered, command, expected_version)
                if beside:
                    beside(session, aggregate)
                answer = render(aggregate, gathered.shop) if render else None
                position = session.commit(answer)
            except DomainError as refusal:  # nothing was recorded: the next order takes the number
                if gathered.number is not None:
                    self._memory.of(session.incarnation).unused_numbers.append(gathered.number)
                answered = None if isinstance(refusal, VersionConflict) else _answered_meanwhile(session, request)
                if answered is None:
                    raise
                return Outcome(None, session.secure(), answered, True, session.incarnation)
            if isinstance(aggregate, ShopSettings):
                self._memory.of(session.incarnation).settings_until = 0.0
            return Outcome(aggregate, position, answer, False, session.incarnation)

    def _gather(self, session: Session, needed: Needs, request: RequestKey | None = None) -> Gathered:
        """Claims and reads what is needed; the settings already known are brought forward by what was decided since."""
        memory = self._recent = self._memory.of(session.incarnation)
        known, stock_cache = memory.settings, memory.stock_cache
        unknown = stock_cache.recently_untracked() if needed.moves_goods else stock_cache.unknown(needed.stock)
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
            return Gathered(session, known.shop, stock_cache, answer=opening.answer)
        settings = memory.bring_forward(opening.events.get(SETTINGS_ID, ()))
        untracked = stock_cache.learn({stock_id: opening.events[stock_id] for stock_id in unknown})
        if needed.keys:
            session.ensure_subjects(needed.keys)
        return Gathered(
            session,
            settings.shop,
            stock_cache,
            settings_version=settings.version,
            untracked=untracked,
            email=needed.email,
            customer=opening.customer,
            number=number or opening.number,
        )

    def _forget(self) -> None:
        self._memory.drop()
        self._recent = None


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


def _decide_and_save(gathered: Gathered, command: Command, expected_version: int | None) -> Any:
    """The aggregate after the command, its events and those of the others it touched saved but not yet committed."""
    aggregate = _target(command, gathered)
    _require_version(aggregate, expected_version)
    decision = decide(aggregate, command, gathered)
    _keep(gathered.session, decision)
    gathered.session.save(aggregate, *decision.touched)
    return aggregate


def _keep(session: Session, decision: Decision) -> None:
    """Makes the keys that the decision needs, hands over and forgets others; all of it with the save or not at all."""
    for subject in decision.keys:
        session.ensure_subject(subject)
    for subject, day in decision.documents:
        kept_prints.begin(session, subject, day)
    for subject, holder in decision.handed_over:
        session.hand_over(subject, holder)
    for email, giver, taker in decision.handed_emails:
        session.hand_email(email, giver, taker)
    for subject in decision.forgotten:
        session.erase(subject)


def _target(command: Command, gathered: Gathered) -> Any:
    """The aggregate the command is for, as it is now; blank where the command may begin it."""
    handler = HANDLERS[type(command)]
    if isinstance(command, CreateOrder) and command.past is None:
        return Order.blank(command.order_id)
    aggregate: Aggregate
    if handler.aggregate is StockItem:
        aggregate = gathered.stock_item(handler.target(command))
    else:
        aggregate = gathered.load(handler.aggregate, handler.target(command))
    if not aggregate.exists and type(command) not in CREATING:
        raise MISSING[handler.aggregate]()
    return aggregate


def _require_version(aggregate: Aggregate, expected_version: int | None) -> None:
    if expected_version is not None and not aggregate.is_at(expected_version):
        raise StaleVersion(expected=expected_version, actual=aggregate.version)
