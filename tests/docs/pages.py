"""The pages of the documentation: their blocks, their links and their headings, as GitHub and the site read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
TOP = tuple(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"))
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_COMMENT = re.compile(r"<!-- (.*?) -->\n$")
_LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"<img[^>]* src=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ (.+)$", re.M)


class Block(NamedTuple):
    """A fenced block: its language, its text, and the comment that stands right before it."""

    language: str
    text: str
    comment: str
    line: int


def pages() -> list[Path]:
    """Every page: those of the top folder and all of docs/."""
    return [*TOP, *sorted(DOCS.rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page in their order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(fence[1], fence[2], _comment(text[: fence.start()]), text[: fence.start()].count("\n") + 1)
        for fence in _FENCE.finditer(text)
    ]


def _comment(before: str) -> str:
    found = _COMMENT.search(before)
    return found[1] if found else ""


def links(page: Path) -> Iterator[str]:
    """Where the links and pictures of a page lead, code left out."""
    prose = re.sub(r"`[^`\n]*`", "``", _FENCE.sub("", page.read_text(encoding="utf-8")))
    for pattern in (_LINK, _PICTURE):
        yield from pattern.findall(prose)


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings have."""
    prose = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {slug(heading) for heading in _HEADING.findall(prose)}


def slug(heading: str) -> str:
    """A heading's anchor: lower case, spaces as hyphens, nothing but words."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
