"""Files like those that WooCommerce's exporters write, made by code."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from importers.profile import Choices

PARIS = Choices(zone=ZoneInfo("Europe/Paris"))
_NEW = (
    "order_id,order_number,order_date,paid_date,status,shipping_total,shipping_tax_total,fee_total,fee_tax_total,"
    "tax_total,cart_discount,order_discount,discount_total,order_total,order_subtotal,order_key,order_currency,"
    "payment_method,payment_method_title,transaction_id,customer_ip_address,customer_user_agent,shipping_method,"
    "customer_id,customer_user,customer_email,billing_first_name,billing_last_name,billing_company,billing_email,"
    "billing_phone,billing_address_1,billing_address_2,billing_postcode,billing_city,billing_state,billing_country,"
    "shipping_first_name,shipping_last_name,shipping_company,shipping_phone,shipping_address_1,shipping_address_2,"
    "shipping_postcode,shipping_city,shipping_state,shipping_country,customer_note,wt_import_key,tax_items,"
    "shipping_items,fee_items,coupon_items,refund_items,order_notes,download_permissions"
)
_OLD = (
    "order_id,order_number,order_date,status,shipping_total,shipping_tax_total,fee_total,fee_tax_total,tax_total,"
    "cart_discount,order_discount,discount_total,order_total,order_currency,payment_method,shipping_method,customer_id,"
    "customer_user,customer_email,billing_first_name,billing_last_name,billing_company,billing_email,billing_phone,"
    "billing_address_1,billing_address_2,billing_postcode,billing_city,billing_state,billing_country,"
    "shipping_first_name,shipping_last_name,shipping_company,shipping_address_1,shipping_address_2,shipping_postcode,"
    "shipping_city,shipping_state,shipping_country,customer_note,shipping_items,fee_items,tax_items,coupon_items,"
    "refund_items,order_notes,download_permissions,customer_ip_address,paid_date,completed_date"
)
_ROWS = (
    "item_product_id,item_name,item_sku,item_quantity,item_subtotal,item_subtotal_tax,item_total,item_total_tax,"
    "item_refunded,item_refunded_qty,item_meta"
)
NEW, OLD, ROWS = (names.split(",") for names in (_NEW, _OLD, _ROWS))


@dataclass(frozen=True)
class Line:
    """A line item; amounts without tax."""

    name: str = "Mug"
    sku: str = "M-1"
    quantity: int = 1
    total: str = "10.00"
    subtotal: str = ""
    tax: str = ""
    refunded: str = "0"

    def packed(self, decimal: str = ".") -> str:
        """The cell of packed mode."""
        figures = f"total:{self.total}|sub_total:{self.subtotal or self.total}".replace(".", decimal)
        told = f"name:{self.name}|product_id:7|sku:{self.sku}|quantity:{self.quantity}|{figures}"
        return f"{told}|refunded:{self.refunded}|tax_data:a:1:{{s:5:total;}}"

    def cells(self) -> dict[str, str]:
        """The cells of row mode."""
        return {
            "item_product_id": "7", "item_name": self.name, "item_sku": self.sku, "item_quantity": str(self.quantity),
            "item_subtotal": self.subtotal or self.total, "item_total": self.total, "item_total_tax": self.tax,
            "item_refunded": self.refunded,
            "item_meta": "colour:blue|size:L",
        }  # fmt: skip


@dataclass(frozen=True)
class Order:
    """An order: its own cells (over those of a paid and sent one), and its lines."""

    number: int
    lines: Sequence[Line] = (Line(),)
    cells: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, str]:
        """What every row of the order tells."""
        total = sum((Decimal(line.total) for line in self.lines), Decimal(0))
        return {
            "order_id": str(self.number), "order_number": f"W{self.number}", "order_date": "16-05-2018 07:32:06",
            "paid_date": "16-05-2018 07:40:00", "status": "wc-completed", "order_total": str(total),
            "order_currency": "EUR", "payment_method": "stripe", "transaction_id": f"ch_{self.number}",
            "customer_id": "12", "billing_first_name": "Zoé", "billing_last_name": "Exemple",
            "billing_email": "zoe@example.com", "billing_postcode": "01000", "billing_city": "Bourg",
            "billing_state": "01", "billing_country": "FR", "tax_total": "0.00",
            **self.cells,
        }  # fmt: skip


def packed_file(
    folder: Path,
    orders: Sequence[Order],
    header: Sequence[str] = NEW,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    decimal: str = ".",
) -> Path:
    """A file with a row per order."""
    most = max(len(order.lines) for order in orders)
    columns = [*header, *(f"line_item_{number}" for number in range(1, most + 1))]
    rows = []
    for order in orders:
        told = order.told()
        if decimal != ".":
            told = {name: text.replace(".", decimal) if _is_amount(name) else text for name, text in told.items()}
        packed = {f"line_item_{at}": line.packed(decimal) for at, line in enumerate(order.lines, 1)}
        rows.append(told | packed)
    return _written(folder / "packed.csv", columns, rows, encoding, delimiter)


def row_file(folder: Path, orders: Sequence[Order], *, repeated: bool = False, encoding: str = "utf-8") -> Path:
    """A file with a row per line; `repeated`: every row tells the whole order."""
    rows = []
    for order in orders:
        for place, line in enumerate(order.lines):
            told = order.told() if repeated or not place else {"order_id": str(order.number)}
            rows.append(told | line.cells())
    return _written(folder / "rows.csv", [*NEW, *ROWS], rows, encoding, ",")


def _is_amount(name: str) -> bool:
    return name.endswith(("_total", "_discount"))


def _written(file: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]], encoding: str, sign: str) -> Path:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns, delimiter=sign, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    file.write_bytes(text.getvalue().encode(encoding))
    return file
