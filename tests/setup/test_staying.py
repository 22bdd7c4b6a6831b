"""A thread that has answered takes its client's next request too: only where nobody else is kept waiting by that."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from gunicorn.config import Config

from scripts.arrivals import Pace
from scripts.connections import Connection, Threads
from scripts.listening import STAY, WholeRequests
from scripts.paced import PacedSocket, Rests
from tests.faults.clusters import HOST
from tests.setup.test_slow_clients import opened, serving, whole

GET = b"GET /api/v1/orders HTTP/1.1\r\nHost: x\r\n\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
PACE = Pace(10, 10, 1_000)


class Room:
    """A waiting room with or without this request."""

    def __init__(self, *, occupied: bool) -> None:
        self.occupied = occupied

    def keeps(self, _conn: Connection) -> bool:
        return self.occupied


class Worker(WholeRequests):
    """A server process without a server: requests are counted, none is answered."""

    def __init__(self, threads: Threads, *, parked: bool = False) -> None:
        self.tpool: Any = threads
        self._pace = PACE
        self._waiting_room: Any = Room(occupied=parked)
        self.handled: list[bytes] = []

    def handle(self, conn: Connection) -> Any:
        self.handled.append(conn.read_ahead)
        return True


@pytest.fixture
def client() -> Iterator[tuple[socket.socket, Connection]]:
    ours, theirs = socket.socketpair()
    made = PacedSocket.of(ours, PACE, Rests())
    conn = Connection(Config(), made, ("10.0.0.1", 1), ("", 1), linger=lambda _: None, left=lambda _: None)
    conn.init()
    conn.read_ahead = b"first"
    with closing(theirs), closing(made):
        yield theirs, conn


def test_a_request_that_comes_at_once_is_answered_by_the_same_thread(client: tuple[socket.socket, Connection]) -> None:
    theirs, conn = client
    theirs.sendall(GET)
    worker = Worker(Threads(1))
    assert worker._stay(conn) is True
    assert worker.handled == [b"first", GET]
    assert conn.begun is None


@pytest.mark.parametrize("sent", [b"", GET[:-4], HEALTH, b"GET /api/v1/changes?after=4 HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_what_is_no_whole_request_or_belongs_elsewhere_goes_back_to_the_loop_with_all_that_came(
    client: tuple[socket.socket, Connection], sent: bytes
) -> None:
    theirs, conn = client
    theirs.sendall(sent)
    worker = Worker(Threads(1))
    began = time.monotonic()
    assert worker._stay(conn) is True
    assert worker.handled == [b"first"]
    assert time.monotonic() - began < STAY + 0.5
    assert bytes(conn.begun.received if conn.begun else b"") == sent


def test_no_thread_stays_while_somebody_waits_for_one(client: tuple[socket.socket, Connection]) -> None:
    theirs, conn = client
    theirs.sendall(GET)
    threads, over = Threads(1), Event()
    for _ in range(2):
        threads.submit(over.wait)
    try:
        worker = Worker(threads)
        assert worker._stay(conn) is True
        assert worker.handled == [b"first"]
    finally:
        over.set()


def test_a_request_that_waits_for_news_gives_its_thread_back(client: tuple[socket.socket, Connection]) -> None:
    theirs, conn = client
    theirs.sendall(GET)
    worker = Worker(Threads(1), parked=True)
    assert worker._stay(conn) is True
    assert worker.handled == [b"first"]


def test_requests_in_pieces_on_one_connection_are_each_answered(database: str, tmp_path: Path) -> None:
    with serving(database, tmp_path) as port:
        assert whole(port, (GET + GET[:10]).decode(), GET[10:].decode(), expected=lambda got: got.count(b"401 ") == 2)
        with closing(opened(port)) as connection:
            for piece in (GET, GET[:20], GET[20:] + HEALTH, GET, b""):
                connection.sendall(piece)
                time.sleep(STAY / 2)
            received = b""
            while received.count(b"401 ") < 3 or b"200 OK" not in received:
                received += connection.recv(65536)


def test_busy_clients_do_not_starve_those_for_whom_no_thread_is_left(database: str, tmp_path: Path) -> None:
    """Four threads, sixteen clients that ask without pause: all of them get on alike."""
    with serving(database, tmp_path, CARNET_ADDRESS_REQUESTS="0", CARNET_LOG_LEVEL="error") as port:
        over = Event()

        def ask() -> int:
            answered = 0
            with closing(HTTPConnection(HOST, port, timeout=10)) as connection:
                while not over.is_set():
                    connection.request("GET", "/api/v1/orders")
                    connection.getresponse().read()
                    answered += 1
            return answered

        with ThreadPoolExecutor(16) as clients:
            asking = [clients.submit(ask) for _ in range(16)]
            time.sleep(3)
            over.set()
            answered = [one.result() for one in asking]
    assert min(answered) > max(answered) / 4
