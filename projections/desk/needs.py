"""What a command needs at hand before it can be decided; all of it is claimed and read in one round trip."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from msgspec import Struct

from domain.coupons import coupon_id_of
from domain.coupons.rules import WrongCouponCode
from domain.customers import check_email, normalised_email
from domain.events import Command
from domain.handlers import HANDLERS
from domain.operators import operator_id
from domain.orders.charges import ApplyCoupon
from domain.orders.creation import CreateOrder
from domain.orders.details import AssignCustomer, AssignOperator
from domain.orders.exchanges import ExchangeReturn
from domain.orders.moves import ChangeStatus
from domain.orders.order import OrderCommand
from domain.orders.shipments import ShipOrder
from domain.settings import Shop
from domain.stock import AdjustStock, ReceiveStock, SetStockPolicy, stock_id_of
from projections.desk.stock import Shelf
from projections.log import Answer, CustomerClaim


class Needs(Struct, frozen=True, kw_only=True):
    """The e-mail address to claim, the series to take a number from, the streams to read, and the stock to look for.

    `moves_goods`: which stock moves shows once the order is read; what was not tracked lately is looked for already.
    """

    email: str | None = None
    series: str | None = None
    streams: tuple[UUID, ...] = ()
    stock: frozenset[UUID] = frozenset()
    moves_goods: bool = False


class Opened(Struct, frozen=True, kw_only=True):
    """What was at hand: the shop, the customer of the e-mail address, the number; an `answer` given before ends it.

    `shelf` is what is known of stock; of the stock looked for, `untracked` is what is not tracked.
    """

    shop: Shop
    settings_version: int = 0
    shelf: Shelf
    untracked: frozenset[UUID] = frozenset()
    customer: CustomerClaim | None = None
    number: int | None = None
    answer: Answer | None = None


def needs(command: Command) -> Needs:
    """What deciding this command needs."""
    special = SPECIAL.get(type(command))
    return special(command) if special else Needs(streams=(HANDLERS[type(command)].target(command),))


def _to_create_order(command: CreateOrder) -> Needs:
    email = None
    if not command.customer_id and command.billing_address.email:
        email = command.billing_address.email
        check_email(email, "/billing_address/email")
    known = (command.customer_id,) if command.customer_id else ()
    try:
        coupons = tuple(coupon_id_of(code) for code in command.coupon_codes)
    except WrongCouponCode as error:
        error.pointer = "/coupons"
        raise
    imported = (command.order_id,) if command.past else ()  # a new order's id is new: nothing is there to read
    operator = (operator_id(command.operator),) if command.operator and not command.past else ()
    return Needs(
        email=normalised_email(email) if email else None,
        series=None if command.number else "orders",
        streams=(*imported, *known, *coupons, *operator),
        stock=frozenset(stock_id_of(item.sku) for item in command.items if command.place or command.status),
    )


def _to_exchange(command: ExchangeReturn) -> Needs:
    stock = frozenset(stock_id_of(item.sku) for item in command.items)
    return Needs(series="orders", streams=(command.order_id,), stock=stock)


def _to_move_goods(command: OrderCommand) -> Needs:
    return Needs(streams=(command.order_id,), moves_goods=True)


def _to_apply_coupon(command: ApplyCoupon) -> Needs:
    return Needs(streams=(command.order_id, coupon_id_of(command.coupon_code)))


def _to_assign_operator(command: AssignOperator) -> Needs:
    operator = (operator_id(command.operator),) if command.operator else ()
    return Needs(streams=(command.order_id, *operator))


def _to_assign_customer(command: AssignCustomer) -> Needs:
    known = (command.customer_id,) if command.customer_id else ()
    return Needs(streams=(command.order_id, *known))


def _to_move_stock(command: Command) -> Needs:
    return Needs()  # what is known of stock is brought forward once it is locked


SPECIAL: dict[type[Command], Callable[..., Needs]] = {
    CreateOrder: _to_create_order,
    ExchangeReturn: _to_exchange,
    ShipOrder: _to_move_goods,
    ChangeStatus: _to_move_goods,
    ApplyCoupon: _to_apply_coupon,
    AssignCustomer: _to_assign_customer,
    AssignOperator: _to_assign_operator,
    ReceiveStock: _to_move_stock,
    AdjustStock: _to_move_stock,
    SetStockPolicy: _to_move_stock,
}
