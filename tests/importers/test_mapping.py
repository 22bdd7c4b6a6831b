"""A mapping says what it means, or is refused with the key that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from importers.faults import UnusableFile
from importers.mapping.mapping import MAPS, read_mapping

LEAST = 'source = "shop"\n[columns]\nnumber = "No"\ncreated_at = "Date"\n'


def mapping_file(folder: Path, text: str) -> Path:
    file = folder / "mapping.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_source_a_number_and_a_date_are_enough(tmp_path: Path) -> None:
    mapping = read_mapping(mapping_file(tmp_path, LEAST))
    assert (mapping.source, mapping.columns.number, mapping.rows) == ("shop", "No", "together")


@pytest.mark.parametrize("name", [file.stem for file in sorted(MAPS.glob("*.toml"))])
def test_the_mappings_that_come_along_are_found_by_name(name: str) -> None:
    assert read_mapping(Path(name)).source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 1\n" + LEAST, "colour"),
        (LEAST + 'colour = "Colour"\n', r"unknown field `colour`.*columns"),
        (LEAST + "[[rules]]\nwhen = {number = '^C'}\nthen = 'forget'\n", "forget"),
        (LEAST + "[[rules]]\nwhen = {quantity = '^-'}\nthen = 'refuse'\n", "quantity"),
        (LEAST + "[[rules]]\nwhen = {number = '('}\nthen = 'refuse'\n", "pattern"),
        (LEAST + "[[rules]]\nwhen = {}\nthen = 'refuse'\n", "no conditions"),
        (LEAST + "[statuses]\ndone = 'finished'\n", "finished"),
        (LEAST + "[countries]\nEIRE = 'EIRE'\n", "EIRE"),
        ("currency = 'XXX'\n" + LEAST, "XXX"),
        ("timezone = 'Mars/Phobos'\n" + LEAST, "Mars/Phobos"),
        ("decimal = ';'\n" + LEAST, "decimal"),
        ('source = "shop"\n[columns]\nnumber = "No"\n', "created_at"),
        ("source = \n", "cannot be used"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UnusableFile, match=words):
        read_mapping(mapping_file(tmp_path, text))


def test_a_mapping_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(UnusableFile, match="online_retail"):
        read_mapping(Path("nowhere.toml"))
