"""The rows of each order brought together: as they follow each other, or from all over the file by sorting on disk."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from tempfile import TemporaryFile
from typing import IO

import msgspec
from msgspec import Struct

from importers.reading.rows import FILE, UNREADABLE, Row

MOST_ROWS = 5_000  # of one order; more than any order may hold
RUN = 50_000  # rows sorted in memory at a time

Key = Callable[[Sequence[str]], str]
Heads = Callable[[Sequence[str]], bool]
"""Whether a row's cells tell of the order as a whole, and not only of a line of it."""

_Keyed = tuple[str, int, Row]  # an order's number, the piece or kind that tells of it, the row

_decoder = msgspec.msgpack.Decoder(tuple[str, int, Row])


class Group(Struct, frozen=True):
    """The rows of one order under the number that they share, empty when it could not be read.

    `apart`: its rows lie in several places of a file, and nobody knows whether they are one order or one told twice.
    """

    key: str
    rows: list[Row]
    apart: bool = False


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
    for told, keyed in _gathered((_key(row, key), 0, row) for row in rows):
        yield Group(told, [row for _, _, row in keyed])


def joined(rows: Iterable[Row], keys: Sequence[Key]) -> Iterator[Group]:
    """Groups of rows from files that belong together, those of each kind by the number that its columns tell.

    A row that another file repeats is a group of its own, behind that of its order.
    """
    for told, keyed in _gathered((_key(row, keys[row.kind]), row.kind, row) for row in rows):
        kept, again = _without_repeated([row for _, _, row in keyed])
        yield Group(told, kept)
        if again:
            yield Group(told, again)


def numbers_apart(rows: Iterable[Row], key: Key) -> frozenset[int]:
    """The hashes of the numbers whose rows lie in several places of a file, with rows of other orders between."""
    seen: set[int] = set()  # hashes: the numbers themselves would fill the memory
    apart: set[int] = set()
    current = ""
    for row in rows:
        number = _key(row, key) or current
        if number != current:
            (apart if hash(number) in seen else seen).add(hash(number))
            current = number
    return frozenset(apart)


def regathered(groups: Iterable[Group], apart: frozenset[int], heads: Heads | None) -> Iterator[Group]:
    """The groups in their order, but those of these numbers last, all rows of each in one group.

    They are one order where `heads` proves it: one row alone tells of the order as a whole, and no row is repeated.
    """
    if not apart:
        yield from groups
        return
    with TemporaryFile() as file:
        yield from _set_aside(groups, apart, file)
        file.seek(0)
        for number, keyed in _gathered(_read_back(file)):
            rows = [row for _, _, row in keyed]
            heading = [row for row in rows if heads and heads(row.cells)]
            if len(heading) == 1 and max(_said(rows).values()) == 1:
                rows.sort(key=lambda row: row is not heading[0])
                yield Group(number, rows)
            else:
                yield Group(number, rows, apart=True)


def _set_aside(groups: Iterable[Group], apart: frozenset[int], file: IO[bytes]) -> Iterator[Group]:
    """Writes the groups of these numbers to a file, and gives the others."""
    for group in groups:
        if group.key and hash(group.key) in apart:
            for row in group.rows:
                _write(file, (group.key, 0, row))
        else:
            yield group


def merged(groups: Iterable[Group]) -> Iterator[Group]:
    """The groups that the pieces of one export gave, those of one order brought together whatever the pieces' order.

    A piece that a fuller piece of another file holds already stays a group of its own.
    """
    numbered = ((group.key, number, row) for number, group in enumerate(groups) for row in group.rows)
    for told, keyed in _gathered(numbered):
        pieces = [[row for _, _, row in piece] for _, piece in groupby(keyed, key=itemgetter(1))]
        files = Counter(rows[0].line // FILE for rows in pieces)
        if told and max(files.values()) > 1:
            yield Group(told, [row for rows in pieces for row in rows], apart=True)
            continue
        whole, again = _fitted(pieces) if told else (pieces[0], [])
        yield Group(told, whole)
        for rows in again:
            yield Group(told, rows)


def _fitted(pieces: list[list[Row]]) -> tuple[list[Row], list[list[Row]]]:
    """The pieces of one order as one, that which tells most of it first, and those that only repeat it."""
    pieces.sort(key=lambda rows: (-sum(map(bool, rows[0].cells)), [row.cells for row in rows]))
    whole: list[Row] = []
    again: list[list[Row]] = []
    for rows in pieces:
        if _said(rows) <= _said(whole):
            again.append(rows)
        else:
            whole += rows
    return whole, again


def _said(rows: Iterable[Row]) -> Counter[str]:
    return Counter("\x1f".join(row.cells) for row in rows)


def _without_repeated(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """The rows, and beside them those that say the same as one of another file."""
    first: dict[tuple[int, str], int] = {}
    kept: list[Row] = []
    again: list[Row] = []
    for row in rows:
        file = row.line // FILE
        known = first.setdefault((row.kind, "\x1f".join(row.cells)), file)
        (kept if known == file else again).append(row)
    return kept, again


def _gathered(keyed: Iterable[_Keyed]) -> Iterator[tuple[str, list[_Keyed]]]:
    """Rows of the same number together, in the order of numbers; each row without one by itself, as it comes."""
    with ExitStack() as stack:
        runs: list[Iterable[_Keyed]] = []
        buffer: list[_Keyed] = []
        for one in keyed:
            if not one[0]:
                yield "", [one]
                continue
            buffer.append(one)
            if len(buffer) >= RUN:
                runs.append(_spill(sorted(buffer, key=_by_place), stack.enter_context(TemporaryFile())))
                buffer = []
        runs.append(sorted(buffer, key=_by_place))
        for told, rows in groupby(heapq.merge(*runs, key=_by_place), key=itemgetter(0)):
            yield from _bounded(told, rows)


def _key(row: Row, key: Key) -> str:
    return "" if row.problem and row.problem.code in UNREADABLE else key(row.cells)


def _by_place(keyed: _Keyed) -> tuple[str, int, int]:
    return keyed[0], keyed[1], keyed[2].line


def _bounded(told: str, keyed: Iterable[_Keyed]) -> Iterator[tuple[str, list[_Keyed]]]:
    held: list[_Keyed] = []
    for one in keyed:
        if len(held) >= MOST_ROWS:
            yield told, held
            held = []
        held.append(one)
    yield told, held


def _spill(run: Iterable[_Keyed], file: IO[bytes]) -> Iterator[_Keyed]:
    """Writes a sorted run to a nameless file, and reads it back one row at a time."""
    for keyed in run:
        _write(file, keyed)
    file.seek(0)
    return _read_back(file)


def _write(file: IO[bytes], keyed: _Keyed) -> None:
    packed = msgspec.msgpack.encode(keyed)
    file.write(len(packed).to_bytes(4, "big") + packed)


def _read_back(file: IO[bytes]) -> Iterator[_Keyed]:
    while size := file.read(4):
        yield _decoder.decode(file.read(int.from_bytes(size, "big")))
