"""The console's list at work: saved views, filters, news, the way from order to order, and the palette."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.console.test_desk import ROWS, call
from tests.fixtures_api import PASSWORD

Visit = Callable[..., Page]
LINE = {
    "sku": "",
    "name": "Something",
    "quantity": 1,
    "unit_price": {"amount": "10.00", "currency": "EUR"},
    "tax_rate": "20.00",
}


def placed(page: Page, *tags: str) -> dict[str, Any]:
    """A new order, placed."""
    made: dict[str, Any] = call(page, "POST", "/orders", {"place": True, "items": [LINE], "tags": list(tags)})
    return made


def shown(page: Page, path: str, count: int) -> None:
    """The list at an address, once so many rows stand in it."""
    page.goto(path)
    expect(page.locator(ROWS)).to_have_count(count)


def saved(page: Page, name: str) -> Locator:
    return page.locator(".tabs a", has_text=name)


def test_a_view_is_saved_changed_shared_and_removed(visit: Visit) -> None:
    page = visit(path="/orders?stage=shipped&sort=total")
    expect(page.locator(ROWS).first).to_be_visible()
    page.get_by_role("button", name="Save as a view").click()
    page.get_by_label("Name of the view").fill("Small parcels")
    page.keyboard.press("Control+Enter")
    expect(saved(page, "Small parcels")).to_have_attribute("aria-current", "page")
    count = call(page, "GET", "/orders?stage=shipped&limit=1&count=exact")["count"]["value"]
    expect(saved(page, "Small parcels").locator("span")).to_have_text(str(count))
    page.locator(".chip", has_text="Stage").get_by_role("button", name="Take the filter").click()
    expect(page.locator(".tabs .changed")).to_be_visible()
    page.get_by_role("button", name="This view").click()
    page.get_by_role("button", name="Overwrite").click()
    expect(page.locator(".tabs .changed")).to_have_count(0)
    [view] = call(page, "GET", "/views")["items"]
    assert (view["name"], view["filter"], view["sort"], view["shared"]) == ("Small parcels", {}, "total", False)
    page.get_by_role("button", name="This view").click()
    page.get_by_role("button", name="Rename or share").click()
    page.get_by_label("Name of the view").fill("By total")
    page.get_by_label("For everybody").check()
    page.keyboard.press("Control+Enter")
    expect(saved(page, "By total")).to_be_visible()
    other = visit("bob")
    saved(other, "By total").click()
    expect(other).to_have_url(re.compile("sort=total"))
    page.get_by_role("button", name="This view").click()
    page.get_by_role("button", name="Remove the view").click()
    expect(saved(page, "By total")).to_have_count(0)
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(saved(page, "By total")).to_be_visible()
    [again] = call(page, "GET", "/views")["items"]
    page.request.delete(f"/api/v1/views/{again['id']}", headers=token(page))


def token(page: Page) -> dict[str, str]:
    return {"X-CSRF-Token": page.request.get("/api/v1/session").json()["csrf_token"]}


def test_a_view_keeps_its_columns(visit: Visit) -> None:
    page = visit()
    made = call(page, "POST", "/views", {"name": "Narrow", "filter": {}, "columns": ["number", "total", "source"]})
    page.reload()
    saved(page, "Narrow").click()
    heads = page.locator(".head [role=columnheader][data-column]")
    expect(heads).to_have_text(["No.", "Total", "Source"])
    page.locator(".tabs a", has_text="All").click()
    expect(heads).not_to_have_count(3)
    page.request.delete(f"/api/v1/views/{made['id']}", headers=token(page))


def test_columns_are_put_in_order_by_dragging_and_by_the_keyboard_and_stay_so(visit: Visit) -> None:
    page = visit()
    heads = page.locator(".head [role=columnheader][data-column]")
    expect(heads.nth(2)).to_have_text("Customer")
    page.locator("[role=columnheader][data-column=total]").drag_to(
        page.locator("[role=columnheader][data-column=created]")
    )
    expect(heads.nth(1)).to_have_text("Total")
    expect(heads.nth(2)).to_contain_text("Date")
    expect(page.locator(f"{ROWS} [role=gridcell]").nth(2)).to_contain_text("€")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("button", name="Total one place to the right").focus()
    page.keyboard.press("Enter")
    expect(heads.nth(2)).to_have_text("Total")
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Date").uncheck()
    page.get_by_role("checkbox", name="Date").check()
    page.keyboard.press("Escape")
    page.reload()
    expect(heads.nth(3)).to_have_text("Total")
    expect(heads.nth(1)).to_contain_text("Date")


def test_a_view_of_a_status_that_is_no_more_says_so_and_still_opens(visit: Visit) -> None:
    page = visit()
    call(page, "PUT", "/settings/statuses/fragile", {"label": "Fragile", "stage": "processing"})
    made = call(page, "POST", "/views", {"name": "Fragile ones", "filter": {"status": ["fragile"]}})
    call(page, "DELETE", "/settings/statuses/fragile")
    page.goto("/orders")
    tab = saved(page, "Fragile ones")
    expect(tab).to_contain_text("There is no status fragile")
    tab.click()
    expect(page.locator(".chip.bad")).to_contain_text("fragile")
    expect(page.get_by_role("alert")).to_contain_text("There is no status fragile")
    page.get_by_role("button", name="Take this filter off").click()
    expect(page.locator(ROWS).first).to_be_visible()
    page.request.delete(f"/api/v1/views/{made['id']}", headers=token(page))


def test_several_values_of_a_filter_are_picked_and_any_of_them_will_do(visit: Visit) -> None:
    page = visit()
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("f")
    page.get_by_role("combobox", name="Filter by").press_sequentially("stage")
    page.keyboard.press("Enter")
    stage = page.get_by_role("combobox", name="Stage")
    stage.fill("ship")
    page.keyboard.press("Shift+Enter")
    stage.fill("compl")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("stage=shipped&stage=completed"))
    expect(page.locator(".chip", has_text="Stage").locator("b")).to_have_text("Shipped, Completed")
    query = "stage=shipped&stage=completed&limit=1&count=exact"
    count = call(page, "GET", f"/orders?{query}")["count"]["value"]
    expect(page.locator(".counted")).to_contain_text(f"{count} orders")
    page.locator(".chip-words").click()
    page.get_by_role("option", name="Shipped").click()
    expect(page.locator(".chip", has_text="Stage").locator("b")).to_have_text("Completed")


def test_tags_are_picked_from_those_that_orders_have(visit: Visit) -> None:
    page = visit()
    expect(page.locator(ROWS).first).to_be_visible()
    order = placed(page, "blue ribbon")
    page.keyboard.press("f")
    page.get_by_role("combobox", name="Filter by").fill("any of the")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Any of the tags").fill("ribbon")
    page.get_by_role("option", name="blue ribbon").wait_for()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("tag_any=blue"))
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(f"{ROWS} .number")).to_have_text(order["number"])


def test_rows_are_renewed_where_they_stand_when_somebody_else_works_on_them(visit: Visit) -> None:
    page, other = visit(), visit("bob")
    orders = [placed(page, "news") for _ in range(3)]
    shown(page, "/orders?tag=news", 3)
    numbers = page.locator(f"{ROWS} .number").all_inner_texts()
    call(other, "POST", f"/orders/{orders[1]['id']}/status", {"status": "on_hold", "stock": "leave", "notify": []})
    expect(page.locator(f"#row-{orders[1]['id']}")).to_contain_text("On hold")
    assert page.locator(f"{ROWS} .number").all_inner_texts() == numbers
    placed(other, "news")
    expect(page.locator(".arrivals")).to_contain_text("1 new order")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    assert page.locator(f"{ROWS} .number").all_inner_texts() == numbers
    page.locator(".arrivals").click()
    expect(page.locator(ROWS)).to_have_count(4)
    expect(page.locator(f"{ROWS}.fresh")).to_have_count(1)


def test_without_waiting_for_news_the_list_is_looked_at_now_and_then(visit: Visit) -> None:
    page = visit(None)
    page.route("**/api/v1/changes*", lambda route: route.abort())
    call_in(page)
    expect(page.locator(ROWS).first).to_be_visible()
    expect(page.locator(".live")).to_have_text("Looking every 10 seconds")
    order = placed(page)
    expect(page.locator(".arrivals")).to_contain_text("1 new order")
    page.locator(".arrivals").click()
    expect(page.locator(f"{ROWS}.fresh .number")).to_have_text(order["number"])


def call_in(page: Page) -> None:
    """Signs in on the page."""
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_the_next_order_of_the_view_and_back_to_its_row(visit: Visit) -> None:
    page = visit()
    orders = [placed(page, "beside") for _ in range(3)][::-1]
    shown(page, "/orders?tag=beside&sort=-created_at", 3)
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(orders[0]["number"])
    expect(page.locator(".neighbours")).to_contain_text("1 / 3")
    page.keyboard.press("Shift+J")
    expect(heading).to_have_text(orders[1]["number"])
    page.keyboard.press("j")
    expect(heading).to_have_text(orders[2]["number"])
    expect(page.locator(".neighbours")).to_contain_text("3 / 3")
    page.keyboard.press("k")
    expect(heading).to_have_text(orders[1]["number"])
    page.keyboard.press("Escape")
    expect(page.locator(f"{ROWS}.on .number")).to_have_text(orders[1]["number"])
    assert "tag=beside" in page.url


def test_an_order_opened_by_its_address_knows_its_neighbours_too(visit: Visit) -> None:
    page = visit()
    orders = [placed(page, "by-address") for _ in range(2)][::-1]
    page.goto(f"/orders/{orders[0]['id']}?tag=by-address")
    expect(page.locator(".neighbours")).to_contain_text("1 / 2")
    page.get_by_role("button", name="Next order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(orders[1]["number"])


def test_the_palette_acts_goes_and_finds(visit: Visit) -> None:
    page = visit()
    order = placed(page, "palette")
    shown(page, "/orders?tag=palette", 1)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="What would you like to do?")
    field.fill("leave a note")
    page.keyboard.press("Enter")
    page.get_by_label("Seen by operators only").fill("From the palette.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".pane .note")).to_contain_text("From the palette.")
    page.keyboard.press("Control+k")
    field.fill("on hold")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("stage=on_hold"))
    page.get_by_label("Search orders").focus()
    page.keyboard.press("Control+k")
    field.fill(order["number"])
    page.get_by_role("option", name=re.compile(f"^{order['number']}")).wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])


def test_what_was_just_done_is_taken_back_from_its_notice(visit: Visit) -> None:
    page = visit()
    order = placed(page, "one-note")
    shown(page, "/orders?tag=one-note", 1)
    page.keyboard.press("n")
    page.get_by_label("Seen by operators only").fill("Too soon.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".pane .note")).to_contain_text("Too soon.")
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(page.locator(".pane .note")).to_have_count(0)
    assert call(page, "GET", f"/orders/{order['id']}")["notes"] == []


def test_keys_never_act_while_one_types(visit: Visit) -> None:
    page = visit()
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("xstopjkfe?")
    expect(page.get_by_label("Search orders")).to_have_value("xstopjkfe?")
    expect(page.locator(".bulk, .window, .popup")).to_have_count(0)
