"""Somebody with all rights on the database changes what was sealed: verify finds it, and so does the sealer."""

from __future__ import annotations

import random
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg_pool import ConnectionPool

from projections.log import Connection, EventLog
from projections.log.checkpoints import Checkpoint, Outside
from projections.log.epochs import FOUND_LOST
from projections.log.keys import FIRST
from projections.log.sealer import Sealer, sealing_faults
from projections.log.seals import seal, verify
from tests.damage import administrator
from tests.projections.log.events import saved, sent, written

Pool = ConnectionPool[Connection]
TABLES = ("log.events", "log.seals", "log.subject_keys", "log.directory", "log.changes", "log.requests", "log.epochs")


def kept(sealer: Sealer, folder: Path) -> list[Checkpoint]:
    return Outside(folder, sealer.log.keys.masters.verifying[FIRST]).read()


def attack(database: str, *statements: str) -> None:
    """Does so as the database's administrator, with every trigger off for the time of it."""
    with psycopg.connect(administrator(database)) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in TABLES:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(sql.Identifier(*table.split("."))))
        for statement in statements:
            connection.execute(statement.encode())
        for table in TABLES:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(sql.Identifier(*table.split("."))))


SWAP = """
UPDATE log.events e SET state = o.state FROM log.events o
WHERE (e.position, o.position) IN ((2, 3), (3, 2))
"""
SWAP_KEYS = """
UPDATE log.subject_keys k SET wrapped = o.wrapped
FROM (SELECT subject, wrapped, row_number() OVER (ORDER BY subject) AS number FROM log.subject_keys) o,
    (SELECT subject, row_number() OVER (ORDER BY subject) AS number FROM log.subject_keys) mine
WHERE mine.subject = k.subject AND (mine.number, o.number) IN ((1, 2), (2, 1))
"""
ATTACKS: dict[str, tuple[str, ...]] = {
    "an event changed": ("UPDATE log.events SET state = (state::text || ' ')::json WHERE position = 6",),
    "an event's recording changed": (
        "UPDATE log.events SET recorded_at = recorded_at + interval '1 microsecond' WHERE position = 6",
    ),
    "an event deleted": ("DELETE FROM log.events WHERE position = 6",),
    "events swapped": (SWAP,),
    "an event inserted": (
        "INSERT INTO log.events"
        " SELECT -1, gen_random_uuid(), 1, topic, version, subject, occurred_at, state, recorded_at"
        " FROM log.events WHERE position = 6",
    ),
    "everything truncated": ("TRUNCATE log.events",),
    "the tail cut off with its seals": (
        "DELETE FROM log.events WHERE position > 8",
        "DELETE FROM log.seals WHERE position > 8",
    ),
    "a seal dropped in the middle": ("DELETE FROM log.seals WHERE position = 8",),
    "the first seal dropped": ("DELETE FROM log.seals WHERE position = 4",),
    "the last seal dropped": ("DELETE FROM log.seals WHERE position > 8",),
    "every seal dropped": ("DELETE FROM log.seals",),
    "a forged seal": ("UPDATE log.seals SET chain = sha256('forged') WHERE position = 8",),
    "a seal of the old form": ("UPDATE log.seals SET form = 1 WHERE position = 8",),
    "keys swapped": (SWAP_KEYS,),
    "a key deleted": ("DELETE FROM log.subject_keys WHERE subject IN (SELECT subject FROM log.subject_keys LIMIT 1)",),
    "a key taken away as if erased": (
        "UPDATE log.subject_keys SET wrapped = NULL, erased_at = now()"
        " WHERE subject IN (SELECT subject FROM log.subject_keys LIMIT 1)",
    ),
    "a key's holder changed": ("UPDATE log.subject_keys SET holder = gen_random_uuid()",),
    "an address changed": ("UPDATE log.directory SET customer = gen_random_uuid()",),
    "an address deleted": ("DELETE FROM log.directory",),
    "the history of keys cut off": ("DELETE FROM log.changes",),
    "a series moved back": ("CREATE SEQUENCE log.series_d", "SELECT setval('log.\"series_C\"', 1, false)"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_database_is_found_by_verify_and_by_the_sealer(
    name: str, sealer: Sealer, database: str, tmp_path: Path
) -> None:
    outside = kept(sealer, tmp_path)
    attack(database, *ATTACKS[name])
    assert not verify(sealer, outside).holds
    saved_before = kept(sealer, tmp_path)
    assert sealer.work() is None
    assert sealer.faults
    assert kept(sealer, tmp_path) == saved_before
    with sealer.log.pool.connection() as connection:
        assert sealing_faults(connection) == sealer.faults


def test_a_changed_answer_is_found(sealer: Sealer, database: str) -> None:
    for change in (
        "UPDATE log.requests SET answer = set_byte(answer, 20, get_byte(answer, 20) # 1)",
        "UPDATE log.requests SET fingerprint = set_byte(fingerprint, 5, get_byte(fingerprint, 5) # 1)",
        "UPDATE log.requests SET key = 'key-2'",
    ):
        attack(database, change)
        assert any("not the one that was given" in fault for fault in verify(sealer).faults), change


def test_a_forgery_sealed_with_the_applications_own_key_is_found_by_a_kept_checkpoint(
    sealer: Sealer, database: str, tmp_path: Path
) -> None:
    outside = kept(sealer, tmp_path)
    attack(
        database,
        "UPDATE log.events SET topic = 'letter.forged' WHERE position = 6",
        "DELETE FROM log.seals WHERE position >= 8",
    )
    seal(sealer)
    assert verify(sealer).holds  # whoever has database and secret can make it look whole
    assert not verify(sealer, outside).holds
    assert not verify(sealer, against=outside[-1]).holds
    assert sealer.work() is None
    assert any("kept outside" in fault for fault in sealer.faults)


def test_a_log_rolled_back_is_found_although_a_new_epoch_was_declared(
    sealer: Sealer, database: str, tmp_path: Path
) -> None:
    outside = kept(sealer, tmp_path)
    attack(database, "DELETE FROM log.events WHERE position > 8", "DELETE FROM log.seals WHERE position > 8")
    assert sealer.work() is None
    assert sealer.faults
    sealer.log.begin_epoch("restored")
    verdict = verify(sealer, outside)
    assert verdict.notes
    assert not verify(sealer, against=outside[-1]).holds


def test_an_epoch_that_was_lost_as_a_whole_stops_the_sealer_until_its_loss_was_found(
    sealer: Sealer, database: str, tmp_path: Path
) -> None:
    """As where a standby took over, and a backup of before that was brought back after it."""
    before = sealer.log.head()
    lost = sealer.log.begin_epoch("a standby took over")
    saved(sealer.log, sent(written(uuid4()), 4))
    assert sealer.work()
    outside = kept(sealer, tmp_path)
    attack(
        database,
        f"DELETE FROM log.events WHERE position > {before}",
        f"DELETE FROM log.seals WHERE position > {before}",
        f"DELETE FROM log.epochs WHERE id = '{lost.id}'",
        "TRUNCATE log.incarnation",
    )
    sealer.log.look()
    assert sealer.work() is None
    assert any("an epoch that this log does not know" in fault for fault in sealer.faults)
    sealer.log.begin_epoch(FOUND_LOST)
    saved(sealer.log, written(uuid4()))
    assert sealer.work()
    assert sealer.faults == []
    verdict = verify(sealer, outside)
    assert verdict.holds
    assert verdict.notes
    assert not verify(sealer, against=outside[-1]).holds


def test_after_a_declared_epoch_seals_go_on_from_the_last_common_one(
    sealer: Sealer, database: str, tmp_path: Path
) -> None:
    attack(
        database,
        "DELETE FROM log.events WHERE position > 8",
        "DELETE FROM log.seals WHERE position > 8",
    )
    assert sealer.work() is None
    epoch = sealer.log.begin_epoch("restored")
    saved(sealer.log, written(uuid4()))
    made = sealer.work()
    assert made, sealer.faults
    assert made.said.epoch == epoch.id
    assert sealer.faults == []
    assert kept(sealer, tmp_path)[-1] == made


LAST_SEALS = "DELETE FROM log.seals WHERE position > 4"


def test_a_copy_made_before_the_last_seals_brings_their_events_back_and_sealing_goes_on(
    sealer: Sealer, database: str, tmp_path: Path
) -> None:
    attack(database, LAST_SEALS)
    sealer.log.begin_epoch("restored")
    verdict = verify(sealer, kept(sealer, tmp_path))
    assert verdict.holds, str(verdict)
    assert "did not come back" in str(verdict)
    saved(sealer.log, written(uuid4()))
    assert sealer.work(batch=4)
    assert sealer.faults == []
    assert verify(sealer, kept(sealer, tmp_path)).holds


def test_seals_that_did_not_come_back_still_tell_of_a_changed_event(
    sealer: Sealer, database: str, tmp_path: Path
) -> None:
    attack(database, LAST_SEALS, *ATTACKS["an event changed"])
    sealer.log.begin_epoch("restored")
    assert not verify(sealer, kept(sealer, tmp_path)).holds
    assert sealer.work() is None
    assert sealer.faults


def test_sealing_goes_on_by_itself_once_the_database_is_right_again(
    sealer: Sealer, database: str, tmp_path: Path
) -> None:
    saved(sealer.log, written(uuid4()))
    attack(database, "UPDATE log.events SET version = version + 1 WHERE position = 6")
    assert sealer.work() is None
    attack(database, "UPDATE log.events SET version = version - 1 WHERE position = 6")
    assert sealer.work()
    with sealer.log.pool.connection() as connection:
        assert sealing_faults(connection) == []


def test_erasing_a_person_leaves_every_proof_true(sealer: Sealer, shop: EventLog, tmp_path: Path) -> None:
    for recorded in shop.read(0, 20):
        if recorded.event.metadata.subject:
            shop.erase(recorded.event.metadata.subject)
    assert verify(sealer, kept(sealer, tmp_path)).holds
    saved(shop, written(uuid4()))
    assert sealer.work()
    assert verify(sealer, kept(sealer, tmp_path)).holds


def test_a_second_sealer_takes_up_what_the_first_has_sealed(shop: EventLog, tmp_path: Path) -> None:
    first, second = Sealer(shop, tmp_path / "one"), Sealer(shop, tmp_path / "two")
    assert first.work(batch=4)
    assert second.work() is None
    assert kept(second, tmp_path / "two") == kept(first, tmp_path / "one")


KEYS = {"log.events": "position", "log.seals": "position", "log.subject_keys": "subject"}
# One bit of a value, or as near to it as its type lets one come.
ONE_BIT = {
    "bigint": "{0} # (1::bigint << ({1} + 20))",
    "integer": "{0} # (1 << {1})",
    "smallint": "({0} # (1 << {1}))::smallint",
    "uuid": "overlay({0}::text placing to_hex(('x' || substr({0}::text, 3, 1))::bit(4)::int # 1) from 3 for 1)::uuid",
    "text": "CASE {0} WHEN '' THEN 'a' ELSE chr(ascii({0}) # 1) || substr({0}, 2) END",
    "timestamp with time zone": "{0} + (1 << {1}) * interval '1 microsecond'",
    "json": """regexp_replace({0}::text, '"actor":"o', '"actor":"n')::json""",
    "bytea": "set_bit({0}, octet_length({0}) * 8 - 1 - {1}, 1 - get_bit({0}, octet_length({0}) * 8 - 1 - {1}))",
}
_COLUMNS = """
SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
"""


def flipped(database: str, chance: random.Random) -> str:
    """Changes one bit of one column of one row and says which; another one where a constraint forbids it."""
    table, bit = chance.choice(list(KEYS)), chance.randrange(7)
    with psycopg.connect(administrator(database), autocommit=True) as connection:
        column, kind = chance.choice(connection.execute(_COLUMNS, (table,)).fetchall())
        listed = f"SELECT {KEYS[table]}::text FROM {table} WHERE {column} IS NOT NULL"
        rows = connection.execute(listed.encode()).fetchall()
    if not rows:
        return flipped(database, chance)
    [row] = chance.choice(sorted(rows))
    change = f"UPDATE {table} SET {column} = {ONE_BIT[kind].format(column, bit)} WHERE {KEYS[table]}::text = '{row}'"
    try:
        attack(database, change)
    except psycopg.errors.UniqueViolation:
        return flipped(database, chance)
    return change


def every_flip_is_found(sealer: Sealer, database: str, folder: Path, rounds: int, seed: int) -> None:
    chance, outside = random.Random(seed), kept(sealer, folder)
    attack(database, *(f"CREATE TABLE {table}_copy AS TABLE {table}" for table in KEYS))
    for _ in range(rounds):
        change = flipped(database, chance)
        assert not verify(sealer, outside).holds, change
        sealer.work()
        assert sealer.faults, change
        back = [f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {table}_copy" for table in KEYS]
        attack(database, *back)
    assert verify(sealer, outside).holds
    sealer.work()
    assert sealer.faults == []


def test_single_bits_changed_at_random_are_found(sealer: Sealer, database: str, tmp_path: Path) -> None:
    every_flip_is_found(sealer, database, tmp_path, rounds=60, seed=7)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_a_thousand_single_bits_changed_at_random_are_found(sealer: Sealer, database: str, tmp_path: Path) -> None:
    every_flip_is_found(sealer, database, tmp_path, rounds=1000, seed=2026)
