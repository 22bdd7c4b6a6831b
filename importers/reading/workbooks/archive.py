"""The parts of a workbook, which is a ZIP archive of XML: opened within bounds, parsed without entities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate  # allowed parser: document types, so entities, are refused
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

from importers.faults import UnusableFile

MOST_PARTS = 5_000
LARGEST_PART = 1 << 29  # bytes, unpacked
LARGEST = 1 << 31  # bytes of all parts together, unpacked
CHUNK = 1 << 16

Attributes = dict[str, str]
Started = Callable[[str, Attributes], None]
Ended = Callable[[str], None]
Read = Callable[[str], None]


class Archive:
    """The open archive; raises `UnusableFile` for what is broken or too large."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = ZipFile(path)
        except BadZipFile:
            raise UnusableFile("The workbook is broken: open it, and save it again.") from None
        self._sizes = {info.filename: info.file_size for info in self._zip.infolist()}
        if len(self._sizes) > MOST_PARTS:
            raise UnusableFile(f"The workbook has {len(self._sizes)} parts; at most {MOST_PARTS} are read.")
        if sum(self._sizes.values()) > LARGEST:
            raise UnusableFile(f"The workbook unpacks to more than {LARGEST >> 20} MB: divide it.")

    def has(self, part: str) -> bool:
        """Whether the archive has a part of that name."""
        return part in self._sizes

    def named(self, *endings: str) -> list[str]:
        """The parts whose names end so, but for those that a system adds of its own."""
        found = (name for name in self._sizes if name.lower().endswith(endings))
        return [
            name for name in found if not name.startswith("__MACOSX/") and not name.rpartition("/")[2].startswith(".")
        ]

    def close(self) -> None:
        """Closes the archive."""
        self._zip.close()

    def chunks(self, part: str) -> Iterator[bytes]:
        """What a part holds, unpacked piece by piece."""
        if self._sizes.get(part, 0) > LARGEST_PART:
            raise UnusableFile(f"The workbook's part {part} is larger than {LARGEST_PART >> 20} MB: save it as CSV.")
        try:
            with self._zip.open(part) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except (BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError, KeyError):
            raise UnusableFile("The workbook is broken or protected: open it, and save it again.") from None


class XmlReader:
    """Reads a part's XML, telling elements by their names without a namespace."""

    def __init__(self, started: Started, ended: Ended, read: Read) -> None:
        parser = ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: started(local(name), attributes)
        parser.EndElementHandler = lambda name: ended(local(name))
        parser.CharacterDataHandler = read
        parser.StartDoctypeDeclHandler = _refuse
        self._parser = parser

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Reads on; raises `UnusableFile` for what is no XML."""
        try:
            self._parser.Parse(chunk, last)
        except ExpatError:
            raise UnusableFile("The workbook is broken: open it, and save it again.") from None


def parsed(archive: Archive, part: str, started: Started, ended: Ended, read: Read) -> None:
    """Reads a whole part."""
    reader = XmlReader(started, ended, read)
    for chunk in archive.chunks(part):
        reader.feed(chunk)
    reader.feed(b"", last=True)


def local(name: str) -> str:
    """An element's or attribute's name without its namespace."""
    return name.rpartition("}")[2]


def named(attributes: Attributes) -> Attributes:
    """Attributes by their names without a namespace."""
    return {local(name): value for name, value in attributes.items()}


def _refuse(*_: object) -> None:
    raise UnusableFile("The workbook declares a document type, which no spreadsheet does: it is not read.")
