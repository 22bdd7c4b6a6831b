"""Events as files for data teams: JSON lines as the feed has them, or Parquet with what most ask for in columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, NamedTuple, Protocol

from printing.exports.event_columns import COLUMNS, PRECISION, SCALE, Kind
from projections.published import PublishedEvent, encoded_lines


class ExtraMissing(Exception):
    """What writes Parquet is not installed."""


class EventWriter(Protocol):
    """Writes events into one file, some at a time."""

    def write(self, events: Sequence[PublishedEvent]) -> None: ...
    def close(self) -> None: ...


class EventLines:
    """One event a line, as `GET /events` has it."""

    def __init__(self, file: IO[bytes], epoch: str) -> None:
        """`epoch` is told once for all files, in the manifest beside them."""
        self._file = file

    def write(self, events: Sequence[PublishedEvent]) -> None:
        """Adds events."""
        self._file.write(encoded_lines(events))

    def close(self) -> None:
        """Ends the file, which needs no end of its own."""


class EventParquet:
    """A row an event; `event` is the whole of it as JSON, other columns are typed: ids as UUID, amounts as decimals.

    The epoch of its positions stands in the file's metadata, as `carnet.epoch`.
    """

    def __init__(self, file: IO[bytes], epoch: str) -> None:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise ExtraMissing('Parquet needs an extra: pip install "carnet[parquet]".') from None
        self._arrow: Any = pyarrow
        kinds = _kinds(pyarrow)
        columns = [(name, kinds[column.kind]) for name, column in COLUMNS.items()]
        self._schema = pyarrow.schema(columns, metadata={"carnet.epoch": epoch})
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, events: Sequence[PublishedEvent]) -> None:
        """Adds events, as a row group."""
        arrays = [self._array(column.kind, [column.value(one) for one in events]) for column in COLUMNS.values()]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        """Writes the end of the file, without which it cannot be read."""
        self._writer.close()

    def _array(self, kind: Kind, values: list[Any]) -> Any:
        if kind != "id":
            return self._arrow.array(values, type=_kinds(self._arrow)[kind])
        stored = self._arrow.array([value and value.bytes for value in values], type=self._arrow.binary(16))
        return self._arrow.ExtensionArray.from_storage(self._arrow.uuid(), stored)


def _kinds(arrow: Any) -> Mapping[Kind, Any]:
    """The type of each kind of column."""
    text, amount = arrow.string(), arrow.decimal128(PRECISION, SCALE)
    line = [
        ("item", text), ("quantity", arrow.int64()), ("amount", amount), ("worth", amount), ("condition", text),
        ("restock", arrow.bool_()),
    ]  # fmt: skip
    return {
        "whole": arrow.int64(),
        "text": text,
        "instant": arrow.timestamp("us", tz="UTC"),
        "id": arrow.uuid(),
        "amount": amount,
        "texts": arrow.list_(text),
        "lines": arrow.list_(arrow.struct(line)),
    }


class EventFormat(NamedTuple):
    """How a file's name ends, what writes it, and whether files stand in a folder for each day of recording."""

    ending: str
    writer: Callable[[IO[bytes], str], EventWriter]
    by_day: bool = False


EVENT_FORMATS: Mapping[str, EventFormat] = {
    "jsonl": EventFormat("jsonl", EventLines),
    "parquet": EventFormat("parquet", EventParquet, by_day=True),
}
