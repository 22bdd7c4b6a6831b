"""SQL from outside writes its own table and nothing else, reads nothing else, and is halted where it takes too long."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient

from projections.outside.roles import ROLE, run_as
from projections.outside.served import Refused
from projections.outside.sql_files import read_sql, statements, with_events
from projections.runtime import Runtime
from tests.api.desk import line, place
from tests.projections.outside.files import UNITS, await_position, await_state, kept, sql_view

FOLD = UNITS[UNITS.index("INSERT") :]
EVERY = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND n.nspname NOT LIKE 'pg_toast%%' AND (
            has_table_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
            OR has_any_column_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
        )
"""
FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname IN ('log', 'views', 'work', 'access') AND has_schema_privilege(%(role)s, n.oid, 'USAGE')
        AND has_function_privilege(%(role)s, p.oid, 'EXECUTE')
"""


@pytest.mark.parametrize(
    ("fold", "reason"),
    [
        (
            "WITH gone AS (DELETE FROM log.events RETURNING 1) INSERT INTO units_by_sku SELECT 'x', 1, 1 FROM gone",
            "log",
        ),
        ("INSERT INTO views.orders SELECT * FROM views.orders ON CONFLICT DO NOTHING", "orders"),
        ("INSERT INTO units_by_sku SELECT state::text, 1, 1 FROM log.events", "log"),
        ("INSERT INTO units_by_sku SELECT words, 1, 1 FROM customers", "customers"),
        ("INSERT INTO units_by_sku SELECT pg_read_file('/etc/hostname'), 1, 1", "pg_read_file"),
        (
            "WITH me AS MATERIALIZED (SELECT set_config('role', 'none', true) AS r) INSERT INTO units_by_sku"
            " SELECT r || query_to_xml('DELETE FROM views.positions', true, true, '')::text, 1, 1 FROM me",
            "role",
        ),
        ("INSERT INTO units_by_sku SELECT query_to_xml('SELECT 1 FROM log.events', true, true, '')::text, 1, 1", "log"),
    ],
)
def test_sql_that_reaches_elsewhere_is_refused_by_postgresql(
    runtime: Runtime, client: FlaskClient, tmp_path: Path, fold: str, reason: str
) -> None:
    file = sql_view(tmp_path, UNITS.replace(FOLD, f"{fold};"))
    place(client, line())
    before = runtime.log.head()
    with kept(runtime, file):
        halted = await_state(runtime, file, "halted")
    assert halted.reason.startswith("PostgreSQL refused its SQL:")
    assert reason in halted.reason
    assert runtime.log.head() == before


def test_sql_that_takes_too_long_is_halted(runtime: Runtime, client: FlaskClient, tmp_path: Path) -> None:
    file = sql_view(tmp_path, UNITS.replace("GROUP BY 1", "WHERE pg_sleep(60) IS NOT NULL GROUP BY 1"))
    place(client, line())
    with kept(runtime, file, projection_seconds=1):
        assert await_state(runtime, file, "halted").reason == "Its SQL took longer than 1 s."


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("CREATE TABLE units_by_sku (sku text, units bigint NOT NULL)", "has to have a primary key"),
        ("CREATE TABLE other (sku text PRIMARY KEY)", "Its table has to be called units_by_sku"),
        ("CREATE TABLE units_by_sku (sku nothing PRIMARY KEY)", "PostgreSQL refused its table: type"),
        ("CREATE TABLE units_by_sku (sku text PRIMARY KEY); DROP TABLE x", "a statement that is no CREATE TABLE"),
        (
            "CREATE TABLE units_by_sku (sku text PRIMARY KEY, o uuid REFERENCES views.customers (id))",
            "PostgreSQL refused its table: permission denied",
        ),
        ("CREATE TABLE units_by_sku (sku text PRIMARY KEY, units bigint)", "units_by_sku (bigint) is sorted by"),
    ],
)
def test_a_table_that_cannot_be_is_refused(
    runtime: Runtime, projecting: object, tmp_path: Path, table: str, reason: str
) -> None:
    start, end = UNITS.index("CREATE TABLE"), UNITS.index("INSERT")
    file = sql_view(tmp_path, UNITS[:start] + table + ";" + UNITS[end:])
    with kept(runtime, file):
        assert reason in await_state(runtime, file, "refused").reason


def test_the_role_has_no_rights_outside_of_a_batch(runtime: Runtime, client: FlaskClient, tmp_path: Path) -> None:
    file = sql_view(tmp_path)
    place(client, line())
    with kept(runtime, file):
        await_position(runtime, "units_by_sku")
    with runtime.pool.connection() as connection:
        assert connection.execute(EVERY, {"role": ROLE}).fetchall() == []
        assert connection.execute(FUNCTIONS, {"role": ROLE}).fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run_as(connection, "SELECT * FROM units_by_sku", "views")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run_as(connection, "CREATE TABLE views.mine (a int)", "views")


def test_an_event_that_sql_cannot_take_is_parked(runtime: Runtime, client: FlaskClient, tmp_path: Path) -> None:
    file = sql_view(tmp_path, UNITS.replace("units bigint NOT NULL", "units bigint NOT NULL CHECK (units < 5)"))
    place(client, line(sku="POT-1", quantity=2))
    place(client, line(quantity=7))
    with kept(runtime, file):
        await_position(runtime, "units_by_sku")
    with runtime.pool.connection() as connection:
        assert connection.execute("SELECT sku FROM views.units_by_sku").fetchall() == [("POT-1",)]
        assert connection.execute("SELECT topic FROM views.dead_letters WHERE error <> 'HeldBack'").fetchall() == [
            ("order.item-added",)
        ]


def test_persons_are_withheld_from_sql(runtime: Runtime, client: FlaskClient, tmp_path: Path) -> None:
    topics = "order.billing-address-changed, order.customer-assigned, order.item-added, order.placed, order.created"
    text = UNITS.replace("order.item-added", topics).replace(
        "event ->> 'sku', sum((event ->> 'quantity')::bigint)", "event::text, 1"
    )
    file = sql_view(tmp_path, text)
    place(client, line())
    with kept(runtime, file):
        await_position(runtime, "units_by_sku")
    with runtime.pool.connection() as connection:
        told = str(connection.execute("SELECT sku FROM views.units_by_sku").fetchall())
    assert "withheld" in told
    assert "Nora" not in told
    assert "nora@example.com" not in told


def test_statements_are_told_apart_whatever_they_quote() -> None:
    text = """-- a; comment
    SELECT 'a;''b'; SELECT E'\\';' ; /* ; */ SELECT $x$ ; $$ ; $x$, "a;b";;
    """
    assert statements(text) == ["SELECT 'a;''b'", "SELECT E'\\';'", 'SELECT $x$ ; $$ ; $x$, "a;b"']


def test_a_fold_keeps_the_relations_that_it_names(tmp_path: Path) -> None:
    assert (
        with_events("WITH a AS (SELECT 1) INSERT INTO t", "E") == "WITH events AS (E),  a AS (SELECT 1) INSERT INTO t"
    )
    assert with_events("with recursive a AS (SELECT 1) INSERT", "E").startswith("with recursive events AS (E), ")
    file = tmp_path / "lacking.sql"
    file.write_text("-- name: lacking\n")
    with pytest.raises(Refused, match="-- version"):
        read_sql(file)
