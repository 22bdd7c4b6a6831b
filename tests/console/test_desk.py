"""The console in a browser, over the real server: signing in, the list, an order, and what asks before it acts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.fixtures_api import PASSWORD

Visit = Callable[..., Page]
HELD_MS = 500  # how long an answer is held back
ROWS = "[role=row][id^=row-]"
ATTACK = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


def call(page: Page, method: str, path: str, body: Any = None) -> Any:
    """Asks the API as the operator who is signed in on the page."""
    session = page.request.get("/api/v1/session").json()
    headers = {"X-CSRF-Token": session["csrf_token"], "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body)
    answer = page.request.fetch(f"/api/v1{path}", method=method, headers=headers, data=data)
    assert answer.ok, answer.text()
    return answer.json()


def first(page: Page, filters: str) -> dict[str, Any]:
    """The newest order of the list."""
    found: dict[str, Any] = call(page, "GET", f"/orders?limit=1&{filters}")["items"][0]
    return found


def barriers(page: Page, axe: str) -> list[str]:
    """What axe finds serious on the page; it runs beside the page's own script, which its policy allows."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {each['help']} {[node['target'] for node in each['nodes']][:3]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def test_a_new_operator_changes_the_one_time_password_and_is_in(visit: Visit) -> None:
    page = visit(None)
    page.get_by_label("Name").fill("new")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Your password").fill("too short")
    page.get_by_label("Once more").fill("too short")
    page.keyboard.press("Enter")
    expect(page.locator(".complaint")).to_be_visible()
    page.get_by_label("Your password").fill("a long one of my own")
    page.get_by_label("Once more").fill("a long one of my own")
    page.keyboard.press("Enter")
    expect(page.locator(ROWS).first).to_be_visible()


def test_a_wrong_password_is_said_at_once_and_what_was_typed_stays(visit: Visit) -> None:
    page = visit(None)
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("a wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("Name")).to_have_value("ada")


def test_filters_are_there_again_after_an_order_and_back_on_the_same_row(visit: Visit) -> None:
    page = visit(path="/orders?stage=shipped&sort=total")
    expect(page.locator(ROWS).nth(3)).to_be_visible()
    numbers = page.locator(f"{ROWS} .number").all_inner_texts()
    for _ in range(3):
        page.keyboard.press("j")
    expect(page.locator(ROWS).nth(3)).to_have_class(re.compile(r"\bon\b"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(numbers[3])
    page.keyboard.press("Escape")
    expect(page.locator(f"{ROWS}.on .number")).to_have_text(numbers[3])
    assert "stage=shipped" in page.url
    assert "sort=total" in page.url
    assert page.locator(f"{ROWS} .number").all_inner_texts() == numbers


def test_searching_shows_the_last_words_asked_for_and_keeps_them_in_the_address(visit: Visit) -> None:
    page = visit()
    expect(page.locator(ROWS).first).to_be_visible()
    number = page.locator(f"{ROWS} .number").nth(5).inner_text()
    page.keyboard.press("/")
    page.keyboard.type(number, delay=15)
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(f"{ROWS} .number")).to_have_text(number)
    page.reload()
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.get_by_label("Search orders")).to_have_value(number)


def test_a_filter_is_chosen_by_the_keyboard_alone(visit: Visit) -> None:
    page = visit()
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("f")
    page.get_by_role("combobox", name="Filter by").press_sequentially("stage")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Stage").press_sequentially("deli")
    page.get_by_role("combobox", name="Stage").fill("compl")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("stage=completed"))
    expect(page.locator(".chip b")).to_have_text("Completed")


def test_rows_are_selected_and_the_selection_extended_by_keys(visit: Visit) -> None:
    page = visit()
    expect(page.locator(ROWS).nth(4)).to_be_visible()
    page.keyboard.press("x")
    for _ in range(3):
        page.keyboard.press("Shift+J")
    expect(page.locator(".bulk b")).to_have_text("4 selected")
    page.keyboard.press("Escape")
    expect(page.locator(".bulk")).to_have_count(0)


