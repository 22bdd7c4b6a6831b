"""What a command needs at hand before it can be decided; all of it is claimed and read in one round trip."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from msgspec import Struct

from domain.coupons import coupon_id_of
from domain.coupons.rules import WrongCouponCode
from domain.customers import CreateCustomer, UpdateCustomer
from domain.events import Command
from domain.handlers import HANDLERS
from domain.operators import operator_id
from domain.orders.buyers import billing_email, stranger_id
from domain.orders.charges import ApplyCoupon
from domain.orders.creation import CreateOrder
from domain.orders.details import AssignCustomer, AssignOperator
from domain.orders.edits import EditOrder
from domain.orders.exchanges import ExchangeReturn
from domain.orders.moves import ChangeStatus
from domain.orders.order import OrderCommand
from domain.orders.shipments import ShipOrder
from domain.sequences import DefineSequence, ReviseSequence
from domain.stock import AdjustStock, PlaceStock, ReceiveStock, SetStockPolicy, stock_id_of


class Needs(Struct, frozen=True, kw_only=True):
    """The e-mail address to claim, the series to take a number from, the streams to read, and the stock to look for.

    `keys` are subjects whose personal data it seals. `moves_goods`: which stock moves shows once the order is read;
    what was not tracked lately is looked for already.
    """

    email: str | None = None
    series: str | None = None
    streams: tuple[UUID, ...] = ()
    stock: frozenset[UUID] = frozenset()
    keys: tuple[UUID, ...] = ()
    moves_goods: bool = False


def needs(command: Command) -> Needs:
    """What deciding this command needs."""
    special = NEEDS.get(type(command))
    return special(command) if special else Needs(streams=(HANDLERS[type(command)].target(command),))


def _to_create_order(command: CreateOrder) -> Needs:
    email = None if command.customer_id else billing_email(command.billing_address)
    known = (command.customer_id,) if command.customer_id else ()
    try:
        coupons = tuple(coupon_id_of(code) for code in command.coupon_codes)
    except WrongCouponCode as error:
        error.pointer = "/coupons"
        raise
    # A new order's id is new: nothing is there to read.
    imported = (command.order_id, stranger_id(command.order_id)) if command.past else ()
    numbered = (command.buyer.id,) if command.buyer else ()
    operator = (operator_id(command.operator),) if command.operator and not command.past else ()
    return Needs(
        email=email,
        series=None if command.number or command.past else "orders",
        streams=(*imported, *numbered, *known, *coupons, *operator),
        stock=frozenset(stock_id_of(item.sku) for item in command.items if command.place or command.status),
    )


def _to_exchange(command: ExchangeReturn) -> Needs:
    stock = frozenset(stock_id_of(item.sku) for item in command.items)
    return Needs(series="orders", streams=(command.order_id,), stock=stock)


def _to_move_goods(command: OrderCommand) -> Needs:
    return Needs(streams=(command.order_id,), moves_goods=True)


def _to_apply_coupon(command: ApplyCoupon) -> Needs:
    return Needs(streams=(command.order_id, coupon_id_of(command.coupon_code)))


def _to_edit(command: EditOrder) -> Needs:
    codes = [(at, one.coupon_code) for at, one in enumerate(command.changes) if isinstance(one, ApplyCoupon)]
    streams = [command.order_id]
    for at, code in codes:
        try:
            streams.append(coupon_id_of(code))
        except WrongCouponCode as error:
            error.pointer = f"/changes/{at}/code"
            raise
    return Needs(streams=tuple(streams))


def _to_assign_operator(command: AssignOperator) -> Needs:
    operator = (operator_id(command.operator),) if command.operator else ()
    return Needs(streams=(command.order_id, *operator))


def _to_assign_customer(command: AssignCustomer) -> Needs:
    known = (command.customer_id,) if command.customer_id else ()
    return Needs(streams=(command.order_id, *known))


def _to_write_card(command: CreateCustomer | UpdateCustomer) -> Needs:
    return Needs(streams=(command.customer_id,), keys=(command.customer_id,))


def _to_write_sequence(command: DefineSequence | ReviseSequence) -> Needs:
    return Needs(streams=(command.book_id,), keys=(command.book_id,))


def _to_move_stock(command: Command) -> Needs:
    return Needs()  # what is known of stock is brought forward once it is locked


# Every other command needs its own aggregate's history, and nothing else.
NEEDS: dict[type[Command], Callable[..., Needs]] = {
    CreateOrder: _to_create_order,
    ExchangeReturn: _to_exchange,
    ShipOrder: _to_move_goods,
    ChangeStatus: _to_move_goods,
    ApplyCoupon: _to_apply_coupon,
    EditOrder: _to_edit,
    AssignCustomer: _to_assign_customer,
    AssignOperator: _to_assign_operator,
    CreateCustomer: _to_write_card,
    UpdateCustomer: _to_write_card,
    DefineSequence: _to_write_sequence,
    ReviseSequence: _to_write_sequence,
    ReceiveStock: _to_move_stock,
    AdjustStock: _to_move_stock,
    SetStockPolicy: _to_move_stock,
    PlaceStock: _to_move_stock,
}
