"""PostgreSQL servers as they stand in a house with more than one: primary, standbys, backups, an archive of WAL.

with clusters() as house:
    primary = house.primary()
    standby = primary.standby("second", synchronous=True)
    primary.kill()
    standby.promote()
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from projections.postgres.binaries import Binaries, ServerUser, find_binaries, server_user
from projections.postgres.embedded import ADMINISTRATOR, APPLICATION, DATABASE, EmbeddedServer
from tests.setup.running import free_port

HOST = "127.0.0.1"
PATIENCE = 60.0
# Small and quick to start, but durable: what is on trial is what a crash leaves. Enough WAL is kept for a standby that
# was away.
SMALL = {
    "shared_buffers": "32MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "min_wal_size": "32MB",
    "listen_addresses": HOST,
    "wal_keep_size": "512MB",
    "max_wal_senders": "10",
    "hot_standby": "on",
    "autovacuum_naptime": "5s",
    "wal_retrieve_retry_interval": "100ms",
    "wal_receiver_timeout": "5s",
}
# Whoever may use this machine's loopback may enter: there is nothing in these servers but tests.
ACCESS = f"""local all all peer map=carnet
local replication all peer map=carnet
host all all {HOST}/32 trust
host replication all {HOST}/32 trust
"""


class Cluster(EmbeddedServer):
    """One server on the loopback, with what a house does to it: base backups, standbys, promotion, crashes."""

    def __init__(
        self,
        house: House,
        name: str,
        settings: Mapping[str, str] | None = None,
        *,
        fill: Callable[[Cluster, Path, ServerUser], None] | None = None,
        preload: str = "",
        port: int = 0,
    ) -> None:
        """`fill` puts a backup into the cluster's folder where it is not made empty; `preload` is an LD_PRELOAD.

        `port` is a place that is known already, such as that of a server which is gone.
        """
        self.house = house
        self.name = name
        self.port = port or free_port()
        self._fill = fill
        self._preload = preload
        chosen = SMALL | {"port": str(self.port), "cluster_name": name} | dict(settings or {})
        super().__init__(house.folder / name, chosen)
        house.servers.append(self)

    def url(self, database: str = DATABASE, user: str = APPLICATION) -> str:
        """The address of one of its databases, over TCP."""
        return f"postgresql://{user}@{HOST}:{self.port}/{quote(database)}"

    def configure(self, **settings: str) -> None:
        """Sets lines of postgresql.conf, for the next start and, where the server reloads them, for now."""
        self._settings.update(settings)
        self._write_configuration(server_user(self.cluster))
        if self.alive():
            self.execute("SELECT pg_reload_conf()")

    def execute(self, query: str, database: str = ADMINISTRATOR) -> list[tuple[Any, ...]]:
        """Runs a statement as the superuser; gives its rows, if it has any."""
        with psycopg.connect(self.url(database, ADMINISTRATOR), autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def kill(self) -> None:
        """Ends it as a crash does: no process of it has the time to do anything, those stopped by a signal included."""
        process, self.process = self.process, None
        assert process is not None
        helpers = _children(process.pid)
        for pid in (process.pid, *helpers):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def crash(self) -> None:
        """Kills the postmaster alone, as a `kill -9` does; the others notice that it is gone."""
        process, self.process = self.process, None
        assert process is not None
        process.kill()
        process.wait()

    def backends(self, kind: str) -> list[int]:
        """The processes of a kind, as `pg_stat_activity.backend_type` names them."""
        kinds = sql.SQL("SELECT pid FROM pg_stat_activity WHERE backend_type = {}").format(sql.Literal(kind))
        return [pid for (pid,) in self.execute(kinds.as_string())]

    def base_backup(self, name: str) -> Path:
        """A base backup with the WAL it needs, taken while the server runs; gives its folder."""
        user = server_user(self.cluster)
        target = self.house.folder / name
        target.mkdir(mode=0o700)
        os.chown(target, user.uid, user.gid)
        self.run("pg_basebackup", "-D", str(target), "-h", HOST, "-p", str(self.port), "-U", ADMINISTRATOR,
                 "--wal-method=stream", "--checkpoint=fast", "--no-sync")  # fmt: skip
        return target

    def run(self, program: str, *words: str, text: str | None = None) -> str:
        """Runs one of PostgreSQL's programs as the server's user; gives what it printed, raises with what it said."""
        user = server_user(self.cluster)
        identity: dict[str, Any] = {"user": user.uid, "group": user.gid, "extra_groups": []} if user.changes else {}
        done = subprocess.run(
            [binaries(self).program(program), *words],
            input=text, capture_output=True, text=True, cwd="/", check=False, timeout=300, **identity,
        )  # fmt: skip
        assert done.returncode == 0, f"{program} failed: {done.stderr}"
        return str(done.stdout)

    def standby(
        self,
        name: str,
        settings: Mapping[str, str] | None = None,
        *,
        synchronous: bool = False,
        start: bool = True,
        port: int = 0,
    ) -> Cluster:
        """A streaming standby, made from a base backup and started; `synchronous`: commits here wait for it."""
        source = f"host={HOST} port={self.port} user={ADMINISTRATOR} application_name={name}"

        def fill(cluster: Cluster, target: Path, _user: ServerUser) -> None:
            shutil.rmtree(target)
            shutil.move(self.base_backup(f"{name}.base"), target)
            (target / "standby.signal").touch()

        made = Cluster(self.house, name, {"primary_conninfo": source, **(settings or {})}, fill=fill, port=port)
        if start:
            made.start()
            self._wait_until_streaming(name)
        if synchronous:
            self.configure(synchronous_standby_names=name, synchronous_commit="on")
            self._wait_until(f"SELECT sync_state = 'sync' FROM pg_stat_replication WHERE application_name = '{name}'")
        return made

    def promote(self) -> None:
        """Makes a standby the primary, and waits until it is."""
        self.execute("SELECT pg_promote(true, 60)")
        self._wait_until("SELECT NOT pg_is_in_recovery()")
        self._settings.pop("primary_conninfo", None)

    def wait_for(self, other: Cluster) -> None:
        """Returns once this standby has replayed all that the other has written until now."""
        [(written,)] = other.execute("SELECT pg_current_wal_lsn()::text")
        self._wait_until(f"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn")

    def _wait_until_streaming(self, name: str) -> None:
        self._wait_until(f"SELECT state = 'streaming' FROM pg_stat_replication WHERE application_name = '{name}'")

    def _wait_until(self, query: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(psycopg.OperationalError):
                if (True,) in self.execute(query):
                    return
            assert time.monotonic() < deadline, f"{self.name} does not come to: {query}"
            time.sleep(0.02)

    def _make_cluster(self, binaries: Binaries, user: ServerUser) -> None:
        if self._fill is None:
            super()._make_cluster(binaries, user)
            return
        unfinished = self.data_dir / "postgres.new"
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, user.uid, user.gid)
        self._fill(self, unfinished, user)
        unfinished.chmod(0o700)
        unfinished.rename(self.cluster)

    def _write_configuration(self, user: ServerUser) -> None:
        super()._write_configuration(user)
        (self.cluster / "pg_hba.conf").write_text(ACCESS)

    def _launch(self, program: str, user: ServerUser) -> None:
        before = os.environ.get("LD_PRELOAD")
        if self._preload:
            os.environ["LD_PRELOAD"] = self._preload
        try:
            super()._launch(program, user)
        finally:
            if self._preload:
                os.environ.pop("LD_PRELOAD")
                os.environ.update({} if before is None else {"LD_PRELOAD": before})

    def _make_database(self) -> None:
        if self.execute("SELECT pg_is_in_recovery()") == [(False,)]:
            super()._make_database()


class House:
    """A folder that PostgreSQL's user can enter, and the servers in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers: list[Cluster] = []

    def primary(self, name: str = "first", settings: Mapping[str, str] | None = None, *, preload: str = "") -> Cluster:
        """A new server, started."""
        made = Cluster(self, name, settings, preload=preload)
        made.start()
        return made

    def restored(self, name: str, backup: Path, settings: Mapping[str, str] | None = None, *, port: int = 0) -> Cluster:
        """A server on a base backup; with `restore_command` and `recovery_target_*` settings it recovers to there."""

        def fill(_cluster: Cluster, target: Path, user: ServerUser) -> None:
            shutil.rmtree(target)
            shutil.copytree(backup, target, symlinks=True)
            for path in (target, *target.rglob("*")):
                os.chown(path, user.uid, user.gid, follow_symlinks=False)
            if settings and "restore_command" in settings:
                (target / "recovery.signal").touch()

        return Cluster(self, name, settings, fill=fill, port=port)

    def archive(self, name: str = "archive") -> Path:
        """A folder to which the servers may copy their WAL."""
        user = server_user(self.folder)
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        os.chown(folder, user.uid, user.gid)
        return folder


@contextmanager
def clusters() -> Iterator[House]:
    """A house; at its end every server in it is stopped at once, and nothing of it stays."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-house-"))
    folder.chmod(0o711)
    house = House(folder)
    try:
        yield house
    finally:
        for server in reversed(house.servers):
            if server.process is not None:
                server.kill()
            shutil.rmtree(server.socket_dir, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def addresses(*servers: Cluster, database: str = DATABASE) -> str:
    """One address of several servers: whichever takes writes."""
    hosts = ",".join(f"{HOST}:{server.port}" for server in servers)
    return f"postgresql://{APPLICATION}@{hosts}/{database}?target_session_attrs=read-write"


def binaries(server: EmbeddedServer) -> Binaries:
    """The programs that a server is run with."""
    made_with = (server.cluster / "PG_VERSION").read_text()
    return find_binaries(server_user(server.cluster), int(made_with))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
