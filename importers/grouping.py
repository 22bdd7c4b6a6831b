"""The rows of each order brought together: as they follow each other, or from all over the file by sorting on disk."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from tempfile import TemporaryFile
from typing import IO

import msgspec
from msgspec import Struct

from importers.reading import UNREADABLE, Row

MOST_ROWS = 5_000  # of one order; more than any order may hold
RUN = 50_000  # rows sorted in memory at a time

Key = Callable[[Sequence[str]], str]
_Keyed = tuple[str, Row]

_decoder = msgspec.msgpack.Decoder(tuple[str, Row])


class Group(Struct, frozen=True):
    """The rows of one order under the number that they share, empty when it could not be read."""

    key: str
    rows: list[Row]


def in_sequence(rows: Iterable[Row], key: Key) -> Iterator[Group]:
    """Groups of rows that follow each other; a row without a number goes on with the order before it."""
    current, held = "", list[Row]()
    for row in rows:
        told = _key(row, key) or current
        if held and (told != current or len(held) >= MOST_ROWS):
            yield Group(current, held)
            held = []
        current = told
        held.append(row)
    if held:
        yield Group(current, held)


def scattered(rows: Iterable[Row], key: Key) -> Iterator[Group]:
    """Groups of rows from all over the file in the order of their numbers, each row a group where it has none."""
    with ExitStack() as stack:
        runs: list[Iterable[_Keyed]] = []
        buffer: list[_Keyed] = []
        for row in rows:
            told = _key(row, key)
            if not told:
                yield Group("", [row])
                continue
            buffer.append((told, row))
            if len(buffer) >= RUN:
                runs.append(_spill(sorted(buffer, key=_by_line), stack.enter_context(TemporaryFile())))
                buffer = []
        runs.append(sorted(buffer, key=_by_line))
        for told, keyed in groupby(heapq.merge(*runs, key=_by_line), key=itemgetter(0)):
            yield from _bounded(told, keyed)


def _key(row: Row, key: Key) -> str:
    return "" if row.problem and row.problem.code in UNREADABLE else key(row.cells)


def _by_line(keyed: _Keyed) -> tuple[str, int]:
    return keyed[0], keyed[1].line


def _bounded(told: str, keyed: Iterable[_Keyed]) -> Iterator[Group]:
    held: list[Row] = []
    for _, row in keyed:
        if len(held) >= MOST_ROWS:
            yield Group(told, held)
            held = []
        held.append(row)
    yield Group(told, held)


def _spill(run: Iterable[_Keyed], file: IO[bytes]) -> Iterator[_Keyed]:
    """Writes a sorted run to a nameless file, and reads it back one row at a time."""
    for keyed in run:
        packed = msgspec.msgpack.encode(keyed)
        file.write(len(packed).to_bytes(4, "big") + packed)
    file.seek(0)
    return _read_back(file)


def _read_back(file: IO[bytes]) -> Iterator[_Keyed]:
    while size := file.read(4):
        yield _decoder.decode(file.read(int.from_bytes(size, "big")))
