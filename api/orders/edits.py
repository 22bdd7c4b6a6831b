"""Several changes of an order as one decision over HTTP: what they would come to, and making them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, fields, validate
from msgspec import Struct

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.answers_history import FiguresAnswer
from api.orders.blueprint import change, order_then, orders
from api.orders.cart_forms import (
    AmountForm,
    CouponCodeForm,
    ItemChangeForm,
    ItemForm,
    ReasonForm,
    ShippingChargeForm,
    item_change,
    new_item,
    shipping_charge,
)
from api.orders.catalogued import completed, lacking
from api.orders.rendering import order_answer
from api.problems import of_validation
from api.requests import context, if_match, respond, runtime
from api.schemas import Body, Code, Many, MoneyAnswer, money
from domain.events import Context
from domain.orders.cart import AddItem, RemoveItem
from domain.orders.charges import ApplyCoupon, RemoveCoupon, SetDiscount
from domain.orders.edits import MAX_CHANGES, Change, EditOrder
from domain.orders.order import Order
from domain.stock import StockItem
from domain.stock.following import figures_of, figures_told


class ChangedItemForm(ItemChangeForm):
    """What changes on a line."""

    item = Code(required=True)

    class Loaded(ItemChangeForm.Loaded, frozen=True, kw_only=True):
        item: str


class RemovedItemForm(Body):
    """A line to take out."""

    item = Code(required=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        item: str


def _add(form: ItemForm.Loaded, order_id: UUID, given: Context) -> Change:
    return AddItem(order_id=order_id, context=given, item=new_item(form), currency=form.currency)


def _change(form: ChangedItemForm.Loaded, order_id: UUID, given: Context) -> Change:
    return item_change(form, form.item, order_id, given)


def _remove(form: RemovedItemForm.Loaded, order_id: UUID, given: Context) -> Change:
    return RemoveItem(order_id=order_id, context=given, item=form.item)


def _discount(form: AmountForm.Loaded, order_id: UUID, given: Context) -> Change:
    amount = form.amount
    return SetDiscount(order_id=order_id, context=given, amount=amount.minor, currency=amount.currency)


def _shipping(form: ShippingChargeForm.Loaded, order_id: UUID, given: Context) -> Change:
    return shipping_charge(form, order_id, given)


def _apply(form: CouponCodeForm.Loaded, order_id: UUID, given: Context) -> Change:
    return ApplyCoupon(order_id=order_id, context=given, coupon_code=form.code)


def _take_off(form: CouponCodeForm.Loaded, order_id: UUID, given: Context) -> Change:
    return RemoveCoupon(order_id=order_id, context=given, coupon=form.code.strip().upper())


class Action(NamedTuple):
    """A kind of change: the form by which it is told, and the command that it is."""

    form: Body
    command: Callable[[Any, UUID, Context], Change]


class Edit(NamedTuple):
    """A change as it is told: its action, and the form of that action."""

    action: str
    form: Struct


ACTIONS: Mapping[str, Action] = {
    "add": Action(ItemForm(), _add),
    "change": Action(ChangedItemForm(exclude=("reason",)), _change),
    "remove": Action(RemovedItemForm(), _remove),
    "discount": Action(AmountForm(exclude=("reason",)), _discount),
    "shipping-charge": Action(ShippingChargeForm(exclude=("reason",)), _shipping),
    "apply-coupon": Action(CouponCodeForm(exclude=("reason",)), _apply),
    "remove-coupon": Action(CouponCodeForm(exclude=("reason",)), _take_off),
}


class ChangeField(fields.Field[Any]):
    """One change: its `action`, and the fields of that action."""

    def __init__(self) -> None:
        about = (
            "`add` a line (as in POST .../items), `change` one (`item`, and what changes as in PATCH), `remove` an "
            "`item`, set the `discount` or the `shipping-charge`, `apply-coupon` or `remove-coupon` by its `code`"
        )
        shape = {
            "type": "object",
            "required": ["action"],
            "properties": {"action": {"type": "string", "enum": list(ACTIONS)}},
            "additionalProperties": True,
        }
        super().__init__(required=True, metadata={"description": about, **shape})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("Invalid input type.")
        facts = dict(value)
        action = facts.pop("action", None)
        if not isinstance(action, str) or action not in ACTIONS:
            raise ValidationError({"action": [f"Must be one of: {', '.join(ACTIONS)}."]})
        return Edit(action, ACTIONS[action].form.load(facts))


class EditsForm(ReasonForm):
    """Changes of what an order holds, made together; lines come in before others leave, whatever is told first."""

    changes = Many(ChangeField(), required=True, validate=validate.Length(min=1, max=MAX_CHANGES))

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        changes: tuple[Edit, ...]


class MovedMoneyAnswer(Body):
    """An amount before and after, and the difference."""

    before = fields.Nested(MoneyAnswer, required=True)
    after = fields.Nested(MoneyAnswer, required=True)
    difference = fields.Nested(MoneyAnswer, required=True)


class EditsPreviewAnswer(Body):
    """What the changes would come to: money, stock, and the order after them."""

    total = fields.Nested(MovedMoneyAnswer, required=True)
    balance = fields.Nested(MovedMoneyAnswer, required=True)
    stock = fields.List(fields.Nested(FiguresAnswer), required=True)
    order = fields.Nested(OrderAnswer, required=True)


@orders.post("/<uuid:order_id>/edits")
@needs("orders:write")
@orders.arguments(EditsForm)
@orders.response(200, OrderAnswer)
def edit_order(form: EditsForm.Loaded, order_id: UUID) -> Response:
    """Make several changes as one decision, all or none of them; needs If-Match."""
    return change(_command(form, order_id), require_match=True)


@orders.post("/<uuid:order_id>/edits/preview")
@needs("orders:write")
@orders.arguments(EditsForm)
@orders.response(200, EditsPreviewAnswer)
def preview_edits(form: EditsForm.Loaded, order_id: UUID) -> Response:
    """What the changes would do to money and stock: the same decision, nothing stored."""
    versions = if_match()
    before, after, shop, touched = runtime().desk.preview(_command(form, order_id), versions[0] if versions else None)
    moved = [figures_of(item) for item in touched if isinstance(item, StockItem)]
    body = {
        "total": _moved(before, after, "total"),
        "balance": _moved(before, after, "balance"),
        "stock": [figures_told(figures) for figures in moved],
        "order": order_answer(after, shop),
    }
    return respond(body, version=before.version)


def _command(form: EditsForm.Loaded, order_id: UUID) -> EditOrder:
    given = context(form.reason)
    edits = _catalogued(form.changes, order_id)
    changes = tuple(ACTIONS[edit.action].command(edit.form, order_id, given) for edit in edits)
    return EditOrder(order_id=order_id, context=given, changes=changes)


def _catalogued(changes: Sequence[Edit], order_id: UUID) -> Iterator[Edit]:
    """The changes, lines that come in with what they left to the catalogue."""
    for index, edit in enumerate(changes):
        line = edit.form
        if not isinstance(line, ItemForm.Loaded) or not lacking(line):
            yield edit
            continue
        order = order_then(order_id)
        try:
            yield Edit(edit.action, completed(line, order.currency, order.locale))
        except ValidationError as error:
            raise of_validation(ValidationError({"json": {"changes": {index: error.messages}}})) from None


def _moved(before: Order, after: Order, name: str) -> dict[str, Any]:
    was, now = getattr(before.price, name), getattr(after.price, name)
    return {
        "before": money(was, after.currency),
        "after": money(now, after.currency),
        "difference": money(now - was, after.currency),
    }
