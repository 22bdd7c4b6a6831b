"""What may be told of an error: its kind, the ids it carries and where it came about, never its message.

A message may quote what a person typed. Files and lines, with the ids, lead to the cause all the same.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from traceback import FrameSummary
from typing import Any
from uuid import UUID

import psycopg

MOST_FRAMES = 40  # of one error; an endless recursion is told by its innermost calls
MOST_CAUSES = 10


class TellsNoPerson(Exception):
    """An error whose message is of our own making throughout, positions and the like: it may be told as it is."""


def name_of(fault: BaseException) -> str:
    """What kind of error it was; its message may quote a person's data and is left out where it might."""
    if isinstance(fault, TellsNoPerson):
        return str(fault)
    state = f" {fault.sqlstate}" if isinstance(fault, psycopg.Error) and fault.sqlstate else ""
    return type(fault).__name__ + state


def trace_of(fault: BaseException) -> str:
    """Where it went wrong, innermost last: files and lines of source, no values."""
    lines = []
    for frame in traceback.extract_tb(fault.__traceback__):
        lines.append(f"{_place(frame)}: {frame.line}")
    lines.append(name_of(fault))
    cause = fault.__cause__
    return "\n".join(([trace_of(cause), "which led to"] if cause else []) + lines)


def with_trace(fault: BaseException) -> dict[str, Any]:
    """What a line of log says of an error: `error` (its kind), `trace` (files and lines, that of its cause first,
    innermost last), and `ids` where it carries any.
    """
    told: dict[str, Any] = {"error": name_of(fault), "trace": list(_steps(fault))}
    if ids := _ids(fault):
        told["ids"] = ids
    return told


def _steps(fault: BaseException) -> Iterator[str]:
    chain = [fault]
    while len(chain) < MOST_CAUSES and (cause := _cause(chain[-1])) is not None and cause not in chain:
        chain.append(cause)
    for one in reversed(chain):
        stack = traceback.StackSummary.extract(traceback.walk_tb(one.__traceback__), lookup_lines=False)
        yield from map(_place, stack[-MOST_FRAMES:])
        if one is not fault:
            yield f"{name_of(one)} led to"


def _cause(fault: BaseException) -> BaseException | None:
    """The error that this one came of, also where it was hidden from a reader by `from None`."""
    return fault.__cause__ or fault.__context__


def _place(frame: FrameSummary) -> str:
    return f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} in {frame.name}"


def _ids(fault: BaseException) -> dict[str, str]:
    """The ids among its details."""
    details = getattr(fault, "details", None)
    known = {**details, **vars(fault)} if isinstance(details, dict) else vars(fault)
    return {name: str(value) for name, value in known.items() if isinstance(value, UUID)}
