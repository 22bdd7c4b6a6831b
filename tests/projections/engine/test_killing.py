"""A process killed in the middle of its work costs nothing but the time until the next one starts."""

from __future__ import annotations

import subprocess
import sys
import time
from threading import Event, Thread

from projections.engine.filling import Source
from projections.engine.freshness import Views
from projections.engine.rebuild import Rebuild
from projections.log import EventLog
from projections.settings import Settings
from tests.projections.engine.conftest import Look
from tests.projections.engine.parcels import Moves, Parcels, projecting, record, wait

KILLS = 4


def started(settings: Settings, task: str) -> subprocess.Popen[bytes]:
    module = "tests.projections.engine.process"
    command = [sys.executable, "-m", module, task, settings.database_url, settings.secret_key]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def until_moved(look: Look, reached: int) -> int:
    """Waits until both views are past a position, in the midst of their work; gives where the slower one is."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        [(count, position)] = look("SELECT count(*), min(position) FROM views.positions")
        if count == 2 and position > reached:
            return int(position)
        time.sleep(0.01)
    raise AssertionError("the engine does not move")


def test_an_engine_killed_again_and_again_ends_with_the_rows_of_a_quiet_run(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source
) -> None:
    over = Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            record(log, number % 60, f"stop {number}", weight=number)
            number += 1

    writer = Thread(target=write)
    writer.start()
    reached = 0
    for _ in range(KILLS):
        with started(settings, "engine") as engine:
            assert engine.stdout is not None
            engine.stdout.readline()
            reached = until_moved(look, reached)
            engine.kill()
    over.set()
    writer.join()
    with projecting(settings, log, Parcels(), Moves()):
        wait(views, log.head())
        wait(views, log.head(), "moves")
    assert Rebuild(source, Parcels(), verify=True).run().differences == []
    assert Rebuild(source, Moves(), verify=True).run().differences == []
    assert look("SELECT count(*) FROM views.dead_letters") == [(0,)]


def test_a_killed_rebuild_leaves_the_old_rows_serving(
    settings: Settings, log: EventLog, views: Views, look: Look
) -> None:
    with projecting(settings, log, Parcels()):
        for number in range(300):
            record(log, number, *("Lyon", "Nice", "Brest") * 5, weight=1)
        wait(views, log.head())
    with started(settings, "rebuild") as rebuild:
        while not look("SELECT 1 FROM views.positions WHERE schema = 'building_parcels'"):
            assert rebuild.poll() is None
        rebuild.kill()
    assert look("SELECT generation FROM views.positions WHERE schema = 'views'") == [(1,)]
    with projecting(settings, log, Parcels()):
        wait(views, record(log, 1, "Lyon"))
    assert look("SELECT count(*) FROM views.parcels") == [(300,)]
    while look("SELECT 1 FROM pg_stat_activity WHERE application_name = 'carnet rebuild'"):
        time.sleep(0.02)
    with projecting(settings, log, Parcels()):
        wait(views, record(log, 2, "Lyon"))
    assert look("SELECT schema FROM views.positions") == [("views",)]
