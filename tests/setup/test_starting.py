"""A server without its database waits, answers 503, and none of its processes ends; one it cannot use is named."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from werkzeug import Client, Response

from projections.access.credentials import new_token
from projections.postgres.embedded import ADMINISTRATOR
from projections.postgres.migrate import migrate
from projections.postgres.usable import NewerDatabase, OtherCluster, StandbyGiven
from projections.runtime import open_runtime
from projections.settings import Settings
from scripts.waiting import PATIENCE, Waiting
from tests.faults.clusters import HOST, Cluster, clusters
from tests.fixtures_database import TEST_SECRET
from tests.setup.running import ROOT, eventually, free_port

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CARNET = (sys.executable, "-m", "scripts.cli")


@pytest.fixture
def primary() -> Iterator[Cluster]:
    with clusters() as house:
        server = house.primary()
        migrate(server.url(), server.owner_url())
        yield server


def asked(port: int, path: str) -> tuple[int, dict[str, Any], str | None]:
    """Status, body and Retry-After of an answer; 0 where there is none."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=10) as answer:
            return answer.status, json.loads(answer.read()), None
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read()), refused.headers["Retry-After"]
    except OSError:
        return 0, {}, None


@contextmanager
def started(command: str, url: str, port: int, folder: Path, **more: str) -> Iterator[subprocess.Popen[str]]:
    variables = os.environ | {
        "CARNET_DATABASE_URL": url, "CARNET_SECRET_KEY": TEST_SECRET, "CARNET_DATA_DIR": str(folder),
        "CARNET_PORT": str(port), "CARNET_PROCESSES": "2", **more,
    }  # fmt: skip
    with subprocess.Popen(
        (*CARNET, command), cwd=ROOT, env=variables, stderr=subprocess.PIPE, text=True, process_group=0
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def children(process: subprocess.Popen[str]) -> set[str]:
    return set(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())


def test_the_api_waits_for_its_database_and_none_of_its_processes_ends(primary: Cluster, tmp_path: Path) -> None:
    port = free_port()
    primary.stop()
    with started("serve", primary.url(), port, tmp_path) as api:
        eventually(lambda: asked(port, "/healthz")[0] == 200, "it answers")
        status, problem, again = asked(port, "/api/v1/orders")
        assert (status, problem["type"], again) == (503, "/problems/database-unavailable", "2")
        assert asked(port, "/readyz")[:2] == (503, {"status": "not ready", "checks": {"database": "cannot be reached"}})
        eventually(lambda: len(children(api)) == 2, "both processes are there")
        workers = children(api)
        primary.start()
        eventually(lambda: asked(port, "/api/v1/orders")[0] == 401, "the API is there")
        primary.crash()
        eventually(lambda: asked(port, "/readyz")[1].get("checks", {}).get("database") != "ok", "it is told")
        primary.start()
        eventually(lambda: asked(port, "/readyz")[1]["checks"]["database"] == "ok", "it is back")
        assert children(api) == workers
        assert api.poll() is None


@pytest.mark.parametrize("command", ["project", "worker"])
def test_what_runs_beside_the_api_waits_as_well(primary: Cluster, tmp_path: Path, command: str) -> None:
    primary.stop()
    with started(command, primary.url(), free_port(), tmp_path) as part:
        assert part.stderr is not None
        eventually(lambda: "database.awaited" in part.stderr.readline(), "it says that it waits")  # type: ignore[union-attr]
        primary.start()
        busy = "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'carnet leases'"
        eventually(lambda: primary.execute(busy, "carnet") == [(True,)], "it works")
        primary.stop()
        primary.start()
        eventually(lambda: primary.execute(busy, "carnet") == [(True,)], "it works again")
        assert part.poll() is None


def test_a_server_with_nothing_but_stalled_requests_answers_ready(primary: Cluster, tmp_path: Path) -> None:
    port = free_port()
    with started("serve", primary.url(), port, tmp_path, CARNET_PROCESSES="1", CARNET_THREADS="2"):
        eventually(lambda: asked(port, "/api/v1/orders")[0] == 401, "the API is there")
        with psycopg.connect(primary.url("carnet", ADMINISTRATOR)) as holder:
            holder.execute("LOCK TABLE access.tokens IN ACCESS EXCLUSIVE MODE")
            clients = [hang(port) for _ in range(6)]
            eventually(lambda: waiting(primary) >= 2, "every thread waits")
            assert asked(port, "/healthz")[0] == 200
            assert asked(port, "/readyz")[1]["checks"]["database"] == "ok"
            holder.rollback()
        for client in clients:
            with client:
                assert client.recv(15).startswith(b"HTTP/1.1 401")


def hang(port: int) -> socket.socket:
    """A request whose token is looked up in a table that somebody holds."""
    client = socket.create_connection((HOST, port))
    request = f"GET /api/v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {new_token()}\r\n\r\n"
    client.sendall(request.encode())
    return client


def waiting(server: Cluster) -> int:
    [(count,)] = server.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return int(count)


def refused(command: str, url: str, folder: Path, **more: str) -> str:
    """What a command says that ends at once."""
    with started(command, url, free_port(), folder, **more) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(30) == 1, said
        return said


def test_a_standby_given_as_the_primary_is_refused_in_words(primary: Cluster, tmp_path: Path) -> None:
    standby = primary.standby("second")
    for command in ("serve", "project", "worker", "migrate"):
        said = refused(command, standby.url(), tmp_path)
        assert "is a standby" in said
        assert "CARNET_DATABASE_REPLICA_URL" in said
        assert "Traceback" not in said
    with pytest.raises(StandbyGiven):
        open_runtime(Settings(database_url=standby.url(), secret_key=TEST_SECRET, data_dir=tmp_path))


def test_a_database_of_a_later_version_is_refused_and_left_as_it_is(primary: Cluster, tmp_path: Path) -> None:
    primary.execute(
        "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc) VALUES ('x', '9001-later', now())",
        "carnet",
    )
    before = everything(primary)
    for command in ("serve", "project", "migrate"):
        assert "later version of Carnet (9001-later)" in refused(command, primary.url(), tmp_path)
    with pytest.raises(NewerDatabase):
        migrate(primary.url(), primary.owner_url())
    assert everything(primary) == before


def everything(server: Cluster) -> list[tuple[Any, ...]]:
    """How often each table was written to."""
    server.execute("SELECT pg_stat_force_next_flush()", "carnet")
    counted = "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables ORDER BY relid"
    return server.execute(counted, "carnet")


def test_a_replica_of_another_cluster_is_refused(primary: Cluster, tmp_path: Path) -> None:
    other = primary.house.primary("other")
    migrate(other.url(), other.owner_url())
    settings = Settings(
        database_url=primary.url(), database_replica_url=other.url(), secret_key=TEST_SECRET, data_dir=tmp_path
    )
    with pytest.raises(OtherCluster, match="no copy"):
        open_runtime(settings)
    said = refused("project", primary.url(), tmp_path, CARNET_DATABASE_REPLICA_URL=other.url())
    assert "CARNET_DATABASE_REPLICA_URL leads to a server that is no copy" in said


def test_a_process_takes_requests_once_it_can_answer_them_however_long_its_making_takes() -> None:
    def build(_connected: None) -> WSGIApplication:
        time.sleep(2 * PATIENCE)
        return Response(status=204)

    assert status_of(Waiting(lambda: None, build).begin()) == "204 NO CONTENT"


def test_a_process_whose_database_does_not_answer_refuses_after_a_moment() -> None:
    never = threading.Event()
    began = time.monotonic()
    waiting = Waiting(never.wait, lambda _connected: pytest.fail("it was reached")).begin()
    assert PATIENCE <= time.monotonic() - began < 2 * PATIENCE
    assert status_of(waiting) == "503 Service Unavailable"


def status_of(application: WSGIApplication) -> str:
    """What an application answers to a list of orders."""
    return Client(application).get("/api/v1/orders").status
