"""What the tests of a new order's form type and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.console.test_desk import call
from tests.setup.running import eventually

Visit = Callable[..., Page]
PAUSE_MS = 700  # until what would be sent again is


def stocked(page: Page, sku: str, name: str, price: str = "14.90", **facts: Any) -> str:
    """A product of the catalogue that can be found; its SKU."""
    money = [{"amount": price, "currency": "EUR"}]
    call(page, "POST", "/products", {"sku": sku, "names": {"en": name, "fr": name}, "prices": money, **facts})
    eventually(lambda: call(page, "GET", f"/products?q={sku}")["items"], f"{sku} was found")
    return sku


def unlike(word: str) -> str:
    """A SKU that no other test has."""
    return f"{word}-{uuid4().hex[:6].upper()}"


def client_typed(page: Page, name: str = "") -> None:
    """A client who is not in the book, typed into the form that has just opened."""
    name = name or f"Anatole {uuid4().hex[:8]}"
    expect(page.get_by_role("combobox", name="Find the customer")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_label("E-mail")).to_be_focused()


def product_picked(page: Page, words: str) -> None:
    """A product looked for and picked as the first of what is found."""
    expect(page.get_by_role("combobox", name="Add a product")).to_be_visible()
    page.keyboard.press("Alt+2")
    page.keyboard.type(words)
    expect(page.locator(".hit").first).to_be_visible()
    page.keyboard.press("Enter")


def total_of(page: Page) -> Any:
    """The live total, once it stands for what was typed last."""
    return page.locator(".live-total:not(.waiting) .sum")
