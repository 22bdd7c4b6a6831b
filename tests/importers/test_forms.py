"""Dates and amounts are read as whole columns prove, and asked for where they prove nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from importers import forms
from importers.faults import UnusableFile
from importers.forms import date_form, opened_profile
from importers.mapping.mapping import read_mapping
from importers.profile import Choices
from importers.reading.amounts import currency_in, told_sign
from importers.reading.table import open_table
from tests.importers.trying import Imported, import_file, write

HEADER = "No;Day;Sum"
MAPPING = (
    'source = "till"\ncurrency = "EUR"\ntimezone = "UTC"\n[columns]\nnumber = "No"\ncreated_at = "Day"\ntotal = "Sum"\n'
)


def till(folder: Path, *rows: str, **choices: str) -> Imported:
    mapping = folder / "till.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    (folder / "orders-errors.csv").unlink(missing_ok=True)
    told = Choices(**choices)  # type: ignore[arg-type]
    return import_file(write(folder, HEADER, *rows), mapping=read_mapping(mapping), choices=told)


def created(result: Imported, number: str) -> datetime:
    at = result.book.numbered(number).created_at
    assert at
    return at


def test_one_date_proves_the_form_of_its_column(tmp_path: Path) -> None:
    result = till(tmp_path, "1;03/04/2025;5", "2;16/04/2025;5")
    assert (created(result, "1"), result.totals.new) == (datetime(2025, 4, 3, tzinfo=UTC), 2)
    result = till(tmp_path, "1;03/04/2025;5", "2;04/16/2025;5")
    assert (created(result, "1"), result.totals.new) == (datetime(2025, 3, 4, tzinfo=UTC), 2)


def test_where_no_date_proves_it_the_caller_is_asked_and_believed(tmp_path: Path) -> None:
    rows = ("1;03/04/2025;5", "2;05/06/2025;5")
    with pytest.raises(UnusableFile, match="--dates day-first"):
        till(tmp_path, *rows)
    assert created(till(tmp_path, *rows, dates="day-first"), "1") == datetime(2025, 4, 3, tzinfo=UTC)
    assert created(till(tmp_path, *rows, dates="%m/%d/%Y"), "1") == datetime(2025, 3, 4, tzinfo=UTC)


def test_where_dates_prove_both_every_open_one_is_refused(tmp_path: Path) -> None:
    result = till(tmp_path, "1;16/04/2025;5", "2;04/16/2025;5", "3;03/04/2025;5", "4;2025-04-03;5")
    assert (result.totals.new, result.codes) == (1, ["date-form-unknown"] * 3)


def test_a_year_of_two_digits_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="--dates"):
        till(tmp_path, "1;25-01-12;5")
    assert created(till(tmp_path, "1;25-01-12;5", dates="%y-%m-%d"), "1") == datetime(2025, 1, 12, tzinfo=UTC)


def test_an_amount_proves_the_decimal_sign_of_its_file(tmp_path: Path) -> None:
    result = till(tmp_path, "1;2025-04-03;1.234", "2;2025-04-03;12,50")
    assert result.totals.as_dict()["totals"] == {"EUR": "1246.50"}
    result = till(tmp_path, "1;2025-04-03;1.234", "2;2025-04-03;12.50")
    assert result.totals.as_dict()["totals"] == {"EUR": "13.73"}


def test_where_no_amount_proves_it_the_caller_is_asked(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="--decimal"):
        till(tmp_path, "1;2025-04-03;1.234", "2;2025-04-03;5")
    assert till(tmp_path, "1;2025-04-03;1.234", decimal=",").totals.as_dict()["totals"] == {"EUR": "1234.00"}


def test_where_amounts_prove_both_only_the_open_one_is_refused(tmp_path: Path) -> None:
    result = till(tmp_path, "1;2025-04-03;1,50", "2;2025-04-03;1.50", "3;2025-04-03;1.234")
    assert (result.totals.new, result.codes) == (2, ["ambiguous-amount"])


def test_proof_is_looked_for_to_the_end_where_the_beginning_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "ENOUGH", 10)
    rows = [f"{number};03/04/2025;5.00" for number in range(1, 50)]
    assert created(till(tmp_path, *rows, "50;31/12/2025;5.00"), "1") == datetime(2025, 4, 3, tzinfo=UTC)
    late = till(tmp_path, *rows, "50;31/12/2025;5.00", "51;12/31/2025;5.00")
    assert late.totals.new == 0, "a proof of the opposite at the end comes too late for nobody"


def test_a_table_that_proved_its_forms_is_not_read_to_the_end_and_what_differs_later_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "ENOUGH", 10)
    rows = [f"{number};2025-04-03;5.00" for number in range(1, 50)]
    file = write(tmp_path, HEADER, *rows, "50;16/04/2025;5,00")
    mapping = tmp_path / "till.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    with open_table([file]) as table:
        found = opened_profile(table, read_mapping(mapping), Choices())
        assert (found.choices.dates, found.choices.decimal) == ("", ".")
        assert found.evidence.dates == {"iso": 1}
    result = till(tmp_path, *rows, "50;16/04/2025;5.00", "51;2025-04-03;5,00")
    assert (result.totals.new, result.codes) == (49, ["date-form-unknown", "not-an-amount"])


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2025-04-03 10:00", "iso"),
        ("2025/04/03", "iso"),
        ("16/04/2025", "day-first"),
        ("04/16/2025 1:00 PM", "month-first"),
        ("04.03.2025", "open"),
        ("31/12/25", "open"),
        ("31/31/2025", "open"),
        ("3 April 2025", "iso"),
        ("08/14/25", "month-first"),
        ("14/08/25", "open"),
        ("3 Avrember 2025", ""),
    ],
)
def test_what_a_date_proves(text: str, form: str) -> None:
    assert date_form(text) == form


@pytest.mark.parametrize(
    ("text", "sign"),
    [("1.50", "."), ("1,5", ","), ("1.234,50 €", ","), ("1.234.567", ","), ("1,234", "open"), ("12", ""), ("x", "")],
)
def test_what_an_amount_proves(text: str, sign: str) -> None:
    assert told_sign(text) == sign


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("€29.99", "EUR"),
        ("29,99 €", "EUR"),
        ("-£1,000.00", "GBP"),
        ("(£5.00)", "GBP"),
        ("CA$12.00", "CAD"),
        ("12.00 USD", "USD"),
        ("$12.00 USD", "USD"),
        ("1 234,50 zł", "PLN"),
        ("$12.00", ""),
        ("¥1200", ""),
        ("150 kr", ""),
        ("29.99", ""),
        ("€5 £", ""),
    ],
)
def test_a_sign_tells_the_currency_only_where_one_alone_has_it(text: str, currency: str) -> None:
    assert currency_in(text) == currency
