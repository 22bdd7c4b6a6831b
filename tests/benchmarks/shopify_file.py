"""Generated Shopify exports of any size: all 79 columns, invented people at example.com, the same for the same seed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from tests.benchmarks.names import FIRST_NAMES, SKUS, SURNAMES, TOWNS

_COLUMNS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,"
    "Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,"
    "Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,"
    "Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,"
    "Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,"
    "Payment Terms Name,Next Payment Due At,Payment References"
)
HEADER = _COLUMNS.split(",")
LINES = 3
ORDERS_OF_A_CUSTOMER = 4
BEGIN = datetime(2024, 1, 2, 8, 0, tzinfo=UTC)
# Fulfilment and financial status, in the shares of a shop that ships what it sells.
_LIVES = (("fulfilled", "paid"),) * 7 + (("", "paid"), ("", "pending"), ("fulfilled", "partially_refunded"))


def write(path: Path, orders: int, seed: int = 1, lines: int = LINES) -> int:
    """Writes so many orders; gives how many rows that made."""
    random = Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(orders):
            writer.writerows(_order(random, number, orders, lines))
    return orders * lines


def _order(random: Random, number: int, orders: int, lines: int) -> Iterator[list[str]]:
    prices = [random.randint(200, 9_000) for _ in range(lines)]
    quantities = [random.randint(1, 3) for _ in range(lines)]
    subtotal = sum(price * units for price, units in zip(prices, quantities, strict=True))
    fulfilment, financial = random.choice(_LIVES)
    at = BEGIN + timedelta(minutes=number)
    person = random.randrange(max(1, orders // ORDERS_OF_A_CUSTOMER))
    heading = _heading(Random(person), person, number, subtotal, at) | {
        "Financial Status": financial,
        "Fulfillment Status": fulfilment,
        "Paid at": "" if financial == "pending" else _instant(at + timedelta(minutes=2)),
        "Fulfilled at": _instant(at + timedelta(days=1)) if fulfilment else "",
        "Refunded Amount": _amount(prices[0]) if financial == "partially_refunded" else "0.00",
    }
    for index in range(lines):
        sku = SKUS.pick(random)
        told = heading if index == 0 else {"Name": heading["Name"], "Email": heading["Email"]}
        row = told | {
            "Created at": heading["Created at"],
            "Lineitem quantity": str(quantities[index]),
            "Lineitem name": f"Article {sku}",
            "Lineitem price": _amount(prices[index]),
            "Lineitem sku": sku,
            "Lineitem requires shipping": "true",
            "Lineitem taxable": "true",
            "Lineitem fulfillment status": "fulfilled",
        }
        yield [row.get(column, "") for column in HEADER]


def _heading(whose: Random, person: int, number: int, subtotal: int, at: datetime) -> dict[str, str]:
    name = f"{FIRST_NAMES.pick(whose)} {SURNAMES.pick(whose)}"
    town, street = TOWNS.pick(whose), f"{whose.randint(1, 200)} Sample Street"
    told = {
        "Name": f"#{1001 + number}",
        "Email": f"customer{person}@example.com",
        "Currency": "EUR",
        "Subtotal": _amount(subtotal),
        "Shipping": "4.90",
        "Taxes": "0.00",
        "Total": _amount(subtotal + 490),
        "Discount Amount": "0.00",
        "Shipping Method": "Courier",
        "Created at": _instant(at),
        "Accepts Marketing": "no",
        "Payment Method": "Card",
        "Payment ID": f"c{number:012d}",
        "Id": str(5_000_000_000 + number),
        "Risk Level": "Low",
        "Source": "web",
        "Tags": "gift" if number % 9 == 0 else "",
        "Notes": "Please ring twice" if number % 20 == 0 else "",
    }
    for kind in ("Billing", "Shipping"):
        told |= {
            f"{kind} Name": name,
            f"{kind} Street": street,
            f"{kind} Address1": street,
            f"{kind} City": town,
            f"{kind} Zip": f"'{whose.randint(1000, 98999):05d}",
            f"{kind} Country": "FR",
        }
    return told


def _amount(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S +0000")
