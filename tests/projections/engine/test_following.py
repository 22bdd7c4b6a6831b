"""A running engine keeps its views up with the log."""

from __future__ import annotations

from threading import Thread

import psycopg
import pytest

from projections.engine.freshness import Rebuilding, TooFarBehind, Views
from projections.log import EventLog
from projections.settings import Settings
from tests.projections.engine.conftest import Look
from tests.projections.engine.parcels import Moves, Parcels, empty, parcel_id, post_card, projecting, record, wait


def test_a_view_shows_what_was_recorded_before_and_after_it_started(
    settings: Settings, log: EventLog, views: Views, look: Look
) -> None:
    record(log, 1, "Lyon", weight=5)
    with projecting(settings, log, Parcels(), Moves()):
        position = record(log, 1, "Nice", 'a "quoted", {odd}\n\tplace\\')
        wait(views, position)
        wait(views, position, "moves")
    odd = 'a "quoted", {odd}\n\tplace\\'
    assert look("SELECT parcel_id, version, weight, place, stops, detail, words FROM views.parcels") == [
        (parcel_id(1), 4, 5, odd, ["Lyon", "Nice", odd], {"stops": ["Lyon", "Nice", odd], "heavy": False}, odd)
    ]
    assert look("SELECT version, place, position FROM views.moves ORDER BY 1") == [
        (2, "Lyon", 2),
        (3, "Nice", 3),
        (4, odd, 4),
    ]


def test_rows_that_an_aggregate_no_longer_has_are_deleted(
    settings: Settings, log: EventLog, views: Views, look: Look
) -> None:
    with projecting(settings, log, Parcels()):
        packed = record(log, 1, "Lyon", "Nice", weight=5)
        record(log, 2, "Brest", weight=1)
        wait(views, packed)
        wait(views, empty(log, 1))
    assert look("SELECT parcel_id, place FROM views.parcel_stops") == [(parcel_id(2), "Brest")]


def test_events_that_no_view_wants_still_move_the_position_to_the_head(
    settings: Settings, log: EventLog, views: Views
) -> None:
    with projecting(settings, log, Parcels(), Moves()):
        position = max(post_card(log, number) for number in range(3))
        wait(views, position)
        wait(views, position, "moves")
        assert views.position("moves") == position


def test_many_writers_at_once_lose_no_row(settings: Settings, log: EventLog, views: Views, look: Look) -> None:
    def write(writer: int) -> None:
        for number in range(40):
            record(log, writer * 100 + number % 10, f"stop {number}", weight=writer)

    with projecting(settings, log, Parcels(), Moves()):
        writers = [Thread(target=write, args=(writer,)) for writer in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        wait(views, log.head())
        wait(views, log.head(), "moves")
    assert look("SELECT count(*), sum(version) FROM views.parcels") == [(40, 40 * 8)]
    assert look("SELECT count(*) FROM views.moves") == [(160,)]
    assert look("SELECT count(*) FROM views.parcel_stops") == [(160,)]


def test_two_processes_worth_of_engines_share_the_work_without_repeating_it(
    settings: Settings, log: EventLog, views: Views, look: Look
) -> None:
    with projecting(settings, log, Parcels()), projecting(settings, log, Parcels()):
        for number in range(30):
            position = record(log, number, "Lyon", weight=number)
        wait(views, position)
    assert look("SELECT count(*) FROM views.parcels") == [(30,)]


def test_a_standby_takes_over_when_the_leader_is_gone(settings: Settings, log: EventLog, views: Views) -> None:
    with projecting(settings, log, Parcels()):
        with projecting(settings, log, Parcels()):
            wait(views, record(log, 1, "Lyon", weight=1))
        wait(views, record(log, 2, "Lyon", weight=1))


def test_a_leader_whose_connection_is_cut_goes_on(settings: Settings, log: EventLog, views: Views, look: Look) -> None:
    with projecting(settings, log, Parcels()):
        wait(views, record(log, 1, "Lyon", weight=1))
        look("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'carnet parcels'")
        wait(views, record(log, 2, "Lyon", weight=1))
    assert look("SELECT count(*) FROM views.parcels") == [(2,)]
    assert look("SELECT count(*) FROM views.dead_letters") == [(0,)]


def test_a_view_that_is_behind_says_so(settings: Settings, log: EventLog, views: Views) -> None:
    with projecting(settings, log, Parcels()):
        position = record(log, 1, "Lyon", weight=1)
        wait(views, position)
    with pytest.raises(TooFarBehind):
        views.wait_for("parcels", position + 1, timeout=0.05)


def test_a_view_that_was_never_built_cannot_be_read(views: Views) -> None:
    with pytest.raises(Rebuilding):
        views.wait_for("parcels")


def test_a_broken_table_is_no_events_fault_and_is_shown(
    settings: Settings, log: EventLog, views: Views, look: Look, connection: psycopg.Connection[None]
) -> None:
    with projecting(settings, log, Parcels()):
        wait(views, record(log, 1, "Lyon", weight=1))
        connection.execute("ALTER TABLE views.parcels RENAME COLUMN weight TO mass")
        position = record(log, 2, "Lyon", weight=1)
        while not (trouble := views.status(log.head())[1].trouble):
            pass
        connection.execute("ALTER TABLE views.parcels RENAME COLUMN mass TO weight")
        views.wait_for("parcels", position, timeout=5)
    assert "UndefinedColumn" in trouble or "ShapeMismatch" in trouble
    assert views.status(log.head())[1].trouble is None
    assert look("SELECT count(*) FROM views.dead_letters") == [(0,)]
