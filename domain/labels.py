"""What statuses and methods are called in each language, as long as the merchant has not named them otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from domain.shop import LOCALES, Shop
from domain.statuses import STANDARD_STATUSES, MerchantStatus

Labels = dict[str, str]
Kind = Literal["status", "payment_method", "shipping_method"]


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


def labels_of(kind: Kind, code: str, label: str, names: Mapping[str, str] = MappingProxyType({})) -> Labels:
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


def label_in(shop: Shop, kind: Kind, code: str, locale: str) -> str:
    """What the shop calls a status or method in a language; the code itself of one that it has not."""
    if kind == "status":
        status = shop.statuses.get(code)
        return status_labels(status).get(locale, status.label) if status else code
    method = shop.payment_methods.get(code) if kind == "payment_method" else shop.shipping_methods.get(code)
    return labels_of(kind, code, method.label).get(locale, method.label) if method else code
