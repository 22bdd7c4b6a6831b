"""A new order in a browser: taken by the keyboard alone, priced while one types, and never lost."""

from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from playwright.sync_api import Route, expect

from tests.console.ordering import Visit, client_typed, product_picked, stocked, total_of, unlike
from tests.console.test_desk import ROWS, barriers, call
from tests.fixtures_api import PASSWORD
from tests.fixtures_screens import RunningShop
from tests.setup.running import eventually


def test_a_telephone_order_is_taken_and_paid_by_the_keyboard_alone(visit: Visit) -> None:
    page = visit()
    sku, name = stocked(page, unlike("JAR"), "Quince jelly", tax_rate="5.50"), f"Anatole {uuid4().hex[:6]}"
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("c")
    client_typed(page, name)
    for typed in (f"{name[-6:]}@example.com", "06 12 34 56 78", "", "4 quai des Brumes", "", "44000", "Nantes"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    product_picked(page, f"3 x {sku}")
    expect(page.locator(".typed-lines .qty input")).to_have_value("3")
    expect(total_of(page)).to_have_text("€44.70")
    page.keyboard.press("ArrowUp")
    page.keyboard.type("2")
    expect(total_of(page)).to_have_text("€29.80")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator(".window h2")).to_contain_text("Payment of")
    page.get_by_label("Amount").press("Control+Enter")
    expect(page.locator(".bar .pill").nth(1)).to_have_text("Paid")
    order = call(page, "GET", f"/orders/{page.url.rsplit('/', 1)[1]}")
    assert order["total"]["amount"] == "29.80"
    assert order["payment_status"] == "paid"
    assert order["source"] == "telephone"
    assert order["operator"] == "ada"
    assert order["billing_address"] == {
        **order["billing_address"],
        "name": name,
        "line1": "4 quai des Brumes",
        "postcode": "44000",
        "city": "Nantes",
        "country": "FR",
        "phone": "06 12 34 56 78",
    }
    assert order["customer"]["name"] == name
    [line] = order["items"]
    assert (line["sku"], line["quantity"], line["tax_rate"]) == (sku, 2, "5.50")


def test_a_known_client_is_found_by_telephone_and_brings_their_address(visit: Visit) -> None:
    page = visit()
    phone = f"06{uuid4().int % 10**8:08}"
    address = {"name": "Olympe Sorel", "line1": "9 rue Haute", "city": "Lyon", "country": "FR", "phone": phone}
    line = {"name": "Box", "quantity": 1, "unit_price": {"amount": "5.00", "currency": "EUR"}}
    told = {"place": True, "items": [line], "billing_address": {**address, "email": f"{phone}@example.com"}}
    known = call(page, "POST", "/orders", told)["customer"]["id"]
    eventually(lambda: call(page, "GET", f"/customers?q={phone}")["items"], "the customer was found")
    page.goto("/new")
    page.get_by_role("combobox", name="Find the customer").press_sequentially(phone)
    expect(page.locator(".hit").first).to_contain_text("Olympe Sorel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Add a product")).to_be_focused()
    expect(page.get_by_label("Address", exact=True)).to_have_value("9 rue Haute")
    page.keyboard.type("Ribbon")
    page.get_by_role("option").filter(has_text="not in the catalogue").wait_for()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Price of Ribbon")).to_be_focused()
    page.keyboard.type("2,5")
    page.keyboard.press("Enter")
    expect(total_of(page)).to_have_text("€2.50")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\d"))
    order = call(page, "GET", f"/orders/{page.url.rsplit('/', 1)[1]}")
    assert order["customer"]["id"] == known
    assert order["status"]["stage"] != "draft"
    assert order["items"][0]["name"] == "Ribbon"


def test_scanned_barcodes_are_lines_however_quickly_they_come(visit: Visit) -> None:
    page = visit()
    code = f"37{uuid4().int % 10**11:011}"
    sku = stocked(page, unlike("SCAN"), "Scanned soap", "4.00", barcode=code)
    page.goto("/new")
    field = page.get_by_role("combobox", name="Add a product")
    field.focus()
    for _ in range(3):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(page.locator(".typed-lines .qty input")).to_have_value("3")
    expect(page.locator(".typed-lines td.sku")).to_have_text(sku)
    expect(field).to_have_value("")
    expect(total_of(page)).to_have_text("€12.00")


def test_refusals_stand_at_their_field_in_the_operators_language(visit: Visit) -> None:
    page = visit(path="/new", locale="fr-FR")
    page.get_by_role("combobox", name="Trouver le client").fill("Zoé")
    page.get_by_role("option").filter(has_text="Nouveau client").click()
    page.get_by_label("Pays").fill("QQ")
    page.keyboard.press("Alt+2")
    page.keyboard.type("Gravure")
    page.get_by_role("option").filter(has_text="hors catalogue").click()
    page.keyboard.type("5,001")
    said = page.locator(".typed-lines .said")
    expect(said).to_have_text("Écrivez un montant, par exemple 12,50.")
    expect(page.get_by_label("Prix de Gravure")).to_have_value("5,001")
    page.get_by_label("Prix de Gravure").fill("5,50")
    expect(said).to_have_count(0)
    expect(total_of(page)).to_have_text(re.compile("5,50"))
    page.get_by_label("Coupons").fill("JAMAIS")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ce coupon n’existe pas.")).to_be_visible()
    page.get_by_label("Coupons").fill("")
    page.keyboard.press("Enter")
    expect(total_of(page)).to_have_text(re.compile("5,50"))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".country .complaint")).to_have_text("Écrivez les deux lettres d’un pays, par exemple FR.")
    expect(page.get_by_label("Pays")).to_be_focused()
    expect(page.get_by_label("Pays")).to_have_value("QQ")
    assert page.url.endswith("/new")


