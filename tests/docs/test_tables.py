"""The tables of the documentation say what the code does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from types import ModuleType

import pytest

from importers.platforms.amazon import terms as amazon
from importers.platforms.bigcommerce import orders as bigcommerce
from importers.platforms.erpnext import orders as erpnext
from importers.platforms.etsy import orders as etsy
from importers.platforms.faire import orders as faire
from importers.platforms.magento import orders as magento
from importers.platforms.odoo import orders as odoo
from importers.platforms.prestashop import orders as prestashop
from importers.platforms.shopify import orders as shopify
from importers.platforms.wix import orders as wix
from importers.platforms.woocommerce import statuses as woocommerce
from importers.platforms.woocommerce import tables as woocommerce_tables
from projections.settings import Settings, variable
from scripts.bench import known_benchmarks
from tests.docs.pages import DOCS, ROOT, pages
from tests.routes import on_page, table


def test_the_table_of_routes_commands_events_and_views_is_true() -> None:
    assert on_page() == table(), "run: python -m tests.routes"


def test_every_setting_stands_on_its_page_with_its_default() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    for setting in fields(Settings):
        line = next((line for line in text.splitlines() if line.startswith(f"| `{variable(setting)}`")), "")
        assert setting.metadata["doc"] in line, f"{variable(setting)} is missing or says otherwise"
        assert f"`{setting.default}`" in line or not str(setting.default), f"the default of {variable(setting)}"


def test_no_page_names_a_setting_that_there_is_not() -> None:
    known = {variable(setting) for setting in fields(Settings)}
    named = {name for page in pages() for name in re.findall(r"CARNET_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8"))}
    assert sorted(name for name in named - known if not name.startswith("CARNET_BENCH")) == []


def rows(text: str) -> Iterator[tuple[str, ...]]:
    """The rows of a text's tables, their spaces taken away."""
    for line in text.splitlines():
        if line.startswith("|") and not set(line) <= set("|-: "):
            yield tuple("".join(cell.split()) for cell in line.strip("|").split("|"))


@pytest.mark.parametrize(
    ("page", "module"),
    [
        ("shopify", shopify),
        ("woocommerce", woocommerce),
        ("woocommerce", woocommerce_tables),
        ("amazon", amazon),
        ("prestashop", prestashop),
        ("etsy", etsy),
        ("wix", wix),
        ("magento", magento),
        ("odoo", odoo),
        ("erpnext", erpnext),
        ("bigcommerce", bigcommerce),
        ("faire", faire),
    ],
)
def test_what_a_platforms_statuses_become_is_told_as_the_code_tells_it(page: str, module: ModuleType) -> None:
    told = set(rows((DOCS / "imports" / f"{page}.md").read_text(encoding="utf-8")))
    expected = list(rows(module.__doc__ or ""))
    assert len(expected) > 5
    assert [row for row in expected if row not in told] == []


def test_every_benchmark_that_a_figure_is_measured_by_is_there() -> None:
    text = (DOCS / "benchmarks.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`carnet bench (\w+)`", text)) - {"NAME"}
    assert named <= set(known_benchmarks())


FOLDERS = "domain|projections|printing|api|workers|importers|scripts|tests|docs"
PLACES = re.compile(rf"`((?:{FOLDERS})(?:/[\w.-]+)*/?)`(?: `([A-Z]\w+)(?:\.\w+)?`)?")


def test_every_file_and_class_that_a_page_names_is_there() -> None:
    missing = []
    for page in pages():
        if page.name == "CHANGELOG.md":
            continue  # it tells of what was
        for path, name in PLACES.findall(page.read_text(encoding="utf-8")):
            place = ROOT / path
            if not place.exists():
                missing.append(f"{page.name}: {path}")
            elif name and place.is_file() and not re.search(rf"^(class )?{name}\b", place.read_text(), re.M):
                missing.append(f"{page.name}: {path} has no {name}")
    assert missing == []
