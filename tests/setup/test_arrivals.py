"""When a request has arrived: cut anywhere, it is whole with its last byte and not before."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from itertools import pairwise
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from hypothesis import given
from hypothesis import strategies as st

from api.origins import is_this_machine, origin
from projections.settings import Settings
from scripts.arrivals import LONGEST_HEAD, READ_AHEAD, Arrival, Pace
from scripts.connections import Origins
from scripts.listening import WholeRequests
from scripts.paced import PacedSocket, Rests

PACE = Pace(10, 5, 100)
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
WHOLE = (
    b"GET / HTTP/1.1\r\n\r\n",
    b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
    HEAD + b"content-length:  5 \r\n\r\n12345",
    HEAD + b"Content-Length: 4\r\nX: y\r\n\r\n\r\n\r\n",
    HEAD + b"Transfer-Encoding: Chunked\r\n\r\n5\r\n12345\r\nA;x=y\r\n0\r\n\r\n67890\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n001\r\nx\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n",
)


def arrived(*parts: bytes) -> Arrival:
    arrival = Arrival(0.0, PACE)
    for part in parts:
        arrival.take(part, 1.0)
    return arrival


@given(request=st.sampled_from(WHOLE), cuts=st.lists(st.integers(0, 100), max_size=6))
def test_a_request_cut_anywhere_is_whole_with_its_last_byte(request: bytes, cuts: list[int]) -> None:
    places = sorted({min(cut, len(request)) for cut in cuts} | {0, len(request)})
    parts = [request[begin:end] for begin, end in pairwise(places)]
    assert arrived(*parts).state == "whole"
    assert arrived(*parts[:-1], parts[-1][:-1]).state in {"head", "body"}


@pytest.mark.parametrize(
    ("request_", "state"),
    [
        (b"\x16\x03\x01", "malformed"),
        (b"GET / HTTP/1.1\nHost: x\n\n", "malformed"),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * LONGEST_HEAD, "too-large"),
        (HEAD + b"Content-Length: 1000000\r\n\r\n" + b"x" * READ_AHEAD, "body"),
        (HEAD + b"Content-Length: 1000000\r\n\r\n" + b"x" * (READ_AHEAD + 1), "long"),
        (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "long"),
        (HEAD + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n", "long"),
        (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n", "long"),
        (HEAD + b"Content-Length: five\r\n\r\n", "long"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nno size\r\n", "whole"),
    ],
)
def test_what_is_no_request_or_no_short_one_is_told_by_its_beginning(request_: bytes, state: str) -> None:
    assert arrived(request_).state == state


def test_a_body_has_time_by_its_bytes_and_a_head_has_not() -> None:
    arrival = arrived(b"GET / HTTP/1.1\r\n", b"X: y")
    assert arrival.deadline == PACE.head
    arrival = arrived(HEAD + b"Content-Length: 1000\r\n\r\n", b"x" * 300)
    assert arrival.deadline == 1.0 + PACE.grace + 3.0


def test_an_address_is_counted_by_itself_and_one_of_ipv6_by_its_network() -> None:
    assert origin("192.0.2.1") == origin("::ffff:192.0.2.1") == "192.0.2.1"
    assert origin("2001:db8::1") == origin("2001:db8::ffff:2") != origin("2001:db8:0:1::1")
    assert origin("fe80::1%eth0") == origin("fe80::2")
    assert origin(None) == origin("no address") == "unknown"
    assert is_this_machine("127.0.0.9")
    assert is_this_machine("::1")
    assert not is_this_machine("192.0.2.1")


def test_an_address_holds_no_more_connections_than_its_limit_and_this_machine_any_number() -> None:
    origins = Origins(2)
    assert [origins.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert origins.enter("192.0.2.2")
    origins.leave("192.0.2.1")
    assert origins.enter("192.0.2.1")
    assert all(origins.enter("127.0.0.1") for _ in range(5))
    assert all(Origins(0).enter("192.0.2.1") for _ in range(5))


@pytest.fixture
def pairs() -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    """Connected sockets: the client's and the server's."""
    made = [socket.socketpair() for _ in range(4)]
    yield made
    for pair in made:
        for one in pair:
            one.close()


@pytest.mark.parametrize(("proxies", "kept"), [(0, 2), (1, 4)])
def test_the_server_closes_what_an_address_opens_beyond_its_limit_unless_it_is_a_proxys(
    pairs: list[tuple[socket.socket, socket.socket]], proxies: int, kept: int
) -> None:
    settings = Settings(address_connections=2, trusted_proxies=proxies)
    cfg = Config()
    worker = WholeRequests(1, os.getpid(), [], SimpleNamespace(settings=settings), 30, cfg, Logger(cfg))
    worker.poller = SimpleNamespace(register=lambda *_: None, unregister=lambda *_: None)
    for _, server in pairs:
        worker._enter(server, ("192.0.2.1", 1), ("192.0.2.9", 80))
    assert worker.nr_conns == kept
    for client, _ in pairs:
        client.setblocking(False)
    assert [closed(client) for client, _ in pairs] == [False] * kept + [True] * (4 - kept)
    for conn in list(worker._arriving):
        worker._stop_waiting(conn)
        worker.drop(conn)
    assert worker._origins.enter("192.0.2.1")
    worker.tmp.close()


def closed(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False


def test_when_too_much_is_unsent_who_waits_longest_is_cut_off(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    rests = Rests(1_000_000)
    first, second = (PacedSocket.of(server, PACE, rests) for _, server in pairs[:2])
    first.sendall(b"x" * 900_000)
    assert first.rest
    second.sendall(b"x" * 900_000)
    with pytest.raises(BrokenPipeError):
        first.flush()
    while second.rest:
        pairs[1][0].recv(65536)
        second.flush()
    first.close()
    second.close()
    assert not first.rest
