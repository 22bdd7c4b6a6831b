"""How a table writes its dates and amounts, told by its whole columns: nothing that could be read two ways is guessed.

One value may leave open which is the day and which the month, or whether a sign marks decimals or thousands; the others
of its table prove it. Where none does, the caller is asked before anything is stored; where some prove one and some the
other, every value that stays open refuses its row. Rows are looked at until all is proved and no date needs it; what
comes after is checked as it is read, so a value in another form refuses its row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from importers.faults import UnusableFile
from importers.mapping.mapping import CsvMapping
from importers.profile import Choices, Profile, ReadAs
from importers.profiles import choose_profile
from importers.reading.amounts import told_sign
from importers.reading.dates import DAY_FIRST, MONTH_FIRST, NUMBERS, year_of
from importers.reading.months import named_date
from importers.reading.table import Table

ENOUGH = 2_000  # rows; beyond them only a table that has not proved its forms is looked at
OPEN = "open"


class Evidence(Struct):
    """What the values seen prove of dates and of amounts, each proof with how often it was seen."""

    dates: dict[str, int]
    amounts: dict[str, int]
    unclear_years: int = 0

    @property
    def date_form(self) -> str:
        """The form of dates that is not ISO: `day-first`, `month-first`, or empty where it is not proved."""
        return _only(self.dates, DAY_FIRST, MONTH_FIRST)

    @property
    def decimal(self) -> str:
        """The decimal sign, empty where it is not proved."""
        return _only(self.amounts, ".", ",")

    def settled(self, choices: Choices, decimal: str) -> bool:
        """Whether nothing more is to be learnt from values like those seen."""
        dates = choices.dates or not (self.dates.keys() - {"iso"})
        return bool(dates and (choices.decimal or self.decimal or decimal))


class OpenedProfile(Struct):
    """The profile that reads a table, the choices it was opened with, and what they rest on."""

    profile: Profile
    choices: Choices
    evidence: Evidence

    @classmethod
    def untold(cls, profile: Profile, choices: Choices) -> OpenedProfile:
        """A profile whose forms stay open."""
        return cls(profile, choices, Evidence({}, {}))


def opened_profile(table: Table, mapping: CsvMapping | None, choices: Choices) -> OpenedProfile:
    """The table's profile with the forms that its columns prove; raises `UnusableFile` asking for those that stay open.

    Choices that tell both forms are taken as they are, and nothing is looked at.
    """
    profile = choose_profile(table, mapping, choices)
    if choices.dates and choices.decimal:
        return OpenedProfile.untold(profile, choices)
    evidence = evidence_of(table, profile.reads, choices, profile.decimal)
    told = replace(
        choices,
        dates=choices.dates or _asked_dates(evidence, profile.dates),
        years_from=choices.years_from or _asked_years(evidence),
        decimal=choices.decimal or _asked_decimal(evidence, profile.decimal),
    )
    return OpenedProfile(choose_profile(table, mapping, told), told, evidence)


def proved(table: Table, reads: Mapping[str, ReadAs], choices: Choices) -> Choices:
    """The choices with the forms that these columns prove; raises `UnusableFile` asking for those that stay open."""
    evidence = evidence_of(table, reads, choices, "")
    return replace(
        choices,
        dates=choices.dates or _asked_dates(evidence, ""),
        decimal=choices.decimal or _asked_decimal(evidence, ""),
    )


def evidence_of(table: Table, reads: Mapping[str, ReadAs], choices: Choices, decimal: str) -> Evidence:
    """What the columns of dates and amounts prove, looked at for as long as something is left to learn."""
    evidence = Evidence({}, {})
    places = [(_places(header, reads, "date"), _places(header, reads, "amount")) for header in table.headers]
    seen: set[str] = set()
    for number, row in enumerate(table.rows()):
        if number >= ENOUGH and not number % ENOUGH:
            seen.clear()  # bounded, whatever the file holds
            if evidence.settled(choices, decimal):
                break
        dates, amounts = places[row.kind]
        if row.problem:
            continue
        for place in dates:
            text = row.cells[place]
            if text and text not in seen:
                seen.add(text)
                _count(evidence.dates, date_form(text.strip()))
                evidence.unclear_years += _is_unclear(text.strip())
        for place in amounts:
            text = row.cells[place]
            if text and text not in seen:
                seen.add(text)
                _count(evidence.amounts, told_sign(text.strip()))
    table.rewind()
    return evidence


def date_form(text: str) -> str:
    """What the date proves: `iso`, `day-first`, `month-first`, `open`, or empty where it is none of these."""
    if text[:4].isdigit() and text[4:5] in ("-", "/"):
        return "iso"
    match = NUMBERS.fullmatch(text)
    if not match:
        return "iso" if named_date(text) else ""
    first, second = int(match[1]), int(match[3])
    if first <= 12 >= second or first > 12 < second or (len(match[4]) == 2 and first > 12):
        return OPEN  # a year of two digits may as well stand in front
    return DAY_FIRST if first > 12 else MONTH_FIRST


def _count(proofs: dict[str, int], proof: str) -> None:
    if proof:
        proofs[proof] = proofs.get(proof, 0) + 1


def _only(proofs: Mapping[str, int], one: str, other: str) -> str:
    if one in proofs and other in proofs:
        return ""
    return one if one in proofs else other if other in proofs else ""


def _places(header: Sequence[str], reads: Mapping[str, ReadAs], what: ReadAs) -> list[int]:
    return [place for place, name in enumerate(header) if reads.get(name) == what]


def _asked_dates(evidence: Evidence, known: str) -> str:
    """The form of dates; raises `UnusableFile` where only the caller can know it."""
    told = {DAY_FIRST, MONTH_FIRST} & evidence.dates.keys()
    if OPEN in evidence.dates and not told and "iso" not in evidence.dates and not known:
        raise UnusableFile(
            "No date in this file proves whether the day or the month comes first. "
            "Say --dates day-first or --dates month-first (the field `dates`)."
        )
    return evidence.date_form


def _is_unclear(text: str) -> bool:
    """Whether the date has a year of two digits that may mean several."""
    match = NUMBERS.fullmatch(text)
    return bool(match and len(match[4]) == 2 and year_of(match[4]) is None)


def _asked_years(evidence: Evidence) -> int:
    """Raises `UnusableFile` where only the caller can know the century of years of two digits."""
    if evidence.unclear_years:
        raise UnusableFile(
            "Years of two digits in this file may mean several years: 69 is 1969 or 2069. "
            "Say the first year they may be, like --years-from 1950 (the field `years_from`)."
        )
    return 0


def _asked_decimal(evidence: Evidence, known: str) -> str:
    """The decimal sign; raises `UnusableFile` where only the caller can know it."""
    told = {".", ","} & evidence.amounts.keys()
    if OPEN in evidence.amounts and not told and not known:
        raise UnusableFile(
            "No amount in this file proves whether 1.234 is more than a thousand. "
            "Say --decimal . or --decimal , (the field `decimal`)."
        )
    return evidence.decimal
