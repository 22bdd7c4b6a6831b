"""The rest of the back office: coupons, sequences, tag rules, mails, returns, documents and payments."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.api.desk import BILLING
from tests.api.invoices import SELLER
from tests.console.test_desk import ROWS, barriers, call, first
from tests.console.test_list import LINE, placed
from tests.setup.running import eventually

Visit = Callable[..., Page]
PLACES = ("/coupons", "/sequences", "/tag-rules", "/messages", "/returns", "/documents", "/payments")


def sheet(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def row(page: Page, text: str) -> Locator:
    return page.locator(".data-table tbody tr", has_text=text)


def shipped(page: Page) -> dict[str, Any]:
    """A new order of two units that were paid and sent."""
    line = {**LINE, "quantity": 2}
    made = call(page, "POST", "/orders", {"place": True, "items": [line], "billing_address": BILLING})
    call(page, "POST", f"/orders/{made['id']}/payments", {"method": "card"})
    call(page, "POST", f"/orders/{made['id']}/shipments", {"carrier": "dhl", "stock": "leave"})
    sent: dict[str, Any] = call(page, "GET", f"/orders/{made['id']}")
    return sent


def may_invoice(page: Page) -> None:
    """A seller who may issue invoices."""
    call(page, "PUT", "/settings/seller", {**SELLER, "vat_number": "FR00732829320"})
    call(page, "PUT", "/settings/papers/legal", {"siren": "732829320"})


def test_a_coupon_is_made_by_the_keyboard_changed_and_turned_off(visit: Visit) -> None:
    page = visit(path="/orders")
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_have_text("Coupons")
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Code", exact=True).fill("advent24")
    page.get_by_label("Percent", exact=True).fill("12,5")
    page.get_by_label("From an order of").fill("50")
    page.get_by_label("Until, this day included").fill("2030-12-24")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    made = call(page, "GET", "/coupons/ADVENT24")["rules"]
    assert (made["percent"], made["minimum"]["amount"]) == ("12.50", "50.00")
    assert made["valid_until"].startswith("2030-12-24T23:00:00")
    expect(row(page, "ADVENT24")).to_contain_text("until 24 Dec 2030")
    row(page, "ADVENT24").get_by_text("ADVENT24").click()
    expect(page.get_by_label("Until, this day included")).to_have_value("2030-12-24")
    page.get_by_label("Percent", exact=True).fill("130")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".window .complaint, .window .complaints").first).to_be_visible()
    page.get_by_label("Percent", exact=True).fill("15")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert call(page, "GET", "/coupons/ADVENT24")["rules"]["percent"] == "15.00"
    row(page, "ADVENT24").get_by_role("button", name="Turn off").click()
    expect(row(page, "ADVENT24")).to_contain_text("off")


def test_a_sequence_is_written_tried_over_the_past_started_and_stopped(visit: Visit) -> None:
    page = visit(path="/sequences")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sequences")
    page.keyboard.press("c")
    page.get_by_label("Name", exact=True).fill("After the sale")
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_label("Who gets them").select_option("order")
    page.get_by_label("Tags", exact=True).fill("welcome")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Wait", exact=True).click()
    page.get_by_label("How long").fill("14")
    page.get_by_role("button", name="Earlier").click()
    expect(page.locator(".step-sheet legend")).to_have_text("Step 1: Wait")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("/sequences/[0-9a-f-]{36}$"))
    known = page.url.rpartition("/")[2]
    steps = call(page, "GET", f"/sequences/{known}")["steps"]
    assert [step["kind"] for step in steps] == ["wait", "tag"]
    assert steps[0]["minutes"] == 14 * 1440
    tried = sheet(page, "Try it over the past")
    tried.get_by_role("button", name="Try").click()
    expect(tried.get_by_role("status")).to_contain_text("would have begun it")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".page-about")).to_have_text("at work")
    placed(page, "sequenced")
    eventually(lambda: call(page, "GET", f"/sequences/{known}/enrolments")["items"], "the order began it")
    page.reload()
    enrolled = sheet(page, "Who is where")
    expect(enrolled.locator("tbody tr").first).to_contain_text("under way")
    expect(enrolled.locator(".here")).to_contain_text("1 is here")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".page-about")).to_have_text("stopped")


def test_tag_rules_are_tried_before_they_hold(visit: Visit) -> None:
    page = visit(path="/tag-rules")
    order = call(page, "GET", f"/orders/{first(page, 'stage=shipped')['id']}")
    page.get_by_role("button", name="A rule", exact=True).click()
    page.get_by_label("SKU like").fill(order["items"][0]["sku"])
    page.get_by_label("Tags", exact=True).fill("regular")
    page.keyboard.press("Enter")
    tried = sheet(page, "Try them")
    tried.get_by_role("button", name="Try", exact=True).click()
    expect(tried.get_by_role("status")).to_contain_text("customer")
    page.get_by_label("SKU like").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notice")).to_contain_text("The rules stand")
    rules = call(page, "GET", "/settings/tag-rules")["items"]
    assert rules[-1]["tags"] == ["regular"]
    page.get_by_role("button", name="Take the rule").first.click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is no rule yet.")).to_be_visible()


def test_a_mail_is_looked_at_and_sent_again(visit: Visit) -> None:
    page = visit(path="/messages")
    page.locator(".data-table tbody tr").first.click()
    expect(page.locator(".window .mail-look")).to_be_visible()
    page.get_by_label("Send it to another address").fill("elsewhere@example.com")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("elsewhere@example.com")
    expect(page.locator(".window .mail-to")).to_contain_text(re.compile(r"elsewhere@example\.com · (kept|sent)"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="How a mail looks…").click()
    expect(page.locator(".window .mail-look")).to_be_visible()


def test_goods_come_back_line_by_line_and_are_settled_by_a_refund(visit: Visit) -> None:
    page = visit(path="/returns")
    order = shipped(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Returns")
    page.keyboard.press("c")
    page.get_by_label("Number of the order").fill(order["number"])
    page.get_by_label(f"Units of {LINE['name']}").fill("1")
    page.get_by_label("Reason (optional)").fill("Too small")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".return")).to_contain_text("Return requested")
    page.locator(".return").get_by_label("Condition of").select_option("opened")
    page.get_by_role("button", name="It came back").click()
    expect(page.locator(".return")).to_contain_text("opened")
    page.get_by_role("button", name="Give money back…").click()
    page.get_by_role("dialog").last.get_by_label(f"Units of {LINE['name']}").fill("1")
    expect(page.get_by_role("button", name="Give it back")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Settle", exact=True).click()
    expect(page.locator(".return")).to_contain_text("Settled by the refund")
    told = call(page, "GET", f"/orders/{order['id']}")["returns"][0]
    assert (told["state"], told["received"][0]["condition"]) == ("settled", "opened")


def test_a_return_is_settled_by_other_goods(visit: Visit) -> None:
    page = visit(path="/returns")
    sku = f"MUG-{uuid4().hex[:6]}"
    facts = {"names": {"en": "Mug"}, "prices": [LINE["unit_price"]], "tax_rate": "20.00"}
    call(page, "POST", "/products", {"sku": sku, **facts})
    order = shipped(page)
    call(page, "POST", f"/orders/{order['id']}/returns", {"items": [{"item": "1", "quantity": 1}]})
    listed = f"/orders?return_status=requested&number={order['number']}"
    eventually(lambda: call(page, "GET", listed)["items"], "the return is listed")
    page.reload()
    row(page, order["number"]).click()
    page.get_by_role("button", name="It came back").click()
    page.get_by_text("by other goods").click()
    page.get_by_label("SKU of the catalogue").fill(sku)
    expect(page.locator(".settle")).to_contain_text("Mug · €10.00")
    page.keyboard.press("Enter")
    expect(page.locator(".return")).to_contain_text("Settled by an order in exchange")
    assert call(page, "GET", f"/orders/{order['id']}")["returns"][0]["exchange"]


def test_an_invoice_is_issued_credited_and_taken_back(visit: Visit) -> None:
    page = visit(path="/documents")
    may_invoice(page)
    order = shipped(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Documents")
    page.keyboard.press("c")
    page.get_by_label("Number of the order").fill(order["number"])
    page.get_by_label("Days to pay").fill("30")
    expect(page.get_by_role("button", name="Issue", exact=True)).to_be_enabled()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    invoice = row(page, order["number"]).first
    expect(invoice).to_contain_text("Invoice")
    invoice.get_by_role("button", name="Credit…").click()
    expect(page.get_by_role("dialog")).to_contain_text("No money went back for this order")
    page.keyboard.press("Escape")
    invoice.get_by_role("button", name="Take back…").click()
    page.get_by_label("Reason").fill("Wrong buyer")
    page.keyboard.press("Control+Enter")
    expect(row(page, order["number"]).first).to_contain_text("taken back")
    [told] = call(page, "GET", f"/documents?order_number={order['number']}")["items"]
    assert told["void_reason"] == "Wrong buyer"


def test_provider_and_books_are_compared_and_a_link_to_pay_made(visit: Visit) -> None:
    page = visit(path="/payments")
    page.get_by_role("button", name="Compare now").click()
    expect(sheet(page, "Provider and books")).to_contain_text("Compared")
    page.get_by_role("button", name="Link to pay…").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_these_screens_is_a_serious_barrier(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    found = {}
    for place in PLACES:
        page.goto(place)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(".bones")).to_have_count(0)
        found[place] = barriers(page, axe)
        if place in ("/coupons", "/returns", "/documents"):
            page.keyboard.press("c")
            expect(page.get_by_role("dialog")).to_be_visible()
            found[f"{place} new"] = barriers(page, axe)
            page.keyboard.press("Escape")
    page.goto("/sequences/new")
    page.get_by_role("button", name="Mail", exact=True).click()
    found["sequence"] = barriers(page, axe)
    assert not any(found.values()), found


def test_these_screens_speak_french(visit: Visit) -> None:
    page = visit(locale="fr-FR")
    titles = ("Coupons", "Séquences", "Règles d’étiquettes", "Mails", "Retours", "Documents", "Paiements")
    for place, title in zip(PLACES, titles, strict=True):
        page.goto(place)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
