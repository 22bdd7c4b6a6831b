"""The desk: takes a command, loads what it needs, lets the domain decide and appends what was decided, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.addresses import Address
from domain.coupons import Coupon, CouponNotFound, RedeemCoupon, ReleaseCoupon, check_coupon, coupon_id, redeem_coupon, release_coupon
from domain.customers import (
    CreateCustomer,
    Customer,
    CustomerNotFound,
    EraseCustomer,
    TakeBillingData,
    check_email,
    normalised_email,
    take_billing_data,
)
from domain.errors import Conflict, StaleVersion
from domain.events import Aggregate, Command, Context
from domain.handlers import CREATING, HANDLERS, MISSING
from domain.orders.cart import ApplyCoupon
from domain.orders.creation import Buyer, CreateOrder
from domain.orders.details import AssignCustomer, ChangeBillingAddress
from domain.orders.order import Order
from domain.settings import SETTINGS_ID, Settings, Shop
from projections.log import Answer, EventLog, RequestKey, Session

ATTEMPTS = 8  # how often a decision is made anew when others were quicker

Render = Callable[[Any, Shop], Answer]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What handling a command led to: the aggregate after it, the log's position, and the answer to give."""

    aggregate: Any
    position: int
    answer: Answer | None
    replayed: bool = False


class Desk:
    """Handles commands; safe to share between threads."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._settings = Settings.blank(SETTINGS_ID)
        self._settings_lock = Lock()

    def shop(self, session: Session | None = None) -> Shop:
        """The shop as it is set up now: the settings already known, and what was decided since."""
        if session is None:
            with self._log.session() as reading:
                return self.shop(reading)
        known = self._settings
        fresh = session.tail(SETTINGS_ID, known.version)
        if not fresh:
            return known.shop
        with self._settings_lock:
            settings = Settings.blank(SETTINGS_ID)
            settings.shop, settings.version = self._settings.shop, self._settings.version
            for event in fresh:
                if event.originator_version > settings.version:
                    event.mutate(settings)
            self._settings = settings
            return settings.shop

    def handle(
        self,
        command: Command,
        *,
        expected_version: int | None = None,
        request: RequestKey | None = None,
        render: Render | None = None,
    ) -> Outcome:
        """Decides a command and appends its events in one transaction.

        With `expected_version` the aggregate must still be at it, or `StaleVersion` is raised. Without, a decision that
        others overtook is made anew on what they left. A `request` that was answered before gets the same answer again.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return self._attempt(command, expected_version, request, render)
            except StaleVersion:
                raise
            except Conflict as conflict:
                if not getattr(conflict, "overtaken", False):
                    raise
        return self._attempt(command, expected_version, request, render)

    def quote(self, command: CreateOrder) -> tuple[Order, Shop]:
        """The order as it would be created, without storing anything."""
        with self._log.session() as session:
            shop = self.shop(session)
            order = Order.blank(command.order_id)
            terms = _coupon_terms(session, command.coupon_codes, command.context, None)
            HANDLERS[CreateOrder].decide(order, replace(command, number="-", coupons=terms), shop)
            _check_coupons(session, order, {held.code for held in terms}, command.context)
            return order, shop

    def preview(self, command: Command, expected_version: int | None = None) -> tuple[Order, Order, Shop]:
        """An order before and after a command, without storing anything."""
        with self._log.session() as session:
            shop = self.shop(session)
            handler = HANDLERS[type(command)]
            before = session.load(handler.aggregate, handler.target(command))
            after = session.load(handler.aggregate, handler.target(command))
            _require_version(after, expected_version)
            handler.decide(after, command, shop)
            return before, after, shop

    def _attempt(
        self, command: Command, expected_version: int | None, request: RequestKey | None, render: Render | None
    ) -> Outcome:
        with self._log.session() as session:
            if request and (answer := session.claim_request(request)):
                return Outcome(None, 0, answer, replayed=True)
            shop = self.shop(session)
            handler = HANDLERS[type(command)]
            aggregate = self._load(session, command)
            _require_version(aggregate, expected_version)
            others = _decide(session, aggregate, command, shop)
            session.save(aggregate, *others)
            if isinstance(command, EraseCustomer):
                session.erase(handler.target(command))
            answer = render(aggregate, shop) if render else None
            return Outcome(aggregate, session.commit(answer), answer)
