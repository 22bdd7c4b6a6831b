"""A leader that stands still, as a machine does that is gone from the net, keeps nobody waiting."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from projections.engine.filling import Source
from projections.engine.freshness import Views
from projections.log import EventLog
from projections.postgres.connections import connect_directly
from projections.postgres.leases import LEADER, LeaseLost, Leases, beating
from projections.settings import Settings
from tests.projections.engine.conftest import Look
from tests.projections.engine.parcels import Parcels, projecting, record, wait
from tests.projections.engine.test_killing import started
from tests.projections.log.proxy import stalled
from tests.setup.running import eventually

AT_MOST = 5.0  # seconds


@contextmanager
def frozen(process: subprocess.Popen[bytes]) -> Iterator[None]:
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def test_views_go_on_within_five_seconds_when_their_leader_is_frozen(
    settings: Settings, log: EventLog, views: Views
) -> None:
    with started(settings, "engine") as first, started(settings, "engine") as second:
        try:
            wait(views, record(log, 1, "Lyon", weight=1))
            for leader in (first, second):
                with frozen(leader):
                    began = time.monotonic()
                    views.wait_for("parcels", record(log, 1, "Paris"), timeout=AT_MOST)
                    assert time.monotonic() - began < AT_MOST
        finally:
            first.kill()
            second.kill()


def test_a_rebuild_that_is_frozen_frees_its_place_within_five_seconds(
    settings: Settings, log: EventLog, source: Source, look: Look
) -> None:
    for number in range(500):
        record(log, number % 50, "Lyon", weight=1)
    with started(settings, "rebuild") as rebuild:
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7106409"
        eventually(lambda: look(held) == [(1,)], "the rebuild has begun")
        with frozen(rebuild):
            began = time.monotonic()
            eventually(lambda: look(held) == [(0,)], "its place is free")
            assert time.monotonic() - began < AT_MOST
        rebuild.kill()


def test_row_locks_of_who_stands_still_in_a_transaction_are_free_within_five_seconds(
    settings: Settings, log: EventLog, source: Source, views: Views
) -> None:
    with projecting(settings, log, Parcels()), source.connect() as still:
        wait(views, record(log, 1, "Lyon", weight=1))
        still.execute("BEGIN")
        still.execute("SELECT * FROM views.positions FOR UPDATE")
        began = time.monotonic()
        views.wait_for("parcels", record(log, 1, "Paris"), timeout=AT_MOST)
        assert time.monotonic() - began < AT_MOST
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            still.execute("SELECT")


def test_a_lease_whose_holder_gives_no_sign_of_life_is_lost_and_says_so(source: Source) -> None:
    with Leases(source.database_url) as mine, Leases(source.database_url) as others:
        lease = mine.take(LEADER, "parcels")
        assert lease is not None
        assert mine.take(LEADER, "parcels") is None
        assert others.take(LEADER, "parcels") is None
        lease.check()
        with pytest.raises(psycopg.errors.AdminShutdown):
            lease.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(LeaseLost):
            lease.check()
        taken = others.take(LEADER, "parcels")
        assert taken is not None
        mine.release(lease)
        others.release(taken)
        assert mine.take(LEADER, "parcels") is not None


def test_a_leader_whose_machine_is_gone_from_the_net_frees_its_place_within_five_seconds(source: Source) -> None:
    with stalled(source.database_url) as (far, gone), Leases(far) as its, Leases(source.database_url) as others:
        lease = its.take(LEADER, "parcels")
        assert lease is not None
        gone.set()
        began = time.monotonic()
        eventually(lambda: others.take(LEADER, "parcels") is not None, "its place is free")
        assert time.monotonic() - began < AT_MOST
        eventually(lambda: lease.connection.closed, "it finds out itself")
        with pytest.raises(LeaseLost):
            lease.check()


def test_a_long_fold_is_no_standing_still(source: Source) -> None:
    session = {"idle_in_transaction_session_timeout": "1s"}
    with connect_directly(source.database_url, "carnet test", session=session) as connection, connection.transaction():
        connection.execute("SELECT * FROM views.positions FOR UPDATE")
        with beating(connection):
            time.sleep(2)  # as long as the fold of many events on a busy machine
        assert connection.execute("SELECT 1").fetchone() == (1,)
