"""Clients that are slow in every way there is hold no thread, and honest ones are answered meanwhile."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.faults.clusters import HOST
from tests.setup.running import eventually, free_port
from tests.setup.test_starting import asked, started

SOON = 1.0
STOPS_WITHIN = 8.0  # seconds, of the ten that a request in hand is given
SECONDS = 2  # until the door gives up on a head, and on a body
QUICK = {"CARNET_HEAD_SECONDS": str(SECONDS), "CARNET_BODY_SECONDS": str(SECONDS)}
SESSION = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BEGINNINGS = (
    "",
    "GET /api/v1/orders HTTP/1.1\r\nHost: x\r\nAccept: ",
    f"{SESSION}Content-Length: 1000\r\n\r\n{{",
    f"{SESSION}Transfer-Encoding: chunked\r\n\r\n3e8\r\n{{",
    "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
)


@contextmanager
def serving(url: str, folder: Path, **more: str) -> Iterator[int]:
    """A server of one process with four threads, by its port."""
    port = free_port()
    with started("serve", url, port, folder, CARNET_PROCESSES="1", CARNET_THREADS="4", **QUICK, **more):
        eventually(lambda: asked(port, "/api/v1/orders")[0] == 401, "the API is there")
        yield port


def opened(port: int, beginning: str = "") -> socket.socket:
    client = socket.create_connection((HOST, port), timeout=10)
    client.sendall(beginning.encode())
    return client


@contextmanager
def trickling(clients: list[socket.socket]) -> Iterator[None]:
    """Sends a byte a second on each of them."""
    over = Event()

    def trickle() -> None:
        while not over.wait(1):
            for client in clients:
                with suppress(OSError):
                    client.send(b" ")

    thread = Thread(target=trickle)
    thread.start()
    yield
    over.set()
    thread.join()


def honest(port: int) -> float:
    """The longest time that an honest client waits for any of its answers."""
    slowest = 0.0
    for method, path, body, status in (
        ("GET", "/healthz", None, 200),
        ("GET", "/readyz", None, None),
        ("GET", "/api/v1/orders", None, 401),
        ("POST", "/api/v1/session", "{}", 422),
    ):
        began = time.monotonic()
        connection = HTTPConnection(HOST, port, timeout=10)
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert status in {None, answer.status}
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def rest(client: socket.socket) -> bytes:
    """All that comes until the server closes."""
    received = b""
    with suppress(ConnectionError):
        while data := client.recv(65536):
            received += data
    return received


def hung_up(client: socket.socket) -> bool:
    """Whether the server broke the connection off, seen without reading from it."""
    poll = select.poll()
    poll.register(client, 0)
    return bool(poll.poll(0))


@pytest.mark.parametrize("count", [64, 200])
def test_half_open_and_trickling_connections_delay_nobody_and_are_closed(
    database: str, tmp_path: Path, count: int
) -> None:
    with serving(database, tmp_path) as port, ExitStack() as stack:
        clients = [stack.enter_context(opened(port, BEGINNINGS[at % len(BEGINNINGS)])) for at in range(count)]
        with trickling(clients):
            assert max(honest(port) for _ in range(3)) < SOON
            began = time.monotonic()
            answers = [rest(client) for client in clients]
        assert time.monotonic() - began < SECONDS + 3 * SOON
        kinds = {answers[at].split(b"\r\n")[0] for at in range(count) if at % len(BEGINNINGS)}
        assert kinds == {b"HTTP/1.1 408 Request Timeout"}
        assert honest(port) < SOON


def test_long_bodies_that_stall_hold_only_the_threads_of_long_bodies(database: str, tmp_path: Path) -> None:
    beginning = f"{SESSION}Content-Length: 1000000\r\n\r\n" + " " * 70_000
    with serving(database, tmp_path, CARNET_BODY_RATE="1000000") as port, ExitStack() as stack:
        clients = [stack.enter_context(opened(port, beginning)) for _ in range(8)]
        assert honest(port) < SOON
        answer = rest(clients[0])
        assert answer.startswith(b"HTTP/1.1 408")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["type"] == "/problems/request-timeout"


def test_clients_that_do_not_hang_up_after_their_answer_delay_nobody(database: str, tmp_path: Path) -> None:
    with serving(database, tmp_path) as port, ExitStack() as stack:
        for _ in range(64):
            stack.enter_context(opened(port, "GET /healthz HTTP/1.0\r\n\r\n"))
        assert honest(port) < SOON


def test_clients_that_do_not_read_their_answers_delay_nobody_and_are_cut_off(database: str, tmp_path: Path) -> None:
    get = "GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n"
    all_of_them = f"{get}\r\n" * 7 + f"{get}Connection: close\r\n\r\n"
    with serving(database, tmp_path, CARNET_BODY_RATE="10000000") as port, ExitStack() as stack:
        clients = [stack.enter_context(opened(port, all_of_them)) for _ in range(8)]  # twice its threads
        assert max(honest(port) for _ in range(5)) < SOON
        with opened(port, all_of_them) as reader:
            length = len(rest(reader))
        eventually(lambda: all(map(hung_up, clients)), "they are cut off")
        assert length > 8_000_000
        assert all(len(rest(client)) < length for client in clients)


def test_a_server_that_stops_does_not_wait_for_requests_that_never_arrive(database: str, tmp_path: Path) -> None:
    port, patient = free_port(), {"CARNET_HEAD_SECONDS": "60", "CARNET_BODY_SECONDS": "60", "CARNET_PROCESSES": "1"}
    with started("serve", database, port, tmp_path, **patient) as server, ExitStack() as stack:
        eventually(lambda: asked(port, "/api/v1/orders")[0] == 401, "the API is there")
        clients = [stack.enter_context(opened(port, beginning)) for beginning in BEGINNINGS]
        assert asked(port, "/healthz")[0] == 200  # those before it were taken in as well
        began = time.monotonic()
        server.terminate()
        assert [rest(client).startswith(b"HTTP/1.1 408") for client in clients] == [False, *[True] * 4]
        assert server.wait(30) == 0
        assert time.monotonic() - began < STOPS_WITHIN


def whole(port: int, *parts: str, expected: Callable[[bytes], bool]) -> bool:
    """Whether requests sent in parts are answered as expected, on one connection."""
    with opened(port) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        for part in parts:
            client.sendall(part.encode())
        while not expected(received):
            data = client.recv(65536)
            if not data:
                return False
            received += data
    return True


def test_requests_in_any_form_are_still_answered(database: str, tmp_path: Path) -> None:
    get = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with serving(database, tmp_path) as port:
        assert whole(port, get * 3, expected=lambda got: got.count(b"200 OK") == 3)
        assert whole(port, *get, expected=lambda got: b"200 OK" in got)
        chunked = f"{SESSION}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n1\r\n}}\r\n0\r\n\r\n"
        assert whole(port, chunked, get, expected=lambda got: b"422 " in got and b"200 OK" in got)
        waits = f"{SESSION}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        assert whole(port, waits, expected=lambda got: b"100 Continue" in got)
        assert whole(port, waits, "{}", expected=lambda got: b"422 " in got)
        long = f"{SESSION}Content-Length: 200000\r\n\r\n" + " " * 199_998 + "{}"
        assert whole(port, long, get, expected=lambda got: b"422 " in got and b"200 OK" in got)
        assert whole(port, "GET / HTTP/1.1\n\n", expected=lambda got: b"400 " in got)
        assert whole(port, "\x16\x03\x01", expected=lambda got: b"400 " in got)
        assert whole(port, get[:-2] + "X: " + "y" * 70_000, expected=lambda got: b"431 " in got)
