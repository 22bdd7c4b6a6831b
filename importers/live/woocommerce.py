"""WooCommerce's REST API: `GET /wp-json/wc/v3/orders`, by number of page, with the key's parts as name and password.

Pages are cut from orders by their id. Where one is taken away meanwhile, those behind it move up and the last of them
is left out; so fewer orders than `X-WP-Total` tells are asked for again. They are written as rows of WebToffee's export
with a row per line. Times are UTC, as the API tells them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from importers.faults import UnusableFile
from importers.live.platform import Order, Page

PER_PAGE = 100
_ADDRESS = (
    "first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country", "phone",
)  # fmt: skip
_HEADING = (
    "order_id", "order_number", "order_date", "paid_date", "completed_date", "status", "payment_method",
    "payment_method_title", "transaction_id", "shipping_method", "order_currency", "shipping_total",
    "shipping_tax_total", "tax_total", "discount_total", "order_total", "customer_id", "customer_email",
    "customer_note", "tax_items", "fee_items", "coupon_items", "refund_items",
)  # fmt: skip
_LINE = {
    "item_product_id": "product_id", "item_name": "name", "item_sku": "sku", "item_quantity": "quantity",
    "item_subtotal": "subtotal", "item_subtotal_tax": "subtotal_tax", "item_total": "total",
    "item_total_tax": "total_tax",
}  # fmt: skip
_CUTS = str.maketrans({"|": "/", ";": ",", "\n": " ", "\r": " "})  # what cuts packed cells


class WooCommerceLive:
    """See `LivePlatform`."""

    name = "woocommerce"
    header = (
        *_HEADING, *(f"{kind}_{part}" for kind in ("billing", "shipping") for part in _ADDRESS), *_LINE,
    )  # fmt: skip

    def headers(self, token: str) -> Mapping[str, str]:
        """The consumer key and secret, `ck_...:cs_...`, as basic authentication has them."""
        if ":" not in token:
            raise UnusableFile("A token of WooCommerce is its consumer key and secret with a colon: ck_...:cs_...")
        return {"Authorization": f"Basic {b64encode(token.encode()).decode()}"}

    def first(self, url: str, since: datetime | None) -> str:
        """All orders by their ids, or those that changed since then."""
        asked = {"page": "1", "per_page": str(PER_PAGE), "orderby": "id", "order": "asc", "status": "any"}
        if since:
            asked |= {"modified_after": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "dates_are_gmt": "true"}
        return f"{url}/wp-json/wc/v3/orders?{urlencode(asked)}"

    def page(self, asked: str, headers: Mapping[str, str], body: object) -> Page:
        """The orders, and the next page unless this is the last of those told."""
        if not isinstance(body, list) or not all(isinstance(one, dict) and one.get("id") for one in body):
            raise UnusableFile("The shop answers otherwise than WooCommerce's API does: is --url that of the shop?")
        place = urlsplit(asked)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        number, last = int(query["page"]), _number(headers, "x-wp-totalpages")
        is_last = number >= last if last is not None else len(body) < int(query["per_page"])
        query["page"] = str(number + 1)
        following = urlunsplit(place._replace(query=urlencode(query)))
        return Page(body, "" if is_last else following, _number(headers, "x-wp-total"))

    def identity(self, order: Order) -> str:
        """WooCommerce's own id."""
        return str(order["id"])

    def changed_at(self, order: Order) -> datetime:
        """`date_modified_gmt`, else when it began."""
        told = _text(order, "date_modified_gmt") or _text(order, "date_created_gmt")
        return datetime.fromisoformat(told.removesuffix("Z")).replace(tzinfo=UTC)

    def rows(self, order: Order) -> Iterator[Sequence[str]]:
        """A row for each line; what concerns the whole order stands on the first."""
        heading = _heading(order)
        lines = [_line(one) for one in _list(order, "line_items")] or [{}]
        for number, line in enumerate(lines):
            told = {**heading, **line} if not number else {"order_id": heading["order_id"], **line}
            yield [told.get(column, "") for column in self.header]


def _heading(order: Order) -> dict[str, str]:
    methods = _list(order, "shipping_lines")
    told = {
        "order_id": _text(order, "id"),
        "order_number": _text(order, "number") or _text(order, "id"),
        "order_date": _instant(order, "date_created_gmt"),
        "paid_date": _instant(order, "date_paid_gmt"),
        "completed_date": _instant(order, "date_completed_gmt"),
        "status": _text(order, "status"),
        "payment_method": _text(order, "payment_method"),
        "payment_method_title": _text(order, "payment_method_title"),
        "transaction_id": _text(order, "transaction_id"),
        "shipping_method": _text(methods[0], "method_title") if methods else "",
        "order_currency": _text(order, "currency"),
        "shipping_total": _text(order, "shipping_total"),
        "shipping_tax_total": _text(order, "shipping_tax"),
        "tax_total": _text(order, "total_tax"),
        "discount_total": _text(order, "discount_total"),
        "order_total": _text(order, "total"),
        "customer_id": _text(order, "customer_id"),
        "customer_email": _text(order.get("billing") or {}, "email"),
        "customer_note": _text(order, "customer_note"),
        "tax_items": _packed(
            order, "tax_lines", ";", code="rate_code", label="label", total="tax_total", rate_percent="rate_percent"
        ),
        "fee_items": _packed(order, "fee_lines", "||", name="name", total="total", tax="total_tax"),
        "coupon_items": _packed(order, "coupon_lines", ";", code="code", amount="discount"),
        "refund_items": _packed(order, "refunds", ";", amount="total", reason="reason"),
    }
    for kind in ("billing", "shipping"):
        address = order.get(kind) or {}
        told |= {f"{kind}_{part}": _text(address, part) for part in _ADDRESS}
    return told


def _line(item: Mapping[str, Any]) -> dict[str, str]:
    return {column: _text(item, name) for column, name in _LINE.items()}


def _packed(order: Order, name: str, between: str, /, **keys: str) -> str:
    """The items of a list in one cell, as the export packs them."""
    items = _list(order, name)
    return between.join(
        "|".join(f"{key}:{_text(one, of).translate(_CUTS)}" for key, of in keys.items()) for one in items
    )


def _instant(order: Order, name: str) -> str:
    """A time of the API with the offset that it leaves out."""
    told = _text(order, name)
    return f"{told.removesuffix('Z')}Z" if told else ""


def _number(headers: Mapping[str, str], name: str) -> int | None:
    told = headers.get(name, "")
    return int(told) if told.isdigit() else None


def _list(told: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    return [one for one in told.get(name) or () if isinstance(one, dict)]


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return "" if value is None else str(value)