def test_a_product_retired_while_in_the_cart_is_said_at_its_line(visit: Visit) -> None:
    page = visit()
    sku = stocked(page, unlike("OLD"), "Old tin")
    page.goto("/new")
    product_picked(page, sku)
    expect(total_of(page)).to_have_text("€14.90")
    call(page, "DELETE", f"/products/{sku}")
    page.locator(".typed-lines .qty input").fill("2")
    expect(page.locator(".typed-lines .said")).to_have_text("This product is no longer sold.")
    expect(page.locator(".typed-lines .qty input")).to_have_value("2")


def test_a_total_that_comes_late_never_stands_for_a_later_one(visit: Visit) -> None:
    page = visit()
    sku = stocked(page, unlike("SLOW"), "Slow tea", "2.00")
    held: list[Route] = []

    def hold(route: Route) -> None:
        """Keeps the total of seven back; the others pass."""
        seven = json.loads(route.request.post_data or "{}")["items"][0]["quantity"] == 7
        held.append(route) if seven and not held else route.continue_()

    def asked() -> bool:
        page.wait_for_timeout(50)
        return bool(held)

    page.goto("/new")
    product_picked(page, sku)
    expect(total_of(page)).to_have_text("€2.00")
    page.route("**/orders/quote", hold)
    quantity = page.locator(".typed-lines .qty input")
    quantity.fill("7")
    eventually(asked, "the total of seven was asked for")
    quantity.fill("3")
    expect(total_of(page)).to_have_text("€6.00")
    held[0].continue_()
    page.wait_for_timeout(500)
    expect(total_of(page)).to_have_text("€6.00")


def test_a_session_that_ends_while_typing_loses_nothing(visit: Visit) -> None:
    page = visit()
    sku = stocked(page, unlike("SESS"), "Session jam", "3.00")
    page.goto("/new")
    client_typed(page, "Anatole Ferrand")
    product_picked(page, sku)
    expect(total_of(page)).to_have_text("€3.00")
    page.context.clear_cookies()
    page.locator(".typed-lines .qty input").fill("4")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(total_of(page)).to_have_text("€12.00")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Anatole Ferrand")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".steps")).to_be_visible()


def test_a_server_killed_while_typing_takes_nothing_and_the_draft_is_there_after(
    visit: Visit, running_shop: RunningShop
) -> None:
    page = visit()
    sku = stocked(page, unlike("KILL"), "Killed honey", "6.00")
    page.goto("/new")
    client_typed(page, "Philomène Astier")
    product_picked(page, sku)
    expect(total_of(page)).to_have_text("€6.00")
    running_shop.serving.kill()
    page.locator(".typed-lines .qty input").fill("5")
    page.get_by_label("Internal note").fill("Ring twice.")
    expect(page.locator(".bar .pill")).to_contain_text("Draft kept at")
    expect(total_of(page)).to_have_text("€30.00")
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Philomène Astier")
    expect(page.get_by_label("Internal note")).to_have_value("Ring twice.")
    expect(total_of(page)).to_have_text("€30.00")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".page-side .note")).to_contain_text("Ring twice.")
    page.goto("/new")
    expect(page.get_by_role("combobox", name="Find the customer")).to_be_visible()
    expect(page.locator(".typed-lines")).to_have_count(0)


def test_an_order_whose_answer_was_lost_is_placed_once(visit: Visit) -> None:
    page = visit()
    sku = stocked(page, unlike("ONCE"), "Once only", "6.00")
    page.goto("/new")
    product_picked(page, sku)
    expect(total_of(page)).to_have_text("€6.00")
    lost: list[str] = []

    def lose(route: Route) -> None:
        """The first order reaches the server, its answer does not come back."""
        lost.append(route.fetch().json()["number"])
        route.abort()

    page.route("**/api/v1/orders", lose, times=1)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    page.reload()
    expect(total_of(page)).to_have_text("€6.00")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".steps")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(lost[0])


def test_a_payment_link_is_made_mailed_and_copied(visit: Visit) -> None:
    page = visit(path="/new", permissions=["clipboard-read", "clipboard-write"])
    sku = stocked(page, unlike("LINK"), "Linked pot", "7.00")
    client_typed(page)
    page.keyboard.type("anatole@example.com")
    page.get_by_label("Payment", exact=True).select_option("online")
    product_picked(page, sku)
    expect(total_of(page)).to_have_text("€7.00")
    page.keyboard.press("Control+l")
    expect(page.locator(".window .due")).to_contain_text("€7.00")
    expect(page.locator(".window")).to_contain_text("It was mailed to anatole@example.com")
    page.get_by_role("button", name="Copy", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("http")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".steps")).to_be_visible()
    assert call(page, "GET", f"/orders/{page.url.rsplit('/', 1)[1]}")["mails_to"] == "anatole@example.com"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_the_form_is_a_serious_barrier(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(path="/new", color_scheme=scheme)
    sku = stocked(page, unlike("AXE"), "Axed log")
    found = {"empty": barriers(page, axe)}
    client_typed(page)
    product_picked(page, sku)
    expect(total_of(page)).to_have_text("€14.90")
    page.get_by_label("Coupons").fill("NONE")
    page.keyboard.press("Enter")
    expect(page.locator(".complaint")).to_be_visible()
    page.keyboard.press("Alt+2")
    page.keyboard.type(sku[:3])
    expect(page.locator(".hit").first).to_be_visible()
    found["typed"] = barriers(page, axe)
    assert not any(found.values()), found
