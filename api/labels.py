"""Words for people, by language: of what can be done, and of what the merchant left as it was named from the start."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.shop import LOCALES
from domain.statuses import STANDARD_STATUSES, MerchantStatus

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


def labels_of(kind: str, code: str, label: str, names: Mapping[str, str] = MappingProxyType({})) -> Labels:
    """What a status or method is called in each language: as the merchant named it there, else by its own label.

    One that was never renamed is called in French as it is from the start.
    """
    standard = ENGLISH[kind].get(code) == label
    named = {locale: FRENCH[kind].get(code, label) if standard and locale == "fr" else label for locale in LOCALES}
    return {**named, **names}


def names_of(status: MerchantStatus) -> Labels:
    """What the merchant called a status in languages of their own choice."""
    return {one.locale: one.name for one in status.names}


def status_labels(status: MerchantStatus) -> Labels:
    """What a status is called in each language."""
    return labels_of("status", status.code, status.label, names_of(status))


def action_labels(action: str, status: Labels | None) -> Labels:
    """What a button says that does this; a move is called by the status that it leads to."""
    return status or ACTIONS[action]
