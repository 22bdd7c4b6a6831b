"""Connections: what each is bounded by, and what is different behind a pooler."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from projections.postgres.connections import (
    PATIENT,
    PooledConnection,
    PoolerInTheWay,
    bound,
    connect,
    connect_directly,
    make_pool,
    route,
)
from projections.postgres.leases import LEADER, Leases
from projections.postgres.migrate import migrate
from tests.faults.clusters import Cluster, clusters
from tests.faults.pooler import Pooler, pooled, version


@pytest.fixture(scope="module")
def primary() -> Iterator[Cluster]:
    with clusters() as house:
        yield house.primary()


@pytest.fixture(scope="module")
def pooler(primary: Cluster) -> Iterator[Pooler]:
    with pooled(primary, sessions=2) as running:
        yield running


def shown(connection: psycopg.Connection[tuple[str, ...]], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return row[0]


def test_a_connection_notices_at_both_ends_that_the_other_is_gone(primary: Cluster) -> None:
    with connect(primary.url(), "carnet test") as connection:
        told = connection.info.get_parameters()
        assert told["connect_timeout"] == "5"
        assert told["tcp_user_timeout"] == "5000"
        assert told["keepalives_idle"] == "3"
        assert shown(connection, "idle_in_transaction_session_timeout") == "4s"
        assert shown(connection, "tcp_keepalives_idle") == "3"
        assert shown(connection, "application_name") == "carnet test"


def test_what_the_address_says_goes_first(primary: Cluster) -> None:
    url = f"{primary.url()}?connect_timeout=9&options=-c%20statement_timeout%3D7s&application_name=theirs"
    with connect(url, "carnet test") as connection:
        assert connection.info.get_parameters()["connect_timeout"] == "9"
        assert shown(connection, "statement_timeout") == "7s"
        assert shown(connection, "application_name") == "theirs"
        assert shown(connection, "idle_in_transaction_session_timeout") == "4s"


def test_a_provider_that_bounds_every_statement_does_not_bound_ours(primary: Cluster) -> None:
    primary.execute("ALTER ROLE carnet SET statement_timeout = '50ms'")
    try:
        with connect(primary.url(), "carnet test") as connection:
            connection.execute("SELECT pg_sleep(0.2)")
        migrate(primary.url(), primary.owner_url())
    finally:
        primary.execute("ALTER ROLE carnet RESET statement_timeout")


def test_whoever_reads_for_long_may_stand_still_in_a_transaction(primary: Cluster) -> None:
    with connect(primary.url(), "carnet test", session=PATIENT) as connection:
        assert shown(connection, "idle_in_transaction_session_timeout") == "0"


def test_a_pooler_is_found_out(primary: Cluster, pooler: Pooler) -> None:
    assert route(primary.url()) == (False, True)
    assert route(pooler.url) == (True, version() >= (1, 21))


def test_parts_with_a_session_of_their_own_say_what_to_set(primary: Cluster, pooler: Pooler) -> None:
    with pytest.raises(PoolerInTheWay, match="CARNET_DATABASE_DIRECT_URL"):
        connect_directly(pooler.url, "what leads")
    with Leases(pooler.url) as leases, pytest.raises(PoolerInTheWay):
        leases.take(LEADER, "orders")
    with pytest.raises(PoolerInTheWay):
        migrate(pooler.url)
    with connect_directly(primary.url(), "what leads") as connection:
        connection.execute("SELECT")


def test_a_transaction_through_a_pooler_is_bounded_and_the_next_one_finds_nothing_of_it(
    primary: Cluster, pooler: Pooler
) -> None:
    with connect(pooler.url, "carnet test") as connection:
        assert isinstance(connection, PooledConnection)
        with connection.transaction():
            assert shown(connection, "idle_in_transaction_session_timeout") == "4s"
            with connection.transaction():
                bound(connection, idle="9s")
                assert shown(connection, "idle_in_transaction_session_timeout") == "9s"
        assert shown(connection, "idle_in_transaction_session_timeout") == "0"
    assert pooler.left() == []


def test_statements_asked_to_be_prepared_run_on_whichever_session_comes(primary: Cluster, pooler: Pooler) -> None:
    pool = make_pool(pooler.url, "carnet test", least=8, most=8)
    with pool, ThreadPoolExecutor(8) as threads:

        def ask(number: int) -> int:
            with pool.connection() as connection, connection.transaction():
                row = connection.execute("SELECT %s::int + 1", (number,), prepare=True).fetchone()
                assert row is not None
                return int(row[0])

        assert list(threads.map(ask, range(400))) == list(range(1, 401))
    if version() < (1, 21):
        assert pooler.left() == []
