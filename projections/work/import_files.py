"""The files of imports: where they are, who deletes them, and the refused rows as one file. They hold personal data."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from projections.settings import Settings
from projections.work.imports import Range

CHUNK = 1 << 16
FIRST_ADDED = "error_row"  # of the columns that tell what is wrong; each line in their cells is a fault


class RowFault(NamedTuple):
    """What is wrong with a refused row: the column at fault (empty: the whole row), why, and a way out."""

    column: str
    code: str
    message: str
    fix: str


class RefusedRow(NamedTuple):
    """Where a refused row stands, and all that is wrong with it."""

    row: str
    faults: tuple[RowFault, ...]


def folder_of(settings: Settings, import_id: UUID) -> Path:
    """The folder of one import's files."""
    return settings.files / "imports" / str(import_id)


def delete_folder(settings: Settings, import_id: UUID) -> None:
    """Deletes all files of an import."""
    shutil.rmtree(folder_of(settings, import_id), ignore_errors=True)


def delete_rows(folder: Path) -> None:
    """Deletes the upload and the ranges; the refused rows stay to be fetched."""
    for path in (*folder.glob("upload-*"), *folder.glob("*.rows")):
        path.unlink(missing_ok=True)


def rows_path(folder: Path, number: int) -> Path:
    """The file of a range's rows."""
    return folder / f"{number:06d}.rows"


def errors_path(folder: Path, number: int) -> Path:
    """The file of a range's refused rows."""
    return folder / f"{number:06d}.errors"


def error_header(header: Sequence[str], delimiter: str) -> bytes:
    """The first line of an error report, in UTF-8 that spreadsheets recognise."""
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerow(header)
    return text.getvalue().encode("utf-8-sig")


def error_report(folder: Path, header: Sequence[str], delimiter: str, ranges: Sequence[Range]) -> Iterator[bytes]:
    """The refused rows of all ranges up to their checkpoints, as one file to correct and load again."""
    yield error_header(header, delimiter)
    for one in ranges:
        if not one.error_bytes:
            continue
        left = one.error_bytes
        with errors_path(folder, one.number).open("rb") as file:
            while left and (chunk := file.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk


def first_refused(
    folder: Path, header: Sequence[str], delimiter: str, ranges: Sequence[Range], most: int
) -> list[RefusedRow]:
    """What is wrong with the first of the refused rows, without their cells; nothing once the files are deleted."""
    if FIRST_ADDED not in header:
        return []
    at = list(header).index(FIRST_ADDED)
    found: list[RefusedRow] = []
    for one in ranges:
        path = errors_path(folder, one.number)
        if len(found) >= most or not one.error_bytes or not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for cells in islice(csv.reader(file, delimiter=delimiter), most - len(found)):
                texts = [cell.split("\n") for cell in cells[at + 1 : at + 5]]
                found.append(RefusedRow(cells[at], tuple(RowFault(*told) for told in zip(*texts, strict=True))))
    return found
