"""A closing of the books on paper, in French, as the books are."""

from __future__ import annotations

from datetime import datetime

from domain.closings import Closing, Figures
from domain.shop import Shop
from printing.documents.legal import footer_of
from printing.documents.pages import print_a4
from printing.documents.sheet import Figure, Line, Party, Sheet
from printing.documents.words import Words

_TITLES = {"day": "Clôture journalière", "month": "Clôture mensuelle", "year": "Clôture annuelle"}


def print_closing(closing: Closing, at: datetime, shop: Shop) -> bytes:
    """The closing as a PDF: what was booked, the numbers given, the running totals, and the chain."""
    words = Words("fr", shop.defaults.currency, shop.defaults.timezone)
    sheet = Sheet(
        kind="closing",
        locale="fr",
        currency=shop.defaults.currency,
        at=at,
        title=_TITLES[closing.kind],
        number=closing.period,
        code="",
        seller=Party(label=shop.seller.company or shop.seller.name, lines=()),
        logo=shop.logo,
        facts=(
            ("Clôture n°", str(closing.number)),
            ("Faite le", words.minute_of(at)),
            ("Positions du journal", f"{closing.after + 1} – {closing.until}"),
            ("Écritures", str(closing.bookings)),
        ),
        parties=(),
        columns=("Libellé", "Montant"),
        lines=tuple(line for figures in closing.figures for line in _lines(figures, shop)) + _series(closing),
        figures=tuple(_perpetual(figures, shop) for figures in closing.figures),
        small_print=(f"Empreinte : {closing.hash}", f"Clôture précédente : {closing.previous or 'aucune'}"),
        footer=footer_of(shop, words),
    )
    return print_a4(sheet)


def _lines(figures: Figures, shop: Shop) -> list[Line]:
    words = Words("fr", figures.currency, shop.defaults.timezone)
    told = [
        ("Facturé, toutes taxes comprises", figures.invoiced),
        ("Avoirs et annulations, toutes taxes comprises", -figures.credited),
        ("Montant net", figures.net),
        *((f"{tax.name or 'TVA'} {_rate(tax.rate)} %", tax.amount) for tax in figures.taxes),
        *((f"Règlements, {money.method or 'sans moyen'}", money.amount) for money in figures.money),
        ("Cumul perpétuel en valeur absolue", figures.turned_over),
        ("Cumul perpétuel des règlements", figures.received),
    ]
    return [Line(name=name, cells=(words.money(amount),)) for name, amount in told]


def _series(closing: Closing) -> tuple[Line, ...]:
    return tuple(
        Line(name=f"Série {one.series}, {one.count} pièces", cells=(f"{one.first} – {one.last}",))
        for one in closing.series
    )


def _perpetual(figures: Figures, shop: Shop) -> Figure:
    words = Words("fr", figures.currency, shop.defaults.timezone)
    return Figure(label=f"Cumul perpétuel {figures.currency}", value=words.money(figures.perpetual), strong=True)


def _rate(rate: int) -> str:
    return f"{rate / 10_000:.4f}".rstrip("0").rstrip(".").replace(".", ",")
