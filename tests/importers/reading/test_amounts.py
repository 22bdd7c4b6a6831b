"""Amounts and quantities are read exactly, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies

from importers.faults import Fault
from importers.reading.amounts import read_amount, read_whole


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1 234,50 €", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("12,5", "12.5"),
        ("0,123", "0.123"),
        ("0.123", "0.123"),
        ("1234.567", "1234.567"),
        ("(12.00)", "-12.00"),
        ("-12.00", "-12.00"),
        ("12.00-", "-12.00"),
        ("$2,329.86", "2329.86"),
    ],
)
def test_an_amount_that_can_be_read_in_one_way_needs_no_decimal_sign(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["1.234", "1,234", "-12.345", "123,456"])
def test_an_amount_that_can_be_read_in_two_ways_is_asked_for(text: str) -> None:
    with pytest.raises(Fault) as refused:
        read_amount(text, column="Price")
    assert refused.value.problem.code == "ambiguous-amount"
    assert refused.value.problem.column == "Price"
    assert "decimal" in refused.value.problem.fix


def test_the_decimal_sign_told_decides_the_ambiguous() -> None:
    assert read_amount("1.234", ".") == Decimal("1.234")
    assert read_amount("1.234", ",") == Decimal(1234)
    assert read_amount("1,234", ".") == Decimal(1234)
    assert read_amount("1,234", ",") == Decimal("1.234")


@pytest.mark.parametrize(
    "text", ["284.36a", "abc", "1.2.3,4", "12,34,56", "1e5", "NaN", "--1", "1,23.4", "9" * 60, "٣", "1.", "$"]
)
def test_what_is_no_amount_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(Fault) as refused:
        read_amount(text, ".")
    assert refused.value.problem.code == "not-an-amount"
    assert text not in refused.value.problem.message.split()


@given(strategies.decimals(min_value=0, max_value=10**9, places=2))
def test_every_amount_survives_both_ways_of_writing_it(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    french = english.replace(",", " ").replace(".", ",")
    assert read_amount(english) == amount
    assert read_amount(french) == amount


def test_a_quantity_is_a_whole_number() -> None:
    assert [read_whole(text) for text in ("3", "3.0", "-2")] == [3, 3, -2]
    for text in ("1.5", "", "two", "1,000", "1e3"):
        with pytest.raises(Fault, match="whole"):
            read_whole(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("€29.99", "29.99"), ("29,99 €", "29.99"), ("-€1,234.50", "-1234.50"), ("(12,00 EUR)", "-12"), ("kr. 150", "150")],
)
def test_a_currency_beside_an_amount_is_left_aside(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["284.36a", "XYZ 5.00", "5 € each", "€€5"])
def test_what_is_no_currency_beside_an_amount_refuses_it(text: str) -> None:
    with pytest.raises(Fault):
        read_amount(text)
