"""A wire between a program and PostgreSQL that can be cut at a chosen moment."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event as Signal
from threading import Thread

from psycopg.conninfo import conninfo_to_dict, make_conninfo

PIECE = 1 << 20


class Wire:
    """Passes bytes both ways. `cut`, armed once: the next message with `mark` loses its `question` or its `answer`."""

    def __init__(self, database: str, mark: bytes) -> None:
        self._target = conninfo_to_dict(database)
        self._mark = mark
        self._door = socket.create_server(("127.0.0.1", 0))
        self.cut = ""
        self.database = make_conninfo(database, host="127.0.0.1", port=self._door.getsockname()[1])
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Lets nobody in any more."""
        _hang_up(self._door)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server, deaf = self._connected(), Signal()
                Thread(target=self._up, args=(client, server, deaf), daemon=True).start()
                Thread(target=self._down, args=(client, server, deaf), daemon=True).start()

    def _connected(self) -> socket.socket:
        host, port = str(self._target["host"]), int(self._target.get("port") or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _up(self, client: socket.socket, server: socket.socket, deaf: Signal) -> None:
        with suppress(OSError):
            while piece := client.recv(PIECE):
                if self.cut and self._mark in piece:
                    cut, self.cut = self.cut, ""
                    if cut == "question":
                        break
                    deaf.set()
                server.sendall(self._passed(piece))
        _hang_up(client)
        _hang_up(server)

    def _passed(self, piece: bytes) -> bytes:
        """What is passed on of a piece."""
        return piece

    def _down(self, client: socket.socket, server: socket.socket, deaf: Signal) -> None:
        with suppress(OSError):
            while (piece := server.recv(PIECE)) and not deaf.is_set():
                client.sendall(piece)
        _hang_up(client)
        _hang_up(server)


def _hang_up(end: socket.socket) -> None:
    """Tells the other side that nothing more comes, also while a thread reads here."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def wired(database: str, mark: bytes) -> Iterator[Wire]:
    """A wire to a database."""
    wire = Wire(database, mark)
    try:
        yield wire
    finally:
        wire.close()


class Stalling(Wire):
    """A wire that takes everything and passes nothing on any more, once it is stalled."""

    def __init__(self, database: str) -> None:
        self.stall = Signal()
        super().__init__(database, b"\0never")

    def _passed(self, piece: bytes) -> bytes:
        return b"" if self.stall.is_set() else piece


@contextmanager
def stalled(database: str) -> Iterator[tuple[str, Signal]]:
    """An address of the database through a wire, and what stalls it."""
    wire = Stalling(database)
    try:
        yield wire.database, wire.stall
    finally:
        wire.close()
