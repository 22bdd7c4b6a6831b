"""The forms of what the API answers about an order's past and about a move before it is made."""

from __future__ import annotations

from marshmallow import fields

from api.orders.answers import OrderAnswer, StatusAnswer
from api.schemas import PERSONAL, Body, MoneyAnswer


class StatusMoveAnswer(Body):
    """A status the order had, since when (`at`), recorded when, by whom and why; `from` is null where it began."""

    version = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    recorded_at = fields.DateTime(required=True)
    before = fields.Nested(StatusAnswer, required=True, allow_none=True, data_key="from")
    to = fields.Nested(StatusAnswer, required=True)
    actor = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    forced = fields.Boolean(required=True)


class TimelineAnswer(Body):
    """One thing that happened, when, and when it was recorded; `summary` are its fields but those of persons.

    `changes` are the order's fields before and after it; amounts are money.

    `at` is `occurred_at` under its older name.
    """

    version = fields.Integer(required=True)
    position = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    occurred_at = fields.DateTime(required=True)
    recorded_at = fields.DateTime(required=True)
    actor = fields.String(required=True)
    topic = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    cause = fields.UUID(required=True)
    import_id = fields.UUID(required=True, allow_none=True)
    message_id = fields.UUID(required=True, allow_none=True)
    summary = fields.Dict(required=True)
    changes = fields.List(fields.Nested(lambda: FieldChangeAnswer()), required=True)


class RecordedAnswer(Body):
    """An event with every field of its form (`version`), as `GET /events/schemas` describes it.

    What is of a forgotten person reads `{"erased": true}`, what is not shown to who asks `{"withheld": true}`.
    `occurred_at` is its own `timestamp`, told by whom it was recorded for; `recorded_at` is the database's clock.
    """

    position = fields.Integer(required=True)
    topic = fields.String(required=True, metadata={"example": "order.shipped"})
    version = fields.Integer(required=True, allow_none=True)
    occurred_at = fields.DateTime(required=True, allow_none=True)
    recorded_at = fields.DateTime(required=True, allow_none=True)
    event = fields.Dict(required=True)


class FieldChangeAnswer(Body):
    """A field by its JSON pointer, before and after."""

    pointer = fields.String(required=True, metadata={"example": "/items/1/quantity"})
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class ChangeAnswer(Body):
    """One event and the fields it changed."""

    version = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    actor = fields.String(required=True)
    topic = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    changed = fields.List(fields.Nested(FieldChangeAnswer), required=True, data_key="fields")


class DiffAnswer(Body):
    """What changed from one version to another, or between two points in time: event by event, and in all."""

    start = fields.Integer(required=True, data_key="from")
    to = fields.Integer(required=True)
    changes = fields.List(fields.Nested(ChangeAnswer), required=True)
    changed = fields.List(fields.Nested(FieldChangeAnswer), required=True, data_key="fields")


class NotifiesAnswer(Body):
    """Who would be told."""

    customer = fields.Boolean(required=True)
    administrators = fields.Boolean(required=True)


class FigureAnswer(Body):
    """A figure of stock before and after."""

    before = fields.Integer(required=True)
    after = fields.Integer(required=True)


class FiguresAnswer(Body):
    """One SKU's figures before and after."""

    sku = fields.String(required=True)
    on_hand = fields.Nested(FigureAnswer, required=True)
    reserved = fields.Nested(FigureAnswer, required=True)
    available = fields.Nested(FigureAnswer, required=True)


class StockAnswer(Body):
    """What would happen to stock; `asks`: the move must say whether it should."""

    deducts = fields.Boolean(required=True)
    restores = fields.Boolean(required=True)
    asks = fields.Boolean(required=True)
    items = fields.List(fields.Nested(FiguresAnswer), required=True)


class MovedStockAnswer(Body):
    """What would happen to stock; `asks`: the request must say whether it should."""

    asks = fields.Boolean(required=True)
    items = fields.List(fields.Nested(FiguresAnswer), required=True)


class DueAnswer(Body):
    """What the customer would owe; `asks`: the request must say that it is accepted."""

    asks = fields.Boolean(required=True)
    due = fields.Nested(MoneyAnswer, required=True)


class MailAnswer(Body):
    """Who would be told by mail, and where mails of the order go; null where there is no address."""

    customer = fields.Boolean(required=True)
    administrators = fields.Boolean(required=True)
    to = fields.String(required=True, allow_none=True, metadata=PERSONAL)


class GoodsPreviewAnswer(Body):
    """What a parcel or a refund would do to stock, who would be told, and the order after it.

    `cap` is what could be given back at most before it: all that was paid, less what was given back or is asked for.
    """

    stock = fields.Nested(MovedStockAnswer, required=True)
    balance = fields.Nested(DueAnswer, required=True)
    cap = fields.Nested(MoneyAnswer, required=True)
    mail = fields.Nested(MailAnswer, required=True)
    order = fields.Nested(OrderAnswer, required=True)


class PreviewAnswer(Body):
    """What a move would do, and the order after it."""

    before = fields.Nested(StatusAnswer, required=True, data_key="from")
    to = fields.Nested(StatusAnswer, required=True)
    placed = fields.Boolean(required=True)
    notifies = fields.Nested(NotifiesAnswer, required=True)
    stock = fields.Nested(StockAnswer, required=True)
    balance = fields.Nested(DueAnswer, required=True)
    order = fields.Nested(OrderAnswer, required=True)
