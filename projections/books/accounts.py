"""The accounts that a shop books on: those of `CARNET_ACCOUNTS`, else those of the French plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

# By what is booked; `vat.20` is the account of one rate, `method.cash` that of a way to pay.
STANDARD: Mapping[str, str] = {
    "customers": "411", "goods": "707", "shipping": "708", "vat": "445711", "bank": "512", "rounding": "758",
    "method.cash": "530", "method.exchange": "467",
}  # fmt: skip
LABELS: Mapping[str, str] = {
    "customers": "Clients", "goods": "Ventes de marchandises", "shipping": "Ports et frais accessoires facturés",
    "vat": "TVA collectée", "bank": "Banque", "rounding": "Produits divers de gestion courante",
    "method.cash": "Caisse", "method.exchange": "Échanges de marchandises",
}  # fmt: skip
_PART = re.compile(r"((?:vat|method)\.[A-Za-z0-9_.-]{1,40}|[a-z]+)=([0-9]{3}[0-9A-Za-z]{0,17})")


class Account(NamedTuple):
    """An account of the plan: its number and what it is called."""

    number: str
    label: str


class Accounts:
    """Which account each thing is booked on; raises `ValueError` for a text that is not `name=number,name=number`."""

    def __init__(self, text: str = "") -> None:
        self._numbers = dict(STANDARD)
        for part in filter(None, (part.strip() for part in text.split(","))):
            found = _PART.fullmatch(part)
            if not found or not (found[1] in STANDARD or "." in found[1]):
                known = ", ".join(name for name in STANDARD if "." not in name)
                raise ValueError(f"{part!r} is not NAME=NUMBER; names are {known}, vat.RATE and method.CODE")
            self._numbers[found[1]] = found[2]

    def of(self, name: str) -> Account:
        """The account of one of the names."""
        return Account(self._numbers[name], LABELS[name])

    def of_tax(self, rate: int, name: str) -> Account:
        """The account of a tax, its rate in ten-thousandths of a percent."""
        told = f"{rate / 10_000:.4f}".rstrip("0").rstrip(".")
        label = f"{name or LABELS['vat']} {told.replace('.', ',')} %"
        return Account(self._numbers.get(f"vat.{told}", self._numbers["vat"]), label)

    def of_method(self, method: str) -> Account:
        """The account that money paid this way comes to and goes from."""
        name = f"method.{method}"
        return Account(self._numbers.get(name, self._numbers["bank"]), LABELS.get(name, LABELS["bank"]))


def check_accounts(text: str) -> None:
    """Refuses a text that `Accounts` cannot read."""
    Accounts(text)
