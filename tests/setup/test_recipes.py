"""The recipes of docs/running.md, run as they stand there on real servers."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from projections.postgres.binaries import server_user
from projections.postgres.embedded import ADMINISTRATOR, OWNER
from projections.postgres.migrate import migrate
from projections.postgres.usable import known
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from tests.faults.clusters import HOST, Cluster, House, binaries, clusters
from tests.fixtures_api import hire
from tests.fixtures_database import TEST_SECRET
from tests.setup.running import ROOT, eventually, free_port
from tests.setup.test_roles import sentences

RUNNING = (ROOT / "docs" / "running.md").read_text()
_RECIPE = re.compile(r"<!-- recipe: ([\w-]+) -->\n```sh\n(.*?)```", re.S)
RECIPES = dict(_RECIPE.findall(RUNNING))
EVENTS = "SELECT position, state::text FROM log.events ORDER BY position"
Log = list[tuple[Any, ...]]


@pytest.fixture
def house() -> Iterator[House]:
    with clusters() as opened:
        yield opened


def follow(recipe: str, server: Cluster, **variables: str) -> None:
    """Does what the recipe says, as the server's user."""
    user = server_user(server.cluster)
    identity: dict[str, Any] = {"user": user.uid, "group": user.gid, "extra_groups": []} if user.changes else {}
    path = f"{binaries(server).folder}:{os.environ['PATH']}"
    done = subprocess.run(
        ("sh", "-eu", "-c", RECIPES[recipe]),
        cwd="/", env={"PATH": path, **variables}, capture_output=True, text=True, check=False, timeout=120, **identity,
    )  # fmt: skip
    assert done.returncode == 0, f"{recipe}: {done.stdout}{done.stderr}"


def address(port: int, database: str = "postgres") -> str:
    """A server's address for its superuser, in the words that the recipes may add to."""
    return f"host={HOST} port={port} user={ADMINISTRATOR} dbname={database}"


def room(house: House, name: str) -> Path:
    """A place for a recipe's files, in a folder that the server's user may write to."""
    return house.archive(f"{name}-room") / name


@contextmanager
def ending(server: Cluster, cluster: Path) -> Iterator[None]:
    """Stops what a recipe has started."""
    try:
        yield
    finally:
        server.run("pg_ctl", "-D", str(cluster), "-m", "immediate", "stop")


def restoring(server: Cluster) -> dict[str, str]:
    """Where a dump is restored to, in the recipe's words."""
    place = address(server.port)
    return {"SERVER": place, "OWNER": OWNER, "NAME": "again", "RESTORED": address(server.port, "again")}


def settings_of(url: str, folder: Path) -> Settings:
    return Settings(database_url=url, secret_key=TEST_SECRET, data_dir=folder)


