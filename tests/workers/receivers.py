"""Other programs that webhooks are sent to: they keep what they were sent, checked as Standard Webhooks says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

from standardwebhooks.webhooks import Webhook

Answer = Callable[["Received"], int]


class Received(NamedTuple):
    """One call: its headers by small names, its body as it came, what that says, and by which connection it came."""

    headers: dict[str, str]
    body: bytes
    told: dict[str, Any]
    client: tuple[str, int]

    @property
    def message_id(self) -> str:
        """What the receiver knows a repeated call by."""
        return self.headers["webhook-id"]

    def is_signed_with(self, secret: str) -> bool:
        """Whether the reference implementation takes it; raises its error where it does not."""
        Webhook(secret).verify(self.body, self.headers)
        return True


class Receiver:
    """A program that answers 200, or what `answer` says; `gate` holds its answers back while it is closed."""

    def __init__(self, answer: Answer = lambda _: 200) -> None:
        self.answer = answer
        self.hangs_up = False
        self.gate = Event()
        self.gate.set()
        self.calls: list[Received] = []
        self._lock = Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                status = receiver._take(self)
                receiver.gate.wait(30)
                answer = b"no thank you" if status >= 300 else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                if receiver.hangs_up:  # without saying so
                    self.close_connection = True
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def _take(self, handler: BaseHTTPRequestHandler) -> int:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        call = Received(headers, body, json.loads(body), handler.client_address)
        with self._lock:
            self.calls.append(call)
            return self.answer(call)

    @property
    def positions(self) -> list[int]:
        """The positions it was told of, in the order of the calls."""
        return [call.told["position"] for call in self.calls]


@contextmanager
def receiving(answer: Answer = lambda _: 200) -> Iterator[Receiver]:
    """A receiver that stands while the block runs."""
    receiver = Receiver(answer)
    thread = Thread(target=receiver.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        receiver.server.shutdown()
        thread.join()
        receiver.server.server_close()
