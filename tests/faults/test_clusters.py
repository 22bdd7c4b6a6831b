"""The house of servers that the tests of faults and recipes stand in."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.faults.clusters import addresses, clusters
from tests.setup.running import eventually


def test_a_promoted_synchronous_standby_has_what_the_killed_primary_acknowledged() -> None:
    with clusters() as house:
        primary = house.primary()
        standby = primary.standby("second", synchronous=True)
        primary.execute("GRANT CREATE ON SCHEMA public TO carnet", "carnet")
        with psycopg.connect(addresses(primary, standby), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        primary.kill()
        standby.promote()
        with psycopg.connect(addresses(primary, standby)) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_standby_whose_receiver_stands_still_holds_a_synchronous_commit_back() -> None:
    with clusters() as house, ThreadPoolExecutor(1) as threads:
        primary = house.primary()
        standby = primary.standby("second", synchronous=True)
        [receiver] = standby.backends("walreceiver")
        os.kill(receiver, signal.SIGSTOP)
        commit = threads.submit(primary.execute, "CREATE TABLE kept AS SELECT 7 AS number", "carnet")
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        eventually(lambda: primary.execute(waiting) == [(1,)], "the commit waits for the standby")
        assert not commit.done()
        os.kill(receiver, signal.SIGCONT)
        commit.result(60)
        standby.wait_for(primary)
        assert standby.execute("SELECT number FROM kept", "carnet") == [(7,)]


def test_a_base_backup_starts_as_a_server_of_its_own() -> None:
    with clusters() as house:
        primary = house.primary()
        primary.execute("CREATE TABLE kept AS SELECT 7 AS number", "carnet")
        backup = primary.base_backup("monday")
        primary.stop()
        restored = house.restored("again", backup)
        restored.start()
        assert restored.execute("SELECT number FROM kept", "carnet") == [(7,)]
