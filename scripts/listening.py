"""The server's processes: a request reaches a thread when it is there as a whole; who is slow holds none.

A thread that has answered looks for a moment whether its client asks again, as busy ones do: that saves the way through
the accepting loop, a quarter of what a request costs.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from socket import MSG_DONTWAIT, socket
from typing import Any

import structlog
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from api.health import HEALTH, READY
from projections.faults import with_trace
from projections.settings import Settings
from scripts.arrivals import Arrival, Pace
from scripts.connections import Connection, Origins, Threads
from scripts.paced import PacedSocket, Rests
from scripts.parking import WaitingRoom
from scripts.parking_again import may_be_known
from scripts.refusals import CONTINUE, REFUSALS, reason

HEALTH_THREADS = 2
CONNECTIONS = 800  # of a process, below the 1,024 files that it may have open
LINGERING = 100
LINGER = 2.0  # seconds that a client has to read the end of an answer
LOOK = 0.25  # seconds between two looks for who is late
SLOW = 1.0  # seconds after which a request that is not there yet is thought to be slow
PIECE = 64 * 1024
STAY = 0.003  # seconds that a thread waits for its client's next request while nobody waits for a thread
SAYING = 60.0  # seconds between two lines of log about connections refused

_BEGINNINGS = tuple(f"{method} {path}".encode() for method in ("GET", "HEAD") for path in (HEALTH, READY))
_FULL = (errno.EMFILE, errno.ENFILE)
_GONE = (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK)

_logger = structlog.get_logger()


class WholeRequests(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads, given requests that have arrived; the loop that accepts connections reads them meanwhile.

    Long bodies are read by threads of their own, at a pace, and health is answered by two more: neither slow uploads
    nor requests that hang keep the rest from being answered.
    """

    wsgi: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        settings: Settings = self.app.settings
        self._pace = Pace(settings.head_seconds, settings.body_seconds, settings.body_rate)
        # The threads of both start when they are needed.
        self._healthy = ThreadPoolExecutor(HEALTH_THREADS, thread_name_prefix="health")
        self._uploads = ThreadPoolExecutor(max(1, self.cfg.threads // 4), thread_name_prefix="uploads")
        self._origins = Origins(0 if settings.trusted_proxies else settings.address_connections)
        self._arriving: dict[Connection, Arrival] = {}
        self._rests = Rests()
        self._sending: dict[Connection, float] = {}
        self._lingering: dict[Connection, float] = {}
        self._waiting_room = WaitingRoom(self)
        self._looks_at = 0.0
        self._stops_at: float | None = None
        self._refused = 0
        self._says_at = 0.0

    def get_thread_pool(self) -> Threads:
        """The threads that answer."""
        return Threads(self.cfg.threads)

    def accept(self, listener: Any) -> None:
        """Takes a connection, unless its address holds too many; where all places are taken, the slowest goes."""
        try:
            accepted, client = listener.accept()
        except OSError as fault:
            if fault.errno in _FULL:
                self._make_room()
            elif fault.errno not in _GONE:
                raise
            return
        self._enter(accepted, client, listener.getsockname())

    def _enter(self, accepted: socket, client: Any, server: Any) -> None:
        if not self._origins.enter(client[0]):
            accepted.close()
            self._refused += 1
            return
        conn = Connection(
            self.cfg, PacedSocket.of(accepted, self._pace, self._rests), client, server,
            linger=self._linger, left=self._origins.leave,
        )  # fmt: skip
        self.nr_conns += 1
        self.enqueue_req(conn)
        if self.nr_conns >= self.worker_connections:
            self._make_room()

    def enqueue_req(self, conn: Connection) -> None:
        """Reads a request, one that the last reading went into included, until it can go to a thread."""
        now = time.monotonic()
        arrival = Arrival(now, self._pace)
        if conn.parser:
            arrival.take(conn.parser.unreader.take_buffered(), now)
        self._wait_for_rest(conn, arrival)

    def _wait_for_rest(self, conn: Connection, arrival: Arrival) -> None:
        conn.sock.setblocking(False)
        if self._read(conn, arrival):
            return
        self._arriving[conn] = arrival
        self.poller.register(conn.sock, EVENT_READ, partial(self._on_readable, conn))

    def _on_readable(self, conn: Connection, sock: PacedSocket) -> None:
        arrival = self._arriving[conn]
        self._read(conn, arrival, before=partial(self._stop_waiting, conn))

    def _stop_waiting(self, conn: Connection) -> None:
        del self._arriving[conn]
        self.unregister(conn)

    def unregister(self, conn: Connection) -> None:
        """Waits for nothing more of a connection, if anything was waited for."""
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    def _read(self, conn: Connection, arrival: Arrival, before: Callable[[], None] = lambda: None) -> bool:
        """Takes what came; whether that decided what becomes of the request, which begins with `before`."""
        ended = False
        try:
            if arrival.state in {"head", "body"}:
                data = conn.sock.recv(PIECE, MSG_DONTWAIT)
                ended = not data
                arrival.take(data, time.monotonic())
        except BlockingIOError:
            return False
        except OSError:
            ended, arrival.state = True, "head"
        if arrival.state == "body" and not ended:
            self._continue(conn, arrival)
        if arrival.state in {"head", "body"} and not ended:
            return False
        before()
        self._decide(conn, arrival)
        return True

    def _continue(self, conn: Connection, arrival: Arrival) -> None:
        """Tells a client that waits to be told so to send its body."""
        if arrival.expects:
            arrival.expects = False
            with suppress(OSError):
                conn.sock.send(CONTINUE, MSG_DONTWAIT)

    def _decide(self, conn: Connection, arrival: Arrival) -> None:
        """Gives a request to a thread, or refuses what is none; a body that ended too early is refused by the API."""
        match arrival.state:
            case "head":
                self.drop(conn)
            case "malformed" | "too-large":
                self._refuse(conn, arrival.state)
            case "long":
                self._submit(self._uploads, conn, arrival)
            case _ if self._waiting_room.park_again(conn, bytes(arrival.received)):
                pass
            case _:
                self._submit(self._healthy if _asks_health(arrival) else self.tpool, conn, arrival)

    def submit_again(self, conn: Connection) -> None:
        """Gives a request that was parked to a thread once more."""
        self._submit_read(self.tpool, conn)

    def _submit(self, threads: Executor, conn: Connection, arrival: Arrival) -> None:
        conn.read_ahead = bytes(arrival.received)
        self._submit_read(threads, conn)

    def _submit_read(self, threads: Executor, conn: Connection) -> None:
        handled = threads.submit(self._stay if threads is self.tpool else self.handle, conn)
        handled.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def load_wsgi(self) -> None:
        """The application, which may ask for requests to be parked."""
        super().load_wsgi()
        self.wsgi = self._waiting_room.around(self.wsgi)

    def handle(self, conn: Connection) -> Any:
        """Answers, in a thread; a request that is to wait goes back to the loop without an answer."""
        conn.sock.setblocking(True)
        conn.sock.begin()
        conn.init()
        conn.parser.unreader.unread(conn.read_ahead)
        return self._waiting_room.answered(conn, super().handle)

    def _stay(self, conn: Connection) -> Any:
        """Answers, in a thread, and what the client asks next as well where that comes at once."""
        kept = self.handle(conn)
        while kept is True and self._next_is_here(conn):
            kept = self.handle(conn)
        return kept

    def _next_is_here(self, conn: Connection) -> bool:
        """Whether this thread may answer the next request; what came of one that it may not goes on in the loop."""
        if self.tpool.wanted() or conn.answer_is_under_way() or self._waiting_room.keeps(conn):
            return False
        if not conn.readable_within(STAY):
            return False
        arrival = Arrival(time.monotonic(), self._pace)
        with suppress(OSError):
            arrival.take(conn.sock.recv(PIECE, MSG_DONTWAIT), arrival.began)
        if arrival.state == "whole" and not (_asks_health(arrival) or may_be_known(arrival.received)):
            conn.read_ahead = bytes(arrival.received)
            return True
        conn.begun = arrival if arrival.received else None
        return False

    def handle_error(self, _request: Any, client: Any, _address: Any, fault: Exception) -> None:
        """Refuses what cannot be read; neither the answer nor the log repeats any of it."""
        why = reason(fault)
        if why == "failed":
            _logger.error("a request failed on its way in", action="request.failed", **with_trace(fault))
        else:
            _logger.info("a request could not be read", action="request.refused", why=why, kind=type(fault).__name__)
        with suppress(OSError):
            client.sendall(REFUSALS[why])

    def finish_request(self, conn: Connection, done: Future[Any]) -> None:
        """Waits for the next request or closes the connection, once the client has taken all of the answer."""
        if self._waiting_room.park(conn):
            return
        conn.read_ahead = b""
        if conn.begun:
            arrival, conn.begun = conn.begun, None
            self._wait_for_rest(conn, arrival)
            return
        if not conn.sock.rest:
            super().finish_request(conn, done)
            return
        conn.sock.setblocking(False)
        self._sending[conn] = time.monotonic() + conn.sock.patience()
        self.poller.register(conn.sock, EVENT_WRITE, partial(self._on_writable, conn, done))

    def _on_writable(self, conn: Connection, done: Future[Any], sock: PacedSocket) -> None:
        try:
            if not sock.flush():
                return
        except OSError:
            self._stop_sending(conn)
            return
        del self._sending[conn]
        self.unregister(conn)
        super().finish_request(conn, done)

    def _stop_sending(self, conn: Connection) -> None:
        del self._sending[conn]
        self.unregister(conn)
        conn.sock.cut_off()
        self.drop(conn)

    def drop(self, conn: Connection) -> None:
        """Closes a connection whose client is gone or is to go."""
        self.nr_conns -= 1
        conn.close()

    def _refuse(self, conn: Connection, why: str) -> None:
        with suppress(OSError):
            conn.sock.send(REFUSALS[why], MSG_DONTWAIT)
        self.nr_conns -= 1
        conn.close(graceful=True)

    def _make_room(self) -> None:
        """Closes the request that has waited longest for its rest, or the connection that has rested longest."""
        slowest = next(iter(self._arriving), None)
        if slowest and (self._arriving[slowest].began + SLOW < time.monotonic() or not self.keepalived_conns):
            self._stop_waiting(slowest)
            self.drop(slowest)
        elif self.keepalived_conns:
            resting = self.keepalived_conns.popleft()
            self.unregister(resting)
            self.drop(resting)

    def murder_pending(self) -> None:
        """Closes the connections whose time is over."""
        now = time.monotonic()
        if now < self._looks_at:
            return
        self._looks_at = now + LOOK
        if not self.alive and self._stops_at is None:
            self._stops_at = now + STOP_KEEPALIVE_LINGER
        stops = self._stops_at is not None and self._stops_at <= now
        for conn, arrival in list(self._arriving.items()):
            if arrival.deadline <= now or stops:
                self._stop_waiting(conn)
                self._refuse(conn, "late") if arrival.received else self.drop(conn)
        for conn in [conn for conn, deadline in self._sending.items() if deadline <= now]:
            self._stop_sending(conn)
        for conn in [conn for conn, deadline in self._lingering.items() if deadline <= now]:
            self._stop_lingering(conn)
        self._waiting_room.look(now, leave=not self.alive)
        self._tell(now)

    def _tell(self, now: float) -> None:
        if self._refused and now >= self._says_at:
            _logger.warning("an address holds too many connections", action="connections.refused", count=self._refused)
            self._refused, self._says_at = 0, now + SAYING

    def _linger(self, conn: Connection) -> None:
        """Keeps a connection that was answered until the client has read all of it, which it shows by hanging up."""
        self.poller.register(conn.sock, EVENT_READ, partial(self._on_lingering, conn))
        self._lingering[conn] = time.monotonic() + LINGER
        if len(self._lingering) > LINGERING:
            self._stop_lingering(next(iter(self._lingering)))

    def _on_lingering(self, conn: Connection, sock: PacedSocket) -> None:
        with suppress(BlockingIOError):
            try:
                if sock.recv(PIECE, MSG_DONTWAIT):
                    return
            except ConnectionError:
                pass
            self._stop_lingering(conn)

    def _stop_lingering(self, conn: Connection) -> None:
        del self._lingering[conn]
        self.unregister(conn)
        conn.close()


def _asks_health(arrival: Arrival) -> bool:
    return arrival.received.startswith(_BEGINNINGS)
