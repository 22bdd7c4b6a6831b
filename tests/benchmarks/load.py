"""Load on a server: keep-alive connections spread evenly over its processes, each driven by a process of its own."""

from __future__ import annotations

import json
import multiprocessing
import socket
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

HOST = "127.0.0.1"
PATIENCE = 30.0
TRIES = 1_000
_CONTEXT = multiprocessing.get_context("fork")  # the connections are opened here and inherited


class Answer(NamedTuple):
    """One answer: how long it took in milliseconds, its status, its headers in small letters, its body."""

    ms: float
    status: int
    headers: dict[str, str]
    body: bytes


class Round(NamedTuple):
    """What the clients of one round saw: from the first request to the last answer, and every answer."""

    seconds: float
    answers: list[Answer]


class Client:
    """One keep-alive connection; does as little as a client can, so that the server has the machine."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> Answer:
        """Sends a request and reads the answer."""
        began = time.perf_counter()
        self.socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        first, *lines = received[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = received[end + 4 :]
        while len(body) < int(headers["content-length"]):
            body += self._more()
        return Answer((time.perf_counter() - began) * 1000, int(first.split()[1]), headers, body)

    def close(self) -> None:
        """Hangs up."""
        self.socket.close()

    def _more(self) -> bytes:
        received = self.socket.recv(65536)
        if not received:
            raise ConnectionError("the server hung up")
        return received


def request(method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> bytes:
    """A request as it goes over the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    told = {"Host": HOST, "Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


def spread(port: int, count: int, processes: Sequence[int]) -> list[Client]:
    """So many connections, equally many on each server process: who accepts one is up to the system, so it tries."""
    wanted = -(-count // len(processes))
    kept: list[Client] = []
    held: Counter[int] = Counter()
    for _ in range(TRIES):
        if len(kept) == count:
            return kept
        client = Client(port)
        client.ask(request("GET", "/healthz"))
        process = served_by(client.socket.getsockname()[1], port, processes)
        if held[process] < wanted:
            held[process] += 1
            kept.append(client)
        else:
            client.close()
    raise RuntimeError(f"connections do not spread over the server processes: {dict(held)}")


def served_by(client_port: int, server_port: int, processes: Iterable[int]) -> int:
    """The server process that has accepted a connection."""
    inode = _inode(server_port, client_port)
    for process in processes:
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            try:
                target = str(descriptor.readlink())
            except FileNotFoundError:
                continue
            if target == f"socket:[{inode}]":
                return process
    raise RuntimeError("no server process has this connection")


def drive(clients: Sequence[Client], work: Sequence[Sequence[bytes]]) -> Round:
    """Each client asks its requests one after the other, all clients at once; every answer must be a success."""
    ready = _CONTEXT.Barrier(len(clients) + 1)
    pipes = [_CONTEXT.Pipe(duplex=False) for _ in clients]
    drivers = [
        _CONTEXT.Process(target=_drive, args=(client, requests, ready, sender), daemon=True)
        for client, requests, (_, sender) in zip(clients, work, pipes, strict=True)
    ]
    for driver in drivers:
        driver.start()
    ready.wait(PATIENCE)
    began = time.perf_counter()
    told = [_received(receiver) for receiver, _ in pipes]
    for driver in drivers:
        driver.join()
    answers = [answer for _, given in told for answer in given]
    if refused := [answer for answer in answers if answer.status >= 400]:
        raise RuntimeError(f"{len(refused)} refused, the first with {refused[0].status}: {refused[0].body[:500]!r}")
    return Round(max(ended for ended, _ in told) - began, answers)


def _drive(client: Client, requests: Sequence[bytes], ready: Any, sender: Connection) -> None:
    ready.wait(PATIENCE)
    answers = [client.ask(one) for one in requests]
    sender.send((time.perf_counter(), answers))


def _received(receiver: Connection) -> tuple[float, list[Answer]]:
    told: tuple[float, list[Answer]] = receiver.recv()
    return told


def _inode(local: int, remote: int) -> str:
    """The number of the socket that has these two ports."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if (int(columns[1].split(":")[1], 16), int(columns[2].split(":")[1], 16)) == (local, remote):
            return columns[9]
    raise RuntimeError("there is no such connection")
