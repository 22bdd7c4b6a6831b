"""Till printers: reached over TCP or as a device, given up on after a time, and asked whether they took what was sent.

Over TCP a printer is asked for its state before anything is sent and once more behind it (ESC/POS `DLE EOT 1` and `GS r
1`): it answers the second only when it has worked through what came before. One that cannot answer is told by
`?answers=no`. A device is written to, and takes what it can.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

PORT = 9100
ARE_YOU_THERE = b"\x10\x04\x01"
ARE_YOU_DONE = b"\x1dr\x01"
LARGEST = 1 << 16  # bytes written to a device at one time


class PrinterUnreachable(Exception):
    """The printer did not take what was sent; the message says why in a line."""


class Printer(NamedTuple):
    """Where a printer is: a host and port, or a device; `answers`: it tells its state when asked."""

    name: str
    host: str
    port: int
    device: Path | None
    answers: bool

    def send(self, data: bytes, timeout: float) -> None:
        """Sends a job and returns once it was taken; raises `PrinterUnreachable`, at the latest after `timeout`."""
        deadline = time.monotonic() + timeout
        try:
            if self.device:
                _write(self.device, data, deadline)
            else:
                self._talk(data, deadline)
        except TimeoutError:
            raise PrinterUnreachable(f"The printer {self.name} does not answer within {timeout:g} seconds.") from None
        except OSError as error:
            raise PrinterUnreachable(f"The printer {self.name} cannot be reached: {_reason(error)}.") from None

    def _talk(self, data: bytes, deadline: float) -> None:
        with socket.create_connection((self.host, self.port), _left(deadline)) as connection:
            if self.answers:
                _ask(connection, ARE_YOU_THERE, deadline)
            connection.settimeout(_left(deadline))
            connection.sendall(data)
            if self.answers:
                _ask(connection, ARE_YOU_DONE, deadline)


def printer_at(url: str) -> Printer:
    """The printer of an address: `tcp://host:9100`, `file:///dev/usb/lp0`; raises `ValueError` saying what is wrong."""
    told = urlsplit(url)
    answers = parse_qs(told.query).get("answers", ["yes"]) != ["no"]
    if told.scheme == "tcp" and told.hostname:
        return Printer(url, told.hostname, told.port or PORT, None, answers)
    if told.scheme == "file" and told.path.startswith("/") and not told.netloc:
        return Printer(url, "", 0, Path(unquote(told.path)), answers)
    raise ValueError(f"{url} is no printer: say tcp://host:9100 or file:///dev/usb/lp0")


def _ask(connection: socket.socket, question: bytes, deadline: float) -> None:
    connection.settimeout(_left(deadline))
    connection.sendall(question)
    if not connection.recv(1):
        raise ConnectionResetError(errno.ECONNRESET, "it hung up")


def _write(device: Path, data: bytes, deadline: float) -> None:
    """Writes to a device without waiting for it longer than until the deadline."""
    file = os.open(device, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        left = memoryview(data)
        while left:
            _, ready, _ = select.select([], [file], [], _left(deadline))
            if not ready:
                raise TimeoutError
            left = left[_written(file, left) :]
    finally:
        os.close(file)


def _written(file: int, left: memoryview) -> int:
    try:
        return os.write(file, left[:LARGEST])
    except BlockingIOError:
        return 0


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
