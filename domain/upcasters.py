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


def credited_by_refund(values: dict[str, Any]) -> dict[str, Any]:
    """A credit note of form 3 is made of a refund, which tells its parts."""
    return {**values, "parts": []}


def taken_by_hand(values: dict[str, Any]) -> dict[str, Any]:
    """A payment method of form 1 may say nothing of a provider: the shop took its money itself."""
    return {**values, "method": {"provider": "manual", **values["method"]}}


def parcel_without_answer(values: dict[str, Any]) -> dict[str, Any]:
    """A parcel of form 1 asked nothing of stock."""
    return {**values, "stock": ""}


def taxed_at_one_rate(values: dict[str, Any]) -> dict[str, Any]:
    """A line or charge of form 1 bears one tax without a name, at a rate in hundredths of a percent."""
    rate = values.get("tax_rate", 0) * 100
    rest = {name: value for name, value in values.items() if name != "tax_rate"}
    return {**rest, "taxes": [{"rate": rate}] if rate else []}


def kept_untold(values: dict[str, Any]) -> dict[str, Any]:
    """A quantity of form 1 says nothing of how many units are kept."""
    return {**values, "kept": None}


def handed_over_untold(values: dict[str, Any]) -> dict[str, Any]:
    """A payment of form 1 says nothing of cash handed over, and nothing of what is kept again."""
    return {**values, "handed_over": None}


def credit_untold(values: dict[str, Any]) -> dict[str, Any]:
    """A refund of form 1 tells credit as goodwill, and nothing of what its units were worth beyond their amount."""
    lines = [{**line, "worth": line["amount"], "line_total": 0, "line_quantity": 0} for line in values.get("lines", ())]
    return {**values, "lines": lines, "credit": None, "pay_again": False}


def no_taxes_by_default(values: dict[str, Any]) -> dict[str, Any]:
    """Defaults of form 1 say nothing of taxes."""
    return {**values, "defaults": {**values["defaults"], "taxes": None}}


def one_name_in_all_languages(values: dict[str, Any]) -> dict[str, Any]:
    """A status of form 1 is called the same in every language."""
    return {**values, "status": {**values["status"], "names": []}}


UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    ("order.document-numbered", 1): numbered_elsewhere,
    ("order.document-numbered", 2): buyer_of_the_order,
    ("order.document-numbered", 3): credited_by_refund,
    ("order.item-added", 1): taxed_at_one_rate,
    ("order.item-quantity-changed", 1): kept_untold,
    ("order.payment-recorded", 1): handed_over_untold,
    ("order.refund-requested", 1): credit_untold,
    ("order.refunded", 1): credit_untold,
    ("order.shipped", 1): parcel_without_answer,
    ("order.shipping-charge-set", 1): taxed_at_one_rate,
    ("settings.defaults-set", 1): no_taxes_by_default,
    ("settings.payment-method-defined", 1): taken_by_hand,
    ("settings.status-defined", 1): one_name_in_all_languages,
}
