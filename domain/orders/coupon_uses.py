"""What an order's decisions mean for its coupons: checked, dropped where they no longer hold, their uses counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast
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
    move_coupon_use,
    no_longer_held,
    redeem_coupon,
    release_coupon,
)
from domain.customers import Customer
from domain.errors import Conflict, DomainError, Rejected
from domain.events import Context, Event
from domain.lookup import Decision, Lookup
from domain.money import amount_text
from domain.orders.charges import ApplyCoupon, CouponLapsed
from domain.orders.creation import CreateOrder
from domain.orders.edits import EditOrder
from domain.orders.order import Order, OrderCommand
from domain.pricing import CouponTerms

CART_CHANGES = ("order.item-", "order.coupon-")


class QuoteOutdated(Conflict):
    """The quote told {quoted}, the order comes to {total} now: the new quote is enclosed."""

    code = "quote-outdated"


class Person(NamedTuple):
    """All cards of a customer, and their tags."""

    cards: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = ()


NOBODY = Person()


def person_of(lookup: Lookup, customer_id: UUID | None) -> Person:
    """The person that a card is of."""
    if customer_id is None:
        return NOBODY
    card = lookup.load(Customer, customer_id)
    if card.merged_into:
        card = lookup.load(Customer, card.merged_into)
    return Person(tuple(dict.fromkeys((customer_id, card.id, *card.absorbed))), card.tags)


def terms_of(lookup: Lookup, codes: Sequence[str], pointer: str = "/coupons") -> tuple[CouponTerms, ...]:
    """What the coupons of these codes give, each once."""
    found = [lookup.load(Coupon, coupon_id_of(code)) for code in codes]
    if not all(coupon.exists for coupon in found):
        raise UnknownCoupon(pointer)
    return tuple({coupon.code: coupon.terms for coupon in found}.values())


def with_terms(order: Order, command: ApplyCoupon, lookup: Lookup, decision: Decision) -> ApplyCoupon:
    """The command with what its coupon gives."""
    (terms,) = terms_of(lookup, (command.coupon_code,), "/code")
    return replace(command, terms=terms)


def with_terms_of_changes(order: Order, command: EditOrder, lookup: Lookup, decision: Decision) -> EditOrder:
    """The command with what each coupon gives that it puts on."""
    changes = [
        replace(change, terms=terms_of(lookup, (change.coupon_code,), f"/changes/{at}/code")[0])
        if isinstance(change, ApplyCoupon)
        else change
        for at, change in enumerate(command.changes)
    ]
    return replace(command, changes=tuple(changes))


def in_use(order: Order) -> set[str]:
    """The coupons that count this order as a use: those of a placed order that was not cancelled."""
    counts = order.is_placed and not order.is_cancelled and order.imported is None
    return {terms.code for terms in order.coupons} if counts else set()


def require_new(order: Order, command: CreateOrder, lookup: Lookup) -> None:
    """Refuses a new order with a coupon that does not hold; one that a quote promised is told as such."""
    try:
        _check(order, order.coupons, command.context, "/coupons", lookup)
    except Rejected as rejection:
        if command.quoted_total is None:
            raise
        code = str(rejection.details.get("coupon", ""))
        raise CouponNoLongerHolds("/coupons", coupon=code, rule=rejection.code, why=str(rejection)) from None


def hold(order: Order, command: OrderCommand, lookup: Lookup) -> None:
    """Refuses coupons that are put on and do not hold; those that a changed cart no longer keeps to fall off it."""
    for pointer, applied in _applied(command):
        if applied.terms:
            _check(order, (applied.terms,), command.context, pointer, lookup)
    if not order.coupons or order.imported is not None:
        return
    if any(cast("Event", event).TOPIC.startswith(CART_CHANGES) for event in order.pending_events):
        _lapse(order, command.context, lookup)


def _applied(command: OrderCommand) -> list[tuple[str, ApplyCoupon]]:
    """The coupons that a command puts on, each with where it is told."""
    if isinstance(command, EditOrder):
        changes = enumerate(command.changes)
        return [(f"/changes/{at}/code", change) for at, change in changes if isinstance(change, ApplyCoupon)]
    return [("/code", command)] if isinstance(command, ApplyCoupon) else []


def drop(
    order: Order, command: CreateOrder, person: Person, lookup: Lookup, refusal: DomainError | None = None
) -> None:
    """Lets every coupon of a quote fall off that the order could not have, and the one that a `refusal` is about."""
    refused = refusal.details if refusal else {}
    for terms in order.coupons:
        coupon = lookup.load(Coupon, coupon_id_of(terms.code))
        if terms.code == refused.get("coupon"):
            facts = {"coupon": terms.code, "rule": refused["rule"], "detail": refused["why"]}
            order.record(CouponLapsed, command.context, **facts)
        elif rejection := check_coupon(coupon, _use(order, command.context, person)):
            _fall(order, terms, rejection, command.context)


def require_quoted(order: Order, command: CreateOrder) -> None:
    """Refuses an order that comes to another total than the quote it was decided on."""
    if command.quoted_total is not None and command.quoted_total != order.price.total:
        quoted = amount_text(command.quoted_total, order.currency)
        raise QuoteOutdated("/quoted_total", quoted=quoted, total=amount_text(order.price.total, order.currency))


def settle(
    order: Order, held: set[str], was_of: UUID | None, command: OrderCommand, lookup: Lookup, decision: Decision
) -> None:
    """Counts the uses that began with the decision, gives back those that ended, moves those of another customer now.

    Coupons are locked in one order.
    """
    holds = in_use(order)
    moved = holds & held if order.customer_id != was_of else set()
    for code in sorted((holds ^ held) | moved):
        coupon = lookup.locked(Coupon, coupon_id_of(code))
        facts: dict[str, Any] = {"coupon_id": coupon.id, "context": command.context, "order_id": order.id}
        if code in moved:
            move_coupon_use(coupon, MoveCouponUse(customer_id=order.customer_id, **facts), lookup.shop)
        elif code in holds:
            was_shown = not isinstance(command, CreateOrder) or command.quoted_total is not None
            _redeem(order, coupon, facts, lookup, was_shown=was_shown)
        else:
            release_coupon(coupon, ReleaseCoupon(**facts), lookup.shop)
        decision.touched.append(coupon)


def _redeem(order: Order, coupon: Coupon, facts: dict[str, Any], lookup: Lookup, *, was_shown: bool) -> None:
    """Counts a use; an order that was shown with the coupon and may not use it any more is not placed."""
    person = person_of(lookup, order.customer_id) if coupon.rules.limit_per_customer else NOBODY
    try:
        redeem_coupon(coupon, RedeemCoupon(customer_id=order.customer_id, cards=person.cards, **facts), lookup.shop)
    except Rejected as rejection:
        if not was_shown or rejection.code == "coupon-needs-customer":
            raise
        raise CouponNoLongerHolds(coupon=coupon.code, rule=rejection.code, why=str(rejection)) from None


def _check(order: Order, found: Sequence[CouponTerms], context: Context, pointer: str, lookup: Lookup) -> None:
    for terms in found:
        coupon = lookup.load(Coupon, coupon_id_of(terms.code))
        asks_person = coupon.rules.limit_per_customer is not None or coupon.rules.tags
        person = person_of(lookup, order.customer_id) if asks_person else NOBODY
        if rejection := check_coupon(coupon, _use(order, context, person), order.id):
            rejection.pointer = pointer
            raise rejection


def _lapse(order: Order, context: Context, lookup: Lookup) -> None:
    use = _use(order, context)
    for terms in order.coupons:
        if terms.conditions is None:  # it was applied before they were kept: those of today are the nearest known
            coupon = lookup.load(Coupon, coupon_id_of(terms.code))
            conditions = coupon.terms.conditions if coupon.exists else None
            rejection = no_longer_held(replace(terms, conditions=conditions), use)
        else:
            rejection = no_longer_held(terms, use)
        if rejection:
            _fall(order, terms, rejection, context)


def _fall(order: Order, terms: CouponTerms, rejection: Rejected, context: Context) -> None:
    order.record(CouponLapsed, context, coupon=terms.code, rule=rejection.code, detail=str(rejection))


def _use(order: Order, context: Context, person: Person = NOBODY) -> Use:
    return Use(
        at=context.at,
        currency=order.currency,
        subtotal=order.price.subtotal,
        cards=person.cards,
        skus=frozenset(item.sku for item in order.items.values()),
        tags=frozenset((*order.tags, *person.tags)),
    )
