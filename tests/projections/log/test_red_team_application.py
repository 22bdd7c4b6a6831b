"""Somebody with the application's own database role: what he tries to change is refused, or found by who looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow

from projections.log import EventLog
from projections.log.checkpoints import Checkpoint, message
from projections.log.sealer import Sealer
from projections.log.seals import verify
from projections.postgres.connections import connect
from projections.postgres.migrate import migrate
from projections.postgres.roles import CALLED, powers
from tests.damage import administrator, owner
from tests.projections.log.events import saved, written
from tests.projections.log.test_red_team import kept

Thief = psycopg.Connection[TupleRow]
DENIED = psycopg.errors.InsufficientPrivilege
REFUSED = psycopg.errors.InvalidParameterValue

TABLES = (
    "events", "seals", "subject_keys", "directory", "changes", "requests", "epochs", "masters", "document_series",
    "issued_documents", "kept_prints", "book", "import_runs", "incarnation", "subtrees",
)  # fmt: skip
COLUMN = {"events": "topic", "seals": "chain", "subject_keys": "wrapped", "requests": "answer"}

FORBIDDEN = [
    *(f"DELETE FROM log.{table}" for table in TABLES),
    *(f"TRUNCATE log.{table} CASCADE" for table in TABLES),
    *(f"DROP TABLE log.{table} CASCADE" for table in TABLES),
    *(f"ALTER TABLE log.{table} DISABLE TRIGGER ALL" for table in TABLES),
    *(f"UPDATE log.{table} SET {column} = {column}" for table, column in COLUMN.items()),
    *(f"INSERT INTO log.{table} SELECT * FROM log.{table}" for table in TABLES if table not in ("events", "changes")),
    "INSERT INTO log.changes (kind, thing) VALUES ('key', gen_random_uuid())",
    "INSERT INTO log.events SELECT * FROM log.events ON CONFLICT (position) DO UPDATE SET topic = 'forged'",
    "MERGE INTO log.events e USING (SELECT 1) one ON true WHEN MATCHED THEN DELETE",
    "SELECT position FROM log.events FOR UPDATE",
    "LOCK TABLE log.events IN ACCESS EXCLUSIVE MODE",
    "SET session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "ALTER ROLE carnet SET session_replication_role = replica",
    "ALTER ROLE carnet SUPERUSER",
    "SET ROLE carnet_owner",
    "SET SESSION AUTHORIZATION carnet_owner",
    "GRANT carnet_owner TO carnet",
    "ALTER TABLE log.events OWNER TO carnet",
    "ALTER TABLE log.events SET SCHEMA views",
    "ALTER TABLE log.events RENAME TO old",
    "ALTER TABLE log.events DROP CONSTRAINT events_stream",
    "ALTER TABLE log.events ADD COLUMN forged text",
    "ALTER TABLE log.events ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY hide ON log.events USING (false)",
    "CREATE RULE hide AS ON INSERT TO log.events DO INSTEAD NOTHING",
    "CREATE TABLE views.child () INHERITS (log.events)",
    "CREATE INDEX ON log.events (topic)",
    "CREATE TRIGGER mine BEFORE INSERT ON log.events FOR EACH ROW EXECUTE FUNCTION views.mine()",
    "CREATE TABLE views.mine (subject uuid REFERENCES log.subject_keys)",
    "DROP TRIGGER events_only_grow ON log.events",
    "DROP SCHEMA log CASCADE",
    "ALTER SCHEMA log RENAME TO old",
    "CREATE FUNCTION log.mine() RETURNS integer LANGUAGE sql RETURN 1",
    "CREATE OR REPLACE FUNCTION log.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "ALTER FUNCTION log.require_succession() SECURITY INVOKER",
    "DROP FUNCTION log.require_succession() CASCADE",
    "CREATE OR REPLACE VIEW log.readable AS SELECT 1",
    "SELECT setval('log.\"series_C\"', 1, false)",
    "SELECT nextval('log.\"series_C\"')",
    "ALTER SEQUENCE log.\"series_C\" RESTART",
    "DROP SEQUENCE log.\"series_C\"",
    "ALTER DATABASE {database} SET session_replication_role = replica",
    "ALTER DATABASE {database} RENAME TO old",
    "CREATE ROLE mine",
    "DROP OWNED BY carnet_owner",
    "REASSIGN OWNED BY carnet_owner TO carnet",
    "COPY log.events TO PROGRAM 'true'",
    "DELETE FROM _yoyo_migration",
    "CREATE TABLE public.mine ()",
]  # fmt: skip

A_KEY = "(SELECT subject FROM log.subject_keys WHERE wrapped IS NOT NULL ORDER BY subject LIMIT 1)"
WRAPPED = f"(SELECT wrapped FROM log.subject_keys WHERE subject = {A_KEY})"
OWNERS = [
    "SELECT log.add_master(2, 'x', 'x', 'x', 'x', 'x')",
    f"SELECT log.rewrap(ARRAY[{A_KEY}], ARRAY[{WRAPPED}], ARRAY[{WRAPPED}])",
    "SELECT log.retire_master(1)",
    "SELECT log.require(true, '')",
]
HOSTILE = {
    "answers of today purged": "SELECT log.purge_requests(0)",
    "answers of tomorrow purged": "SELECT log.purge_requests(-1000000)",
    "young documents released": "SELECT log.release_documents(current_date, 0)",
    "documents released as of another day": "SELECT log.release_documents('9999-01-01', 1)",
    "a document of a day ahead": "SELECT log.next_document('F', 2026, 1, current_date + 30)",
    "numbers of documents used up": "SELECT log.skip_documents('F', 2026, 1, 9223372036854775806, current_date)",
    "a number that is given out on a day ahead": "SELECT log.skip_documents('F', 2026, 1, 9, current_date + 30)",
    "numbers of orders used up": "SELECT log.raise_series('C', 9223372036854775806)",
    "more numbers than anybody draws": "SELECT log.next_numbers('C', 2000000000)",
    "numbers drawn backwards": "SELECT log.next_numbers('C', -1)",
    "a series without a name": "SELECT log.next_numbers('', 1)",
    "a series of a name that is cut off": "SELECT log.next_numbers(repeat('x', 80), 1)",
}


HIJACKED = {
    "sha256(bytea) RETURNS bytea": "''::bytea",
    "clock_timestamp() RETURNS timestamptz": "pg_catalog.now()",
    "now() RETURNS timestamptz": "pg_catalog.clock_timestamp()",
    "format(text, text) RETURNS text": "'mine.ran'::text",
    "make_interval(integer) RETURNS interval": "interval '0'",
    "to_regclass(text) RETURNS regclass": "NULL::regclass",
    "pg_advisory_xact_lock(integer, integer) RETURNS integer": "1",
    "database_oid() RETURNS oid": "1::oid",
}


@pytest.fixture
def thief(sealer: Sealer, database: str) -> Iterator[Thief]:
    """A session of the application's role, of somebody who is not the application, on a log that was sealed."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def refused(thief: Thief, statement: str, *kinds: type[psycopg.Error]) -> bool:
    """Whether a statement was refused, for one of these reasons; nothing stays of it where it was not."""
    try:
        with thief.transaction(force_rollback=True):
            thief.execute(statement.encode())
    except kinds:
        return True
    except psycopg.Error as error:
        raise AssertionError(f"{statement}: {error}") from error
    return False


