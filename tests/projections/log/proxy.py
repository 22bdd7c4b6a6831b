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
        _hang_up(self._door)

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
        self._pass_on(client, server, "question")

    def _down(self, client: socket.socket, server: socket.socket) -> None:
        self._pass_on(server, client, "answer")

    def _pass_on(self, source: socket.socket, target: socket.socket, kind: str) -> None:
        with suppress(OSError):
            while (piece := source.recv(PIECE)) and self.cut != kind:
                target.sendall(piece)
            if piece:
                self.cut = None
        for end in (source, target):
            _hang_up(end)


def _hang_up(end: socket.socket) -> None:
    """Tells the other side that nothing more comes, also while a thread reads here."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def wired(database: str) -> Iterator[Wire]:
    """A wire to a database."""
    wire = Wire(database)
    try:
        yield wire
    finally:
        wire.close()
