"""What is done beside every save: sealing what was recorded, forgetting answers nobody will ask for again."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Event, Thread

import structlog

from projections import kept_prints
from projections.exports import clear_abandoned
from projections.log.seals import seal
from projections.runtime import Runtime
from projections.work import import_files, job_files
from projections.work import imports as work
from projections.work.effects import purge_done

SEAL_EVERY = 10.0  # seconds
PURGE_EVERY = 3600.0

_logger = structlog.get_logger()


class Housekeeping:
    """The housekeeping of one process; several processes may keep house, each seal is made once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Finishes what is in hand, and ends."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        purge_at = time.monotonic()
        while not self._stopping.is_set():
            try:
                seal(self._runtime)
                if time.monotonic() >= purge_at:
                    self._purge()
                    self._delete_files()
                    self._release_documents()
                    purge_at = time.monotonic() + PURGE_EVERY
            except Exception as fault:
                _logger.warning("housekeeping is put off", action="housekeeping.failed", error=type(fault).__name__)
            self._stopping.wait(SEAL_EVERY)

    def _purge(self) -> None:
        days = self._runtime.settings.idempotency_days
        forgotten = self._runtime.log.purge_requests(days)
        if forgotten:
            _logger.info("answered requests forgotten", action="requests.purged", count=forgotten)
        with self._runtime.pool.connection() as connection:
            done = purge_done(connection, days)
        if done:
            _logger.info("effects of long ago forgotten", action="effects.purged", count=done)

    def _delete_files(self) -> None:
        """Deletes the files of imports and of other jobs that are older than they are kept: they hold personal data.

        So do the lists of the past that exports built whose process was killed.
        """
        settings = self._runtime.settings
        with self._runtime.pool.connection() as connection:
            old = work.with_old_files(connection, settings.files_days)
            for import_id in old:
                import_files.delete_folder(settings, import_id)
                work.files_deleted(connection, import_id)
            jobs = job_files.delete_old(connection, settings)
            clear_abandoned(connection)
        if old:
            _logger.info("files of imports deleted", action="imports.purged", count=len(old))
        if jobs:
            _logger.info("files of jobs deleted", action="jobs.purged", count=jobs)

    def _release_documents(self) -> None:
        """Lets go of what issued documents say of their buyers once nobody has to keep them any more."""
        with self._runtime.pool.connection() as connection:
            released = kept_prints.release(connection, datetime.now(UTC).date(), self._runtime.settings.document_years)
        if released:
            _logger.info("issued documents released", action="documents.released", count=released)
