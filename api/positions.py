"""Positions as others see them: each is of an epoch, and means other events in another one."""

from __future__ import annotations

import re
from datetime import UTC
from typing import cast
from uuid import UUID

from flask import current_app, request

from api.bodies import malformed
from api.current import itself
from api.headers import add_header
from api.problems import Problem
from projections.log import Epoch, EventLog
from projections.runtime import Runtime

POSITION, LEAST = "X-Position", "X-Min-Position"
_ASKED = re.compile(r'(\d{1,18})(?:[ \t]*;[ \t]*epoch="([0-9A-Za-z-]{1,64})")?')


def tell_position(position: int, incarnation: UUID | None = None) -> None:
    """Tells with the answer from which position on views show what was done, and its epoch.

    It is an RFC 8941 integer and its parameter.
    """
    add_header(itself(request), POSITION, f'{position};epoch="{_log().epoch(incarnation).id}"')


def least_position() -> int:
    """The position that X-Min-Position asks for; 0 where it is not sent. Refuses one of another epoch."""
    text = request.headers.get(LEAST, "0")
    asked = _ASKED.fullmatch(text) if text.isascii() else None
    if asked is None:
        raise malformed('X-Min-Position is a position as X-Position gave it, such as 11;epoch="5f3a0c9d27b14e86".')
    if asked[2]:
        require_epoch(asked[2], epoch_now())
    return int(asked[1])


def epoch_now() -> Epoch:
    """The epoch that lasts, looked up anew."""
    return _log().epoch(_log().look())


def recent_epoch() -> Epoch:
    """The epoch as far as this process has seen: what is told under an older one is refused when it comes back."""
    return _log().epoch()


def require_epoch(asked: str, current: Epoch) -> None:
    """Refuses what was told in another epoch: 409, with the last position that both have in common."""
    if asked == current.id:
        return
    common = _log().common_position(asked)
    if common is None:
        advice = "It is not known here: forget what came of it, and read from the beginning."
    else:
        advice = f"Positions up to {common} are the same in both: forget what came after that one, and read on from it."
    began = f"{current.began_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    detail = f"This is of epoch {asked}; since {began} the log is in epoch {current.id}."
    raise Problem(409, "epoch-changed", f"{detail} {advice}", details={"epoch": current.id, "common_position": common})


def _log() -> EventLog:
    return cast("Runtime", current_app.extensions["carnet"]).log
