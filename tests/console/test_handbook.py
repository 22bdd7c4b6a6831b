"""The handbook beside the screens: opened by a key at the chapter of where one is, searched, with nothing asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_desk import ROWS, barriers
from tests.console.test_pictures import PAUSE_MS, SIZES

Visit = Callable[..., Page]


def test_the_handbook_opens_beside_each_screen_at_its_chapter(visit: Visit) -> None:
    page = visit(path="/orders")
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("F1")
    panel = page.get_by_role("complementary", name="Handbook")
    expect(panel.locator(".help-title")).to_have_text("The list of orders")
    expect(panel.get_by_role("searchbox")).to_be_focused()
    expect(page.locator(ROWS).first).to_be_visible()
    page.locator(ROWS).first.click()
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(panel.locator(".help-title")).to_have_text("Stock")
    panel.get_by_role("button", name="stock take", exact=True).click()
    expect(panel.locator(".help-title")).to_have_text("Stock take")
    page.goto("/imports/new")
    page.get_by_role("button", name="Help").click()
    expect(panel.locator(".help-title")).to_have_text("A new import")
    page.keyboard.press("F1")
    expect(panel).to_have_count(0)


def test_it_is_searched_whatever_the_accents_and_without_the_server(visit: Visit) -> None:
    page = visit(path="/orders", locale="fr-FR")
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("h")
    expect(page.locator(".help-title")).to_have_text("La liste des commandes")
    page.context.set_offline(True)
    page.keyboard.type("etiquettes deja")
    hit = page.locator(".help-hits button").first
    expect(hit).to_contain_text("Les étiquettes déjà mises restent")
    expect(hit.locator("mark").first).to_have_text("étiquettes")
    page.keyboard.press("Enter")
    expect(page.locator(".help-title")).to_have_text("Règles d’étiquettes")
    expect(page.locator(".help-text [data-found]")).to_be_in_viewport()
    page.context.set_offline(False)


def test_escape_clears_the_search_then_closes_and_one_is_back_where_one_was(visit: Visit) -> None:
    page = visit(path="/new")
    field = page.get_by_role("combobox").first
    field.fill("Del")
    page.keyboard.press("F1")
    expect(page.get_by_role("searchbox", name="Search the handbook")).to_be_focused()
    page.keyboard.type("coupon")
    expect(page.locator(".help-hits button").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".help-title")).to_have_text("A new order")
    page.keyboard.press("Escape")
    expect(page.locator(".help")).to_have_count(0)
    expect(field).to_be_focused()
    expect(field).to_have_value("Del")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_in_it_is_a_serious_barrier(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(path="/settings/statuses", color_scheme=scheme)
    page.get_by_role("button", name="Help").click()
    page.locator(".help-title").wait_for()
    found = [barriers(page, axe)]
    page.get_by_role("searchbox", name="Search the handbook").fill("stock")
    page.locator(".help-hits button").first.wait_for()
    found.append(barriers(page, axe))
    assert found == [[], []]


@pytest.mark.campaign
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
def test_pictures(visit: Visit, scheme: str, width: str) -> None:
    folder = Path(os.environ.get("CONSOLE_PICTURES", "console-pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    size = dict(zip(("width", "height"), SIZES[width], strict=True))
    page = visit(path="/orders", locale="fr-FR", color_scheme=scheme, viewport=size)
    page.locator(ROWS).first.wait_for()
    for name, words in (("help", ""), ("help-found", "stock")):
        page.keyboard.press("F1")
        page.get_by_role("searchbox", name="Chercher dans le manuel").fill(words)
        page.wait_for_timeout(PAUSE_MS)
        page.screenshot(path=folder / f"{name}-{scheme}-{width}.png")
        page.locator(".help > header button").click()
