"""Amazon's transactions of a date range (Reports, Payments), in English or German: a row per line, fee or transfer.

Rows of the type Order are sales, those of the type Refund give back what they tell; `order id` is the order's number
and identity. Rows without one (fees, transfers, advertising) are no orders and are refused as such. `total` is what
Amazon pays out; the order's total is what the buyer paid: sales, credits and taxes less promotions. Tax that the
marketplace withholds was paid by the buyer.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from domain.statuses import COMPLETED
from importers.layouts.layout import Layout, Standing, address
from importers.layouts.told import Told
from importers.platforms.amazon.shipments import taxes_of
from importers.platforms.amazon.terms import METHOD

REFUNDS = frozenset({"refund", "erstattung", "remboursement", "rimborso", "reembolso"})


def _gives_back(row: Told) -> bool:
    return row.text("type").casefold() in REFUNDS


DATE_RANGE = Layout(
    name="amazon-date-range",
    source="amazon",
    fields={
        "number": ("order id", "bestellnummer"),
        "created_at": ("date/time", "datum/uhrzeit"),
        "type": ("type", "typ"),
        "sku": ("sku",),
        "name": ("description", "beschreibung"),
        "quantity": ("quantity", "menge"),
        "line_gross": ("product sales", "umsätze"),
        "line_tax": ("product sales tax", "produktumsatzsteuer"),
        "line_discount": ("promotional rebates", "rabatte aus werbeaktionen"),
        "shipping_charge": ("shipping credits", "gutschrift für versandkosten"),
        "shipping_tax": ("shipping credits tax", "steuer auf versandgutschrift"),
        "channel": ("marketplace",),
        **address("shipping", {
            "city": ("order city", "ort der bestellung"), "region": ("order state", "bundesland"),
            "postcode": ("order postal", "postleitzahl"),
        }),
    },
    needed=("number", "created_at", "type", "line_gross", "quantity", "name"),
    charges={"gift wrap credits": "Gift wrap", "gutschrift für geschenkverpackung": "Geschenkverpackung"},
    noted=("settlement id", "abrechnungsnummer"),
    ignored=(
        "account type", "fulfillment", "tax collection model", "giftwrap credits tax", "regulatory fee",
        "tax on regulatory fee", "promotional rebates tax", "marketplace withheld tax", "selling fees", "fba fees",
        "other transaction fees", "other", "total", "versand", "steuererhebungsmodell", "verkaufsgebühren",
        "gebühren zu versand durch amazon", "andere transaktionsgebühren", "andere", "gesamt",
        "steuer auf geschenkverpackungsgutschriften", "steuer auf aktionsrabatte",
        "einbehaltene steuer auf marketplace",
    ),
    sums=frozenset({"shipping_charge", "shipping_tax", "charge/gift wrap credits"}),
    otherwise=Standing(COMPLETED, "paid", "all"),
    taxes_of=taxes_of,
    payment_method=METHOD,
    zone=ZoneInfo("America/Los_Angeles"),  # the shops of the Americas tell Pacific time
    scattered=True,
    returns=_gives_back,
)  # fmt: skip
