"""Whoever inserts: a version needs the one before it, a position the last one, and the clock goes forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError

from projections.log import Connection, EventLog, IncarnationChanged
from projections.log.bulk import store
from projections.postgres.embedded import EmbeddedServer
from tests.damage import unguarded
from tests.projections.log.events import Letter, saved, sent, written
from tests.projections.log.recorders import ours, stream

COLUMNS = "position, originator_id, originator_version, topic, version, occurred_at, recorded_at, state"
INSERT = f"INSERT INTO log.events ({COLUMNS}) VALUES (%s, %s, %s, 'letter.sent', 1, now(), clock_timestamp(), '{{}}')"
COPY = f"COPY log.events ({COLUMNS}) FROM STDIN"
NEVER = UUID(int=7)


def by_insert(connection: Connection, position: int, originator_id: UUID, version: int) -> None:
    connection.execute(INSERT, (position, originator_id, version))


def by_copy(connection: Connection, position: int, originator_id: UUID, version: int) -> None:
    [(now,)] = connection.execute("SELECT clock_timestamp()").fetchall()
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write_row((position, originator_id, version, "letter.sent", 1, now, now, "{}"))


WAYS = pytest.mark.parametrize("way", [by_insert, by_copy])
Way = Callable[[Connection, int, UUID, int], None]


@WAYS
@pytest.mark.parametrize(("position", "version"), [(3, 3), (3, 0), (3, -1), (4, 2), (1, 2), (0, 2), (-1, 2)])
def test_what_does_not_follow_is_refused(log: EventLog, way: Way, position: int, version: int) -> None:
    letter = written(uuid4())
    saved(log, letter)
    saved(log, written(uuid4()))
    with log.pool.connection() as connection:
        with pytest.raises(psycopg.errors.IntegrityError):
            way(connection, position, letter.id, version)
        way(connection, 3, letter.id, 2)
    assert log.head() == 3


@WAYS
def test_a_guard_holds_where_triggers_are_switched_off_for_a_session(log: EventLog, database: str, way: Way) -> None:
    letter = written(uuid4())
    saved(log, letter)
    with psycopg.connect(database.replace("//carnet@", "//postgres@"), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.CheckViolation, match="predecessor"):
            way(connection, 2, letter.id, 3)


def test_a_stream_may_begin_and_go_on_in_one_statement_but_not_with_a_hole(database: str) -> None:
    with ours(database) as recorder:
        assert list(recorder.insert_events(stream(5)) or ()) == [1, 2, 3, 4, 5]
        first, _, third = stream(3)
        with pytest.raises(IntegrityError, match="predecessor"):
            recorder.insert_events([first, third])
        assert list(recorder.insert_events(stream(2)) or ()) == [6, 7]


def test_streams_may_take_turns_in_one_append_each_in_its_order(database: str) -> None:
    with ours(database) as recorder:
        recorder.insert_events(stream(2, NEVER))
        first, second, third = stream(3)
        fourth, fifth = stream(2, NEVER, after=2)
        assert list(recorder.insert_events([first, fourth, second, fifth, third]) or ()) == [3, 4, 5, 6, 7]
        sixth, seventh = stream(2, NEVER, after=4)
        for wrong in ([seventh, sixth], [seventh], [sixth, *stream(1), *stream(2, NEVER, after=6)]):
            with pytest.raises(IntegrityError, match="predecessor"):
                recorder.insert_events(wrong)
        assert recorder.max_notification_id() == 7


@WAYS
def test_an_append_lets_nothing_else_of_its_transaction_past_the_guard(log: EventLog, way: Way) -> None:
    with log.pool.connection() as connection, connection.transaction(force_rollback=True):
        connection.execute("SELECT log.append(NULL, '{}', '{}', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)")
        with pytest.raises(psycopg.errors.CheckViolation, match="predecessor"):
            way(connection, 1, NEVER, 3)


def test_an_append_and_a_bulk_append_without_a_predecessor_are_decided_anew(log: EventLog) -> None:
    letter = written(uuid4())
    letter.collect_events()
    with log.session() as session:
        session.ensure_subject(letter.subject or NEVER)
        session.save(sent(letter))
        with pytest.raises(IncarnationChanged):
            session.commit()
    with log.session() as session:
        session.begin()
        events = [event for event in sent(letter).collect_events()]
        with pytest.raises(IncarnationChanged):
            store(session.connection, log.mapper, log.keys, events, session.incarnation)  # type: ignore[arg-type]
    assert log.head() == 0


def test_a_guard_holds_where_a_session_brings_operators_of_its_own(log: EventLog) -> None:
    saved(log, written(uuid4()))
    with log.pool.connection() as connection, connection.transaction(force_rollback=True):
        connection.execute("CREATE SCHEMA own")
        connection.execute("CREATE FUNCTION own.never(bigint, bigint) RETURNS boolean LANGUAGE sql RETURN false")
        for operator in ("<>", "<"):
            connection.execute(
                f"CREATE OPERATOR own.{operator} (LEFTARG = int8, RIGHTARG = int8, FUNCTION = own.never)"
            )
        connection.execute("SET LOCAL search_path = own, pg_catalog")
        with pytest.raises(psycopg.errors.CheckViolation, match="position"), connection.transaction():
            by_insert(connection, 7, uuid4(), 1)


def test_the_time_of_recording_goes_neither_backwards_nor_ahead_of_the_clock(
    server: EmbeddedServer, log: EventLog, database: str
) -> None:
    letter = written(uuid4())
    saved(log, letter)
    insert = f"INSERT INTO log.events ({COLUMNS}) VALUES (%s, %s, %s, 'letter.sent', 1, now(), %s, '{{}}')"
    with unguarded(server, database) as connection:  # the machine's clock was ahead for a while
        connection.execute("UPDATE log.events SET recorded_at = recorded_at + interval '1 hour'")
    [(ahead,)] = [(one.recorded_at,) for one in log.read(0, 1)]
    saved(log, written(uuid4()))
    assert [one.recorded_at for one in log.read(1, 1)] == [ahead]
    for moment in (ahead - timedelta(seconds=1), ahead + timedelta(seconds=1)):
        with log.pool.connection() as connection, pytest.raises(psycopg.errors.CheckViolation, match="time"):
            connection.execute(insert, (3, letter.id, 2, moment))
    with log.pool.connection() as connection:
        connection.execute(insert, (3, letter.id, 2, ahead))


def test_an_event_says_when_it_happened_and_when_it_was_stored(log: EventLog) -> None:
    letter = written(uuid4())
    saved(log, letter)
    [one] = log.read(0, 1)
    with log.pool.connection() as connection:
        [(now,)] = connection.execute("SELECT clock_timestamp()").fetchall()
    assert one.event.timestamp < now - timedelta(days=1)
    assert now - timedelta(minutes=1) < one.recorded_at < now
    assert log.load(Letter, letter.id).version == 1
