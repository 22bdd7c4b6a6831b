"""The handbook: every screen of the console has its chapter, in French and in English, and both say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.docs.pages import DOCS, ROOT, links

LANGUAGES = ("en", "fr")
ROUTER = ROOT / "api" / "console" / "src" / "app" / "router.tsx"
FEWEST_WORDS = 40
_PATH = re.compile(r'^ *path: "(/[^"]+)",$', re.M)
_SCREENS = re.compile(r"\A---\nscreens:(.*)\n---\n# (.+)\n\n")
# What the console makes elements of; anything else would stand there as it is written.
_FORMS = re.compile(r"^#{3,} |^\d+\. |^ *```|!\[|<|^> |^ *\* ", re.M)


class Chapter(NamedTuple):
    """A page of the handbook."""

    screens: tuple[str, ...]
    title: str
    text: str


def chapters(language: str) -> dict[str, Chapter]:
    """The chapters of a language by their names."""
    found = {}
    for page in sorted((DOCS / "handbook" / language).glob("*.md")):
        text = page.read_text(encoding="utf-8")
        head = _SCREENS.match(text)
        assert head, f"{page.name} does not begin with its screens and its title."
        found[page.stem] = Chapter(tuple(head[1].split()), head[2], text[head.end() :])
    return found


def shape(chapter: Chapter) -> list[str]:
    """The headings, points and rows of a chapter, whatever they say."""
    return [line[:2] for line in chapter.text.splitlines() if line[:2] in ("##", "- ", "| ")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_has_one_chapter(language: str) -> None:
    screens = set(_PATH.findall(ROUTER.read_text(encoding="utf-8")))
    assert len(screens) > 20
    told = [screen for chapter in chapters(language).values() for screen in chapter.screens]
    assert {screen for screen in screens if told.count(screen) != 1} == set()
    assert set(told) - screens == set()


def test_both_languages_have_the_same_chapters_with_the_same_points() -> None:
    english, french = chapters("en"), chapters("fr")
    assert english.keys() == french.keys()
    assert {name for name in english if english[name].screens != french[name].screens} == set()
    assert {name for name in english if shape(english[name]) != shape(french[name])} == set()
    assert {name for name in english if english[name].text == french[name].text} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_chapter_is_empty_and_all_have_forms_that_the_console_shows(language: str) -> None:
    found = chapters(language)
    assert {name for name, chapter in found.items() if len(chapter.text.split()) < FEWEST_WORDS} == set()
    assert {name: _FORMS.findall(chapter.text) for name, chapter in found.items() if _FORMS.search(chapter.text)} == {}


@pytest.mark.parametrize(
    "page", sorted((DOCS / "handbook").rglob("*.md")), ids=lambda page: f"{page.parent.name}-{page.stem}"
)
def test_chapters_lead_to_chapters_of_their_language(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link).is_file() or "/" in link] == []


def test_the_site_has_the_same_pages() -> None:
    listed = (ROOT / "scripts" / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [f"handbook/{language}/{name}.md" for language in LANGUAGES for name in chapters(language)]
    assert [page for page in pages if f"- {page}\n" not in listed] == []
