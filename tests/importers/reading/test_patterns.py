"""What people write as a pattern never holds a thread, however it was meant."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from importers.faults import UnusableFile
from importers.mapping.mapping import parsed_mapping, read_mapping
from importers.reading.patterns import MOST_CHARACTERS, BadPattern, compiled, found
from tests.importers.test_mapping import LEAST

HOSTILE = [r"(a+)+$", r"(a|aa)+$", r"(.*a){20}$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(a?){100}a{100}", r"\s*\s*\s*\s*x"]


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize("text", ["a" * 100_000 + "!", "é" * 100_000, " " * 100_000])
def test_no_pattern_holds_a_thread_for_long(pattern: str, text: str) -> None:
    ready = compiled(pattern)
    began = time.perf_counter()
    found(ready, text)
    assert time.perf_counter() - began < 0.1


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "missing"),
        (r"(\w)\1", "escape"),
        ("(?=x)", "perl"),
        ("a{1001}", "repetition"),
        ("((((a{100}){100}){100}))", "repetition"),
        ("x" * (MOST_CHARACTERS + 1), "more than"),
        ("\udc80", "surrogates"),
    ],
)
def test_a_pattern_that_cannot_be_bounded_is_refused_with_the_reason(pattern: str, why: str) -> None:
    began = time.perf_counter()
    with pytest.raises(BadPattern, match=why):
        compiled(pattern)
    assert time.perf_counter() - began < 0.1


def test_what_mappings_ask_for_is_found() -> None:
    assert found(compiled(r"^0(\.0+)?$"), "0.00")
    assert not found(compiled(r"^0(\.0+)?$"), "10.00")
    assert found(compiled("^Reçu"), "Reçu 12")
    assert found(compiled(r"\-\ \."), "a - .")


@pytest.mark.parametrize(
    "text",
    [
        "a." * 25_000 + "b = 1\n",
        "[" + "a." * 25_000 + "b]\n",
        "x = {" + "'a'. " * 9_000 + "b = 1}\n",
        "x = " + "9" * 20_000,
        "a = " + "[" * 20_000,
    ],
)
def test_a_mapping_without_end_is_refused_at_once(text: str) -> None:
    began = time.perf_counter()
    with pytest.raises(UnusableFile):
        parsed_mapping(text, "given")
    assert time.perf_counter() - began < 1


def test_a_mapping_with_such_a_pattern_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(LEAST + "[[rules]]\nwhen = { number = '(?=x)' }\nthen = 'refuse'\n")
    with pytest.raises(UnusableFile, match="of a rule is broken"):
        read_mapping(file)
