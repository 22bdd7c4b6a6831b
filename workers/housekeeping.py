"""What is done beside every save: sealing what was recorded, clearing away what killed processes left."""

from __future__ import annotations

import time
from threading import Event, Thread

import structlog

from projections.engine import generations
from projections.exports import clear_abandoned
from projections.faults import with_trace
from projections.log.sealer import Sealer
from projections.runtime import Runtime
from workers.checkpoints import Publisher

SEAL_EVERY = 10.0  # seconds
LOOK_EVERY = 60.0  # seconds between two looks at what is sealed while nothing is recorded
PURGE_EVERY = 3600.0

_logger = structlog.get_logger()


class Housekeeping:
    """The housekeeping of one process; several processes may keep house, each seal is made once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._sealer = Sealer(runtime.log, runtime.settings.data_dir)
        self._publisher = Publisher(runtime.log, runtime.settings)
        self._sealed_at = 0.0
        self._sealed_head = -1
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
                head = self._runtime.log.head()
                self._runtime.log.numbers.look(head)
                self._seal(head)
                self._publisher.work()
                if time.monotonic() >= purge_at:
                    self._clear()
                    purge_at = time.monotonic() + PURGE_EVERY
            except Exception as fault:
                _logger.warning("housekeeping is put off", action="housekeeping.failed", **with_trace(fault))
            self._stopping.wait(SEAL_EVERY)

    def _seal(self, head: int) -> None:
        """Seals what is new, at once while something is wrong; looks less often where nothing was recorded."""
        now = time.monotonic()
        if head == self._sealed_head and not self._sealer.faults and now < self._sealed_at + LOOK_EVERY:
            return
        self._sealer.work()
        self._sealed_head, self._sealed_at = head, now

    def _clear(self) -> None:
        """Deletes the lists of the past of exports whose process was killed, and those of a log that was lost."""
        with self._runtime.pool.connection() as connection:
            clear_abandoned(connection)
            past = generations.drop_ahead(connection)
        if past:
            _logger.info("views of the past of a lost log deleted", action="views.dropped", count=past)
