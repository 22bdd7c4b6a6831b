"""Taking orders while two hundred desks wait for changes, beside the same without them, in alternating rounds."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from selectors import EVENT_READ, DefaultSelector
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import psycopg

from tests.benchmarks.load import Client, drive, request, spread
from tests.benchmarks.stand import Stand, durable_server, stand, wait_for_views, workers

DESKS = int(os.environ.get("CARNET_BENCH_DESKS", "200"))
CLIENTS = 8
JOBS = int(os.environ.get("CARNET_BENCH_JOBS", "100"))  # of each client in a round
ROUNDS = 5
SETTLED = 2.0  # seconds in which all desks have asked and wait, as they do all day
MOST_LOST = 0.10
LINE = {"sku": "CUP-1", "name": "Cup", "quantity": 1, "unit_price": {"amount": "12.50", "currency": "EUR"}}


def run(rounds: int = ROUNDS, jobs: int = JOBS, desks: int = DESKS) -> Iterator[dict[str, Any]]:
    """One line: orders a second with desks that wait, and without."""
    with durable_server() as server, stand(server.url()) as ours, ours.running("project", "scripts.cli", "project"):
        with psycopg.connect(server.url(), autocommit=True) as connection:
            wait_for_views(connection)
        _rate(ours, jobs)  # warm
        alone, beside = [], []
        for _ in range(rounds):
            alone.append(_rate(ours, jobs))
            with waiting(ours, desks) as told:
                time.sleep(SETTLED)
                beside.append(_rate(ours, jobs))
    ratio = statistics.median(beside) / statistics.median(alone)
    yield {
        "name": f"POST /orders beside {desks} desks that wait",
        "value": round(statistics.median(beside), 1),
        "unit": "orders/s",
        "reference": "the same without them",
        "reference_value": round(statistics.median(alone), 1),
        "ratio": round(ratio, 3),
        "told": told[0],
        "target": f">= {1 - MOST_LOST} x the reference",
        "passed": ratio >= 1 - MOST_LOST,
    }


def _rate(ours: Stand, jobs: int) -> float:
    """Orders a second that eight clients take."""
    clients = spread(ours.port, CLIENTS, workers(ours.server))
    work = [[_order(ours) for _ in range(jobs)] for _ in clients]
    done = drive(clients, work)
    for client in clients:
        client.close()
    return len(done.answers) / done.seconds


def _order(ours: Stand) -> bytes:
    headers = {**ours.headers, "Idempotency-Key": uuid4().hex}
    return request("POST", "/api/v1/orders", {"items": [LINE], "place": True}, headers)


@contextmanager
def waiting(ours: Stand, desks: int) -> Iterator[list[int]]:
    """So many desks that wait, each asking anew as soon as it is told something; gives how many answers they had."""
    over, told = Event(), [0]
    with ExitStack() as stack:
        clients = spread(ours.port, desks, workers(ours.server))
        for client in clients:
            stack.callback(client.close)
        thread = Thread(target=_follow, args=(ours, clients, over, told))
        thread.start()
        try:
            yield told
        finally:
            over.set()
            thread.join()


def _follow(ours: Stand, clients: list[Client], over: Event, told: list[int]) -> None:
    """All desks in one thread: whoever was answered asks again."""

    first = json.loads(clients[0].ask(request("GET", "/api/v1/changes", headers=ours.headers)).body)
    with DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, EVENT_READ, client)
            client.socket.sendall(_question(ours, first["position"]))
        while not over.is_set():
            for key, _ in selector.select(0.2):
                body = _body(key.data)
                told[0] += 1
                key.data.socket.sendall(_question(ours, body["position"]))


def _question(ours: Stand, after: int) -> bytes:
    return request("GET", f"/api/v1/changes?after={after}&wait=25", headers=ours.headers)


def _body(client: Client) -> Any:
    received = b""
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += client.socket.recv(65536)
    length = int(received[:end].lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(received) < end + 4 + length:
        received += client.socket.recv(65536)
    return json.loads(received[end + 4 :])


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        for line in run():
            print(json.dumps(line))
