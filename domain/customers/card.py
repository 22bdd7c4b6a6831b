"""Customer cards, made from what customers write on their orders and put right by operators."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.addresses import Address, check_address
from domain.emails import check_email, normalised_email
from domain.errors import Conflict, NotFound, Rejected
from domain.events import Aggregate, Command, Context, Erased, Event, Personal
from domain.settings import Shop
from domain.texts import NAME, check_text

# What a mail server takes apart at all: one @ and no spaces (RFC 5321 sets 254 characters).
MOST_FURTHER = 10


class CustomerNotFound(NotFound):
    """There is no such customer."""

    code = "customer-not-found"


class CustomerExists(Conflict):
    """A customer with this e-mail address has a card already: {customer}."""

    code = "customer-exists"


class CustomerErased(Rejected):
    """This customer's data was erased; nothing can be written on the card any more."""

    code = "customer-erased"


class CustomerMerged(Conflict):
    """This card is merged into {into}: write on that one, or undo the merge."""

    code = "customer-merged"


class TooManyOnCard(Rejected):
    """A card holds at most {limit} further e-mail addresses, and as many telephone numbers."""

    code = "too-many-on-card"


class CardField(Struct, frozen=True, kw_only=True):
    """A value on a card, where it came from (`billing`, `operator`, `import`) and since when."""

    value: str
    origin: str
    order_id: UUID | None
    at: datetime


