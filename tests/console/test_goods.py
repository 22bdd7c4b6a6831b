"""Products and stock in a browser: the grid, why a figure is what it is, receipts, and a stock take with a scanner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_desk import barriers, call

Visit = Callable[..., Page]
ROWS = ".data-table tbody tr"


def sold(page: Page, sku: str, **facts: Any) -> None:
    """A product of one's own in the catalogue."""
    prices = [{"amount": "12.00", "currency": "EUR"}]
    call(page, "POST", "/products", {"sku": sku, "names": {"fr": f"Objet {sku}"}, "prices": prices, **facts})


def product(page: Page, sku: str) -> dict[str, Any]:
    found: dict[str, Any] = call(page, "GET", f"/products/{sku}")
    return found


def test_cells_are_changed_by_the_keyboard_refused_at_the_cell_and_taken_back(visit: Visit) -> None:
    page = visit()
    sold(page, "GRID-1")
    page.goto("/products?q=GRID-1")
    price = page.get_by_role("button", name="Price, EUR, GRID-1")
    price.press("Enter")
    field = page.get_by_role("textbox", name="Price, EUR, GRID-1")
    field.fill("twelve")
    field.press("Enter")
    expect(page.locator(".product-grid .complaint")).to_contain_text("amount")
    field.fill("13,5")
    field.press("Enter")
    expect(price).to_have_text("€13.50")
    assert product(page, "GRID-1")["prices"] == [{"amount": "13.50", "currency": "EUR"}]
    page.locator(".notice").last.get_by_role("button", name="Undo").click()
    expect(price).to_have_text("€12.00")
    price.press("ArrowRight")
    expect(page.get_by_role("button", name="Tax, %, GRID-1")).to_be_focused()


def test_a_cell_that_somebody_else_changed_is_told_before_it_is_written(visit: Visit) -> None:
    page = visit()
    sold(page, "GRID-2", tax_rate="20.00")
    page.goto("/products?q=GRID-2")
    page.get_by_role("button", name="Name, GRID-2").press("Enter")
    field = page.get_by_role("textbox", name="Name, GRID-2")
    field.fill("Mine")
    facts = {"prices": product(page, "GRID-2")["prices"], "tax_rate": "5.50"}
    call(page, "PUT", "/products/GRID-2", {"names": {"fr": "Theirs"}, **facts})
    field.press("Enter")
    expect(page.locator(".product-grid .complaint")).to_contain_text("Theirs")
    field.press("Enter")
    expect(page.get_by_role("button", name="Name, GRID-2")).to_have_text("Mine")
    now = product(page, "GRID-2")
    assert (now["names"], now["tax_rate"]) == ({"fr": "Mine"}, "5.50")


def test_a_product_is_made_and_sold_no_longer(visit: Visit) -> None:
    page = visit(path="/products")
    page.get_by_role("button", name="Product", exact=True).click()
    page.get_by_label("SKU", exact=True).fill("JUG-TALL")
    page.get_by_label("Name in English").fill("Tall jug")
    page.get_by_label("Name in Français").fill("Grande cruche")
    page.get_by_label("Price", exact=True).fill("24,5")
    page.get_by_label("Address of a picture").fill("http://example.com/jug.png")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window .complaint")).to_contain_text("https://")
    page.get_by_label("Address of a picture").fill("https://example.com/jug.png")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window")).to_have_count(0)
    assert product(page, "JUG-TALL")["prices"] == [{"amount": "24.50", "currency": "EUR"}]
    page.goto("/products?sku=JUG-TALL")
    page.get_by_role("button", name="Sell it no longer").click()
    expect(page.locator(".notice", has_text="sold no longer")).to_be_visible()
    assert product(page, "JUG-TALL")["active"] is False


