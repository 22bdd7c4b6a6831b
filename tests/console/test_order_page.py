"""An order's page in a browser: as it was, what made its figures, who else has it open, its mails and particulars."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_desk import barriers, call, first

Visit = Callable[..., Page]
BAR = ".then-bar"
TOTAL = ".figures dd.total"


def line(name: str, price: str) -> dict[str, Any]:
    money = {"amount": price, "currency": "EUR"}
    return {"sku": "", "name": name, "quantity": 1, "unit_price": money, "tax_rate": "20.00"}


def grown(page: Page) -> dict[str, Any]:
    """An order of 10.00 that became one of 15.00, and its page."""
    order = call(page, "POST", "/orders", {"place": True, "items": [line("First", "10.00")]})
    call(page, "POST", f"/orders/{order['id']}/items", line("Second", "5.00"))
    call(page, "PUT", f"/orders/{order['id']}/tags", {"tags": ["gift"]})
    found: dict[str, Any] = call(page, "GET", f"/orders/{order['id']}")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    expect(page.locator(".page .history li").first).to_be_visible()
    return found


def test_the_order_as_it_was_is_gone_through_by_the_arrows_and_left_by_escape(visit: Visit) -> None:
    page = visit()
    order = grown(page)
    expect(page.locator(TOTAL)).to_have_text("€15.00")
    facts = page.locator(".page .history li").count()
    page.keyboard.press("w")
    expect(page.locator(f"{BAR} input")).to_be_focused()
    expect(page.locator(BAR)).to_contain_text(f"{order['version'] - 1} / {order['version']}")
    expect(page.locator(".page-side")).to_contain_text("since: gift")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(TOTAL)).to_have_text("€10.00now €15.00")
    expect(page.locator("tr.since")).to_contain_text("Second")
    expect(page.locator(".page .history li")).to_have_count(facts - 2)
    page.locator("body").click(position={"x": 2, "y": 2})
    page.keyboard.press("ArrowRight")
    expect(page.locator(TOTAL)).to_have_text("€15.00")
    page.keyboard.press("Escape")
    expect(page.locator(BAR)).to_have_count(0)
    expect(page.locator(".differs")).to_have_count(0)
    expect(page.locator(".page .history li")).to_have_count(facts)


def test_nothing_can_be_done_to_the_past(visit: Visit) -> None:
    page = visit()
    grown(page)
    page.keyboard.press("w")
    expect(page.locator(BAR)).to_be_visible()
    for key in ("s", "e", "t", "b", "n", "m", "o"):
        page.keyboard.press(key)
    expect(page.locator(".window")).to_have_count(0)
    expect(page.locator(".button.primary")).to_have_text(re.compile("Back to now"))
    words = ("Take payment", "Send a parcel", "Change", "Status", "Note", "Change the tags", "Print")
    for name in words:
        expect(page.get_by_role("button", name=re.compile(f"^{name}"))).to_have_count(0)
    assert "/edit" not in page.url


def test_a_figure_tells_the_events_that_made_it_and_leads_to_each(visit: Visit) -> None:
    page = visit()
    order = grown(page)
    page.locator(f"{TOTAL} .figure").click()
    rows = page.locator(".made-of li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Second")
    expect(rows.first.locator(".numeric")).to_have_text("€10.00 €15.00")
    rows.last.get_by_role("button").click()
    expect(page.locator(BAR)).to_be_visible()
    expect(page.locator(TOTAL)).to_have_text("€10.00now €15.00")
    told = call(page, "GET", f"/orders/{order['id']}/timeline")["items"]
    [added] = [each["version"] for each in told if each["topic"] == "order.item-added"][:1]
    expect(page.locator(BAR)).to_contain_text(f"{added} / {order['version']}")


def test_who_else_has_the_order_open_is_shown_until_they_leave(visit: Visit) -> None:
    page, other = visit(), visit("bob")
    order = first(page, "stage=shipped")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    expect(page.locator(".others")).to_have_text("")
    other.goto(f"/orders/{order['id']}")
    expect(other.locator(".others")).to_contain_text("ada has it open too")
    expect(page.locator(".others")).to_contain_text("bob has it open too")
    other.keyboard.press("Escape")
    expect(page.locator(".others")).to_have_text("")


def test_particulars_are_changed_together_and_only_those_that_were_touched(visit: Visit) -> None:
    page = visit()
    order = first(page, "stage=processing")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    before = call(page, "GET", f"/orders/{order['id']}")
    page.keyboard.press("o")
    page.get_by_label("Operator").select_option("bob")
    page.get_by_label("Source").fill("fair")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window")).to_have_count(0)
    after = call(page, "GET", f"/orders/{order['id']}")
    assert (after["operator"], after["source"]) == ("bob", "fair")
    assert after["version"] == before["version"] + 2
    assert after["payment_method"] == before["payment_method"]
    expect(page.locator(".pairs").first).to_contain_text("fair")


def test_a_parcel_goes_elsewhere_and_then_where_the_bill_goes(visit: Visit) -> None:
    page = visit()
    order = call(page, "GET", f"/orders/{first(page, 'stage=processing')['id']}")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    change = page.get_by_role("button", name="Change the shipping address")
    change.click()
    page.get_by_role("button", name="Begin with the billing address").click()
    expect(page.get_by_label("Name")).to_have_value(order["billing_address"]["name"])
    page.get_by_label("Country").fill("zz")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window .complaint")).to_be_visible()
    page.get_by_label("Country").fill("FR")
    page.get_by_label("City").fill("Elsewhere")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window")).to_have_count(0)
    assert call(page, "GET", f"/orders/{order['id']}")["shipping_address"]["city"] == "Elsewhere"
    change.click()
    page.get_by_role("button", name="Same as billing").click()
    expect(page.locator(".window")).to_have_count(0)
    expect(page.locator(".page-side")).to_contain_text("Same as billing")
    assert call(page, "GET", f"/orders/{order['id']}")["shipping_address"] is None


def test_a_mail_is_shown_as_it_will_look_and_as_it_was_sent(visit: Visit) -> None:
    page = visit()
    order = first(page, "stage=processing&payment_status=paid")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    page.keyboard.press("s")
    look = page.frame_locator(".window .mail-look")
    expect(look.locator("body")).to_contain_text(order["number"])
    page.keyboard.press("Escape")
    expect(page.locator(".window")).to_have_count(0)
    page.get_by_role("button", name="The mail as it was sent").first.click()
    expect(look.locator("body")).to_contain_text(order["number"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_the_past_is_a_serious_barrier(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    grown(page)
    page.locator(f"{TOTAL} .figure").click()
    expect(page.locator(".made-of li").first).to_be_visible()
    found = {"made of": barriers(page, axe)}
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(TOTAL)).to_have_text("€10.00now €15.00")
    found["as it was"] = barriers(page, axe)
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    expect(page.locator(".window")).to_be_visible()
    found["particulars"] = barriers(page, axe)
    assert not any(found.values()), found
