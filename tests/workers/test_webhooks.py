"""Webhooks: signed, given only to public addresses, tried again where that may help."""

from __future__ import annotations

import hmac
import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest

from domain.enrolments import StartEnrolment, enrolment_id_of
from domain.orders.creation import CreateOrder
from domain.sequences import Beginning, CallWebhook, DefineSequence, Definition
from domain.sequences.targets import is_public
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from tests.fixtures_api import context_of
from tests.workers.mail_servers import certificate
from tests.workers.working import ask, becomes, working
from workers.effects import PERFORMED
from workers.marketing.webhook_calls import CALL_WEBHOOK
from workers.marketing.webhooks import PrivateAddress, Unreachable, post, resolved, signature

Patch = pytest.MonkeyPatch
SECRET = "a secret of the tests"
ORDER, SEQUENCE = UUID(int=0xA1), UUID(int=0xA2)


class Target:
    """Another program that answers as it is told, and what it was sent."""

    def __init__(self) -> None:
        self.statuses = [200]
        self.received: list[tuple[dict[str, str], bytes]] = []
        target = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                target.received.append((dict(self.headers), body))
                status = target.statuses.pop(0) if len(target.statuses) > 1 else target.statuses[0]
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", target.url + "elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def target() -> Iterator[Target]:
    standing = Target()
    thread = Thread(target=standing.server.serve_forever, args=(0.01,))
    thread.start()
    yield standing
    standing.server.shutdown()
    thread.join()
    standing.server.server_close()


@pytest.fixture
def trusting(settings: Settings) -> Iterator[Runtime]:
    """An installation that may call private addresses."""
    told = Settings(database_url=settings.database_url, secret_key=settings.secret_key, webhooks_private=True)
    with open_runtime(told) as opened:
        yield opened


def enrolled(runtime: Runtime, url: str) -> dict[str, str | int]:
    """An order in a sequence whose only step calls that address; gives the call's payload."""
    definition = Definition(name="Tell", beginning=Beginning(on="placed"), steps=(CallWebhook(url=url),))
    runtime.desk.handle(
        DefineSequence(sequence_id=SEQUENCE, context=context_of(), definition=definition, secrets={url: SECRET})
    )
    runtime.desk.handle(CreateOrder(order_id=ORDER, context=context_of(), currency="EUR"))
    runtime.desk.handle(StartEnrolment(sequence_id=SEQUENCE, context=context_of(), sequence_version=1, order_id=ORDER))
    return {"enrolment_id": str(enrolment_id_of(SEQUENCE, ORDER)), "step": 1}


def test_a_call_carries_ids_and_a_signature_that_proves_them(trusting: Runtime, target: Target) -> None:
    payload = enrolled(trusting, target.url)
    with working(trusting, {"sequence.webhook": CALL_WEBHOOK}):
        key = ask(trusting, "sequence.webhook", payload=payload)
        becomes(trusting, key, "done")
    [(headers, body)] = target.received
    told = json.loads(body)
    assert (told["order_id"], told["sequence_id"], told["step"]) == (str(ORDER), str(SEQUENCE), 1)
    assert headers["Carnet-Delivery"] == told["id"] == str(key)
    signed = hmac.new(SECRET.encode(), headers["Carnet-Timestamp"].encode() + b"." + body, "sha256").hexdigest()
    assert headers["Carnet-Signature"] == f"sha256={signed}"
    assert abs(int(headers["Carnet-Timestamp"]) - time.time()) < 60


def test_a_program_that_fails_is_called_again(trusting: Runtime, target: Target, monkeypatch: Patch) -> None:
    monkeypatch.setattr("workers.performing.FIRST_PAUSE", timedelta(milliseconds=10))
    target.statuses = [503, 429, 204]
    payload = enrolled(trusting, target.url)
    with working(trusting, {"sequence.webhook": CALL_WEBHOOK}):
        assert becomes(trusting, ask(trusting, "sequence.webhook", payload=payload), "done").attempts == 3
    assert len({body for _, body in target.received}) == 1