def test_a_figure_tells_what_made_it_and_to_whom_units_are_promised(visit: Visit) -> None:
    page = visit()
    call(page, "POST", "/stock/WHY-1/receipts", {"quantity": 50, "reference": "DN 7"})
    money = {"amount": "10.00", "currency": "EUR"}
    line = {"sku": "WHY-1", "name": "Why", "quantity": 3, "unit_price": money, "tax_rate": "20.00"}
    order = call(page, "POST", "/orders", {"place": True, "items": [line]})
    page.goto("/stock?q=WHY-1")
    page.get_by_role("button", name="Why is this 47? WHY-1").click()
    window = page.locator(".window")
    expect(window.locator(ROWS).first).to_contain_text(order["number"])
    expect(window.locator(ROWS).last).to_contain_text("DN 7")
    window.get_by_text("Promised to").click()
    expect(window.locator(ROWS)).to_contain_text(order["number"])
    expect(window.locator(ROWS)).to_contain_text("3")
    window.get_by_text("Receive", exact=True).click()
    window.get_by_label("Units that came").fill("-1")
    page.keyboard.press("Enter")
    expect(window.locator(".complaint")).to_be_visible()
    window.get_by_label("Units that came").fill("5")
    page.keyboard.press("Enter")
    expect(window.locator(".stock-figures dd").first).to_have_text("55")
    window.get_by_text("Count", exact=True).click()
    window.get_by_label("Units counted").fill("54")
    page.keyboard.press("Enter")
    expect(window.locator(".stock-figures dd").first).to_have_text("54")
    window.get_by_text("Rules", exact=True).click()
    window.get_by_label("Low at or below").fill("60")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notice", has_text="Saved")).to_be_visible()
    page.goto("/stock?low=true&q=WHY-1")
    expect(page.locator(ROWS)).to_contain_text("low · 60")


def test_a_stock_take_is_scanned_kept_on_the_device_and_written(visit: Visit) -> None:
    page = visit()
    sold(page, "TAKE-1", barcode="4006381333931")
    for sku in ("TAKE-1", "TAKE-2"):
        call(page, "POST", f"/stock/{sku}/receipts", {"quantity": 10})
    page.goto("/stock/take")
    expect(page.locator(".input.scan")).to_be_focused()
    for code in ("4006381333931", "4006381333931", "7 x TAKE-1", "10 x TAKE-2", "nobody knows this"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(page.locator(".complaints")).to_contain_text("nobody knows this")
    expect(page.get_by_label("Counted of TAKE-1")).to_have_value("9")
    page.reload()
    expect(page.get_by_label("Counted of TAKE-1")).to_have_value("9")
    expect(page.locator(ROWS, has_text="TAKE-1")).to_contain_text("differs")
    call(page, "POST", "/stock/TAKE-2/receipts", {"quantity": 1})
    page.keyboard.press("Control+Enter")
    expect(page.locator(ROWS, has_text="TAKE-1")).to_contain_text("written")
    expect(page.locator(ROWS, has_text="TAKE-2")).to_contain_text("It moved since")
    assert call(page, "GET", "/stock/TAKE-1")["on_hand"] == 9
    assert call(page, "GET", "/stock/TAKE-2")["on_hand"] == 11
    page.get_by_role("button", name="It is counted as it lies there now").click()
    expect(page.locator(ROWS, has_text="TAKE-2")).to_contain_text("differs")
    page.keyboard.press("Control+Enter")
    expect(page.locator(ROWS, has_text="TAKE-2")).to_contain_text("written")
    assert call(page, "GET", "/stock/TAKE-2")["on_hand"] == 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_about_goods_is_a_serious_barrier(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(path="/products", color_scheme=scheme)
    expect(page.locator(".cell").first).to_be_visible()
    found = {"products": barriers(page, axe)}
    page.locator(".product-grid .link").first.click()
    expect(page.locator(".window .form-sheet")).to_be_visible()
    found["product"] = barriers(page, axe)
    page.goto("/stock")
    page.locator(".figure-button").first.click()
    expect(page.locator(".window .data-table")).to_be_visible()
    found["stock"] = barriers(page, axe)
    page.goto("/stock/take")
    expect(page.locator(".input.scan")).to_be_visible()
    found["take"] = barriers(page, axe)
    assert not any(found.values()), found
