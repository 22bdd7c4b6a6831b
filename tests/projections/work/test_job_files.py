"""The files of jobs: whole or not there, closed to others, told, and deleted in time."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from projections.runtime import Runtime
from projections.work import job_files, jobs
from projections.work.jobs import Part


def make(runtime: Runtime, state: str = "done") -> UUID:
    job_id = uuid4()
    with runtime.log.session() as session:
        jobs.create(session, job_id, "test", {}, [Part(1, {})], "operator:ada", permission="orders:read")
        session.commit()
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE work.jobs SET state = %s WHERE id = %s", (state, job_id))
    return job_id


def write(runtime: Runtime, job_id: UUID, content: bytes = b"some bytes") -> Path:
    with job_files.writing(runtime.settings, job_id, "orders.pdf") as file:
        file.write(content)
    told = job_files.described(runtime.settings, job_id, "orders.pdf", "application/pdf")
    with runtime.pool.connection() as connection:
        jobs.tell(connection, job_id, told.outcome())
    return job_files.found(runtime.settings, job_id, told.outcome())[0]


def outcome(runtime: Runtime, job_id: UUID) -> dict[str, object]:
    with runtime.reading() as connection:
        row = jobs.find(connection, job_id)
    assert row is not None
    return row.outcome


def age(path: Path, days: int) -> None:
    at = path.parent.stat().st_mtime - days * job_files.DAY
    os.utime(path.parent, (at, at))


def test_a_file_is_told_by_its_hash_and_readable_by_its_owner_alone(runtime: Runtime) -> None:
    job_id = make(runtime)
    path = write(runtime, job_id)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    told = {"name": "orders.pdf", "media_type": "application/pdf", "bytes": 10}
    assert outcome(runtime, job_id) == {"file": {**told, "sha256": sha256(b"some bytes").hexdigest()}}


def test_what_breaks_off_leaves_no_file_and_takes_no_other_ones_place(runtime: Runtime) -> None:
    path = write(runtime, job_id := make(runtime))

    def half() -> None:
        with job_files.writing(runtime.settings, job_id, "orders.pdf") as file:
            file.write(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        half()
    assert [each.name for each in path.parent.iterdir()] == ["orders.pdf"]
    assert path.read_bytes() == b"some bytes"


@pytest.mark.parametrize("name", ["../secret", "", ".hidden", "a/b", "a\n"])
def test_no_name_leads_out_of_the_folder(runtime: Runtime, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a file"), job_files.writing(runtime.settings, uuid4(), name):
        pass


def test_old_files_are_deleted_and_those_of_jobs_at_work_stay(runtime: Runtime) -> None:
    old, running, new = make(runtime), make(runtime, "running"), make(runtime)
    paths = {job_id: write(runtime, job_id) for job_id in (old, running, new)}
    for job_id in (old, running):
        age(paths[job_id], runtime.settings.job_files_days + 1)
    with runtime.pool.connection() as connection:
        assert job_files.delete_old(connection, runtime.settings) == 1
        assert job_files.delete_old(connection, runtime.settings) == 0
    assert {job_id for job_id, path in paths.items() if path.exists()} == {running, new}
    assert outcome(runtime, old) == {"file_deleted": True}
    with pytest.raises(job_files.JobFileNotFound):
        job_files.found(runtime.settings, old, outcome(runtime, old))
