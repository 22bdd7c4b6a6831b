"""Imports run to their end inside the test process, and what the views show of the book before and after."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.imports import Choices, Kind
from importers import local, service
from importers.intakes import ImportRequest
from importers.report import Totals
from projections.runtime import Runtime

HEADER = (
    "Name,Email,Created at,Currency,Total,Lineitem name,Lineitem quantity,Lineitem price,Lineitem sku,"
    "Financial Status,Fulfillment Status,Billing Name,Notes,Refunded Amount,Shipping City"
)
# What readers see of the book; positions and versions move on with every event, whatever it does.
_SHOWN = {
    "orders": "SELECT id, number, status, total, paid, refunded, customer_id, skus FROM views.orders",
    "customers": "SELECT id, name, email, city, phone FROM views.customers",
    "customer_orders": "SELECT * FROM views.customer_orders",
    "stock": "SELECT sku, on_hand, reserved FROM views.stock",
    "order_status_history": "SELECT order_id, to_status FROM views.order_status_history",
}


def order(number: int, email: str = "nora@example.com", **cells: str) -> str:
    """A row of a Shopify export: an order of one line of 5.00, paid and sent, unless told otherwise."""
    told = {
        "Name": f"#{number}",
        "Email": email,
        "Created at": "2025-01-15 17:41:00 +0000",
        "Currency": "EUR",
        "Total": "5.00",
        "Lineitem name": "Widget",
        "Lineitem quantity": "1",
        "Lineitem price": "5.00",
        "Lineitem sku": "W-1",
        "Financial Status": "paid",
        "Fulfillment Status": "fulfilled",
        "Billing Name": "Nora Example",
        **cells,
    }
    return ",".join(told.get(column, "") for column in HEADER.split(","))


def orders_file(folder: Path, *rows: str, name: str = "orders.csv") -> Path:
    """An export of these rows."""
    file = folder / name
    file.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return file


def begin(runtime: Runtime, *files: Path, kind: Kind = "orders", **choices: Any) -> UUID:
    """The import of files, begun or found where it was left."""
    asked = ImportRequest(files=tuple(map(str, files)), kind=kind, choices=Choices(**choices))
    size = sum(file.stat().st_size for file in files)
    return service.begin(runtime, asked, service.fingerprint_of(files, asked), size, "tests")


def imported(runtime: Runtime, *files: Path, kind: Kind = "orders", **choices: Any) -> tuple[UUID, Totals]:
    """Files taken in to their end, whatever is asked, and what they came to."""
    import_id = begin(runtime, *files, kind=kind, **choices)
    try:
        local.run(runtime, import_id, lambda progress: None, processes=1)
    except local.AnswerNeeded as needed:
        service.answer(runtime, import_id, {finding.name for finding in needed.findings}, "tests")
        local.run(runtime, import_id, lambda progress: None, processes=1)
    return import_id, service.totals_so_far(runtime, import_id)


def refused(runtime: Runtime, import_id: UUID) -> list[dict[str, str]]:
    """The rows of an import's error report."""
    text = b"".join(service.error_report(runtime, import_id)).decode("utf-8-sig")
    delimiter = service.standing_of(runtime, import_id).delimiter
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=delimiter))


def book(runtime: Runtime) -> dict[str, list[Any]]:
    """What the views show once they have come to the end of the log."""
    head = runtime.log.head()
    for view in ("orders", "customers", "stock", "order_status_history"):
        runtime.views.wait_for(view, head, timeout=20)
    with runtime.reading() as connection:
        return {name: sorted(connection.execute(query).fetchall(), key=str) for name, query in _SHOWN.items()}
