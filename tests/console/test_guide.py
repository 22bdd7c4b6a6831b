"""The guide through an owner's first day: shown on a fresh shop, each step done, skipped or taken up again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_desk import ROWS, barriers, call
from tests.fixtures_screens import RunningShop

Visit = Callable[..., Page]


@pytest.fixture(autouse=True)
def begun_anew(visit_fresh: Visit) -> None:
    """Nothing is said of the guide yet."""
    call(visit_fresh(path="/settings"), "PUT", "/settings/guide", {})


def step(page: Page, title: str) -> Any:
    return page.locator(".guide-step", has=page.get_by_role("button", name=title))


def state(page: Page, code: str) -> str:
    steps = call(page, "GET", "/settings/guide")["steps"]
    return next(str(one["state"]) for one in steps if one["code"] == code)


def test_whoever_signs_in_at_a_fresh_shop_is_shown_the_first_step(visit_fresh: Visit) -> None:
    page = visit_fresh()
    expect(page.get_by_role("heading", level=1)).to_have_text("First steps")
    expect(page.get_by_label("Company", exact=True)).to_be_visible()
    expect(page.locator(".rail")).to_contain_text("First steps")


def test_steps_are_skipped_taken_up_again_and_confirmed_by_the_keyboard(visit_fresh: Visit) -> None:
    page = visit_fresh(path="/guide")
    page.get_by_role("button", name="Skip this step").press("Enter")
    expect(step(page, "Who sells")).to_contain_text("skipped")
    page.get_by_role("button", name="These suit my shop").press("Enter")
    expect(step(page, "How customers pay")).to_contain_text("done")
    expect(page.get_by_role("link", name="Bring a file in…")).to_be_visible()
    assert [state(page, code) for code in ("seller", "methods", "mail")] == ["skipped", "done", "open"]
    page.reload()
    expect(step(page, "Who sells")).to_contain_text("skipped")
    page.get_by_role("button", name="Who sells").press("Enter")
    page.get_by_role("button", name="Take it up again").press("Enter")
    expect(page.get_by_label("Company", exact=True)).to_be_visible()
    assert state(page, "seller") == "open"


def test_what_is_done_elsewhere_is_seen(visit_fresh: Visit) -> None:
    page = visit_fresh(path="/guide")
    expect(page.get_by_label("Company", exact=True)).to_be_visible()
    call(page, "PUT", "/settings/seller", {"company": "The Invented Shop"})
    expect(step(page, "Who sells")).to_contain_text("done")
    expect(page.get_by_role("button", name="These suit my shop")).to_be_visible()
    call(page, "PUT", "/settings/seller", {"company": ""})


def test_it_is_put_away_by_one_click_and_found_again_in_the_settings(visit_fresh: Visit) -> None:
    page = visit_fresh()
    page.get_by_role("button", name="Put the guide away").click()
    expect(page).to_have_url(re.compile("/orders"))
    expect(page.locator(".rail")).not_to_contain_text("First steps")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    page.goto("/settings")
    page.locator(".sections").get_by_role("link", name="First steps").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("First steps")


def test_a_shop_at_work_opens_with_its_list(visit: Visit) -> None:
    page = visit()
    expect(page.locator(ROWS).first).to_be_visible()
    expect(page.locator(".rail")).not_to_contain_text("First steps")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_in_it_is_a_serious_barrier(visit_fresh: Visit, axe: str, scheme: str) -> None:
    page = visit_fresh(path="/guide", color_scheme=scheme)
    found = {}
    for title in ("Who sells", "How customers pay", "What you sell", "Mail that arrives", "The first order"):
        button = page.get_by_role("button", name=title)
        if button.get_attribute("aria-expanded") == "false":
            button.click()
        expect(button).to_have_attribute("aria-expanded", "true")
        expect(page.locator(".bones")).to_have_count(0)
        found[title] = barriers(page, axe)
    assert not any(found.values()), found


def test_it_speaks_french(visit_fresh: Visit) -> None:
    page = visit_fresh(path="/guide", locale="fr-FR")
    expect(page.get_by_role("heading", level=1)).to_have_text("Premiers pas")
    expect(page.get_by_role("button", name="Ranger le guide")).to_be_visible()


def test_a_mail_on_trial_waits_for_an_order(visit_fresh: Visit, fresh_shop: RunningShop) -> None:
    page = visit_fresh(path="/guide")
    page.get_by_role("button", name="Mail that arrives").click()
    expect(page.get_by_text("take the first one, then come back")).to_be_visible()
    assert fresh_shop.inbox.mails == []
    assert state(page, "mail") == "open"
