"""Events as files for data teams: JSON lines as the feed has them, or Parquet with what most ask for in columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import IO, Any, NamedTuple, Protocol

import msgspec

from domain.events import Event

_encoder = msgspec.json.Encoder()


class ExtraMissing(Exception):
    """What writes Parquet is not installed."""


class Numbered(Protocol):
    """An event with its position, and when it was recorded."""

    @property
    def position(self) -> int: ...
    @property
    def event(self) -> Event: ...
    @property
    def recorded_at(self) -> datetime: ...


class EventWriter(Protocol):
    """Writes events into one file, some at a time."""

    def write(self, recorded: Sequence[Numbered]) -> None: ...
    def close(self) -> None: ...


class EventLines:
    """One event a line, as `GET /events` has it."""

    def __init__(self, file: IO[bytes], epoch: str) -> None:
        """`epoch` is told once for all files, in the manifest beside them."""
        self._file = file

    def write(self, recorded: Sequence[Numbered]) -> None:
        """Adds events."""
        self._file.write(_encoder.encode_lines([_line(one) for one in recorded]))

    def close(self) -> None:
        """Ends the file, which needs no end of its own."""


class EventParquet:
    """A row an event; `event` is the whole of it as JSON, the other columns are what it is looked up by.

    The epoch of its positions stands in the file's metadata, as `carnet.epoch`.
    """

    def __init__(self, file: IO[bytes], epoch: str) -> None:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise ExtraMissing('Parquet needs an extra: pip install "carnet[parquet]".') from None
        text, instant = pyarrow.string(), pyarrow.timestamp("us", tz="UTC")
        kinds = {int: pyarrow.int64(), str: text, object: instant}
        columns = [(name, kinds[kind]) for name, (kind, _) in COLUMNS.items()]
        self._schema = pyarrow.schema(columns, metadata={"carnet.epoch": epoch})
        self._table = pyarrow.Table.from_pydict
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, recorded: Sequence[Numbered]) -> None:
        """Adds events, as a row group."""
        values = {name: [value(one) for one in recorded] for name, (_, value) in COLUMNS.items()}
        self._writer.write_table(self._table(values, schema=self._schema))

    def close(self) -> None:
        """Writes the end of the file, without which it cannot be read."""
        self._writer.close()


def _line(recorded: Numbered) -> dict[str, object]:
    return {
        "position": recorded.position,
        "topic": recorded.event.TOPIC,
        "occurred_at": recorded.event.timestamp,
        "recorded_at": recorded.recorded_at.astimezone(UTC),
        "event": recorded.event,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


# The columns of Parquet: integers, text, or (object) instants. `timestamp` is `occurred_at` under the name of the JSON.
COLUMNS: Mapping[str, tuple[type, Callable[[Any], Any]]] = {
    "position": (int, lambda one: one.position),
    "topic": (str, lambda one: one.event.TOPIC),
    "form": (int, lambda one: one.event.VERSION),
    "originator_id": (str, lambda one: str(one.event.originator_id)),
    "originator_version": (int, lambda one: one.event.originator_version),
    "timestamp": (object, lambda one: one.event.timestamp),
    "occurred_at": (object, lambda one: one.event.timestamp),
    "recorded_at": (object, lambda one: one.recorded_at),
    "event_id": (str, lambda one: str(one.event.metadata.event_id)),
    "actor": (str, lambda one: one.event.metadata.actor),
    "cause": (str, lambda one: str(one.event.metadata.cause)),
    "reason": (str, lambda one: one.event.metadata.reason),
    "import_id": (str, lambda one: _text(one.event.metadata.import_id)),
    "subject": (str, lambda one: _text(one.event.metadata.subject)),
    "event": (str, lambda one: _encoder.encode(one.event).decode()),
}


class EventFormat(NamedTuple):
    """How a file's name ends, and what writes it."""

    ending: str
    writer: Callable[[IO[bytes], str], EventWriter]


EVENT_FORMATS: Mapping[str, EventFormat] = {
    "jsonl": EventFormat("jsonl", EventLines),
    "parquet": EventFormat("parquet", EventParquet),
}
