"""Where requests wait that have nothing to be told yet: as connections of the accepting loop, not in threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from socket import MSG_DONTWAIT, MSG_PEEK
from threading import Event, Thread, local
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg_pool import PoolTimeout

from api.parking import LIST, LOG, PARKING, Parked, Parking
from projections.engine.freshness import TooFarBehind
from scripts.parking_again import Headers, Known, KnownQuestions, known

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from scripts.connections import Connection
    from scripts.listening import WholeRequests

PLACES = 400  # of a process: half of its connections; who comes later is answered at once
LOOK = 0.1  # seconds between two looks at how far the list is
# Seconds of rest for each request that was woken: while orders come without pause, waking a hundred desks at every one
# of them would take the machine from those who write. The first change after a quiet moment is told at once.
REST_FOR_EACH = 0.03


class Place(NamedTuple):
    """What a parked request waits for: the list, or the log, elsewhere than at a position, or a moment of the clock.

    `asked` is its question, where that can be answered without handing the request in again.
    """

    after: int
    deadline: float
    of: str = LIST
    asked: Known | None = None


class WaitingRoom:
    """The parked requests of one server process.

    Its loop calls everything but `around`, `answered`, `keeps`, `_tell` and `_watch`.
    """

    def __init__(self, worker: WholeRequests) -> None:
        self._worker = worker
        self._places: dict[Connection, Place] = {}
        self._asking: dict[Connection, Place] = {}
        self._deadlines: dict[Connection, float] = {}
        self._questions = KnownQuestions()
        self._request = local()
        self._occupied = Event()
        self._watching = False
        self._seen = 0

    def around(self, application: WSGIApplication) -> WSGIApplication:
        """The application, given a place to wait in where one is free; a request that takes it is not answered."""

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            conn: Connection | None = getattr(self._request, "conn", None)
            if conn is None or not self._worker.alive or len(self._places) >= PLACES:
                return application(environ, start_response)
            headers: Headers = []

            def start(status: str, told: Headers, *more: Any) -> Any:
                headers[:] = told
                return start_response(status, told, *more)

            parking = environ[PARKING] = Parking(self._deadlines.get(conn))
            body = application(environ, start)
            place = _place(parking, headers)
            if place is None:
                return body
            with suppress(AttributeError):
                body.close()  # type: ignore[attr-defined]
            self._asking[conn] = place
            raise Parked

        return answer

    def answered(self, conn: Connection, answer: Callable[[Connection], Any]) -> Any:
        """In a thread: what `answer` gives, or True (the connection stays) where the request is to wait."""
        self._request.conn = conn
        try:
            return answer(conn)
        except Parked:
            return True
        finally:
            self._request.conn = None

    def keeps(self, conn: Connection) -> bool:
        """In a thread: whether the request that was handled waits, or has waited."""
        return conn in self._asking or conn in self._deadlines

    def park(self, conn: Connection) -> bool:
        """Keeps a request that has asked for it; whether it did."""
        place = self._asking.pop(conn, None)
        if place is None:
            self._deadlines.pop(conn, None)
            return False
        if place.asked:
            self._questions.note(conn.address, conn.read_ahead, place.asked)
        self._keep(conn, place)
        return True

    def park_again(self, conn: Connection, request: bytes) -> bool:
        """Keeps a request that has just arrived, if the same was asked lately from another position; whether it was."""
        if conn.parser is None or not self._worker.alive or len(self._places) >= PLACES:
            return False
        asked = self._questions.find(conn.address, request)
        if asked is None or asked.question.after > self._seen:
            return False
        conn.read_ahead = request
        self._keep(conn, Place(asked.question.after, time.monotonic() + asked.question.wait, LIST, asked))
        return True

    def look(self, now: float, *, leave: bool) -> None:
        """Answers requests whose time is over; all are handed in again where the server stops."""
        if leave:
            for conn in list(self._places):
                self._resume(conn)
        self._answer([conn for conn, place in self._places.items() if place.deadline <= now])

    def _keep(self, conn: Connection, place: Place) -> None:
        self._places[conn], self._deadlines[conn] = place, place.deadline
        conn.sock.setblocking(False)
        self._worker.poller.register(conn.sock, EVENT_READ, partial(self._on_readable, conn))
        self._occupied.set()
        if not self._watching:
            self._watching = True
            Thread(target=self._watch, name="waiting-room", daemon=True).start()

    def _on_readable(self, conn: Connection, sock: Any) -> None:
        """The client hung up, or sends a next request already, which can wait."""
        try:
            over = not sock.recv(1, MSG_DONTWAIT | MSG_PEEK)
        except BlockingIOError:
            return
        except OSError:
            over = True
        if over:
            self._leave(conn)
            self._deadlines.pop(conn, None)
            self._worker.drop(conn)
        else:
            self._worker.unregister(conn)

    def _leave(self, conn: Connection) -> Place:
        place = self._places.pop(conn)
        self._worker.unregister(conn)
        if not self._places:
            self._occupied.clear()
        return place

    def _resume(self, conn: Connection) -> None:
        """Hands a request in again, as it came."""
        self._leave(conn)
        self._hand_in(conn)

    def _hand_in(self, conn: Connection) -> None:
        conn.parser, conn.initialized = None, False
        self._worker.submit_again(conn)

    def _wake(self, positions: Mapping[str, int]) -> None:
        self._seen = positions.get(LIST, self._seen)
        self._answer(
            [conn for conn, place in self._places.items() if place.after != positions.get(place.of, place.after)]
        )

    def _answer(self, due: list[Connection]) -> None:
        """Has requests answered by one thread, those that can be; the others are handed in again."""
        questions = []
        for conn in due:
            asked = self._places[conn].asked
            if asked is None:
                self._resume(conn)
            else:
                self._leave(conn)
                questions.append((conn, asked))
        if questions:
            self._worker.tpool.submit(self._tell, questions)

    def _tell(self, questions: list[tuple[Connection, Known]]) -> None:
        """In a thread: answers requests from what is looked up for all of them together."""
        defer = self._worker.method_queue.defer
        told = questions[0][1].teller.told([asked.question for _, asked in questions])
        for (conn, asked), answer in zip(questions, told, strict=True):
            if answer is None:
                defer(self._hand_in, conn)
                continue
            try:
                conn.sock.begin()
                conn.sock.sendall(asked.answer(answer))
            except OSError:
                defer(self._gone, conn)
                continue
            done: Future[bool] = Future()
            done.set_result(True)
            defer(self._worker.finish_request, conn, done)

    def _gone(self, conn: Connection) -> None:
        self._deadlines.pop(conn, None)
        self._worker.drop(conn)

    def _watch(self) -> None:
        """In a thread of its own: tells the loop how far the list and the log are, while somebody waits for them."""
        seen: dict[str, int] = {}
        while self._worker.alive:
            self._occupied.wait()
            waited_for = {place.of for place in list(self._places.values())}
            positions = {of: found for of in waited_for if (found := self._position(of)) is not None}
            rest = LOOK
            if any(seen.get(of) != position for of, position in positions.items()):
                rest = max(LOOK, REST_FOR_EACH * len(self._places))
            seen |= positions
            if positions:
                self._worker.method_queue.defer(self._wake, positions)
            time.sleep(rest)

    def _position(self, of: str) -> int | None:
        runtime = self._worker.app.runtime
        with suppress(psycopg.Error, PoolTimeout, TooFarBehind):
            if runtime:
                return int(runtime.log.head() if of == LOG else runtime.views.position(LIST))
        return None


def _place(parking: Parking, headers: Headers) -> Place | None:
    """Where a request waits that asked for it."""
    if parking.after is None or parking.deadline is None:
        return None
    asked = known(parking.question, parking.teller, headers) if parking.question and parking.teller else None
    return Place(parking.after, parking.deadline, parking.of, asked)
