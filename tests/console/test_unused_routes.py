"""Every route of the API is used by a screen of the console, or stands in the table of those that are not, with why."""

from __future__ import annotations

import re
from functools import cache

from flask import Flask

from scripts import console as building
from tests.api.desk import API
from tests.console.unused_routes import MISSING, TABLE

# How the sources call a route, and how they name an address that is called, linked to or saved elsewhere.
CALLED = re.compile(r"""\.(GET|POST|PUT|PATCH|DELETE)\(\s*["`]/api/v1(/[^"`?]*)""")
NAMED = re.compile(r"""["`](?:/api/v1)(/[^"`?]*)""")
PART = re.compile(r"<[^>]*>|\$?\{(?:[^{}]|\{[^{}]*\})*\}")
ANY = ("POST", "PUT", "PATCH", "DELETE")


def plain(path: str) -> str:
    """An address whose parts that vary are all called the same."""
    return PART.sub("{}", path)


@cache
def used() -> frozenset[tuple[str, str]]:
    """Method and address of what the sources ask for; an address that stands by itself may be of any method."""
    found: set[tuple[str, str]] = set()
    for file in sorted((building.CONSOLE / "src").rglob("*.ts*")):
        if file.name == "schema.d.ts":
            continue
        text = file.read_text()
        found |= {(method, plain(path)) for method, path in CALLED.findall(text)}
        for path in NAMED.findall(CALLED.sub("", text)):
            found |= {(method, plain(path)) for method in ("GET", *ANY)}
    return frozenset(found)


def told(table: str) -> dict[tuple[str, str], str]:
    """The rows of a table: why no screen uses a route."""
    lines = [line.split("  ", 2) for line in table.strip().splitlines()]
    return {(method, rule): why for method, rule, why in lines}


def unused(app: Flask) -> set[tuple[str, str]]:
    """The routes of the API that no source of the console names."""
    routes = {
        (method, rule.rule.removeprefix(API))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{API}/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert len(routes) > 200
    return {(method, rule) for method, rule in routes if (method, plain(rule)) not in used()}


def test_every_route_is_used_by_a_screen_or_said_why_not(app: Flask) -> None:
    assert sorted(unused(app) - told(TABLE).keys() - told(MISSING).keys()) == []


def test_no_row_speaks_of_a_route_that_is_used_or_gone(app: Flask) -> None:
    assert sorted((told(TABLE) | told(MISSING)).keys() - unused(app)) == []


def test_no_route_stands_in_both_tables_and_each_row_says_why() -> None:
    assert not told(TABLE).keys() & told(MISSING).keys()
    assert all(len(why) > 10 for why in (told(TABLE) | told(MISSING)).values())


def test_a_route_that_a_screen_calls_is_found_however_it_is_written() -> None:
    assert {("POST", "/products/learn"), ("PUT", "/orders/{}/billing-address"), ("GET", "/documents/{}.pdf")} <= used()
    assert ("PATCH", "/products/learn") not in used()
