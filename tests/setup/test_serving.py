"""A server that begins, and one that is given more templates to try than it can: it says nothing idle, and answers."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import pytest

from printing.documents import fonts, typefaces
from projections.runtime import open_runtime
from projections.settings import Settings
from scripts.serve import Server
from tests.fixtures_api import issue
from tests.setup.running import eventually, free_port
from tests.setup.test_slow_clients import honest, opened, rest, serving
from tests.setup.test_starting import asked, started, status_of

BOMB = "{% for a in range(4000) %}{% if 'x' in range(99999) %}{% endif %}{% endfor %}"
BOMBS = 8
SOON = 0.5  # seconds, less than two bombs take


def test_a_server_that_logs_errors_alone_begins_and_ends_without_a_word(database: str, tmp_path: Path) -> None:
    port = free_port()
    with started("serve", database, port, tmp_path, CARNET_LOG_LEVEL="error", CARNET_PROCESSES="1") as server:
        eventually(lambda: asked(port, "/api/v1/orders")[0] == 401, "the API is there")
        server.terminate()
        assert server.wait(30) == 0
        assert server.stderr is not None
        # Where root's Python is closed to others, who started it is told so, whatever is logged.
        said = [line for line in server.stderr.read().splitlines() if not line.startswith("The parts run as root.")]
        assert said == []


def test_fonts_are_made_ready_when_a_server_begins(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    monkeypatch.setattr(typefaces, "make_ready", lambda: begun.append(True))
    server = Server(settings)
    status_of(server.load())
    assert server.runtime is not None
    server.runtime.close()
    assert begun == [True]


def test_fonts_are_parsed_once_whoever_asks_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def slowly(weight: int) -> int:
        made.append(weight)
        time.sleep(0.05)
        return weight

    monkeypatch.setattr(fonts, "Face", slowly)
    monkeypatch.setattr(fonts, "_faces", {})
    ready = typefaces.make_ready()
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda _: fonts.face(fonts.BOLD), range(8))) == [fonts.BOLD] * 8  # type: ignore[comparison-overlap]
    ready.join()
    assert sorted(made) == [fonts.REGULAR, fonts.BOLD]


def test_bombs_hold_two_threads_and_who_comes_meanwhile_is_answered(settings: Settings, tmp_path: Path) -> None:
    with open_runtime(settings) as runtime:
        token = issue(runtime, "bomber", "admin")
    body = json.dumps({"subject": "s", "html": BOMB})
    post = (
        f"POST /api/v1/templates/preview HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    with serving(settings.database_url, tmp_path, CARNET_SECRET_KEY=settings.secret_key) as port:
        with opened(port, post) as first:  # which begins the process apart
            rest(first)
        clients = [opened(port, post) for _ in range(BOMBS)]
        waits = [honest(port) for _ in range(4)]
        answers = [rest(client) for client in clients]
        for client in clients:
            client.close()
    statuses = sorted({int(answer.split()[1]) for answer in answers})
    assert statuses == [422, 429]
    assert all(b"\r\nRetry-After: 1\r\n" in answer for answer in answers if b" 429 " in answer[:20])
    assert median(waits) < SOON
