"""Customer cards, made from what customers write on their orders and put right by operators."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.addresses import Address, check_address
from domain.errors import Conflict, NotFound, Rejected
from domain.events import Aggregate, Command, Erased, Event, Personal
from domain.settings import Shop

# What a mail server takes apart at all: one @ and no spaces (RFC 5321 sets 254 characters).
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,189}")
EMAIL_LIMIT = 254


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


class BadEmail(Rejected):
    """This is not an e-mail address."""

    code = "bad-email"


class CardField(Struct, frozen=True, kw_only=True):
    """A value on a card, where it came from (`billing`, `operator`, `import`) and since when."""

    value: str
    origin: str
    order_id: UUID | None
    at: datetime


class CustomerCard(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a card may say; what is None stays as it was."""

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

    def given(self) -> dict[str, str]:
        """The fields that say something."""
        return {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not None}


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
    """Make or update the card from an order's billing data."""

    order_id: UUID
    billing: Address


class EraseCustomer(CustomerCommand, frozen=True, kw_only=True):
    """Forget the person; the sums of the orders stay. A merged card is forgotten with its `survivor`."""

    survivor: UUID | None = None


class CustomerCreated(Event, frozen=True, kw_only=True):
    """A card was made."""

    TOPIC = "customer.created"

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
        for name, value in card.given().items():
            customer.fields[name] = CardField(
                value=value, origin=self.origin, order_id=self.order_id, at=self.timestamp
            )


class CustomerForgotten(Event, frozen=True, kw_only=True):
    """The person's data was erased with its key."""

    TOPIC = "customer.erased"

    def apply(self, customer: Customer) -> None:
        customer.erased_at = self.timestamp
        customer.fields = {}
        customer.consent = None
        customer.tags = ()


def normalised_email(text: str) -> str:
    """The form of an e-mail address under which one customer is known: trimmed, lower case."""
    return text.strip().lower()


def check_email(text: str, pointer: str) -> None:
    """Refuses what no mail server could take apart."""
    if len(text) > EMAIL_LIMIT or not _EMAIL.fullmatch(text.strip()):
        raise BadEmail(pointer)


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


def _update(customer: Customer, command: CustomerCommand, card: CustomerCard, origin: str, order: UUID | None) -> None:
    new = {name: value for name, value in card.given().items() if value != customer.value(name)}
    if new:
        customer.record(
            CustomerUpdated,
            command.context,
            fields=tuple(new),
            card=CustomerCard(**new),
            origin=origin,
            order_id=order,
        )


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
    card = CustomerCard(**{name: value for name, value in told.items() if name not in kept})
    _update(customer, command, card, origin, command.order_id)


def erase_customer(customer: Customer, command: EraseCustomer, shop: Shop) -> None:
    """Records that the person is forgotten; the log deletes the key in the same stroke."""
    if customer.merged_into != command.survivor:
        require_writable(customer)
    if not customer.erased_at:
        customer.record(CustomerForgotten, command.context)
