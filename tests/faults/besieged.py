"""A whole installation as users start it, with a small shop in it, for who means it harm or measures it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from projections.postgres.binaries import myself
from projections.runtime import open_runtime
from projections.settings import Settings
from scripts.supervise import environment
from tests.api.desk import BILLING, cart, line
from tests.benchmarks.stand import children
from tests.faults.hostile import Target
from tests.faults.installation import HOST, ROOT
from tests.faults.shop import PARTS, PATIENCE, unfinished, waited_for
from tests.fixtures_api import issue
from tests.setup.running import command_line, eventually, free_port
from tests.setup.test_starting import asked

ORDERS = 60
SKUS = 4
CONNECTIONS = 8
FAULTY = ("request.failed", "WORKER TIMEOUT", "Traceback")  # in the API's log
TEMPLATES = "rendering_process"
SOME_EXPORTS = "16"  # streamed at one time, more than there are clients: none is told to wait


class Besieged:
    """A running installation: its parts, which nobody starts again, and what there is in its shop."""

    def __init__(self, settings: Settings, port: int, token: str) -> None:
        self.settings = settings
        self.port = port
        self.token = token
        self.target = Target(token, (), "", {})
        self._variables = environment(settings, settings.database_url, myself()) | {
            "CARNET_SECRET_KEY": settings.secret_key, "CARNET_PORT": str(port), "CARNET_LOG_LEVEL": "warning",
            "CARNET_EXPORTS": SOME_EXPORTS, "CARNET_CALLER_REQUESTS": "0",
        }  # fmt: skip
        self.parts: dict[str, subprocess.Popen[bytes]] = {}

    def log_of(self, name: str) -> Path:
        """The file that takes what a part says."""
        return self.settings.data_dir / f"{name}.log"

    def begin(self) -> None:
        """Starts every part and fills the shop."""
        for name, word in PARTS.items():
            with self.log_of(name).open("wb") as output:
                command = (sys.executable, "-m", "scripts.cli", word)
                self.parts[name] = subprocess.Popen(
                    command, cwd=ROOT, env=self._variables, process_group=0, stdout=output, stderr=output
                )
        eventually(lambda: asked(self.port, "/readyz")[0] == 200, "the installation is ready", self.said)
        eventually(self._is_ready, "every process of the installation is ready", self.said)
        self._fill()

    def _is_ready(self) -> bool:
        """Whether it is, for so many connections that none of its processes can have met none of them."""
        return all(asked(self.port, "/readyz")[0] == 200 for _ in range(CONNECTIONS))

    def end(self) -> None:
        """Asks every part to end, the API first."""
        for part in self.parts.values():
            part.terminate()
        for part in self.parts.values():
            part.wait(PATIENCE)

    def said(self) -> str:
        """What the parts wrote, in their last lines."""
        return "\n".join(self.log_of(name).read_text(errors="replace")[-2_000:] for name in self.parts)

    def ask(self, method: str, path: str, body: Any = None, key: str = "") -> dict[str, Any]:
        """One honest request, which has to be answered with a 2xx."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection = HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            told = {**headers, **({"Idempotency-Key": key} if key else {})}
            connection.request(method, path, None if body is None else json.dumps(body), told)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        assert 200 <= answer.status < 300, f"{method} {path}: {answer.status} {content[:500]!r}"
        return dict(json.loads(content or b"{}"))

    def faults(self) -> list[str]:
        """What is not as it was: parts that ended, work not done, a log that does not verify, lines of faults."""
        found = [f"the {name} ended" for name, part in self.parts.items() if part.poll() is not None]
        found += waited_for(self._left, PATIENCE)
        if asked(self.port, "/readyz")[0] != 200:
            found.append(f"not ready: {asked(self.port, '/readyz')}")
        for words in (("audit", "seal"), ("audit", "verify")):
            command = (sys.executable, "-m", "scripts.cli", *words)
            ran = subprocess.run(command, cwd=ROOT, env=self._variables, capture_output=True, text=True, check=False)
            if ran.returncode:
                found.append(f"{' '.join(words)}: {(ran.stdout + ran.stderr)[-600:]}")
        said = self.log_of("API").read_text(errors="replace")
        return found + [line[:1_500] for line in said.splitlines() if any(sign in line for sign in FAULTY)]

    def _left(self) -> list[str]:
        return [one for one in unfinished(self.settings.database_url, 0) if "consumer" not in one]

    def memory(self) -> Mapping[str, float]:
        """MB that each part has resident, but those of its processes that fill in templates."""
        told = {name: 0.0 for name in (*self.parts, TEMPLATES)}
        for name, part in self.parts.items():
            for pid in _family(part.pid):
                told[TEMPLATES if TEMPLATES in " ".join(command_line(pid)) else name] += _resident(pid)
        return told

    def _fill(self) -> None:
        for sku in range(SKUS):
            self.ask("POST", f"/api/v1/stock/CUP-{sku}/receipts", {"quantity": 100_000}, f"stock-{sku}")
        orders = []
        for number in range(ORDERS):
            lines = (line(1, sku=f"CUP-{number % SKUS}"), line(2, sku=f"CUP-{(number + 1) % SKUS}"))
            buyer = {**BILLING, "email": f"nora{number % 7}@example.com"}
            body = cart(*lines, place=number % 3 > 0, billing_address=buyer, tags=["seen"])
            orders.append(self.ask("POST", "/api/v1/orders", body, f"order-{number}"))
            if number % 3 == 1:
                self.ask("POST", f"/api/v1/orders/{orders[-1]['id']}/payments", {"method": "card"}, f"pay-{number}")
        description = self.ask("GET", "/api/v1/openapi.json")
        self.target = Target(
            self.token, [order["id"] for order in orders], orders[0]["customer"]["id"], lists_of(description)
        )


def lists_of(description: Mapping[str, Any]) -> dict[str, list[str]]:
    """Every route that is read, with the names of what its query may hold."""
    found = {}
    for path, methods in description["paths"].items():
        if "get" in methods:
            told = [*methods.get("parameters", ()), *methods["get"].get("parameters", ())]
            found[path] = [one["name"] for one in told if one.get("in") == "query"] or ["limit"]
    return found


def _family(pid: int) -> list[int]:
    """A process and all that it began."""
    try:
        return [pid, *(member for child in children(pid) for member in _family(child))]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _resident(pid: int) -> float:
    """MB of a process; 0 where it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def besieged(settings: Settings) -> Iterator[Besieged]:
    """An installation that runs while the block does."""
    with open_runtime(settings) as runtime:
        token = issue(runtime, "besieged", "admin")
    shop = Besieged(settings, free_port(), token)
    try:
        shop.begin()
        yield shop
    finally:
        shop.end()
