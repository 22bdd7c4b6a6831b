"""What is no request is refused by a problem that repeats nothing of it; no header says where the API stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.setup.test_slow_clients import opened, rest, serving

MARK = "qzinvented"
POST = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
WRONG = {
    f"{MARK} / HTTP/1.1\r\nHost: x\r\n\r\n": 400,
    f"GET {MARK} HTTP/1.1\r\nHost: x\r\n\r\n": 400,
    f"GET / HTTP/1.1\r\nHost: x\r\nX {MARK}: 1\r\n\r\n": 400,
    f"GET / HTTP/1.1\r\nHost: x\r\n{MARK}\r\n\r\n": 400,
    f"GET / HTTP/1.1\r\nHost: x\r\nX-A: {MARK}\r\n folded\r\n\r\n": 400,
    f"GET / HTTP/1.1\r\nHost: x\r\nHost: {MARK}\r\n\r\n": 400,
    f"{POST}Content-Length: {MARK}\r\n\r\n{{}}": 400,
    f"{POST}Transfer-Encoding: {MARK}\r\n\r\n{{}}": 501,
    f"{POST}Transfer-Encoding: {MARK}, chunked\r\n\r\n0\r\n\r\n": 501,
    f"GET / HTTP/1.1\r\nHost: x\r\nExpect: {MARK}\r\n\r\n": 417,
    f"GET /{MARK * 900} HTTP/1.1\r\nHost: x\r\n\r\n": 414,
    "GET / HTTP/1.1\r\nHost: x\r\n" + f"X-A: {MARK}\r\n" * 200 + "\r\n": 431,
    f"GET /{MARK} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n": 404,
    f"BREW /api/v1/session?{MARK} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n": 405,
    f"GET /api/v1/orders/{MARK} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n": 404,
}


def answered(port: int, text: str) -> tuple[int, bytes, bytes]:
    """Status, head and body."""
    with opened(port, text) as client:
        head, _, body = rest(client).partition(b"\r\n\r\n")
    return int(head.split()[1]), head, body


def test_what_cannot_be_read_is_refused_without_being_repeated(database: str, tmp_path: Path) -> None:
    with serving(database, tmp_path) as port:
        for text, wanted in WRONG.items():
            status, head, body = answered(port, text)
            assert status == wanted, text[:200]
            assert b"application/problem+json" in head, text[:200]
            assert b"Content-Security-Policy" in head
            assert json.loads(body)["status"] == wanted
            assert MARK.encode() not in head + body, text[:200]


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "Script_Name", "PATH_INFO", "Script-Name"])
def test_no_header_of_a_client_says_where_the_api_stands(database: str, tmp_path: Path, name: str) -> None:
    with serving(database, tmp_path) as port:
        get = f"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{name}: /healthz\r\n\r\n"
        assert answered(port, get)[0] == 200


def test_no_header_of_a_client_says_that_it_came_over_tls(database: str, tmp_path: Path) -> None:
    with serving(database, tmp_path) as port:
        get = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-Proto: https\r\n\r\n"
        assert b"Strict-Transport-Security" not in answered(port, get)[1]
