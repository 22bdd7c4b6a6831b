"""Many orders at once in the console: a whole view, previews, results order by order, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.test_desk import ROWS, barriers, call
from tests.console.test_list import LINE, placed, shown, token

Visit = Callable[..., Page]
MANY = 200


def job(page: Page) -> Locator:
    return page.locator(".job")


def test_a_selection_tells_its_sum_and_takes_the_whole_view(visit: Visit) -> None:
    page = visit()
    for _ in range(3):
        placed(page, "sums")
    shown(page, "/orders?tag=sums", 3)
    page.keyboard.press("x")
    expect(page.locator(".bulk")).to_contain_text("€10.00")
    page.get_by_role("button", name="All 3 of this view").click()
    expect(page.locator(".bulk b")).to_have_text("3 selected")
    expect(page.locator(".bulk")).to_contain_text("€30.00")
    page.keyboard.press("x")
    expect(page.locator(".bulk b")).to_have_text("2 selected")
    page.locator(".tabs a", has_text="All").click()
    expect(page.locator(".bulk")).to_have_count(0)


def test_tags_of_many_are_previewed_done_and_taken_back(visit: Visit) -> None:
    page = visit()
    orders = [placed(page, "bulk-tags") for _ in range(3)]
    call(page, "POST", f"/orders/{orders[0]['id']}/archive")
    shown(page, "/orders?tag=bulk-tags&archived=all", 3)
    page.keyboard.press("Shift+X")
    page.keyboard.press("t")
    page.get_by_label("Tags to add").fill("urgent")
    expect(page.locator(".bulk-sum")).to_contain_text("orders change")
    done = page.locator(".bulk-sum b").inner_text()
    page.keyboard.press("Control+Enter")
    expect(job(page)).to_contain_text(f"{done.split()[0]} done")
    tagged = [order for order in orders if "urgent" in call(page, "GET", f"/orders/{order['id']}")["tags"]]
    assert len(tagged) == int(done.split()[0])
    job(page).get_by_role("button", name="Order by order").click()
    expect(page.locator(".results li")).to_have_count(3)
    page.keyboard.press("Escape")
    job(page).get_by_role("button", name="Undo").click()
    expect(job(page)).to_contain_text("Taken back")
    expect(job(page)).to_contain_text(f"{len(tagged)} done")
    assert all(call(page, "GET", f"/orders/{order['id']}")["tags"] == ["bulk-tags"] for order in orders)


def test_an_order_that_somebody_worked_on_after_the_preview_is_left_alone(visit: Visit) -> None:
    page, other = visit(), visit("bob")
    mine, theirs = placed(page, "guarded"), placed(page, "guarded")
    shown(page, "/orders?tag=guarded", 2)
    page.keyboard.press("Shift+X")
    page.keyboard.press("o")
    page.get_by_label("Operator", exact=True).select_option("ada")
    expect(page.locator(".bulk-sum")).to_contain_text("2 orders change")
    call(other, "POST", f"/orders/{theirs['id']}/notes", {"text": "Mine to look after."})
    page.keyboard.press("Control+Enter")
    expect(job(page)).to_contain_text("1 done · 1 refused")
    job(page).get_by_role("button", name="Order by order").click()
    refused = page.locator(".results li", has_text="somebody worked on it meanwhile")
    expect(refused).to_contain_text(theirs["number"])
    assert call(page, "GET", f"/orders/{mine['id']}")["operator"] == "ada"
    assert call(page, "GET", f"/orders/{theirs['id']}")["operator"] != "ada"


def test_the_status_of_two_hundred_orders_and_back(visit: Visit) -> None:
    page = visit()
    headers = token(page)
    for _ in range(MANY):
        made = page.request.post(
            "/api/v1/orders", data={"place": True, "items": [LINE], "tags": ["two-hundred"]}, headers=headers
        )
        assert made.ok, made.text()
    page.goto("/orders?tag=two-hundred")
    expect(page.locator(".counted")).to_contain_text(f"{MANY} orders")
    page.keyboard.press("Shift+X")
    expect(page.locator(".bulk b")).to_have_text(f"{MANY} selected")
    page.keyboard.press("s")
    page.get_by_label("New status").select_option("processing")
    expect(page.locator(".bulk-sum")).to_contain_text(f"{MANY} orders change")
    page.keyboard.press("Control+Enter")
    expect(job(page)).to_contain_text(f"{MANY} done")
    expect(page.locator(ROWS).first).to_contain_text("Processing")
    assert counted(page, "processing") == MANY
    job(page).get_by_role("button", name="Undo").click()
    expect(job(page)).to_contain_text("Taken back")
    expect(job(page)).to_contain_text(f"{MANY} done")
    expect(page.locator(ROWS).first).to_contain_text("Pending")
    assert counted(page, "pending") == MANY


def counted(page: Page, stage: str) -> int:
    answer = call(page, "GET", f"/orders?tag=two-hundred&stage={stage}&limit=1&count=exact")
    return int(answer["count"]["value"])


def test_a_status_that_some_may_not_have_is_told_before(visit: Visit) -> None:
    page = visit()
    done, fresh = placed(page, "mixed"), placed(page, "mixed")
    call(page, "POST", f"/orders/{done['id']}/status", {"status": "cancelled", "stock": "leave"})
    shown(page, "/orders?tag=mixed", 2)
    page.keyboard.press("Shift+X")
    page.keyboard.press("s")
    page.get_by_label("New status").select_option("processing")
    expect(page.locator(".bulk-sum")).to_contain_text("1 order changes")
    expect(page.locator(".bulk-sum .late")).to_contain_text("1 refused")
    expect(page.locator(".bulk-sum .late")).to_contain_text(done["number"])
    assert call(page, "GET", f"/orders/{fresh['id']}")["status"]["code"] == "pending"


@pytest.mark.parametrize(("papers", "name"), [("80mm", "receipt-2.pdf"), ("slip", "packing-slip-2.pdf")])
def test_papers_of_a_selection_come_as_one_file(visit: Visit, papers: str, name: str) -> None:
    page = visit()
    tag = f"papers-{papers}"
    for _ in range(2):
        placed(page, tag)
    shown(page, f"/orders?tag={tag}", 2)
    page.keyboard.press("Shift+X")
    page.keyboard.press("p")
    page.get_by_label("Papers").select_option(papers)
    page.keyboard.press("Control+Enter")
    with page.expect_download() as download:
        job(page).get_by_role("link", name="Open the file").click()
    assert download.value.suggested_filename == name


def test_a_selection_is_exported(visit: Visit) -> None:
    page = visit()
    numbers = {placed(page, "exported")["number"] for _ in range(2)}
    shown(page, "/orders?tag=exported", 2)
    page.keyboard.press("Shift+X")
    page.keyboard.press("Shift+E")
    page.get_by_label("Format").select_option("csv")
    page.keyboard.press("Control+Enter")
    with page.expect_download() as download:
        job(page).get_by_role("link", name="Open the file").click()
    text = download.value.path().read_text()
    assert all(number in text for number in numbers)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_of_the_bulk_work_is_a_serious_barrier(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(path="/orders?stage=processing", color_scheme=scheme)
    expect(page.locator(ROWS).first).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("s")
    page.get_by_label("New status").select_option("on_hold")
    expect(page.locator(".bulk-sum")).to_be_visible()
    found = {"status": barriers(page, axe)}
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.get_by_label("Tags to add").fill(f"axe-{scheme}")
    expect(page.locator(".bulk-sum")).to_contain_text("1 order changes")
    expect(page.locator(".window .button.primary")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    expect(job(page)).to_contain_text("1 done")
    found["job"] = barriers(page, axe)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
    found["palette"] = barriers(page, axe)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save as a view").click()
    expect(page.get_by_label("Name of the view")).to_be_visible()
    found["view"] = barriers(page, axe)
    assert not any(found.values()), found
