"""The forms of customer cards over HTTP: what is asked of them, and how they are answered."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from marshmallow import fields, post_load, validate
from msgspec import Struct

from api.requests import LARGEST_VERSION
from api.schemas import PERSONAL, Body, Many, MoneyAnswer, Text, Whole
from domain import texts
from domain.customers import CHANNELS, CustomerCard
from domain.customers.card import MOST_FURTHER


class TellCard(NamedTuple):
    """What a card is to say, and why."""

    card: CustomerCard
    reason: str | None


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
    emails = Many(
        Text(254, filled=True),
        validate=validate.Length(max=MOST_FURTHER),
        metadata={"description": "Further e-mail addresses, all of them; orders billed to one find this card"},
    )
    phones = Many(
        Text(filled=True),
        validate=validate.Length(max=MOST_FURTHER),
        metadata={"description": "Further telephone numbers, all of them"},
    )
    reason = Text(texts.LINE)

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> TellCard:
        """The card, and the reason."""
        reason = facts.pop("reason", None)
        return TellCard(CustomerCard(**facts), reason)


class CustomerReasonForm(Body):
    """Why; kept in the card's history."""

    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        reason: str | None = None


class ConsentForm(CustomerReasonForm):
    """What the customer agreed to, in the words that were shown, and where."""

    channel = fields.String(validate=validate.OneOf(CHANNELS))
    proof = Text(texts.NOTE, lines=True, filled=True, required=True)
    source = Text(texts.NAME, filled=True, required=True)

    class Loaded(CustomerReasonForm.Loaded, frozen=True, kw_only=True):
        channel: str = CHANNELS[0]
        proof: str
        source: str


class MergeForm(CustomerReasonForm):
    """The card that stays, and its version on which the merge was decided."""

    into = fields.UUID(required=True)
    into_version = Whole(1, LARGEST_VERSION, required=True)

    class Loaded(CustomerReasonForm.Loaded, frozen=True, kw_only=True):
        into: UUID
        into_version: int


class WithdrawalQuery(Body):
    """Where the customer said no."""

    source = Text(texts.NAME, filled=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        source: str = "desk"


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
    proof = fields.String(required=True, allow_none=True, metadata=PERSONAL)
    at = fields.DateTime(required=True)


class RemainsAnswer(Body):
    """Something that an erasure leaves as it is, and why."""

    what = fields.String(required=True)
    why = fields.String(required=True)


class ReachAnswer(Body):
    """What forgetting a person reaches, and what stays in the clear."""

    reached = fields.List(fields.String(), required=True)
    stays = fields.List(fields.Nested(RemainsAnswer), required=True)


class ErasureAnswer(ReachAnswer):
    """A person who was forgotten: since when, what that reaches, and what stays in the clear."""

    id = fields.UUID(required=True)
    erased_at = fields.DateTime(required=True)


class CardAnswer(Body):
    """A card: its fields, empty where nothing is known, and where each came from."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    erased_at = fields.DateTime(required=True, allow_none=True)
    name = fields.String(required=True, metadata=PERSONAL)
    email = fields.String(required=True, metadata=PERSONAL)
    phone = fields.String(required=True, metadata=PERSONAL)
    company = fields.String(required=True, metadata=PERSONAL)
    vat_number = fields.String(required=True, metadata=PERSONAL)
    line1 = fields.String(required=True, metadata=PERSONAL)
    line2 = fields.String(required=True, metadata=PERSONAL)
    postcode = fields.String(required=True, metadata=PERSONAL)
    city = fields.String(required=True, metadata=PERSONAL)
    region = fields.String(required=True, metadata=PERSONAL)
    country = fields.String(required=True)
    emails = fields.List(fields.String(), required=True, metadata=PERSONAL)
    phones = fields.List(fields.String(), required=True, metadata=PERSONAL)
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
    name = fields.String(required=True, metadata=PERSONAL)
    email = fields.String(required=True, metadata=PERSONAL)
    company = fields.String(required=True, metadata=PERSONAL)
    phone = fields.String(required=True, metadata=PERSONAL)
    postcode = fields.String(required=True, metadata=PERSONAL)
    city = fields.String(required=True, metadata=PERSONAL)
    country = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    lifetime = fields.List(fields.Nested(WorthAnswer), required=True)
