from __future__ import annotations

import pytest

from domain.addresses import Address
from domain.settings import SellerSet, SetSeller, ShopSettings
from domain.vat_numbers import WrongCheckDigit, WrongVatNumber, in_union, territory_of, vat_territory
from tests.given import context, given

# Made up in the forms that the sources in domain/vat_numbers.py tell; none is looked up.
RIGHT = (
    "ATU12345678", "BE0123456789", "BE1123456789", "BG123456789", "BG1234567890", "CY12345678L", "CZ12345678",
    "CZ123456789", "CZ1234567890", "DE123456789", "DK12 34 56 78", "EE123456789", "EL123456789", "ESX12345678",
    "ES12345678X", "ESX1234567X", "FI12345678", "FR12345678901", "FRXX123456789", "FR1A 123 456 789", "HR12345678901",
    "HU12345678", "IE1X23456L", "IE1+23456L", "IE1234567WI", "IT12345678901", "LT123456789", "LT123456789012",
    "LU12345678", "LV12345678901", "MT12345678", "NL123456789B01", "PL1234567890", "PT123456789", "RO12",
    "RO1234567890",
    "SE123456789001", "SI12345678", "SK1234567890", "XI123456782", "XI123456727001", "GB123 4567 82", "GB123456727",
    "GB123456782012", "GBGD123", "XIGD499", "GBHA567", "CHE-123.456.788 MWST", "CHE123456788TVA", "CHE-123.456.788 IVA",
    "NO123456785MVA", "no 123 456 785 mva",
)  # fmt: skip
WRONG = (
    "AT12345678", "ATU1234567", "BE2123456789", "BE123456789", "BG12345678", "CY123456789", "CZ1234567", "DE12345678",
    "DE1234567890", "DK1234567", "EE12345678", "EL12345678", "ES123456789", "ESX1234567", "FI123456789", "FR1234567890",
    "FRIO123456789", "FR00", "HR1234567890", "HU123456789", "IE12345678", "IT1234567890", "LT1234567890", "LU1234567",
    "LV1234567890", "MT123456789", "NL123456789A01", "PL123456789", "PT1234567890", "RO1", "RO12345678901",
    "SE12345678900", "SI123456789", "SK123456789", "XI12345678", "GB12345678", "GBGD12", "GBGD500", "XIHA499",
    "CHE123456788", "CHE12345678TVA", "NO123456785", "NO123456785MVAX",
)  # fmt: skip


def seller(number: str, country: str = "") -> SetSeller:
    return SetSeller(context=context(), seller=Address(company="Example Works", country=country, vat_number=number))


@pytest.mark.parametrize("number", RIGHT)
def test_a_number_of_a_known_form_is_a_sellers(number: str) -> None:
    assert territory_of(number) == number[:2].upper()
    given(ShopSettings).when(seller(number)).then(SellerSet)


@pytest.mark.parametrize("number", WRONG)
def test_a_number_that_none_can_be_is_refused_with_how_it_is_written(number: str) -> None:
    error = given(ShopSettings).when(seller(number)).then_refused(WrongVatNumber, country=number[:2])
    assert error.pointer == "/vat_number"
    assert territory_of(number) == ""


@pytest.mark.parametrize(
    "number",
    [
        *(f"GB1234567{last:02d}" for last in range(100) if last not in (27, 82)),
        *(f"CHE12345678{last}MWST" for last in range(10) if last != 8),
        *(f"NO12345678{last}MVA" for last in range(10) if last != 5),
        "XI123456789", "GB123456789012", "GB213456782", "CHE213456788IVA", "NO213456785MVA",
    ],
)  # fmt: skip
def test_a_slip_of_one_digit_is_found_where_the_rule_of_check_digits_is_told(number: str) -> None:
    given(ShopSettings).when(seller(number)).then_refused(WrongCheckDigit, country=number[:2])
    assert territory_of(number) == ""


@pytest.mark.parametrize("number", ["CHE-109.322.551 TVA", "CHE-116.281.710 MWST", "NO 974 760 673 MVA", "GB337440071"])
def test_numbers_that_the_sources_give_as_examples_are_right(number: str) -> None:
    assert territory_of(number) == number[:2]


@pytest.mark.parametrize("digits", ["CHE12345672", "NO12345670"])
def test_where_the_check_digit_would_be_ten_there_is_no_number(digits: str) -> None:
    suffix = "MVA" if digits.startswith("NO") else "MWST"
    assert not [last for last in range(10) if territory_of(f"{digits}{last}{suffix}")]


@pytest.mark.parametrize(("number", "country", "claimed"), [("12345678901", "FR", "FR"), ("GR123456789", "GR", "EL")])
def test_a_number_without_its_prefix_is_held_against_the_sellers_country(
    number: str, country: str, claimed: str
) -> None:
    given(ShopSettings).when(seller(number, country)).then_refused(WrongVatNumber, country=claimed)


@pytest.mark.parametrize(("number", "country"), [("", "FR"), ("12-3456789", "US"), ("DE123456789", "US")])
def test_numbers_of_other_countries_are_not_known_and_none_is_none(number: str, country: str) -> None:
    given(ShopSettings).when(seller(number, country)).then(SellerSet)


def test_a_country_is_not_always_its_prefix() -> None:
    assert [vat_territory(country) for country in ("FR", "GR", "MC")] == ["FR", "EL", "FR"]
    assert [in_union(name) for name in ("FR", "EL", "XI", "GB", "CH", "NO", "US")] == [True, True] + [False] * 5