def content(database: str) -> list[list[TupleRow]]:
    """Every row of every table that proves something, and how far the series are."""
    with psycopg.connect(administrator(database)) as connection:
        found = [connection.execute(f"SELECT * FROM log.{table}".encode()).fetchall() for table in TABLES]
        return [*found, connection.execute('SELECT last_value, is_called FROM log."series_C"').fetchall()]


def test_the_application_cannot_change_what_was_recorded_nor_what_guards_it(thief: Thief, database: str) -> None:
    before = content(database)
    thief.execute("CREATE FUNCTION views.mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    statements = [statement.replace("{database}", thief.info.dbname) for statement in FORBIDDEN]
    assert [statement for statement in statements if not refused(thief, statement, DENIED)] == []
    with pytest.raises(DENIED):
        thief.execute("CREATE DATABASE forged")
    thief.execute("GRANT UPDATE ON log.events TO carnet")  # a warning, and nothing is granted
    assert powers(thief).sentences == []
    assert content(database) == before


def test_what_the_owner_alone_does_the_application_may_not_call(thief: Thief) -> None:
    assert [statement for statement in OWNERS if not refused(thief, statement, DENIED)] == []


def test_every_function_bounds_what_it_is_given(thief: Thief, database: str) -> None:
    before = content(database)
    assert [name for name, call in HOSTILE.items() if not refused(thief, call, REFUSED)] == []
    assert thief.execute("SELECT log.add_first_master('x', 'x', 'x', 'x')").fetchone() == (False,)
    assert content(database) == before


def test_a_key_that_has_a_holder_is_handed_to_nobody_else(thief: Thief, shop: EventLog, database: str) -> None:
    held, holder = uuid4(), uuid4()
    with shop.session() as session:
        session.ensure_subject(held, holder)
        session.commit()
    thief.execute("SELECT log.hand_over(%s, %s)", (held, uuid4()))
    assert thief.execute("SELECT holder FROM log.subject_keys WHERE subject = %s", (held,)).fetchone() == (holder,)


def test_a_series_is_moved_on_at_once_and_never_back(sealer: Sealer, thief: Thief) -> None:
    assert thief.execute("SELECT log.raise_series('C', 900000)").fetchone() == (900000,)
    assert thief.execute("SELECT log.raise_series('C', 5)").fetchone() == (900000,)
    assert thief.execute("SELECT * FROM log.next_numbers('C', 2)").fetchall() == [(900001,), (900002,)]
    assert verify(sealer).holds


def test_a_seal_that_does_not_name_the_one_before_it_is_refused(shop: EventLog, thief: Thief) -> None:
    saved(shop, written(uuid4()))
    [(number,)] = thief.execute("SELECT count(*) FROM log.seals").fetchall()
    add = "SELECT log.add_seal((SELECT max(position) FROM log.events), %s, %s, now(), %s, '', '{}', '{}', '{}')"
    for said in ("{}", '{"number": 1, "previous": ""}', f'{{"number": {number + 1}, "previous": "00"}}'):
        with pytest.raises(REFUSED):
            thief.execute(add, (bytes(32), bytes(64), said))
    for chain, signature in ((b"x", bytes(64)), (bytes(32), b"x")):
        with pytest.raises(REFUSED):
            thief.execute(add, (chain, signature, "{}"))


def test_a_seal_that_is_not_signed_is_found_by_verify_and_by_the_sealer(
    sealer: Sealer, shop: EventLog, thief: Thief, database: str, tmp_path: Path
) -> None:
    saved(shop, written(uuid4()))
    last = kept(sealer, tmp_path)[-1]
    said = f'{{"number": {last.said.number + 1}, "previous": "{last.digest.hex()}"}}'
    thief.execute(
        "SELECT log.add_seal((SELECT max(position) FROM log.events), %s, %s, now(), %s, '', '{}', '{}', '{}')",
        (bytes(32), bytes(64), said),
    )
    assert any("not signed" in fault for fault in verify(sealer).faults)
    assert sealer.work() is None
    assert any("not signed" in fault for fault in sealer.faults)
    with psycopg.connect(owner(database)) as connection:
        connection.execute("ALTER TABLE log.seals DISABLE TRIGGER seals_only_grow")
        connection.execute("DELETE FROM log.seals WHERE position > %s", (last.position,))
        connection.execute("ALTER TABLE log.seals ENABLE TRIGGER seals_only_grow")
    assert sealer.work()
    assert verify(sealer).holds


def test_the_database_makes_the_same_bytes_of_a_seal_as_the_program(database: str) -> None:
    for form, moment in (
        (1, "12:00:00"),
        (2, "12:00:00.5"),
        (2, "23:59:59.000001"),
        (3, "00:00:00.25"),
        (3, "01:00:00"),
    ):
        at = datetime.fromisoformat(f"2026-11-28T{moment}+02:00")
        said = '{"origin":"carnet.log/é","number":1}' if form > 1 else ""
        seal = Checkpoint(7, bytes(range(32)), b"signature", at, form, said, b"frontier")
        with psycopg.connect(owner(database)) as connection:
            [(made,)] = connection.execute("SELECT log.seal_message(ROW(%s, %s, %s, %s, %s::smallint, %s, %s))", seal)
        assert made == message(seal)


def test_an_event_that_is_put_in_past_the_functions_follows_the_last_one(thief: Thief, database: str) -> None:
    put = (
        "INSERT INTO log.events (position, originator_id, originator_version, topic, version, occurred_at, recorded_at,"
        " state) VALUES (%s, %s, %s, 'letter.sent', 1, now(), clock_timestamp() + %s::interval, '{}')"
    )
    before = content(database)
    for saying_to_append in ("off", "on"):
        thief.execute(f"SET carnet.appending = {saying_to_append}")
        for position, version, ahead in (
            (5, 1, "0"),
            (99, 1, "0"),
            (-1, 1, "0"),
            (11, 2, "0"),
            (11, 1, "1 day"),
            (11, 1, "-9 d"),
        ):
            with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation)):
                thief.execute(put, (position, UUID(int=9), version, ahead))
    assert content(database) == before


