"""Structured logs: one JSON object a line on standard error, ids but no personal data.

`action` is the code of what happened, which stays as it is from version to version, and `detail` the sentence for a
person. An error is told by `error` (its kind), `trace` (files and lines, innermost last) and the `ids` it carries,
never by its message. What a library says has the action `library.said`, and `library` names who said it.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from projections.faults import with_trace


def log_to_stderr(level: str) -> None:
    """Sets up logging for this process; lines of libraries take the same form."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=processors(),
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *processors()[-1:]]
    shared = [_name_library, *processors()[:-1]]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)
    for library in ("psycopg", "psycopg.pool"):  # they warn of what is tried again anyway
        logging.getLogger(library).setLevel(logging.ERROR)


def processors() -> list[Processor]:
    """What makes a line of a call; tests are set up with the same."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tell_error,
        structlog.processors.EventRenamer("detail"),
        structlog.processors.JSONRenderer(_as_json),
    ]


def _tell_error(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Says of an exception that is logged what may be told of it."""
    told = entry.pop("exc_info", None)
    if told is True:
        told = sys.exc_info()
    fault = told[1] if isinstance(told, tuple) else told
    if isinstance(fault, BaseException):
        entry.update(with_trace(fault))
    return entry


def _name_library(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Gives a library's line the code that all of those have."""
    entry.setdefault("action", "library.said")
    record = entry.get("_record")
    if record is not None:
        entry.setdefault("library", record.name)
    return entry


def _as_json(entry: Any, **_: Any) -> str:
    return msgspec.json.encode(entry, enc_hook=repr).decode()
