"""When the connection is lost in the middle of a save: recorded once, or not at all, and the caller knows which."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from projections.log import Answer, Connection, EventLog, KeyRing, RequestKey, Session
from projections.log.recorder import APPEND_LOCK
from tests.projections.log.events import Letter, saved, sent, written
from tests.projections.log.proxy import Wire, wired

REQUEST = RequestKey("key-1", "token:shop", b"POST /letters {}")
ANSWER = Answer(status=201, headers={}, body=b"{}")


@pytest.fixture
def wire(database: str) -> Iterator[Wire]:
    with wired(database, b"letter.sent") as wire:
        yield wire


@pytest.fixture
def log(wire: Wire, keys: KeyRing) -> Iterator[EventLog]:
    with ConnectionPool[Connection](wire.database, min_size=2, kwargs={"autocommit": True}, open=True) as pool:
        log = EventLog(pool, keys)
        yield log
        log.close()


def save(log: EventLog, wire: Wire, letter: Letter, cut: str, *, claim: bool, begin: bool = False) -> int:
    """Saves a letter whose commit loses its question or its answer on the way."""
    with log.session() as session:
        if begin:
            session.begin()
        if claim:
            session.claim_request(REQUEST)
        session.save(letter)
        wire.cut = cut
        return session.commit(ANSWER if claim else None)


@pytest.mark.parametrize("claim", [True, False])
def test_a_save_whose_answer_was_lost_counts_as_recorded(log: EventLog, wire: Wire, claim: bool) -> None:
    letter = written(uuid4())
    saved(log, letter)
    assert save(log, wire, sent(letter, 3), "answer", claim=claim) == 4
    assert log.head() == 4
    assert log.load(Letter, letter.id).sent == 3
    with log.session() as session:
        assert session.claim_request(REQUEST) == (ANSWER if claim else None)


@pytest.mark.parametrize("claim", [True, False])
def test_a_save_that_was_lost_on_the_way_is_sent_again(log: EventLog, wire: Wire, claim: bool) -> None:
    letter = written(uuid4())
    saved(log, letter)
    assert save(log, wire, sent(letter, 3), "question", claim=claim) == 4
    assert log.load(Letter, letter.id).sent == 3
    with log.session() as session:
        assert session.claim_request(REQUEST) == (ANSWER if claim else None)


def test_a_save_that_was_lost_with_its_transaction_is_reported_and_may_be_run_again(log: EventLog, wire: Wire) -> None:
    letter = written(uuid4())
    saved(log, letter)
    with pytest.raises(psycopg.OperationalError):
        save(log, wire, sent(letter), "question", claim=True, begin=True)
    assert log.head() == 1
    assert save(log, wire, sent(log.load(Letter, letter.id)), "", claim=True) == 2


def test_a_lost_save_does_not_hide_somebody_elses(log: EventLog, wire: Wire) -> None:
    letter = written(uuid4())
    saved(log, letter)
    mine, other = log.load(Letter, letter.id), log.load(Letter, letter.id)
    saved(log, sent(other))
    with pytest.raises(psycopg.OperationalError):
        save(log, wire, sent(mine), "question", claim=False)
    assert log.load(Letter, letter.id) == other


def backend(session: Session) -> int:
    """The number of the server process that serves a session."""
    return session.connection.info.backend_pid


@pytest.mark.parametrize("begin", [True, False])
def test_a_writer_killed_in_the_queue_records_once_or_says_so(log: EventLog, database: str, begin: bool) -> None:
    letter = written(uuid4())
    saved(log, letter)

    def save_killed() -> int:
        with log.session() as session:
            if begin:
                session.begin()
            session.claim_request(REQUEST)
            session.save(sent(letter))
            queued.append(backend(session))
            return session.commit(ANSWER)

    queued: list[int] = []
    with psycopg.connect(database) as holder, ThreadPoolExecutor(1) as threads:
        holder.execute(APPEND_LOCK)
        running = threads.submit(save_killed)
        kill_when_waiting(database, queued)
        holder.commit()
        if begin:
            with pytest.raises(psycopg.OperationalError):
                running.result()
        else:
            assert running.result() == 2
    assert log.head() == (1 if begin else 2)


def kill_when_waiting(database: str, queued: list[int]) -> None:
    """Ends a writer's server process as soon as it stands in the queue of writers."""
    with psycopg.connect(database, autocommit=True) as connection:
        while True:
            waiting = connection.execute("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            for (pid,) in waiting.fetchall():
                if pid in queued:
                    connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
                    return


def test_reading_goes_on_after_the_server_has_dropped_every_connection(log: EventLog, database: str) -> None:
    saved(log, written(uuid4()))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    assert log.head() == 1
    assert len(log.read(0, 10)) == 1
