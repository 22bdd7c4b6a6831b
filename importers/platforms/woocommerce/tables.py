"""WooCommerce's orders as plain tables: a row per line under the names of WooCommerce's fields, and as Advanced Order
Export writes them under its labels. Prices are without tax; what a shop calls its statuses:

| status                          | stage      | money         |
|---------------------------------|------------|---------------|
| pending payment, checkout draft | pending    | none          |
| on hold                         | on_hold    | none          |
| processing                      | processing | paid          |
| completed                       | completed  | paid          |
| refunded                        | cancelled  | paid and back |
| cancelled, failed               | cancelled  | none          |

in English, German, French or Spanish. Times are the shop's own: `--timezone` says which.
"""

from __future__ import annotations

from domain.statuses import CANCELLED, COMPLETED, ON_HOLD, PENDING, PROCESSING
from importers.layouts.layout import Layout, Standing, address

_WORDS = {
    Standing(PENDING, "unpaid"): (
        "pending", "pending payment", "checkout draft", "draft", "zahlung ausstehend", "ausstehende zahlung",
        "en attente de paiement", "pendiente de pago",
    ),
    Standing(ON_HOLD, "unpaid"): ("on hold", "on-hold", "in wartestellung", "wartend", "en attente", "en espera"),
    Standing(PROCESSING, "paid"): ("processing", "in bearbeitung", "en cours", "procesando"),
    Standing(COMPLETED, "paid", "all"): ("completed", "abgeschlossen", "fertiggestellt", "terminée", "completado"),
    Standing(CANCELLED, "refunded"): ("refunded", "rückerstattet", "remboursée", "reembolsado"),
    Standing(CANCELLED, "unpaid"): (
        "cancelled", "canceled", "failed", "storniert", "fehlgeschlagen", "annulée", "échouée", "cancelado", "fallido",
    ),
}  # fmt: skip
STATUSES = {word: standing for standing, words in _WORDS.items() for word in words}


def _plain(kind: str) -> dict[str, tuple[str, ...]]:
    return address(kind, {
        "first_name": f"{kind} first name", "last_name": f"{kind} last name", "company": f"{kind} company",
        "line1": f"{kind} address 1", "line2": f"{kind} address 2", "city": f"{kind} city", "region": f"{kind} state",
        "postcode": f"{kind} postcode", "country": f"{kind} country", "phone": f"{kind} phone",
        "email": f"{kind} email",
    })  # fmt: skip


def _labelled(kind: str) -> dict[str, tuple[str, ...]]:
    label = kind.casefold()
    return address(kind, {
        "first_name": f"first name ({label})", "last_name": f"last name ({label})",
        "name": (f"full name ({label})", f"name ({label})"), "company": f"company ({label})",
        "line1": (f"address 1&2 ({label})", f"address 1 ({label})"), "line2": f"address 2 ({label})",
        "city": f"city ({label})", "region": (f"state code ({label})", f"state name ({label})"),
        "postcode": f"postcode ({label})", "country": (f"country code ({label})", f"country name ({label})"),
        "phone": f"phone ({label})", "email": f"email ({label})",
    })  # fmt: skip


ROW_PER_LINE = Layout(
    name="woocommerce-lines",
    source="woocommerce",
    fields={
        "external_id": ("order id", "order number"),
        "number": ("order number", "order id"),
        "created_at": ("order date", "date created"),
        "paid_at": ("paid date", "date paid"),
        "shipped_at": ("completed date", "date completed"),
        "status": ("status", "order status"),
        "payment_method": ("payment method title", "payment method"),
        "payment_reference": ("transaction id",),
        "shipping_method": ("shipping method", "shipping method title"),
        "currency": ("order currency", "currency"),
        "shipping_charge": ("shipping total", "order shipping"),
        "shipping_tax": ("shipping tax total", "order shipping tax"),
        "tax": ("tax total", "order tax"),
        "discount": ("discount total", "cart discount"),
        "total": ("order total",),
        "refunded": ("refunded total", "order refunded total"),
        "customer_id": ("customer id",),
        "customer_email": ("customer email", "billing email"),
        "note": ("customer note",),
        "coupon": ("coupon code", "coupons"),
        "name": ("product name", "item name"),
        "sku": ("sku", "product sku", "item sku"),
        "quantity": ("quantity", "item quantity", "qty"),
        "line_amount": ("item total", "line total"),
        "line_gross": ("item subtotal", "line subtotal"),
        "line_tax": ("item tax", "item total tax", "line tax"),
        **_plain("billing"),
        **_plain("shipping"),
    },
    needed=("number", "created_at", "status", "total", "name", "quantity", "line_amount"),
    noted=("product variation",),
    ignored=(
        "payment method", "product id", "variation id", "order key", "item id", "customer ip address",
        "customer user agent", "order subtotal", "fee total", "fee tax total", "order discount", "cart discount",
    ),
    statuses=STATUSES,
    taxes="on top",
    scattered=True,
    repeats=True,
)  # fmt: skip

ADVANCED_EXPORT = Layout(
    name="woocommerce-advanced-order-export",
    source="woocommerce",
    fields={
        "number": ("order number", "order id"),
        "created_at": ("order date",),
        "paid_at": ("paid date",),
        "shipped_at": ("completed date",),
        "status": ("order status",),
        "note": ("customer note",),
        "currency": ("order currency", "currency"),
        "sku": ("sku",),
        "name": ("name", "item name", "product name"),
        "option": ("product variation",),
        "quantity": ("quantity",),
        "unit_price": ("item cost",),
        "line_amount": ("order line (w/o tax)",),
        "line_tax": ("order line tax",),
        "coupon": ("coupon code", "coupons used codes"),
        "discount": ("discount amount", "cart discount amount"),
        "shipping_charge": ("order shipping amount",),
        "shipping_tax": ("order shipping tax amount",),
        "tax": ("order total tax amount", "order tax amount"),
        "total": ("order total amount",),
        "refunded": ("order refund amount",),
        "payment_method": ("payment method title", "payment method"),
        "payment_reference": ("transaction id",),
        "shipping_method": ("shipping method title", "shipping method"),
        "customer_id": ("customer user id", "user id"),
        **_labelled("billing"),
        **_labelled("shipping"),
    },
    needed=("number", "created_at", "status", "name", "quantity", "total", "billing/first_name"),
    noted=("product variation",),
    ignored=(
        "item #", "quantity (- refund)", "order line total", "order line total refunded", "order line total (- refund)",
        "image url", "discount amount tax", "coupons used", "cart discount amount", "order subtotal amount",
        "order tax amount", "total items", "total products", "order id", "category", "product id",
        "order total amount (- refund)", "order refund tax amount",
    ),
    statuses=STATUSES,
    taxes="on top",
    scattered=True,
    repeats=True,
)  # fmt: skip
