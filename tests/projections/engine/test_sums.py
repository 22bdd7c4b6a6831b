"""Rows that many streams share are exact: batch by batch, in a rebuild by several processes, and after a kill."""

from __future__ import annotations

import random
import time
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from projections.engine import dead_letters, generations
from projections.engine.filling import Source
from projections.engine.freshness import Views
from projections.engine.projection import EventBatch
from projections.engine.rebuild import Rebuild
from projections.engine.sums import SharedOverwrite
from projections.engine.tables import Rows
from projections.engine.target import Target
from projections.log import EventLog
from projections.settings import Settings
from tests.projections.engine.conftest import Look
from tests.projections.engine.loads import UNIT, Loads
from tests.projections.engine.parcels import NOWHERE, by_name, empty, parcel_id, projecting, record, wait
from tests.projections.engine.test_killing import KILLS, started

PLACES = ("Lyon", "Paris", "Nantes")
SHARED = "SELECT place, parcels, weight FROM views.loads ORDER BY 1"
SUMMED = """
    SELECT place, count(*), sum(weight * coalesce((SELECT factor FROM views.load_unit), 1))::bigint
    FROM views.load_parcels GROUP BY place ORDER BY 1
"""


@pytest.fixture
def views(pool: ConnectionPool[Any]) -> Views:
    return Views(pool, by_name(Loads()))


def lives(log: EventLog, seed: int, deeds: int = 60) -> None:
    """Parcels are packed, moved to and fro and emptied, at random."""
    chance = random.Random(seed)
    for _ in range(deeds):
        number = chance.randrange(9)
        if chance.random() < 0.15:
            record(log, number, weight=chance.randrange(1, 50))
            empty(log, number)
        else:
            weight = chance.randrange(1, 50) if chance.random() < 0.5 else None
            record(log, number, *chance.sample(PLACES, chance.randrange(1, 3)), weight=weight)


def advance(target: Target, connection: psycopg.Connection[Any], log: EventLog, position: int, size: int) -> int:
    """Moves a view on by a batch; gives where it stands then."""
    recorded = log.read(position, size)
    head = recorded[-1].position
    target.take(connection, list(recorded), position, head, log.end()[0])
    return head


@pytest.mark.parametrize("size", [1, 3, 500])
@pytest.mark.parametrize("seed", range(4))
def test_sums_are_exact_however_the_log_is_cut(
    log: EventLog, connection: psycopg.Connection[Any], look: Look, seed: int, size: int
) -> None:
    lives(log, seed)
    generations.create(connection, Loads())
    target, position = Target(Loads(), log), 0
    target.open(connection)
    while position < log.head():
        position = advance(target, connection, log, position, size)
        assert look(SHARED) == look(SUMMED)
    assert look(SHARED)


def test_a_batch_that_is_undone_counts_for_nothing_and_then_once(
    log: EventLog, connection: psycopg.Connection[Any], look: Look
) -> None:
    record(log, 1, "Lyon", weight=5)
    generations.create(connection, Loads())
    target = Target(Loads(), log)
    target.open(connection)
    with connection.transaction(force_rollback=True):
        advance(target, connection, log, 0, 500)
    assert look(SHARED) == []
    advance(target, connection, log, 0, 500)
    with pytest.raises(generations.Superseded):
        advance(target, connection, log, 0, 500)
    assert look(SHARED) == [("Lyon", 1, 5)]


@pytest.mark.parametrize("processes", [1, 3])
def test_a_rebuild_by_several_processes_gives_the_same_sums(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source, processes: int
) -> None:
    with projecting(settings, log, Loads()):
        lives(log, 7)
        record(log, 90, UNIT, weight=3)
        lives(log, 8)
        wait(views, log.head(), "loads")
    live = look(SHARED)
    assert live == look(SUMMED) != []
    report = Rebuild(source, Loads(), processes=processes, verify=True).run()
    assert (report.swapped, report.differences) == (True, [])
    assert look(SHARED) == live
    with projecting(settings, log, Loads()):
        lives(log, 9)
        wait(views, log.head(), "loads")
    assert look(SHARED) == look(SUMMED) != live


def test_what_decides_on_all_rows_has_all_of_them_added_up_anew(
    log: EventLog, connection: psycopg.Connection[Any], look: Look
) -> None:
    generations.create(connection, Loads())
    target = Target(Loads(), log)
    target.open(connection)
    record(log, 1, "Lyon", weight=5)
    position = advance(target, connection, log, 0, 500)
    record(log, 90, UNIT, weight=10)
    record(log, 2, "Paris", weight=1)
    position = advance(target, connection, log, position, 500)
    assert look(SHARED) == [("Lyon", 1, 50), ("Paris", 1, 10)]
    record(log, 2, "Lyon")
    advance(target, connection, log, position, 500)
    assert look(SHARED) == [("Lyon", 2, 60)]


def test_a_stream_that_is_held_back_counts_as_it_last_did(
    log: EventLog, connection: psycopg.Connection[Any], look: Look, source: Source
) -> None:
    generations.create(connection, Loads())
    target = Target(Loads(), log)
    target.open(connection)
    record(log, 1, "Lyon", weight=5)
    record(log, 2, "Lyon", weight=7)
    position = advance(target, connection, log, 0, 500)
    record(log, 1, NOWHERE)
    record(log, 2, "Paris")
    record(log, 1, "Nantes")
    while position < log.head():
        position = advance(target, connection, log, position, 500)
    assert look(SHARED) == [("Lyon", 1, 5), ("Paris", 1, 7)] == look(SUMMED)
    assert dead_letters.held_keys(connection, "loads", "views") == {parcel_id(1)}
    report = Rebuild(source, Loads(), verify=True).run()
    assert (report.differences, look(SHARED)) == ([], [("Lyon", 1, 5), ("Paris", 1, 7)])


class Overwriting(Loads):
    """A view that overwrites what is added up."""

    def fold(self, batch: EventBatch) -> Rows:
        rows = super().fold(batch)
        rows.overwrite("load_parcels", "place", "Lyon", weight=0)
        return rows


def test_rows_that_are_added_up_cannot_be_overwritten(log: EventLog, connection: psycopg.Connection[Any]) -> None:
    generations.create(connection, Overwriting())
    target = Target(Overwriting(), log)
    target.open(connection)
    record(log, 1, "Lyon", weight=5)
    with pytest.raises(SharedOverwrite):
        advance(target, connection, log, 0, 500)


def test_an_engine_killed_again_and_again_counts_every_event_once(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source
) -> None:
    over = Event()

    def write() -> None:
        seed = 0
        while not over.is_set():
            lives(log, seed, deeds=20)
            seed += 1

    writer = Thread(target=write)
    writer.start()
    reached = 0
    for _ in range(KILLS):
        with started(settings, "loads") as engine:
            assert engine.stdout is not None
            engine.stdout.readline()
            reached = until_past(look, reached)
            engine.kill()
    over.set()
    writer.join()
    with projecting(settings, log, Loads()):
        wait(views, log.head(), "loads")
    assert look(SHARED) == look(SUMMED) != []
    assert Rebuild(source, Loads(), verify=True).run().differences == []


def until_past(look: Look, reached: int) -> int:
    """Waits until the view is past a position, in the midst of its work; gives where it is."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = look("SELECT position FROM views.positions")
        if found and found[0][0] > reached:
            return int(found[0][0])
        time.sleep(0.01)
    raise AssertionError("the engine does not move")
