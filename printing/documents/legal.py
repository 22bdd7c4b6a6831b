"""The small print that French law asks for on invoices and credit notes.

CGI, annexe II, art. 242 nonies A, I: names, addresses and numbers of seller and buyer, dates of issue and of sale, a
number of an unbroken series, per line quantity, designation, net unit price, rate and discounts, net and tax per rate,
category of operation, option for debits, the provision under which no tax is charged. Code de commerce, art. L441-9
and L441-10: due date, conditions of discount, rate of late payment penalties and the fixed sum for recovery (40 EUR,
art. D441-5), and the buyer's order number where it gave one. Art. R123-237: form, capital and register of a company.
"""

from __future__ import annotations

from domain.orders.order import Document
from domain.shop import Shop
from printing.documents.words import Words

NUMBERED = ("invoice", "credit_note")


def identity_of(shop: Shop, words: Words, kind: str) -> tuple[str, ...]:
    """The seller's numbers and ways to be reached, under its address."""
    seller, legal = shop.seller, shop.legal
    told = [seller.phone, seller.email]
    if kind in NUMBERED:
        told += [
            f"{words['siret']} {legal.siret}" if legal.siret else f"{words['siren']} {legal.siren}" * bool(legal.siren),
            f"{words['vat_number']} {seller.vat_number}" if seller.vat_number else "",
        ]
    return tuple(line for line in told if line)


def footer_of(shop: Shop, words: Words) -> tuple[str, ...]:
    """Who the seller is, at the foot of every page, and what it has to say there."""
    seller, legal = shop.seller, shop.legal
    capital = f"{words['capital']} {legal.capital}" if legal.capital else ""
    parts = (
        " ".join(part for part in (_company_of(shop), capital) if part),
        f"{words['siren']} {legal.siren}" if legal.siren else "",
        legal.register,
        f"{words['vat_number']} {seller.vat_number}" if seller.vat_number else "",
    )
    return tuple(line for line in (" · ".join(part for part in parts if part), legal.footer) if line)


def _company_of(shop: Shop) -> str:
    """The company with its legal form, which is said once where the name has it already."""
    name, form = shop.seller.company or shop.seller.name, shop.legal.legal_form
    if not form or form.casefold() in name.casefold().split():
        return name
    return f"{name} {form}"


def small_print(shop: Shop, words: Words, document: Document, *, paid: bool) -> tuple[str, ...]:
    """The terms of an invoice; a credit note says only what it is about."""
    legal = shop.legal
    lines = [words[f"operation_{legal.operation}"] + "."]
    if document.exemption:
        lines.append(words[f"exempt_{document.exemption}"])
    elif legal.exemption:
        lines.append(legal.exemption)
    if legal.tax_on_debits:
        lines.append(words["debits"])
    if document.kind == "invoice":
        lines += _terms(shop, words, document, paid=paid)
    return tuple(lines)


def _terms(shop: Shop, words: Words, document: Document, *, paid: bool) -> list[str]:
    legal = shop.legal
    penalty, recovery, early = (told for _, told in conditions_of(shop, words))
    due = words["terms"].format(date=words.day(document.due_on)) if document.due_on else ""
    lines = [
        " ".join(part for part in (words["settled"] if paid else due, early) if part),
        penalty + recovery,
    ]
    if legal.iban and not paid:
        lines.append(f"{words['bank']} IBAN {legal.iban}" + (f" · BIC {legal.bic}" if legal.bic else ""))
    return lines


def conditions_of(shop: Shop, words: Words) -> tuple[tuple[str, str], ...]:
    """The conditions that every invoice tells, each with its code in UNTDID 4451: late payment, recovery, discount."""
    legal = shop.legal
    early = words["early"].format(rate=words.rate(legal.early_discount)) if legal.early_discount else words["no_early"]
    penalty = words["penalty"].format(rate=words.rate(legal.late_penalty)) if legal.late_penalty else ""
    return (("PMD", penalty or words["penalty_legal"]), ("PMT", words["recovery"]), ("AAB", early))
