"""A picture of every screen, in light and dark, at three widths: to be looked at, not compared.

`CONSOLE_PICTURES=folder python -m pytest -n 0 -m campaign tests/console/test_pictures.py`
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.console.test_desk import call

Visit = Callable[..., Page]
SIZES = {"1440": (1440, 900), "1280": (1280, 800), "390": (390, 844)}
ROWS = "[role=row][id^=row-]"
SOLD = (
    ("MUG-BLUE", "Grès, tasse bleue", "14.90", "20.00"),
    ("TEA-GREEN", "Thé vert, 100 g", "8.90", "5.50"),
    ("HONEY-BLACK", "Miel de châtaignier", "16.95", "5.50"),
    ("HONEY-SAND", "Miel d’acacia, 250 g", "12.50", "5.50"),
    ("SPOON-HONEY", "Cuillère à miel, olivier", "7.90", "20.00"),
)
PAUSE_MS = 900  # until what is asked for and what fades in stands still


def screens(visit: Visit, **options: object) -> Iterator[tuple[str, Page]]:
    """Every screen by its name, on the page that shows it."""
    page = visit(None, **options)
    page.locator("form").wait_for()
    yield "sign-in", page
    page = visit("ada", "/orders", **options)
    page.locator(ROWS).first.wait_for()
    yield "list", page
    page = visit("ada", "/orders?stage=processing&sort=total", **options)
    page.locator(ROWS).first.wait_for()
    for key in ("x", "j", "x", "j"):
        page.keyboard.press(key)
    yield "list-selected", page
    yield from of_many(page)
    page.goto("/orders?stage=processing&sort=total")
    page.locator(ROWS).first.dblclick()
    page.locator(".page .history li").first.wait_for()
    yield "order", page
    for name, key in (("next", "e"), ("status", "s"), ("ship", "t"), ("note", "n"), ("keys", "?")):
        page.keyboard.press(key)
        page.locator(".window").wait_for()
        yield name, page
        page.keyboard.press("Escape")
        page.locator(".window").wait_for(state="detached")
    page.get_by_text("Rembourser…").first.click()
    page.locator(".window").wait_for()
    yield "refund", page
    yield from of_one(visit, **options)
    yield from taking(visit, **options)


def of_one(visit: Visit, **options: object) -> Iterator[tuple[str, Page]]:
    """An order that somebody else has open too: its figures, its past, its addresses and a mail of it."""
    page = visit("ada", "/orders?stage=processing&payment_status=paid&sort=total", **options)
    page.locator(ROWS).first.dblclick()
    page.locator(".page .history li").first.wait_for()
    other = visit("bob", page.url, **options)
    other.locator(".page .history li").first.wait_for()
    page.locator(".others .face").wait_for()
    page.locator(".figures dd.total .figure").click()
    page.locator(".made-of li").first.wait_for()
    yield "made-of", page
    page.keyboard.press("Escape")
    page.locator(".made-of").wait_for(state="detached")
    page.keyboard.press("w")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    yield "as-it-was", page
    page.keyboard.press("Escape")
    for name, label in (("address", "Changer l’adresse de livraison"), ("particulars", "Changer les détails")):
        page.get_by_label(label).click()
        page.locator(".window").wait_for()
        yield name, page
        page.keyboard.press("Escape")
        page.locator(".window").wait_for(state="detached")
    page.get_by_label("Le mail tel qu’il est parti").first.click()
    page.locator(".window .mail-look").wait_for()
    yield "mail", page


def taking(visit: Visit, **options: object) -> Iterator[tuple[str, Page]]:
    """A new order from nothing to what is looked for, and the changing of one."""
    page = visit("ada", "/new", **options)
    for sku, name, price, rate in SOLD:
        facts = {"names": {"fr": name}, "prices": [{"amount": price, "currency": "EUR"}], "tax_rate": rate}
        if not page.request.get(f"/api/v1/products/{sku}").ok:
            call(page, "POST", "/products", {"sku": sku, **facts})
    page.get_by_role("combobox").first.wait_for()
    yield "new-empty", page
    page.keyboard.type("delor", delay=30)
    page.locator(".hit").nth(1).wait_for()
    yield "new-client", page
    page.keyboard.press("Enter")
    page.get_by_label("Code postal").wait_for()
    for words in ("2 x MUG-BLUE", "TEA-GREEN", "HONEY-SAND"):
        page.keyboard.press("Alt+2")
        page.keyboard.type(words)
        page.locator(".hit").first.wait_for()
        page.keyboard.press("Enter")
    page.get_by_label("Coupons").fill("NOEL25")
    page.get_by_label("Frais").fill("4,90")
    page.keyboard.press("Alt+2")
    page.keyboard.type("miel")
    page.locator(".hit").nth(1).wait_for()
    yield "new", page
    page = visit("ada", "/orders?stage=processing&sort=total", **options)
    page.locator(ROWS).first.dblclick()
    page.locator(".page .history li").first.wait_for()
    page.keyboard.press("m")
    page.locator(".typed-lines .qty input").first.fill("9")
    page.locator(".live-total:not(.waiting)").wait_for()
    yield "edit", page


def of_many(page: Page) -> Iterator[tuple[str, Page]]:
    """What is done to a selection, then the palette, a filter's values and a view's name."""
    page.goto("/orders?stage=processing&stage=pending")
    page.locator(ROWS).first.wait_for()
    page.keyboard.press("Shift+X")
    page.keyboard.press("s")
    page.locator(".window select").first.select_option("on_hold")
    page.locator(".bulk-sum").wait_for()
    yield "bulk-status", page
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.locator(".window input").first.fill("cadeau")
    page.locator(".window .button.primary:enabled").wait_for()
    page.keyboard.press("Control+Enter")
    page.locator(".job [role=status]").wait_for()
    yield "bulk-done", page
    page.locator(".job").get_by_text("Annuler").click()
    page.get_by_text("Annulé").wait_for()
    page.keyboard.press("Control+k")
    page.locator(".palette [role=option]").first.wait_for()
    yield "palette", page
    page.keyboard.press("Escape")
    if page.locator(".chip-words").first.is_visible():
        page.locator(".chip-words").first.click()
        page.locator(".popup").wait_for()
        yield "filter", page
        page.keyboard.press("Escape")
    page.locator(".tab-add").click()
    page.locator(".window input").first.fill("À faire aujourd’hui")
    yield "view", page
    page.keyboard.press("Escape")


SECTIONS = ("seller", "defaults", "statuses", "methods", "carriers", "series", "mails", "notifications", "views",
            "operators", "tokens")  # fmt: skip


def office(visit: Visit, **options: object) -> Iterator[tuple[str, Page]]:
    """The back office: customers, products, stock, settings."""
    page = visit("ada", "/customers", **options)
    page.locator(".data-table tbody tr").first.wait_for()
    yield "customers", page
    page.locator(".data-table tbody tr", has_text="€").first.click()
    page.locator(".worth dd").first.wait_for()
    page.locator(".page-main .data-table tbody tr").first.wait_for()
    yield "customer", page
    for name, button in (("customer-edit", "Corriger"), ("customer-erase", "Oublier…")):
        page.get_by_role("button", name=button).click()
        page.locator(".window").wait_for()
        yield name, page
        page.keyboard.press("Escape")
        page.locator(".window").wait_for(state="detached")
    page.get_by_role("button", name="Fusionner…").click()
    page.get_by_role("combobox").press_sequentially("mont")
    page.locator(".hit").first.click()
    page.locator(".merge-table").wait_for()
    yield "customer-merge", page
    page.goto("/products")
    page.locator(".cell").first.wait_for()
    yield "products", page
    page.locator(".product-grid .link").first.click()
    page.locator(".window .form-sheet").wait_for()
    yield "product", page
    page.goto("/stock")
    page.locator(".figure-button").first.wait_for()
    yield "stock", page
    page.locator(".figure-button").first.click()
    page.locator(".window .data-table").wait_for()
    yield "stock-why", page
    page.goto("/stock/take")
    page.locator(".input.scan:focus").wait_for()
    page.keyboard.type("12 x MUG-BLUE")
    page.keyboard.press("Enter")
    page.locator(".data-table").wait_for()
    yield "stock-take", page
    for section in SECTIONS:
        page.goto(f"/settings/{section}")
        page.locator(".page-column .sheet").first.wait_for()
        yield f"settings-{section}", page
    page.goto("/settings/statuses")
    page.locator(".status-open").nth(2).click()
    page.locator(".window .form-sheet").wait_for()
    yield "settings-status", page


@pytest.mark.campaign
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("part", [screens, office])
def test_pictures(visit: Visit, part: Callable[..., Iterator[tuple[str, Page]]], scheme: str, width: str) -> None:
    folder = Path(os.environ.get("CONSOLE_PICTURES", "console-pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    size = dict(zip(("width", "height"), SIZES[width], strict=True))
    for name, page in part(visit, locale="fr-FR", color_scheme=scheme, viewport=size):
        page.wait_for_timeout(PAUSE_MS)
        page.screenshot(path=folder / f"{name}-{scheme}-{width}.png")


@pytest.mark.campaign
def test_the_pictures_of_the_documentation(visit: Visit) -> None:
    """The list and an order in English, as `docs/pictures` has them once they are made smaller."""
    folder = Path(os.environ.get("CONSOLE_PICTURES", "console-pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in screens(visit, viewport={"width": 1440, "height": 900}):
        if name in ("list", "order"):
            page.wait_for_timeout(PAUSE_MS)
            page.screenshot(path=folder / f"docs-{name}.png")
        if name == "order":
            return
