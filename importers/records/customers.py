"""Customers as Shopify, WooCommerce and PrestaShop export them, or under plain names: one card per e-mail address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID, uuid5

from msgspec import Struct

from domain.addresses import Address, check_address
from domain.customers import CreateCustomer, Customer, CustomerCard, CustomerExists, TagCustomer, UpdateCustomer
from domain.emails import check_email
from domain.events import Command
from domain.texts import CODE, check_text
from importers.faults import Fault
from importers.orders import IMPORTS
from importers.reading.cells import Cells
from importers.records.intake import RecordsIntake, TellRecord, step_of


class ToldCustomer(Struct, frozen=True):
    """What a row tells of a customer."""

    card: CustomerCard
    tags: tuple[str, ...]


def _names(*parts: str) -> tuple[str, ...]:
    return tuple(name for part in parts for name in (part, f"default address {part}", f"billing {part}"))


class CustomersIntake(RecordsIntake):
    """A card for each row; one that is there is compared, or led to what the file tells (`on_change`)."""

    KIND = "customers"
    KEY = "email"
    NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "email": (
            "email", "e-mail", "email address", "user email", "billing email", "adresse e-mail", "courriel",
            "customer email",
        ),
        "name": ("name", "full name", "customer", "nom complet", "display name", "billing name"),
        "first_name": ("first name", "prénom", "billing first name", "vorname"),
        "last_name": ("last name", "nom", "billing last name", "nachname", "surname"),
        "company": (*_names("company"), "société"),
        "line1": (*_names("address1", "address 1"), "line1", "address", "street", "adresse"),
        "line2": (*_names("address2", "address 2"), "line2", "adresse 2"),
        "postcode": (*_names("zip", "postcode", "postal code"), "code postal"),
        "city": (*_names("city"), "ville"),
        "region": (*_names("province code", "province", "state", "region"),),
        "country": (*_names("country code", "country"), "country / region", "pays"),
        "phone": ("phone", *_names("phone")[1:], "telephone", "téléphone", "mobile"),
        "vat_number": ("vat number", "vat", "numéro de tva"),
        "tags": ("tags", "étiquettes"),
    }  # fmt: skip
    POINTERS: ClassVar[Mapping[str, str]] = {"emails/0": "email", "tags": "tags"}

    def normalised(self, key: str) -> str:
        """An address in small letters."""
        return key.casefold()

    def record(self, rows: Sequence[Cells]) -> ToldCustomer:
        """The card that the row tells; an empty cell says nothing."""
        [row] = rows
        email = row.required(self.named["email"])
        check_email(email, "/email")
        fields: dict[str, Any] = {
            name: self.text(row, name) for name in Address.FIELDS if name in self.named and name != "country"
        }
        if not fields.get("name"):
            fields["name"] = f"{self.text(row, 'first_name')} {self.text(row, 'last_name')}".strip()
        if "country" in self.named:
            fields["country"] = row.country(self.named["country"])
        for field in ("postcode", "phone"):
            if field in fields:
                fields[field] = fields[field].removeprefix("'")
        check_address(Address(**fields), "")
        tags = tuple(tag.strip() for tag in self.text(row, "tags").split(",") if tag.strip())
        for tag in tags:
            check_text(tag, CODE, "/tags", required=True)
        said: dict[str, Any] = {name: text for name, text in {**fields, "email": email}.items() if text}
        return ToldCustomer(CustomerCard(**said), tags)

    def lead(self, told: TellRecord) -> tuple[UUID, bool, list[Command]]:
        """A new card, or what is told beyond the one of that address."""
        record = told.record
        if not isinstance(record, ToldCustomer):
            raise Fault("not-a-customer", "This row tells of no customer.")
        customer_id = uuid5(IMPORTS, f"customer\x1femail\x1f{told.key}")
        create = CreateCustomer(customer_id=customer_id, context=step_of(told.context, "create"), card=record.card)
        tag = TagCustomer(customer_id=customer_id, context=step_of(told.context, "tag"), tags=record.tags)
        try:
            self._runtime.desk.preview(create)
        except CustomerExists as error:
            return self._changed(UUID(error.details["customer"]), told, record)
        return customer_id, False, [create, tag] if record.tags else [create]

    def _changed(self, customer_id: UUID, told: TellRecord, record: ToldCustomer) -> tuple[UUID, bool, list[Command]]:
        card = self._runtime.log.load(Customer, customer_id)
        wanted: dict[str, Any] = {name: text for name, text in record.card.given().items() if text != card.value(name)}
        wanted.pop("email", None)
        steps: list[Command] = []
        if wanted:
            change = CustomerCard(**wanted)
            steps.append(UpdateCustomer(customer_id=customer_id, context=step_of(told.context, "update"), card=change))
        if not set(record.tags) <= set(card.tags):
            context = step_of(told.context, "tag")
            steps.append(TagCustomer(customer_id=customer_id, context=context, tags=record.tags))
        return customer_id, True, steps
