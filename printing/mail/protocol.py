"""What goes between a server and the process apart that fills in templates: messages led by their length."""

from __future__ import annotations

import socket
import struct
from typing import Any

import msgspec

_LENGTH = struct.Struct(">I")


class Request(msgspec.Struct):
    """What to do: `write` a mail of these facts, or `check` a template with the names of its occasion's facts."""

    kind: str
    subject: str
    html: str
    text: str
    facts: dict[str, Any] = {}
    names: tuple[str, ...] = ()


class Answer(msgspec.Struct):
    """The mail, or what is wrong with the template: the part, the line and the fault."""

    written: tuple[str, str, str] | None = None
    pointer: str = "/html"
    line: int = 1
    fault: str = ""


def send(channel: socket.socket, message: Request | Answer) -> None:
    """Sends one message."""
    body = msgspec.json.encode(message)
    channel.sendall(_LENGTH.pack(len(body)) + body)


def receive(channel: socket.socket) -> bytes:
    """The next message; empty when the other side is gone."""
    head = _exactly(channel, _LENGTH.size)
    return _exactly(channel, _LENGTH.unpack(head)[0]) if head else b""


def _exactly(channel: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = channel.recv(size)
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
