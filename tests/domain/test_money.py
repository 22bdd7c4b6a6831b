from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    DECIMALS,
    MAX_MINOR_UNITS,
    UnknownCurrency,
    WrongAmount,
    amount_text,
    decimals,
    minor_units,
    rounded_minor_units,
    share,
)

CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD"])
AMOUNTS = st.integers(-(10**12), 10**12)


@given(AMOUNTS, CURRENCIES)
def test_an_amount_written_and_read_is_the_same(amount: int, currency: str) -> None:
    assert minor_units(amount_text(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (12_990, "EUR", "129.90"),
        (-5, "EUR", "-0.05"),
        (-105, "EUR", "-1.05"),
        (0, "EUR", "0.00"),
        (12_990, "JPY", "12990"),
        (-7, "JPY", "-7"),
        (1, "KWD", "0.001"),
        (12_990, "KWD", "12.990"),
    ],
)
def test_an_amount_is_written_with_exactly_the_currencys_decimals(amount: int, currency: str, text: str) -> None:
    assert amount_text(amount, currency) == text
    assert minor_units(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("129.9", "EUR"),
        ("129.900", "EUR"),
        ("129", "EUR"),
        ("129.", "EUR"),
        (".90", "EUR"),
        ("1,29", "EUR"),
        ("1 000.00", "EUR"),
        ("+1.00", "EUR"),
        ("--1.00", "EUR"),
        ("-", "EUR"),
        ("", "EUR"),
        ("", "JPY"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e3.00", "EUR"),
        ("1_0.00", "EUR"),
        ("\u0661.\u0660\u0660", "EUR"),
        ("\u00b2.00", "EUR"),
        ("1.-1", "EUR"),
        ("1.0", "JPY"),
        ("1.", "JPY"),
        ("1.00", "KWD"),
        ("1" * 14 + ".00", "EUR"),
    ],
)
def test_any_other_writing_is_refused(text: str, currency: str) -> None:
    with pytest.raises(WrongAmount) as refused:
        minor_units(text, currency, "/amount")
    assert refused.value.pointer == "/amount"


def test_a_currency_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        decimals("EURO")


def test_every_currency_has_a_code_of_three_capitals() -> None:
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in DECIMALS)
    assert set(DECIMALS.values()) == {0, 2, 3}


@pytest.mark.parametrize(
    ("told", "currency", "amount"),
    [
        ("1.005", "EUR", 100),
        ("1.015", "EUR", 102),
        ("12.5", "EUR", 1_250),
        ("12.5", "JPY", 12),
        (Decimal(3), "KWD", 3_000),
    ],
)
def test_an_imported_amount_goes_to_the_nearest_minor_unit(told: str | Decimal, currency: str, amount: int) -> None:
    assert rounded_minor_units(told, currency) == amount


@pytest.mark.parametrize("told", ["NaN", "Infinity", "", "ten", "1" * 40, str(MAX_MINOR_UNITS)])
def test_an_imported_amount_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(WrongAmount):
        rounded_minor_units(told, "EUR")


@given(AMOUNTS, st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_shares_sum_to_the_amount_and_lie_within_one_unit_of_their_exact_part(amount: int, weights: list[int]) -> None:
    parts = share(amount, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == amount
    if total := sum(weights):
        assert all(abs(part * total - amount * weight) < total for part, weight in zip(parts, weights, strict=True))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30), st.data())
def test_no_share_of_a_part_is_more_than_the_weight_itself(weights: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(weights)))
    assert all(part <= weight for part, weight in zip(share(amount, weights), weights, strict=True))


def test_units_left_over_go_to_the_largest_remainders_and_ties_to_the_first() -> None:
    assert share(100, [1, 1, 1]) == (34, 33, 33)
    assert share(10, [1, 2, 4]) == (1, 3, 6)
    assert share(-2, [1, 1, 1]) == (-1, -1, 0)


def test_without_weights_everything_goes_to_the_first_part() -> None:
    assert share(7, [0, 0]) == (7, 0)
    assert share(7, []) == ()
    assert share(0, [3, 4]) == (0, 0)
