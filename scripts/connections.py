"""A server process's connections: whose they are, and how each is closed without anybody waiting for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from select import POLLIN, poll
from socket import SHUT_WR, socket
from typing import Any

from gunicorn.config import Config
from gunicorn.workers.gthread import TConn

from api.origins import is_this_machine, origin
from scripts.arrivals import Arrival


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


class Threads(ThreadPoolExecutor):
    """Threads of which it can be told whether somebody waits for one."""

    def wanted(self) -> bool:
        """Whether there is work that no thread has begun."""
        return not self._work_queue.empty()


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
        self.begun: Arrival | None = None  # a next request, as far as a thread has read it
        self._linger = linger
        self._left: Callable[[str], None] | None = left

    @property
    def address(self) -> str:
        """Who is at the other end."""
        return str(self.client[0])

    def answer_is_under_way(self) -> bool:
        """Whether some of an answer was not sent yet, or some of what comes next was read already."""
        return bool(self.sock.rest or self.parser.unreader.buf.getvalue())

    def readable_within(self, seconds: float) -> bool:
        """Whether the client sends something, or hangs up, within so many seconds."""
        waiting = poll()
        waiting.register(self.sock, POLLIN)
        return bool(waiting.poll(1000 * seconds))

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
