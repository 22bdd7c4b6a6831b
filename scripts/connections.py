"""A server process's connections: whose they are, and how each is closed without anybody waiting for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_WR, socket
from typing import Any

from gunicorn.config import Config
from gunicorn.workers.gthread import TConn

from api.origins import is_this_machine, origin


class Origins:
    """How many connections each address holds; a `limit` of 0, and this machine itself, know no limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Counts one more of an address, unless it holds as many as it may."""
        place = origin(address)
        if self._limit and self._held[place] >= self._limit and not is_this_machine(address):
            return False
        self._held[place] += 1
        return True

    def leave(self, address: str) -> None:
        """Counts one less."""
        place = origin(address)
        self._held[place] -= 1
        if self._held[place] <= 0:
            del self._held[place]


class Connection(TConn):  # type: ignore[misc]
    """A connection whose request was read ahead, and which tells when it is over.

    `linger` takes one whose answer was sent: its last bytes are lost if it is closed before the client has read them.
    """

    def __init__(
        self,
        cfg: Config,
        sock: socket,
        client: Any,
        server: Any,
        *,
        linger: Callable[[Connection], None],
        left: Callable[[str], None],
    ) -> None:
        super().__init__(cfg, sock, client, server)
        self.read_ahead = b""
        self.data_ready = True
        self._linger = linger
        self._left: Callable[[str], None] | None = left

    @property
    def address(self) -> str:
        """Who is at the other end."""
        return str(self.client[0])

    def close(self, graceful: bool = False) -> None:
        """Closes it, or leaves it to linger when an answer is under way."""
        if graceful:
            with suppress(OSError):
                self.sock.setblocking(False)
                self.sock.shutdown(SHUT_WR)
                self._linger(self)
                return
        with suppress(OSError):
            self.sock.close()
        if self._left:
            self._left(self.address)
            self._left = None
