"""The supervisor: starts the database and every part, restarts what dies, and stops all of it in order."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from types import FrameType

import click
import psycopg

from projections.log.masters import AlteredMasters, WrongSecret, check_secret
from projections.postgres.binaries import PostgresUnavailable, ServerUser
from projections.postgres.connections import PoolerInTheWay
from projections.postgres.embedded import EmbeddedServer, tie_to_parent
from projections.postgres.migrate import migrate
from projections.settings import Settings
from scripts.accounts import UnusableAccount, hand_over, run_as, surroundings, warning
from scripts.installation import CannotStart, FolderLock, make_data_dir, make_secret, no_right

CARNET = (sys.executable, "-m", "scripts.cli")
# In the order in which they are stopped: first no new work, then what works it up.
PARTS = {"api": (*CARNET, "serve"), "projections": (*CARNET, "project"), "workers": (*CARNET, "worker")}
ENSURE_ADMIN = (*CARNET, "users", "ensure-admin")
DEMO = (*CARNET, "demo")
DOCTOR = (*CARNET, "doctor", "--at-start")

BEAT = 0.1  # seconds between two looks at everything while it starts, and after something has ended
REST = 1.0  # the same once all is well, unless a signal comes
STOP_PATIENCE = 15.0
PORT_PATIENCE = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
# A part that ran this long is thought to be well, and restarted at once when it dies.
WELL_AFTER = 30.0


class Part:
    """One process that is kept running."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], user: ServerUser) -> None:
        self.name = name
        self._user = user
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._pause = FIRST_PAUSE
        self._started_at = 0.0
        self._due_at = 0.0

    @property
    def runs(self) -> bool:
        """Whether it was running when it was last looked at."""
        return self._process is not None

    def tend(self) -> None:
        """Starts it when it does not run, after a pause that grows while it keeps dying young."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._due_at:
                self._start(now)
        elif self._process.poll() is not None:
            self._pause = FIRST_PAUSE if now - self._started_at > WELL_AFTER else self._pause
            say(f"{self.name} ended ({_ending(self._process.returncode)}); it starts again in {self._pause:.1f} s.")
            self._due_at, self._pause = now + self._pause, min(self._pause * 2, LONGEST_PAUSE)
            self._process = None

    def stop(self) -> None:
        """Asks it to finish what it has in hand; ends it when it takes too long."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self, now: float) -> None:
        self._process = start(self._command, self._environment, self._user)
        self._started_at = now


class SignalWait:
    """Waits that end as soon as a signal comes that this process handles, that of a child's end included."""

    def __init__(self) -> None:
        self._read_end, self._write_end = socket.socketpair()
        for end in (self._read_end, self._write_end):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda _kind, _frame: None)
        signal.set_wakeup_fd(self._write_end.fileno(), warn_on_full_buffer=False)

    def wait(self, seconds: float) -> None:
        """Returns after so many seconds, or at once where a signal came since the last wait."""
        select.select([self._read_end], [], [], seconds)
        with suppress(BlockingIOError):
            self._read_end.recv(4096)

    def close(self) -> None:
        """Signals wake nobody any more."""
        signal.set_wakeup_fd(-1)
        self._read_end.close()
        self._write_end.close()


