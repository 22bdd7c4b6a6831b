"""Changing an order in a browser: as one decision, previewed, and never over somebody else's work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.console.ordering import product_picked, stocked, total_of, unlike
from tests.console.test_desk import barriers, call

Visit = Callable[..., Page]


def ordered(page: Page) -> dict[str, Any]:
    """An order of two lines at 10.00 and 4.00, placed."""
    lines = [
        {
            "sku": f"{name}-{uuid4().hex[:6]}",
            "name": name,
            "quantity": 1,
            "unit_price": {"amount": price, "currency": "EUR"},
        }
        for name, price in (("Lamp", "10.00"), ("Wick", "4.00"))
    ]
    made: dict[str, Any] = call(page, "POST", "/orders", {"place": True, "items": lines})
    return made


def opened(page: Page, order: dict[str, Any]) -> None:
    """The form over the order, opened by its key."""
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    page.keyboard.press("m")
    expect(page.get_by_role("heading", level=1)).to_have_text("Change the order")


def test_several_changes_are_made_as_one_and_told_before(visit: Visit) -> None:
    page = visit()
    order, sku = ordered(page), stocked(page, unlike("OIL"), "Lamp oil", "3.00")
    opened(page, order)
    product_picked(page, f"2x{sku}")
    expect(total_of(page)).to_have_text("€20.00")
    page.get_by_label("Quantity of Lamp", exact=True).fill("2")
    page.get_by_role("button", name="Remove Wick").click()
    page.get_by_label("Shipping charge").fill("5")
    expect(total_of(page)).to_have_text("€31.00")
    expect(page.locator(".page-side")).to_contain_text("+ €17.00")
    page.get_by_label("Reason (optional)").fill("On the telephone")
    assert call(page, "GET", f"/orders/{order['id']}")["version"] == order["version"]
    page.keyboard.press("Control+Enter")
    expect(page.locator(".steps")).to_be_visible()
    after = call(page, "GET", f"/orders/{order['id']}")
    assert [(line["name"], line["quantity"]) for line in after["items"]] == [("Lamp", 2), ("Lamp oil", 2)]
    assert after["total"]["amount"] == "31.00"
    opened(page, after)
    expect(page.locator(".bar .pill.grey", has_text="Draft kept")).to_have_count(0)


def test_what_another_operator_changed_stands_beside_what_was_typed(visit: Visit) -> None:
    page, other = visit(), visit("bob")
    order = ordered(page)
    opened(page, order)
    page.get_by_label("Quantity of Lamp", exact=True).fill("3")
    expect(total_of(page)).to_have_text("€34.00")
    wick = {"changes": [{"action": "change", "item": order["items"][1]["id"], "quantity": 5}]}
    session = other.request.get("/api/v1/session").json()
    headers = {"X-CSRF-Token": session["csrf_token"], "If-Match": f'"{order["version"]}"'}
    assert other.request.post(f"/api/v1/orders/{order['id']}/edits", data=wick, headers=headers).ok
    page.keyboard.press("Control+Enter")
    expect(page.locator(".overtaken")).to_contain_text("Nothing of yours was written")
    expect(page.locator(".overtaken")).to_contain_text("bob")
    expect(page.get_by_label("Quantity of Lamp", exact=True)).to_have_value("3")
    expect(page.get_by_label("Quantity of Wick")).to_have_value("5")
    page.get_by_role("button", name="Keep what I typed").click()
    expect(total_of(page)).to_have_text("€50.00")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".steps")).to_be_visible()
    after = call(page, "GET", f"/orders/{order['id']}")
    assert [line["quantity"] for line in after["items"]] == [3, 5]


def test_changes_that_were_left_are_there_again_and_stand_on_the_version_they_were_typed_on(visit: Visit) -> None:
    page = visit()
    order = ordered(page)
    opened(page, order)
    page.get_by_label("Price of Lamp", exact=True).fill("8,5")
    expect(total_of(page)).to_have_text("€12.50")
    page.keyboard.press("Escape")
    expect(page.locator(".steps")).to_be_visible()
    call(page, "PUT", f"/orders/{order['id']}/tags", {"tags": ["gift"]})
    opened(page, order)
    expect(page.get_by_label("Price of Lamp", exact=True)).to_have_value("8,5")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".overtaken")).to_contain_text("gift")
    page.get_by_role("button", name="Keep what I typed").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".steps")).to_be_visible()
    assert call(page, "GET", f"/orders/{order['id']}")["total"]["amount"] == "12.50"


def test_a_refused_change_is_said_at_its_line(visit: Visit, axe: str) -> None:
    page = visit()
    order = ordered(page)
    opened(page, order)
    page.get_by_label("Price of Lamp", exact=True).fill("1,234")
    expect(page.locator(".typed-lines .said")).to_have_text("Write an amount, such as 12.50.")
    assert barriers(page, axe) == []
    page.get_by_label("Price of Lamp", exact=True).fill("10")
    page.get_by_label("Coupons").fill("NEVER")
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is no such coupon.")).to_be_visible()
    assert call(page, "GET", f"/orders/{order['id']}")["version"] == order["version"]
