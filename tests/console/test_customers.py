"""Customers in a browser: found, put right, merged and parted, forgotten, and all their data as one file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_desk import barriers, call, first

Visit = Callable[..., Page]
ROWS = ".data-table tbody tr"


def made(page: Page, name: str, **facts: Any) -> dict[str, Any]:
    """A customer of one's own."""
    card: dict[str, Any] = call(page, "POST", "/customers", {"name": name, **facts})
    return card


def test_customers_are_found_by_name_mail_and_telephone_and_opened_by_keys(visit: Visit) -> None:
    page = visit()
    card = made(page, "Zéphyrine Claybrook", email="zephyrine@example.com", phone="+33 2 40 00 00 07")
    expect(page.locator("[role=row][id^=row-]").first).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_have_text("Customers")
    for words in ("zephyrine", "zephyrine@example", "0240000007"):
        page.keyboard.press("/")
        page.get_by_label("Search customers").fill(words)
        expect(page.locator(ROWS)).to_have_count(1)
        expect(page.locator(ROWS)).to_contain_text("Claybrook")
    page.keyboard.press("Escape")
    page.get_by_label("Search customers").fill("Claybrook")
    expect(page.locator(ROWS)).to_have_count(1)
    page.get_by_label("Search customers").blur()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"/customers/{card['id']}")


def test_a_card_shows_its_orders_and_where_each_field_came_from(visit: Visit) -> None:
    page = visit()
    order = call(page, "GET", f"/orders/{first(page, 'stage=shipped')['id']}")
    page.goto(f"/customers/{order['customer']['id']}")
    expect(page.locator(ROWS).filter(has_text=order["number"])).to_be_visible()
    expect(page.locator(".told-fields small").first).to_contain_text("from an order")
    expect(page.locator(".worth dd").first).to_contain_text("€")


def test_a_card_is_put_right_tagged_and_its_consent_written_down(visit: Visit) -> None:
    page = visit()
    card = made(page, "Odette Millwright", email="odette@example.com")
    page.goto(f"/customers/{card['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Odette Millwright")
    page.keyboard.press("m")
    page.get_by_label("City", exact=True).fill("Redon")
    page.get_by_label("E-mail", exact=True).fill("no address")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window .complaint")).to_contain_text("no e-mail address")
    page.get_by_label("E-mail", exact=True).fill("odette@example.com")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".told-fields")).to_contain_text("Redon")
    page.get_by_label("New tag").fill("potter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take potter off")).to_be_visible()
    page.get_by_role("button", name="Agreed…").click()
    page.get_by_label("To which words").fill("Yes, write to me about new glazes.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".page-side .note")).to_have_text("Yes, write to me about new glazes.")
    now = call(page, "GET", f"/customers/{card['id']}")
    assert (now["city"], now["tags"], now["consent"]["given"]) == ("Redon", ["potter"], True)


def test_two_cards_are_merged_side_by_side_and_parted_again(visit: Visit) -> None:
    page = visit()
    one = made(page, "Basile Kilnsworth", email="basile@example.com", city="Dinan")
    other = made(page, "B. Kilnsworth", email="b.kilnsworth@example.com", city="Dinard", phone="+33 2 99 00 00 01")
    page.goto(f"/customers/{one['id']}")
    page.get_by_role("button", name="Merge…").click()
    page.get_by_role("combobox", name="The other card").press_sequentially("kilnsworth")
    page.locator(".hit").first.wait_for()
    page.keyboard.press("Enter")
    page.locator(".merge-table tr", has_text="City").get_by_label("Dinard").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window")).to_have_count(0)
    expect(page.locator(".page-side")).to_contain_text("Cards that are part of this one")
    now = call(page, "GET", f"/customers/{one['id']}")
    assert (now["city"], now["phone"], now["absorbed"]) == ("Dinard", "+33 2 99 00 00 01", [other["id"]])
    page.locator(".notice").last.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice", has_text="two cards again")).to_be_visible()
    now = call(page, "GET", f"/customers/{one['id']}")
    assert (now["city"], now["phone"], now["absorbed"]) == ("Dinan", "", [])
    assert call(page, "GET", f"/customers/{other['id']}")["merged_into"] is None


def test_all_data_of_a_person_is_one_file(visit: Visit) -> None:
    page = visit()
    order = call(page, "GET", f"/orders/{first(page, 'stage=shipped')['id']}")
    page.goto(f"/customers/{order['customer']['id']}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="All data").click()
    told = json.loads(Path(waiting.value.path()).read_text())
    assert waiting.value.suggested_filename == f"person-{order['customer']['id']}.json"
    assert [card["id"] for card in told["cards"]] == [order["customer"]["id"]]
    assert order["number"] in [one["number"] for one in told["orders"]]


def test_forgetting_says_before_what_stays_and_why(visit: Visit) -> None:
    page = visit()
    card = made(page, "Perrine Forgotten", email="perrine@example.com")
    page.goto(f"/customers/{card['id']}")
    page.get_by_role("button", name="Forget…").click()
    window = page.locator(".window")
    expect(window.locator(".remains").last.locator("li")).to_have_count(10)
    expect(window).to_contain_text("they are your books")
    expect(window.get_by_role("button", name="Forget them for good")).to_be_disabled()
    window.get_by_label("I have read this").check()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Forgotten customer")
    assert "Perrine" not in page.locator("main").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_about_customers_is_a_serious_barrier(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(path="/customers", color_scheme=scheme)
    expect(page.locator(ROWS).first).to_be_visible()
    found = {"list": barriers(page, axe)}
    page.locator(ROWS).filter(has_text="€").first.click()
    expect(page.locator(".worth dd").first).to_be_visible()
    found["card"] = barriers(page, axe)
    for button in ("Put right", "Merge…", "Forget…"):
        page.get_by_role("button", name=button).click()
        expect(page.locator(".window")).to_be_visible()
        found[button] = barriers(page, axe)
        page.keyboard.press("Escape")
        expect(page.locator(".window")).to_have_count(0)
    assert not any(found.values()), found
