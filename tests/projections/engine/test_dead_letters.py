"""A poison event is parked and shown; its key waits, the others go on."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from projections.engine import dead_letters
from projections.engine.freshness import Views
from projections.engine.target import Target
from projections.log import EventLog
from projections.settings import Settings
from tests.damage import as_owner
from tests.projections.engine.conftest import Look
from tests.projections.engine.parcels import (
    NOWHERE,
    REFUSED,
    LostParcel,
    Moves,
    Parcels,
    parcel_id,
    projecting,
    record,
    wait,
)


def test_a_poison_event_is_parked_and_the_other_keys_go_on(
    settings: Settings, log: EventLog, views: Views, look: Look
) -> None:
    for number in range(20):
        record(log, number, "Lyon", weight=1)
    poison = record(log, 7, NOWHERE)
    for number in range(20):
        last = record(log, number, "Nice")
    with projecting(settings, log, Parcels()):
        wait(views, last)
        later = record(log, 7, "Brest")
        wait(views, later)
    assert look("SELECT count(*) FROM views.parcels WHERE place = 'Nice'") == [(19,)]
    assert look("SELECT stops FROM views.parcels WHERE place = 'Lyon'") == [(["Lyon"],)]
    parked = look("SELECT position, error, state FROM views.dead_letters ORDER BY position")
    assert parked[0] == (poison, "LostParcel", "parked")
    assert [error for _, error, _ in parked[1:]] == ["HeldBack", "HeldBack"]
    assert parked[-1][0] == later
    status = next(one for one in views.status(log.head()) if one.projection == "parcels")
    assert (status.parked, status.held_keys, status.behind) == (3, 1, 0)


def test_a_row_the_database_refuses_is_the_events_fault(
    settings: Settings, log: EventLog, views: Views, look: Look
) -> None:
    record(log, 1, "Lyon", weight=1)
    record(log, 2, REFUSED, weight=2**40)
    last = record(log, 3, "Lyon", weight=1)
    with projecting(settings, log, Parcels(), Moves()):
        wait(views, last)
        wait(views, last, "moves")
    assert look("SELECT count(*) FROM views.parcels WHERE place = 'Lyon'") == [(2,)]
    assert look("SELECT projection, error FROM views.dead_letters WHERE error <> 'HeldBack' ORDER BY 1") == [
        ("moves", "CheckViolation 23514"),
        ("parcels", "NumericValueOutOfRange 22003"),
    ]


def test_an_event_that_cannot_be_read_is_parked_by_the_views_that_want_it(
    settings: Settings, log: EventLog, views: Views, look: Look
) -> None:
    record(log, 1, "Lyon", weight=1)
    broken = record(log, 2, weight=1)
    last = record(log, 3, "Lyon", weight=1)
    with as_owner(settings.database_url) as connection:
        connection.execute("ALTER TABLE log.events DISABLE TRIGGER USER")
        connection.execute("UPDATE log.events SET state = '{}' WHERE position = %s", (broken,))
    with projecting(settings, log, Parcels(), Moves()):
        wait(views, last)
        wait(views, last, "moves")
        wait(views, record(log, 1, "Nice"))
    assert look("SELECT position, projection, error FROM views.dead_letters") == [
        (broken, "parcels", "UnreadableEvent")
    ]
    assert look("SELECT count(*) FROM views.parcels") == [(2,)]


def test_the_trace_of_a_dead_letter_holds_no_value_of_the_event(
    settings: Settings, log: EventLog, views: Views, look: Look
) -> None:
    with projecting(settings, log, Parcels()):
        wait(views, record(log, 1, "12 Somewhere Street", NOWHERE, weight=1))
    [(trace,)] = look("SELECT traceback FROM views.dead_letters WHERE error = 'LostParcel'")
    assert "raise LostParcel" in trace
    assert "Somewhere" not in trace
    assert str(parcel_id(1)) not in trace


def test_a_retry_takes_the_key_when_the_cause_is_mended(
    settings: Settings, log: EventLog, views: Views, look: Look, connection: psycopg.Connection[Any]
) -> None:
    with projecting(settings, log, Parcels()):
        wait(views, record(log, 1, NOWHERE, weight=1))
        wait(views, record(log, 1, "Lyon"))
    target = Target(Parcels(tolerant=True), log)
    target.open(connection)
    assert target.retry(connection, parcel_id(1)) == 2
    assert look("SELECT place FROM views.parcels") == [("Lyon",)]
    assert look("SELECT DISTINCT state FROM views.dead_letters") == [("retried",)]
    with projecting(settings, log, Parcels(tolerant=True)):
        wait(views, record(log, 1, "Nice"))
    assert look("SELECT place FROM views.parcels") == [("Nice",)]


def test_a_retry_that_fails_again_changes_nothing(
    settings: Settings, log: EventLog, views: Views, look: Look, connection: psycopg.Connection[Any]
) -> None:
    with projecting(settings, log, Parcels()):
        wait(views, record(log, 1, NOWHERE, weight=1))
    target = Target(Parcels(), log)
    target.open(connection)
    before = look("SELECT * FROM views.dead_letters ORDER BY position")
    with pytest.raises(LostParcel):
        target.retry(connection, parcel_id(1))
    assert look("SELECT * FROM views.dead_letters ORDER BY position") == before


def test_a_discarded_event_is_given_up_and_its_key_freed_by_a_retry(
    settings: Settings, log: EventLog, views: Views, look: Look, connection: psycopg.Connection[Any]
) -> None:
    with projecting(settings, log, Moves()):
        bad = record(log, 1, REFUSED)
        record(log, 1, "Nice")
        wait(views, record(log, 1, "Brest"), "moves")
    assert dead_letters.discard(connection, "moves", bad)
    assert not dead_letters.discard(connection, "moves", bad)
    target = Target(Moves(), log)
    target.open(connection)
    assert target.retry(connection, parcel_id(1)) == 2
    assert look("SELECT place FROM views.moves ORDER BY version") == [("Nice",), ("Brest",)]
    assert look("SELECT position, state FROM views.dead_letters ORDER BY 1") == [
        (bad, "discarded"),
        (bad + 1, "retried"),
        (bad + 2, "retried"),
    ]
