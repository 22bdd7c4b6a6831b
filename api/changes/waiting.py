"""What desks that wait for changes are told: many at once, from one look at the log, each caller looked at again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import msgspec
import psycopg
import structlog
from flask import Flask, current_app
from psycopg_pool import PoolTimeout

from api.access import Caller, recognize
from api.limits import EXTENSION as LIMITS
from api.limits import Limits, limit_headers
from api.metrics import Metrics
from api.parking import ParkedAnswer, Question
from api.transfer import LEAST, compressed
from projections.access.credentials import Credentials
from projections.engine.freshness import TooFarBehind
from projections.engine.tables import Connection
from projections.faults import with_trace
from projections.runtime import Runtime
from projections.views.orders.changed import changed_orders

EXTENSION = "carnet.changes"
PERMISSION = "orders:read"
ROUTE = "/api/v1/changes"

log = structlog.get_logger()


class Now(NamedTuple):
    """How far the list is, and in which epoch."""

    epoch: str
    position: int


def changes_since(connection: Connection, now: Now, after: int, epoch: str | None) -> dict[str, Any]:
    """The answer: what changed between a position, of an epoch, and now."""
    is_other = after > now.position or epoch not in (None, now.epoch)
    found = None if is_other else changed_orders(connection, after, now.position)
    orders = [{"id": str(one.id), "version": one.version} for one in found or ()]
    return {"position": now.position, "epoch": now.epoch, "orders": orders, "resync": found is None}


class Desks:
    """The desks that wait at an application, as the server that parked them has them told."""

    def __init__(self, app: Flask, runtime: Runtime) -> None:
        self._app = app
        self._runtime = runtime

    def told(self, questions: Sequence[Question]) -> list[ParkedAnswer | None]:
        """An answer for each question; None where the whole API has to say what is wrong."""
        began = time.perf_counter()
        try:
            answers = self._answers(questions)
        except (psycopg.Error, PoolTimeout, TooFarBehind):
            return [None] * len(questions)
        except Exception as fault:
            log.error("desks could not be told", action="changes.failed", **with_trace(fault))
            return [None] * len(questions)
        seconds, given = time.perf_counter() - began, sum(answer is not None for answer in answers)
        metrics = cast("Metrics", self._app.extensions["carnet.metrics"])
        for _ in range(given):
            metrics.count("GET", ROUTE, 200, seconds)
        ms = round(seconds * 1000, 1)
        log.info("desks told", action="changes.told", route=ROUTE, count=given, of=len(questions), ms=ms)
        return answers

    def _answers(self, questions: Sequence[Question]) -> list[ParkedAnswer | None]:
        events = self._runtime.log
        now = Now(events.epoch(events.look()).id, self._runtime.views.position("orders"))
        callers: dict[tuple[str | None, str | None], Caller | None] = {}
        bodies: dict[tuple[int, str | None], _Body] = {}
        with self._runtime.reading() as connection:
            for one in questions:
                asked = one.after, one.epoch
                if asked not in bodies:
                    bodies[asked] = _Body(msgspec.json.encode(changes_since(connection, now, *asked)))
        known = cast("Credentials", self._app.extensions["carnet.credentials"])
        for one in questions:
            who = one.authorization, one.session
            if who not in callers:
                callers[who] = recognize(known, *who)
        return [
            self._answer(one, callers[one.authorization, one.session], bodies[one.after, one.epoch])
            for one in questions
        ]

    def _answer(self, question: Question, caller: Caller | None, body: _Body) -> ParkedAnswer | None:
        if caller is None or caller.temporary or PERMISSION not in caller.permissions:
            return None
        limits = cast("Limits", self._app.extensions[LIMITS])
        found = limits.of_address(question.address), limits.of_caller(caller.maker.token or caller.operator_id)
        standings = [one for one in found if one]
        if any(one.wait for one in standings):
            return None
        return body.told(limit_headers(standings), packed=question.gzip)


class _Body:
    """An answer's body, compressed once for all who take it so."""

    def __init__(self, plain: bytes) -> None:
        self._plain = plain
        self._packed: bytes | None = None

    def told(self, headers: dict[str, str], *, packed: bool) -> ParkedAnswer:
        if not packed or len(self._plain) < LEAST:
            return ParkedAnswer(self._plain, headers)
        self._packed = self._packed or compressed(self._plain)
        return ParkedAnswer(self._packed, {**headers, "Content-Encoding": "gzip"})


def desks() -> Desks:
    """The waiting desks of this application."""
    return cast("Desks", current_app.extensions[EXTENSION])
