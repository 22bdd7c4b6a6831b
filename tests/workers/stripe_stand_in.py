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

SECRET = "whsec of the tests"
HOST = "127.0.0.1"
Object = dict[str, Any]
Answer = tuple[int, Object]


class StripeStandIn:
    """What it holds: objects by their id, and the answers it gave under idempotency keys."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}
        self.answers: dict[str, tuple[Object, Answer]] = {}
        self.url = ""
        self.lock = Lock()

    def of_kind(self, kind: str) -> list[Object]:
        """The objects of a kind, newest first."""
        return [one for one in reversed(self.objects.values()) if one["object"] == kind]

    def pay(self, session_id: str) -> Object:
        """The customer pays on the session's page; gives the payment intent."""
        session = self.objects[session_id]
        about = session["asked"]["payment_intent_data"]
        amount = int(session["asked"]["line_items"]["0"]["price_data"]["unit_amount"])
        later = about.get("capture_method") == "manual"
        intent = self._made("payment_intent", "pi", amount=amount, currency="eur", metadata=about["metadata"])
        intent |= {"status": "requires_capture" if later else "succeeded", "amount_received": 0 if later else amount}
        session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"]}
        return intent

    def answer(self, method: str, path: str, asked: Object, key: str) -> Answer:
        """The answer to a request; the same one under the same key, and an error where the key came with another."""
        with self.lock:
            if key in self.answers and self.answers[key][0] != {"path": path, **asked}:
                return _error(400, "idempotency_error", "idempotency_key_in_use")
            if key in self.answers:
                return self.answers[key][1]
            given = self._answer(method, path, asked)
            if key:
                self.answers[key] = {"path": path, **asked}, given
            return given

    def _answer(self, method: str, path: str, asked: Object) -> Answer:
        words = path.removeprefix("/v1/").split("/")
        match method, words:
            case "POST", ["checkout", "sessions"]:
                return 200, self._session(asked)
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

    def _made(self, kind: str, prefix: str, **facts: Any) -> Object:
        made = {"id": f"{prefix}_{len(self.objects) + 1}", "object": kind, "created": int(time.time()), **facts}
        self.objects[made["id"]] = made
        return made

    def _session(self, asked: Object) -> Object:
        session = self._made("checkout.session", "cs", asked=asked, status="open", payment_status="unpaid")
        session["url"] = f"{self.url}/pay/{session['id']}"
        return session

    def _listed(self, kind: str, asked: Object) -> Object:
        found = self.of_kind(kind.removesuffix("s"))
        if "payment_intent" in asked:
            found = [one for one in found if one["payment_intent"] == asked["payment_intent"]]
        return {"object": "list", "data": found, "has_more": False, "url": f"/v1/{kind}"}

    def _capture(self, intent: Object, asked: Object) -> Answer:
        if intent["status"] != "requires_capture":
            return _error(400, "invalid_request_error", "payment_intent_unexpected_state")
        intent |= {"status": "succeeded", "amount_received": int(asked.get("amount_to_capture") or intent["amount"])}
        return 200, intent

    def _refund(self, intent: Object, asked: Object) -> Answer:
        given = sum(one["amount"] for one in self.of_kind("refund") if one["payment_intent"] == intent["id"])
        amount = int(asked["amount"])
        if given + amount > intent["amount_received"]:
            return _error(400, "invalid_request_error", "amount_too_large")
        facts = {"payment_intent": intent["id"], "amount": amount, "currency": "eur", "status": "succeeded"}
        return 200, self._made("refund", "re", metadata=asked["metadata"], **facts)


def signed(kind: str, about: Object, number: int = 1, at: float | None = None) -> tuple[bytes, dict[str, str]]:
    """A webhook of Stripe's: its body and its signature, by the documented scheme `v1`."""
    event = {"id": f"evt_{kind}_{number}", "object": "event", "type": kind, "data": {"object": about}}
    body, second = json.dumps(event).encode(), int(time.time() if at is None else at)
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


def _error(status: int, kind: str, code: str) -> Answer:
    return status, {"error": {"type": kind, "code": code, "message": code}}