def test_no_schema_of_the_applications_comes_before_the_logs_own_path(shop: EventLog, thief: Thief) -> None:
    """Functions and operators of his own, found first by his session, are not found by what runs as the owner."""
    thief.execute("CREATE SCHEMA mine")
    thief.execute("CREATE TABLE mine.ran (by text)")
    thief.execute("GRANT ALL ON SCHEMA mine TO PUBLIC")
    thief.execute("GRANT ALL ON mine.ran TO PUBLIC")
    for head, then in HIJACKED.items():
        note = f"INSERT INTO mine.ran VALUES (current_user); SELECT {then}"
        thief.execute(f"CREATE FUNCTION mine.{head} LANGUAGE sql AS $${note}$$".encode())
    thief.execute("CREATE FUNCTION mine.never(bigint, bigint) RETURNS boolean LANGUAGE sql RETURN false")
    thief.execute("CREATE OPERATOR mine.> (LEFTARG = int8, RIGHTARG = int8, FUNCTION = mine.never)")
    thief.execute("CREATE TEMPORARY TABLE events (position bigint)")
    thief.execute("SET search_path = mine, pg_temp, pg_catalog")
    thief.execute("SELECT log.next_numbers('hijack', 1)")
    thief.execute("SELECT log.raise_series('hijack', 9)")
    thief.execute("SELECT log.next_document('F', 2026, 1, current_date)")
    thief.execute("SELECT log.purge_requests(1)")
    thief.execute("SELECT log.number_changes(1)")
    thief.execute("SELECT log.erase(gen_random_uuid())")
    thief.execute("SELECT log.add_epoch('mine')")
    thief.execute("SELECT log.append(NULL, '{}', '{}', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)")
    assert thief.execute("SELECT DISTINCT by FROM mine.ran WHERE by <> 'carnet'").fetchall() == []


