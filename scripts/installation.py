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
from typing import IO, TYPE_CHECKING

from projections.postgres.binaries import PostgresUnavailable
from projections.postgres.embedded import EmbeddedServer
from projections.postgres.migrate import migrate
from projections.settings import Settings

if TYPE_CHECKING:
    from projections.runtime import Runtime

PATIENCE = 60.0


class FolderLock:
    """The right to run a data folder's server: one process has it, until it releases it or dies."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "lock"
        self._file: IO[str] | None = None

    def take(self, note: str = "") -> bool:
        """Whether the lock is now ours; the note tells others who has it."""
        file = self._path.open("a+")
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
def installation(settings: Settings | None = None) -> Iterator[Settings]:
    """Settings (those of CARNET_* unless given) with a running database and a master secret, for a command's time."""
    wanted = settings or Settings.read()
    with_secret = replace(wanted, secret_key=master_secret(wanted))
    with _database(with_secret) as url:
        yield replace(with_secret, database_url=url)


@contextmanager
def opened_runtime(settings: Settings | None = None) -> Iterator[Runtime]:
    """The runtime of this installation, opened for the time of a command."""
    from projections.runtime import open_runtime

    with installation(settings) as complete, open_runtime(complete) as runtime:
        yield runtime


def master_secret(settings: Settings) -> str:
    """The secret that was set, else the one of the data folder, made there once and readable by its owner alone."""
    if settings.secret_key:
        return settings.secret_key
    path = make_data_dir(settings) / "secret.key"
    if not path.exists():
        fresh = path.with_name(f"secret.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32) + "\n")
        with suppress(FileExistsError):
            os.link(fresh, path)
            print(f"A master secret was made in {path}: keep a copy apart from the database's.", file=sys.stderr)
        fresh.unlink()
    return path.read_text().strip()


def make_data_dir(settings: Settings) -> Path:
    """The data folder, made when it is not there."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings.data_dir


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The address of the database: the one that was set, the embedded one that runs, or one started for now."""
    if settings.database_url:
        yield settings.database_url
        return
    server, lock = EmbeddedServer(make_data_dir(settings)), FolderLock(settings.data_dir)
    deadline = time.monotonic() + PATIENCE
    while not lock.take():
        with _as_guest(settings.data_dir):
            if server.answers():
                yield server.url()
                return
        if time.monotonic() > deadline:
            raise PostgresUnavailable(f"Another process holds {settings.data_dir}, but its database does not answer.")
        time.sleep(0.1)
    try:
        with _started(server, settings.data_dir):
            yield server.url()
    finally:
        lock.release()


@contextmanager
def _started(server: EmbeddedServer, data_dir: Path) -> Iterator[None]:
    """The server, started and migrated by this process, which stops it once no other command uses it any more."""
    with (data_dir / "guests").open("a") as guests, server:
        migrate(server.url())
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
