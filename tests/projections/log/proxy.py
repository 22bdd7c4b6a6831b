"""A wire between a program and PostgreSQL that can be cut at a chosen moment."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from psycopg.conninfo import conninfo_to_dict, make_conninfo

PIECE = 1 << 20


class Wire:
    """Passes bytes both ways. `cut` is armed for one message: it loses the `question` or the `answer` to it."""

    def __init__(self, database: str) -> None:
        self._target = conninfo_to_dict(database)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.cut: str | None = None
        self.database = make_conninfo(database, host="127.0.0.1", port=self._door.getsockname()[1])
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Lets nobody in any more."""
        self._door.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = self._connected()
                Thread(target=self._up, args=(client, server), daemon=True).start()
                Thread(target=self._down, args=(client, server), daemon=True).start()

    def _connected(self) -> socket.socket:
        host, port = str(self._target["host"]), int(self._target.get("port") or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server:
            while piece := client.recv(PIECE):
                if self.cut == "question":
                    self.cut = None
                    server.shutdown(socket.SHUT_RDWR)
                    return
                server.sendall(piece)

    def _down(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server:
            while piece := server.recv(PIECE):
                if self.cut == "answer":
                    self.cut = None
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(piece)


@contextmanager
def wired(database: str) -> Iterator[Wire]:
    """A wire to a database."""
    wire = Wire(database)
    try:
        yield wire
    finally:
        wire.close()
