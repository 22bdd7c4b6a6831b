"""What statuses and methods are called in each language, as long as the merchant has not named them otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from domain.shop import LOCALES, Shop
from domain.statuses import STANDARD_STATUSES

Labels = dict[str, str]
Kind = Literal["status", "payment_method", "shipping_method"]


class Named(Protocol):
    """Something that a merchant gives a name."""

    @property
    def label(self) -> str:
        """Its name."""


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


def labels_of(kind: Kind, code: str, label: str) -> Labels:
    """What a status or method is called in each language; by its own label where a language has no word for it."""
    standard = ENGLISH[kind].get(code) == label
    return {locale: FRENCH[kind].get(code, label) if standard and locale == "fr" else label for locale in LOCALES}


def label_in(shop: Shop, kind: Kind, code: str, locale: str) -> str:
    """What the shop calls a status or method in a language; the code itself of one that it has not."""
    known: Mapping[str, Named] = {
        "status": shop.statuses,
        "payment_method": shop.payment_methods,
        "shipping_method": shop.shipping_methods,
    }[kind]
    named = known.get(code)
    return labels_of(kind, code, named.label).get(locale, named.label) if named else code
