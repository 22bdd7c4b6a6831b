from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg

from projections.postgres.migrate import migrate
from projections.postgres.usable import pending
from tests.damage import owner


def test_a_fresh_database_has_every_migration(database: str) -> None:
    assert pending(database) == []


def test_migrating_twice_changes_nothing(database: str) -> None:
    assert migrate(database) == []
    assert migrate(database, owner(database)) == []


def test_of_several_who_migrate_at_one_time_one_does_it_all(bare_database: str) -> None:
    everything = pending(bare_database)
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(migrate, [bare_database] * 4))
    assert sorted(applied) == [[], [], [], everything]
    assert pending(bare_database) == []


def test_a_migration_that_was_killed_does_not_lock_out_the_next(database: str) -> None:
    with psycopg.connect(owner(database)) as connection:
        connection.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
    assert migrate(database, owner(database)) == []


def test_one_test_does_not_see_what_another_wrote(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE views.left_behind ()")


def test_one_test_does_not_see_what_another_wrote_again(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE views.left_behind ()")


def test_text_is_searched_without_case_or_accents(database: str) -> None:
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT plain('ÉLODIE Çà'), plain('Straße'), plain(NULL)").fetchone()
    assert row == ("elodie ca", "strasse", None)