def test_a_status_that_moves_stock_shows_it_before_and_moves_it_only_then(visit: Visit) -> None:
    page = visit()
    order = first(page, "stage=processing&payment_status=paid")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    page.keyboard.press("s")
    page.get_by_label("New status").select_option("cancelled")
    rows = page.locator(".stock-table tbody tr")
    expect(rows.first).to_be_visible()
    sku = rows.first.locator("td").first.inner_text()
    before, after = re.findall(r"\d+", rows.first.locator("td").nth(1).inner_text())
    assert call(page, "GET", f"/stock/{sku}")["on_hand"] == int(before)
    expect(page.locator(".mail h3")).to_contain_text(order["number"])
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window")).to_have_count(0)
    expect(page.locator(".bar .pill").first).to_have_text("Cancelled")
    assert call(page, "GET", f"/stock/{sku}")["on_hand"] == int(after)


def test_a_parcel_is_sent_with_its_code_and_the_mail_seen_before(visit: Visit) -> None:
    page = visit()
    order = first(page, "stage=processing&payment_status=paid&fulfilment_status=unfulfilled")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    page.keyboard.press("t")
    page.get_by_label("Tracking code").fill("6A2184039")
    expect(page.locator(".mail h3")).to_contain_text(order["number"])
    expect(page.locator(".window .button.primary")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".parcel")).to_contain_text("6A2184039")
    assert call(page, "GET", f"/orders/{order['id']}")["status"]["stage"] == "shipped"


def test_a_payment_is_written_down_and_a_wrong_amount_complained_of_at_its_field(visit: Visit) -> None:
    page = visit()
    order = first(page, "payment_status=unpaid&stage=processing")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    page.keyboard.press("b")
    page.get_by_label("Amount").fill("1,234")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window .complaint")).to_be_visible()
    expect(page.get_by_label("Amount")).to_have_value("1,234")
    page.get_by_label("Amount").fill("5")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bar .pill").nth(1)).to_have_text("Partly paid")
    assert call(page, "GET", f"/orders/{order['id']}")["paid"]["amount"] == "5.00"


def test_what_another_operator_changed_stands_beside_what_was_typed(visit: Visit) -> None:
    page, other = visit(), visit("bob")
    order = first(page, "stage=shipped")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    page.get_by_role("button", name="Change the tags").click()
    page.get_by_label("New tag").fill("mine")
    call(other, "PUT", f"/orders/{order['id']}/tags", {"tags": [*order["tags"], "theirs"]})
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing of yours was written")
    expect(page.get_by_role("alert")).to_contain_text("theirs")
    expect(page.get_by_label("New tag")).to_have_value("mine")
    page.get_by_role("button", name="Keep what I typed").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window")).to_have_count(0)
    assert "mine" in call(page, "GET", f"/orders/{order['id']}")["tags"]


def test_who_goes_on_before_the_order_was_read_again_decides_on_what_is_read(visit: Visit) -> None:
    page, other = visit(), visit("bob")
    order = first(page, "stage=shipped")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    page.get_by_role("button", name="Change the tags").click()
    page.get_by_label("New tag").fill("in a hurry")
    call(other, "PUT", f"/orders/{order['id']}/tags", {"tags": [*order["tags"], "meanwhile"]})
    page.keyboard.press("Control+Enter")
    again = page.get_by_role("button", name="Keep what I typed")
    expect(again).to_be_visible()
    held: list[Route] = []
    page.route(f"**/api/v1/orders/{order['id']}", lambda route: held.append(route))
    again.click()
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(HELD_MS)
    for route in held:
        route.continue_()
    page.unroute_all()
    expect(page.locator(".window")).to_have_count(0)
    assert "in a hurry" in call(page, "GET", f"/orders/{order['id']}")["tags"]


def test_a_session_that_ends_while_typing_loses_nothing(visit: Visit) -> None:
    page = visit()
    order = first(page, "stage=shipped")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    page.keyboard.press("n")
    page.get_by_label("Seen by operators only").fill("Ring twice.")
    page.context.clear_cookies()
    page.keyboard.press("Control+Enter")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".page-side .note").last).to_contain_text("Ring twice.")
    notes = call(page, "GET", f"/orders/{order['id']}")["notes"]
    assert [note["text"] for note in notes].count("Ring twice.") == 1


