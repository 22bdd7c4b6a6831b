"""WooCommerce's statuses, as codes (`wc-completed`) and as its screens name them, and where their orders stand.

| status                  | stage      | money                                                                       |
|-------------------------|------------|-----------------------------------------------------------------------------|
| checkout-draft, draft   | draft      | nothing came in                                                             |
| pending                 | pending    | nothing came in, unless a date of payment is told                           |
| on-hold                 | on_hold    | the same                                                                    |
| processing              | processing | paid; not where the file tells dates of payment and this order has none     |
| shipped                 | shipped    | the same                                                                    |
| completed, delivered    | completed  | paid                                                                        |
| refunded                | cancelled  | paid and given back                                                         |
| cancelled               | cancelled  | nothing came in, unless a date of payment or a refund is told               |
| failed                  | cancelled  | the same; remarked `payment-failed`                                         |
| trash                   | cancelled  | the same; remarked `in-trash`                                               |
"""

from __future__ import annotations

from domain.statuses import CANCELLED, COMPLETED, DRAFT, ON_HOLD, PENDING, PROCESSING, SHIPPED
from importers.faults import Fault

REFUNDED = "refunded"
PAID_ALWAYS = frozenset({"completed", "delivered", REFUNDED})
PAID_MOSTLY = frozenset({"processing", "shipped"})
REMARKS = {"failed": "payment-failed", "trash": "in-trash"}

STAGE_OF = {
    "checkout-draft": DRAFT,
    "draft": DRAFT,
    "auto-draft": DRAFT,
    "pending": PENDING,
    "on-hold": ON_HOLD,
    "processing": PROCESSING,
    "shipped": SHIPPED,
    "completed": COMPLETED,
    "delivered": COMPLETED,
    REFUNDED: CANCELLED,
    "cancelled": CANCELLED,
    "failed": CANCELLED,
    "trash": CANCELLED,
}

# What WooCommerce's screens call them in English, French, German, Spanish and Italian.
_LABELS = {
    "checkout-draft": "brouillon, entwurf, borrador, bozza",
    "pending": "pending payment, en attente de paiement, attente paiement, zahlung ausstehend, pendiente de pago, "
    "in attesa di pagamento",
    "on-hold": "on hold, en attente, in wartestellung, wartend, en espera, sospeso, in sospeso",
    "processing": "en cours, in bearbeitung, procesando, in lavorazione",
    "shipped": "expédiée, versendet, enviado, spedito",
    "completed": "complete, terminée, abgeschlossen, fertiggestellt, completado, completato",
    REFUNDED: "remboursée, rückerstattet, erstattet, reembolsado, rimborsato",
    "cancelled": "canceled, annulée, storniert, cancelado, annullato",
    "failed": "échouée, échec, fehlgeschlagen, fallido, fallito",
    "trash": "corbeille, papierkorb, papelera, cestino",
}
_BY_LABEL = {label: code for code, labels in _LABELS.items() for label in labels.split(", ")}


def status_of(text: str, column: str) -> str:
    """The status's code for a code or a label; raises `Fault` for one that WooCommerce does not have."""
    if known := known_status(text):
        return known
    fix = f"Write one of: {', '.join(STAGE_OF)}."
    raise Fault("unknown-status", "This status is not known.", column=column, fix=fix)


def known_status(text: str) -> str:
    """The status's code, empty for one that WooCommerce does not have."""
    told = text.strip().casefold().removeprefix("wc-")
    return told if told in STAGE_OF else _BY_LABEL.get(told, "")
