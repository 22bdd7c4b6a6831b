"""How many requests an address, and a token or an operator, may send; what is left is told with every answer."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import NamedTuple, cast
from uuid import UUID

from flask import Response, current_app, g, request

from api.current import itself
from api.headers import add_header
from api.origins import is_this_machine, origin
from api.problems import Problem
from projections.settings import Settings

EXTENSION = "carnet.limits"
WINDOW = 60.0  # seconds
ROUNDING = 1e-6
MOST = 10_000  # callers whose requests are counted at one time, some 2 MB


class QuotaState(NamedTuple):
    """Where a caller stands with a limit: what is left of its quota, and seconds until all of it, or a request, is."""

    name: str
    quota: int
    remaining: int
    restored: float
    wait: float


class Limit:
    """A quota of requests in each minute, which comes back evenly: a bucket of tokens for each caller.

    Each server process counts for itself and gives the whole quota: nothing is shared, so that counting costs
    microseconds. A client with one connection meets one process and one quota; one whose connections the kernel spreads
    over n processes may get up to n quotas. Of callers beyond MOST those unheard of for longest are forgotten, which
    gives them their quota anew.
    """

    def __init__(self, name: str, quota: int, *, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        """`quota` of 0 is no limit."""
        self.name = name
        self.quota = quota
        self._most = most
        self._clock = clock
        self._each = WINDOW / quota if quota else 0.0
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when each bucket is full again
        self._lock = Lock()

    def take(self, caller: str) -> QuotaState:
        """Counts a request; it is refused where the standing tells to wait."""
        now = self._clock()
        with self._lock:
            full_at = max(self._full_at.get(caller, now), now)
            wait = max(0.0, full_at + self._each - WINDOW - now - ROUNDING)
            if not wait:
                full_at += self._each
            self._full_at[caller] = full_at
            self._full_at.move_to_end(caller)
            if len(self._full_at) > self._most:
                self._full_at.popitem(last=False)
        used = full_at - now
        remaining = max(0, math.floor((WINDOW - used) / self._each + ROUNDING))
        return QuotaState(self.name, self.quota, remaining, used, wait)


class Limits:
    """The limits of an application."""

    def __init__(self, settings: Settings) -> None:
        self._address = Limit("address", settings.address_requests)
        self._caller = Limit("caller", settings.caller_requests)

    def of_address(self, address: str | None) -> QuotaState | None:
        """Counts a request from an address; this machine itself has no limit."""
        if not self._address.quota or is_this_machine(address):
            return None
        return self._address.take(origin(address))

    def of_caller(self, identifier: UUID | None) -> QuotaState | None:
        """Counts a request of a token or an operator."""
        return self._caller.take(str(identifier)) if self._caller.quota else None


def limits() -> Limits:
    """The limits of this application."""
    return cast("Limits", current_app.extensions[EXTENSION])


def limit_address(address: str | None) -> None:
    """Refuses a request from an address that sent too many."""
    _enforce(limits().of_address(address))


def limit_caller(identifier: UUID | None) -> None:
    """Refuses a request of a token or an operator that sent too many."""
    _enforce(limits().of_caller(identifier))


def _enforce(standing: QuotaState | None) -> None:
    if standing is None:
        return
    g.standings = (*g.get("standings", ()), standing)
    if standing.wait:
        detail = f"This {standing.name} may send {standing.quota} requests a minute; wait a little."
        headers = {"Retry-After": str(math.ceil(standing.wait))}
        raise Problem(429, "too-many-requests", detail, headers=headers)


def tell_limits(response: Response) -> Response:
    """Puts on an answer which limits there are, and what is left of them (draft-ietf-httpapi-ratelimit-headers)."""
    if told := limit_headers(g.get("standings", ())):
        asked = itself(request)
        for name, value in told.items():
            add_header(asked, name, value)
    return response


def limit_headers(standings: Sequence[QuotaState]) -> dict[str, str]:
    """The headers that tell where a caller stands with each limit."""
    if not standings:
        return {}
    policies = [f'"{one.name}";q={one.quota};w={WINDOW:.0f}' for one in standings]
    states = [f'"{one.name}";r={one.remaining};t={math.ceil(one.restored)}' for one in standings]
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}