class CustomerCard(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a card may say; what is None stays as it was.

    `email` and `phone` are the main ones; `emails` and `phones` are further ones, all of them where they are told.
    """

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    vat_number: str | None = None
    line1: str | None = None
    line2: str | None = None
    postcode: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    emails: tuple[str, ...] | None = None
    phones: tuple[str, ...] | None = None

    def given(self) -> dict[str, str]:
        """The fields of one text each that say something."""
        return {name: value for name in _TEXTS if (value := getattr(self, name)) is not None}


_TEXTS = tuple(name for name in CustomerCard.__struct_fields__ if name in Address.FIELDS)


class Consent(Struct, frozen=True, kw_only=True):
    """What the customer said last about marketing on a channel: since when, where it was said, and what was agreed."""

    given: bool
    channel: str
    source: str
    proof: str | Erased
    at: datetime


class Customer(Aggregate):
    """A person or company that orders."""

    TOPIC = "customer"

    def clear(self) -> None:
        self.subject = self.id
        self.fields: dict[str, CardField] = {}
        self.emails: tuple[str, ...] = ()
        self.phones: tuple[str, ...] = ()
        self.former_emails: frozenset[str] = frozenset()
        self.created_at: datetime | None = None
        self.erased_at: datetime | None = None
        self.consent: Consent | None = None
        self.tags: tuple[str, ...] = ()
        self.merged_into: UUID | None = None
        self.withdrawn = False
        self.absorbed: tuple[UUID, ...] = ()

    def value(self, name: str) -> str:
        """What the card says in one field, empty when nothing."""
        known = self.fields.get(name)
        return known.value if known else ""

    @property
    def addresses(self) -> frozenset[str]:
        """Every e-mail address of the card, normalised."""
        return frozenset(normalised_email(email) for email in (self.value("email"), *self.emails) if email)

    def corrected(self, email: str) -> str:
        """The e-mail address to write to in place of one: the card's main one, if it was corrected on the card."""
        return self.value("email") or email if normalised_email(email) in self.former_emails else email

    @property
    def address(self) -> Address:
        """The card as an address."""
        return Address(**{name: self.value(name) for name in Address.FIELDS})


class CustomerCommand(Command, frozen=True, kw_only=True):
    """Something asked of one customer's card."""

    customer_id: UUID


class CreateCustomer(CustomerCommand, frozen=True, kw_only=True):
    """Make a card by hand."""

    card: CustomerCard


class UpdateCustomer(CustomerCommand, frozen=True, kw_only=True):
    """Put a card right by hand."""

    card: CustomerCard


class TakeBillingData(CustomerCommand, frozen=True, kw_only=True):
    """Make or update the card from an order's billing data; `corrects`: its e-mail address replaces the main one."""

    order_id: UUID
    billing: Address
    corrects: bool = False


class EraseCustomer(CustomerCommand, frozen=True, kw_only=True):
    """Forget the person; the sums of the orders stay. A merged card is forgotten with its `survivor`."""

    survivor: UUID | None = None


class CustomerCreated(Event, frozen=True, kw_only=True):
    """A card was made."""

    TOPIC = "customer.created"
    BEGINS = True

    origin: str

    def apply(self, customer: Customer) -> None:
        customer.created_at = self.timestamp
        customer.withdrawn = False


class CustomerUpdated(Event, frozen=True, kw_only=True):
    """Fields of a card say something new; `origin` tells who said it, and on which order."""

    TOPIC = "customer.updated"

    fields: tuple[str, ...]
    card: Personal[CustomerCard]
    origin: str
    order_id: UUID | None = None

    def apply(self, customer: Customer) -> None:
        card = self.card
        if isinstance(card, Erased):
            return
        before = customer.addresses
        if card.emails is not None:
            customer.emails = card.emails
        if card.phones is not None:
            customer.phones = card.phones
        for name, value in card.given().items():
            customer.fields[name] = CardField(
                value=value, origin=self.origin, order_id=self.order_id, at=self.timestamp
            )
        customer.former_emails = (customer.former_emails | before) - customer.addresses


class CustomerForgotten(Event, frozen=True, kw_only=True):
    """The person's data was erased with its key."""

    TOPIC = "customer.erased"

    def apply(self, customer: Customer) -> None:
        customer.erased_at = self.timestamp
        customer.fields = {}
        customer.emails = customer.phones = ()
        customer.former_emails = frozenset()
        customer.consent = None
        customer.tags = ()


class EmailGivenOver(Event, frozen=True, kw_only=True):
    """An e-mail address that the card had given up is another card's now; mails of its orders go to its own."""

    TOPIC = "customer.email-given-over"

    email: Personal[str]
    to: UUID

    def apply(self, customer: Customer) -> None:
        """The directory leads to the other card; here it stays an address that was given up."""


def require_writable(customer: Customer, pointer: str = "") -> None:
    """Refuses to write on a card whose person was forgotten, or that is part of another."""
    if customer.erased_at:
        raise CustomerErased(pointer)
    if customer.merged_into:
        raise CustomerMerged(pointer, into=str(customer.merged_into))


def _check_card(card: CustomerCard) -> None:
    check_address(Address(**card.given()), "")
    if card.email:
        check_email(card.email, "/email")
    for index, email in enumerate(card.emails or ()):
        check_email(email, f"/emails/{index}")
    for index, phone in enumerate(card.phones or ()):
        check_text(phone, NAME, f"/phones/{index}", required=True)
    for name, told in (("emails", card.emails), ("phones", card.phones)):
        if len(told or ()) > MOST_FURTHER:
            raise TooManyOnCard(f"/{name}", limit=MOST_FURTHER)


def _update(customer: Customer, command: CustomerCommand, card: CustomerCard, origin: str, order: UUID | None) -> None:
    new: dict[str, Any] = {name: value for name, value in card.given().items() if value != customer.value(name)}
    new |= {name: told for name, told in _further(customer, card).items() if told != getattr(customer, name)}
    if new:
        customer.record(
            CustomerUpdated,
            command.context,
            fields=tuple(new),
            card=CustomerCard(**new),
            origin=origin,
            order_id=order,
        )


def _further(customer: Customer, card: CustomerCard) -> dict[str, tuple[str, ...]]:
    """The further addresses and numbers that a card is given, each once and none that is the main one."""
    further = {}
    for name, main in (("emails", "email"), ("phones", "phone")):
        told, first = getattr(card, name), getattr(card, main)
        if told is None and first is None:
            continue
        first = customer.value(main) if first is None else first
        known = getattr(customer, name) if told is None else told
        unique = {normalised_email(text): text.strip() for text in known}
        unique.pop(normalised_email(first), None)
        further[name] = tuple(unique.values())
    return further


def create_customer(customer: Customer, command: CreateCustomer, shop: Shop) -> None:
    """Makes a card by hand."""
    if customer.exists and not customer.withdrawn:
        raise CustomerExists("/email", customer=str(customer.id))
    _check_card(command.card)
    customer.record(CustomerCreated, command.context, origin="operator")
    _update(customer, command, command.card, "operator", None)


def update_customer(customer: Customer, command: UpdateCustomer, shop: Shop) -> None:
    """Puts a card right; an empty text clears a field."""
    require_writable(customer)
    _check_card(command.card)
    _update(customer, command, command.card, "operator", None)


def take_billing_data(customer: Customer, command: TakeBillingData, shop: Shop) -> None:
    """Makes or updates the card from billing data; what it leaves empty and what an operator wrote stay."""
    if customer.erased_at or customer.merged_into:
        return
    origin = "import" if command.context.import_id else "billing"
    if not customer.exists or customer.withdrawn:
        customer.record(CustomerCreated, command.context, origin=origin)
    told = {name: value for name in Address.FIELDS if (value := getattr(command.billing, name))}
    kept = {name for name, field in customer.fields.items() if field.origin == "operator"}
    email = told.get("email", "")
    if command.corrects:
        kept.discard("email")
    elif customer.value("email") and normalised_email(email) != normalised_email(customer.value("email")):
        told.pop("email", None)
    is_new = bool(email) and normalised_email(email) not in customer.former_emails
    adds = is_new and "email" not in told and len(customer.emails) < MOST_FURTHER
    further = (*customer.emails, email) if adds else None
    card = CustomerCard(**{name: value for name, value in told.items() if name not in kept}, emails=further)
    _update(customer, command, card, origin, command.order_id)


def give_over_email(customer: Customer, email: str, to: UUID, context: Context) -> None:
    """Lets another card have an address that this one gave up; raises `CustomerExists` where it is still its own."""
    if email not in customer.former_emails:
        raise CustomerExists("/email", customer=str(customer.id))
    customer.record(EmailGivenOver, context, email=email, to=to)


def erase_customer(customer: Customer, command: EraseCustomer, shop: Shop) -> None:
    """Records that the person is forgotten; the log deletes the key in the same stroke."""
    if customer.merged_into != command.survivor:
        require_writable(customer)
    if not customer.erased_at:
        customer.record(CustomerForgotten, command.context)
