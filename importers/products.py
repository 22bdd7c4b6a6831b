"""Products of a CSV file, row by row: new ones come in, known ones are compared, or led to what the file tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.errors import DomainError
from domain.events import Command, Context
from domain.imports import Choices
from domain.money import DECIMALS, minor_units
from domain.orders.intake import Created, Known, Refused, Result, Updated
from domain.products import (
    AddProduct,
    ChangeProduct,
    Product,
    ProductFacts,
    ProductName,
    ProductOption,
    ProductPrice,
    RestoreProduct,
    RetireProduct,
    check_facts,
    product_id_of,
)
from domain.shop import LOCALES
from domain.taxes import Taxes, single
from domain.texts import CODE, check_text
from importers.faults import Fault, UnusableFile
from importers.files import Staged
from importers.mapping.line_cells import tax_of
from importers.orders import IMPORTS
from importers.reading.amounts import read_amount
from importers.reading.grouping import Group, Heads, Key
from importers.reading.rows import Row
from importers.taking import Pending, require_readable
from projections.desk.bulk import BatchHook
from projections.exports.catalogue import NAME, NO_TAX, PRICE
from projections.runtime import Runtime

# What a column may be called, in small letters; the first is the name that the errors use.
NAMES = {
    "sku": ("sku", "reference", "référence", "article"),
    "name": ("name", "product", "title", "nom", "produit"),
    "price": ("price", "unit price", "unit_price", "prix"),
    "taxes": ("taxes",),
    "tax_rate": ("tax_rate", "tax rate", "vat", "tva"),
    "unit": ("unit", "unité"),
    "weight": ("weight", "poids"),
    "barcode": ("barcode", "ean", "gtin", "code-barres"),
    "picture": ("picture", "image"),
    "options": ("options",),
    "active": ("active", "actif"),
}
_ALIASES = {alias: name for name, aliases in NAMES.items() for alias in aliases}
_PLAIN = ("unit", "barcode", "picture")
_IS_ACTIVE = {"": True, "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class TellProduct(Command, frozen=True, kw_only=True):
    """A product is so: what the file tells of it in plain cells, by column."""

    sku: str
    told: dict[str, str]


class Wanted(Struct, frozen=True):
    """What a row comes to: the product's facts, and whether it is sold."""

    facts: ProductFacts
    is_active: bool


