"""Mappings of import files: kept under a name, found by a file's header, taken away."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from domain.mappings import (
    MappingNotFound,
    MappingRemoved,
    MappingSaved,
    RemoveMapping,
    SaveMapping,
    TooManyMappings,
    mappings_for,
)
from domain.roles import WrongName
from domain.settings import ShopSettings
from domain.texts import ForbiddenCharacter, TextMissing, TextTooLong
from tests.given import context, given

NOW = context("mappings")
TEXT = 'source = "till"\n[columns]\nnumber = "No"\ncreated_at = "Date"\n'
SAVE = SaveMapping(context=NOW, name="till", text=TEXT, columns=("No", "Date"))
REMOVE = RemoveMapping(context=NOW, name="till")


def test_a_mapping_is_kept_changed_and_the_same_again_is_nothing_new() -> None:
    assert given(ShopSettings).when(SAVE).then(MappingSaved).shop.mappings["till"].text == TEXT
    given(ShopSettings, SAVE).when(SAVE).then_nothing()
    changed = replace(SAVE, text=TEXT + "paid = true\n")
    assert "paid" in given(ShopSettings, SAVE).when(changed).then(MappingSaved).shop.mappings["till"].text


def test_a_mapping_is_removed_once() -> None:
    assert not given(ShopSettings, SAVE).when(REMOVE).then(MappingRemoved).shop.mappings
    given(ShopSettings).when(REMOVE).then_refused(MappingNotFound, name="till")


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"name": ""}, WrongName),
        ({"name": "../till"}, WrongName),
        ({"name": "x" * 41}, WrongName),
        ({"text": ""}, TextMissing),
        ({"text": "a\0b"}, ForbiddenCharacter),
        ({"text": "#" * 65_537}, TextTooLong),
    ],
)
def test_a_mapping_that_cannot_be_kept_is_refused(facts: dict[str, Any], error: Any) -> None:
    given(ShopSettings).when(replace(SAVE, **facts)).then_refused(error)


def test_a_shop_keeps_no_more_than_a_hundred() -> None:
    kept = [replace(SAVE, name=f"till-{number}") for number in range(100)]
    given(ShopSettings, *kept).when(SAVE).then_refused(TooManyMappings, limit=100)
    given(ShopSettings, *kept).when(replace(kept[0], text=TEXT + "#")).then(MappingSaved)


def test_a_header_finds_the_mappings_whose_columns_it_has_the_fullest_first() -> None:
    full = replace(SAVE, name="full", columns=("No", "Date", "Sum"))
    other = replace(SAVE, name="other", columns=("No", "Datum"))
    shop = given(ShopSettings, SAVE, full).when(other).then(MappingSaved).shop
    assert mappings_for(shop, ("Sum", "Date", "No", "Note")) == ["full", "till"]
    assert mappings_for(shop, ("No",)) == []
