"""Cursors of lists: where the next page begins, as an opaque text that is parsed strictly."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from types import GenericAlias
from typing import Any

import msgspec

from api.positions import epoch_now, recent_epoch, require_epoch
from api.problems import Problem

LONGEST = 1000
LARGEST = 2**63


def write_cursor(sort: str, *keys: Any) -> str:
    """A cursor after the row with these sort keys in a list sorted so; it holds within the epoch of the log."""
    return cursor_in(recent_epoch().id, sort, *keys)


def read_cursor(text: str, sort: str, *types: Any) -> tuple[Any, ...]:
    """The sort keys in a cursor of a list sorted so; raises a 400 problem for anything else, 409 in another epoch."""
    form = GenericAlias(tuple, (str, str, *types))
    try:
        if len(text) > LONGEST or not text.isascii():
            raise ValueError
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        epoch, said, *keys = msgspec.json.decode(raw, type=form)
    except ValueError:
        raise _malformed() from None
    if said != sort or not all(_storable(key) for key in keys) or cursor_in(epoch, said, *keys) != text:
        raise _malformed()
    require_epoch(epoch, epoch_now())
    return tuple(keys)


def cursor_in(epoch: str, sort: str, *keys: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode((epoch, sort, *keys))).rstrip(b"=").decode()


def _storable(key: Any) -> bool:
    """Whether the database can hold it: bounded integers, text without NUL."""
    if isinstance(key, int):
        return -LARGEST <= key < LARGEST
    return "\0" not in key if isinstance(key, str) else True


def _malformed() -> Problem:
    detail = "This cursor was not made by this list; start again without one."
    return Problem(
        400, "malformed-cursor", detail, errors=[{"parameter": "cursor", "code": "malformed-cursor", "detail": detail}]
    )
