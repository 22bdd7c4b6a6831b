"""The catalogue as a table: what its columns are called, in the file that goes out and in the one that comes in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import msgspec

from domain.money import amount_text
from domain.products import ProductFacts, ProductOption
from domain.shop import LOCALES
from domain.taxes import Tax, Taxes
from projections.runtime import Runtime
from projections.views.products import ProductFilters, ProductHead, list_products

NAME, PRICE = "name_", "price_"  # before a language, before a currency in small letters
NO_TAX = "none"
AT_ONCE = 1_000

_CURRENCIES = """
SELECT DISTINCT price ->> 'currency' FROM views.products, jsonb_array_elements(facts -> 'prices') AS price ORDER BY 1
"""


def written(runtime: Runtime) -> Iterator[str]:
    """The whole catalogue as CSV with a header, by SKU, some rows at a time; no connection is held between them."""
    with runtime.reading() as connection:
        currencies = [currency for (currency,) in connection.execute(_CURRENCIES)]
    names, prices = [NAME + locale for locale in LOCALES], [PRICE + currency.lower() for currency in currencies]
    rest = ["taxes", "unit", "weight", "barcode", "picture", "options", "active"]
    yield _lines([["sku", *names, *prices, *rest]])
    cursor = None
    while True:
        with runtime.reading() as connection:
            page = list_products(connection, ProductFilters(), "sku", AT_ONCE, cursor)
        yield _lines([_row(product, currencies) for product in page.items])
        if page.next is None:
            return
        cursor = page.next


def _row(product: ProductHead, currencies: Sequence[str]) -> list[str]:
    facts = msgspec.convert(product.facts, ProductFacts)
    names = {one.locale: one.name for one in facts.names}
    prices = [(facts.price(currency), currency) for currency in currencies]
    return [
        product.sku,
        *(names.get(locale, "") for locale in LOCALES),
        *("" if price is None else amount_text(price, currency) for price, currency in prices),
        taxes_text(facts.taxes),
        facts.unit,
        "" if facts.weight is None else str(facts.weight),
        facts.barcode,
        facts.picture,
        options_text(facts.options),
        "true" if product.is_active else "false",
    ]


def taxes_text(taxes: Taxes | None) -> str:
    """Taxes as a cell: `20%`, `GST 5%, QST 9.975% compound`, `none`; empty for those that the shop charges."""
    if taxes is None:
        return ""
    return ", ".join(_tax_text(tax) for tax in taxes) or NO_TAX


def options_text(options: Sequence[ProductOption]) -> str:
    """Options as a cell: `colour: blue | red; size: S | L`."""
    return "; ".join(f"{option.name}: {' | '.join(option.values)}" for option in options)


def _tax_text(tax: Tax) -> str:
    whole, fraction = divmod(tax.rate, 10_000)
    rate = f"{whole}.{fraction:04d}".rstrip("0").rstrip(".")
    return f"{tax.name} {rate}%".strip() + (" compound" if tax.compound else "")


def _lines(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
