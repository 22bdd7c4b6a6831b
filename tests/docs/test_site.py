"""The documentation holds together: every link leads somewhere, and the site loads nothing from elsewhere."""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from scripts.docs import CannotBuild, build, is_installed
from tests.docs.pages import ROOT, anchors, links, pages

LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}
LED_TO = {"a": "href", **LOADED}


def is_elsewhere(address: str) -> bool:
    return bool(urlsplit(address).netloc) or address.startswith(("mailto:", "data:"))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file_and_to_a_heading_of_it(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not is_elsewhere(link) and (not target.exists() or (anchor and anchor not in anchors(target))):
            broken.append(link)
    assert broken == []


class Elements(HTMLParser):
    """What a page of the site loads, where it leads, and which anchors it has."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.led_to: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes note of an element."""
        values = {name: value or "" for name, value in attrs}
        if tag in LOADED and LOADED[tag] in values:
            self.loaded.append(values[LOADED[tag]])
        if tag in LED_TO and LED_TO[tag] in values:
            self.led_to.append(values[LED_TO[tag]])
        self.anchors |= {values[name] for name in ("id", "name") if name in values}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Elements]:
    """The pages of the built site."""
    if not is_installed():
        says = "The site cannot be built: python -m scripts.docs installs what it is built with."
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(says)
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return {page.resolve(): Elements(page) for page in folder.rglob("*.html")}


def test_the_site_loads_nothing_from_elsewhere(site: dict[Path, Elements]) -> None:
    assert len(site) > 30
    assert {address for page in site.values() for address in page.loaded if is_elsewhere(address)} == set()


def test_no_stylesheet_of_the_site_loads_anything_from_elsewhere(site: dict[Path, Elements]) -> None:
    folder = Path(os.path.commonpath([str(page.parent) for page in site]))
    styles = [file.read_text(encoding="utf-8") for file in folder.rglob("*.css")]
    assert styles
    assert [style for style in styles if "url(http" in style or "url(//" in style or "@import" in style] == []


def test_every_link_of_the_site_leads_to_a_file_and_to_an_anchor_of_it(site: dict[Path, Elements]) -> None:
    broken = []
    for page, elements in site.items():
        if page.name == "404.html":
            continue  # it is shown under any address, so its own are absolute
        for address in elements.led_to:
            path, anchor = urlsplit(address).path, urlsplit(address).fragment
            target = (page.parent / unquote(path)).resolve() if path else page
            if is_elsewhere(address):
                continue
            if target.is_dir():
                target /= "index.html"
            has_anchor = not anchor or target not in site or unquote(anchor) in site[target].anchors
            if not target.is_file() or not has_anchor:
                broken.append(f"{page.name}: {address}")
    assert broken == []


def test_a_link_that_leads_nowhere_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_installed():
        pytest.skip("mkdocs-material is not installed.")
    pages_of_it = tmp_path / "docs"
    pages_of_it.mkdir()
    (pages_of_it / "index.md").write_text("# A page\n\n[nowhere](nowhere.md)\n")
    configuration = tmp_path / "mkdocs.yml"
    configuration.write_text("site_name: A\ndocs_dir: docs\nvalidation: {links: {not_found: warn}}\n")
    monkeypatch.setattr("scripts.docs.CONFIGURATION", configuration)
    with pytest.raises(CannotBuild, match=r"nowhere\.md"):
        build(tmp_path / "site")
