"""A picture of every screen behind the desk, in light and dark, at three widths: to be looked at, not compared.

`CONSOLE_PICTURES=folder python -m pytest -n 0 -m campaign tests/console/test_pictures_behind.py`
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.api.test_imports import export
from tests.console.test_back_office import shipped
from tests.console.test_desk import call
from tests.console.test_imports import TILL, choose, take_all_away
from tests.console.test_pictures import PAUSE_MS, SIZES
from tests.console.test_work import stuck
from tests.fixtures_screens import RunningShop

Visit = Callable[..., Page]
STEPS = [
    {"kind": "mail", "mail": {"fr": {"subject": "Merci !", "html": "<p>{{ facts.unsubscribe }}</p>"}}},
    {"kind": "wait", "days": 14},
    {"kind": "tag", "owner": "customer", "tags": ["fidèle"]},
    {"kind": "webhook", "url": "https://example.com/accueil"},
]


def prepared(page: Page, shop: RunningShop) -> dict[str, str]:
    """What the screens show: a sequence, tag rules, an open return, a document, a mail that may be lost."""
    stuck(shop)
    asked = {"name": "Après la vente", "trigger": {"on": "placed"}, "steps": STEPS}
    sequence = call(page, "POST", "/sequences", asked)
    call(page, "POST", f"/sequences/{sequence['id']}/start")
    order = shipped(page)
    call(
        page,
        "POST",
        f"/orders/{order['id']}/returns",
        {"items": [{"item": "1", "quantity": 1}], "reason": "Trop petit"},
    )
    call(page, "POST", f"/orders/{order['id']}/documents", {"kind": "invoice"})
    call(page, "PUT", "/settings/tag-rules", {"rules": [{"pattern": "MUG-*", "tags": ["tasse"], "on": "paid"}]})
    return {"order": order["number"], "sequence": sequence["id"]}


def screens(page: Page, known: dict[str, str]) -> Iterator[str]:
    """Every screen by its name, once the page shows it."""
    yield from of_imports(page)
    page.goto("/work")
    page.locator(".data-table").nth(3).wait_for()
    yield "work"
    page.get_by_role("button", name="Le faire maintenant…").first.click()
    page.locator(".window").wait_for()
    yield "work-asking"
    page.keyboard.press("Escape")
    for place in ("coupons", "returns", "documents"):
        page.goto(f"/{place}")
        page.locator(".back-sheet").first.wait_for()
        yield place
        page.keyboard.press("c")
        page.locator(".window").wait_for()
        yield f"{place}-new"
        page.keyboard.press("Escape")
    page.goto("/returns")
    page.locator(".data-table tbody tr", has_text=known["order"]).click()
    page.locator(".return").first.wait_for()
    yield "return"
    page.goto("/sequences")
    page.locator(".data-table tbody tr").first.wait_for()
    yield "sequences"
    page.goto(f"/sequences/{known['sequence']}")
    page.locator(".sequence-line").nth(1).wait_for()
    page.get_by_role("button", name="Essayer").click()
    page.get_by_role("status").first.wait_for()
    yield "sequence"
    page.locator(".step-sheet").scroll_into_view_if_needed()
    yield "sequence-steps"
    for place in ("tag-rules", "messages", "payments"):
        page.goto(f"/{place}")
        page.locator(".back-sheet").first.wait_for()
        yield place
    page.goto("/messages")
    page.locator(".data-table tbody tr").first.click()
    page.locator(".window .mail-look").wait_for()
    yield "message"


def of_imports(page: Page) -> Iterator[str]:
    """The wizard with a file of no platform and with one of a platform, an import, and the list."""
    page.goto("/imports/new")
    take_all_away(page)
    page.reload()
    page.locator(".drop").wait_for()
    yield "import-empty"
    choose(page, ("caisse.csv", TILL.encode()), ("photo.csv", b"\x00\x01"))
    page.locator(".field-choice").first.wait_for()
    yield "import-mapping"
    take_all_away(page)
    page.reload()
    choose(page, ("orders.csv", export()))
    page.locator(".warned.good").wait_for()
    page.keyboard.press("Control+Enter")
    page.locator(".refused li").first.wait_for()
    page.locator(".refused li").first.scroll_into_view_if_needed()
    yield "import-tried"
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/imports/*-*-*-*-*")
    page.locator(".refused li").first.wait_for()
    yield "import"
    page.goto("/imports")
    page.locator(".data-table tbody tr").first.wait_for()
    yield "imports"


@pytest.mark.campaign
def test_pictures(visit: Visit, running_shop: RunningShop) -> None:
    folder = Path(os.environ.get("CONSOLE_PICTURES", "console-pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    known = prepared(visit(), running_shop)
    for scheme in ("light", "dark"):
        for width, (wide, high) in SIZES.items():
            page = visit(locale="fr-FR", color_scheme=scheme, viewport={"width": wide, "height": high})
            for name in screens(page, known):
                page.wait_for_timeout(PAUSE_MS)
                page.screenshot(path=folder / f"{name}-{scheme}-{width}.png")
