"""The connection to one endpoint, kept from call to call: to build one anew costs more than the call."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from typing import NamedTuple

from workers.marketing.webhooks import (
    FAULTS,
    PATIENCE,
    Target,
    Unreachable,
    connect,
    cut_after,
    resolved,
    target_of,
    unconnected,
)

KEPT = 30.0  # seconds after which it is built anew, to where the name leads by then
LONGEST_ANSWER = 500  # bytes of an answer that are looked at


class Reply(NamedTuple):
    """What the other program answered: its status, and how its text begins."""

    status: int
    text: str


class Line:
    """Posts to one program after the other call; not safe for threads."""

    def __init__(self, *, private: bool) -> None:
        """`private`: addresses on private networks are called as well."""
        self._private = private
        self._target: Target | None = None
        self._connection: HTTPConnection | None = None
        self._until = 0.0

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Reply:
        """Gives the answer; redirects are not followed.

        Raises `PrivateAddress` unless such targets are allowed, `Unreachable` when there was no answer in time.
        """
        target = target_of(url)
        kept = self._take(target)
        try:
            if kept is not None:
                try:
                    return self._ask(kept, target, body, headers)
                except TimeoutError:
                    raise
                except FAULTS:  # the other side had let it go
                    self.close()
            return self._ask(None, target, body, headers)
        except FAULTS as fault:
            self.close()
            raise Unreachable(type(fault).__name__) from fault

    def close(self) -> None:
        """Lets the connection go."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._target = None

    def _take(self, target: Target) -> HTTPConnection | None:
        """The connection that is kept, where it leads there and is not too old."""
        if self._target != target or time.monotonic() > self._until:
            self.close()
        return self._connection

    def _ask(self, kept: HTTPConnection | None, target: Target, body: bytes, headers: dict[str, str]) -> Reply:
        connection = kept or unconnected(target, PATIENCE)
        address = "" if kept else resolved(target.host, target.port, private=self._private)
        with cut_after(connection, PATIENCE):
            if not kept:
                self._connection, self._target, self._until = connection, target, time.monotonic() + KEPT
                connect(connection, target, address)
            connection.request("POST", target.path, body, {**headers, "Host": target.place})
            response = connection.getresponse()
            text = response.read(LONGEST_ANSWER).decode(errors="replace").replace("\0", "")
        if response.will_close or not response.isclosed():  # it ends, or has more to say than anybody looks at
            self.close()
        return Reply(response.status, text)
