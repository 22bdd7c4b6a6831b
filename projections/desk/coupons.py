"""What an order's decisions mean for its coupons: checked, dropped where they no longer hold, their uses counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from msgspec.structs import replace

from domain.coupons import (
    Coupon,
    CouponNoLongerHolds,
    MoveCouponUse,
    RedeemCoupon,
    ReleaseCoupon,
    UnknownCoupon,
    Use,
    check_coupon,
    coupon_id_of,
    no_longer_held,
)
from domain.customers import Customer
from domain.errors import Conflict, DomainError, Rejected
from domain.events import Aggregate, Context, Event
from domain.handlers import HANDLERS
from domain.money import amount_text
from domain.orders.charges import ApplyCoupon, CouponLapsed
from domain.orders.creation import CreateOrder
from domain.orders.order import Order, OrderCommand
from domain.pricing import CouponTerms
from domain.settings import Shop
from projections.log import Session

CART_CHANGES = ("order.item-", "order.coupon-")


class QuoteOutdated(Conflict):
    """The quote told {quoted}, the order comes to {total} now: the new quote is enclosed."""

    code = "quote-outdated"


def terms_of(session: Session, codes: tuple[str, ...], pointer: str = "/coupons") -> tuple[CouponTerms, ...]:
    """What the coupons of these codes give, each once."""
    found = [session.load_or_blank(Coupon, coupon_id_of(code)) for code in codes]
    if not all(coupon.exists for coupon in found):
        raise UnknownCoupon(pointer)
    return tuple({coupon.code: coupon.terms for coupon in found}.values())


def in_use(order: Order) -> set[str]:
    """The coupons that count this order as a use: those of a placed order that was not cancelled."""
    counts = order.is_placed and not order.is_cancelled and order.imported is None
    return {terms.code for terms in order.coupons} if counts else set()


def person_of(session: Session, customer_id: UUID | None) -> tuple[tuple[UUID, ...], tuple[str, ...]]:
    """All cards of the person that a card is of, and their tags."""
    if customer_id is None:
        return (), ()
    card = session.load_or_blank(Customer, customer_id)
    if card.merged_into:
        card = session.load_or_blank(Customer, card.merged_into)
    return tuple(dict.fromkeys((customer_id, card.id, *card.absorbed))), card.tags


def hold(session: Session, order: Order, command: OrderCommand) -> None:
    """Refuses coupons that are put on and do not hold; those that a changed cart no longer keeps to fall off it."""
    if isinstance(command, CreateOrder):
        try:
            _check(session, order, order.coupons, command.context, "/coupons")
        except Rejected as rejection:
            if command.quoted_total is None:
                raise
            code = str(rejection.details.get("coupon", ""))
            raise CouponNoLongerHolds("/coupons", coupon=code, rule=rejection.code, why=str(rejection)) from None
        return
    if isinstance(command, ApplyCoupon) and command.terms:
        _check(session, order, (command.terms,), command.context, "/code")
    changed = any(cast(Event, event).TOPIC.startswith(CART_CHANGES) for event in order.pending_events)
    if order.coupons and changed and order.imported is None:
        _lapse(session, order, command.context)


def drop(
    session: Session,
    order: Order,
    context: Context,
    person: tuple[UUID, ...],
    tags: tuple[str, ...],
    refusal: DomainError | None,
) -> None:
    """Lets every coupon of a quote fall off that the order could not have."""
    refused = refusal.details if refusal else {}
    for terms in order.coupons:
        coupon = session.load_or_blank(Coupon, coupon_id_of(terms.code))
        if terms.code == refused.get("coupon"):
            facts = {"coupon": terms.code, "rule": refused["rule"], "detail": refused["why"]}
            order.record(CouponLapsed, context, **facts)
        elif rejection := check_coupon(coupon, _use(order, context, person, tags)):
            _fall(order, terms, rejection, context)


def require_quoted(order: Order, command: OrderCommand) -> None:
    """Refuses an order that comes to another total than the quote it was decided on."""
    if not isinstance(command, CreateOrder) or command.quoted_total is None:
        return
    if command.quoted_total != order.price.total:
        quoted = amount_text(command.quoted_total, order.currency)
        raise QuoteOutdated("/quoted_total", quoted=quoted, total=amount_text(order.price.total, order.currency))


def settle(
    session: Session, order: Order, held: set[str], was_of: UUID | None, command: OrderCommand, shop: Shop
) -> list[Aggregate]:
    """Counts the uses that began with the decision, gives back those that ended, moves those of another customer now.

    Coupons are locked in one order.
    """
    holds = in_use(order)
    moved = holds & held if order.customer_id != was_of else set()
    touched: list[Aggregate] = []
    for code in sorted((holds ^ held) | moved):
        coupon_id = coupon_id_of(code)
        session.lock(coupon_id)
        coupon = session.load_or_blank(Coupon, coupon_id)
        facts: dict[str, Any] = {"coupon_id": coupon_id, "context": command.context, "order_id": order.id}
        if code in moved:
            HANDLERS[MoveCouponUse].decide(coupon, MoveCouponUse(customer_id=order.customer_id, **facts), shop)
        elif code in holds:
            was_shown = not isinstance(command, CreateOrder) or command.quoted_total is not None
            _redeem(session, order, coupon, facts, shop, was_shown=was_shown)
        else:
            HANDLERS[ReleaseCoupon].decide(coupon, ReleaseCoupon(**facts), shop)
        touched.append(coupon)
    return touched


def _redeem(
    session: Session, order: Order, coupon: Coupon, facts: dict[str, Any], shop: Shop, *, was_shown: bool
) -> None:
    """Counts a use; an order that was shown with the coupon and may not use it any more is not placed."""
    cards, _ = person_of(session, order.customer_id) if coupon.rules.limit_per_customer else ((), ())
    try:
        HANDLERS[RedeemCoupon].decide(coupon, RedeemCoupon(customer_id=order.customer_id, cards=cards, **facts), shop)
    except Rejected as rejection:
        if not was_shown or rejection.code == "coupon-needs-customer":
            raise
        raise CouponNoLongerHolds(coupon=coupon.code, rule=rejection.code, why=str(rejection)) from None


def _check(session: Session, order: Order, found: Sequence[CouponTerms], context: Context, pointer: str) -> None:
    for terms in found:
        coupon = session.load_or_blank(Coupon, coupon_id_of(terms.code))
        asks_person = coupon.rules.limit_per_customer is not None or coupon.rules.tags
        cards, tags = person_of(session, order.customer_id) if asks_person else ((), ())
        if rejection := check_coupon(coupon, _use(order, context, cards, tags), order.id):
            rejection.pointer = pointer
            raise rejection


def _lapse(session: Session, order: Order, context: Context) -> None:
    use = _use(order, context)
    for terms in order.coupons:
        if terms.conditions is None:  # it was applied before they were kept: those of today are the nearest known
            coupon = session.load_or_blank(Coupon, coupon_id_of(terms.code))
            conditions = coupon.terms.conditions if coupon.exists else None
            rejection = no_longer_held(replace(terms, conditions=conditions), use)
        else:
            rejection = no_longer_held(terms, use)
        if rejection:
            _fall(order, terms, rejection, context)


def _fall(order: Order, terms: CouponTerms, rejection: Rejected, context: Context) -> None:
    order.record(CouponLapsed, context, coupon=terms.code, rule=rejection.code, detail=str(rejection))


def _use(order: Order, context: Context, cards: tuple[UUID, ...] = (), tags: tuple[str, ...] = ()) -> Use:
    return Use(
        at=context.at,
        currency=order.currency,
        subtotal=order.price.subtotal,
        cards=cards,
        skus=frozenset(item.sku for item in order.items.values()),
        tags=frozenset((*order.tags, *tags)),
    )
