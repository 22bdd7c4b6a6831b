"""What the list of orders is filtered and sorted by, and the filters that it means at a shop."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, tzinfo
from typing import get_args
from uuid import UUID

from marshmallow import fields, validate
from msgspec import Struct

from api.lists import ListForm, ListQuery, ListRequest, ShopMoment, instant_of, sorts, zone_of
from api.points_in_time import Moment, PointInTimeQuery
from api.problems import Problem
from api.schemas import PERSONAL, Choices, Code, Many, Text
from domain import texts
from domain.customers import Customer
from domain.errors import DomainError
from domain.money import minor_units
from domain.orders.order import FulfilmentStatus, PaymentStatus, ReturnStatus
from domain.shop import Shop
from domain.statuses import STAGES, Stage
from projections.access.credentials import usernames
from projections.log import EventLog, NothingRecorded
from projections.views.orders import SORTS, OrderFilters, has_order_with
from projections.views.orders.filters import Balance

ARCHIVED = {"false": False, "true": True, "all": None}


class OrderListForm(ListForm):
    """What the list is filtered and sorted by; `total_min` and `total_max` are amounts in `currency`."""

    q = Text(
        texts.NAME,
        filled=True,
        metadata={"description": "Number, customer, e-mail, tracking code or SKU, or a part", **PERSONAL},
    )
    number = Code()
    customer_id = fields.UUID()
    total_min = Text(20)
    total_max = Text(20)
    currency = Text(validate=validate.Length(equal=3), metadata={"maxLength": 3})
    payment_status = Choices(fields.String(validate=validate.OneOf(get_args(PaymentStatus))))
    status = Choices(Code())
    stage = Choices(fields.String(validate=validate.OneOf(STAGES)))
    fulfilment_status = Choices(fields.String(validate=validate.OneOf(get_args(FulfilmentStatus))))
    return_status = Choices(fields.String(validate=validate.OneOf(get_args(ReturnStatus))))
    payment_method = Choices(Code())
    shipping_method = Choices(Code())
    tag = Many(Code(), validate=validate.Length(max=20), metadata={"description": "Repeats: an order has all of them"})
    tag_any = Choices(Code())
    operator = Choices(Code())
    source = Choices(Code())
    created_from = ShopMoment("The first moment, included")
    created_to = ShopMoment("The last moment, not included; a bare date is")
    placed_from = ShopMoment("The first moment, included, at which an order was placed, as a draft never was")
    placed_to = ShopMoment("The last moment at which an order was placed, not included; a bare date is")
    balance = fields.String(
        validate=validate.OneOf(get_args(Balance)), metadata={"description": "Money is due, or is to be given back"}
    )
    sku = Code()
    archived = fields.String(validate=validate.OneOf(tuple(ARCHIVED)), metadata={"description": "Left out: false"})
    sort = sorts(tuple(SORTS), ("customer",))

    class Filters(Struct, frozen=True, kw_only=True):
        q: str | None = None
        number: str | None = None
        customer_id: UUID | None = None
        total_min: str | None = None
        total_max: str | None = None
        currency: str | None = None
        payment_status: tuple[PaymentStatus, ...] | None = None
        status: tuple[str, ...] | None = None
        stage: tuple[Stage, ...] | None = None
        fulfilment_status: tuple[FulfilmentStatus, ...] | None = None
        return_status: tuple[ReturnStatus, ...] | None = None
        payment_method: tuple[str, ...] | None = None
        shipping_method: tuple[str, ...] | None = None
        tag: tuple[str, ...] | None = None
        tag_any: tuple[str, ...] | None = None
        operator: tuple[str, ...] | None = None
        source: tuple[str, ...] | None = None
        created_from: Moment | None = None
        created_to: Moment | None = None
        placed_from: Moment | None = None
        placed_to: Moment | None = None
        balance: Balance | None = None
        sku: str | None = None
        archived: str = "false"


class OrdersQuery(OrderListForm, ListQuery, PointInTimeQuery):
    """Which page of the list, filtered and sorted; of the present, or of a point in time for which it was built."""

    class Loaded(ListRequest[OrderListForm.Filters], frozen=True, kw_only=True):
        as_of: Moment | None = None
        known_at: Moment | None = None


def order_filters(asked: OrderListForm.Filters, shop: Shop, log: EventLog) -> OrderFilters:
    """The filters of a query: totals in minor units of their currency, moments in the shop's zone, archived orders only
    where asked for. Raises a 422 problem for a choice that nothing knows."""
    _require_known(asked, shop, log)
    zone, currency = zone_of(shop), asked.currency
    least, most = asked.total_min, asked.total_max
    if least is not None or most is not None:
        currency = currency or shop.defaults.currency
    merged = _merged_into(log, asked.customer_id) if asked.customer_id else ()
    return OrderFilters(
        q=asked.q,
        number=asked.number,
        customer_id=None if merged else asked.customer_id,
        customer_ids=(asked.customer_id, *merged) if asked.customer_id and merged else None,
        currency=currency,
        total_min=_amount("total_min", least, currency),
        total_max=_amount("total_max", most, currency),
        status=asked.status,
        stage=asked.stage,
        payment_status=asked.payment_status,
        fulfilment_status=asked.fulfilment_status,
        return_status=asked.return_status,
        payment_method=asked.payment_method,
        shipping_method=asked.shipping_method,
        tags=asked.tag,
        tags_any=asked.tag_any,
        operator=asked.operator,
        source=asked.source,
        created_from=_begins(asked.created_from, zone),
        created_to=_ends(asked.created_to, zone),
        placed_from=_begins(asked.placed_from, zone),
        placed_to=_ends(asked.placed_to, zone),
        balance=asked.balance,
        sku=asked.sku,
        archived=ARCHIVED[asked.archived],
    )


def _begins(moment: Moment | None, zone: tzinfo) -> datetime | None:
    return None if moment is None else instant_of(moment, zone)


def _ends(moment: Moment | None, zone: tzinfo) -> datetime | None:
    return None if moment is None else instant_of(moment, zone, whole_day=True)


def _require_known(asked: OrderListForm.Filters, shop: Shop, log: EventLog) -> None:
    """Refuses a status, a way to pay or to send, or an operator that neither the shop nor any order knows."""
    choices: dict[str, tuple[Sequence[str] | None, Collection[str]]] = {
        "status": (asked.status, shop.statuses),
        "payment_method": (asked.payment_method, shop.payment_methods),
        "shipping_method": (asked.shipping_method, shop.shipping_methods),
        "operator": (asked.operator, ()),
    }
    for name, (values, known) in choices.items():
        for value in values or ():
            if value in known or _occurs(log, name, value):
                continue
            listed = ", ".join(known) or ", ".join(_operators(log))
            detail = f"There is no {name.replace('_', ' ')} {value}; known: {listed or 'none'}."
            fault = {"parameter": name, "code": "unknown-choice", "detail": detail}
            raise Problem(422, "invalid-fields", detail, errors=[fault])


def _occurs(log: EventLog, name: str, value: str) -> bool:
    with log.pool.connection() as connection:
        return has_order_with(connection, name, value) or (name == "operator" and value in usernames(connection))


def _operators(log: EventLog) -> list[str]:
    with log.pool.connection() as connection:
        return sorted(usernames(connection))


def _merged_into(log: EventLog, customer_id: UUID) -> tuple[UUID, ...]:
    """The cards that are part of a customer's; the list shows each order under the card it was placed with."""
    try:
        return log.load(Customer, customer_id).absorbed
    except NothingRecorded:
        return ()


def _amount(name: str, text: str | None, currency: str | None) -> int | None:
    if text is None or currency is None:
        return None
    try:
        return minor_units(text, currency)
    except DomainError as error:
        detail = str(error)
        raise Problem(
            422, "invalid-fields", detail, errors=[{"parameter": name, "code": error.code, "detail": detail}]
        ) from None