def test_a_path_that_the_role_was_given_is_not_that_of_carnets_sessions(thief: Thief, database: str) -> None:
    """Who seals and who verifies reads by PostgreSQL's own functions, whatever the role's sessions begin with."""
    thief.execute(f"ALTER ROLE carnet IN DATABASE {thief.info.dbname} SET search_path = mine, pg_catalog".encode())
    with connect(database, "carnet test") as connection:
        assert connection.execute("SHOW search_path").fetchone() == ("public",)
        assert "search_path" in " ".join(powers(connection).sentences)


def test_code_of_the_application_never_runs_as_the_owner_when_an_epoch_begins(thief: Thief, database: str) -> None:
    thief.execute("CREATE TABLE work.ran (by text)")
    thief.execute(
        "CREATE OR REPLACE FUNCTION work.meet_epoch(epoch integer) RETURNS void LANGUAGE sql AS"
        " 'INSERT INTO work.ran VALUES (current_user)'"
    )
    thief.execute("SELECT log.begin_epoch('mine')")
    assert thief.execute("SELECT by FROM work.ran").fetchall() == [("carnet",)]


def test_the_application_may_call_what_is_named_and_nothing_else(thief: Thief) -> None:
    found = thief.execute(
        "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'log'::regnamespace"
        " AND has_function_privilege(oid, 'EXECUTE') ORDER BY proname"
    ).fetchall()
    assert [name for (name,) in found] == sorted(CALLED)


