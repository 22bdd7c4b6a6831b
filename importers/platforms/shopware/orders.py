"""Shopware 6's default profile of orders: a row per order, its products packed into one cell without prices.

`id` is the order's identity, `order_number` its number; `line_items` holds each product's quantity and id, as in
`2x 0191...|1x 0192...`. The profile names states, countries and channels by ids that only the shop knows: they go into
a note, and the order comes in as pending and unpaid. It tells no currency: `--currency` says it. Times are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC

from importers.faults import Fault
from importers.layouts.layout import Layout, address
from importers.layouts.lines import Line
from importers.layouts.told import Told

_PRODUCT = re.compile(r"(?P<quantity>\d{1,7})x (?P<name>.+)", re.DOTALL)


def _lines(told: Told) -> Sequence[Line]:
    """The products of the packed cell."""
    return [_line(told, text.strip()) for text in told.paragraph("items").split("|") if text.strip()]


def _line(told: Told, text: str) -> Line:
    found = _PRODUCT.fullmatch(text)
    if found is None:
        fix = "Write it like 2x 0191c12d, with | between."
        raise Fault(
            "not-a-line-item", "This is no packed product.", column=told.column("items"), fix=fix, line=told.line
        )
    name = found["name"].strip()
    return Line(line=told.line, sku=name[:64], name=name, quantity=int(found["quantity"]), unit_price=None)


def _address(kind: str) -> dict[str, tuple[str, ...]]:
    return address(kind, {
        "line1": f"{kind} address street", "postcode": f"{kind} address zipcode", "city": f"{kind} address city",
        "company": f"{kind} address company", "line2": f"{kind} address department",
    })  # fmt: skip


ORDERS = Layout(
    name="shopware-orders",
    source="shopware",
    fields={
        "external_id": ("id",),
        "number": ("order number",),
        "created_at": ("order date time",),
        "customer_first_name": ("customer firstname",),
        "customer_last_name": ("customer lastname",),
        "customer_email": ("customer email",),
        "total": ("amount total",),
        "items": ("line items",),
        **_address("billing"),
        **_address("shipping"),
    },
    needed=("external_id", "number", "created_at", "total", "items"),
    noted=(
        "order state id", "sales channel id", "billing address country id", "billing address country state id",
        "shipping address country id", "shipping address country state id",
    ),
    zone=UTC,
    lines=_lines,
)  # fmt: skip
