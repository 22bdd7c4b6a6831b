"""The server's processes: health is answered by threads of its own, however many requests hang."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from selectors import EVENT_READ
from socket import MSG_DONTWAIT, MSG_PEEK
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from api.health import HEALTH, READY

THREADS = 2
_BEGINNINGS = tuple(f"{method} {path}".encode() for method in ("GET", "HEAD") for path in (HEALTH, READY))
_LONGEST = max(map(len, _BEGINNINGS))


class HealthFirst(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads, and two more that answer nothing but how the process is."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._healthy = ThreadPoolExecutor(THREADS, thread_name_prefix="health")  # threads start when they are needed

    def enqueue_req(self, conn: Any) -> None:
        """Hands a connection to a thread once its request has begun to arrive: who says nothing holds none."""
        read_ahead = conn.parser.unreader.buf.getvalue() if conn.parser else b""
        try:
            beginning = read_ahead or conn.sock.recv(_LONGEST, MSG_PEEK | MSG_DONTWAIT)
        except BlockingIOError:
            self._wait_for(conn)
            return
        except OSError:
            beginning = b""
        threads = self._healthy if beginning.startswith(_BEGINNINGS) else self.tpool
        handled = threads.submit(self.handle, conn)
        handled.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _wait_for(self, conn: Any) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))
