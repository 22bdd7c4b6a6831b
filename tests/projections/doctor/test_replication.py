"""What the doctor says of standbys: real ones, that are away, stand still, or left a slot behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from unittest.mock import Mock

import psycopg
import pytest

from projections.doctor import Finding, Look, machine
from tests.faults.clusters import Cluster, House, clusters

STILL = 0.5  # seconds


@pytest.fixture
def house() -> Iterator[House]:
    with clusters() as built:
        yield built


def looked(server: Cluster, *, user: str = "postgres") -> dict[str, Finding]:
    with psycopg.connect(server.url(user=user), autocommit=True) as connection:
        look = Look(connection, Mock(), Mock(), Mock())
        return {one.code: one for check in (machine.writable, machine.replication) for one in check(look)}


def test_a_standby_that_commits_wait_for_is_missed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    primary = house.primary()
    standby = primary.standby("second", synchronous=True)
    assert looked(primary) == {}
    assert list(looked(standby)) == ["database-standby"]
    [receiver] = standby.backends("walreceiver")
    os.kill(receiver, signal.SIGSTOP)
    try:
        monkeypatch.setattr(machine, "MOST_SECONDS_BEHIND", STILL)
        primary.execute("SET synchronous_commit = off; CREATE TABLE written (n int)")
        found = until(primary, "standby-behind")
        assert found.places[0].startswith("second: ")
        primary.execute("SET synchronous_commit = off; GRANT pg_monitor TO carnet")
        assert "standby-behind" in looked(primary, user="carnet")
    finally:
        os.kill(receiver, signal.SIGCONT)
    primary.configure(synchronous_commit="local")
    assert until(primary, "standby-not-waited-for").gravity == "warning"
    primary.configure(synchronous_commit="on")
    standby.kill()
    assert until(primary, "standby-missing").gravity == "damage"
    assert "standby-missing" in looked(primary, user="carnet")


def test_a_slot_that_nobody_reads_is_named(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    primary = house.primary()
    primary.execute("SELECT pg_create_physical_replication_slot('left_behind', true)")
    assert looked(primary) == {}
    monkeypatch.setattr(machine, "MOST_BYTES_KEPT", -1)
    assert looked(primary)["slots-idle"].places == ["left_behind: 0 GB"]


def until(primary: Cluster, code: str) -> Finding:
    """The finding, once it is there."""
    deadline = time.monotonic() + 30
    while True:
        found = looked(primary)
        if code in found:
            return found[code]
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
