"""An installation where nothing happens rests; what happens then is seen at once, and soon where a wake-up is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from flask.testing import FlaskClient

from domain.orders.creation import OrderCreated
from domain.processes.process import Effect
from projections.engine import feed
from projections.engine.filling import Source
from projections.log.waking import Notifier
from projections.postgres.leases import Leases
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from projections.work import effects, schedule
from projections.work.effects import EffectRequest
from tests.fixtures_api import context_of
from tests.workers.working import ask, becomes, eventually, telling, working
from workers import database_broker, relay
from workers import schedule as clock
from workers.housekeeping import Housekeeping
from workers.projecting import Projecting
from workers.tools import Job, Performer, Tools

ORDERS = "/api/v1/orders"
MOST = 20.0  # transactions a second; there were 150 before everything rested
WINDOW = 2.0  # seconds
NEVER = 600.0  # seconds between two looks of those that are not to find out by looking
AT_ONCE = 5.0  # seconds; a small part of one look's time, and long enough for a slow machine
_TRANSACTIONS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"


def nothing(_tools: Tools, _job: Job) -> None:
    """Does an effect."""


PERFORMED = {"test": Performer(nothing, repeatable=True)}


@contextmanager
def installation(runtime: Runtime) -> Iterator[None]:
    """All that runs beside the API, in this process."""
    source = Source(runtime.settings.direct_url, runtime.settings.secrets)
    projecting, keeping = Projecting(source, runtime.log, PROJECTIONS.values()), Housekeeping(runtime)
    projecting.start()
    keeping.start()
    try:
        with working(runtime, PERFORMED, (telling("test", OrderCreated),)):
            yield
    finally:
        keeping.stop()
        projecting.stop()


def shown(runtime: Runtime) -> int:
    """How many orders the list has."""
    with runtime.reading() as connection:
        [[number]] = connection.execute("SELECT count(*) FROM views.orders").fetchall()
    return int(number)


def done(runtime: Runtime) -> int:
    """How many effects are done."""
    with runtime.reading() as connection:
        [[number]] = connection.execute("SELECT count(*) FROM work.effects WHERE state = 'done'").fetchall()
    return int(number)


def state_of(runtime: Runtime, key: object) -> str:
    """How far an effect has come."""
    with runtime.reading() as connection:
        [[state]] = connection.execute("SELECT state FROM work.effects WHERE key = %s", (key,)).fetchall()
    return str(state)


def built(runtime: Runtime) -> bool:
    """Whether every view stands."""
    with runtime.reading() as connection:
        [[views]] = connection.execute("SELECT count(*) FROM views.positions WHERE schema = 'views'").fetchall()
    return bool(views >= len(PROJECTIONS))


def test_an_installation_where_nothing_happens_asks_the_database_next_to_nothing(
    runtime: Runtime, client: FlaskClient, database: str
) -> None:
    with installation(runtime), psycopg.connect(database, autocommit=True) as connection:
        client.post(ORDERS, json={})
        eventually(lambda: done(runtime) == 1, "the order was reacted to")

        def rate() -> float:
            [[before]] = connection.execute(_TRANSACTIONS).fetchall()
            time.sleep(WINDOW)
            [[after]] = connection.execute(_TRANSACTIONS).fetchall()
            return float(after - before) / WINDOW

        eventually(lambda: rate() < MOST, f"fewer than {MOST:.0f} transactions a second")


def test_what_happens_after_a_quiet_time_is_seen_by_its_wake_up(
    runtime: Runtime, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installation(runtime):
        eventually(lambda: built(runtime), "every view is built")
        client.post(ORDERS, json={})
        eventually(lambda: (shown(runtime), done(runtime)) == (1, 1), "the first order is shown and reacted to")
        for module, name in (
            (feed, "SHORTEST_PAUSE"), (feed, "QUIET_PAUSE"), (relay, "LONGEST_PAUSE"), (clock, "LONGEST_PAUSE"),
            (database_broker, "LONGEST_REST"),
        ):  # fmt: skip
            monkeypatch.setattr(module, name, NEVER)
        time.sleep(1.5)  # each of them looks once more and then waits for what it is told
        client.post(ORDERS, json={})
        eventually(lambda: (shown(runtime), done(runtime)) == (2, 2), "the second is", AT_ONCE)
        key = ask(runtime, "test")
        eventually(lambda: state_of(runtime, key) == "done", "an effect asked for elsewhere is done", AT_ONCE)


def test_a_lost_wake_up_costs_about_a_second(
    runtime: Runtime, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Notifier, "tell", lambda _notifier: None)
    with installation(runtime):
        eventually(lambda: built(runtime), "every view is built")
        time.sleep(2.5)  # everything rests
        client.post(ORDERS, json={})
        eventually(lambda: (shown(runtime), done(runtime)) == (1, 1), "it is found by looking", 3 * AT_ONCE)


def test_what_is_due_soon_is_done_when_it_is_due(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "LONGEST_PAUSE", NEVER)
    with working(runtime, PERFORMED):
        key = ask(runtime, "test", due_at=datetime.now(UTC) + timedelta(seconds=0.4))
        assert state_of(runtime, key) == "waiting"
        row = becomes(runtime, key, "done")
    assert timedelta(0) <= row.changed_at - row.due_at < timedelta(seconds=AT_ONCE)


def test_the_outlook_tells_what_is_due_and_what_comes_next(runtime: Runtime) -> None:
    with runtime.pool.connection() as connection:
        assert effects.outlook(connection) == (False, None)
        ask(runtime, "test", due_at=datetime.now(UTC) + timedelta(hours=1))
        is_due, next_in = effects.outlook(connection)
        assert not is_due
        assert next_in is not None
        assert 3500 < next_in <= 3600
        ask(runtime, "test")
        is_due, next_in = effects.outlook(connection)
        assert is_due
        assert next_in is not None
        assert 3500 < next_in <= 3600


def test_an_effect_whose_time_has_run_out_is_due(runtime: Runtime) -> None:
    ask(runtime, "test")
    with runtime.pool.connection() as connection:
        effects.hand_out(connection, 60, (), runtime.log.ready(connection))
        is_due, next_in = effects.outlook(connection)
        assert not is_due
        assert next_in is not None
        assert 50 < next_in <= 60
        connection.execute("UPDATE work.effects SET claimed_until = now() - interval '1 second'")
        assert effects.outlook(connection) == (True, None)


def test_the_schedule_says_what_is_due_next(runtime: Runtime) -> None:
    due = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with runtime.pool.connection() as connection:
        assert schedule.next_due(connection) is None
        schedule.put(
            connection, [EffectRequest(context_of().command_id, Effect(kind="test", payload={}, due_at=due), 0)]
        )
        assert schedule.next_due(connection) == due


def test_whoever_waits_for_a_lease_to_be_lost_is_told(runtime: Runtime, database: str) -> None:
    told: list[bool] = []
    with Leases(runtime.settings.direct_url) as leases:
        lease = leases.take(7106408, "quiet")
        assert lease is not None
        lease.when_lost(lambda: told.append(True))
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = 'carnet leases'"
            )
        eventually(lambda: told, "it is told")
