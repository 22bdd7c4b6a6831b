"""The embedded server: a PostgreSQL of this installation's own, on a Unix socket, started and stopped with it."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from psycopg import sql

from projections.outside.roles import make_role
from projections.postgres.binaries import Binaries, PostgresUnavailable, ServerUser, find_binaries, server_user
from projections.postgres.configuration import access_rules, server_settings
from projections.postgres.connections import answers, connect
from projections.reporting import make_roles

DATABASE = "carnet"
APPLICATION = "carnet"
OWNER = "carnet_owner"
ADMINISTRATOR = "postgres"
# A socket's path may have 107 bytes, so it stands in a short place whatever the data folder is called.
SOCKET_PARENT = Path("/tmp")  # noqa: S108 - the folder made in it is the server's alone, and checked to be
PATIENCE = 300.0
STOP_PATIENCE = 60.0
PAUSES = (0.2, 0.5, 1.0, 2.0)
PR_SET_PDEATHSIG = 1
# The data folder of root where the parts run as another user: its group may make files there, and replace no other's.
SHARED = stat.S_ISVTX | stat.S_IRGRP | stat.S_IWGRP

# What is still to be done for the two roles, as statements; nothing where all of it was.
_LACKING = """
SELECT 'ALTER ROLE carnet NOCREATEDB' FROM pg_roles WHERE rolname = 'carnet' AND rolcreatedb
UNION ALL SELECT 'GRANT carnet TO carnet_owner' WHERE NOT pg_has_role('carnet_owner', 'carnet', 'MEMBER')
UNION ALL SELECT 'CREATE DATABASE carnet OWNER carnet_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'carnet')
UNION ALL SELECT 'ALTER DATABASE carnet OWNER TO carnet_owner' FROM pg_database
WHERE datname = 'carnet' AND datdba = 'carnet'::regrole
"""


def tie_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before it starts so that it is signalled when its parent dies, however that happens."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


class EmbeddedServer:
    """One data folder's server; whoever starts it holds that folder's lock (`scripts.installation`)."""

    def __init__(
        self,
        data_dir: Path,
        settings: Mapping[str, str] | None = None,
        application: ServerUser | None = None,
    ) -> None:
        """`settings` are lines of postgresql.conf that go before the ones chosen here; `application` is the user whom
        root lets connect as the application.
        """
        self.data_dir = data_dir.resolve()
        self.cluster = self.data_dir / "postgres"
        self.log = self.data_dir / "postgres.log"
        digest = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:16]
        self.socket_dir = SOCKET_PARENT / f"carnet-{digest}"
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = dict(settings or {})
        self._application = application if application and application.changes else None
        self._starter = 0

    def url(self, database: str = DATABASE, user: str = APPLICATION) -> str:
        """The address of one of its databases."""
        return f"postgresql://{user}@/{quote(database)}?host={quote(str(self.socket_dir), safe='')}"

    def owner_url(self, database: str = DATABASE) -> str:
        """The same for the role that owns the log."""
        return self.url(database, OWNER)

    def start(self) -> None:
        """Makes the cluster if there is none, deals with a server left behind, starts and waits until it answers."""
        self._starter = os.getpid()
        user = server_user(self.cluster)
        self._make_room(user)
        made_with = self.cluster / "PG_VERSION"
        binaries = find_binaries(user, int(made_with.read_text()) if made_with.exists() else None)
        if not made_with.exists():
            self._make_cluster(binaries, user)
        self._end_orphan()
        self._write_configuration(user)
        self._launch(binaries.program("postgres"), user)
        self._make_database()

    def stop(self) -> None:
        """Stops fast: open transactions are rolled back, what was committed is kept; at once if that takes too long."""
        process, self.process = self.process, None
        if process is None or not self.started_here():
            return
        for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            process.send_signal(request)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_PATIENCE)
                break
        shutil.rmtree(self.socket_dir, ignore_errors=True)

    def started_here(self) -> bool:
        """Whether this very process started it: a process forked from the starter must leave it alone."""
        return self._starter == os.getpid()

    def alive(self) -> bool:
        """Whether the server that was started here still runs."""
        return self.process is not None and self.process.poll() is None

    def answers(self) -> bool:
        """Whether the server of this data folder, whoever started it, takes connections."""
        return answers(self.url())

    def __enter__(self) -> EmbeddedServer:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _make_room(self, user: ServerUser) -> None:
        """The data folder, and the socket's folder, which belongs to the server's user alone."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if user.changes:
            self.data_dir.chmod(0o711 | stat.S_IMODE(self.data_dir.stat().st_mode) & SHARED)
            if not user.enters(self.data_dir):
                raise PostgresUnavailable(
                    f"The user `{user.name}`, who runs PostgreSQL because root must not, cannot reach {self.data_dir}. "
                    "Set CARNET_DATA_DIR to a folder below one that others may enter (such as /var/lib/carnet)."
                )
        with contextlib.suppress(FileExistsError):
            self.socket_dir.mkdir(mode=0o700)
            os.chown(self.socket_dir, user.uid, user.gid)
        status = self.socket_dir.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != user.uid:
            raise PostgresUnavailable(f"{self.socket_dir} belongs to somebody else: look at it and remove it.")
        self._open_socket_dir(user)

    def _open_socket_dir(self, user: ServerUser) -> None:
        """Lets the application's user enter by its group, where that is another than the server's."""
        if self._application and self._application.uid != user.uid:
            os.chown(self.socket_dir, user.uid, self._application.gid)
            self.socket_dir.chmod(0o710)
            self._settings.setdefault("unix_socket_permissions", "0777")  # the folder it stands in is what is closed
        else:
            self.socket_dir.chmod(0o700)

    def _make_cluster(self, binaries: Binaries, user: ServerUser) -> None:
        """A new cluster, made beside its place and moved there whole; it sorts by code point in every language."""
        unfinished = self.data_dir / "postgres.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, user.uid, user.gid)
        command = [binaries.program("initdb"), "-D", str(unfinished), "-U", ADMINISTRATOR, "-A", "peer", "-E", "UTF8"]
        made = subprocess.run(
            [*command, "--locale=C.UTF-8", *_provider(binaries.major), "--data-checksums", "--no-instructions"],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **user.identity,
        )
        if made.returncode:
            raise PostgresUnavailable(f"PostgreSQL could not make its data folder: {made.stderr.strip()}")
        unfinished.rename(self.cluster)

    def _write_configuration(self, user: ServerUser) -> None:
        """Settings and access rules, written anew at each start so that they follow the program."""
        allowed = access_rules(os.geteuid(), self._application.name if self._application else "")
        texts = allowed | {"carnet.conf": server_settings(self.socket_dir, self._settings)}
        main = self.cluster / "postgresql.conf"
        include = "include 'carnet.conf'\n"
        if include not in main.read_text():
            texts["postgresql.conf"] = main.read_text() + include
        for name, text in texts.items():
            path = self.cluster / name
            path.touch(mode=0o600)
            path.write_text(text)
            os.chown(path, user.uid, user.gid)

    def _end_orphan(self) -> None:
        """Stops a server that outlived its supervisor, and forgets one that is gone."""
        notes = self.cluster / "postmaster.pid"
        pid = self._noted_pid()
        if pid is None:
            return
        if not self._serves(pid):
            notes.unlink(missing_ok=True)
            return
        for request in (signal.SIGINT, signal.SIGQUIT):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, request)
            deadline = time.monotonic() + STOP_PATIENCE
            while time.monotonic() < deadline:
                if not self._serves(pid):
                    return
                time.sleep(0.05)
        raise PostgresUnavailable(f"An older server (process {pid}) of this data folder does not end: stop it by hand.")

    def _serves(self, pid: int) -> bool:
        """Whether that process is a live server of this cluster, not a stranger that was given its number since."""
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except FileNotFoundError:
            return sys.platform != "linux" and _alive(pid)
        return str(self.cluster).encode() in command.split(b"\0")

    def _noted_pid(self) -> int | None:
        try:
            return int((self.cluster / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None

    def _launch(self, program: str, user: ServerUser) -> None:
        """Starts the server, a few times when it ends at once, as it does until a killed one's last process is gone."""
        self.log.touch(mode=0o600)
        for pause in PAUSES:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [program, "-D", str(self.cluster)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,
                    preexec_fn=tie_to_parent(signal.SIGINT),
                    **user.identity,
                )
            if self._became_ready(self.process):
                return
            time.sleep(pause)
        raise PostgresUnavailable(f"PostgreSQL did not start; its log {self.log} ends with: {self._last_words()}")

    def _became_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Waits while the server starts or recovers; False when it ended instead."""
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None:
            if answers(self.url(ADMINISTRATOR, ADMINISTRATOR)):
                return True
            if time.monotonic() > deadline:
                raise PostgresUnavailable(f"PostgreSQL gives no answer; see {self.log}.")
            time.sleep(0.02)
        return False

    def _last_words(self) -> str:
        return " | ".join(self.log.read_text(errors="replace").splitlines()[-3:])

    def _make_database(self) -> None:
        """The two roles and their database, which the log's owner owns; those of before had one role for all."""
        with connect(self.url(ADMINISTRATOR, ADMINISTRATOR), "carnet") as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role in (APPLICATION, OWNER):
                if role not in known:
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            make_roles(connection)
            make_role(connection, APPLICATION)
            for statement in connection.execute(_LACKING).fetchall():
                connection.execute(statement[0].encode())


def _provider(major: int) -> list[str]:
    """The collation provider that depends on no library's version, where there is one."""
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
