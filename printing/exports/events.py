"""Events as files for data teams: JSON lines as the feed has them, or Parquet with what most ask for in columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, NamedTuple, Protocol

import msgspec

from domain.events import Event

_encoder = msgspec.json.Encoder()


class ExtraMissing(Exception):
    """What writes Parquet is not installed."""


class Numbered(Protocol):
    """An event with its position."""

    @property
    def position(self) -> int: ...
    @property
    def event(self) -> Event: ...


class EventWriter(Protocol):
    """Writes events into one file, some at a time."""

    def write(self, recorded: Sequence[Numbered]) -> None: ...
    def close(self) -> None: ...


class EventLines:
    """One event a line, as `GET /events` has it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, recorded: Sequence[Numbered]) -> None:
        """Adds events."""
        lines = [{"position": one.position, "topic": one.event.TOPIC, "event": one.event} for one in recorded]
        self._file.write(_encoder.encode_lines(lines))

    def close(self) -> None:
        """Ends the file, which needs no end of its own."""


class EventParquet:
    """A row an event; `event` is the whole of it as JSON, the other columns are what it is looked up by."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise ExtraMissing('Parquet needs an extra: pip install "carnet[parquet]".') from None
        text, instant = pyarrow.string(), pyarrow.timestamp("us", tz="UTC")
        kinds = {int: pyarrow.int64(), str: text, object: instant}
        self._schema = pyarrow.schema([(name, kinds[kind]) for name, (kind, _) in COLUMNS.items()])
        self._table = pyarrow.Table.from_pydict
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, recorded: Sequence[Numbered]) -> None:
        """Adds events, as a row group."""
        values = {name: [value(one) for one in recorded] for name, (_, value) in COLUMNS.items()}
        self._writer.write_table(self._table(values, schema=self._schema))

    def close(self) -> None:
        """Writes the end of the file, without which it cannot be read."""
        self._writer.close()


def _text(value: object) -> str | None:
    return None if value is None else str(value)


# The columns of Parquet: integers, text, or (object) instants.
COLUMNS: Mapping[str, tuple[type, Callable[[Any], Any]]] = {
    "position": (int, lambda one: one.position),
    "topic": (str, lambda one: one.event.TOPIC),
    "form": (int, lambda one: one.event.VERSION),
    "originator_id": (str, lambda one: str(one.event.originator_id)),
    "originator_version": (int, lambda one: one.event.originator_version),
    "timestamp": (object, lambda one: one.event.timestamp),
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
    writer: Callable[[IO[bytes]], EventWriter]


EVENT_FORMATS: Mapping[str, EventFormat] = {
    "jsonl": EventFormat("jsonl", EventLines),
    "parquet": EventFormat("parquet", EventParquet),
}
