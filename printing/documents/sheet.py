"""The parts of a document, ready to be set, and what all documents share: head, parties, facts, sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple, replace

from domain.addresses import Address
from domain.events import Erased
from domain.labels import label_in
from domain.orders.order import Item, Order
from domain.pricing import TaxShare
from domain.shop import Logo, Shop
from printing.documents.characters import missing
from printing.documents.legal import footer_of, identity_of
from printing.documents.shaping import han_of
from printing.documents.typefaces import HONG_KONG, JAPANESE, KOREAN, SIMPLIFIED, TRADITIONAL
from printing.documents.words import Words

DAWN = datetime(1970, 1, 1, tzinfo=UTC)
_HAN = {
    "CN": SIMPLIFIED, "SG": SIMPLIFIED, "TW": TRADITIONAL, "HK": HONG_KONG, "MO": HONG_KONG, "KR": KOREAN,
    "JP": JAPANESE,
}  # fmt: skip


class Line(Struct, frozen=True, kw_only=True):
    """A line as it is set; `cells` stand under the columns after the name, `value` adds to what is carried."""

    name: str
    detail: str = ""
    cells: tuple[str, ...] = ()
    value: int = 0


class Figure(Struct, frozen=True, kw_only=True):
    """A figure under the lines; a `strong` one is the one that is looked for."""

    label: str
    value: str
    strong: bool = False


class Party(Struct, frozen=True, kw_only=True):
    """Somebody's name and address under a label; `names` are who it is."""

    label: str
    lines: tuple[str, ...]
    names: tuple[str, ...] = ()


class Sheet(Struct, frozen=True, kw_only=True):
    """One document, ready to be set. `at` is the instant it is of, `code` what its bar code says, `qr` its QR code.

    `lacking` tells that characters of it are written by their numbers, since no typeface has them; `han` is the
    language in whose way Han characters are drawn where their own text does not tell.
    """

    kind: str
    locale: str
    currency: str
    at: datetime
    title: str
    number: str
    code: str
    seller: Party
    logo: Logo | None
    facts: tuple[tuple[str, str], ...]
    parties: tuple[Party, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    figures: tuple[Figure, ...] = ()
    taxes: tuple[tuple[str, str, str], ...] = ()
    tax_head: str = ""
    banner: str = ""
    remark: str = ""
    small_print: tuple[str, ...] = ()
    lacking: str = ""
    footer: tuple[str, ...] = ()
    qr: str = ""
    qr_caption: str = ""
    han: str = JAPANESE


def in_its_han(sheet: Sheet, order: Order) -> Sheet:
    """The document with the language of its Han characters: that of any text that tells, else of the country."""
    ship, bill = order.shipping_address, order.billing_address
    countries = [one.country for one in (ship, bill) if isinstance(one, Address)]
    language = next((_HAN[country] for country in countries if country in _HAN), JAPANESE)
    return replace(sheet, han=han_of("".join(_texts(sheet)), language))


def characters_missing(sheet: Sheet) -> tuple[str, ...]:
    """The characters of a document that no typeface has, each once."""
    return missing("\n".join(_texts(sheet)))


def _texts(value: Any) -> Iterator[str]:
    """Every text of a sheet."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, Sheet | Party | Line | Figure):
        yield from _texts(astuple(value))


def head_of(order: Order, shop: Shop, kind: str, words: Words) -> Sheet:
    seller = shop.seller
    name = seller.company or seller.name
    return Sheet(
        kind=kind,
        locale=words.locale,
        currency=order.currency,
        at=order.modified_on if order.version else DAWN,
        title=words[kind],
        number=order.number,
        code=order.number,
        seller=Party(label=name, lines=(*address_lines(seller, words)[bool(name) :], *identity_of(shop, words, kind))),
        logo=shop.logo,
        facts=(),
        parties=parties_of(order, words),
        columns=(),
        lines=(),
        tax_head=words["tax"],
        footer=footer_of(shop, words),
        qr=order.number,
        qr_caption=words["see_order"],
    )


def address_lines(address: Address, words: Words) -> tuple[str, ...]:
    """An address as it stands on an envelope, the country last."""
    names = [address.company, address.name]
    place = " ".join(part for part in (address.postcode, address.city) if part)
    country = words.country(address.country) if address.country else ""
    return tuple(line for line in (*names, address.line1, address.line2, place, address.region, country) if line)


def party_of(label: str, address: Address | Erased, words: Words, *more: str) -> Party:
    if isinstance(address, Erased):
        return Party(label=label, lines=(words["erased"],))
    names = tuple(name for name in (address.company, address.name) if name)
    return Party(label=label, lines=(*address_lines(address, words), *more) or (words["no_address"],), names=names)


def parties_of(order: Order, words: Words, *more: str) -> tuple[Party, ...]:
    bill, ship = order.billing_address, order.shipping_address or order.billing_address
    vat = bill.vat_number if isinstance(bill, Address) else ""
    told = (f"{words['vat_number']} {vat}", *more) if vat else more
    if ship == bill:
        return (party_of(words["billed_and_shipped_to"], bill, words, *told),)
    return (party_of(words["billed_to"], bill, words, *told), party_of(words["shipped_to"], ship, words))


def facts_of(order: Order, shop: Shop, words: Words, *first: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    told = (
        *first,
        (words["payment"], label_in(shop, "payment_method", order.payment_method, words.locale)),
        (words["shipping_method"], label_in(shop, "shipping_method", order.shipping_method, words.locale)),
    )
    return tuple((label, value) for label, value in told if value)


def detail_of(item: Item, words: Words, *more: str) -> str:
    """What stands under a line's name: its SKU, what was chosen of it, and more."""
    sku = f"{words['sku']} {item.sku}" if item.sku else ""
    chosen = (words.option(option) for option in item.options)
    return " · ".join(part for part in (sku, *chosen, *more) if part)


def settled(order: Order, words: Words) -> tuple[Figure, ...]:
    """What was paid, of cash how it was handed over, what went back, and what is left to either side."""
    price = order.price
    cash = [one for one in order.payments.values() if one.handed_over and one.state == "captured"]
    told = [
        (words["paid"], price.paid),
        (words["handed_over"], sum(one.handed_over for one in cash)),
        (words["change"], sum(one.change for one in cash)),
        (words["refunded"], -price.refunded),
        (words["balance"], price.balance) if price.balance > 0 else (words["credit"], -price.balance),
    ]
    return tuple(Figure(label=label, value=words.money(amount)) for label, amount in told if amount)


def taxes_of(taxes: Sequence[TaxShare], words: Words) -> tuple[tuple[str, str, str], ...]:
    return tuple((words.tax_share(one), words.amount(one.net), words.amount(one.tax)) for one in taxes)
