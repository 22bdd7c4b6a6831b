"""The words of documents in the languages of a shop, and how amounts, rates, dates and countries read in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, get_decimal_symbol, get_group_symbol

from domain.money import DECIMALS, amount_text
from domain.orders.items import Option
from domain.taxes import WHOLE_RATE, Taxes, TaxShare, combined, rate_text
from domain.units import Unit, quantity_text

LANGUAGES = ("en", "fr")
_CODE_BEFORE = re.compile("([A-Z]{3})([0-9])")
_WORDS = {
    "receipt": ("Receipt", "Reçu"),
    "packing_slip": ("Packing slip", "Bon de livraison"),
    "return_slip": ("Return slip", "Bon de retour"),
    "shipping_label": ("Shipping label", "Étiquette d’expédition"),
    "invoice": ("Invoice", "Facture"),
    "credit_note": ("Credit note", "Avoir"),
    "no_invoice": ("This receipt is not an invoice.", "Ce reçu ne constitue pas une facture."),
    "picking_list": ("Picking list", "Liste de préparation"),
    "order": ("Order", "Commande"),
    "orders": ("Orders", "Commandes"),
    "place": ("Place", "Emplacement"),
    "picture": ("Picture", "Photo"),
    "note": ("Note", "Note"),
    "ordered_on": ("Ordered on", "Date de commande"),
    "sold_on": ("Date of sale", "Date de vente"),
    "issued_on": ("Date of issue", "Date d’émission"),
    "due_on": ("Due date", "Échéance"),
    "refers_to": ("Credits invoice", "Facture d’origine"),
    "of": ("of", "du"),
    "payment": ("Payment", "Paiement"),
    "shipping_method": ("Delivery", "Livraison"),
    "carrier": ("Carrier", "Transporteur"),
    "tracking": ("Tracking", "Suivi"),
    "your_reference": ("Your reference", "Votre référence"),
    "return": ("Return", "Retour"),
    "requested_on": ("Requested on", "Demandé le"),
    "reason": ("Reason", "Motif"),
    "billed_to": ("Billed to", "Facturé à"),
    "billed_and_shipped_to": ("Billed and delivered to", "Facturé et livré à"),
    "shipped_to": ("Delivered to", "Livré à"),
    "return_to": ("Send back to", "À renvoyer à"),
    "from": ("From", "De"),
    "customer": ("Customer", "Client"),
    "no_address": ("No address told", "Adresse non communiquée"),
    "erased": ("Erased at the customer’s request", "Effacé à la demande du client"),
    "item": ("Item", "Désignation"),
    "quantity": ("Qty", "Qté"),
    "packed": ("Packed", "Préparé"),
    "unit_price": ("Unit price", "Prix unitaire"),
    "unit_net": ("Unit price excl. VAT", "P.U. HT"),
    "discount": ("Discount", "Remise"),
    "rate": ("VAT", "TVA"),
    "tax_rate": ("Rate", "Taux"),
    "compound": ("(compound)", "(composée)"),
    "exempt": ("Exempt", "Exonéré"),
    "unit_piece": ("", ""),
    "unit_pair": ("pair", "paire"),
    "unit_pack": ("pack", "lot"),
    "unit_box": ("box", "boîte"),
    "unit_m2": ("m²", "m²"),
    "unit_m3": ("m³", "m³"),
    "unit_hour": ("h", "h"),
    "unit_day": ("d", "j"),
    "amount": ("Amount", "Montant"),
    "net_amount": ("Amount excl. VAT", "Montant HT"),
    "sku": ("Ref.", "Réf."),
    "lacking": (
        "Characters that this document’s typefaces lack are written by their Unicode numbers, such as [U+10A00].",
        "Les caractères absents des polices de ce document sont écrits par leur numéro Unicode, comme [U+10A00].",
    ),
    "no_lines": ("This order has no lines.", "Cette commande ne comporte aucune ligne."),
    "carried": ("Carried forward", "À reporter"),
    "brought": ("Brought forward", "Report"),
    "subtotal": ("Subtotal", "Sous-total"),
    "coupon": ("Coupon", "Code promo"),
    "shipping": ("Delivery", "Frais de port"),
    "goodwill": ("Goodwill", "Geste commercial"),
    "adjustment": ("Adjustment", "Ajustement"),
    "tax": ("VAT", "TVA"),
    "tax_included": ("of which VAT", "dont TVA"),
    "net": ("Total excl. VAT", "Total HT"),
    "base": ("Net", "Base HT"),
    "total": ("Total", "Total"),
    "total_gross": ("Total incl. VAT", "Total TTC"),
    "credited": ("Credited incl. VAT", "Montant crédité TTC"),
    "paid": ("Paid", "Payé"),
    "refunded": ("Refunded", "Remboursé"),
    "handed_over": ("Cash handed over", "Espèces reçues"),
    "change": ("Change", "Monnaie rendue"),
    "balance": ("Balance due", "Reste à payer"),
    "credit": ("Credit", "Avoir client"),
    "pay_here": ("Scan to pay", "Scannez pour payer"),
    "see_order": ("Your order", "Votre commande"),
    "page": ("Page", "Page"),
    "state_cancelled": ("Cancelled", "Commande annulée"),
    "state_refunded": ("Refunded in full", "Remboursée intégralement"),
    "state_partially_refunded": ("Refunded in part", "Remboursée partiellement"),
    "state_void": ("Void", "Annulée – document sans valeur"),
    "units": ("Units", "Pièces"),
    "siren": ("SIREN", "SIREN"),
    "siret": ("SIRET", "SIRET"),
    "vat_number": ("VAT no.", "N° TVA"),
    "registration": ("Reg. no.", "N° SIREN/SIRET"),
    "capital": ("capital of", "au capital de"),
    "operation_goods": ("Category: supply of goods", "Catégorie : livraison de biens"),
    "operation_services": ("Category: supply of services", "Catégorie : prestation de services"),
    "operation_both": (
        "Category: supply of goods and services",
        "Catégorie : livraison de biens et prestation de services",
    ),
    "debits": ("VAT is paid on debits.", "Option pour le paiement de la taxe d’après les débits."),
    "exempt_reverse-charge": ("Reverse charge: the buyer owes the VAT.", "Autoliquidation : TVA due par le preneur."),
    "exempt_intra-community": (
        "Intra-Community supply exempt from VAT (CGI, art. 262 ter, I).",
        "Exonération de TVA, art. 262 ter, I du CGI (livraison intracommunautaire).",
    ),
    "exempt_export": (
        "Export exempt from VAT (CGI, art. 262, I).",
        "Exonération de TVA, art. 262, I du CGI (exportation).",
    ),
    "terms": ("Payable by {date}.", "Payable au plus tard le {date}."),
    "settled": ("Paid in full.", "Facture acquittée."),
    "no_early": ("No discount for early payment.", "Pas d’escompte pour paiement anticipé."),
    "early": ("Discount for early payment: {rate}.", "Escompte pour paiement anticipé : {rate}."),
    "penalty": ("Late payment: {rate} a year", "Pénalités de retard : {rate} par an"),
    "penalty_legal": (
        "Late payment: the rate of the European Central Bank plus 10 points",
        "Pénalités de retard : taux de la BCE majoré de 10 points",
    ),
    "recovery": (
        "; businesses also owe a fixed 40 EUR for recovery (code de commerce, art. L441-10).",
        " ; indemnité forfaitaire pour frais de recouvrement entre professionnels : 40 € (art. L441-10 C. com.).",
    ),
    "bank": ("Bank transfer:", "Virement\N{NO-BREAK SPACE}:"),
    "not_for_accounts": ("Keep this slip with the parcel.", "À joindre au colis."),
}
# In their place where a document tells of other taxes than value added tax, such as GST and PST.
_OF_OTHER_TAXES = {
    "rate": ("Tax", "Taxe"),
    "tax": ("Tax", "Taxes"),
    "tax_included": ("of which tax", "dont taxes"),
    "unit_net": ("Unit price excl. tax", "P.U. HT"),
    "net_amount": ("Amount excl. tax", "Montant HT"),
    "net": ("Total excl. tax", "Total HT"),
    "total_gross": ("Total incl. tax", "Total TTC"),
    "credited": ("Credited incl. tax", "Montant crédité TTC"),
}
_VALUE_ADDED = re.compile(r"\s*(?:$|(?:VAT|TVA)\b)", re.IGNORECASE)


def is_value_added(name: str) -> bool:
    """Whether a tax of this name is value added tax, as one without a name is."""
    return _VALUE_ADDED.match(name) is not None


class Words:
    """The words of one language, and one time zone and currency to write amounts and days in.

    `tax_names` are those of the taxes told: `VAT` is the word for them where all are that.
    """

    def __init__(self, locale: str, currency: str, timezone: str, tax_names: Iterable[str] = ()) -> None:
        self.locale = locale if locale in LANGUAGES else LANGUAGES[0]
        self.currency = currency
        self._words = _WORDS if all(map(is_value_added, tax_names)) else _WORDS | _OF_OTHER_TAXES
        self._place = LANGUAGES.index(self.locale)
        self._zone = timezone
        self._decimal, self._group = _symbols(self.locale)

    def __getitem__(self, name: str) -> str:
        return self._words[name][self._place]

    def amount(self, minor: int, extra: int = 0) -> str:
        """An amount without its currency, as columns hold it; `extra` decimals more than the currency's."""
        places = DECIMALS[self.currency] + extra
        whole, part = divmod(abs(minor), 10**places)
        grouped = f"{whole:,}".replace(",", self._group)
        sign = "\N{MINUS SIGN}" if minor < 0 else ""
        return f"{sign}{grouped}{self._decimal}{part:0{places}d}" if places else f"{sign}{grouped}"

    def money(self, minor: int) -> str:
        """An amount with its currency."""
        amount = Decimal(amount_text(minor, self.currency))
        text = str(format_currency(amount, self.currency, locale=self.locale)).replace("-", "\N{MINUS SIGN}")
        return _CODE_BEFORE.sub("\\1\N{NO-BREAK SPACE}\\2", text)

    def euros(self, cents: int) -> str:
        """An amount in euros, whatever the document is in."""
        return str(format_currency(Decimal(cents).scaleb(-2), "EUR", locale=self.locale))

    def decimal(self, number: int, places: int) -> str:
        """A number with so many decimals, without zeros at its end."""
        whole, part = divmod(number, 10**places)
        decimals = f"{part:0{places}d}".rstrip("0")
        return f"{whole}{self._decimal}{decimals}" if decimals else str(whole)

    def rate(self, rate: int) -> str:
        """A rate in hundredths of a percent: `5.5 %`."""
        whole, part = divmod(rate, 100)
        decimals = f"{self._decimal}{part:02d}".rstrip("0") if part else ""
        return f"{whole}{decimals}{self._percent}"

    def tax_rate(self, rate: Fraction) -> str:
        """A tax rate, exact: `8.875 %`."""
        whole, _, part = rate_text(rate).partition(".")
        decimals = part.rstrip("0")
        return f"{whole}{self._decimal}{decimals}{self._percent}" if decimals else f"{whole}{self._percent}"

    def taxes(self, taxes: Taxes) -> str:
        """What all taxes of a line come to."""
        return self.tax_rate(combined(taxes))

    def taxes_named(self, taxes: Taxes, exemption: str) -> tuple[str, ...]:
        """Each tax by its name and rate where they have names, or why there is none."""
        if exemption:
            return (self.exempt(exemption),)
        return tuple(self._named(tax.name, tax.rate, tax.compound) for tax in taxes if tax.name)

    def tax_share(self, share: TaxShare) -> str:
        """What a tax of the whole document is called."""
        return self["exempt"] if share.exemption else self._named(share.name, share.rate, share.compound)

    def exempt(self, reason: str) -> str:
        """That a line bears no tax, and why."""
        return f"{self['exempt']}{self._colon} {reason}"

    def labelled(self, name: str, value: str) -> str:
        """A value behind the word for what it is."""
        return f"{self[name]}{self._colon} {value}"

    def option(self, option: Option) -> str:
        """What of an article was chosen."""
        return f"{option.name}{self._colon} {option.value}"

    def quantity(self, steps: int, unit: Unit) -> str:
        """A quantity in its unit: `0.350 kg`, and no unit for pieces."""
        whole, _, part = quantity_text(steps, unit).partition(".")
        number = f"{self.count(int(whole))}{self._decimal}{part}" if part else self.count(int(whole))
        label = self.unit(unit.code)
        return f"{number}\N{NO-BREAK SPACE}{label}" if label else number

    def quantities(self, counted: Iterable[tuple[int, Unit]]) -> str:
        """Quantities summed up, those of each unit by themselves."""
        sums: dict[Unit, int] = {}
        for steps, unit in counted:
            sums[unit] = sums.get(unit, 0) + steps
        return " + ".join(self.quantity(steps, unit) for unit, steps in sums.items()) or self.count(0)

    def unit(self, code: str) -> str:
        """A unit as it stands behind a number."""
        name = f"unit_{code}"
        return self[name] if name in _WORDS else code

    def _named(self, name: str, rate: int, compound: bool) -> str:
        text = self.tax_rate(Fraction(rate, WHOLE_RATE))
        return " ".join(part for part in (name, text, self["compound"] if compound else "") if part)

    @property
    def _percent(self) -> str:
        return "\N{NO-BREAK SPACE}%" if self.locale == "fr" else "%"

    @property
    def _colon(self) -> str:
        return "\N{NO-BREAK SPACE}:" if self.locale == "fr" else ":"

    def count(self, number: int) -> str:
        """A number of units."""
        return f"{number:,}".replace(",", self._group)

    def day(self, day: date) -> str:
        """A day in words."""
        return _day(day, self.locale)

    def day_of(self, at: datetime) -> str:
        """The day of an instant at the shop."""
        return _day(self._local(at).date(), self.locale)

    def local_day(self, at: datetime) -> date:
        """The day of an instant at the shop, as a date."""
        return self._local(at).date()

    def minute_of(self, at: datetime) -> str:
        """The day and the minute of an instant at the shop."""
        local = self._local(at)
        return f"{_day(local.date(), self.locale)}, {format_time(local.time(), 'short', locale=self.locale)}"

    def country(self, code: str) -> str:
        """A country's name."""
        return _country(code, self.locale)

    def _local(self, at: datetime) -> datetime:
        try:
            return at.astimezone(ZoneInfo(self._zone))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return at


@lru_cache(maxsize=4)
def _symbols(locale: str) -> tuple[str, str]:
    return get_decimal_symbol(locale), get_group_symbol(locale)


@lru_cache(maxsize=512)
def _day(day: date, locale: str) -> str:
    return str(format_date(day, "long", locale=locale))


@lru_cache(maxsize=512)
def _country(code: str, locale: str) -> str:
    return str(Locale.parse(locale).territories.get(code, code))
