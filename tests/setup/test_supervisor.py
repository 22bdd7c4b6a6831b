from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from projections.postgres.embedded import EmbeddedServer
from tests.setup.running import Running, command_line, eventually, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="watches children through /proc")


@pytest.fixture
def running(data_dir: Path) -> Iterator[Running]:
    started = Running(data_dir, free_port())
    try:
        started.wait_until_ready()
        yield started
    finally:
        if started.process.returncode is None:
            assert started.stop() == 0, started.said()


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def kill_and_see_it_return(running: Running, word: str) -> None:
    killed = running.child(word)
    assert killed, running.said()
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: running.child(word) not in (0, killed), f"{word} started again", running.said)
    eventually(running.is_ready, f"it answers again after {word} was killed", running.said)


def test_it_tells_its_address_the_first_password_and_then_runs_the_demo(running: Running) -> None:
    eventually(lambda: "demo ran" in running.said(), "the demo ran")
    assert f"Carnet answers at http://127.0.0.1:{running.port}" in running.said()
    assert "Sign in as admin with the one-time password one-time" in running.said()


@pytest.mark.parametrize("part", ["serve", "wait"])
def test_a_killed_part_is_started_again(running: Running, part: str) -> None:
    kill_and_see_it_return(running, part)
    assert "killed by SIGKILL" in running.said()


def test_a_killed_database_is_started_again_with_everything_committed(running: Running, data_dir: Path) -> None:
    server, killed = EmbeddedServer(data_dir), postmaster(data_dir)
    with psycopg.connect(server.owner_url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: running.child("-D") not in (0, killed) and running.is_ready(), "the database answers again")
    with psycopg.connect(server.owner_url()) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_everything_cleanly(running: Running, data_dir: Path, kind: signal.Signals) -> None:
    children = [running.child(word) for word in ("serve", "wait", "-D")]
    assert running.stop(kind) == 0
    assert [command_line(pid) for pid in children] == [[], [], []]
    assert not (data_dir / "postgres" / "postmaster.pid").exists()
    assert "database system is shut down" in (data_dir / "postgres.log").read_text()


def test_a_second_one_says_that_the_first_runs_and_leaves_it_alone(running: Running, data_dir: Path) -> None:
    second = Running(data_dir, free_port())
    assert second.process.wait(60) == 1
    assert f"Carnet already runs at http://127.0.0.1:{running.port}" in second.said()
    assert running.is_ready()


def test_after_a_killed_one_no_child_is_left_and_the_next_takes_over(running: Running, data_dir: Path) -> None:
    children = [running.child(word) for word in ("serve", "wait")]
    running.stop(signal.SIGKILL)
    second = Running(data_dir, running.port)
    try:
        second.wait_until_ready()
        assert [command_line(pid) for pid in children] == [[], []]
    finally:
        assert second.stop() == 0


def test_the_real_parts_come_back_whichever_is_killed(data_dir: Path) -> None:
    port = free_port()
    real = Running(data_dir, port, (sys.executable, "-m", "scripts.supervise", "--port", str(port)))
    try:
        real.wait_until_ready()
        for word in ("serve", "project", "-D"):
            kill_and_see_it_return(real, word)
    finally:
        assert real.stop() == 0, real.said()


def test_a_taken_port_is_named(running: Running, data_dir: Path) -> None:
    elsewhere = data_dir / "elsewhere"
    elsewhere.mkdir()
    second = Running(elsewhere, running.port)
    assert second.process.wait(60) == 1
    assert f"Port {running.port} is taken" in second.said()
