"""In which encoding a file was written: by its mark, else by what its bytes allow."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from importers.faults import UnusableFile

CHUNK = 1 << 20
FEW = 50  # one zero in so many bytes is a stray
BROKEN = "\ufffd"  # what stands where bytes could not be read

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FILES = {
    b"PK\x03\x04": "a ZIP archive: unpack it, and give the CSV file that it holds",
    b"\x1f\x8b": "compressed: unpack it first",
    b"BZh": "compressed: unpack it first",
    b"\xfd7zXZ": "compressed: unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed: unpack it first",
    b"7z\xbc\xaf": "compressed: unpack it first",
    b"%PDF": "a PDF: export it as CSV",
    b"\xd0\xcf\x11\xe0": "an old or protected spreadsheet: save it as XLSX or CSV",
    b"PAR1": "a Parquet file: export it as CSV",
    b"SQLite format 3\0": "a database: export it as CSV",
    b"<!doctype html": "a web page, perhaps of an expired login: export the orders again",
    b"<html": "a web page, perhaps of an expired login: export the orders again",
    b"<?xml": "XML: export it as CSV",
}
_KANA = re.compile("[\u3041-\u30ff]")
_NOT_JAPANESE = re.compile(f"[\ue000-\uf8ff{BROKEN}]")
_NOT_CONTROLS = bytes({*range(32, 256), *b"\0\t\n\v\f\r\x1a"})


class Encoding(NamedTuple):
    """The codec's name, and what the reader must be told about it (empty when all is plain)."""

    name: str
    warning: str = ""


def detect_encoding(path: Path) -> Encoding:
    """The encoding of a text file; raises `UnusableFile` for one that holds no text."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if not start.strip(codecs.BOM_UTF8 + b" \t\r\n"):
        raise UnusableFile("The file is empty.")
    if what := _other_file(start):
        raise UnusableFile(f"The file is {what}.")
    for mark, name in _MARKS:
        if start.startswith(mark):
            return Encoding(name)
    if b"\0" in start and not _is_text_with_zeros(start):
        return Encoding(_utf_16_without_mark(start))
    return _utf_8_or_windows(path)


def _other_file(start: bytes) -> str:
    """What the file is where it is no text of rows, by its first bytes; nothing of it is unpacked."""
    begin = start[:64].removeprefix(codecs.BOM_UTF8).lstrip()
    return next((what for sign, what in _OTHER_FILES.items() if begin.lower().startswith(sign.lower())), "")


def _is_text_with_zeros(start: bytes) -> bool:
    """Whether the zeros are strays in a text: few, and without the other signs that no text holds."""
    return start.count(0) * FEW <= len(start) and not start.translate(None, _NOT_CONTROLS)


def _utf_16_without_mark(start: bytes) -> str:
    """UTF-16 of mostly Latin text holds a zero in every other byte, and few elsewhere; any other zero is no text."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > len(start) // 4 and even * 10 <= odd:
        return "utf-16-le"
    if even > len(start) // 4 and odd * 10 <= even:
        return "utf-16-be"
    raise UnusableFile("The file holds no text: export the orders as CSV.")


def _utf_8_or_windows(path: Path) -> Encoding:
    """UTF-8 where the bytes say so; a few broken bytes among many good ones do not make it Windows-1252."""
    good = broken = 0
    for text in _decoded(path):
        if not text.isascii():
            broken += text.count(BROKEN)
            good += len(text) - len(text.encode("ascii", "ignore"))
    good -= broken
    if not broken:
        return Encoding("utf-8")
    if good > broken:
        return Encoding("utf-8", "The file is UTF-8 with broken characters: the rows that hold them are refused.")
    name, known_as = ("cp932", "Shift-JIS") if _is_japanese(path) else ("cp1252", "Windows-1252")
    warning = f"The file is not UTF-8; it was read as {known_as}. Look at the accents before you trust it."
    return Encoding(name, warning)


def _is_japanese(path: Path) -> bool:
    """Shift-JIS where its bytes hold kana and nothing else than its characters, but are not all Windows-1252's."""
    if not any(BROKEN in text for text in _decoded(path, "cp1252")):
        return False
    kana = 0
    for text in _decoded(path, "cp932"):
        if _NOT_JAPANESE.search(text):
            return False
        kana += len(_KANA.findall(text))
    return kana > 0


def _decoded(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)
