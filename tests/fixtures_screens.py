"""The console for tests: built once, served over a small shop, driven in a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from scripts import console as building
from scripts.demo import ORDERS, shop_commands, take_order
from tests.faults.installation import Mortal
from tests.fixtures_api import PASSWORD, hire
from tests.fixtures_database import TEST_SECRET, copied
from tests.setup.running import eventually, free_port
from tests.workers.mail_servers import Inbox, serving

NEWEST = 40  # orders of the demonstration shop
PATIENCE_MS = 30_000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_BEHIND = """
    SELECT count(*) FROM views.positions
    WHERE schema = 'views' AND position < (SELECT coalesce(max(position), 0) FROM log.events)
"""
OPTIONS = ("--no-sandbox", "--disable-background-networking")


class RunningShop(NamedTuple):
    """A running shop: where it answers, its settings for whoever looks behind it, its API and its mail server."""

    address: str
    settings: Settings
    serving: Mortal
    inbox: Inbox


def lacking(what: str) -> None:
    """Skips a test for what this machine lacks, saying so; fails it under CI=true."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(what)


@pytest.fixture(scope="session")
def built_console() -> Path:
    """The folder of the built console, built where its sources changed."""
    if not (shutil.which("node") or building.STAMP.exists()):
        lacking("The console cannot be built: there is no Node.js 20 or later on this machine.")
    try:
        building.build(checks=True)
    except building.CannotBuild as error:
        lacking(str(error))
    return building.BUILT


@pytest.fixture(scope="session")
def running_shop(
    built_console: Path, server: EmbeddedServer, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningShop]:
    """A small shop with its API, views and worker in processes of their own; `ada` and `bob` may sign in."""
    with copied(server, template_database) as url, _running(url, tmp_path_factory.mktemp("shop"), _fill) as shop:
        yield shop


@pytest.fixture(scope="module")
def fresh_shop(
    built_console: Path, server: EmbeddedServer, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningShop]:
    """A shop of which nothing is known yet but its owner, `ada`."""
    with copied(server, template_database) as url, _running(url, tmp_path_factory.mktemp("fresh"), None) as shop:
        yield shop


def _fill(runtime: Runtime) -> None:
    """The orders of the demonstration shop, the newest ones."""
    now = datetime.now(UTC)
    for command in shop_commands(now):
        runtime.desk.handle(command)
    for number in range(ORDERS - NEWEST, ORDERS):
        take_order(runtime, number, now)
    for name, temporary in (("bob", False), ("new", True)):
        hire(runtime, name, "admin", temporary=temporary)


@contextmanager
def _running(url: str, folder: Path, fill: Callable[[Runtime], None] | None) -> Iterator[RunningShop]:
    """A shop over this database, filled and then served, until the block ends."""
    port, inbox = free_port(), Inbox()
    with serving(inbox) as mail_server:
        smtp_url = f"smtp://{mail_server}"
        settings = Settings(database_url=url, secret_key=TEST_SECRET, data_dir=folder, smtp_url=smtp_url)
        with open_runtime(settings) as runtime:
            hire(runtime, "ada", "admin", temporary=False)
            if fill:
                fill(runtime)
        running = [
            Mortal(settings, port, "scripts.cli", part, output=folder / part) for part in ("serve", "project", "worker")
        ]
        address = f"http://127.0.0.1:{port}"
        try:
            eventually(lambda: _answers(address), "the API answered")
            eventually(lambda: _is_folded(settings), "the views came to the log's head")
            yield RunningShop(address, settings, running[0], inbox)
        finally:
            for part in running:
                part.end()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def _is_folded(settings: Settings) -> bool:
    """Whether every view has come to the log's head."""
    with psycopg.connect(settings.database_url) as connection:
        [[behind]] = connection.execute(_BEHIND).fetchall()
        return bool(behind == 0)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        lacking("There is no Chromium to drive the console with: apt-get install chromium.")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield started
        started.close()


WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
"""


@pytest.fixture
def visit(running_shop: RunningShop, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the console in a profile of its own, signed in or not; a broken policy or a script's error fails."""
    with _visiting(running_shop, browser) as make:
        yield make


@pytest.fixture
def visit_fresh(fresh_shop: RunningShop, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the console of the fresh shop, as `visit` does."""
    with _visiting(fresh_shop, browser) as make:
        yield make


@contextmanager
def _visiting(shop: RunningShop, browser: Browser) -> Iterator[Callable[..., Page]]:
    opened: list[tuple[Page, list[str]]] = []

    def make(username: str | None = "ada", path: str = "/", **options: object) -> Page:
        chosen = {"locale": "en-GB", "viewport": {"width": 1440, "height": 900}, **options}
        context = browser.new_context(base_url=shop.address, **chosen)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(WATCH)
        if username:
            told = {"username": username, "password": PASSWORD}
            eventually(lambda: context.request.post("/api/v1/session", data=told).ok, f"{username} was signed in")
        page, faults = context.new_page(), []
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("console", lambda said: faults.append(said.text) if _is_fault(said.text) else None)
        opened.append((page, faults))
        page.goto(path)
        return page

    yield make
    for page, faults in opened:
        violations = page.evaluate("window.violations")
        page.context.close()
        assert not violations
        assert not faults
    # What one test typed and did not send is no other's.
    with psycopg.connect(shop.settings.database_url) as connection:
        connection.execute("DELETE FROM access.drafts")


def _is_fault(text: str) -> bool:
    """What the browser says of a policy that was broken."""
    return "Content Security Policy" in text or "Trusted" in text


@pytest.fixture(scope="session")
def axe(built_console: Path) -> str:
    """The source of axe-core, which checks a page for barriers."""
    file = building.CONSOLE / "node_modules" / "axe-core" / "axe.min.js"
    if not file.exists():
        lacking("axe-core is not installed: npm ci in api/console.")
    return file.read_text()


def node_tool(name: str) -> Path:
    """A program of the console's own checks."""
    tool = building.CONSOLE / "node_modules" / ".bin" / name
    if not tool.exists():
        lacking(f"{name} is not installed: npm ci in api/console.")
    return tool


def run_node(*words: str | Path) -> str:
    """What a program of the console's checks prints; fails with what it said."""
    done = subprocess.run(
        [str(word) for word in words], cwd=building.CONSOLE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
