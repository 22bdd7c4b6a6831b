"""What a crash, a promotion or a restore takes back is built upon by nobody, whatever they hold in memory."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from projections.engine.feed import Feed
from projections.log import (
    Connection,
    EventLog,
    IncarnationChanged,
    KeyRing,
    NotDurable,
    OutcomeUnknown,
    Session,
    event_log,
    patience,
)
from projections.log.recorder import ALONE, _parameters
from projections.postgres.embedded import EmbeddedServer
from projections.postgres.migrate import migrate
from tests.faults.clusters import Cluster, clusters
from tests.projections.log.events import Letter, saved, sent, written
from tests.projections.log.test_durability import LAZY

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
PATIENCE = 30.0


@contextmanager
def opened(url: str, keys: KeyRing) -> Iterator[EventLog]:
    """The log as one process has it."""
    with ConnectionPool[Connection](url, min_size=2, max_size=6, kwargs={"autocommit": True}, open=True) as pool:
        log = EventLog(pool, keys)
        yield log
        log.close()


def append_undurably(log: EventLog, letter: Letter) -> None:
    """Another process's append at the moment when it is committed and not yet on disk."""
    events = [log.mapper.to_stored_event(event) for event in letter.collect_events()]
    names = (
        *("ids", "versions", "fresh", "actor", "key", "fingerprint", "subject", "answer"),
        *("email_hash", "customer", "wrapped"),
    )
    values = _parameters(events, ALONE)
    with psycopg.connect(log.pool.conninfo) as connection:  # type: ignore[arg-type]
        statement = "SELECT log.append(NULL, %s::uuid[], %s::integer[], %s::json, %s, %s, %s, %s, %s, %s, %s, %s)"
        connection.execute(statement, [values[name] for name in names])


def die(server: EmbeddedServer) -> None:
    """Kills the whole server at once."""
    assert server.process is not None
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for victim in (pid, *map(int, children)):
        os.kill(victim, signal.SIGKILL)
    server.process.wait()


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("begun", [False, True])
def test_a_decision_on_what_a_crash_took_back_is_refused(
    data_dir: Path, keys: KeyRing, others: bool, begun: bool
) -> None:
    with EmbeddedServer(data_dir, LAZY) as server:
        migrate(server.url(), server.owner_url())
        with opened(server.url(), keys) as log:
            letter = written(uuid4())
            saved(log, letter)
            append_undurably(log, sent(log.load(Letter, letter.id)))
            with log.session() as session:
                if begun:
                    session.begin()
                mine = session.load(Letter, letter.id)
                assert mine.version == 2
                session.save(sent(mine, 2))
                die(server)
                server.start()
                if others:  # the version it was decided on is there again, and is another one
                    with opened(server.url(), keys) as another:
                        saved(another, sent(another.load(Letter, letter.id), times=1))
                with pytest.raises(psycopg.OperationalError):
                    session.commit()
            versions = [one.event.originator_version for one in log.stream(letter.id)]
            assert versions == ([1, 2] if others else [1])
            saved(log, sent(log.load(Letter, letter.id)))


def test_a_stale_decision_is_refused_over_a_new_connection_too(data_dir: Path, keys: KeyRing) -> None:
    with EmbeddedServer(data_dir, LAZY) as server:
        migrate(server.url(), server.owner_url())
        with opened(server.url(), keys) as log:
            letter = written(uuid4())
            saved(log, letter)
            append_undurably(log, sent(log.load(Letter, letter.id)))
            with log.session() as session:
                decided_in, stale = session.incarnation, session.load(Letter, letter.id)
            die(server)
            server.start()
            saved(log, sent(log.load(Letter, letter.id)))
            events = [log.mapper.to_stored_event(event) for event in sent(stale).collect_events()]
            with log.pool.connection() as connection, pytest.raises(psycopg.DatabaseError, match="vanished"):
                log.recorder.append(connection, events, decided_in=decided_in)
            with pytest.raises(IncarnationChanged), log.session(decided_in):
                pass
            assert log.head() == 2


def test_a_backend_that_crashes_drops_what_every_process_keeps_and_no_epoch_ends(data_dir: Path, keys: KeyRing) -> None:
    with EmbeddedServer(data_dir) as server:
        migrate(server.url(), server.owner_url())
        with opened(server.url(), keys) as log:
            saved(log, written(uuid4()))
            epoch, dropped = log.epoch(), []
            log.on_new_incarnation(lambda: dropped.append(True))
            feed = Feed(log, server.url())
            before = log.look()
            with psycopg.connect(server.url()) as another:
                with log.pool.connection() as connection:
                    os.kill(connection.info.backend_pid, signal.SIGKILL)
                wait_until_ended(another)
            wait_until_answering(server)
            assert log.head() == 1
            assert log.look() != before
            assert dropped
            assert log.epoch() == epoch
            assert feed.read(0, catching_up=True).incarnation == log.look()


def wait_until_ended(connection: psycopg.Connection[Any]) -> None:
    """Until the server has noticed that a backend crashed, and has ended this other one."""
    deadline = time.monotonic() + PATIENCE
    with suppress(psycopg.OperationalError):
        while time.monotonic() < deadline:
            connection.execute("SELECT 1")
            time.sleep(0.01)
    assert connection.broken


def wait_until_answering(server: EmbeddedServer) -> None:
    deadline = time.monotonic() + PATIENCE
    while not server.answers():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def pair(keys: KeyRing) -> Iterator[tuple[Cluster, Cluster, EventLog]]:
    """A primary, its synchronous standby, and the log of one process."""
    with clusters() as house:
        primary = house.primary()
        migrate(primary.url(), primary.owner_url())
        standby = primary.standby("second", synchronous=True)
        with opened(primary.url(), keys) as log:
            yield primary, standby, log


