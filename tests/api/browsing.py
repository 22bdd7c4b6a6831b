"""A real browser, chromium, that keeps what it was not let do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

ADVICE = "chromium is not installed: apt-get install chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
# How chromium words what a policy refuses.
REFUSALS = ("Content Security Policy", "violates the following", "Refused to")


def program() -> str:
    """Where chromium is; where it is not, the test is skipped and says so, and in CI it fails."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail(ADVICE)
    pytest.skip(ADVICE)


class Visitor:
    """One browser tab, and the refusals it was told of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.refused: list[str] = []
        page.on("console", self._keep)

    def _keep(self, message: ConsoleMessage) -> None:
        if any(words in message.text for words in REFUSALS):
            self.refused.append(message.text)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with nothing in it, which ends with the block."""
    executable = program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visitor(browser: Browser) -> Iterator[Visitor]:
    """A new tab that remembers nothing of the others."""
    page = browser.new_page()
    page.set_default_timeout(120_000)
    try:
        yield Visitor(page)
    finally:
        page.close()


@contextmanager
def answering(app: Flask, port: int) -> Iterator[str]:
    """The application on a port of this machine while the block runs; gives its address."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
