"""Shopify's Admin REST API: `GET /admin/api/VERSION/orders.json`, page by page along the `Link` of each answer.

Orders come by the time they changed, so that one that changes meanwhile comes again at the end, and none is left out.
They are written as rows of Shopify's orders export, under its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from importers.faults import UnusableFile
from importers.live.platform import Order, Page

VERSION = "2025-10"
PER_PAGE = 250
MOST_TAXES = 5
_LINK = re.compile(r'<([^<>]+)>\s*;\s*rel="?next"?')
_ADDRESS = {
    "Name": "name", "Address1": "address1", "Address2": "address2", "Company": "company", "City": "city", "Zip": "zip",
    "Province": "province_code", "Country": "country_code", "Phone": "phone",
}  # fmt: skip
_HEADING = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Currency", "Subtotal",
    "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method", "Created at",
)  # fmt: skip
_LINE = ("Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Lineitem taxable")
_BEHIND = (
    *(f"{kind} {part}" for kind in ("Billing", "Shipping") for part in _ADDRESS),
    "Notes", "Note Attributes", "Cancelled at", "Payment Method", "Refunded Amount", "Outstanding Balance", "Id",
    "Tags", "Source", "Phone", *(f"Tax {number} Name" for number in range(1, MOST_TAXES + 1)),
)  # fmt: skip


class ShopifyLive:
    """See `LivePlatform`."""

    name = "shopify"
    header = (*_HEADING, *_LINE, *_BEHIND)

    def headers(self, token: str) -> Mapping[str, str]:
        """The access token of a custom app, in the header of its own."""
        return {"X-Shopify-Access-Token": token}

    def first(self, url: str, since: datetime | None) -> str:
        """All orders, also closed and cancelled ones, those that changed first at the beginning."""
        asked = {"status": "any", "limit": str(PER_PAGE), "order": "updated_at asc"}
        if since:
            asked["updated_at_min"] = since.isoformat()
        return f"{url}/admin/api/{VERSION}/orders.json?{urlencode(asked)}"

    def page(self, asked: str, headers: Mapping[str, str], body: object) -> Page:
        """The orders, and the next page as `Link` tells it."""
        orders = body.get("orders") if isinstance(body, dict) else None
        if not isinstance(orders, list) or not all(isinstance(one, dict) and one.get("name") for one in orders):
            raise UnusableFile("The shop answers otherwise than Shopify's API does: is --url that of a Shopify shop?")
        found = _LINK.search(headers.get("link", ""))
        return Page(orders, found[1] if found else "")

    def identity(self, order: Order) -> str:
        """Shopify's own id."""
        return str(order["id"])

    def changed_at(self, order: Order) -> datetime:
        """`updated_at`."""
        return datetime.fromisoformat(order["updated_at"]).astimezone(UTC)

    def rows(self, order: Order) -> Iterator[Sequence[str]]:
        """A row for each line; what concerns the whole order stands on the first."""
        heading = _heading(order)
        lines = [_line(one) for one in _list(order, "line_items")] or [{}]
        for number, line in enumerate(lines):
            told = {**heading, **line} if not number else {"Name": heading["Name"], **line}
            yield [told.get(column, "") for column in self.header]


def _heading(order: Order) -> dict[str, str]:
    shipping, codes = _list(order, "shipping_lines"), _list(order, "discount_codes")
    taxes = [_tax_name(one) for one in _list(order, "tax_lines")[:MOST_TAXES]]
    financial = _text(order, "financial_status")
    paid = financial in ("paid", "partially_paid", "partially_refunded", "refunded")
    told = {
        "Name": _text(order, "name"),
        "Id": _text(order, "id"),
        "Email": _text(order, "email") or _text(order, "contact_email"),
        "Financial Status": financial,
        "Paid at": _text(order, "processed_at") if paid else "",
        "Fulfillment Status": _text(order, "fulfillment_status") or "unfulfilled",
        "Fulfilled at": max((_text(one, "created_at") for one in _list(order, "fulfillments")), default=""),
        "Currency": _text(order, "currency"),
        "Subtotal": _text(order, "subtotal_price"),
        "Shipping": _sum(one.get("discounted_price") or one.get("price") for one in shipping),
        "Taxes": _text(order, "total_tax"),
        "Total": _text(order, "total_price"),
        "Discount Code": _text(codes[0], "code") if codes else "",
        "Discount Amount": _text(order, "total_discounts"),
        "Shipping Method": _text(shipping[0], "title") if shipping else "",
        "Created at": _text(order, "created_at"),
        "Cancelled at": _text(order, "cancelled_at"),
        "Payment Method": " + ".join(str(one) for one in order.get("payment_gateway_names") or ()),
        "Refunded Amount": _refunded(order),
        "Outstanding Balance": _text(order, "total_outstanding"),
        "Notes": _text(order, "note"),
        "Note Attributes": "\n".join(f"{_text(one, 'name')}: {_text(one, 'value')}" for one in _noted(order)),
        "Tags": _text(order, "tags"),
        "Source": _text(order, "source_name"),
        "Phone": _text(order, "phone"),
        **{f"Tax {number} Name": name for number, name in enumerate(taxes, 1)},
    }
    for kind in ("Billing", "Shipping"):
        address = order.get(f"{kind.lower()}_address") or {}
        told |= {f"{kind} {column}": _text(address, part) for column, part in _ADDRESS.items()}
    return told


def _line(item: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Lineitem quantity": _text(item, "quantity"),
        "Lineitem name": _text(item, "name") or _text(item, "title"),
        "Lineitem price": _text(item, "price"),
        "Lineitem sku": _text(item, "sku"),
        "Lineitem taxable": "false" if item.get("taxable") is False else "true",
    }


def _tax_name(tax: Mapping[str, Any]) -> str:
    """The tax as the export names it: `VAT 20%`."""
    rate = Decimal(str(tax.get("rate") or 0)) * 100
    return f"{_text(tax, 'title')} {rate.normalize():f}%"


def _refunded(order: Order) -> str:
    """What went back: the money that was moved, not what it was meant for."""
    moved = [one for refund in _list(order, "refunds") for one in _list(refund, "transactions")]
    return _sum(one.get("amount") for one in moved if one.get("kind") == "refund" and one.get("status") == "success")


def _noted(order: Order) -> Sequence[Mapping[str, Any]]:
    return _list(order, "note_attributes")


def _list(told: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    return [one for one in told.get(name) or () if isinstance(one, dict)]


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return "" if value is None else str(value)


def _sum(amounts: Any) -> str:
    """What amounts come to, empty where there are none."""
    known = [Decimal(str(one)) for one in amounts if one is not None]
    return str(sum(known)) if known else ""
