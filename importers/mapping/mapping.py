"""A mapping: a TOML file that says which column of a CSV file holds what, and how its cells are to be read.

`maps/online_retail.toml` is an example of nearly all of it. Every key but `source`, `columns.number` and
`columns.created_at` may be left out; a key that is not known is refused by its name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import re2
from msgspec import Struct

from domain.addresses import COUNTRIES
from domain.converting import converter
from domain.errors import DomainError
from domain.money import decimals
from domain.statuses import COMPLETED, STAGES
from importers.faults import UnusableFile
from importers.reading.dates import zone_named
from importers.reading.patterns import MOST_CHARACTERS, BadPattern, compiled

PaymentStanding = Literal["paid", "unpaid", "refunded", "partially_paid", "partially_refunded", "authorized"]
PAYMENT_STANDINGS: tuple[PaymentStanding, ...] = get_args(PaymentStanding)
Fulfilment = Literal["fulfilled", "partial", "unfulfilled"]
FULFILMENTS: tuple[Fulfilment, ...] = get_args(Fulfilment)

MAPS = Path(__file__).with_name("maps")
MOST_PARTS = 16  # of a key: what reads TOML takes time by the square of them
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_ENDLESS_KEY = re2.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART}){{{MOST_PARTS}}}")


Summed = Literal["discount", "shipping_charge", "shipping_discount", "shipping_tax", "tax", "paid", "refunded"]


class AddressColumns(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The columns of an address; `country` may hold codes or names, and a name may stand in two columns."""

    name: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    vat_number: str = ""