def at(port: int, query: str, database: str = "carnet") -> Log:
    """What a server answers to its superuser."""
    with psycopg.connect(address(port, database), autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def epochs(runtime: Runtime) -> list[str]:
    return [epoch.id for epoch in runtime.log.lineage()]


def test_a_standby_made_by_the_recipe_takes_over_by_the_recipe_and_nothing_is_lost(
    house: House, tmp_path: Path
) -> None:
    primary, standby, port = house.primary(), room(house, "standby"), free_port()
    migrate(primary.url(), primary.owner_url())
    follow("standby", primary, PRIMARY=address(primary.port), STANDBY=str(standby), STANDBY_PORT=str(port))
    with ending(primary, standby):
        state = "SELECT sync_state FROM pg_stat_replication"
        eventually(lambda: primary.execute(state) == [("sync",)], "the standby is synchronous")
        both = f"postgresql://carnet@{HOST}:{primary.port},{HOST}:{port}/carnet?target_session_attrs=read-write"
        with open_runtime(settings_of(both, tmp_path)) as runtime:
            hire(runtime, "ada", "operator")
            before, known = primary.execute(EVENTS, "carnet"), epochs(runtime)
            primary.kill()
            follow("failover", primary, STANDBY=str(standby), PROMOTED=address(port))
            eventually(lambda: hired(runtime, "grace"), "the same process writes to the new primary")
            after = at(port, EVENTS)
            assert after[: len(before)] == before
            assert len(after) > len(before)
            assert epochs(runtime)[:-1] == known


def hired(runtime: Runtime, name: str) -> bool:
    """Whether somebody could be hired just now."""
    try:
        hire(runtime, name, "operator")
    except psycopg.OperationalError:
        return False
    return True


def test_a_base_backup_and_its_wal_bring_back_an_instant(house: House, tmp_path: Path) -> None:
    archive, backup, restored, port = house.archive(), room(house, "backup"), room(house, "restored"), free_port()
    copy = f"test ! -f {archive}/%f && cp %p {archive}/%f"
    primary = house.primary(settings={"archive_mode": "on", "archive_command": copy})
    migrate(primary.url(), primary.owner_url())
    with open_runtime(settings_of(primary.url(), tmp_path)) as runtime:
        hire(runtime, "ada", "operator")
        follow("base-backup", primary, PRIMARY=address(primary.port), BACKUP=str(backup))
        hire(runtime, "grace", "operator")
        known, wanted = epochs(runtime), primary.execute(EVENTS, "carnet")
        [(until,)] = primary.execute("SELECT clock_timestamp()::text")
        hire(runtime, "mary", "operator")
    [(written,)] = primary.execute("SELECT pg_walfile_name(pg_switch_wal())")
    eventually(lambda: (archive / written).exists(), "the WAL is archived")
    primary.kill()
    follow(
        "point-in-time", primary, BACKUP=str(backup), RESTORED=str(restored), ARCHIVE=str(archive), UNTIL=until,
        RESTORED_PORT=str(port),
    )  # fmt: skip
    with ending(primary, restored):
        eventually(lambda: at(port, "SELECT pg_is_in_recovery()") == [(False,)], "it takes writes")
        assert at(port, EVENTS) == wanted
        with open_runtime(settings_of(f"postgresql://carnet@{HOST}:{port}/carnet", tmp_path)) as runtime:
            hire(runtime, "emmy", "operator")
            assert epochs(runtime)[:-1] == known
            assert runtime.log.common_position(known[-1]) == wanted[-1][0]


def test_a_dump_brings_back_the_moment_it_was_begun_in_an_empty_database(house: House, tmp_path: Path) -> None:
    primary, dump = house.primary(), room(house, "dump")
    migrate(primary.url(), primary.owner_url())
    with open_runtime(settings_of(primary.url(), tmp_path)) as runtime:
        hire(runtime, "ada", "operator")
        owner = address(primary.port, "carnet").replace(ADMINISTRATOR, OWNER)
        follow("dump", primary, DATABASE=owner, DUMP=str(dump))
        wanted, known = primary.execute(EVENTS, "carnet"), epochs(runtime)
        hire(runtime, "grace", "operator")
    follow("restore", primary, DUMP=str(dump), **restoring(primary))
    assert primary.execute(EVENTS, "again") == wanted
    assert migrate(primary.url("again"), primary.owner_url("again")) == []
    assert sentences(primary.url("again")) == []
    with open_runtime(settings_of(primary.url("again"), tmp_path)) as runtime:
        hire(runtime, "emmy", "operator")
        assert epochs(runtime)[:-1] == known


def test_a_dump_that_was_cut_off_leaves_nothing_behind(house: House) -> None:
    primary, dump = house.primary(), room(house, "dump")
    migrate(primary.url(), primary.owner_url())
    follow("dump", primary, DATABASE=address(primary.port, "carnet"), DUMP=str(dump))
    whole = dump.read_bytes()
    dump.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AssertionError, match="restore"):
        follow("restore", primary, DUMP=str(dump), **restoring(primary))
    assert primary.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'log'", "again") == [(0,)]


SHOP = {"OWNER": "shop_owner", "APPLICATION": "shop", "NAME": "shop"}


def test_two_roles_made_by_the_recipe_keep_the_log_out_of_the_applications_reach(house: House, tmp_path: Path) -> None:
    primary = house.primary()
    follow("two-roles", primary, SERVER=address(primary.port), **SHOP)
    assert migrate(primary.url("shop", "shop"), primary.url("shop", "shop_owner")) == known()
    with open_runtime(settings_of(primary.url("shop", "shop"), tmp_path)) as runtime:
        hire(runtime, "ada", "operator")
    assert sentences(primary.url("shop", "shop")) == []


def test_a_database_of_one_role_is_handed_over_by_the_recipe_while_it_runs(house: House, tmp_path: Path) -> None:
    primary = house.primary()
    primary.execute("CREATE ROLE shop LOGIN CREATEDB")
    primary.execute("CREATE DATABASE shop OWNER shop")
    migrate(primary.url("shop", "shop"))
    with open_runtime(settings_of(primary.url("shop", "shop"), tmp_path)) as runtime:
        hire(runtime, "ada", "operator")
        follow("hand-over", primary, SERVER=address(primary.port), **SHOP)
        assert migrate(primary.url("shop", "shop"), primary.url("shop", "shop_owner")) == []
        hire(runtime, "grace", "operator")
    assert sentences(primary.url("shop", "shop")) == []


def test_every_recipe_of_the_text_is_tried_here() -> None:
    tried = set(re.findall(r'follow\(\s*"([\w-]+)"', Path(__file__).read_text()))
    assert tried == set(RECIPES)
