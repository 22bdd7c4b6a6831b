"""Runs the commands of a page as they stand there, against an installation, and compares what they print with it.

Every block marked `sh` is run in one shell, in the page's order; a block marked `text` after it is what it prints:
`...` stands for anything and line breaks do not matter. A comment before a block says what is special: `not run: why`,
or `a moment later`, for what is read again until it is there.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.docs.pages import ROOT, Block, blocks

NOT_RUN, LATER = "not run: ", "a moment later"
PATIENCE = 60.0
# Any command that fails is a fault, whichever line of its block it stands in.
PRELUDE = "set -E; trap 'echo \"failed: $BASH_COMMAND\" >&2; FAILED=yes' ERR\n"


class Step(NamedTuple):
    """Commands and what they print; nothing is said of what they print where that is None."""

    block: Block
    printed: str | None


def steps(page: Path) -> list[Step]:
    """What is run of a page."""
    found = blocks(page)
    following = [*(block.text if block.language == "text" else None for block in found[1:]), None]
    return [
        Step(block, printed)
        for block, printed in zip(found, following, strict=False)
        if block.language == "sh" and not block.comment.startswith(NOT_RUN)
    ]


class Shell:
    """A shell that keeps its variables from one block to the next."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self._process = subprocess.Popen(
            ("bash", "-s"), cwd=folder, env={**os.environ, **variables, "PATH": path, "COLUMNS": "200"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._say(PRELUDE)

    def run(self, commands: str) -> str:
        """What the commands print; fails where one of them fails."""
        self._say(f"FAILED=\n{commands}\nprintf '\\n== %s\\n' \"${{FAILED:-no}}\"\n")
        assert self._process.stdout is not None
        printed = ""
        while not (end := re.search(r"\n== (yes|no)\n$", printed)):
            line = self._process.stdout.readline()
            assert line, f"the shell ended:\n{printed}"
            printed += line
        assert end[1] == "no", f"{commands}\n{printed}"
        return printed[: end.start()]

    def end(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(PATIENCE)

    def _say(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()


@contextmanager
def shell(folder: Path, variables: dict[str, str]) -> Iterator[Shell]:
    """A shell in a folder in which the repository's `docs` is found and everything else is the test's own."""
    (folder / "docs").symlink_to(ROOT / "docs")
    opened = Shell(folder, variables)
    try:
        yield opened
    finally:
        opened.end()


def walk(opened: Shell, page: Path) -> None:
    """Runs every block of a page and holds what is printed against what the page says."""
    for step in steps(page):
        printed = opened.run(step.block.text)
        deadline = time.monotonic() + PATIENCE
        while step.block.comment == LATER and not fits(step, printed) and time.monotonic() < deadline:
            time.sleep(0.2)
            printed = opened.run(step.block.text)
        where = f"{page.relative_to(ROOT)}:{step.block.line}"
        assert fits(step, printed), f"{where}\n{step.block.text}prints\n{printed}\nthe page says\n{step.printed}"


def fits(step: Step, printed: str) -> bool:
    """Whether the page says what was printed."""
    if step.printed is None:
        return True
    pattern = r".*?".join(re.escape(words(part)) for part in words(step.printed).split("..."))
    pattern = pattern.replace(r"\ .*?", r"\ ?.*?").replace(r".*?\ ", r".*?\ ?")
    return re.fullmatch(pattern, words(printed), re.S) is not None


def words(text: str) -> str:
    """A text in which a line break is as good as a space."""
    return " ".join(text.split())
