"""The whole console at a past instant: as it was, read only, in the address, and left by Esc."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_desk import barriers, call
from tests.console.test_pictures import PAUSE_MS

Visit = Callable[..., Page]
BANNER = ".past-banner"
LISTED = "[role=row][id^=row-]"


def instant_of(page: Page) -> str:
    """A past instant of which the list has some orders, but not all."""
    rows: list[dict[str, Any]] = call(page, "GET", "/orders?sort=created_at&limit=100&archived=all")["items"]
    at = datetime.fromisoformat(rows[len(rows) // 2]["created_at"])
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def test_one_control_sets_the_whole_console_to_an_instant_and_esc_leaves_it(visit: Visit, axe: str) -> None:
    page = visit()
    expect(page.locator(LISTED).first).to_be_visible()
    at = instant_of(page)
    page.keyboard.press("g")
    page.keyboard.press("h")
    window = page.get_by_role("dialog")
    ahead = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    window.get_by_label("Day and clock at the shop").fill(ahead)
    expect(window.get_by_role("button", name="Show it")).to_be_disabled()
    window.get_by_label("Day and clock at the shop").fill(at)
    window.get_by_role("button", name="Show it").click()
    expect(page.locator(BANNER)).to_contain_text("to be read only")
    assert "as_of=" in page.url
    expect(page.locator(LISTED).first).to_be_visible()
    then = call(page, "GET", f"/orders?as_of={at}&limit=1&count=exact")["count"]["value"]
    now = call(page, "GET", "/orders?limit=1&count=exact")["count"]["value"]
    assert 0 < then < now
    page.get_by_role("button", name="Compare with today").click()
    compared = page.get_by_role("dialog").locator("tbody")
    expect(compared).to_contain_text(str(then))
    expect(compared).to_contain_text(str(now))
    assert barriers(page, axe) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    expect(page.locator(BANNER)).to_be_visible()
    expect(page.get_by_role("link", name="New order")).to_have_count(0)
    expect(page.locator(".rail a.place")).to_have_count(3)
    for key in ("c", "s"):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.locator(BANNER)).to_be_visible()
        assert "as_of=" in page.url
    page.keyboard.press("Escape")
    expect(page.locator(BANNER)).to_have_count(0)
    assert "as_of=" not in page.url


def test_an_order_is_as_it_was_and_compared_field_by_field(visit: Visit) -> None:
    page = visit()
    row = call(page, "GET", "/orders?stage=completed&limit=1")["items"][0]
    placed = datetime.fromisoformat(row["created_at"]) + timedelta(minutes=1)
    at = placed.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    page.goto(f"/orders/{row['id']}?as_of={at}")
    expect(page.locator(BANNER)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(row["number"])
    expect(page.get_by_role("main")).not_to_contain_text("Completed")
    page.get_by_role("button", name="Compare with today").click()
    expect(page.get_by_role("dialog").locator("tbody")).to_contain_text("completed")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Back to now").click()
    expect(page.locator(BANNER)).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("Completed")


@pytest.mark.campaign
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_picture_of_it_is_looked_at(visit: Visit, colours: Literal["light", "dark"], width: int) -> None:
    folder = Path(os.environ["CONSOLE_PICTURES"])
    page = visit()
    at = instant_of(page)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=colours)
    row = call(page, "GET", f"/orders?as_of={at}&limit=1")["items"][0]
    for name, path in {"list": "/orders", "order": f"/orders/{row['id']}", "stock": "/stock"}.items():
        page.goto(f"{path}?as_of={at}")
        expect(page.locator(BANNER)).to_be_visible()
        page.wait_for_timeout(PAUSE_MS)
        page.screenshot(path=folder / f"past-{name}-{width}-{colours}.png")
    page.get_by_role("button", name="Another instant").click()
    page.wait_for_timeout(PAUSE_MS)
    page.screenshot(path=folder / f"past-window-{width}-{colours}.png")
