"""A worker that leads the processes and stands still keeps nobody waiting."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from projections.runtime import Runtime
from projections.work import positions
from tests.fixtures_api import hire
from tests.setup.running import eventually, free_port
from tests.setup.test_starting import started

AT_MOST = 5.0  # seconds
LEADS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = 0"
WORKERS = """
    SELECT count(*) FROM pg_stat_activity WHERE application_name = 'carnet leases' AND datname = current_database()
"""


def test_processes_go_on_within_five_seconds_when_the_worker_that_leads_them_is_frozen(
    runtime: Runtime, tmp_path: Path
) -> None:
    url = runtime.settings.database_url

    def seen() -> bool:
        head = runtime.log.head()
        with runtime.reading() as connection:
            stands = [one.position for one in positions.every(connection)]
        return bool(stands) and all(position == head for position in stands)

    def led() -> bool:
        with runtime.reading() as connection:
            return connection.execute(LEADS, (positions.LEADER,)).fetchone() == (1,)

    def stands_by() -> bool:
        with runtime.reading() as connection:
            return connection.execute(WORKERS).fetchone() == (2,)

    with started("worker", url, free_port(), tmp_path) as first:
        eventually(led, "the first worker leads")
        with started("worker", url, free_port(), tmp_path) as second:
            hire(runtime, "ada", "operator")
            eventually(seen, "the processes have seen it")
            eventually(stands_by, "the second worker stands by")
            assert second.poll() is None
            os.killpg(first.pid, signal.SIGSTOP)
            began = time.monotonic()
            hire(runtime, "grace", "operator")
            eventually(seen, "another worker leads them on")
            assert time.monotonic() - began < AT_MOST + 1, "five seconds, and one to look"
            os.killpg(first.pid, signal.SIGCONT)
