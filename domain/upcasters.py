"""How events stored in an older form are read as today's: one small step per form, by topic and form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def numbered_elsewhere(values: dict[str, Any]) -> dict[str, Any]:
    """A number written down in form 1 was given elsewhere: nothing was frozen with it."""
    return {**values, "settings_version": 0, "issued_on": None}


def buyer_of_the_order(values: dict[str, Any]) -> dict[str, Any]:
    """An issued document of form 2 has its buyer from the order alone."""
    return {**values, "buyer": None, "delivery": None}


def taken_by_hand(values: dict[str, Any]) -> dict[str, Any]:
    """A payment method of form 1 may say nothing of a provider: the shop took its money itself."""
    return {**values, "method": {"provider": "manual", **values["method"]}}


UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    ("order.document-numbered", 1): numbered_elsewhere,
    ("order.document-numbered", 2): buyer_of_the_order,
    ("settings.payment-method-defined", 1): taken_by_hand,
}
