"""A real pgbouncer in transaction mode, in front of a server of a test."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from projections.postgres.binaries import UNPRIVILEGED
from tests.faults.clusters import HOST, Cluster
from tests.setup.running import free_port

ADVICE = "pgbouncer is not installed: apt-get install pgbouncer"
PATIENCE = 20.0
# One session for many clients where it can be: what one leaves behind the next one finds.
CONFIGURATION = """
[databases]
{database} = host={host} port={port} dbname={database}

[pgbouncer]
listen_addr = {host}
listen_port = {own_port}
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 500
admin_users = pooler
server_login_retry = 0
unix_socket_dir =
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
{more}
"""
# What a session keeps after a transaction; a pooler itself sets what its clients start with.
LEFT = """
    SELECT name FROM pg_settings WHERE source = 'session'
        AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')
    UNION ALL SELECT 'prepared ' || name FROM pg_prepared_statements
    UNION ALL SELECT 'listening to ' || channel FROM pg_listening_channels() AS channel
    UNION ALL SELECT 'lock ' || objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
"""


class Pooler:
    """The address through it, and what it counts."""

    def __init__(self, url: str, port: int, sessions: int) -> None:
        self.url = url
        self._port = port
        self._sessions = sessions

    def shown(self, what: str) -> list[tuple[Any, ...]]:
        """What its console shows of `what`."""
        admin = f"postgresql://pooler@{HOST}:{self._port}/pgbouncer"
        with psycopg.connect(admin, autocommit=True, cursor_factory=psycopg.ClientCursor) as console:
            return console.execute(f"SHOW {what}".encode()).fetchall()

    def left(self) -> list[str]:
        """What is set, prepared, listened to or locked in any of its sessions, which nobody else uses now."""
        with ExitStack() as held:
            clients = [held.enter_context(psycopg.connect(self.url)) for _ in range(self._sessions)]
            return [name for client in clients for (name,) in client.execute(LEFT, prepare=False)]


def program() -> str:
    """Where pgbouncer is; where it is not, the test is skipped and says so, and in CI it fails."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail(ADVICE)
    pytest.skip(ADVICE)


def version() -> tuple[int, int]:
    """Its version, such as (1, 18)."""
    told = subprocess.run([program(), "--version"], capture_output=True, text=True, check=True).stdout
    major, minor, *_ = told.split()[1].split(".")
    return int(major), int(minor)


@contextmanager
def pooled(server: Cluster, database: str = "carnet", *, sessions: int = 4, more: str = "") -> Iterator[Pooler]:
    """pgbouncer before one database of a server, with so many sessions; `more` are further lines of its settings."""
    command, port = program(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="carnet-pooler-"))
    (folder / "users").write_text('"carnet" ""\n"pooler" ""\n')
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        CONFIGURATION.format(
            database=database, host=HOST, port=server.port, own_port=port, folder=folder, sessions=sessions, more=more
        )
    )
    process = subprocess.Popen([command, "-q", str(settings)], cwd=folder, stdin=subprocess.DEVNULL, **_runner(folder))
    try:
        pooler = Pooler(f"postgresql://carnet@{HOST}:{port}/{database}", port, sessions)
        _wait_for(pooler, folder)
        yield pooler
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder)


def _wait_for(pooler: Pooler, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(psycopg.OperationalError):
            psycopg.connect(pooler.url).close()
            return
        assert time.monotonic() < deadline, (folder / "pgbouncer.log").read_text()
        time.sleep(0.02)


def _runner(folder: Path) -> dict[str, Any]:
    """Whom it runs as: it refuses root, as PostgreSQL does; the folder becomes theirs."""
    if os.geteuid():
        return {}
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            for path in (folder, *folder.iterdir()):
                os.chown(path, user.pw_uid, user.pw_gid)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise AssertionError("there is no unprivileged user to run pgbouncer as")
