"""The forms of customer cards over HTTP: what is asked of them, and how they are answered."""

from __future__ import annotations

from marshmallow import fields, validate

from api.requests import LARGEST_VERSION
from api.schemas import Body, MoneyAnswer, Text, Whole
from domain import texts
from domain.customers import CHANNELS


class CardForm(Body):
    """What a card says; what is left out stays, an empty text clears."""

    name = Text()
    email = Text(254)
    phone = Text()
    company = Text()
    vat_number = Text()
    line1 = Text(texts.LINE)
    line2 = Text(texts.LINE)
    postcode = Text()
    city = Text()
    region = Text()
    country = Text(2, metadata={"description": "ISO 3166-1 alpha-2"})


class ConsentForm(Body):
    """What the customer agreed to, in the words that were shown, and where."""

    channel = fields.String(validate=validate.OneOf(CHANNELS))
    proof = Text(texts.NOTE, lines=True, filled=True, required=True)
    source = Text(texts.NAME, filled=True, required=True)


class MergeForm(Body):
    """The card that stays, and its version on which the merge was decided."""

    into = fields.UUID(required=True)
    into_version = Whole(1, LARGEST_VERSION, required=True)


class WithdrawalQuery(Body):
    """Where the customer said no."""

    source = Text(texts.NAME, filled=True)


class OriginAnswer(Body):
    """Where a field of a card came from: `billing` data of an order, an `operator`, an `import`."""

    origin = fields.String(required=True, validate=validate.OneOf(("billing", "operator", "import")))
    order_id = fields.UUID(required=True, allow_none=True)
    at = fields.DateTime(required=True)


class ConsentAnswer(Body):
    """What the customer said last about marketing; no proof where none is needed or the person was forgotten."""

    given = fields.Boolean(required=True)
    channel = fields.String(required=True)
    source = fields.String(required=True)
    proof = fields.String(required=True, allow_none=True)
    at = fields.DateTime(required=True)


class CardAnswer(Body):
    """A card: its fields, empty where nothing is known, and where each came from."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    erased_at = fields.DateTime(required=True, allow_none=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    phone = fields.String(required=True)
    company = fields.String(required=True)
    vat_number = fields.String(required=True)
    line1 = fields.String(required=True)
    line2 = fields.String(required=True)
    postcode = fields.String(required=True)
    city = fields.String(required=True)
    region = fields.String(required=True)
    country = fields.String(required=True)
    origins = fields.Dict(fields.String(), fields.Nested(OriginAnswer), required=True)
    tags = fields.List(fields.String(), required=True)
    merged_into = fields.UUID(required=True, allow_none=True)
    absorbed = fields.List(fields.UUID(), required=True)
    consent = fields.Nested(ConsentAnswer, required=True, allow_none=True)


class WorthAnswer(Body):
    """What the orders in one currency come to: those placed and not cancelled, paid less refunded."""

    orders = fields.Integer(required=True)
    worth = fields.Nested(MoneyAnswer, required=True)
    last_order_at = fields.DateTime(required=True)


class CardWithWorthAnswer(CardAnswer):
    """A card, and what its orders come to in each currency; null while that is being worked out anew."""

    lifetime = fields.List(fields.Nested(WorthAnswer), required=True, allow_none=True)


class CardRowAnswer(Body):
    """A card as the list shows it."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    company = fields.String(required=True)
    phone = fields.String(required=True)
    postcode = fields.String(required=True)
    city = fields.String(required=True)
    country = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    lifetime = fields.List(fields.Nested(WorthAnswer), required=True)