@pytest.mark.parametrize("status", [302, 400, 410])
def test_a_redirect_and_a_refusal_are_final(trusting: Runtime, target: Target, status: int) -> None:
    target.statuses = [status]
    payload = enrolled(trusting, target.url)
    with working(trusting, {"sequence.webhook": CALL_WEBHOOK}):
        failed = becomes(trusting, ask(trusting, "sequence.webhook", payload=payload), "failed")
    assert (failed.error, failed.attempts, len(target.received)) == (f"answered-{status}", 1, 1)


def test_a_private_address_is_not_called(runtime: Runtime, target: Target) -> None:
    payload = enrolled(runtime, target.url)
    with working(runtime, PERFORMED):
        failed = becomes(runtime, ask(runtime, "sequence.webhook", payload=payload), "failed")
    assert (failed.error, target.received) == ("private-address", [])


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2002:808:808::", True),
        ("64:ff9b::808:808", True),
        ("64:ff9b:1::808:808", False),
        ("fec0::1", False),
        ("feff::1", False),
        ("::8.8.8.8", False),
        ("::ffff:0:8.8.8.8", False),
        ("100::1", False),
        ("2001::1", False),
        ("2001:0:808:808:0:0:f7f7:f7f7", False),
        ("2001:2::1", False),
        ("2001:10::1", False),
        ("2001:20::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("3ffe::1", False),
        ("4000::1", False),
        ("5f00::1", False),
        ("2606:4700::5efe:7f00:1", False),
        ("2606:4700::200:5efe:a00:1", False),
        ("2606:4700::5efe:808:808", True),
        ("192.0.0.9", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("203.0.113.1", False),
        ("240.0.0.1", False),
    ],
)
def test_an_address_is_public_or_not(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_that_leads_to_any_private_address_is_refused(monkeypatch: Patch) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, 443)) for address in ("8.8.8.8", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(PrivateAddress):
        resolved("example.com", 443, private=False)


def test_the_name_is_looked_up_once_and_that_address_is_called(target: Target, monkeypatch: Patch) -> None:
    looks: list[str] = []

    def once(host: str, *_: Any, **__: Any) -> list[Any]:
        looks.append(host)
        return [(0, 0, 0, "", ("127.0.0.1", 0))]

    monkeypatch.setattr("workers.marketing.webhooks.socket.getaddrinfo", once)
    monkeypatch.setattr("workers.marketing.webhooks.socket.create_connection", _numeric(looks))
    assert post(f"http://shop.example:{target.server.server_port}/hook", b"{}", {}, private=True) == 200
    assert looks == ["shop.example", "connect 127.0.0.1"]
    assert target.received[0][0]["Host"].startswith("shop.example:")


def _numeric(looks: list[str]) -> Any:
    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        looks.append(f"connect {address[0]}")
        plain = socket.socket()
        plain.settimeout(timeout)
        plain.connect(address)
        return plain

    return connect


def test_a_program_that_drips_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping = Thread(target=_drip, args=(listening,))
        dripping.start()
        began = time.monotonic()
        with pytest.raises(Unreachable):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"{}", {}, private=True, patience=0.3)
        assert time.monotonic() - began < 2
        dripping.join()


def _drip(listening: socket.socket) -> None:
    """Answers a byte at a time, without end."""
    peer, _ = listening.accept()
    with peer:
        try:
            while True:
                peer.sendall(b"a")
                time.sleep(0.05)
        except OSError:
            return


def test_a_call_over_https_is_made_only_to_whom_a_certificate_vouches_for(
    target: Target, tmp_path: Path, monkeypatch: Patch
) -> None:
    trusted, context = certificate(tmp_path)
    target.server.socket = context.wrap_socket(target.server.socket, server_side=True)
    url = f"https://127.0.0.1:{target.server.server_port}/hook"
    with pytest.raises(Unreachable):
        post(url, b"{}", {}, private=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    assert post(url, b"{}", {}, private=True) == 200
    assert [body for _, body in target.received] == [b"{}"]


def test_nobody_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(Unreachable):
        post(f"http://127.0.0.1:{port}/", b"{}", {}, private=True)


def test_the_signature_covers_the_time_and_the_body() -> None:
    expected = hmac.new(b"secret", b"17.{}", "sha256").hexdigest()
    assert signature("secret", 17, b"{}") == expected