class ProductsIntake:
    """A CSV file with a `sku`, names and prices, as the catalogue goes out; what has no column stays as it is."""

    follows: Key | None = None
    heads: Heads | None = None

    def __init__(self, header: Sequence[str], runtime: Runtime, choices: Choices, context: Context) -> None:
        """`context` is the import's: by whom, and its id."""
        self.headers = (header,)
        defaults = runtime.desk.shop().defaults
        self._names = {"name": NAME + defaults.locale, "price": PRICE + defaults.currency.lower()}
        self._places = self._found(header)
        if "sku" not in self._places:
            raise UnusableFile(f"The file has no column sku; it has {', '.join(header)[:2000]}.")
        self.columns = {name: header[place] for name, place in self._places.items()}
        names = {locale: self.columns.get(NAME + locale, "") for locale in LOCALES}
        self.columns |= {f"names/{locale}": column for locale, column in names.items()}
        self.columns |= {"names": next(filter(None, names.values()), ""), "options/values": "options"}
        self._runtime = runtime
        self._choices = choices
        self._context = context

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Each row by its SKU: one told twice is refused the second time."""
        for row in rows:
            place = self._places["sku"]
            yield Group(row.cells[place].strip() if place < len(row.cells) else "", [row])

    def pending(self, staged: Staged) -> Pending:
        """What the row tells of its product."""
        require_readable(staged.rows)
        cells = staged.rows[0].cells
        told = {name: cells[place].strip() for name, place in self._places.items()}
        sku = told.pop("sku")
        check_text(sku, CODE, "/sku", required=True)
        if staged.repeated:
            fix = "Leave one row for each SKU."
            raise Fault("duplicate-sku", "This SKU was told before.", column=self.columns["sku"], fix=fix)
        facts = self._wanted(None, told).facts
        check_facts(facts if facts.names else replace(facts, names=_UNNAMED))  # which one that is there may be
        return Pending(staged.rows, TellProduct(context=self._context_of(sku, told), sku=sku, told=told))

    def check(self, staged: Staged) -> None:
        """What is wrong with the row by itself."""
        self.pending(Staged(staged.key, staged.rows))

    def save(self, commands: Sequence[Command], beside: BatchHook) -> Sequence[Result]:
        """Decides each row in a transaction of its own; one that was decided before leads to nothing new."""
        results = [self._decided(cast("TellProduct", command)) for command in commands]
        with self._runtime.log.session() as session:
            session.begin()
            beside(session, results)
            session.commit()
        return results

    def _found(self, header: Sequence[str]) -> dict[str, int]:
        places: dict[str, int] = {}
        for place, column in enumerate(header):
            name = column.strip().lower()
            name = _ALIASES.get(name, name)
            name = self._names.get(name, name)
            if name in _ALIASES or name in _NAME_COLUMNS or name.removeprefix(PRICE).upper() in DECIMALS:
                places.setdefault(name, place)
        return places

    def _context_of(self, sku: str, told: Mapping[str, str]) -> Context:
        asked = "\x1f".join(("products", sku, *(f"{name}={value}" for name, value in told.items())))
        return replace(self._context, command_id=uuid5(IMPORTS, asked), at=datetime.now(UTC))

    def _decided(self, command: TellProduct) -> Result:
        product_id = product_id_of(command.sku)
        try:
            with self._runtime.log.session() as session:
                product = session.load_or_blank(Product, product_id)
            wanted = self._wanted(product if product.exists else None, command.told)
            steps = list(_steps(product, wanted, command))
            if product.exists and (not steps or self._choices.on_change == "report"):
                return Known(product_id, bool(steps), "", 0, 0)
            check_facts(wanted.facts)
            if not self._choices.dry_run:
                for step in steps:
                    self._runtime.desk.handle(step)
        except DomainError as error:
            return Refused(product_id, error)
        return Updated(product_id, "", 0, 0) if product.exists else Created(product_id, "", 0, 0)

    def _wanted(self, product: Product | None, told: Mapping[str, str]) -> Wanted:
        """What is known of the product, with what the row tells in its place."""
        facts = product.facts if product else ProductFacts(names=())
        changed: dict[str, Any] = {name: told[name] for name in _PLAIN if told.get(name) or (name in told and product)}
        if changed.get("unit") == "":
            del changed["unit"]
        names = {one.locale: one.name for one in facts.names}
        names |= {locale: told[NAME + locale] for locale in LOCALES if NAME + locale in told}
        prices = {one.currency: one.amount for one in facts.prices}
        for name in told:
            if name.startswith(PRICE):
                self._price(name, told[name], prices)
        if "weight" in told:
            changed["weight"] = self._weight(told["weight"])
        if "options" in told:
            changed["options"] = self._options(told["options"])
        if "taxes" in told or "tax_rate" in told:
            changed["taxes"] = self._taxes(told)
        facts = replace(
            facts,
            names=tuple(ProductName(locale, names[locale]) for locale in LOCALES if names.get(locale)),
            prices=tuple(ProductPrice(currency, prices[currency]) for currency in prices),
            **changed,
        )
        return Wanted(facts, self._is_active(told.get("active", "")))

    def _price(self, column: str, text: str, prices: dict[str, int]) -> None:
        currency = column.removeprefix(PRICE).upper()
        prices.pop(currency, None)
        if text:
            amount = read_amount(text, column=self.columns[column])
            prices[currency] = minor_units(str(amount), currency, f"/{column}")

    def _weight(self, text: str) -> int | None:
        if text and not (text.isascii() and text.isdigit() and len(text) < 12):
            raise Fault("not-a-weight", "This is no weight.", column=self.columns["weight"], fix="Write whole grams.")
        return int(text) if text else None

    def _options(self, text: str) -> tuple[ProductOption, ...]:
        options = []
        for part in text.split(";") if text else ():
            name, colon, values = part.partition(":")
            if not colon:
                fix = "Write a name and values, such as colour: blue | red, with semicolons between several."
                raise Fault("option-unreadable", "This is no option.", column=self.columns["options"], fix=fix)
            options.append(ProductOption(name.strip(), tuple(value.strip() for value in values.split("|"))))
        return tuple(options)

    def _taxes(self, told: Mapping[str, str]) -> Taxes | None:
        text = told.get("taxes", "")
        if text:
            parts = [] if text.lower() == NO_TAX else text.split(",")
            return tuple(tax_of(part.strip(), self.columns["taxes"]) for part in parts)
        rate = told.get("tax_rate", "").removesuffix("%").strip()
        if not rate:
            return None
        thousandths = read_amount(rate, ".", self.columns["tax_rate"]) * 10_000
        if thousandths % 1 or not Decimal(0) <= thousandths <= 10_000_000:
            message = "A tax rate has at most four decimals."
            raise Fault("tax-rate-too-fine", message, column=self.columns["tax_rate"])
        return single(int(thousandths))

    def _is_active(self, text: str) -> bool:
        active = _IS_ACTIVE.get(text.lower())
        if active is None:
            raise Fault("not-yes-or-no", "This is neither.", column=self.columns["active"], fix="Write true or false.")
        return active


_NAME_COLUMNS = frozenset(NAME + locale for locale in LOCALES)
_UNNAMED = (ProductName(LOCALES[0], "-"),)


def _steps(product: Product, wanted: Wanted, command: TellProduct) -> Iterator[Command]:
    """The commands that lead a product to what is told of it."""

    def context(step: str) -> Context:
        return replace(command.context, command_id=uuid5(command.context.command_id, step))

    if not product.exists:
        yield AddProduct(context=context("add"), sku=command.sku, facts=wanted.facts)
    elif wanted.facts != product.facts:
        yield ChangeProduct(context=context("change"), product_id=product.id, facts=wanted.facts)
    if product.exists and wanted.is_active and not product.is_active:
        yield RestoreProduct(context=context("restore"), product_id=product.id)
    if not wanted.is_active and (product.is_active or not product.exists):
        yield RetireProduct(context=context("retire"), product_id=product.id)
