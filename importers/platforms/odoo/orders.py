"""Odoo's `sale.order`, as its list is exported in English, French, German or Spanish: a row per line.

What concerns the order stands on its first row; `Order Reference` is its number and identity. Prices are without tax,
`Discount (%)` is that of the line, a reference in brackets before the product's name is its SKU. `Company` is the
seller. An invoice is no payment: orders come in unpaid.

| status                      | stage      |
|-----------------------------|------------|
| Quotation                   | draft      |
| Quotation Sent              | pending    |
| Sales Order                 | processing |
| Locked, Done                | completed  |
| Cancelled                   | cancelled  |
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from domain.statuses import CANCELLED, COMPLETED, DRAFT, PENDING, PROCESSING
from importers.layouts.layout import Layout, Standing
from importers.layouts.lines import Line, lines_of
from importers.layouts.told import Told

_CODED = re.compile(r"\[(?P<sku>[^\]]{1,64})\]\s*(?P<name>.*)", re.DOTALL)

_WORDS = {
    DRAFT: ("quotation", "devis", "angebot", "presupuesto", "draft"),
    PENDING: ("quotation sent", "devis envoyé", "angebot gesendet", "presupuesto enviado", "sent"),
    PROCESSING: ("sales order", "bon de commande", "commande client", "verkaufsauftrag", "pedido de venta", "sale"),
    COMPLETED: ("locked", "done", "bloqué", "verrouillé", "gesperrt", "bloqueado"),
    CANCELLED: ("cancelled", "canceled", "annulé", "abgebrochen", "storniert", "cancelado", "cancel"),
}
STATUSES = {word: Standing(stage) for stage, words in _WORDS.items() for word in words}


def _lines(told: Told) -> Sequence[Line]:
    """The lines, with the reference in brackets as the SKU."""
    return [_coded(line) for line in lines_of(told)]


def _coded(line: Line) -> Line:
    found = _CODED.fullmatch(line.name)
    if not found:
        return line
    return replace(line, sku=line.sku or found["sku"], name=found["name"].strip() or found["sku"])


def _of_lines(english: str, french: str, german: str, spanish: str) -> tuple[str, ...]:
    parents = ("order lines", "lignes de la commande", "auftragszeilen", "líneas del pedido")
    return tuple(f"{parent}/{name}" for parent, name in zip(parents, (english, french, german, spanish), strict=True))


ORDERS = Layout(
    name="odoo-orders",
    source="odoo",
    fields={
        "number": ("order reference", "référence de la commande", "auftragsreferenz", "referencia del pedido"),
        "created_at": ("order date", "date de la commande", "auftragsdatum", "fecha del pedido"),
        "customer_name": ("customer", "client", "kunde", "cliente"),
        "operator": ("salesperson", "vendeur", "verkäufer", "vendedor", "comercial"),
        "currency": ("currency", "devise", "währung", "moneda"),
        "subtotal": ("untaxed amount", "montant hors taxes", "montant ht", "nettobetrag", "base imponible"),
        "tax": ("taxes", "tax", "steuern", "impuestos"),
        "total": ("total", "gesamt", "gesamtbetrag"),
        "status": ("status", "statut", "estado"),
        "sku": _of_lines("product/internal reference", "article/référence interne", "produkt/interne referenz",
                         "producto/referencia interna"),
        "name": (
            *_of_lines("product", "article", "produkt", "producto"),
            *_of_lines("description", "description", "beschreibung", "descripción"),
        ),
        "quantity": _of_lines("quantity", "quantité", "menge", "cantidad"),
        "unit_price": _of_lines("unit price", "prix unitaire", "preis pro einheit", "precio unitario"),
        "line_discount_percent": _of_lines("discount (%)", "remise (%)", "rabatt (%)", "descuento (%)"),
        "line_amount": _of_lines("subtotal", "sous-total", "zwischensumme", "subtotal"),
    },
    needed=("number", "created_at", "customer_name", "total", "name", "quantity", "unit_price"),
    noted=("invoice status", "état de la facture", "rechnungsstatus", "customer reference"),
    ignored=(
        "creation date", "date de création", "erstellt am", "company", "société", "unternehmen", "compañía",
        *_of_lines("description", "description", "beschreibung", "descripción"), "activities", "sales team",
    ),
    statuses=STATUSES,
    taxes="on top",
    lines=_lines,
)  # fmt: skip
