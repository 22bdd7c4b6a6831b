"""The files that jobs make: whole or not there, readable by their owner alone, told in the job's outcome under `file`.

They hold personal data, so the nightly look deletes them `job_files_days` after they were made.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any, NamedTuple
from uuid import UUID, uuid4

from domain.errors import NotFound
from projections.engine.tables import Connection
from projections.settings import Settings

FILE, DELETED = "file", "file_deleted"
DAY = 86_400  # seconds

_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_AT_WORK = "SELECT id FROM work.jobs WHERE id = ANY(%(ids)s) AND state IN ('running', 'paused')"
_FORGET = """
UPDATE work.jobs SET outcome = outcome - 'file' || '{"file_deleted": true}'
WHERE id = ANY(%(ids)s) AND outcome ? 'file'
"""


class JobFileNotFound(NotFound):
    """This job made no file, or it is not there any more."""

    code = "job-file-not-found"


class JobFile(NamedTuple):
    """What is told of a file: its name without a folder, its media type, its bytes and their SHA-256."""

    name: str
    media_type: str
    bytes: int
    sha256: str

    def outcome(self) -> dict[str, Any]:
        """What a job tells of its file, for `jobs.finish` or `jobs.tell`."""
        return {FILE: self._asdict()}


@contextmanager
def writing(settings: Settings, job_id: UUID, name: str) -> Iterator[IO[bytes]]:
    """A file to be written, sought and read; it becomes the job's once the block ends well, else nothing is left."""
    path = _path(settings, job_id, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{uuid4().hex}")
    try:
        with open(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def described(settings: Settings, job_id: UUID, name: str, media_type: str) -> JobFile:
    """What is to be told of a file that was written."""
    with _path(settings, job_id, name).open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        return JobFile(name, media_type, file.tell(), digest)


def found(settings: Settings, job_id: UUID, outcome: Mapping[str, Any]) -> tuple[Path, JobFile]:
    """Where the file is that a job tells of; raises `JobFileNotFound`."""
    if FILE not in outcome:
        raise JobFileNotFound
    told = JobFile(**outcome[FILE])
    path = _path(settings, job_id, told.name)
    if not path.is_file():
        raise JobFileNotFound
    return path, told


def delete_old(connection: Connection, settings: Settings) -> int:
    """Deletes the files of jobs at rest that are older than they are kept; gives of how many jobs."""
    return delete_made_before(connection, settings, time.time() - settings.job_files_days * DAY)


def delete_made_before(connection: Connection, settings: Settings, before: float) -> int:
    """Deletes the files of jobs at rest that were made before a second of the clock; gives of how many jobs."""
    old = {job_id: folder for job_id, folder in _folders(settings) if folder.stat().st_mtime < before}
    for [job_id] in connection.execute(_AT_WORK, {"ids": list(old)}):
        del old[job_id]
    connection.execute(_FORGET, {"ids": list(old)})
    for folder in old.values():
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _folders(settings: Settings) -> list[tuple[UUID, Path]]:
    return [(UUID(folder.name), folder) for folder in (settings.files / "jobs").glob("*-*-*-*-*")]


def _path(settings: Settings, job_id: UUID, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a file of a job")
    return settings.files / "jobs" / str(job_id) / name
