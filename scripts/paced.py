"""A client's socket on which no thread waits for ever to read, and for the end of an answer hardly ever."""

from __future__ import annotations

import errno
import struct
import time
from contextlib import suppress
from socket import MSG_DONTWAIT, SHUT_RDWR, SO_LINGER, SOL_SOCKET, socket
from threading import Lock
from typing import Any, Self

from api.whole_bodies import SlowBody
from scripts.arrivals import Pace

LONGEST_REST = 2 * 1024 * 1024  # bytes of an answer that need no thread to be sent; a longer one keeps its own
RESTS = 64 * 1024 * 1024  # bytes of all answers of a process that were not sent yet
_AT_ONCE = struct.pack("ii", 1, 0)


class _Patience:
    """The time that one side of a request may still be waited for; it grows with every byte that was moved."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._waited = 0.0
        self._moved = 0

    def left(self, moving: int = 0) -> float:
        """Seconds that may be waited before, or while so many bytes are moved."""
        return self._pace.grace + (self._moved + moving) / self._pace.rate - self._waited

    def spend(self, began: float, moved: int) -> None:
        """Takes note of a wait."""
        self._waited += time.monotonic() - began
        self._moved += moved


class Rests:
    """What a process still has to send: when that is too much, who has waited longest with theirs is cut off."""

    def __init__(self, most: int = RESTS) -> None:
        self._most = most
        self._lock = Lock()
        self._sizes: dict[PacedSocket, int] = {}
        self._total = 0

    def hold(self, sock: PacedSocket, size: int) -> None:
        """Counts what a socket has to send now."""
        with self._lock:
            self._total += size - self._sizes.get(sock, 0)
            self._sizes[sock] = size
            while self._total > self._most and len(self._sizes) > 1:
                slowest = next(iter(self._sizes))
                self._total -= self._sizes.pop(slowest)
                with suppress(OSError):
                    slowest.shutdown(SHUT_RDWR)

    def release(self, sock: PacedSocket) -> None:
        """Counts a socket no more: all is sent, or it is closed."""
        with self._lock:
            self._total -= self._sizes.pop(sock, 0)


class PacedSocket(socket):
    """A socket whose `recv` gives up on who is slower than a pace, over one request in total.

    What `sendall` cannot send at once stays in `rest`, for whoever calls `flush` when the socket takes more.
    """

    _pace: Pace
    _rests: Rests
    _reading: _Patience
    _writing: _Patience
    rest: bytearray

    @classmethod
    def of(cls, accepted: socket, pace: Pace, rests: Rests) -> Self:
        """Takes an accepted connection over."""
        made = cls(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        made._pace, made._rests, made.rest = pace, rests, bytearray()
        made.begin()
        return made

    def begin(self) -> None:
        """Begins a request, with patience anew."""
        self._reading, self._writing = _Patience(self._pace), _Patience(self._pace)

    def patience(self) -> float:
        """Seconds that the rest of the answer may take."""
        return self._writing.left(len(self.rest))

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """At most so many bytes; raises `SlowBody`. With flags it is the plain one."""
        if flags:
            return super().recv(size, flags)
        left, began, data = self._reading.left(), time.monotonic(), b""
        try:
            if left <= 0:
                raise TimeoutError
            self.settimeout(left)
            data = super().recv(size)
        except TimeoutError:
            raise SlowBody(errno.ECONNRESET, "the client sends too slowly") from None
        finally:
            self._reading.spend(began, len(data))
        return data

    def sendall(self, data: Any, _flags: int = 0, /) -> None:
        """Sends what can be sent at once and keeps the rest; a rest that is too long is waited for, at the pace."""
        self.rest += data
        if self.flush():
            return
        if len(self.rest) > LONGEST_REST:
            self._wait()
        else:
            self._rests.hold(self, len(self.rest))

    def flush(self) -> bool:
        """Sends of the rest what can be sent at once; whether that was all."""
        with suppress(BlockingIOError):
            while self.rest:
                del self.rest[: self.send(self.rest, MSG_DONTWAIT)]
            self._rests.release(self)
        return not self.rest

    def cut_off(self) -> None:
        """Closes it at once, without what the system itself still has to send."""
        with suppress(OSError):
            self.setsockopt(SOL_SOCKET, SO_LINGER, _AT_ONCE)
        self.close()

    def close(self) -> None:
        """Closes it, and forgets what was not sent."""
        self.rest.clear()
        self._rests.release(self)
        super().close()

    def _wait(self) -> None:
        """Sends the rest; who takes it too slowly is gone, as if they had hung up."""
        size, began = len(self.rest), time.monotonic()
        try:
            self.settimeout(max(self._writing.left(size), 0.001))
            super().sendall(self.rest)
        except TimeoutError:
            raise BrokenPipeError(errno.EPIPE, "the client reads too slowly") from None
        finally:
            self._writing.spend(began, size)
            self.rest.clear()
            self._rests.release(self)
