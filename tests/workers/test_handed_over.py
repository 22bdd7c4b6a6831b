"""What was handed over is remembered outside the database, by every worker of a data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from workers.handed_over import HandedOver

LOG = "0b5c6a0e"


def test_only_what_was_handed_over_in_another_epoch_is_told_and_only_once(tmp_path: Path) -> None:
    first, second = uuid4(), uuid4()
    with closing(HandedOver(tmp_path)) as memory:
        assert memory.begin(LOG, "a", [first]) == set()
        assert memory.begin(LOG, "a", [first]) == set()
        assert memory.begin(LOG, "b", [first, second]) == {first}
        assert memory.begin(LOG, "b", [first, second]) == set()


def test_what_was_certainly_not_handed_over_is_forgotten(tmp_path: Path) -> None:
    key = uuid4()
    with closing(HandedOver(tmp_path)) as memory:
        memory.begin(LOG, "a", [key])
        memory.take_back(LOG, [key])
        assert memory.begin(LOG, "b", [key]) == set()


def test_each_log_has_a_memory_of_its_own_that_two_workers_share(tmp_path: Path) -> None:
    key = uuid4()
    with closing(HandedOver(tmp_path)) as one, closing(HandedOver(tmp_path)) as other:
        one.begin(LOG, "a", [key])
        assert other.begin("another", "b", [key]) == set()
        assert other.begin(LOG, "b", [key]) == {key}


def test_what_is_older_than_any_backup_is_forgotten(tmp_path: Path) -> None:
    old, new = uuid4(), uuid4()
    with closing(HandedOver(tmp_path)) as memory:
        memory.begin(LOG, "a", [old])
        assert memory.purge(LOG, -1) == 1
        memory.begin(LOG, "a", [new])
        assert memory.purge(LOG, 1) == 0
        assert memory.begin(LOG, "b", [old, new]) == {new}


def test_a_worker_that_is_killed_takes_nothing_of_it_along(tmp_path: Path) -> None:
    key = uuid4()
    script = (
        "import os, sys, time; from pathlib import Path; from uuid import UUID; "
        "from workers.handed_over import HandedOver; "
        f"HandedOver(Path(sys.argv[1])).begin({LOG!r}, 'a', [UUID(sys.argv[2])]); print(flush=True); time.sleep(60)"
    )
    worker = subprocess.Popen([sys.executable, "-c", script, tmp_path, str(key)], stdout=subprocess.PIPE)
    assert worker.stdout is not None
    worker.stdout.readline()
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    with closing(HandedOver(tmp_path)) as memory:
        assert memory.begin(LOG, "b", [key]) == {key}
