"""Imports in the console: files sent and taken up again, guessed, tried, brought in, corrected and taken back."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.api.test_imports import export
from tests.console.test_desk import barriers, call

Visit = Callable[..., Page]
TILL = "Ticket;Datum;Artikel;Anzahl;Preis\nK1;31.12.2025 10:00;Tasse;2;12,50\nK2;30.12.2025 11:00;Kanne;1;40,00\n"
PART = 8 * 1024 * 1024  # bytes the console sends at a time
BROUGHT = re.compile(r"/imports/[0-9a-f-]{36}$")


@pytest.fixture
def wizard(visit: Visit) -> Iterator[Callable[..., Page]]:
    """Opens the wizard with nothing on its way in, and leaves nothing there."""
    opened: list[Page] = []

    def make(**options: object) -> Page:
        page = visit(path="/imports/new", **options)
        opened.append(page)
        take_all_away(page)
        return page

    yield make
    for page in opened:
        take_all_away(page)


def take_all_away(page: Page) -> None:
    session = page.request.get("/api/v1/session").json()
    for one in call(page, "GET", "/imports/uploads")["items"]:
        page.request.delete(f"/api/v1/imports/uploads/{one['id']}", headers={"X-CSRF-Token": session["csrf_token"]})


def choose(page: Page, *files: Path | tuple[str, bytes]) -> None:
    """Chooses files in the drop's own field."""
    chosen = [
        file if isinstance(file, Path) else {"name": file[0], "mimeType": "text/csv", "buffer": file[1]}
        for file in files
    ]
    page.locator("input[type=file]").set_input_files(chosen)  # type: ignore[arg-type]


def figure(page: Page, name: str) -> Locator:
    return page.locator(".facts > div", has_text=name).locator("dd").first


def test_an_export_is_tried_brought_in_corrected_and_taken_back(wizard: Callable[..., Page]) -> None:
    page = wizard()
    page.goto("/imports")
    expect(page.get_by_role("heading", level=1)).to_have_text("Imports")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bring files in")
    choose(page, ("orders.csv", export()))
    expect(page.get_by_text("This is an export of Shopify")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="What would come in")).to_be_visible()
    expect(figure(page, "Rows refused")).to_have_text("1")
    expect(figure(page, "Written by")).to_have_text("Shopify")
    assert call(page, "GET", "/orders?q=ada.lovelace.nowhere&limit=1")["items"] == []
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(BROUGHT)
    expect(page.get_by_role("heading", name="What came in")).to_be_visible()
    expect(figure(page, "New")).to_have_text("2")
    assert call(page, "GET", "/imports/uploads")["items"] == []
    first = page.url
    page.locator(".refused input[aria-invalid=true]").fill("1")
    expect(page.get_by_text("1 cell is corrected.")).to_be_visible()
    page.get_by_role("button", name="Load these rows again").click()
    expect(page).not_to_have_url(first)
    expect(figure(page, "New")).to_have_text("1")
    page.get_by_role("button", name="Take it back…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("All of it; nothing was left.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".data-table tbody tr").first).to_contain_text("Taken back")


def test_a_row_with_three_bad_cells_tells_all_three(wizard: Callable[..., Page]) -> None:
    page = wizard()
    header, row, *rest = export().decode().splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    cells |= {"Created at": "soon", "Total": "much", "Lineitem quantity": "one"}
    choose(page, ("orders.csv", "\n".join([header, ",".join(cells.values()), *rest]).encode()))
    expect(page.get_by_text("This is an export of Shopify")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="What would come in")).to_be_visible()
    faults = page.locator(".refused > li").first.locator(".refused-faults li")
    expect(faults).to_have_count(3)
    for column in ("Created at", "Total", "Lineitem quantity"):
        expect(faults.filter(has_text=column)).to_have_count(1)
    expect(page.locator(".refused > li").first.locator("input[aria-invalid=true]")).to_have_count(3)
    if folder := os.environ.get("PICTURES_DIR"):
        page.locator(".refused").scroll_into_view_if_needed()
        page.screenshot(path=f"{folder}/refused.png", full_page=True)


