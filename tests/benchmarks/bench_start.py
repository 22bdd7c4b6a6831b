"""How soon the server answers and how much memory its processes take, beside a bare Flask handler served alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg

from tests.benchmarks.bench_http import CLIENTS, Side, beside, creation, creations
from tests.benchmarks.floor import TABLES
from tests.benchmarks.load import drive, request, spread
from tests.benchmarks.stand import Program, Stand, durable_server, memory_mb, stand, workers

STARTS = 5
JOBS = 40  # orders of each client before the memory is looked at
MOST_SECONDS, MOST_MB = 2.0, 150.0
_SAMPLE: dict[str, list[dict[str, Any]]] = {"create": [{"events": []}], "ship": [{"events": []}]}


def run(starts: int = STARTS, jobs: int = JOBS) -> Iterator[dict[str, Any]]:
    """The slowest of a few starts, and the largest server process after work; nothing is compiled while it starts."""
    times: tuple[list[float], list[float]] = ([], [])
    with durable_server() as server:
        for number in range(starts):
            with stand(server.url()) as ours, psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute(TABLES)
                samples = ours.folder / "samples.json"
                samples.write_text(json.dumps(_SAMPLE))
                with beside(ours, samples, "least") as (floor, port):
                    times[0].append(ours.server.answered_in)
                    times[1].append(floor.answered_in)
                    if number == starts - 1:
                        sizes = [largest(ours.server, ours.port, ours, jobs), largest(floor, port, ours, jobs)]
    yield start_line(*times)
    yield memory_line(*sizes)


def largest(program: Program, port: int, ours: Stand, jobs: int) -> tuple[float, float]:
    """The largest server process after some work, in MB: its proportional share, and all it has resident."""
    side = Side(port, program, (), ours.headers, lambda: None)
    clients = spread(port, CLIENTS, workers(program))
    drive(clients, creations(side, CLIENTS, jobs))
    for client in clients:
        client.ask(creation(side, "memory"))
        client.ask(request("GET", "/healthz"))
        client.close()
    return max(memory_mb(process) for process in workers(program))


def start_line(ours: list[float], floor: list[float]) -> dict[str, Any]:
    """The line of the start."""
    return {
        "name": "server answers after its start",
        "value": round(max(ours), 2),
        "unit": "s",
        "reference": "bare Flask handler, its slowest start",
        "reference_value": round(max(floor), 2),
        "ratio": round(max(ours) / max(floor), 2),
        "starts": len(ours),
        "target": f"< {MOST_SECONDS} s",
        "passed": max(ours) < MOST_SECONDS,
    }


def memory_line(ours: tuple[float, float], floor: tuple[float, float]) -> dict[str, Any]:
    """The line of the memory."""
    return {
        "name": "memory of a server process",
        "value": round(ours[0], 1),
        "unit": "MB PSS",
        "resident": round(ours[1], 1),
        "reference": "bare Flask handler",
        "reference_value": round(floor[0], 1),
        "ratio": round(ours[0] / floor[0], 2),
        "target": f"< {MOST_MB} MB",
        "passed": ours[1] < MOST_MB,
    }
