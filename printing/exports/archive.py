"""Several tables as one ZIP archive of CSV files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from printing.exports.delimited import WITH_MARK, delimited
from projections.exports import Chunk, Column

AT_ONCE = 1 << 20

Tables = Mapping[str, Sequence[Column]]


def archive(tables: Tables, chunks: Iterable[Mapping[str, Chunk]], to: IO[bytes]) -> dict[str, int]:
    """Writes the archive: for each table its columns, and of each chunk its rows; gives how many rows each has.

    The rows of all wait on disk until the last is read, and take little memory.
    """
    counts = dict.fromkeys(tables, 0)
    write = delimited(WITH_MARK)
    with ExitStack() as stack:
        files = {name: stack.enter_context(TemporaryFile()) for name in tables}
        for name, columns in tables.items():
            files[name].writelines(write(columns, ()))
        for chunk in chunks:
            for name, values in chunk.items():
                if values:
                    counts[name] += len(values[0])
                    files[name].writelines(_rows(write(tables[name], [values])))
        with ZipFile(to, "w", ZIP_DEFLATED) as packed:
            for name, file in files.items():
                file.seek(0)
                with packed.open(f"{name}.csv", "w", force_zip64=True) as part:
                    while data := file.read(AT_ONCE):
                        part.write(data)
    return counts


def _rows(written: Iterator[bytes]) -> Iterator[bytes]:
    """What was written without the header."""
    next(written)
    return written
