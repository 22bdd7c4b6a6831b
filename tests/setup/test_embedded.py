from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from projections.postgres.binaries import Binaries, PostgresUnavailable, ServerUser, find_binaries
from projections.postgres.configuration import server_settings
from projections.postgres.embedded import EmbeddedServer
from tests.setup.running import eventually

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")
STRANGER = ServerUser("stranger", 4_000_000, 4_000_000)


@pytest.fixture
def started(data_dir: Path) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(data_dir) as server:
        yield server


def kept(server: EmbeddedServer) -> bool:
    """Whether what `keep` committed is there."""
    with psycopg.connect(server.owner_url()) as connection:
        return connection.execute("SELECT number FROM kept").fetchone() == (7,)


def keep(server: EmbeddedServer) -> None:
    with psycopg.connect(server.owner_url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")


def test_data_stays_over_a_stop_and_a_start(started: EmbeddedServer) -> None:
    keep(started)
    started.stop()
    assert not started.answers()
    started.start()
    assert kept(started)


def test_what_was_committed_survives_a_killed_server(started: EmbeddedServer) -> None:
    keep(started)
    assert started.process
    os.kill(started.process.pid, signal.SIGKILL)
    eventually(lambda: not started.alive(), "the server is dead")
    started.start()
    assert kept(started)


def test_a_server_left_running_is_replaced(started: EmbeddedServer, data_dir: Path) -> None:
    keep(started)
    with EmbeddedServer(data_dir) as second:
        assert kept(second)
        assert not started.alive()


def test_a_stale_lock_with_a_strangers_number_is_no_obstacle(started: EmbeddedServer, data_dir: Path) -> None:
    started.stop()
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data_dir}/postgres\n1\n5432\n\n\n1 1\n")
    started.start()
    assert started.answers()


def test_a_cluster_that_was_left_half_made_is_made_again(data_dir: Path) -> None:
    unfinished = data_dir / "postgres.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("17\n")
    with EmbeddedServer(data_dir) as server:
        assert server.answers()


def test_the_application_is_no_superuser_and_durability_is_not_traded(started: EmbeddedServer) -> None:
    names = ("is_superuser", "fsync", "synchronous_commit", "full_page_writes", "jit", "listen_addresses")
    with psycopg.connect(started.url()) as connection:
        rows = [connection.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in names]
    assert rows == [("off",), ("on",), ("on",), ("on",), ("off",), ("",)]


def test_accents_and_case_are_known(started: EmbeddedServer) -> None:
    with psycopg.connect(started.url()) as connection:
        assert connection.execute("SELECT lower('ÉÑŒ'), 'Z' < 'a'").fetchone() == ("éñœ", True)


def test_a_long_data_folder_still_gets_a_short_socket(data_dir: Path) -> None:
    server = EmbeddedServer(data_dir / ("long" * 50))
    assert len(str(server.socket_dir / ".s.PGSQL.5432")) < 107


@as_root
def test_a_socket_folder_that_belongs_to_another_is_refused(data_dir: Path) -> None:
    server = EmbeddedServer(data_dir)
    server.socket_dir.mkdir()
    try:
        os.chown(server.socket_dir, STRANGER.uid, STRANGER.gid)
        with pytest.raises(PostgresUnavailable, match="belongs to somebody else"):
            server.start()
    finally:
        server.socket_dir.rmdir()


@as_root
def test_another_user_of_the_machine_is_not_let_in(started: EmbeddedServer, data_dir: Path) -> None:
    owner = (data_dir / "postgres").stat()
    psql = find_binaries(ServerUser("owner", owner.st_uid, owner.st_gid)).program("psql")
    answer = subprocess.run(
        [psql, started.url(), "-c", "SELECT 1"], user=owner.st_uid, cwd="/", capture_output=True, text=True, check=False
    )
    assert "Peer authentication failed" in answer.stderr


@as_root
def test_a_folder_closed_to_the_servers_user_is_named_with_advice(data_dir: Path) -> None:
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(PostgresUnavailable, match="CARNET_DATA_DIR"):
        EmbeddedServer(closed / "var").start()


def test_programs_in_a_closed_folder_are_out_of_reach(data_dir: Path) -> None:
    data_dir.chmod(0o755)
    program = data_dir / "bin" / "postgres"
    program.parent.mkdir(mode=0o755)
    program.touch(mode=0o755)
    assert STRANGER.reaches(program)
    program.parent.chmod(0o700)
    assert not STRANGER.reaches(program)


def test_unreachable_programs_are_named_with_advice(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("initdb", "postgres"):
        (data_dir / name).touch(mode=0o755)
    data_dir.chmod(0o700)
    monkeypatch.setattr("projections.postgres.binaries._candidates", lambda: [data_dir])
    with pytest.raises(PostgresUnavailable, match=f"cannot reach {data_dir}.*CARNET_DATABASE_URL"):
        find_binaries(STRANGER)


def test_data_of_an_older_server_is_run_by_that_version_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.postgres.binaries._folders", lambda: [Path("/seventeen"), Path("/fifteen")])
    monkeypatch.setattr("projections.postgres.binaries._major", lambda folder: 15 if "fif" in str(folder) else 17)
    myself = ServerUser("myself", os.geteuid(), os.getegid())
    assert find_binaries(myself, 15) == Binaries(Path("/fifteen"), 15)
    assert find_binaries(myself).major == 17
    with pytest.raises(PostgresUnavailable, match="made by PostgreSQL 16"):
        find_binaries(myself, 16)


def test_other_settings_go_before_ours() -> None:
    text = server_settings(Path("/socket"), {"fsync": "off"})
    assert "fsync = 'off'\n" in text
    assert "unix_socket_directories = '/socket'\n" in text


@pytest.mark.skipif(sys.platform != "linux", reason="the tie to the parent is Linux's")
def test_the_server_dies_with_a_killed_starter(data_dir: Path) -> None:
    program = (
        "import sys, signal; from pathlib import Path; from projections.postgres.embedded import EmbeddedServer\n"
        "EmbeddedServer(Path(sys.argv[1])).start(); print('up', flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(data_dir)], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        assert starter.stdout.readline() == "up\n"
        starter.kill()
    eventually(lambda: not EmbeddedServer(data_dir).answers(), "the server is gone")