@contextmanager
def stalled(primary: Cluster) -> Iterator[None]:
    """Nothing reaches the standby meanwhile."""
    senders = primary.backends("walsender")
    for sender in senders:
        os.kill(sender, signal.SIGSTOP)
    try:
        yield
    finally:
        if primary.process is not None:
            for sender in senders:
                os.kill(sender, signal.SIGCONT)


def wait_for_waiting(primary: Cluster, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while primary.execute(WAITING) != [(count,)]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_readers_wait_for_a_standby_that_lags(keys: KeyRing) -> None:
    with pair(keys) as (primary, _, log), ThreadPoolExecutor(3) as threads, opened(primary.url(), keys) as reader:
        letter = written(uuid4())
        saved(log, letter)
        feed = Feed(reader, primary.url())
        with stalled(primary):
            writing: Future[int] = threads.submit(saved, log, sent(log.load(Letter, letter.id)))
            wait_for_waiting(primary, 1)
            assert primary.execute("SELECT max(position) FROM log.events", "carnet") == [(2,)]
            reading = threads.submit(reader.read, 0, 10)
            following = threads.submit(feed._ahead)
            wait_for_waiting(primary, 3)
            for waiting in (writing, reading, following):
                with pytest.raises(NotYet):
                    waiting.result(timeout=0)
        assert [one.position for one in reading.result(PATIENCE)] == [1, 2]
        assert [one.position for one in following.result(PATIENCE)] == [2]
        assert writing.result(PATIENCE) is not None


def test_a_wait_that_is_cut_short_is_no_answer(keys: KeyRing) -> None:
    with pair(keys) as (primary, _, log), ThreadPoolExecutor(2) as threads, opened(primary.url(), keys) as reader:
        letter = written(uuid4())
        saved(log, letter)
        reader.head()
        with stalled(primary):
            writing = threads.submit(saved, log, sent(log.load(Letter, letter.id)))
            wait_for_waiting(primary, 1)
            reading = threads.submit(reader.read, 0, 10)
            wait_for_waiting(primary, 2)
            primary.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
            with pytest.raises(NotDurable):
                reading.result(PATIENCE)
            wait_for_waiting(primary, 1)  # the writer has looked its events up, and waits for them again
            with pytest.raises(NotYet):
                writing.result(timeout=0)
        writing.result(PATIENCE)
        assert reader.head() == 2


def test_nobody_waits_for_ever_for_a_standby_that_stands_still(keys: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    with pair(keys) as (primary, _, log), ThreadPoolExecutor(2) as threads, opened(primary.url(), keys) as reader:
        letter = written(uuid4())
        saved(log, letter)
        reader.head()
        with stalled(primary):
            writing = threads.submit(saved, log, sent(log.load(Letter, letter.id)))
            wait_for_waiting(primary, 1)
            monkeypatch.setattr(patience, "PATIENCE", 0.5)
            monkeypatch.setattr(event_log, "_PATIENCE", 0.5)
            with pytest.raises(NotDurable):
                reader.read(0, 10)
            with pytest.raises(OutcomeUnknown):
                saved(log, written(uuid4()))
        assert writing.result(PATIENCE) is not None
        assert reader.head() == 3


def test_a_promotion_begins_an_epoch_and_takes_back_what_nobody_was_told(keys: KeyRing) -> None:
    with pair(keys) as (primary, standby, log), ThreadPoolExecutor(1) as threads:
        letter = written(uuid4())
        saved(log, letter)
        before = log.epoch()
        with stalled(primary):
            writing = threads.submit(saved, log, sent(log.load(Letter, letter.id)))
            wait_for_waiting(primary, 1)
            primary.kill()
        standby.promote()
        with opened(standby.url(), keys) as promoted:
            assert promoted.head() == 1
            first, second = promoted.lineage()
            assert (first, second.began_after) == (before, 1)
            assert "promoted" in second.reason
            assert promoted.common_position(first.id) == 1
            assert promoted.common_position("unknown") is None
            saved(promoted, sent(promoted.load(Letter, letter.id)))
        with pytest.raises((psycopg.Error, OutcomeUnknown)):
            writing.result(PATIENCE)


def test_a_dump_restored_under_a_running_process_is_another_epoch(keys: KeyRing) -> None:
    with clusters() as house:
        primary = house.primary()
        migrate(primary.url(), primary.owner_url())
        with opened(primary.url(), keys) as log:
            letter = written(uuid4())
            saved(log, letter)
            before, feed = log.epoch(), Feed(log, primary.url())
            dump = primary.run("pg_dump", "--clean", "--if-exists", primary.url(user="postgres"))
            with log.session() as session:
                loaded = in_hand(log, session, letter)
                primary.run("psql", "-q", "-v", "ON_ERROR_STOP=1", primary.url(user="postgres"), text=dump)
                session.save(sent(loaded))
                with pytest.raises((IncarnationChanged, psycopg.DatabaseError)):
                    session.commit()
            assert log.head() == 1
            assert log.epoch().id != before.id
            assert log.common_position(before.id) == 1
            assert feed._ahead() == []
            assert feed.read(0, catching_up=True).incarnation == log.look()
            saved(log, sent(log.load(Letter, letter.id)))
            assert [one.position for one in feed._ahead()] == [2]


def in_hand(log: EventLog, session: Session, letter: Letter) -> Letter:
    """The letter as it is after one more event, which the dump does not hold."""
    saved(log, sent(log.load(Letter, letter.id)))
    return session.load(Letter, letter.id)