class Supervisor:
    """Keeps one installation running until it is told to stop."""

    def __init__(
        self,
        settings: Settings,
        parts: Mapping[str, Sequence[str]],
        ensure_admin: Sequence[str] | None,
        doctor: Sequence[str] | None = None,
    ) -> None:
        """`doctor` is a command run beside the parts when they begin: it says what is wrong with the installation."""
        self._settings = settings
        self._parts = parts
        self._ensure_admin = ensure_admin
        self._doctor = doctor
        self._address = f"http://{settings.host}:{settings.port}"
        self._lock = FolderLock(make_data_dir(settings))
        self._run_as = run_as(settings)
        self._server = None if settings.database_url else EmbeddedServer(settings.data_dir, application=self._user)
        self._stopping = False

    def run(self, afterwards: Sequence[str] | None = None) -> None:
        """Runs everything until a signal comes; `afterwards` is a command run once when all is ready."""
        for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(kind, self._stop_soon)
        self._take_lock()
        try:
            self._wait_for_port()
            with closing(SignalWait()) as signals:
                self._run_with_database(afterwards, signals)
        finally:
            self._lock.release()

    @property
    def _user(self) -> ServerUser:
        """The user of everything that is started but the database."""
        return self._run_as.user

    def _stop_soon(self, _kind: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _take_lock(self) -> None:
        """Only one supervisor works on a data folder; a command that has the database for itself is waited for."""
        note = json.dumps({"address": self._address, "process": os.getpid()})
        waiting = False
        while not self._lock.take(note):
            holder = self._lock.note()
            if holder:
                running = json.loads(holder)
                raise CannotStart(f"Carnet already runs at {running['address']} (process {running['process']}).")
            if not waiting:
                say("Waiting for a carnet command that uses the database.")
                waiting = True
            time.sleep(BEAT)
            if self._stopping:
                raise CannotStart("Stopped before it had started.")

    def _wait_for_port(self) -> None:
        """Waits a little for the port, which a killed server may hold for a moment longer."""
        deadline = time.monotonic() + PORT_PATIENCE
        while not self._port_is_free():
            if time.monotonic() > deadline or self._stopping:
                raise CannotStart(f"Port {self._settings.port} is taken: choose another with --port.")
            time.sleep(BEAT)

    def _port_is_free(self) -> bool:
        with socket.socket(socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self._settings.host, self._settings.port))
            except OSError:
                return False
        return True

    def _run_with_database(self, afterwards: Sequence[str] | None, signals: SignalWait) -> None:
        make_secret(self._settings)
        if self._run_as.obstacle:
            say(warning(self._run_as))
        try:
            if self._server:
                self._server.start()
            url = self._server.url() if self._server else self._settings.database_url
            owner_url = self._server.owner_url() if self._server else self._settings.database_owner_url
            self._migrate(self._settings.direct_url or url, owner_url)
            check_secret(self._settings.direct_url or url, self._settings.secrets)
            hand_over(self._settings, self._user)
            self._run_parts(environment(self._settings, url, self._user), afterwards, signals)
        finally:
            if self._server:
                self._server.stop()

    def _migrate(self, url: str, owner_url: str) -> None:
        """Brings the database up to date as soon as it can be reached; one of our own answers already."""
        waiting = False
        while True:
            try:
                migrate(url, owner_url)
                return
            except psycopg.OperationalError:
                if self._server:
                    raise
            if not waiting:
                say("Waiting for the database.")
                waiting = True
            time.sleep(BEAT)
            if self._stopping:
                raise CannotStart("Stopped before it had started.")

    def _run_parts(self, variables: dict[str, str], afterwards: Sequence[str] | None, signals: SignalWait) -> None:
        """Starts the parts and tends them until it is time to stop."""
        parts = [Part(name, command, variables, self._user) for name, command in self._parts.items()]
        beside: list[subprocess.Popen[bytes]] = []
        announced = False
        try:
            if self._doctor:
                beside.append(start(self._doctor, variables, self._user))
            while not self._stopping:
                self._tend_server()
                for part in parts:
                    part.tend()
                if not announced and self._is_ready():
                    announced = True
                    self._announce(variables)
                    if afterwards:
                        beside.append(start(afterwards, variables, self._user))
                signals.wait(REST if announced and all(part.runs for part in parts) else BEAT)
            say("Stopping.")
        finally:
            for command in beside:
                if command.poll() is None:
                    command.terminate()
                    command.wait()
            for part in parts:
                part.stop()

    def _tend_server(self) -> None:
        """Starts the database again when it died; the parts find it again by themselves."""
        if not self._server or self._server.alive():
            return
        say("The database ended; it starts again.")
        try:
            self._server.start()
        except PostgresUnavailable as error:
            say(str(error))

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._address}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _announce(self, variables: dict[str, str]) -> None:
        """Tells where it answers and, the first time, how to sign in."""
        print(f"Carnet answers at {self._address} (stop it with Ctrl-C).", flush=True)
        if not self._ensure_admin:
            return
        made = subprocess.run(
            self._ensure_admin, env=variables, stdout=subprocess.PIPE, text=True, check=False, **self._user.identity
        )
        user, _, password = made.stdout.strip().partition(" ")
        if password:
            print(f"Sign in as {user} with the one-time password {password}", flush=True)


def start(command: Sequence[str], variables: dict[str, str], user: ServerUser) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that a Ctrl-C reaches only us, that dies when we are killed."""
    return subprocess.Popen(
        list(command),
        env=variables,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=tie_to_parent(signal.SIGKILL),
        **user.identity,
    )


def environment(settings: Settings, database_url: str, user: ServerUser) -> dict[str, str]:
    """The variables the parts of a user are given: ours, with the database found and the choices made here.

    Not the address of the log's owner: no part that runs can change what was recorded.
    """
    ours = {name: value for name, value in os.environ.items() if name != "CARNET_DATABASE_OWNER_URL"}
    return ours | {
        "CARNET_DATABASE_URL": database_url,
        "CARNET_DATA_DIR": str(settings.data_dir.resolve()),
        "CARNET_PORT": str(settings.port),
        **surroundings(user, settings.data_dir),
    }


def say(text: str) -> None:
    """A line for whoever watches the supervisor."""
    print(text, file=sys.stderr, flush=True)


def _ending(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        with suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to answer on; 8000 unless CARNET_PORT is set.")
@click.option("--demo", is_flag=True, help="Fill the order book with a believable shop.")
def main(port: int | None, demo: bool) -> None:
    """Start Carnet: database, server and projections, until Ctrl-C."""
    try:
        settings = Settings.read()
        chosen = replace(settings, port=port) if port else settings
        Supervisor(chosen, PARTS, ENSURE_ADMIN, DOCTOR).run(DEMO if demo else None)
    except (
        CannotStart, PostgresUnavailable, PoolerInTheWay, WrongSecret, AlteredMasters, UnusableAccount, ValueError
    ) as error:  # fmt: skip
        sys.exit(f"carnet: {error}")
    except PermissionError as error:
        sys.exit(f"carnet: {no_right(error)}")
    except psycopg.OperationalError as error:
        sys.exit(f"carnet: the database does not answer: {error}")


if __name__ == "__main__":
    main()
