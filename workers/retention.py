"""Deletes what was kept for as long as the settings say: every kind of `projections.work.retention.KINDS`."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from projections.access import drafts, reads
from projections.faults import with_trace
from projections.papers import kept_prints
from projections.payments import charges, webhooks
from projections.runtime import Runtime
from projections.work import import_files, job_files, jobs, retention, uploads, webhook_endpoints
from projections.work import imports as work
from projections.work.effects import purge_done
from workers.handed_over import HandedOver
from workers.tools import Job, Tools

_logger = structlog.get_logger()
_DAY = 86_400  # seconds
_SESSIONS = """
WITH origins AS (DELETE FROM access.origins WHERE seen_at <= now() - interval '90 days')
DELETE FROM access.sessions WHERE expires_at <= now()
"""


def _uploads(runtime: Runtime) -> int:
    with runtime.pool.connection() as connection:
        old = work.with_old_files(connection, runtime.settings.files_days)
        for import_id in old:
            import_files.delete_folder(runtime.settings, import_id)
            work.files_deleted(connection, import_id)
        unused = uploads.forget_old(connection, runtime.settings, timedelta(days=runtime.settings.files_days))
    return len(old) + unused


def _files_of_jobs(runtime: Runtime) -> int:
    with runtime.pool.connection() as connection:
        return job_files.delete_old(connection, runtime.settings)


def _jobs(runtime: Runtime) -> int:
    with runtime.pool.connection() as connection:
        return jobs.forget_old(connection, timedelta(days=runtime.settings.jobs_days))


def _drafts(runtime: Runtime) -> int:
    with runtime.pool.connection() as connection:
        return drafts.forget_old(connection, timedelta(days=runtime.settings.drafts_days))


def _sessions(runtime: Runtime) -> int:
    with runtime.pool.connection() as connection:
        return connection.execute(_SESSIONS).rowcount


def _answers(runtime: Runtime) -> int:
    return runtime.log.purge_requests(runtime.settings.idempotency_days)


def _effects(runtime: Runtime) -> int:
    with runtime.pool.connection() as connection:
        return purge_done(connection, runtime.settings.idempotency_days)


def _webhooks(runtime: Runtime) -> int:
    kept = timedelta(days=runtime.settings.webhooks_days)
    with runtime.pool.connection() as connection:
        deleted = webhooks.forget_old(connection, kept) + charges.forget_old(connection, kept)
        return deleted + webhook_endpoints.forget_old(connection, kept)


def _mail_memory(runtime: Runtime) -> int:
    with closing(HandedOver(runtime.settings.data_dir)) as memory:
        return memory.purge(runtime.log.lineage()[0].id, runtime.settings.mail_memory_days)


def _documents(runtime: Runtime) -> int:
    with runtime.pool.connection() as connection:
        return kept_prints.release(connection, datetime.now(UTC).date(), runtime.settings.document_years)


def _reads(runtime: Runtime) -> int:
    with runtime.pool.connection() as connection:
        return reads.forget_old(connection, timedelta(days=runtime.settings.reads_days))


def _logs(runtime: Runtime) -> int:
    return rotate(runtime.settings.data_dir / "postgres.log", runtime.settings.logs_days)


DELETE: Mapping[str, Callable[[Runtime], int]] = {
    "uploads": _uploads,
    "job-files": _files_of_jobs,
    "jobs": _jobs,
    "drafts": _drafts,
    "sessions": _sessions,
    "answers": _answers,
    "effects": _effects,
    "webhooks": _webhooks,
    "mail-memory": _mail_memory,
    "documents": _documents,
    "reads": _reads,
    "logs": _logs,
}


def keep_to_it(tools: Tools, job: Job) -> None:
    """The nightly look at every kind."""
    run(tools.runtime)


def run(runtime: Runtime) -> None:
    """Deletes of every kind what is older than it is kept, and notes it; a fault of one leaves the others alone."""
    for kind, delete in DELETE.items():
        deleted, error = 0, None
        try:
            deleted = delete(runtime)
        except Exception as fault:
            error = type(fault).__name__
            _logger.warning("retention is put off", action="retention.failed", kind=kind, **with_trace(fault))
        if deleted:
            _logger.info("deleted what was kept long enough", action="retention.deleted", kind=kind, count=deleted)
        with runtime.pool.connection() as connection:
            retention.note(connection, kind, deleted, error)


def rotate(log: Path, days: int) -> int:
    """Sets a log aside that its writer appends to, so that no line of it is older than so many days; 1 when it did.

    The half that was set aside goes when the next one is.
    """
    aside = log.with_name(f"{log.name}.1")
    if not log.exists():
        return 0
    if not aside.exists():
        aside.touch(mode=0o600)
        return 0
    if aside.stat().st_mtime > time.time() - days * _DAY / 2:
        return 0
    shutil.copyfile(log, aside)
    with log.open("r+b") as file:
        file.truncate(0)
    return 1
