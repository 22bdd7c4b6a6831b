"""The catalogue: what a shop sells, by SKU; what an order takes from it is copied, and stays as it was."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID, uuid5

from msgspec import Struct

from domain.errors import Conflict, NotFound, Rejected
from domain.events import Aggregate, Command, Event
from domain.money import decimals
from domain.orders.lines import LARGEST, AmountOutOfBounds
from domain.settings import Shop
from domain.shop import LOCALES, UnknownLocale
from domain.taxes import Taxes, check_taxes
from domain.texts import CODE, LINE, NAME, check_text
from domain.units import PIECE, unit_of

NAMESPACE = UUID("0b6c1c1e-58d5-5b0a-9d55-7a1f0f4b6c22")
MAX_PRICES = 20
MAX_OPTIONS = 20
MAX_VALUES = 100
MAX_WEIGHT = 10**9  # grams

_BARCODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\- ]{2,47}")
_PICTURE = re.compile(r"https://[^\s\"'<>\\]+")


class ProductNotFound(NotFound):
    """There is no such product."""

    code = "product-not-found"


class ProductExists(Conflict):
    """Product {sku} exists already, with other facts."""

    code = "product-exists"


class ProductUnknown(Rejected):
    """There is no product {sku} in the catalogue: tell the line's name and price."""

    code = "unknown-product"


class ProductRetiredFromSale(Rejected):
    """Product {sku} is no longer sold: tell the line's name and price, or bring it back."""

    code = "product-retired"


class PriceMissing(Rejected):
    """Product {sku} has no price in {currency}: tell the line's price."""

    code = "no-price-in-currency"


class NameMissing(Rejected):
    """A product has a name in at least one language, one in each."""

    code = "product-name-missing"


class PriceTwice(Rejected):
    """A product has one price in each currency, in {limit} at most."""

    code = "product-price-twice"


class WrongBarcode(Rejected):
    """A barcode has 3 to 48 letters and digits."""

    code = "wrong-barcode"


class WrongPicture(Rejected):
    """A picture is told by its address, which begins with https://."""

    code = "wrong-picture"


class WrongWeight(Rejected):
    """A weight is told in grams, up to {limit}."""

    code = "wrong-weight"


class WrongOptions(Rejected):
    """A product has at most {limit} options, each by another name, with values to choose from."""

    code = "wrong-options"


class ProductName(Struct, frozen=True):
    """What it is called in a language."""

    locale: str
    name: str


class ProductPrice(Struct, frozen=True):
    """What one unit costs in a currency, in its minor units; with or without tax as the shop's prices are."""

    currency: str
    amount: int


class ProductOption(Struct, frozen=True):
    """What can be chosen, such as `colour`, and of what."""

    name: str
    values: tuple[str, ...]


class ProductFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a product. `taxes` None: those the shop charges; `weight` is in grams.

    `picture` is the address of one; it is never fetched by the server.
    """

    names: tuple[ProductName, ...]
    prices: tuple[ProductPrice, ...] = ()
    options: tuple[ProductOption, ...] = ()
    taxes: Taxes | None = None
    unit: str = PIECE.code
    weight: int | None = None
    barcode: str = ""
    picture: str = ""

    def name(self, locale: str) -> str:
        """Its name in a language, or in the first one that it has."""
        return next((one.name for one in self.names if one.locale == locale), self.names[0].name)

    def price(self, currency: str) -> int | None:
        """What one unit costs in a currency; None where that is not told."""
        return next((one.amount for one in self.prices if one.currency == currency), None)


NOTHING = ProductFacts(names=(ProductName("en", ""),))


class Product(Aggregate):
    """Something that is sold under a SKU."""

    TOPIC = "product"

    def clear(self) -> None:
        self.sku = ""
        self.facts = NOTHING
        self.is_active = True
        self.created_at: datetime | None = None

    def known_as(self) -> str:
        """Its SKU."""
        return self.sku


def product_id_of(sku: str) -> UUID:
    """The id that belongs to a SKU."""
    return uuid5(NAMESPACE, sku)


class AddProduct(Command, frozen=True, kw_only=True):
    """Take a product into the catalogue."""

    sku: str
    facts: ProductFacts

    @property
    def product_id(self) -> UUID:
        """The id that belongs to the SKU."""
        return product_id_of(self.sku)


class ProductCommand(Command, frozen=True, kw_only=True):
    """Something asked of one product."""

    product_id: UUID


class ChangeProduct(ProductCommand, frozen=True, kw_only=True):
    """Tell other facts of a product, all of them; orders keep what they took."""

    facts: ProductFacts


class RetireProduct(ProductCommand, frozen=True, kw_only=True):
    """Sell a product no longer."""


class RestoreProduct(ProductCommand, frozen=True, kw_only=True):
    """Sell a retired product again."""


class ProductAdded(Event, frozen=True, kw_only=True):
    """A product came into the catalogue."""

    TOPIC = "product.added"
    BEGINS = True

    sku: str
    facts: ProductFacts

    def apply(self, product: Product) -> None:
        product.sku = self.sku
        product.facts = self.facts
        product.created_at = self.timestamp


class ProductChanged(Event, frozen=True, kw_only=True):
    """Other facts hold for a product."""

    TOPIC = "product.changed"

    facts: ProductFacts
    was: ProductFacts

    def apply(self, product: Product) -> None:
        product.facts = self.facts


class ProductRetired(Event, frozen=True, kw_only=True):
    """A product is no longer sold."""

    TOPIC = "product.retired"

    def apply(self, product: Product) -> None:
        product.is_active = False


class ProductRestored(Event, frozen=True, kw_only=True):
    """A retired product is sold again."""

    TOPIC = "product.restored"

    def apply(self, product: Product) -> None:
        product.is_active = True


def check_facts(facts: ProductFacts) -> None:
    """Refuses what no catalogue may hold."""
    _check_names(facts.names)
    _check_prices(facts.prices)
    _check_options(facts.options)
    check_taxes(facts.taxes or (), "/")
    unit_of(facts.unit, "/unit")
    if facts.weight is not None and not 0 <= facts.weight <= MAX_WEIGHT:
        raise WrongWeight("/weight", limit=MAX_WEIGHT)
    if facts.barcode and not _BARCODE.fullmatch(facts.barcode):
        raise WrongBarcode("/barcode")
    if facts.picture:
        check_text(facts.picture, LINE, "/picture")
        if not _PICTURE.fullmatch(facts.picture):
            raise WrongPicture("/picture")


def _check_names(names: tuple[ProductName, ...]) -> None:
    if not names or len({one.locale for one in names}) < len(names):
        raise NameMissing("/names")
    for one in names:
        if one.locale not in LOCALES:
            raise UnknownLocale("/names", locale=one.locale)
        check_text(one.name, NAME, f"/names/{one.locale}", required=True)


def _check_prices(prices: tuple[ProductPrice, ...]) -> None:
    if len({one.currency for one in prices}) < len(prices) or len(prices) > MAX_PRICES:
        raise PriceTwice("/prices", limit=MAX_PRICES)
    for index, one in enumerate(prices):
        decimals(one.currency)
        if not 0 <= one.amount <= LARGEST:
            raise AmountOutOfBounds(f"/prices/{index}/amount", limit=LARGEST)


def _check_options(options: tuple[ProductOption, ...]) -> None:
    names = {one.name for one in options}
    if len(names) < len(options) or len(options) > MAX_OPTIONS:
        raise WrongOptions("/options", limit=MAX_OPTIONS)
    for index, option in enumerate(options):
        check_text(option.name, CODE, f"/options/{index}/name", required=True)
        if not 0 < len(option.values) <= MAX_VALUES:
            raise WrongOptions(f"/options/{index}/values", limit=MAX_OPTIONS)
        for value in option.values:
            check_text(value, NAME, f"/options/{index}/values", required=True)


def _require(product: Product) -> None:
    if not product.exists:
        raise ProductNotFound


def add_product(product: Product, command: AddProduct, shop: Shop) -> None:
    """Takes the product in; the same SKU with other facts is a conflict."""
    check_text(command.sku, CODE, "/sku", required=True)
    check_facts(command.facts)
    if not product.exists:
        product.record(ProductAdded, command.context, sku=command.sku, facts=command.facts)
    elif command.facts != product.facts:
        raise ProductExists("/sku", sku=command.sku)


def change_product(product: Product, command: ChangeProduct, shop: Shop) -> None:
    """Tells other facts of the product."""
    _require(product)
    check_facts(command.facts)
    if command.facts != product.facts:
        product.record(ProductChanged, command.context, facts=command.facts, was=product.facts)


def retire_product(product: Product, command: RetireProduct, shop: Shop) -> None:
    """Sells it no longer; carts that hold it keep it."""
    _require(product)
    if product.is_active:
        product.record(ProductRetired, command.context)


def restore_product(product: Product, command: RestoreProduct, shop: Shop) -> None:
    """Sells it again."""
    _require(product)
    if not product.is_active:
        product.record(ProductRestored, command.context)


EVENTS: tuple[type[Event], ...] = (ProductAdded, ProductChanged, ProductRetired, ProductRestored)

HANDLERS = {
    AddProduct: add_product,
    ChangeProduct: change_product,
    RetireProduct: retire_product,
    RestoreProduct: restore_product,
}
