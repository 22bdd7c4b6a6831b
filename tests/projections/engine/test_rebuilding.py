"""A view is built anew beside the one that serves, and swapped in one transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import correlation
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from domain.points_in_time import PointInTime
from projections.engine import dead_letters, generations
from projections.engine.filling import Source
from projections.engine.freshness import Views, schema_of
from projections.engine.rebuild import Progress, Rebuild, RebuildRunning
from projections.engine.tables import ORDERLY
from projections.engine.target import Target
from projections.log import EventLog
from projections.postgres.leases import REBUILD, Leases
from projections.settings import Settings
from tests.projections.engine.conftest import Look
from tests.projections.engine.parcels import (
    NOWHERE,
    START,
    Moves,
    Parcels,
    by_name,
    parcel_id,
    projecting,
    record,
    wait,
)

ROWS = "SELECT parcel_id, version, weight, place, stops, detail, changed_at, words FROM {}.parcels ORDER BY 1"


def test_a_rebuilt_view_is_equal_to_the_live_one(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source
) -> None:
    with projecting(settings, log, Parcels(), Moves()):
        for number in range(50):
            record(log, number, "Lyon", f"stop {number}", weight=number)
        wait(views, log.head())
        wait(views, log.head(), "moves")
    before = look(ROWS.format("views")), look("SELECT * FROM views.moves ORDER BY 1, 2")
    seen: list[Progress] = []
    report = Rebuild(source, Parcels(), verify=True, progress=seen.append).run()
    moves = Rebuild(source, Moves(), verify=True).run()
    assert (report.swapped, report.differences, report.events) == (True, [], 150)
    assert (moves.swapped, moves.differences) == (True, [])
    assert (look(ROWS.format("views")), look("SELECT * FROM views.moves ORDER BY 1, 2")) == before
    assert seen[0].total == 150
    assert [one.stage for one in seen][-1] == "swapping"
    indexes = look("SELECT count(*) FROM pg_indexes WHERE schemaname = 'views' AND tablename LIKE 'parcel%'")
    assert indexes == [(3,)]


ODD_TEXTS = (
    "",
    "null",
    "\\.",
    'a "quoted" word',
    "back\\slash\\",
    "two\nlines\r\n",
    "]\n[",
    "a,b\tc",
    "\x01\x7f",
    "Zoë 🚚",
    "{x}",
)


def test_any_text_is_copied_as_it_was_written(log: EventLog, look: Look, source: Source) -> None:
    for number, text in enumerate(ODD_TEXTS):
        record(log, number, text, f"then {text}", weight=1)
    Rebuild(source, Parcels()).run()
    copied = {(text, f"then {text}") for text in ODD_TEXTS}
    assert {tuple(row[0]) for row in look("SELECT stops FROM views.parcels")} == copied
    assert {row[0] for row in look("SELECT place FROM views.parcel_stops")} == {
        stop for both in copied for stop in both
    }


class ByWeight(Parcels):
    """The same parcels, laid down by weight."""

    tables = (replace(Parcels.tables[0], sorted_by=("weight",)), Parcels.tables[1])


@pytest.mark.parametrize("weights", [range(40), range(40, 0, -1)], ids=["as recorded", "otherwise"])
def test_rows_are_laid_down_in_the_order_they_are_read_in(
    log: EventLog, look: Look, source: Source, weights: Sequence[int]
) -> None:
    for number, weight in enumerate(weights):
        record(log, number, "Lyon", weight=weight)
    Rebuild(source, ByWeight()).run()
    laid = [float(row[0]) for row in look("SELECT weight FROM views.parcels ORDER BY ctid")]
    assert sorted(laid) == sorted(weights)
    assert correlation(laid, sorted(laid)) >= ORDERLY  # processes that copy side by side may swap a few
    assert len(look("SELECT 1 FROM views.parcels WHERE place = 'Lyon'")) == 40


def test_a_rebuild_while_orders_are_written_leaves_no_gap_for_any_reader(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source, pool: ConnectionPool[Any]
) -> None:
    over = Event()
    gaps: list[Any] = []

    def write() -> None:
        number = 0
        while not over.is_set():
            record(log, 1000 + number % 50, f"stop {number}", weight=1)
            number += 1

    def read() -> None:
        most = 0
        while not over.is_set():
            with pool.connection() as connection:
                row = connection.execute("SELECT sum(version), count(*) FROM views.parcels").fetchone()
            if row is None or row[1] < 100 or row[0] < most:
                gaps.append((row, most))
            most = row[0] if row else 0

    for number in range(100):
        record(log, number, "Lyon", weight=1)
    with projecting(settings, log, Parcels()):
        wait(views, log.head())
        threads = [Thread(target=write), Thread(target=read), Thread(target=read)]
        for thread in threads:
            thread.start()
        reports = [Rebuild(source, Parcels(), verify=True).run() for _ in range(2)]
        over.set()
        for thread in threads:
            thread.join()
        wait(views, log.head())
        last = Rebuild(source, Parcels(), verify=True).run()
    assert gaps == []
    assert [one.differences for one in (*reports, last)] == [[], [], []]
    [generation] = look("SELECT generation FROM views.positions WHERE schema = 'views'")
    assert generation == (4,)
    assert look("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'building%'") == []


def test_verify_names_the_rows_that_differ_and_swaps_nothing(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source, connection: psycopg.Connection[Any]
) -> None:
    with projecting(settings, log, Parcels()):
        for number in range(5):
            record(log, number, "Lyon", weight=number)
        wait(views, log.head())
    connection.execute("UPDATE views.parcels SET weight = 99 WHERE parcel_id = %s", (parcel_id(1),))
    connection.execute("DELETE FROM views.parcels WHERE parcel_id = %s", (parcel_id(2),))
    connection.execute("INSERT INTO views.parcel_stops VALUES (%s, 7, 'Nice')", (parcel_id(3),))
    report = Rebuild(source, Parcels(), verify=True).run()
    assert sorted(report.differences) == [
        ("parcel_stops", "surplus", (parcel_id(3), 7)),
        ("parcels", "different", (parcel_id(1),)),
        ("parcels", "missing", (parcel_id(2),)),
    ]
    assert not report.swapped
    assert look("SELECT count(*) FROM views.parcels") == [(4,)]
    assert Rebuild(source, Parcels()).run().swapped
    assert look("SELECT count(*), max(weight) FROM views.parcels") == [(5, 4)]


def test_a_poison_event_is_parked_by_a_rebuild_as_by_the_engine(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source, connection: psycopg.Connection[Any]
) -> None:
    letters = "SELECT position, originator_id, error, state FROM views.dead_letters ORDER BY 1"
    for number in range(30):
        record(log, number, "Lyon", NOWHERE if number == 7 else "Nice", weight=1)
    record(log, 7, "Brest")
    with projecting(settings, log, Parcels()):
        wait(views, log.head())
    before = look(ROWS.format("views")), look(letters)
    assert Rebuild(source, Parcels(), verify=True).run().swapped
    assert (look(ROWS.format("views")), look(letters)) == before
    assert dead_letters.held_keys(connection, "parcels", "views") == {parcel_id(7)}
    assert Rebuild(source, Parcels(tolerant=True)).run().swapped
    assert look(letters) == []


def test_rows_of_an_older_form_are_rebuilt_when_the_engine_starts(
    settings: Settings, log: EventLog, look: Look, pool: ConnectionPool[Any]
) -> None:
    views = Views(pool, by_name(Parcels(version=2)))
    with projecting(settings, log, Parcels()):
        wait(views, record(log, 1, "Lyon", weight=1))
    with projecting(settings, log, Parcels(version=2)):
        wait(views, record(log, 2, "Lyon", weight=1))
    assert look("SELECT version, generation FROM views.positions") == [(2, 2)]
    assert look("SELECT count(*) FROM views.parcels") == [(2,)]


def test_an_older_program_leaves_newer_rows_alone(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source
) -> None:
    position = record(log, 1, "Lyon", weight=1)
    Rebuild(source, Parcels(version=2)).run()
    with projecting(settings, log, Parcels()):
        record(log, 1, "Nice")
        time.sleep(0.3)
    assert look("SELECT version, position FROM views.positions") == [(2, position)]


def test_a_stopped_rebuild_leaves_the_old_rows_serving_and_nothing_behind(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source
) -> None:
    with projecting(settings, log, Parcels()):
        wait(views, record(log, 1, "Lyon", weight=1))
    stop = Event()
    stop.set()
    with pytest.raises(Exception, match=r"^$"):
        Rebuild(source, Parcels(), stop=stop).run()
    assert look("SELECT schema, generation FROM views.positions") == [("views", 1)]
    assert look("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'building%'") == []


def test_the_remains_of_a_killed_rebuild_go_at_the_next_start(
    settings: Settings, log: EventLog, views: Views, look: Look, connection: psycopg.Connection[Any]
) -> None:
    connection.execute("CREATE SCHEMA building_parcels")
    generations.create(connection, Parcels(), "building_parcels", indexed=False)
    with projecting(settings, log, Parcels()):
        wait(views, record(log, 1, "Lyon", weight=1))
    assert look("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'building%'") == []
    assert look("SELECT schema FROM views.positions") == [("views",)]


def test_one_view_is_rebuilt_once_at_a_time(log: EventLog, source: Source) -> None:
    record(log, 1, "Lyon", weight=1)
    with Leases(source.database_url) as other:
        assert other.take(REBUILD, "parcels")
        with pytest.raises(RebuildRunning):
            Rebuild(source, Parcels()).run()


def test_a_reader_in_the_way_delays_the_swap_and_not_the_other_readers(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source
) -> None:
    record(log, 1, "Lyon", weight=1)
    Rebuild(source, Parcels()).run()
    slowest = 0.0
    with psycopg.connect(settings.database_url) as slow:
        slow.execute("SELECT * FROM views.parcels").fetchall()
        rebuild = Thread(target=Rebuild(source, Parcels()).run)
        rebuild.start()
        for _ in range(150):
            began = time.monotonic()
            look("SELECT count(*) FROM views.parcels")
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.02)
        assert look("SELECT generation FROM views.positions WHERE schema = 'views'") == [(1,)]
        slow.rollback()
        rebuild.join()
    assert look("SELECT generation FROM views.positions") == [(2,)]
    assert slowest < 1.0


def test_a_view_of_the_past_shows_what_had_happened_by_then(
    settings: Settings, log: EventLog, views: Views, look: Look, source: Source
) -> None:
    for number in range(3):
        record(log, number, "Lyon", "Nice", "Brest", weight=number)
    instant = START + timedelta(minutes=1)
    point = PointInTime(as_of=instant)
    report = Rebuild(source, Parcels(), point=point).run()
    schema = schema_of(point)
    assert (report.schema, schema) == (schema, "asof_20240301t080100z")
    assert views.schema_of(point, "parcels") == schema
    assert views.schema_of(PointInTime(as_of=instant + timedelta(microseconds=1)), "parcels") is None
    assert views.schema_of(PointInTime(as_of=instant, known_at=instant), "parcels") is None
    assert look(f"SELECT DISTINCT version, place FROM {schema}.parcels") == [(2, "Lyon")]
    assert look(f"SELECT count(*) FROM {schema}.parcel_stops") == [(3,)]
    assert [(one.schema, one.point) for one in views.past()] == [(schema, point)]
    Rebuild(source, Parcels(), point=point).run()
    views.drop_past(point)
    assert views.past() == []
    assert look(f"SELECT 1 FROM pg_namespace WHERE nspname = '{schema}'") == []


def test_a_target_of_another_form_is_not_opened(
    log: EventLog, source: Source, connection: psycopg.Connection[Any]
) -> None:
    Rebuild(source, Parcels()).run()
    with pytest.raises(Exception, match="form 2"):
        Target(Parcels(version=2), log).open(connection)


def test_a_new_view_over_a_long_history_is_never_seen_half_built(
    settings: Settings, log: EventLog, views: Views, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.engine.engine.LONG_HISTORY", 10)
    for number in range(20):
        record(log, number, "Lyon", weight=1)
    started = time.monotonic()
    with projecting(settings, log, Parcels()):
        while not look("SELECT to_regclass('views.parcels') IS NOT NULL")[0][0]:
            assert time.monotonic() < started + 60
        assert look("SELECT count(*) FROM views.parcels") == [(20,)]
        wait(views, record(log, 1, "Nice"))
    assert look("SELECT generation, position FROM views.positions") == [(1, log.head())]
