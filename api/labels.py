"""Words for people, by language: of what can be done, and of what the merchant left as it was named from the start."""

from __future__ import annotations

from collections.abc import Mapping

from domain.shop import LOCALES
from domain.statuses import STANDARD_STATUSES

Labels = dict[str, str]

ACTIONS: Mapping[str, Labels] = {
    "status": {"en": "Change status", "fr": "Changer le statut"},
    "edit": {"en": "Edit", "fr": "Modifier"},
    "pay": {"en": "Take payment", "fr": "Encaisser"},
    "refund": {"en": "Refund", "fr": "Rembourser"},
    "ship": {"en": "Ship", "fr": "Expédier"},
    "return": {"en": "Open a return", "fr": "Ouvrir un retour"},
    "receive_return": {"en": "Receive the return", "fr": "Réceptionner le retour"},
    "settle_return": {"en": "Settle the return", "fr": "Solder le retour"},
}
# What statuses and methods are called before a merchant names them; one that was renamed has that name in every
# language.
FRENCH: Mapping[str, Mapping[str, str]] = {
    "status": {
        "draft": "Brouillon", "pending": "En attente", "processing": "En préparation", "on_hold": "En pause",
        "shipped": "Expédiée", "completed": "Terminée", "cancelled": "Annulée",
    },
    "payment_method": {"card": "Carte", "transfer": "Virement bancaire", "cheque": "Chèque", "cash": "Espèces"},
    "shipping_method": {
        "standard": "Livraison standard", "express": "Livraison express", "pickup": "Retrait en boutique",
    },
}  # fmt: skip
ENGLISH: Mapping[str, Mapping[str, str]] = {
    "status": {status.code: status.label for status in STANDARD_STATUSES},
    "payment_method": {"card": "Card", "transfer": "Bank transfer", "cheque": "Cheque", "cash": "Cash"},
    "shipping_method": {
        "standard": "Standard delivery", "express": "Express delivery", "pickup": "Pick-up at the shop",
    },
}  # fmt: skip


def labels_of(kind: str, code: str, label: str) -> Labels:
    """What a status or method is called in each language; by its own label where a language has no word for it."""
    standard = ENGLISH[kind].get(code) == label
    return {locale: FRENCH[kind].get(code, label) if standard and locale == "fr" else label for locale in LOCALES}


def action_labels(action: str, status: Labels | None) -> Labels:
    """What a button says that does this; a move is called by the status that it leads to."""
    return status or ACTIONS[action]
