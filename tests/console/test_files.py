"""How the console's files are served, how big they are, and that what is generated for it is not stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import console_files
from scripts import console as building
from tests.fixtures_screens import node_tool, run_node

MOST_FOR_THE_LIST = 140_000  # bytes of compressed JavaScript, the words of one language included
MOST_BESIDE = 60_000  # what any other screen may bring beyond the list's
# How a built script names another one that it cannot do without.
IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")


def fetched(app: Flask, path: str, **headers: str) -> TestResponse:
    """The answer to a read, its file read and closed."""
    named = {name.replace("_", "-"): told for name, told in headers.items()}
    answer = app.test_client().get(path, headers=named)
    answer.get_data()
    answer.close()
    return answer


BACK_OFFICE = (
    "/customers", "/customers/01a20945-5dc4-7a31-9ce6-f26957350779", "/products", "/stock", "/stock/take", "/settings",
    "/settings/statuses",
)  # fmt: skip
PAGES = ("/", "/new", "/orders", "/orders/01a20945-5dc4-7a31-9ce6-f26957350779", *BACK_OFFICE)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A console of three files."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Carnet</title>")
    (assets / "index-1.js").write_text("plain")
    (assets / "index-1.js.br").write_bytes(b"brotli")
    (assets / "index-1.js.gz").write_bytes(b"gzip")
    monkeypatch.setattr(console_files, "BUILT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", PAGES)
def test_every_address_of_the_console_is_one_page_that_nobody_keeps(built: Path, app: Flask, path: str) -> None:
    answer = fetched(app, path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(("taken", "told"), [("gzip, br", b"brotli"), ("gzip", b"gzip"), ("identity", b"plain")])
def test_a_part_comes_as_small_as_the_browser_takes_it_and_is_kept(
    built: Path, app: Flask, taken: str, told: bytes
) -> None:
    answer = fetched(app, "/assets/index-1.js", Accept_Encoding=taken)
    assert answer.data == told
    assert answer.mimetype == "text/javascript"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/index-1.js.br"]
)
def test_what_is_no_part_is_a_problem_document(built: Path, app: Flask, path: str) -> None:
    answer = fetched(app, path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_without_a_built_console_its_page_says_how_to_build_it(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_files, "BUILT", tmp_path)
    answer = app.test_client().get("/")
    assert answer.status_code == 200
    assert "scripts/run" in answer.text


def needed_by(built: Path, *names: str) -> set[str]:
    """The scripts that a page of these loads at once: themselves, and what they import in turn."""
    waiting = {file.name for name in names for file in built.glob(f"assets/{name}-*.js")}
    assert len(waiting) == len(names)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        text = (built / "assets" / name).read_text()
        waiting |= set(IMPORTED.findall(text)) - found
    return found


def compressed(built: Path, names: set[str]) -> int:
    """What these scripts weigh as they are sent, in bytes."""
    return sum((built / "assets" / f"{name}.br").stat().st_size for name in names)


def test_the_list_needs_no_more_script_than_it_may(built_console: Path) -> None:
    assert compressed(built_console, needed_by(built_console, "index", "fr")) <= MOST_FOR_THE_LIST


@pytest.mark.parametrize(
    "screen",
    [
        ("new_order", "typing_fr"),
        ("edit_order", "typing_fr"),
        ("order_page",),
        ("order_dialog", "link_window"),
        ("settings_page", "mails", "behind_fr"),
        ("settings_page", "statuses", "behind_fr"),
        ("customer_page", "asked", "behind_fr"),
        ("product_list", "product_window", "behind_fr"),
        ("stock_list", "stock_window", "behind_fr"),
        ("stock_take", "behind_fr"),
        ("guide_page", "behind_fr", "owner_fr"),
        ("audit_page", "behind_fr", "owner_fr"),
    ],
)
def test_another_screen_brings_little_more(built_console: Path, screen: tuple[str, ...]) -> None:
    beside = needed_by(built_console, *screen) - needed_by(built_console, "index", "fr")
    assert 0 < compressed(built_console, beside) <= MOST_BESIDE


def test_nothing_in_the_built_files_leads_elsewhere(built_console: Path) -> None:
    page = (built_console / "index.html").read_text()
    assert "://" not in page
    assert "<style" not in page
    assert " style=" not in page


def test_the_types_of_the_api_are_those_of_its_description(client: FlaskClient, tmp_path: Path) -> None:
    """After a change of the API: `npm run types` in api/console, with the description saved as openapi.json."""
    described = tmp_path / "openapi.json"
    described.write_text(client.get("/api/v1/openapi.json").text)
    made = run_node(node_tool("openapi-typescript"), described)
    assert made.strip() == (building.CONSOLE / "src" / "api" / "schema.d.ts").read_text().strip()


def test_every_word_is_told_in_every_language() -> None:
    told = sorted((building.CONSOLE / "src" / "locales").glob("*fr.po"))
    assert len(told) > 1
    for file in told:
        entries = file.read_text().split("\n\n")[1:]
        assert len(entries) > 50
        assert not [entry for entry in entries if entry.rstrip().endswith('msgstr ""')]


def test_the_lock_records_no_address_to_download_from() -> None:
    assert '"resolved"' not in (building.CONSOLE / "package-lock.json").read_text()