def test_every_function_that_runs_as_the_owner_has_a_path_that_is_fixed(database: str) -> None:
    with psycopg.connect(database) as connection:
        loose = connection.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'log'::regnamespace"
            " AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY(proconfig), false)"
        ).fetchall()
        elsewhere = connection.execute(
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
            " WHERE prosecdef AND nspname NOT IN ('log', 'pg_catalog')"
        ).fetchall()
    assert (loose, elsewhere) == ([], [])


def test_the_log_is_out_of_reach_of_the_applications_role(database: str) -> None:
    with psycopg.connect(database) as connection:
        assert powers(connection).sentences == []


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ("REVOKE carnet FROM carnet_owner; GRANT carnet_owner TO carnet", "act as the owner"),
        ("GRANT UPDATE ON log.seals TO carnet", "write seals"),
        ("GRANT INSERT ON log.requests TO PUBLIC", "write requests"),
        ("GRANT UPDATE (topic) ON log.events TO carnet", "write events"),
        ("GRANT TRIGGER ON log.masters TO carnet", "write masters"),
        ('GRANT UPDATE ON SEQUENCE log."series_C" TO carnet', "write series_C"),
        ("ALTER TABLE log.seals OWNER TO carnet", "owns seals"),
        ("ALTER FUNCTION log.refuse() OWNER TO carnet", "owns refuse"),
        ("GRANT EXECUTE ON FUNCTION log.retire_master(integer) TO carnet", "call retire_master"),
        ("GRANT CREATE ON SCHEMA log TO carnet", "make things in schema log"),
        ("ALTER ROLE carnet SUPERUSER", "superuser"),
        ("ALTER ROLE carnet CREATEROLE", "make roles"),
        ("GRANT SET ON PARAMETER session_replication_role TO carnet", "switch triggers off"),
        ("GRANT pg_write_all_data TO carnet", "pg_write_all_data"),
        ("ALTER ROLE carnet SET search_path = mine, pg_catalog", "search_path"),
    ],
)
def test_a_reach_that_is_too_long_is_told(sealer: Sealer, database: str, slip: str, told: str) -> None:
    with psycopg.connect(administrator(database)) as connection:
        connection.execute(slip.encode())
        connection.execute("SET LOCAL ROLE carnet" if "SUPERUSER" not in slip else "SET SESSION AUTHORIZATION carnet")
        assert told in " ".join(powers(connection).sentences)
        connection.rollback()


def test_grants_that_slipped_in_are_taken_back_by_the_next_migration(sealer: Sealer, database: str) -> None:
    with psycopg.connect(owner(database), autocommit=True) as connection:
        connection.execute("GRANT UPDATE, DELETE ON log.events TO carnet")
        connection.execute("GRANT EXECUTE ON FUNCTION log.retire_master(integer) TO carnet")
    migrate(database, owner(database))
    with psycopg.connect(database) as connection:
        assert powers(connection).sentences == []
