"""The commands of the documentation run as they are written, and print what it says."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from projections.settings import Settings
from tests.docs.pages import DOCS, ROOT, blocks, pages
from tests.docs.walking import NOT_RUN, Shell, shell, steps, walk
from tests.faults.installation import Mortal
from tests.setup.running import eventually, free_port

PARTS = ("serve", "project", "worker")
# Its blocks are recipes, run on servers of their own.
RECIPES = DOCS / "running.md"
WALKED = [page for page in pages() if page != RECIPES and steps(page)]
COMMANDS = ("carnet ", "curl ", "scripts/", "pytest ")
START = DOCS / "quick-start.md"


@pytest.fixture
def opened(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A shell beside an installation of its own, whose parts run as the supervisor runs them."""
    monkeypatch.setenv("CARNET_PROCESSES", "1")
    port = free_port()
    running = [Mortal(settings, port, "scripts.cli", part, output=tmp_path / part) for part in PARTS]
    try:
        eventually(lambda: is_ready(port), "every part is ready", lambda: said(tmp_path))
        folder = tmp_path / "here"
        folder.mkdir()
        with shell(folder, running[0].variables) as made:
            yield made
    finally:
        for part in running:
            part.end()


def is_ready(port: int) -> bool:
    """Whether the API, the views and the processes are all at work."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def said(folder: Path) -> str:
    """What the parts have said so far."""
    return "\n".join((folder / part).read_text() for part in PARTS)


@pytest.mark.parametrize("page", WALKED, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_says_to_type_runs_and_prints_what_it_says(opened: Shell, page: Path) -> None:
    if page not in (START, ROOT / "README.md"):
        for step in steps(START):
            if step.block.comment == "a token":
                opened.run(step.block.text)
    walk(opened, page)


def test_a_block_of_commands_that_is_not_run_says_why() -> None:
    commands = [
        f"{page.relative_to(ROOT)}:{block.line}"
        for page in pages()
        for block in blocks(page)
        if block.language == "" and page != RECIPES and any(word in block.text for word in COMMANDS)
    ]
    assert commands == [], "mark these blocks as sh, so that they are run"


def test_the_guides_for_people_who_use_it_have_commands_that_are_run() -> None:
    walked = {str(page.relative_to(ROOT)) for page in WALKED}
    assert walked >= {"README.md", "docs/imports/shopify.md"}
    guides = ("quick-start", "auditors", "data-teams", "printing", "mail", "sequences", "payments", "operators", "http")
    assert walked >= {f"docs/{guide}.md" for guide in guides}


def test_what_is_not_run_is_little() -> None:
    left_out = [block for page in pages() for block in blocks(page) if block.comment.startswith(NOT_RUN)]
    assert len(left_out) <= 13
