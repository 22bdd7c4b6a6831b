"""The settings in a browser: statuses, methods, mails, people and programs, and two owners at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_desk import ATTACK, barriers, call, first
from tests.fixtures_screens import RunningShop
from tests.setup.running import eventually

Visit = Callable[..., Page]
SECTIONS = (
    "seller", "defaults", "statuses", "methods", "carriers", "series", "mails", "notifications", "views", "operators",
    "tokens",
)  # fmt: skip


def saved(page: Page, label: str) -> None:
    """Saves the form of this name by its key, and waits for the word that it is."""
    page.get_by_label(label, exact=True).first.press("Control+Enter")
    expect(page.locator(".notice", has_text="Saved").last).to_be_visible()


def test_a_setting_is_typed_saved_by_its_key_and_taken_back(visit: Visit) -> None:
    page = visit(path="/settings/seller")
    field = page.get_by_label("Company", exact=True)
    before = call(page, "GET", "/settings")["seller"]["company"]
    field.fill("The Invented Shop")
    expect(page.get_by_text("Changed, not saved yet.")).to_be_visible()
    page.reload()
    expect(field).to_have_value("The Invented Shop")
    saved(page, "Company")
    assert call(page, "GET", "/settings")["seller"]["company"] == "The Invented Shop"
    page.locator(".notice").last.get_by_role("button", name="Undo").click()
    expect(field).to_have_value(before)
    assert call(page, "GET", "/settings")["seller"]["company"] == before


def test_what_another_owner_wrote_stands_beside_what_was_typed(visit: Visit) -> None:
    page, other = visit(path="/settings/seller"), visit("bob")
    seller = call(other, "GET", "/settings")["seller"]
    page.get_by_label("City", exact=True).fill("Lyon")
    call(other, "PUT", "/settings/seller", {**seller, "city": "Lille", "line2": "Second yard"})
    page.get_by_label("City", exact=True).press("Control+Enter")
    beside = page.get_by_role("alert")
    expect(beside).to_contain_text("Nothing of yours was written")
    expect(beside.locator("tbody tr")).to_have_text(re.compile("City.*Lille.*Lyon"))
    page.get_by_role("button", name="Keep what I typed").click()
    saved(page, "City")
    now = call(page, "GET", "/settings")["seller"]
    assert (now["city"], now["line2"]) == ("Lyon", "Second yard")
    call(page, "PUT", "/settings/seller", seller)


def test_another_setting_changed_meanwhile_stands_in_nobodys_way(visit: Visit) -> None:
    page, other = visit(path="/settings/notifications"), visit("bob")
    field = page.get_by_label("E-mail addresses of those who are told")
    field.fill("owner@example.com")
    field.press("Enter")
    call(other, "PUT", "/settings/carriers/bicycle", {"label": "Bicycle"})
    saved(page, "E-mail addresses of those who are told")
    assert "owner@example.com" in call(page, "GET", "/settings")["administrators"]
    call(other, "DELETE", "/settings/carriers/bicycle")


def test_a_status_is_made_named_in_french_moved_by_the_keyboard_and_dragged(visit: Visit) -> None:
    page = visit(path="/settings/statuses")
    page.get_by_role("button", name="A status…").click()
    page.get_by_label("Name", exact=True).fill("Being packed")
    page.get_by_label("Name in Français").fill("En emballage")
    page.get_by_label("Mails the customer").check()
    page.get_by_label("Name", exact=True).press("Control+Enter")
    expect(page.locator(".window")).to_have_count(0)
    made = next(one for one in call(page, "GET", "/settings")["statuses"] if one["code"] == "being-packed")
    assert (made["names"], made["stage"], made["notifies_customer"]) == ({"fr": "En emballage"}, "processing", True)
    rows = page.locator(".statuses li")
    expect(rows.last).to_contain_text("Being packed")
    rows.last.locator(".grip").press("ArrowUp")
    expect(rows.nth(rows.count() - 2)).to_contain_text("Being packed")
    expect(page.locator(".notice", has_text="new order")).to_be_visible()
    rows.filter(has_text="Being packed").drag_to(rows.nth(3))
    expect(rows.nth(3)).to_contain_text("Being packed")
    expect(page.locator(".moves .stage")).to_have_count(7)
    page.locator(".moves .stage").first.press("Enter")
    expect(page.locator(".moves .lit")).to_have_count(3)
    french = visit(path="/settings/statuses", locale="fr-FR")
    expect(french.locator(".statuses li", has_text="En emballage")).to_be_visible()


def test_a_status_that_orders_have_says_how_many_before_it_goes(visit: Visit) -> None:
    page = visit()
    call(page, "PUT", "/settings/statuses/waiting", {"label": "Waiting for clay", "stage": "processing"})
    order = first(page, "stage=processing&payment_status=paid")
    call(page, "POST", f"/orders/{order['id']}/status", {"status": "waiting", "stock": "leave"})
    page.goto("/settings/statuses")
    page.get_by_role("button", name="Take Waiting for clay off").click()
    expect(page.locator(".window")).to_contain_text("1 order has it and keeps it")
    page.get_by_role("button", name="Take it off", exact=True).click()
    expect(page.locator(".statuses li", has_text="Waiting for clay")).to_have_count(0)
    page.locator(".notice").last.get_by_role("button", name="Undo").click()
    expect(page.locator(".statuses li", has_text="Waiting for clay")).to_have_count(1)
    page.get_by_role("button", name="Take Draft off").click()
    page.get_by_role("button", name="Take it off", exact=True).click()
    expect(page.locator(".window .complaints")).to_contain_text("every stage needs one")


def test_a_carrier_s_address_is_tried_before_it_is_kept(visit: Visit) -> None:
    page = visit(path="/settings/carriers")
    page.get_by_role("button", name="A carrier…").click()
    page.get_by_label("Name", exact=True).fill("Barge")
    address = page.get_by_label("Tracking address")
    address.fill("https://barge.example.com/")
    address.press("Control+Enter")
    expect(page.locator(".window .complaint")).to_contain_text("https address")
    address.fill("https://barge.example.com/?c={code}")
    page.get_by_label("Try it with a code").fill("A 1/2")
    expect(page.locator(".window a.link")).to_have_attribute("href", "https://barge.example.com/?c=A%201%2F2")
    address.press("Control+Enter")
    expect(page.locator(".data-table tr", has_text="Barge")).to_be_visible()


def test_a_template_is_edited_beside_its_mail_and_tried_by_a_real_one(visit: Visit, running_shop: RunningShop) -> None:
    page = visit(path="/settings/mails?status=processing&locale=en")
    words = page.get_by_label("HTML", exact=True)
    frame = page.frame_locator(".mail-look")
    expect(frame.locator(".mail")).to_be_visible()
    words.fill("{% extends 'layout.html' %}{% block body %}<p id='clay'>Clay for {{ order.number }}</p>{% endblock %}")
    number = page.get_by_label("Order that it is tried on").locator("option").first.inner_text().split(" ")[0]
    expect(frame.locator("#clay")).to_have_text(f"Clay for {number}")
    page.get_by_text("dark", exact=True).click()
    expect(frame.locator("body")).to_have_css("background-color", "rgb(22, 23, 26)")
    good = words.input_value()
    words.fill(f"{good}{{{{ order. }}}}")
    expect(page.locator(".form-sheet .complaint")).to_be_visible()
    expect(frame.locator("#clay")).to_be_visible()
    expect(page.get_by_role("button", name="Send a test mail")).to_be_disabled()
    words.fill(good)
    words.press("Control+Enter")
    expect(page.locator(".notice", has_text="saved")).to_be_visible()
    page.get_by_label("To", exact=True).fill("owner@example.com")
    page.get_by_role("button", name="Send a test mail").click()
    eventually(lambda: running_shop.inbox.recipients.count("owner@example.com") > 0, "the test mail came")
    expect(page.get_by_role("form", name="Test mail").get_by_role("status")).to_have_text("sent")
    mail = next(one for one in running_shop.inbox.mails if "owner@example.com" in str(one["To"]))
    html = mail.get_body(("html",))
    assert html is not None
    assert "Clay for" in html.get_content()
    page.get_by_role("button", name="As delivered…").click()
    page.get_by_role("button", name="Say again what it said").click()
    expect(words).not_to_have_value(good)


def test_an_operator_is_added_with_a_password_shown_once_and_shut_out(visit: Visit) -> None:
    page = visit(path="/settings/operators")
    page.get_by_role("button", name="An operator…").click()
    page.get_by_label("Name", exact=True).fill("nora")
    page.keyboard.press("Control+Enter")
    secret = page.locator(".secret").inner_text()
    assert len(secret) >= 12
    page.get_by_role("button", name="I have it").click()
    row = page.locator(".data-table tr", has_text="nora")
    row.get_by_role("button", name="Shut out…").click()
    page.keyboard.press("Control+Enter")
    expect(row).to_contain_text("shut out")
    assert secret not in page.content()


def test_a_token_is_shown_once_and_says_when_it_was_used(visit: Visit) -> None:
    page = visit(path="/settings/tokens")
    page.get_by_role("button", name="A token…").click()
    page.get_by_label("Name", exact=True).fill("warehouse")
    page.keyboard.press("Control+Enter")
    text = page.locator(".secret").inner_text()
    page.get_by_role("button", name="I have it").click()
    row = page.locator(".data-table tr", has_text="warehouse")
    expect(row).to_contain_text("never")
    asked = page.request.get("/api/v1/orders", headers={"Authorization": f"Bearer {text}"})
    assert asked.ok
    row.get_by_role("button", name="Revoke…").click()
    page.keyboard.press("Control+Enter")
    expect(row).to_have_count(0)


def test_a_permission_taken_away_while_the_page_is_open_loses_nothing(visit: Visit, running_shop: RunningShop) -> None:
    owner = visit()
    call(owner, "POST", "/operators", {"username": "mona", "role": "manager"})
    page = visit("bob", "/settings/seller")
    bob = next(one for one in call(owner, "GET", "/operators")["items"] if one["username"] == "bob")
    page.get_by_label("City", exact=True).fill("Nantes")
    call(owner, "PUT", f"/operators/{bob['id']}/role", {"role": "operator"})
    try:
        page.get_by_label("City", exact=True).press("Control+Enter")
        expect(page.locator(".form-sheet footer").first).to_contain_text("not change it")
        expect(page.get_by_label("City", exact=True)).to_have_value("Nantes")
    finally:
        call(owner, "PUT", f"/operators/{bob['id']}/role", {"role": "admin"})


def test_an_attack_in_a_setting_shows_as_text(visit: Visit) -> None:
    page = visit()
    call(page, "PUT", "/settings/carriers/evil", {"label": ATTACK})
    page.goto("/settings/carriers")
    expect(page.locator(".data-table")).to_contain_text("<img src=x")
    assert page.locator(".data-table img").count() == 0
    call(page, "DELETE", "/settings/carriers/evil")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_section_is_a_serious_barrier(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(path="/settings/seller", color_scheme=scheme)
    found = {}
    for section in SECTIONS:
        page.goto(f"/settings/{section}")
        expect(page.locator(".page-column .sheet").first).to_be_visible()
        found[section] = barriers(page, axe)
    assert not any(found.values()), found
