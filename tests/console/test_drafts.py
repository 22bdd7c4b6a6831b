"""Drafts of new orders: kept on the device and on the server, of their operator alone."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Route, expect

from tests.console.ordering import PAUSE_MS, Visit, client_typed, product_picked, stocked, total_of, unlike
from tests.console.test_desk import ATTACK, ROWS, call
from tests.fixtures_api import PASSWORD
from tests.setup.running import eventually


@pytest.mark.parametrize("storage", ["full", "forbidden"])
def test_a_device_that_keeps_nothing_takes_orders_all_the_same(visit: Visit, storage: str) -> None:
    page = visit()
    sku = stocked(page, unlike("FULL"), "Full shelf", "6.00")
    broken = {
        "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }",
        "forbidden": "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException() }})",
    }
    page.add_init_script(broken[storage])
    page.goto("/new")
    product_picked(page, sku)
    expect(page.locator(".bar .pill")).to_have_text("This device keeps no draft")
    expect(total_of(page)).to_have_text("€6.00")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".steps")).to_be_visible()


def test_leaving_keeps_the_draft_and_starting_over_can_be_taken_back(visit: Visit) -> None:
    page = visit()
    sku = stocked(page, unlike("BACK"), "Left behind")
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("c")
    client_typed(page, "Gaspard")
    product_picked(page, sku)
    expect(page.locator(".typed-lines td.sku")).to_have_text(sku)
    page.keyboard.press("Escape")
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator(".typed-lines td.sku")).to_have_text(sku)
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".typed-lines")).to_have_count(0)
    page.get_by_role("button", name="Bring the draft back").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Gaspard")


def test_another_operator_at_this_device_does_not_see_the_draft(visit: Visit) -> None:
    page = visit(path="/new")
    client_typed(page, "Gaspard")
    expect(page.locator(".bar .pill")).to_contain_text("Draft kept at")
    page.locator(".person summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Name").fill("bob")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Find the customer")).to_have_value("")
    expect(page.get_by_label("Operator")).to_have_value("bob")


def test_a_draft_order_is_kept_with_everything_beside_the_cart(visit: Visit) -> None:
    page = visit(path="/new")
    sku = stocked(page, unlike("DRAFT"), "Drafted dish", "10.00")
    name = f"{ATTACK}{uuid4().hex[:8]}"  # whom no other test has written into the book
    client_typed(page, name)
    page.get_by_label("Ship to the same address").uncheck()
    page.locator(".shipping_address").get_by_label("City").fill("Vannes")
    product_picked(page, sku)
    page.get_by_label("Discount").fill("1,5")
    page.get_by_label("Shipping", exact=True).select_option("express")
    page.get_by_label("Charge").fill("4.90")
    page.get_by_label("Tags").fill("gift")
    page.keyboard.press("Enter")
    page.get_by_label("Internal note").fill(ATTACK)
    page.locator(".segments").get_by_text("Shop").click()
    expect(total_of(page)).to_have_text("€13.40")
    page.keyboard.press("Control+s")
    expect(page.locator(".page-side .note")).to_contain_text(ATTACK)
    order = call(page, "GET", f"/orders/{page.url.rsplit('/', 1)[1]}")
    assert order["status"]["stage"] == "draft"
    assert order["shipping_address"]["city"] == "Vannes"
    assert order["billing_address"]["name"] == name
    assert (order["source"], order["tags"], order["shipping_method"]) == ("shop", ["gift"], "express")
    assert order["total"]["amount"] == "13.40"
    assert page.title() == f"{order['number']} · Carnet"


def test_a_draft_goes_on_at_another_device_of_the_same_operator_alone(visit: Visit) -> None:
    page = visit(path="/new")
    client_typed(page, "Mireille Garance")
    page.get_by_label("Internal note").fill("Call back at five.")
    expect(page.locator(".pill")).to_contain_text("here and on the server")
    stranger = visit("bob", "/new")
    expect(stranger.get_by_role("combobox", name="Find the customer")).to_be_visible()
    elsewhere = visit(path="/new")
    expect(elsewhere.get_by_label("Internal note")).to_have_value("Call back at five.")
    expect(stranger.get_by_label("Internal note")).to_have_value("")
    elsewhere.get_by_role("button", name="Start over").click()
    eventually(
        lambda: page.request.get("/api/v1/drafts/new-order").status == 404, "the draft is gone from the server as well"
    )


def test_what_was_typed_here_stays_and_the_draft_of_elsewhere_is_offered(visit: Visit) -> None:
    page, elsewhere = visit(path="/new"), visit()
    page.get_by_label("Internal note").fill("Typed here.")
    expect(page.locator(".pill")).to_contain_text("here and on the server")
    mine = call(elsewhere, "GET", "/drafts/new-order")["content"]
    mine["typed"]["note"] = "Typed elsewhere."
    call(elsewhere, "PUT", "/drafts/new-order", {"content": mine})
    page.reload()
    expect(page.get_by_label("Internal note")).to_have_value("Typed here.")
    page.get_by_role("button", name="Take the draft of another device").click()
    expect(page.get_by_label("Internal note")).to_have_value("Typed elsewhere.")


def test_a_placed_order_leaves_no_draft_on_the_server(visit: Visit) -> None:
    page = visit()
    sku = stocked(page, unlike("POT"), "Damson jam", tax_rate="5.50")
    page.goto("/new")
    client_typed(page)
    product_picked(page, sku)
    expect(page.locator(".pill")).to_contain_text("here and on the server")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("/orders/"))
    eventually(lambda: page.request.get("/api/v1/drafts/new-order").status == 404, "no draft is left")


def test_what_one_operator_typed_is_never_sent_as_another(visit: Visit) -> None:
    page = visit(path="/new")
    held: list[Route] = []
    page.route("**/api/v1/drafts/new-order", lambda route: held.append(route) if _is_put(route) else route.continue_())
    page.get_by_label("Internal note").fill("Ada alone knows.")
    while not held:
        page.wait_for_timeout(50)
    page.locator(".person summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Name").fill("bob")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Find the customer")).to_be_visible()
    held.pop(0).continue_()
    page.wait_for_timeout(PAUSE_MS)
    assert not held
    assert page.request.get("/api/v1/drafts/new-order").status == 404


def _is_put(route: Route) -> bool:
    return route.request.method == "PUT"
