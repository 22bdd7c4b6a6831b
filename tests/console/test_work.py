"""The work behind in the console: what waits for a person, long work, lists built anew, and the proof."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.test_desk import ROWS, barriers, call
from tests.fixtures_screens import RunningShop

Visit = Callable[..., Page]


def sheet(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def stuck(shop: RunningShop) -> tuple[str, str]:
    """A mail of which nobody knows whether it was sent: its effect and its message."""
    with psycopg.connect(shop.settings.database_url) as connection:
        row = connection.execute(
            """
            UPDATE work.effects SET state = 'unknown', error = 'worker-lost', changed_at = now()
            WHERE key = (SELECT key FROM work.effects WHERE kind = 'mail.send' AND state = 'done' ORDER BY key LIMIT 1)
            RETURNING key::text, payload->>'message_id'
            """
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def test_what_waits_for_a_person_says_what_it_means_and_is_decided(visit: Visit, running_shop: RunningShop) -> None:
    key, _ = stuck(running_shop)
    page = visit(path="/orders")
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("w")
    expect(page.get_by_role("heading", level=1)).to_have_text("Work behind")
    waiting = sheet(page, "What waits for you")
    expect(waiting).to_contain_text("perhaps done")
    expect(waiting).to_contain_text("it may have been done, or not")
    waiting.get_by_role("button", name="Do it now…").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("a second mail")
    page.keyboard.press("Escape")
    waiting.get_by_role("button", name="Never do it…").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(waiting).to_contain_text("Nothing: all that was to be done was done.")
    assert call(page, "GET", f"/effects/{key}")["state"] == "dropped"


def test_a_list_is_built_anew_and_its_job_is_followed(visit: Visit) -> None:
    page = visit(path="/work")
    page.get_by_role("button", name="Build Coupons anew").click()
    expect(page.locator(".notice")).to_contain_text("nobody has to wait")
    job = sheet(page, "Long work").locator("tbody tr", has_text="A list built anew").first
    expect(job).to_contain_text("Coupons")
    expect(job).to_contain_text("done")


def test_the_proof_is_asked_for_and_told(visit: Visit) -> None:
    page = visit(path="/work")
    proof = sheet(page, "The proof")
    proof.get_by_role("button", name="Prove it now").click()
    expect(proof.get_by_role("status")).to_contain_text("Every seal holds")


def test_whether_all_is_well_is_one_sentence(visit: Visit) -> None:
    page = visit(path="/work")
    health = sheet(page, "Is all well?")
    expect(health.get_by_role("status")).to_be_visible()
    health.locator("summary").click()
    expect(health).to_contain_text("The database answers and takes writes")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_the_page_is_a_serious_barrier(
    visit: Visit, running_shop: RunningShop, axe: str, scheme: str
) -> None:
    stuck(running_shop)
    page = visit(path="/work", color_scheme=scheme, locale="fr-FR")
    expect(page.get_by_role("heading", level=1)).to_have_text("Coulisses")
    expect(page.get_by_role("button", name="Ne jamais le faire…").first).to_be_visible()
    found = {"work": barriers(page, axe)}
    page.get_by_role("button", name="Ne jamais le faire…").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found["asking"] = barriers(page, axe)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert not any(found.values()), found
