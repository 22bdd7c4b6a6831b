"""The installation a command works on: its complete settings, its master secret, and its database running."""

from __future__ import annotations

import fcntl
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import IO, TYPE_CHECKING

import structlog
from psycopg import OperationalError

from projections.backing_off import BackOff
from projections.faults import with_trace
from projections.postgres.binaries import PostgresUnavailable, ServerUser
from projections.postgres.embedded import EmbeddedServer
from projections.postgres.migrate import migrate
from projections.settings import Settings
from scripts.accounts import hand_over, run_as

if TYPE_CHECKING:
    from projections.runtime import Runtime

PATIENCE = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0  # seconds between two attempts to reach the database

_logger = structlog.get_logger()


class CannotStart(Exception):
    """The installation cannot be started; the message says why and what to do."""


def no_right(error: OSError) -> str:
    """What to do about a file or folder that this user may not use or that cannot be made."""
    return (
        f"{error.filename} cannot be used ({error.strerror}): run this as the user to whom it belongs, or name a "
        "folder of your own in CARNET_DATA_DIR."
    )


class FolderLock:
    """The right to run a data folder's server: one process has it, until it releases it or dies."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "lock"
        self._file: IO[str] | None = None

    def take(self, note: str = "") -> bool:
        """Whether the lock is now ours; the note tells others who has it.

        Raises `CannotStart` where it cannot be written.
        """
        try:
            file = self._path.open("a+")
        except OSError as error:
            raise CannotStart(no_right(error)) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(note)
        file.flush()
        self._file = file
        return True

    def note(self) -> str:
        """What the one who has the lock said of itself."""
        return self._path.read_text()

    def release(self) -> None:
        """Gives the lock back."""
        if self._file:
            self._file.truncate(0)
            self._file.close()
            self._file = None


@contextmanager
def installation(settings: Settings | None = None, *, begins: bool = False) -> Iterator[Settings]:
    """Settings (those of CARNET_* unless given) with a running database and a master secret, for a command's time.

    `begins`: what is missing is made, for the command may be the first one of all. Any other command makes nothing, and
    raises `CannotStart` where there is no order book to work on.
    """
    wanted = settings or Settings.read()
    if begins:
        make_data_dir(wanted)
        make_secret(wanted)
    else:
        _require_book(wanted)
    user = run_as(wanted).user
    with _database(wanted, user) as (url, owner_url):
        hand_over(wanted, user)
        try:
            yield replace(wanted, database_url=url, database_owner_url=owner_url)
        finally:
            hand_over(wanted, user)


@contextmanager
def opened_runtime(
    settings: Settings | None = None, *, patient: bool = False, begins: bool = False
) -> Iterator[Runtime]:
    """The runtime of this installation, opened for the time of a command; `begins` as for `installation`.

    `patient`: it waits for a database that cannot be reached, as those do that run until they are stopped.
    """
    from projections.runtime import open_runtime

    with installation(settings, begins=begins) as complete, (awaited if patient else open_runtime)(complete) as runtime:
        yield runtime


def awaited(settings: Settings, stop: Event | None = None) -> Runtime:
    """The runtime, opened once the database can be reached; raises `CannotStart` when told to stop before that."""
    from projections.runtime import open_runtime

    stopping, back_off = stop or Event(), BackOff(FIRST_PAUSE, LONGEST_PAUSE)
    while not stopping.is_set():
        try:
            return open_runtime(settings)
        except OperationalError as fault:
            pause = back_off.pause()
            _logger.warning(
                "the database is waited for", action="database.awaited", again_in=pause, **with_trace(fault)
            )
        stopping.wait(pause)
    raise CannotStart("Stopped before the database could be reached.")


def _require_book(settings: Settings) -> None:
    """Refuses to work where nothing was begun: neither a database nor a secret that it could be read with."""
    if not settings.database_url and not EmbeddedServer(settings.data_dir).cluster.exists():
        raise CannotStart(
            f"There is no order book in {settings.data_dir}: begin one with scripts/run, or name its folder in "
            "CARNET_DATA_DIR or its database in CARNET_DATABASE_URL."
        )
    if not settings.secret_key and not settings.secret_file.exists():
        raise CannotStart(
            f"There is no master secret in {settings.secret_file}: set CARNET_SECRET_KEY or CARNET_SECRET_KEY_FILE."
        )


def make_secret(settings: Settings) -> None:
    """Makes a master secret in the data folder, readable by its owner alone, where none was set and none is there."""
    if settings.secret_key:
        return
    make_data_dir(settings)
    path = settings.secret_file
    if not path.exists():
        fresh = path.with_name(f"secret.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32) + "\n")
        with suppress(FileExistsError):
            os.link(fresh, path)
            print(f"A master secret was made in {path}: keep a copy apart from the database's.", file=sys.stderr)
        fresh.unlink()


def make_data_dir(settings: Settings) -> Path:
    """The data folder, made when it is not there."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(no_right(error)) from None
    return settings.data_dir


@contextmanager
def _database(settings: Settings, application: ServerUser) -> Iterator[tuple[str, str]]:
    """The address of the database, and the one for the owner of its log: of the one that was set, of the embedded one
    that runs, or of one started for now, which lets the application's user in.
    """
    if settings.database_url:
        yield settings.database_url, settings.database_owner_url
        return
    server = EmbeddedServer(make_data_dir(settings), application=application)
    lock = FolderLock(settings.data_dir)
    deadline = time.monotonic() + PATIENCE
    while not lock.take():
        with _as_guest(settings.data_dir):
            if server.answers():
                yield server.url(), server.owner_url()
                return
        if time.monotonic() > deadline:
            raise PostgresUnavailable(f"Another process holds {settings.data_dir}, but its database does not answer.")
        time.sleep(0.1)
    try:
        with _started(server, settings.data_dir):
            yield server.url(), server.owner_url()
    finally:
        lock.release()


@contextmanager
def _started(server: EmbeddedServer, data_dir: Path) -> Iterator[None]:
    """The server, started and migrated by this process, which stops it once no other command uses it any more."""
    with (data_dir / "guests").open("a") as guests, server:
        migrate(server.url(), server.owner_url())
        try:
            yield
        finally:
            if server.started_here():
                _wait_for(guests)


@contextmanager
def _as_guest(data_dir: Path) -> Iterator[None]:
    """While this is held, whoever runs the server for a command of their own does not stop it."""
    with (data_dir / "guests").open("a") as guests:
        fcntl.flock(guests, fcntl.LOCK_SH)
        yield


def _wait_for(guests: IO[str]) -> None:
    """Waits until every guest has left, and lets none in until the file is closed."""
    try:
        fcntl.flock(guests, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Waiting for another carnet command that uses the same database.", file=sys.stderr)
        fcntl.flock(guests, fcntl.LOCK_EX)
