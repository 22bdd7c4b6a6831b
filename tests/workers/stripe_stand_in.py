"""A stand-in for Stripe: a few of its documented endpoints, answered from memory, for its official client to talk to.

It is not Stripe and proves nothing about it. It holds to what the public reference says of checkout sessions, payment
intents, refunds, errors, idempotency keys and the signatures of webhooks, and to what no other stand-in has: sessions,
keys that are honoured, and refunds that are refused above what was captured.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.workers.stripe_shapes import Object, checkout_session, event, payment_intent, refund

SECRET = "whsec of the tests"
HOST = "127.0.0.1"
Answer = tuple[int, Object]


class StripeStandIn:
    """What it holds: objects by their id, and the answers it gave under idempotency keys."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}
        self.asked: dict[str, Object] = {}
        self.lost = 0  # how many of the next answers never arrive
        self.answers: dict[str, tuple[Object, Answer]] = {}
        self.url = ""
        self.lock = Lock()

    def of_kind(self, kind: str) -> list[Object]:
        """The objects of a kind, newest first."""
        return [one for one in reversed(self.objects.values()) if one["object"] == kind]

    def pay(self, session_id: str) -> Object:
        """The customer pays on the session's page; gives the payment intent."""
        session, about = self.objects[session_id], self.asked[session_id]["payment_intent_data"]
        assert session["status"] == "open", "nobody pays on a page that is closed"
        amount, later = session["amount_total"], about.get("capture_method") == "manual"
        intent = self._kept("pi", lambda name: payment_intent(name, amount, session["currency"], about["metadata"]))
        if later:
            intent |= {"status": "requires_capture", "amount_received": 0, "amount_capturable": amount}
        session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"], "url": None}
        return intent

    def answer(self, method: str, path: str, asked: Object, key: str) -> Answer:
        """The answer to a request; the same one under the same key, and an error where the key came with another."""
        with self.lock:
            if key in self.answers and self.answers[key][0] != {"path": path, **asked}:
                return _error(400, "idempotency_error", "idempotency_key_in_use")
            if key in self.answers:
                return self.answers[key][1]
            given = self._answer(method, path, asked)
            if key and given[0] < 300:
                self.answers[key] = {"path": path, **asked}, given
            if self.lost and method == "POST":
                self.lost -= 1
                return _error(500, "api_error", None)
            return given

    def _answer(self, method: str, path: str, asked: Object) -> Answer:
        words = path.removeprefix("/v1/").split("/")
        match method, words:
            case "POST", ["checkout", "sessions"]:
                return 200, self._session(asked)
            case "GET", ["checkout", "sessions", str(name)]:
                return self._known(name, lambda session: (200, session))
            case "POST", ["checkout", "sessions", str(name), "expire"]:
                return self._known(name, self._expire)
            case "POST", ["payment_intents", str(name), "cancel"]:
                return self._known(name, self._cancel)
            case "GET", ["payment_intents" | "refunds" as kind]:
                return 200, self._listed(kind, asked)
            case "GET", ["payment_intents", str(name)]:
                return self._known(name, lambda intent: (200, intent))
            case "POST", ["payment_intents", str(name), "capture"]:
                return self._known(name, lambda intent: self._capture(intent, asked))
            case "POST", ["refunds"]:
                return self._known(asked["payment_intent"], lambda intent: self._refund(intent, asked))
        return _error(404, "invalid_request_error", "url_invalid")

    def _known(self, name: str, then: Callable[[Object], Answer]) -> Answer:
        found = self.objects.get(name)
        return then(found) if found else _error(404, "invalid_request_error", "resource_missing")

    def _kept(self, prefix: str, made: Callable[[str], Object]) -> Object:
        one = made(f"{prefix}_{len(self.objects) + 1}")
        self.objects[one["id"]] = one
        return one

    def _session(self, asked: Object) -> Object:
        session = self._kept("cs", lambda name: checkout_session(name, asked, f"{self.url}/pay/{name}"))
        self.asked[session["id"]] = asked
        return session

    def _expire(self, session: Object) -> Answer:
        if session["status"] != "open":
            return _error(400, "invalid_request_error", None)
        session |= {"status": "expired", "url": None}
        return 200, session

    def _cancel(self, intent: Object) -> Answer:
        if intent["status"] in ("succeeded", "canceled"):
            return _error(400, "invalid_request_error", "payment_intent_unexpected_state")
        intent |= {"status": "canceled", "amount_capturable": 0, "canceled_at": int(time.time())}
        return 200, intent

    def _listed(self, kind: str, asked: Object) -> Object:
        found = self.of_kind(kind.removesuffix("s"))
        if "payment_intent" in asked:
            found = [one for one in found if one["payment_intent"] == asked["payment_intent"]]
        return {"object": "list", "data": found, "has_more": False, "url": f"/v1/{kind}"}

    def _capture(self, intent: Object, asked: Object) -> Answer:
        if intent["status"] != "requires_capture":
            return _error(400, "invalid_request_error", "payment_intent_unexpected_state")
        taken = int(asked.get("amount_to_capture") or intent["amount"])
        intent |= {"status": "succeeded", "amount_received": taken, "amount_capturable": 0}
        return 200, intent

    def _refund(self, intent: Object, asked: Object) -> Answer:
        given = sum(one["amount"] for one in self.of_kind("refund") if one["payment_intent"] == intent["id"])
        amount = int(asked["amount"])
        if given + amount > intent["amount_received"]:
            return _error(400, "invalid_request_error", "amount_too_large")
        return 200, self._kept("re", lambda name: refund(name, intent, amount, asked["metadata"]))


def signed(kind: str, about: Object, number: int = 1, at: float | None = None) -> tuple[bytes, dict[str, str]]:
    """A webhook of Stripe's: its body and its signature, by the documented scheme `v1`."""
    body, second = (
        json.dumps(event(f"evt_{kind}_{number}", kind, about)).encode(),
        int(time.time() if at is None else at),
    )
    proof = hmac.digest(SECRET.encode(), b"%d.%b" % (second, body), "sha256").hex()
    return body, {"Stripe-Signature": f"t={second},v1={proof}", "Content-Type": "application/json"}


@contextmanager
def stripe_stand_in() -> Iterator[StripeStandIn]:
    """The stand-in, listening while the block runs."""
    standing = StripeStandIn()
    server = ThreadingHTTPServer((HOST, 0), _handler(standing))
    standing.url = f"http://{HOST}:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield standing
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(standing: StripeStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            self._reply("GET", url.path, url.query, "")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            self._reply("POST", self.path, body, self.headers.get("Idempotency-Key", ""))

        def _reply(self, method: str, path: str, form: str, key: str) -> None:
            status, told = standing.answer(method, path, _nested(parse_qsl(form)), key)
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    return Handler


def _nested(form: list[tuple[str, str]]) -> Object:
    """A form as Stripe reads it: `a[b][0]` is a field of a field."""
    told: Object = {}
    for name, value in form:
        *path, last = name.replace("]", "").split("[")
        place = told
        for word in path:
            place = place.setdefault(word, {})
        place[last] = value
    return told


def _error(status: int, kind: str, code: str | None) -> Answer:
    return status, {"error": {"type": kind, "code": code, "message": code}}