def test_the_billing_address_goes_to_the_clipboard_by_one_key(visit: Visit) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    order = call(page, "GET", f"/orders/{first(page, 'stage=shipped')['id']}")
    page.goto(f"/orders/{order['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(order["number"])
    page.keyboard.press("y")
    expect(page.locator(".notice")).to_contain_text("clipboard")
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    address = order["billing_address"]
    assert copied[:2] == [address["name"], address["line1"]]
    assert address["email"] in copied


def test_an_attack_in_every_text_shows_as_text(visit: Visit) -> None:
    page = visit()
    money = {"amount": "10.00", "currency": "EUR"}
    address = {
        "name": ATTACK,
        "line1": ATTACK,
        "city": ATTACK,
        "postcode": "1",
        "country": "FR",
        "email": "a@example.com",
    }
    line = {"sku": "SKU<b>", "name": ATTACK, "quantity": 1, "unit_price": money, "tax_rate": "20.00"}
    made = {"place": True, "billing_address": address, "items": [line], "source": "<i>web", "tags": ["<b>tag</b>"]}
    order = call(page, "POST", "/orders", made)
    call(page, "POST", f"/orders/{order['id']}/notes", {"text": ATTACK})
    call(
        page, "POST", f"/orders/{order['id']}/shipments", {"carrier": ATTACK, "tracking_code": "<u>1", "stock": "leave"}
    )
    page.goto(f"/orders?number={order['number']}")
    expect(page.locator(ROWS)).to_contain_text("<img src=x")
    expect(page.locator(".pane .note")).to_contain_text(ATTACK)
    page.keyboard.press("Enter")
    expect(page.locator(".page-side .address").first).to_contain_text(ATTACK)
    expect(page.locator(".parcel")).to_contain_text("<u>1")
    expect(page.locator(".table tbody td").nth(1)).to_contain_text(ATTACK)
    assert page.title() == f"{order['number']} · Carnet"
    assert page.locator("main img, main script").count() == 0


def test_a_new_order_is_announced_and_does_not_jump_in(visit: Visit) -> None:
    page = visit()
    expect(page.locator(ROWS).first).to_be_visible()
    top = page.locator(f"{ROWS} .number").first.inner_text()
    money = {"amount": "10.00", "currency": "EUR"}
    line = {"sku": "", "name": "Something", "quantity": 1, "unit_price": money, "tax_rate": "20.00"}
    order = call(page, "POST", "/orders", {"place": True, "items": [line]})
    announced = page.locator(".arrivals")
    expect(announced).to_contain_text("1 new order")
    expect(page.locator(f"{ROWS} .number").first).to_have_text(top)
    announced.click()
    expect(page.locator(f"{ROWS}.fresh .number")).to_have_text(order["number"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_the_screens_is_a_serious_barrier(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(path="/orders?stage=processing", color_scheme=scheme)
    expect(page.locator(".pane .cart-lines")).to_be_visible()
    page.keyboard.press("x")
    found = {"list": barriers(page, axe)}
    page.keyboard.press("Enter")
    expect(page.locator(".page .history li").first).to_be_visible()
    found["order"] = barriers(page, axe)
    page.keyboard.press("s")
    expect(page.locator(".window .mail h3")).to_be_visible()
    found["status"] = barriers(page, axe)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator(".keys")).to_be_visible()
    found["keys"] = barriers(page, axe)
    assert not any(found.values()), found


def test_the_console_speaks_french_to_who_reads_french(visit: Visit) -> None:
    page = visit(locale="fr-FR")
    expect(page.get_by_role("heading", level=1)).to_have_text("Commandes")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator(ROWS).first).to_contain_text("€")


def test_odd_addresses_say_so_and_lead_back(visit: Visit) -> None:
    page = visit(path="/orders/nothing-like-an-order")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="To the orders").click()
    expect(page.locator(ROWS).first).to_be_visible()
    page.goto("/orders?status=retired-long-ago")
    expect(page.locator(".chip.bad")).to_be_visible()
    page.locator(".chip.bad").get_by_role("button", name="Take the filter").click()
    expect(page.locator(ROWS).first).to_be_visible()
