"""The audit and the webhooks in a browser: questions, events, files; programs told, their secret, their calls."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_desk import barriers, call, first

Visit = Callable[..., Page]


def test_events_are_found_by_order_opened_and_saved_as_a_file(visit: Visit) -> None:
    page = visit(path="/audit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Audit")
    order = first(page, "stage=shipped")
    page.get_by_label("Question", exact=True).select_option("gaps-in-documents")
    expect(page.get_by_text("No number of a document is missing.")).to_be_visible()
    page.get_by_text("Events", exact=True).click()
    page.get_by_label("Number of the order").fill(order["number"])
    rows = page.locator(".data-table tbody tr")
    expect(rows.first).to_contain_text("order.created")
    expect(page).to_have_url(re.compile(f"number={order['number']}"))
    rows.first.click()
    expect(page.get_by_role("dialog")).to_contain_text(order["id"])
    page.keyboard.press("Escape")
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    lines = saved.value.path().read_text().splitlines()
    assert lines[0].startswith("position")
    assert all(order["id"] in line for line in lines[1:])
    assert len(lines) > 2


def test_a_program_is_told_of_events_its_secret_shown_once_and_changed(visit: Visit) -> None:
    page = visit(path="/settings/webhooks")
    page.get_by_role("button", name="A program…").click()
    page.get_by_label("Address", exact=True).fill("https://example.com/carnet")
    page.get_by_label("Events it is told of").fill("order.tea")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".complaint, .complaints").first).to_contain_text("order.tea")
    page.get_by_role("button", name=re.compile("order.tea")).click()
    page.get_by_label("Events it is told of").fill("order.shipped")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".secret")).to_have_text(re.compile("^whsec_"))
    before = page.locator(".secret").inner_text()
    page.get_by_role("button", name="I have it").click()
    page.get_by_role("button", name="New secret…").click()
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".secret")).to_have_text(re.compile("^whsec_"))
    assert page.locator(".secret").inner_text() != before
    page.get_by_role("button", name="I have it").click()
    page.locator(".data-table tbody tr").first.click()
    page.get_by_label("Tell again what came after event").fill("1")
    page.get_by_role("button", name="Tell again", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("told again from there")
    page.keyboard.press("Escape")
    [told] = call(page, "GET", "/webhook-endpoints")["items"]
    assert told["topics"] == ["order.shipped"]
    page.get_by_role("button", name=re.compile("^Remove ")).click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("No program is told of events.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_here_is_a_serious_barrier(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(color_scheme=scheme, locale="fr-FR")
    found = {}
    for place in ("/audit", "/audit?show=events", "/settings/webhooks"):
        page.goto(place)
        expect(page.locator(".bones")).to_have_count(0)
        found[place] = barriers(page, axe)
    page.get_by_role("button", name="Un programme…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found["program"] = barriers(page, axe)
    assert not any(found.values()), found
