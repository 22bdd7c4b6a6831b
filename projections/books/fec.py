"""Bookings as entries of double entry, as the file of entries of French law has them (LPF, art. A47 A-1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from domain.bookings import Booking
from domain.errors import Rejected
from domain.money import DECIMALS, amount_text, decimals, share
from projections.books.accounts import Account, Accounts

EURO = "EUR"
MILLION = 10**6
COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
SOMEBODY = Account("CDIVERS", "Clients divers")
_SALES, _BANK, _CASH, _OTHER = ("VE", "Ventes"), ("BQ", "Banque"), ("CA", "Caisse"), ("OD", "Opérations diverses")
_JOURNALS = {"cash": _CASH, "exchange": _OTHER}
_WORDS = {
    "invoice": "Facture", "credit_note": "Avoir", "void": "Annulation", "payment": "Règlement",
    "payment_void": "Annulation règlement", "refund": "Remboursement",
}  # fmt: skip


class RateMissing(Rejected):
    """What was booked of order {number} is in {currency}, and nothing tells how much a euro costs: say its rate."""

    code = "rate-missing"


class Posting(NamedTuple):
    """A line of an entry in euro cents, debit above zero; `foreign` is the amount in another currency."""

    account: Account
    cents: int
    foreign: int
    is_customer: bool = False


class Entry(NamedTuple):
    """An entry: what it books, in which journal, and its lines, which come to zero."""

    number: int
    booking: Booking
    journal: tuple[str, str]
    customer: Account
    postings: tuple[Posting, ...]


def entries(bookings: Iterable[Booking], accounts: Accounts, rates: Mapping[str, int]) -> Iterator[Entry]:
    """Bookings as entries with numbers from 1 on without a gap; raises `RateMissing`.

    `rates` says what a euro costs in other currencies, in millionths, where an order's invoice does not.
    """
    names: dict[str, str] = {}
    for number, booking in enumerate(bookings, 1):
        customer = _customer(booking, names)
        journal = _JOURNALS.get(booking.method, _BANK) if booking.method or not booking.series else _SALES
        yield Entry(number, booking, journal, customer, tuple(_postings(booking, accounts, rates)))


def _customer(booking: Booking, names: dict[str, str]) -> Account:
    """The customer's account of their own, called the same throughout."""
    if booking.customer_id is None:
        return SOMEBODY
    number = f"C{booking.customer_id.hex[:16].upper()}"
    name = names.setdefault(number, booking.buyer) or booking.buyer
    return Account(number, name or number)


def _postings(booking: Booking, accounts: Accounts, rates: Mapping[str, int]) -> Iterator[Posting]:
    parts: list[tuple[Account, int]]
    if booking.series:
        parts = [
            (accounts.of("goods"), booking.goods),
            (accounts.of("shipping"), booking.shipping),
            *((accounts.of_tax(tax.rate, tax.name), tax.amount) for tax in booking.taxes),
            (accounts.of("rounding"), booking.other),
        ]
    else:
        parts = [(accounts.of_method(booking.method), booking.total)]
    total, *cents = _euros(booking, [booking.total, *(amount for _, amount in parts)], rates)
    if booking.total:
        yield Posting(accounts.of("customers"), total, booking.total, is_customer=True)
    for (account, amount), cent in zip(parts, cents, strict=True):
        if amount:
            yield Posting(account, -cent, -amount)


def _euros(booking: Booking, amounts: list[int], rates: Mapping[str, int]) -> list[int]:
    """Amounts in cents, the first the sum of the others, which share its rounding."""
    if booking.currency == EURO:
        return amounts
    rate = booking.euro_rate or rates.get(booking.currency, 0)
    if not rate:
        raise RateMissing(number=booking.order_number, currency=booking.currency)
    exact = [Decimal(amount) * 100 * MILLION / 10 ** decimals(booking.currency) / rate for amount in amounts]
    total, *parts = [int(amount.to_integral_value()) for amount in exact]
    left = total - sum(parts)
    spread = share(abs(left), [abs(amount) for amount in amounts[1:]])
    return [total, *(part + (more if left > 0 else -more) for part, more in zip(parts, spread, strict=True))]


def rows(entry: Entry) -> Iterator[tuple[str, ...]]:
    """The lines of an entry, a text for each of the columns."""
    booking = entry.booking
    word = _WORDS[booking.kind]
    told = f"{word} {booking.piece}" if booking.series else f"{word} {booking.order_number} {booking.method}".rstrip()
    for one in entry.postings:
        auxiliary = entry.customer if one.is_customer else Account("", "")
        foreign = booking.currency != EURO
        yield tuple(map(_plain, (
            *entry.journal, str(entry.number), _day(booking.booked_on), *one.account, *auxiliary, booking.piece,
            _day(booking.day), told, _amount(max(one.cents, 0)), _amount(max(-one.cents, 0)), "", "",
            _day(booking.booked_on), _foreign(one.foreign, booking.currency) if foreign else "",
            booking.currency if foreign else "",
        )))  # fmt: skip


def file_name(siren: str, last: date) -> str:
    """What the file is called: `SIRENFECAAAAMMJJ.txt`, the day being the last of the period."""
    return f"{siren}FEC{_day(last)}.txt"


def lines(found: Iterable[Entry]) -> Iterator[bytes]:
    """The file, its head first: columns parted by tabs, in UTF-8."""
    yield _line(COLUMNS)
    for entry in found:
        yield b"".join(_line(row) for row in rows(entry))


def _line(cells: Iterable[str]) -> bytes:
    return ("\t".join(cells) + "\r\n").encode()


def _plain(text: str) -> str:
    """A text without what would part it: tabs, bars, breaks of lines."""
    return " ".join(text.replace("|", " ").split())


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _amount(cents: int) -> str:
    return amount_text(cents, EURO).replace(".", ",")


def _foreign(amount: int, currency: str) -> str:
    return amount_text(abs(amount), currency).replace(".", ",")


def rates_told(told: Iterable[str]) -> dict[str, int]:
    """Rates told as `USD=1.0825`, in millionths; raises `ValueError`."""
    rates = {}
    for one in told:
        found = re.fullmatch(r"([A-Z]{3})=([0-9]{1,6}(?:\.[0-9]{1,6})?)", one)
        if not found or not Decimal(found[2]) or found[1] not in DECIMALS:
            raise ValueError(f"{one!r} is not a rate such as USD=1.0825")
        rates[found[1]] = int(Decimal(found[2]) * MILLION)
    return rates
