"""Bytes that are no request of HTTP, or hardly one: what is sent to a server by who does not speak by its libraries."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.faults.hostile import Hostile, Target


def _heads(mark: str, key: str) -> Sequence[str]:
    """Heads that end as they should, and are wrong in themselves."""
    host = f"Host: x\r\n{key}"
    return (
        f"{mark} /api/v1/orders HTTP/1.1\r\n{host}\r\n",
        f"GET /{mark} HTTP/9.9\r\n{host}\r\n",
        f"GET {mark} HTTP/1.1\r\n{host}\r\n",
        f"GET http://{mark}.example/api/v1/orders HTTP/1.1\r\n{host}\r\n",
        f"GET //{mark}@evil.example/%2e%2e/ HTTP/1.1\r\n{host}\r\n",
        f"GET /api/v1/{mark}\x01 HTTP/1.1\r\n{host}\r\n",
        f"GET /{mark * 900} HTTP/1.1\r\n{host}\r\n",
        f"CONNECT {mark}.example:443 HTTP/1.1\r\n{host}\r\n",
        f"OPTIONS * HTTP/1.1\r\n{host}\r\n",
        f"TRACE /{mark} HTTP/1.1\r\n{host}\r\n",
        f"PRI * HTTP/2.0\r\n\r\nSM {mark}\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}X-A: {mark}\r\n folded\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host} X-A: {mark}\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}{mark}\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}X {mark}: 1\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}X-A: {mark}\0\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}X_{mark}: 1\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: {mark}\r\nHost: y\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}X-A: {mark * 2_000}\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}SCRIPT_NAME: /{mark}\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}Expect: {mark}\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}X-Forwarded-Proto: {mark}\r\nX-Forwarded-Ssl: on\r\n\r\n",
        f"PROXY TCP4 1.2.3.4 {mark} 1 2\r\nGET / HTTP/1.1\r\n{host}\r\n",
        f"\x16\x03\x01\x02\x00{mark}\r\n\r\n",
        f"GET / HTTP/1.0\r\n{host}Connection: {mark}, Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: {mark}\r\n\r\n",
        f"get /healthz HTTP/1.1\r\n{host}X: {mark}\r\n\r\n",
        f"GET /api/v1/orders?{mark}#{mark} HTTP/1.1\r\n{host}\r\n",
        f"GET  /healthz?{mark}  HTTP/1.1\r\n{host}\r\n",
    )


def _framed(mark: str, key: str) -> Sequence[str]:
    """Bodies whose length is unclear, wrong, or told twice."""
    post = f"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\n{key}Content-Type: application/json\r\n"
    chunked = f"{post}Transfer-Encoding: chunked\r\n\r\n"
    return (
        f"{post}Transfer-Encoding: {mark}\r\n\r\n{{}}",
        f"{post}Transfer-Encoding: {mark}, chunked\r\n\r\n0\r\n\r\n",
        f"{post}Transfer-Encoding: chunked, {mark}\r\n\r\n0\r\n\r\n",
        f"{post}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n",
        f"{post}Transfer-Encoding: chunked, chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n",
        f"{post}Transfer-Encoding: identity\r\n\r\n{mark}",
        f"{post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{mark}",
        f"{post}Content-Length: 3\r\nContent-Length: 5\r\n\r\n{{}}{mark}",
        f"{post}Content-Length: -1\r\n\r\n{mark}",
        f"{post}Content-Length: {mark}\r\n\r\n{{}}",
        f"{post}Content-Length: +2\r\n\r\n{{}}",
        f"{post}Content-Length: {'9' * 19}\r\n\r\n{mark}",
        f"{post}Content-Length: {'9' * 60}\r\n\r\n{mark}",
        f"{chunked}zz{mark}\r\n{{}}\r\n0\r\n\r\n",
        f"{chunked}2\r\n{{}}{mark}0\r\n\r\n",
        f"{chunked}ffffffffffffffff\r\n{mark}",
        f"{chunked}{'f' * 70}\r\n{mark}",
        f"{chunked}2;{mark}={'x' * 9_000}\r\n{{}}\r\n0\r\n\r\n",
        f"{chunked}-2\r\n{mark}\r\n",
        f"{chunked}2\r\n{{}}\r\n0\r\n{mark}: {mark}\r\n\r\n",
        f"{chunked}2\r\n{{}}\r\n0\r\nContent-Length: {mark}\r\n\r\n",
        f"{chunked}" + "1\r\n{\r\n" * 500 + f"0\r\n{mark}\r\n\r\n",
        f"{post}Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + mark[:20].ljust(20, "x"),
    )


def raw(target: Target, chance: Random, mark: str) -> Hostile:
    """A head, a frame or a half of one, sent as plain bytes."""
    key = f"Authorization: Bearer {target.token}\r\n" if chance.random() < 0.7 else ""
    text = chance.choice((*_heads(mark, key), *_framed(mark, key)))
    sent = text.encode("latin-1")
    if chance.random() < 0.15:
        sent = sent[: chance.randint(1, len(sent))]
    if chance.random() < 0.1:
        at = chance.randrange(len(sent))
        sent = sent[:at] + bytes((chance.randrange(256),)) + sent[at + 1 :]
    return Hostile("socket", sent, mark.encode(), cut=True)
