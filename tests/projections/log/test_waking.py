"""Wake-ups: a reader that waits hears of an append long before its time is out, and misses nothing when it does not."""

from __future__ import annotations

import time
from threading import Event
from uuid import uuid4

import psycopg

from projections.log import EventLog, KeyRing
from projections.log.durability import Connection
from projections.log.event_log import EventLog as Another
from projections.log.waking import Waker
from projections.postgres.connections import PoolerInTheWay
from tests.projections.log.conftest import SECRET
from tests.projections.log.events import saved, written

LONG = 20.0


def test_an_append_wakes_the_readers_of_every_process(log: EventLog) -> None:
    other = Another(log.pool, KeyRing(SECRET))
    wakers = [log.wake(), other.wake()]
    assert [waker.wait(0.01) for waker in wakers] == [False, False]
    started = time.monotonic()
    saved(log, written(uuid4()))
    assert [waker.wait(LONG) for waker in wakers] == [True, True]
    assert time.monotonic() - started < LONG / 4
    for waker in wakers:
        waker.close()


def test_a_quiet_log_wakes_nobody(log: EventLog) -> None:
    waker = log.wake()
    assert not waker.wait(0.05)
    with log.session() as session:
        session.next_number("orders")
    assert not waker.wait(0.05)
    waker.close()


def test_a_waker_whose_connection_was_lost_waits_its_time_and_listens_again(log: EventLog, database: str) -> None:
    waker = log.wake()
    assert not waker.wait(0.01)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
    started = time.monotonic()
    assert not waker.wait(0.1)
    assert time.monotonic() - started >= 0.1
    deadline = time.monotonic() + LONG
    while not waker.wait(0.1):
        saved(log, written(uuid4()))
        assert time.monotonic() < deadline
    waker.close()


def test_a_waker_that_is_given_a_pooler_waits_its_time_and_says_that_it_hears_nothing() -> None:
    def pooled() -> Connection:
        raise PoolerInTheWay("a waker")

    waker = Waker(pooled)
    started = time.monotonic()
    assert not waker.wait(0.1)
    assert time.monotonic() - started >= 0.1
    assert not waker.listens
    waker.close()


def test_a_waker_that_is_told_to_stop_waits_no_longer(log: EventLog) -> None:
    waker, stop = log.wake(), Event()
    stop.set()
    started = time.monotonic()
    assert not waker.wait(LONG, stop)
    assert time.monotonic() - started < LONG / 4
    waker.close()