class OrderColumns(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The columns of orders and their lines; rows that say the same `external_id` (or `number`) are one order.

    `paid` and `refunded` are amounts, `tax_rate`, `discount_percent` and `line_discount_percent` are percentages,
    `tax`, `line_tax` and `shipping_tax` amounts of tax, `tags` are separated by commas. `line_total` is what all units
    of a line cost before its discount; it counts where no `unit_price` is told. `created_time` is the time of day of
    `created_at`. `taxes`, `options` and `unit` are told as exports of lines have them. A file without `quantity` sells
    one of each; a file without `name` and `sku` has orders without lines.
    """

    number: str
    created_at: str
    created_time: str = ""
    external_id: str = ""
    currency: str = ""
    status: str = ""
    payment_status: str = ""
    fulfilment_status: str = ""
    total: str = ""
    tax: str = ""
    discount: str = ""
    discount_percent: str = ""
    coupon: str = ""
    shipping_charge: str = ""
    shipping_discount: str = ""
    shipping_tax: str = ""
    paid: str = ""
    paid_at: str = ""
    refunded: str = ""
    shipped_at: str = ""
    carrier: str = ""
    tracking_code: str = ""
    payment_method: str = ""
    shipping_method: str = ""
    channel: str = ""
    operator: str = ""
    tags: str = ""
    note: str = ""
    customer_id: str = ""
    customer_name: str = ""
    customer_first_name: str = ""
    customer_last_name: str = ""
    customer_email: str = ""
    sku: str = ""
    name: str = ""
    quantity: str = ""
    unit_price: str = ""
    line_total: str = ""
    line_discount: str = ""
    line_discount_percent: str = ""
    line_tax: str = ""
    tax_rate: str = ""
    taxes: str = ""
    exemption: str = ""
    unit: str = ""
    options: str = ""
    billing: AddressColumns = AddressColumns()
    shipping: AddressColumns = AddressColumns()

    def named(self) -> dict[str, str]:
        """Every column that is told, by the name of what it holds (`billing/city` for those of addresses)."""
        told = {}
        for field in self.__struct_fields__:
            value = getattr(self, field)
            if isinstance(value, AddressColumns):
                told.update({f"{field}/{part}": getattr(value, part) for part in value.__struct_fields__})
            else:
                told[field] = value
        return {field: column for field, column in told.items() if column}


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with an order all of whose rows match: `when` names columns' fields with a regular expression each.

    `refuse` puts its rows into the error report with the rule's words. `credit_note` makes an order of the goods that
    came back: positive quantities, paid, refunded in full and cancelled.
    """

    when: dict[str, str]
    then: Literal["refuse", "credit_note"]
    code: str = "refused-by-rule"
    message: str = "A rule of the mapping refuses this order."
    fix: str = "Leave it out, or change the rule."


class CsvMapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one kind of CSV file is read.

    `rows` says whether an order's rows follow each other or lie all over the file. `currency`, `timezone` and `stage`
    hold for orders that tell none; `paid` says whether orders without a paid amount are paid in full. `statuses`
    leads from a status's text to a stage, `payments` from the text of `payment_status` (of `status` in a file without
    such a column) to what it says of the money where no amount does, `fulfilments` from the text of `fulfilment_status`
    to what was sent, `countries` from a country's name to its code, `nothing` from a column to the texts that mean an
    empty cell. Of the fields in `summed` each row of an order tells a part. `amounts` may be whole
    numbers of the currency's smallest unit, `discounts` may be told as what they
    take off, below zero, and rows of a negative quantity may be returns: goods of the same order that came back, and
    their money with them.
    """

    source: str
    columns: OrderColumns
    rows: Literal["together", "scattered"] = "together"
    currency: str = ""
    timezone: str = ""
    date_format: str = ""
    decimal: Literal["", ".", ","] = ""
    amounts: Literal["major", "minor"] = "major"
    summed: tuple[Summed, ...] = ()
    discounts: Literal["positive", "negative"] = "positive"
    negative_quantities: Literal["refuse", "returns"] = "refuse"
    prices_include_tax: bool = True
    stage: str = COMPLETED
    paid: bool = False
    statuses: dict[str, str] = {}
    payments: dict[str, PaymentStanding] = {}
    fulfilments: dict[str, Fulfilment] = {}
    countries: dict[str, str] = {}
    nothing: dict[str, tuple[str, ...]] = {}
    rules: tuple[Rule, ...] = ()


# Every field that a column may be read as, as `OrderColumns.named` calls them.
FIELDS: tuple[str, ...] = (
    *(field for field in OrderColumns.__struct_fields__ if field not in ("billing", "shipping")),
    *(f"{kind}/{part}" for kind in ("billing", "shipping") for part in AddressColumns.__struct_fields__),
)

_converted: Callable[[Any], CsvMapping] = converter(CsvMapping)


def read_mapping(path: Path) -> CsvMapping:
    """The mapping in a TOML file, or the one of that name that comes with Carnet; raises `UnusableFile`."""
    own = MAPS / f"{path}.toml"
    file = own if not path.exists() and own.parent == MAPS and own.is_file() else path
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        known = ", ".join(sorted(own.stem for own in MAPS.glob("*.toml")))
        raise UnusableFile(
            f"There is no mapping {path.name}: no file, and none saved under that name. Those that come along: {known}."
        ) from None
    except UnicodeDecodeError as error:
        raise UnusableFile(f"The mapping {path.name} cannot be used: {error}.") from None
    return parsed_mapping(text, path.name)


def parsed_mapping(text: str, name: str) -> CsvMapping:
    """The mapping that a TOML text is; raises `UnusableFile`, which calls it by this name."""
    if _ENDLESS_KEY.search(text):
        raise UnusableFile(f"The mapping {name} cannot be used: a key has more than {MOST_PARTS} parts.")
    try:
        mapping = _converted(tomllib.loads(text))
    except (ValueError, RecursionError) as error:  # of TOML, of what it says, or a number without end
        raise UnusableFile(f"The mapping {name} cannot be used: {error}.") from None
    if wrong := _wrong(mapping):
        raise UnusableFile(f"The mapping {name} cannot be used: {wrong}.")
    return mapping


def columns_of(mapping: CsvMapping) -> tuple[str, ...]:
    """The columns of a file that a mapping speaks of, each once."""
    return tuple(dict.fromkeys((*mapping.columns.named().values(), *mapping.nothing)))


def _wrong(mapping: CsvMapping) -> str:
    """What is wrong with the values of a mapping, empty when nothing is."""
    for stage in (mapping.stage, *mapping.statuses.values()):
        if stage not in STAGES:
            return f"there is no stage {stage!r}, only {', '.join(STAGES)}"
    if mapping.payments and not (mapping.columns.payment_status or mapping.columns.status):
        return "[payments] explains texts of payment_status or status, and neither is a column of [columns]"
    if mapping.fulfilments and not mapping.columns.fulfilment_status:
        return "[fulfilments] explains texts of fulfilment_status, which is no column of [columns]"
    for code in mapping.countries.values():
        if code and code not in COUNTRIES:
            return f"{code!r} is no ISO 3166-1 alpha-2 country code"
    if mapping.timezone:
        zone_named(mapping.timezone)
    try:
        if mapping.currency:
            decimals(mapping.currency)
    except DomainError as error:
        return str(error).rstrip(".")
    return next((wrong for rule in mapping.rules if (wrong := _wrong_rule(rule, mapping.columns.named()))), "")


def _wrong_rule(rule: Rule, named: dict[str, str]) -> str:
    if not rule.when:
        return "a rule has no conditions"
    for field, pattern in rule.when.items():
        if field not in named:
            return f"a rule speaks of {field!r}, which is no column of [columns]"
        try:
            compiled(pattern)
        except BadPattern as error:
            return f"the pattern {pattern[:MOST_CHARACTERS]!r} of a rule is broken: {error}"
    return ""