def test_customers_come_in_by_a_file_of_their_own_and_go_again(wizard: Callable[..., Page]) -> None:
    page = wizard()
    page.get_by_role("radio", name="Customers").check()
    choose(page, ("customers.csv", b"name,email,city\nGrete Nowhere,grete.nowhere@example.com,Lyon\nBo,at home,\n"))
    if folder := os.environ.get("PICTURES_DIR"):
        page.screenshot(path=f"{folder}/kinds.png", full_page=True)
    expect(page.get_by_role("button", name="Try it")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="What would come in")).to_be_visible()
    expect(figure(page, "Rows refused")).to_have_text("1")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(BROUGHT)
    expect(figure(page, "New")).to_have_text("1")
    page.get_by_role("button", name="Take it back…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("All of it; nothing was left.")).to_be_visible()


def test_a_file_of_no_platform_is_read_by_columns_that_are_chosen_and_kept(wizard: Callable[..., Page]) -> None:
    page = wizard()
    choose(page, ("till.csv", TILL.encode()))
    expect(page.get_by_role("heading", name="What the columns hold")).to_be_visible()
    page.get_by_label("Ticket is read as").select_option("number")
    expect(page.get_by_text("No column is the order's number")).to_have_count(0)
    page.get_by_label("The shop's name").fill("till")
    page.get_by_label("All of them were paid").check()
    page.get_by_label("Currency, where").fill("eur")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_label("Keep this mapping as").fill("till")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept as till")).to_be_visible()
    assert 'number = "Ticket"' in call(page, "GET", "/imports/mappings/till")["mapping"]
    page.keyboard.press("Control+Enter")
    expect(figure(page, "Total")).to_have_text("€65.00")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(BROUGHT)
    expect(figure(page, "New")).to_have_text("2")
    order = call(page, "GET", "/orders?number=K1")["items"][0]
    assert (order["payment_status"], order["total"]["amount"]) == ("paid", "25.00")


def test_what_looks_wrong_is_asked_about_before_anything_is_stored(wizard: Callable[..., Page]) -> None:
    page = wizard()
    rows = "No,Date,Article,Qty,Price,Total\nQ1,2026-01-02,Cup,2,5.00,10.00\nQ2,2026-01-03,Pot,1,9.00,14.00\n"
    choose(page, ("asks.csv", rows.encode()))
    expect(page.get_by_role("heading", name="What the columns hold")).to_be_visible()
    page.get_by_label("The shop's name").fill("asking")
    page.get_by_label("All of them were paid").check()
    page.get_by_label("Currency, where").fill("EUR")
    page.get_by_label("Time zone").fill("Europe/Paris")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="What looks wrong")).to_be_visible()
    expect(page.locator(".page-bar .button.primary")).to_have_text(re.compile("Bring it in"))
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(BROUGHT)
    expect(page.get_by_role("heading", name="Look at this first")).to_be_visible()
    go = page.get_by_role("button", name="They are right: go on")
    expect(go).to_be_disabled()
    assert call(page, "GET", "/orders?number=Q2")["items"] == []
    page.get_by_label("come to other totals").check()
    go.click()
    expect(figure(page, "New")).to_have_text("2")


def test_a_tab_that_is_closed_while_it_sends_goes_on_where_it_was(wizard: Callable[..., Page], tmp_path: Path) -> None:
    file = tmp_path / "big.csv"
    file.write_bytes(b"No;Date\n" + b"1;2025-01-01\n" * (2 * PART // 13))
    page = wizard()
    page.on("dialog", lambda dialog: dialog.accept())

    def cut(route: Route) -> None:
        """Lets the first part through; then the line is away."""
        if "offset=0" in route.request.url:
            route.continue_()
        else:
            route.abort()

    page.route("**/imports/uploads/*?offset=*", cut)
    choose(page, file)
    expect(page.locator(".files li")).to_contain_text("The line is away; it goes on by itself.")
    page.reload()
    page.unroute_all(behavior="ignoreErrors")
    expect(page.locator(".files li")).to_contain_text("choose the same file again")
    [broken] = call(page, "GET", "/imports/uploads")["items"]
    assert broken["received"] == PART
    choose(page, file)
    expect(page.locator(".files li progress")).to_have_count(0)
    [whole] = call(page, "GET", "/imports/uploads")["items"]
    assert (whole["id"], whole["complete"]) == (broken["id"], True)
    page.get_by_role("button", name="Take big.csv away").click()
    expect(page.locator(".files li")).to_have_count(0)


def test_what_is_no_table_is_told_before_it_is_sent(wizard: Callable[..., Page]) -> None:
    page = wizard()
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    choose(page, ("photo.csv", png), ("paper.csv", b"%PDF-1.7 ..."), ("nothing.csv", b""))
    alerts = page.get_by_role("alert")
    expect(alerts).to_have_count(3)
    expect(alerts.nth(0)).to_contain_text("This is no table")
    expect(alerts.nth(1)).to_contain_text("This is a PDF")
    expect(alerts.nth(2)).to_contain_text("This file is empty")
    assert call(page, "GET", "/imports/uploads")["items"] == []


def test_a_file_that_cannot_be_read_says_why_and_is_tried_anew(wizard: Callable[..., Page]) -> None:
    page = wizard()
    choose(page, ("dates.csv", b"Number,Date,Total\n1,03/04/2025 10:00,5.00\n"))
    expect(page.get_by_role("heading", name="What the columns hold")).to_be_visible()
    page.get_by_label("Currency, where").fill("EUR")
    page.get_by_label("Time zone").fill("Europe/Paris")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("day-first")
    page.get_by_label("Dates", exact=True).select_option("day-first")
    page.keyboard.press("Control+Enter")
    expect(figure(page, "Total")).to_have_text("€5.00")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_in_the_wizard_is_a_serious_barrier(wizard: Callable[..., Page], axe: str, scheme: str) -> None:
    page = wizard(color_scheme=scheme)
    choose(page, ("till.csv", TILL.encode()), ("photo.csv", b"\x00\x01"))
    expect(page.get_by_role("heading", name="What the columns hold")).to_be_visible()
    page.get_by_label("Ticket is read as").select_option("number")
    page.get_by_label("Currency, where").fill("EUR")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.keyboard.press("Control+Enter")
    expect(figure(page, "Rows read")).to_be_visible()
    found = {"wizard": barriers(page, axe)}
    page.goto("/imports")
    expect(page.locator(".data-table tbody tr").first).to_be_visible()
    found["list"] = barriers(page, axe)
    assert not any(found.values()), found


def test_the_wizard_speaks_french(wizard: Callable[..., Page]) -> None:
    page = wizard(locale="fr-FR")
    expect(page.get_by_role("heading", level=1)).to_have_text("Importer des fichiers")
    expect(page.get_by_text("Déposez des fichiers ici")).to_be_visible()
