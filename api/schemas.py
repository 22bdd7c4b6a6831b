"""The forms that every resource shares: bounded text, money, addresses, problems, and the base of all bodies."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, ClassVar, NamedTuple

from marshmallow import RAISE, Schema, ValidationError, fields, missing, post_load, validate, validates_schema
from marshmallow.decorators import PRE_LOAD, VALIDATES, VALIDATES_SCHEMA
from msgspec import Struct

from api.problems import CodedMessage, plain_sentence
from domain import texts
from domain.addresses import Address
from domain.errors import DomainError
from domain.money import amount_text, minor_units

MOST_CHOICES = 50  # of one parameter that repeats

# Marks a field of an answer that tells of a person, and one of a query that searches by such; of a sort, the choices
# that do. It stands in the API's description too.
MARK = "x-personal"
PERSONAL = {MARK: True}


def _refuse(error: DomainError) -> ValidationError:
    """A rule of the domain said as a complaint about the field."""
    return ValidationError([CodedMessage(plain_sentence(error), error.code)])


class Body(Schema):
    """What a request carries; a field that is not known is refused.

    What it holds becomes a `Loaded`, the form's own struct, whose fields are named as the form's. A JSON object without
    fault is read in one pass over what it holds. Any other is read again as the library does it, field by field of the
    form, which finds every fault and names it.
    """

    Loaded: ClassVar[type[Any]]

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        given = self.load_fields.items()
        self._required = {name for name, field in given if field.required}
        self._simple = not any(self._hooks[hook] for hook in (PRE_LOAD, VALIDATES, VALIDATES_SCHEMA)) and all(
            field.load_default is missing and field.attribute is None and field.data_key is None for _, field in given
        )

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Any:
        """The struct of fields that are each without fault; raises `ValidationError` where they do not go together."""
        return self.Loaded(**facts)

    def load(self, data: Any, *, many: bool | None = None, partial: Any = None, unknown: Any = None) -> Any:
        """What a body says; raises `ValidationError` with every fault of it."""
        if self._simple and type(data) is dict and not (many or self.many or partial) and unknown in (None, RAISE):
            with suppress(ValidationError, KeyError):
                return self._read(data)
        return super().load(data, many=many, partial=partial, unknown=unknown)

    def _read(self, data: dict[str, Any]) -> Any:
        """One pass; raises `KeyError` for a field too many or too few, and the first fault of a value."""
        facts = {name: self.load_fields[name].deserialize(value, name, data) for name, value in data.items()}
        if not self._required <= facts.keys():
            raise KeyError
        return self.made(facts)


class CodedForm(Body):
    """A part of the shop's set-up; its code stands in the address that it is sent to."""

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Any:
        """The part, whose code is still to be filled in."""
        return self.Loaded(code="", **facts)


