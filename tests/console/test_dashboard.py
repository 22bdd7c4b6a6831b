"""The dashboard: pictures with tables behind them, every figure leads to its orders, nothing, one point, five years."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.console.test_desk import ROWS, barriers, call

Visit = Callable[..., Page]
QUARTER = "/dashboard?days=90"


def card(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def opened(visit: Visit, path: str = QUARTER, **options: object) -> Page:
    page = visit("ada", path, **options)
    expect(page.locator(".totals b").first).not_to_have_text("…")
    return page


def test_a_figure_leads_to_its_orders(visit: Visit) -> None:
    page = opened(visit)
    status = call(page, "GET", "/reports/statuses?currency=EUR")["rows"]
    rows = call(page, "GET", f"/orders?{status[-1]['filter']}&limit=100")["items"]
    bar = card(page, "Orders by status").get_by_role("link").last
    expect(bar).to_be_visible()
    bar.click()
    expect(page).to_have_url(re.compile("/orders.*placed_from="))
    expect(page.locator(".chip", has_text="Placed since")).to_be_visible()
    assert len(rows) >= status[-1]["orders"] > 0
    page.go_back()
    expect(card(page, "Sales")).to_be_visible()


def test_every_picture_has_a_table_and_a_file(visit: Visit) -> None:
    page = opened(visit)
    cards = page.locator(".dash-card")
    expect(cards).to_have_count(8)
    for at in range(cards.count()):
        one = cards.nth(at)
        if one.locator(".dash-none").count():
            continue
        one.get_by_role("button", name="Table").click()
        expect(one.get_by_role("table")).to_be_visible()
    with page.expect_download() as download:
        card(page, "Sales").get_by_role("link", name="Export").click()
    assert download.value.suggested_filename.startswith("sales-")
    total = page.locator(".totals b").first.inner_text()
    text = card(page, "Sales").get_by_role("table").inner_text()
    assert total
    assert text


def test_a_point_of_the_line_leads_to_the_orders_of_its_day(visit: Visit) -> None:
    page = opened(visit)
    over = page.locator(".plot .u-over")
    expect(over).to_be_visible()
    box = over.bounding_box()
    assert box
    for share in (0.98, 0.96, 0.94, 0.9, 0.8):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        tip = page.locator(".plot-tip")
        expect(tip).to_be_visible()
        if "0 orders" not in tip.inner_text().splitlines()[2]:
            break
    page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("/orders.*placed_from="))
    expect(page.locator(ROWS).first).to_be_visible()


def test_nothing_one_point_and_five_years_are_shown(visit: Visit) -> None:
    page = opened(visit, "/dashboard?from=2001-01-01&to=2001-01-01&compare=none")
    expect(page.get_by_text("Nothing was sold in these days.").first).to_be_visible()
    last = call(page, "GET", "/reports/sales?currency=EUR")["rows"][-1]["key"]
    page.goto(f"/dashboard?from={last}&to={last}&compare=year")
    expect(page.locator(".plot canvas")).to_be_visible()
    page.goto("/dashboard?days=1826")
    expect(page.locator(".plot canvas")).to_be_visible()
    card(page, "Sales").get_by_role("button", name="Table").click()
    expect(card(page, "Sales").get_by_role("row")).not_to_have_count(1)


def test_the_keyboard_leads_there_and_the_period_stands_in_the_address(visit: Visit) -> None:
    page = visit("ada", "/orders")
    page.locator(ROWS).first.wait_for()
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile("/dashboard"))
    page.get_by_label("Period").select_option("7")
    expect(page).to_have_url(re.compile("days=7"))
    page.get_by_label("Compared with").select_option("none")
    expect(page).to_have_url(re.compile("compare=none"))
    expect(page.get_by_text("before:")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Period")).to_have_value("7")


def test_there_are_no_barriers(visit: Visit, axe: str) -> None:
    for scheme in ("light", "dark"):
        page = opened(visit, color_scheme=scheme)
        expect(page.locator(".plot canvas")).to_be_visible()
        assert barriers(page, axe) == []
