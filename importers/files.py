"""The files of ranges: rows that wait to be taken in, and rows that were refused, for their owner alone to read."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import IO
from uuid import UUID

import msgspec
from msgspec import Struct

from importers.faults import Problem, UnusableFile
from importers.reading.rows import Row
from importers.report import error_cells
from projections.settings import Settings
from projections.work.import_files import errors_path, folder_of, rows_path

ROWS = 9_000  # of a range, before it is cut where an order ends


class Staged(Struct, frozen=True, array_like=True):
    """The rows of one order as they wait to be taken in; `repeated`: its number stands elsewhere in the file too."""

    key: str
    rows: list[Row]
    repeated: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Staged)


class DiskFault(UnusableFile):
    """A file of an import cannot be written or read; nothing was done by halves, and it can be resumed."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"The import's files cannot be used: {error.strerror or type(error).__name__}. "
            "Make room in the folder of files (CARNET_FILES_DIR) and in that of temporary files, and resume the import."
        )


def made_folder(settings: Settings, import_id: UUID) -> Path:
    """The folder of one import's files, made where it is missing."""
    folder = folder_of(settings, import_id)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DiskFault(error) from None
    return folder


class RangeWriter:
    """Writes one range; it takes its name when it is complete and on disk. Without `write` it is only counted."""

    def __init__(self, folder: Path, number: int, *, write: bool = True) -> None:
        self.number = number
        self.rows = self.orders = self.bytes = 0
        self._path = rows_path(folder, number)
        self._partial = self._path.with_suffix(".partial")
        self._file = _private(self._partial, os.O_TRUNC) if write else None

    def add(self, staged: Staged) -> None:
        """Adds the rows of an order."""
        packed = _encoder.encode(staged)
        if self._file:
            self._file.write(len(packed).to_bytes(4, "big") + packed)
        self.rows += len(staged.rows)
        self.orders += 1
        self.bytes += len(packed) + 4

    def abandon(self) -> None:
        """Leaves off a range that cannot be written."""
        if self._file:
            with suppress(OSError):
                self._file.close()
            self._partial.unlink(missing_ok=True)

    def close(self) -> None:
        """Puts the range in its place."""
        if self._file:
            _on_disk(self._file)
            self._file.close()
            self._partial.replace(self._path)


def staged_from(folder: Path, number: int, offset: int) -> Iterator[tuple[int, Staged]]:
    """The orders of a range from a checkpoint on, each with the offset at which it ends."""
    with rows_path(folder, number).open("rb") as file:
        file.seek(offset)
        while size := file.read(4):
            length = int.from_bytes(size, "big")
            offset += 4 + length
            yield offset, _decoder.decode(file.read(length))


class RefusedRows:
    """The refused rows of one range. What was written beyond the last checkpoint is written again."""

    def __init__(self, folder: Path, number: int, widths: Sequence[int], delimiter: str) -> None:
        self._path = errors_path(folder, number)
        self._widths = widths
        self._delimiter = delimiter

    def write(self, checkpoint: int, refused: Sequence[tuple[Row, Sequence[Problem]]]) -> int:
        """Writes rows behind the checkpoint and waits for the disk; gives the file's size then."""
        if not refused:
            return checkpoint
        text = StringIO(newline="")
        writer = csv.writer(text, delimiter=self._delimiter)
        writer.writerows(error_cells(row, problems, self._widths) for row, problems in refused)
        encoded = text.getvalue().encode()
        with _private(self._path, 0) as file:
            file.truncate(checkpoint)
            file.seek(checkpoint)
            file.write(encoded)
            _on_disk(file)
        return checkpoint + len(encoded)


def _private(path: Path, flags: int) -> IO[bytes]:
    return open(os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o600), "r+b")


def _on_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