class Text(fields.String):
    """Text of a bounded length without control characters; line breaks only where `lines` says so."""

    def __init__(self, limit: int = texts.NAME, *, lines: bool = False, filled: bool = False, **options: Any) -> None:
        length = {"maxLength": limit} | ({"minLength": 1} if filled else {})
        options["metadata"] = length | options.get("metadata", {})
        super().__init__(**options)
        self.limit, self.lines, self.filled = limit, lines, filled

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **options: Any) -> Any:
        """The text as it was sent; what is no text, or has rules of its own besides, goes the library's way."""
        if type(value) is str and not self.validators:
            return self._checked(value)
        return super().deserialize(value, attr, data, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        return self._checked(str(super()._deserialize(value, attr, data, **options)))

    def _checked(self, text: str) -> str:
        try:
            texts.check_text(text, self.limit, "", required=self.filled, lines=self.lines)
        except DomainError as error:
            raise _refuse(error) from None
        return text


class Code(Text):
    """A short code, SKU or number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(texts.CODE, filled=True, **options)


class Whole(fields.Integer):
    """A whole number in its bounds; neither 1.0 nor "1" is one."""

    def __init__(self, lowest: int, highest: int, **options: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=lowest, max=highest), **options)

    def _validated(self, value: Any) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class ByName(fields.Dict):
    """Values under names of the caller's choice; what is wrong with one is pointed at under its name alone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **options)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            messages = {name: wrong.get("value", wrong.get("key")) for name, wrong in error.messages.items()}
            raise ValidationError(messages) from None


class Flag(fields.Boolean):
    """True or false; neither 1 nor "yes" is."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Many(fields.List[Any]):
    """Several values, in their order; a tuple inside."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **options))


class Choices(fields.List[Any]):
    """Values of which any one will do: a parameter of a query that repeats, in JSON a list, or one value by itself."""

    def __init__(self, inner: fields.Field[Any], **options: Any) -> None:
        about = {"description": "Repeats: any of them will do"} | options.pop("metadata", {})
        super().__init__(inner, validate=validate.Length(min=1, max=MOST_CHOICES), metadata=about, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        values = super()._deserialize([value] if isinstance(value, str) else value, attr, data, **options)
        return tuple(dict.fromkeys(values))


class Count(fields.Integer):
    """A whole number in a query string, in its bounds."""

    def __init__(self, lowest: int, highest: int, **options: Any) -> None:
        super().__init__(validate=validate.Range(min=lowest, max=highest), **options)

    def _validated(self, value: Any) -> Any:
        if not isinstance(value, str) or len(value) > 20 or not value.isascii() or not value.lstrip("-").isdigit():
            raise self.make_error("invalid", input=value)
        return int(value)


class Money(NamedTuple):
    """An amount in minor units and its currency."""

    minor: int
    currency: str


def minor_of(amount: Money | None) -> int | None:
    """An amount in minor units; None where none is told."""
    return None if amount is None else amount.minor


class MoneyForm(Body):
    """An amount as text with exactly the currency's decimals."""

    amount = Text(required=True, metadata={"example": "129.90", "pattern": r"^-?\d{1,13}(\.\d{2,3})?$"})
    currency = Text(required=True, metadata={"example": "EUR", "description": "ISO 4217"})

    Loaded = Money

    @post_load
    def made(self, facts: dict[str, str], **_: Any) -> Money:
        """The amount in minor units."""
        try:
            return Money(minor_units(facts["amount"], facts["currency"]), facts["currency"])
        except DomainError as error:
            place = "currency" if error.code == "unknown-currency" else "amount"
            raise ValidationError({place: [CodedMessage(plain_sentence(error), error.code)]}) from None


class MoneyAnswer(Body):
    """An amount as the API tells it, with exactly the currency's decimals."""

    amount = fields.String(required=True, metadata={"example": "129.90", "pattern": r"^-?\d+(\.\d{2,3})?$"})
    currency = fields.String(required=True, metadata={"example": "EUR", "description": "ISO 4217"})


class AddressForm(Body):
    """A postal address; what is left out is empty."""

    name = Text()
    company = Text()
    line1 = Text(texts.LINE)
    line2 = Text(texts.LINE)
    postcode = Text()
    city = Text()
    region = Text()
    country = Text(2, metadata={"description": "ISO 3166-1 alpha-2", "example": "FR"})
    phone = Text()
    email = Text()
    vat_number = Text()

    Loaded = Address


class WholeAddressForm(AddressForm):
    """An address that takes the former one's place: what is left out becomes empty, but something of it is told."""

    @validates_schema
    def require_some(self, facts: dict[str, str], **_: Any) -> None:
        """Refuses a body without any part of an address, which would empty the former one."""
        if not facts.keys() & Address.FIELDS:
            rule = f"Tell the address, all of it: {', '.join(Address.FIELDS)}; what is left out becomes empty."
            raise ValidationError([CodedMessage(rule, "address-missing")])


class FieldProblem(Schema):
    """One field at fault: where it stands, the rule it breaks and a sentence."""

    pointer = fields.String(metadata={"description": "JSON pointer into the body", "example": "/items/0/quantity"})
    parameter = fields.String(metadata={"description": "Name in the query string"})
    code = fields.String(required=True, metadata={"example": "not-an-integer"})
    detail = fields.String(required=True)


class ProblemForm(Schema):
    """Why a request was refused (RFC 9457)."""

    type = fields.String(required=True, metadata={"example": "/problems/invalid-fields"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True, metadata={"description": "The request's id, as in X-Request-Id"})
    errors = fields.List(fields.Nested(FieldProblem))
    details = fields.Dict(metadata={"description": "Ids and figures of the refusal"})


def shown_once() -> fields.Boolean:
    """The field beside a secret that says whether it was shown before, and therefore is not again."""
    about = "True where this repeats an answer: the secret was in the first one alone, and is null here"
    return fields.Boolean(required=True, metadata={"description": about})


class PageQuery(Body):
    """How much of a list, and from where on."""

    limit = Count(1, 10_000, metadata={"description": "Most items on the page"})
    cursor = Text(1000, filled=True, metadata={"description": "`next` of the page before"})

    class Loaded(Struct, frozen=True, kw_only=True):
        limit: int | None = None
        cursor: str | None = None


class CountAnswer(Body):
    """How many items there are on all pages."""

    value = fields.Integer(required=True)
    exact = fields.Boolean(required=True)


@cache
def page_form(item: type[Schema], *, counted: bool = False) -> Schema:
    """The form of one page of a list: its items and the cursor of the next page, null on the last.

    `counted`: the list tells how many items there are when it is asked.
    """
    name = item.__name__.removesuffix("Form") + "PageForm"
    parts: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": fields.String(required=True, allow_none=True),
    }
    if counted:
        parts["count"] = fields.Nested(CountAnswer)
    return Schema.from_dict(parts, name=name)()


@lru_cache(maxsize=8192)
def money(minor: int, currency: str) -> Mapping[str, str]:
    """An amount as the API shows it: `{"amount": "129.90", "currency": "EUR"}`."""
    return {"amount": amount_text(minor, currency), "currency": currency}


def address(value: Address) -> dict[str, str]:
    """An address as the API shows it: every field, empty where nothing is known."""
    return {field: getattr(value, field) for field in Address.FIELDS}


def instant(at: datetime | None) -> str | None:
    """An instant in UTC (RFC 3339), or null."""
    if at is None:
        return None
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat()[: -len("+00:00")] + "Z"
