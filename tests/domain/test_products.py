"""The catalogue: products come in, change, are retired and sold again."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import DomainError
from domain.orders.lines import AmountOutOfBounds
from domain.products import (
    AddProduct,
    ChangeProduct,
    NameMissing,
    PriceTwice,
    Product,
    ProductAdded,
    ProductChanged,
    ProductExists,
    ProductFacts,
    ProductName,
    ProductNotFound,
    ProductOption,
    ProductPrice,
    ProductRestored,
    ProductRetired,
    RestoreProduct,
    RetireProduct,
    WrongBarcode,
    WrongOptions,
    WrongPicture,
    WrongWeight,
    product_id_of,
)
from domain.shop import UnknownLocale
from domain.taxes import Tax, TaxRateOutOfBounds
from domain.texts import TextMissing
from domain.units import UnknownUnit
from tests.given import context, given

CUP = product_id_of("CUP-1")
NAMES = (ProductName("en", "Cup"), ProductName("fr", "Tasse"))
EUR = ProductPrice("EUR", 1_250)


def facts(**more: Any) -> ProductFacts:
    return ProductFacts(**{"names": NAMES, "prices": (EUR,), **more})


def add(**more: Any) -> AddProduct:
    return AddProduct(context=context("add"), sku="CUP-1", facts=facts(**more))


def change(**more: Any) -> ChangeProduct:
    return ChangeProduct(product_id=CUP, context=context("change"), facts=facts(**more))


RETIRE = RetireProduct(product_id=CUP, context=context("retire"))
RESTORE = RestoreProduct(product_id=CUP, context=context("restore"))


def test_a_product_comes_in_once() -> None:
    given(Product).when(add()).then((ProductAdded, {"sku": "CUP-1", "facts": facts()}))
    given(Product, add()).when(add()).then_nothing()
    given(Product, add()).when(add(weight=5)).then_refused(ProductExists, sku="CUP-1")


def test_other_facts_take_the_place_of_the_former_ones() -> None:
    product = given(Product, add()).when(change(weight=5)).then((ProductChanged, {"was": facts()}))
    assert product.facts.weight == 5
    given(Product, add()).when(change()).then_nothing()
    given(Product).when(change()).then_refused(ProductNotFound)


def test_a_product_is_retired_and_sold_again() -> None:
    assert not given(Product, add()).when(RETIRE).then(ProductRetired).is_active
    given(Product, add(), RETIRE).when(RETIRE).then_nothing()
    assert given(Product, add(), RETIRE).when(RESTORE).then(ProductRestored).is_active
    given(Product, add()).when(RESTORE).then_nothing()
    given(Product).when(RETIRE).then_refused(ProductNotFound)


def test_names_and_prices_are_found_by_language_and_currency() -> None:
    told = facts()
    assert (told.name("fr"), told.name("de")) == ("Tasse", "Cup")
    assert (told.price("EUR"), told.price("USD")) == (1_250, None)


@pytest.mark.parametrize(
    ("wrong", "error", "pointer"),
    [
        ({"names": ()}, NameMissing, "/names"),
        ({"names": (NAMES[0], NAMES[0])}, NameMissing, "/names"),
        ({"names": (ProductName("xx", "Cup"),)}, UnknownLocale, "/names"),
        ({"names": (ProductName("en", " "),)}, TextMissing, "/names/en"),
        ({"prices": (EUR, EUR)}, PriceTwice, "/prices"),
        ({"prices": (ProductPrice("EUR", -1),)}, AmountOutOfBounds, "/prices/0/amount"),
        ({"options": (ProductOption("colour", ()),)}, WrongOptions, "/options/0/values"),
        ({"options": (ProductOption("", ("blue",)),)}, TextMissing, "/options/0/name"),
        ({"options": (ProductOption("size", ("S",)), ProductOption("size", ("M",)))}, WrongOptions, "/options"),
        ({"taxes": (Tax(2_000_000),)}, TaxRateOutOfBounds, "/tax_rate"),
        ({"unit": "stone"}, UnknownUnit, "/unit"),
        ({"weight": -1}, WrongWeight, "/weight"),
        ({"barcode": "12"}, WrongBarcode, "/barcode"),
        ({"barcode": "12\n34"}, WrongBarcode, "/barcode"),
        ({"picture": "javascript:alert(1)"}, WrongPicture, "/picture"),
        ({"picture": 'https://x.example/"onload='}, WrongPicture, "/picture"),
    ],
)
def test_what_no_catalogue_may_hold_is_refused(wrong: Any, error: type[DomainError], pointer: str) -> None:
    for past, command in (((), add(**wrong)), ((add(),), change(**wrong))):
        refusal = given(Product, *past).when(command).then_refused(error)
        assert refusal.pointer == pointer
