"""An older copy of the database is put in its place under the running processes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from projections.postgres.embedded import ADMINISTRATOR, APPLICATION, DATABASE, OWNER
from projections.postgres.migrate import migrate
from projections.settings import Settings
from projections.views import PROJECTIONS
from tests.faults.clusters import Cluster, House, clusters
from tests.faults.oracle import Findings
from tests.faults.shop import SOME_VIEWS, open_shop
from tests.faults.tables import write_row
from tests.fixtures_database import TEST_SECRET

BETWEEN = (20, 60)  # acknowledged writes between a copy and its restore
Restore = Callable[[Cluster], Cluster]
Copy = Callable[[House, Cluster, int], Restore]


def dumped(house: House, server: Cluster, number: int) -> Restore:
    """A dump; restored beside the database, it takes the database's name while the processes are connected."""
    text = server.run("pg_dump", "-h", "127.0.0.1", "-p", str(server.port), "-U", ADMINISTRATOR, DATABASE)

    def restore(running: Cluster) -> Cluster:
        fresh, old = sql.Identifier(f"restored_{number}"), sql.Identifier(f"old_{number}")
        with psycopg.connect(running.url(ADMINISTRATOR, ADMINISTRATOR), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(fresh, sql.Identifier(OWNER)))
            grant = sql.SQL("GRANT CREATE ON DATABASE {} TO {}")
            connection.execute(grant.format(fresh, sql.Identifier(APPLICATION)))
            psql = ("-q", "-h", "127.0.0.1", "-p", str(running.port), "-U", ADMINISTRATOR, "-v", "ON_ERROR_STOP=1")
            running.run("psql", *psql, f"restored_{number}", text=text)
            name = sql.Identifier(DATABASE)
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (DATABASE,))
            _insist(connection, sql.SQL("ALTER DATABASE {} RENAME TO {}").format(name, old))
            connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(fresh, name))
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(old))
        return running

    return restore


def copied(house: House, server: Cluster, number: int) -> Restore:
    """A base backup; it takes the place of the killed server's files, and recovers to where it was taken."""
    backup = server.base_backup(f"backup-{number}")

    def restore(running: Cluster) -> Cluster:
        running.kill()
        made = house.restored(f"copy-{number}", backup, port=running.port)
        made.start()
        shutil.rmtree(running.data_dir)
        return made

    return restore


def _insist(connection: psycopg.Connection, statement: sql.Composed) -> None:
    """Executes what has to wait until the sessions that were just ended are gone."""
    for _ in range(1000):
        try:
            connection.execute(statement)
        except psycopg.errors.ObjectInUse:
            continue
        return
    raise AssertionError("the database is in use and stays so")


def restored(copies: Sequence[Copy], seed: int, folder: Path, views: tuple[str, ...]) -> Findings:
    """What is wrong after the restores of copies that are each a little older than the database."""
    with clusters() as house:
        server = house.primary()
        migrate(server.url(), server.owner_url())
        settings = Settings(database_url=server.url(), secret_key=TEST_SECRET, data_dir=folder)
        with open_shop(settings, seed) as shop:
            for number, copy in enumerate(copies):
                shop.work(shop.chance.randint(*BETWEEN))
                restore = copy(house, server, number)
                shop.work(shop.chance.randint(*BETWEEN))
                server = restore(server)
            shop.work(BETWEEN[1])
            findings = shop.judged(server.url(), views)
    write_row(f"{len(copies)} restores ({copies[0].__name__}), seed {seed}", findings)
    return findings


def test_a_restore_under_running_processes_tells_what_it_took_back_and_leaves_no_holes(tmp_path: Path) -> None:
    findings = restored((dumped, copied), 9, tmp_path, SOME_VIEWS)
    assert findings.told_lost
    assert not findings.counts, str(findings)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("copy", [dumped, copied])
def test_twenty_restores_leave_the_log_whole(copy: Copy, seed: int, tmp_path: Path) -> None:
    findings = restored([copy] * 5, seed, tmp_path, tuple(PROJECTIONS))
    assert findings.told_lost
    assert not findings.counts, str(findings)
