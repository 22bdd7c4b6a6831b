"""How an order is taken in: whose it is, its number and its coupons are found, it begins, and the others follow.

The same for an order of the desk and for those of the past that come by the thousand.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.addresses import Address
from domain.errors import DomainError
from domain.lookup import Decision, Lookup
from domain.operators import Operator, UnknownOperator, operator_id
from domain.orders import coupon_uses
from domain.orders.buyers import Holder, follow, holder_of, renames
from domain.orders.creation import Buyer, CreateOrder, create_order
from domain.orders.details import AssignOperator
from domain.orders.imports import RetellOrder, retell_order
from domain.orders.order import Order
from domain.stock import settling

FIRST_NUMBER = 1001  # a first order called 1 would tell every customer how new the shop is


class Created(NamedTuple):
    """The order is stored; `total` and `refunded` in minor units of its currency.

    `name_kept`: its customer's card keeps another name than the order tells.
    """

    order_id: UUID
    currency: str
    total: int
    refunded: int
    name_kept: bool = False


class Known(NamedTuple):
    """The order was stored before; `changed` when what it was made from differs."""

    order_id: UUID
    changed: bool
    currency: str
    total: int
    refunded: int


class Updated(NamedTuple):
    """The order was stored before, and was led to what is told of it now."""

    order_id: UUID
    currency: str
    total: int
    refunded: int


class Refused(NamedTuple):
    """The order was not stored, and why."""

    order_id: UUID
    error: DomainError


Result = Created | Known | Updated | Refused


class IntakeRules(NamedTuple):
    """How orders of the past are taken in: `stock` moves stock, `update` leads known ones on, `names` lets them rename
    customers whose card has a name.
    """

    stock: bool = False
    update: bool = False
    names: bool = False


AT_THE_DESK = IntakeRules(names=True)
AS_IT_STANDS = IntakeRules()


def take_order(
    order: Order, command: CreateOrder, lookup: Lookup, decision: Decision, rules: IntakeRules = AT_THE_DESK
) -> bool:
    """Begins an order; the card of its customer, its coupons and the stock follow.

    Tells whether the card keeps another name than the order tells. Nothing is written on the card of a refused order.
    """
    if not command.past:
        require_operator(lookup, command.operator)
    holder = holder_of(order, command, lookup, decision)
    if holder:
        holder.card.require_whole()
        decision.touched.append(holder.card)
    command = _completed(command, holder, lookup)
    create_order(order, command, lookup.shop)
    if not command.past:
        coupon_uses.require_new(order, command, lookup)
        coupon_uses.settle(order, set(), None, command, lookup, decision)
        coupon_uses.require_quoted(order, command)
        settling.settle(order, command.context, lookup, decision)
    elif rules.stock:
        settling.settle(order, command.context, lookup, decision, past=True)
    if holder is None:
        return False
    name_kept = not rules.names and renames(holder)
    follow(Holder(holder.card, replace(holder.billing, name="")) if name_kept else holder, command, lookup)
    return name_kept


def take_in(
    order: Order, command: CreateOrder, lookup: Lookup, decision: Decision, rules: IntakeRules = AT_THE_DESK
) -> Result:
    """What becomes of an order of the past: taken in, known already, brought up to date, or refused."""
    try:
        if order.exists:
            return _known(order, command, lookup, decision, rules)
        name_kept = take_order(order, command, lookup, decision, rules)
    except DomainError as error:
        return Refused(order.id, error)
    total = order.imported.total if order.imported else order.price.total  # an imported order has the one told
    return Created(order.id, order.currency, total, order.refunded, name_kept=name_kept)


def known_again(result: Result) -> Result:
    """What becomes of the same order told once more."""
    if isinstance(result, Created | Updated):
        return Known(result.order_id, False, result.currency, result.total, result.refunded)
    return result


def quote_order(order: Order, command: CreateOrder, lookup: Lookup, refusal: DomainError | None = None) -> None:
    """Decides how an order would be created, without claiming a number, a customer or a use of a coupon.

    Coupons that do not hold fall off it, each with why; so does the one that a `refusal` is about.
    """
    quoted = replace(
        command,
        number="quote",
        customer_id=None,
        billing_address=Address(),
        coupons=coupon_uses.terms_of(lookup, command.coupon_codes),
        place=False,
        status=None,
    )
    person = coupon_uses.person_of(lookup, command.customer_id)
    create_order(order, quoted, lookup.shop)
    coupon_uses.drop(order, quoted, person, lookup, refusal)


def with_operator(order: Order, command: AssignOperator, lookup: Lookup, decision: Decision) -> AssignOperator:
    """The command, where its operator may look after orders."""
    require_operator(lookup, command.operator)
    return command


def require_operator(lookup: Lookup, username: str) -> None:
    """Refuses an operator who is not there, or may not come in; nobody is always there."""
    if not username:
        return
    operator = lookup.load(Operator, operator_id(username))
    if not operator.exists or operator.disabled:
        raise UnknownOperator("/operator", operator=username)


def _completed(command: CreateOrder, holder: Holder | None, lookup: Lookup) -> CreateOrder:
    """The command with what only others know: its number, its buyer, what its coupons give.

    The addresses of a customer named are the card's where none are told, unless they are to stay empty. An order of
    the past tells its own number and what its coupons gave.
    """
    if command.past:
        return replace(command, buyer=_buyer(command, holder))
    addresses = {}
    fills = holder and command.customer_id and command.fill_addresses
    if holder and fills and not (command.billing_address or command.shipping_address):
        addresses = {"billing_address": holder.card.address, "shipping_address": holder.card.address}
    return replace(
        command,
        number=command.number or _number(lookup),
        buyer=_buyer(command, holder),
        coupons=coupon_uses.terms_of(lookup, command.coupon_codes),
        **addresses,
    )


def _buyer(command: CreateOrder, holder: Holder | None) -> Buyer | None:
    if holder is None:
        return None
    card, billing = holder
    name = command.billing_address.name or card.value("name")
    email = billing.email if command.customer_id else command.billing_address.email
    return Buyer(id=card.id, name=name, email=email or card.value("email"))


def _number(lookup: Lookup) -> str:
    return f"{lookup.shop.defaults.number_prefix}{FIRST_NUMBER + lookup.next_number() - 1}"


def _known(
    order: Order, command: CreateOrder, lookup: Lookup, decision: Decision, rules: IntakeRules
) -> Known | Updated:
    """An order that was stored before; what it was made from leads it on where that differs and is wanted."""
    was = order.imported.content_hash if order.imported else ""
    now = command.past.imported.content_hash if command.past else ""
    if was == now or not rules.update:
        return Known(order.id, was != now, order.currency, order.price.total, order.refunded)
    context = replace(command.context, command_id=uuid5(command.context.command_id, now))
    retell_order(order, RetellOrder(order_id=order.id, context=context, told=command), lookup.shop)
    if rules.stock:
        settling.settle(order, command.context, lookup, decision, past=True)
    return Updated(order.id, order.currency, order.price.total, order.refunded)
