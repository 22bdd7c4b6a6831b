"""What analysts read: stable views with comments, amounts as amounts, and roles that reach nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import sql

from domain.money import DECIMALS, amount_text
from projections import reporting
from projections.engine import generations
from projections.engine.filling import Source
from projections.engine.rebuild import Rebuild
from projections.postgres.embedded import ADMINISTRATOR, APPLICATION, EmbeddedServer
from projections.reporting import ANALYST, PERSONAL
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from tests.api.desk import API, line, place
from workers.projecting import Projecting

PLAIN = (
    "customers", "order_products", "order_status_history", "orders", "receivables", "sales_by_day", "stock",
    "stock_movements",
)  # fmt: skip
OF_PERSONS = ("customers_personal", "orders_personal")


@contextmanager
def acting(runtime: Runtime, role: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection that may do what a role may, and no more."""
    address = runtime.settings.database_url.replace(f"//{APPLICATION}@", f"//{ADMINISTRATOR}@", 1)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        yield connection


@pytest.fixture
def told(runtime: Runtime, client: FlaskClient, projecting: Projecting) -> dict[str, Any]:
    """An order of three cups, and all views that show it."""
    client.post(f"{API}/stock/CUP-1/receipts", json={"quantity": 9})
    order = place(client, line(quantity=3))
    for name in PROJECTIONS:
        runtime.views.wait_for(name, runtime.log.head(), timeout=20)
    return order


def test_an_analyst_reads_every_view_and_no_person(runtime: Runtime, told: dict[str, Any]) -> None:
    with acting(runtime, ANALYST) as connection:
        for view in PLAIN:
            rows = connection.execute(sql.SQL("SELECT * FROM reporting.{}").format(sql.Identifier(view))).fetchall()
            assert rows, view
            assert "Nora" not in str(rows) and "nora@example.com" not in str(rows), view  # noqa: PT018
        for view in OF_PERSONS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL("SELECT * FROM reporting.{}").format(sql.Identifier(view)))
        row = connection.execute("SELECT total, balance, currency FROM reporting.orders").fetchone()
        assert row == (Decimal("30.00"), Decimal("30.00"), "EUR")
        day = connection.execute("SELECT orders, units, total FROM reporting.sales_by_day").fetchone()
        assert day == (1, 3, Decimal("30.00"))
    with acting(runtime, PERSONAL) as connection:
        assert connection.execute("SELECT customer_name FROM reporting.orders_personal").fetchone() == ("Nora Example",)
        assert connection.execute("SELECT count(*) FROM reporting.orders").fetchone() == (1,)


@pytest.mark.parametrize("role", [ANALYST, PERSONAL])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM log.events",
        "SELECT * FROM log.subject_keys",
        "SELECT log.next_numbers('orders', 1)",
        "SELECT * FROM views.orders",
        "SELECT * FROM views.sales_days",
        "SELECT * FROM access.drafts",
        "SELECT * FROM work.effects",
        "INSERT INTO reporting.orders (number) VALUES ('C1')",
        "UPDATE reporting.orders SET number = 'C1'",
        "DELETE FROM reporting.customers",
        "DROP VIEW reporting.orders",
        "CREATE TABLE reporting.mine (a integer)",
        "CREATE TABLE public.mine (a integer)",
        "CREATE SCHEMA mine",
    ],
)
def test_an_analyst_reaches_nothing_else(runtime: Runtime, told: dict[str, Any], role: str, statement: str) -> None:
    with acting(runtime, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_every_view_and_column_has_a_comment(runtime: Runtime, told: dict[str, Any]) -> None:
    statement = """
        SELECT c.relname || coalesce('.' || a.attname, '') FROM pg_class c
        LEFT JOIN LATERAL (
            SELECT attname, attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 UNION ALL SELECT NULL, 0
        ) a ON true
        WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v'
            AND coalesce(col_description(c.oid, a.attnum), CASE a.attnum WHEN 0 THEN obj_description(c.oid) END) IS NULL
    """
    with runtime.reading() as connection:
        assert connection.execute(statement).fetchall() == []
        names = connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'reporting' ORDER BY 1").fetchall()
    assert [name for (name,) in names] == sorted((*PLAIN, *OF_PERSONS))


def test_amounts_have_the_decimals_of_their_currency(runtime: Runtime) -> None:
    with runtime.reading() as connection:
        statement = "SELECT reporting.amount(%s, %s)::text"
        for currency in DECIMALS:
            for minor in (0, 5, -1, 123_456, 2**53):
                row = connection.execute(statement, (minor, currency)).fetchone()
                assert row == (amount_text(minor, currency),)


@pytest.mark.parametrize("projection", ["orders", "sales"])
def test_what_analysts_built_upon_a_view_follows_it_to_a_rebuilt_generation(
    runtime: Runtime, client: FlaskClient, told: dict[str, Any], projection: str
) -> None:
    with runtime.reading() as connection:
        connection.execute("CREATE SCHEMA marts; CREATE VIEW marts.totals AS SELECT total FROM reporting.orders")
    source = Source(runtime.settings.database_url, runtime.settings.secrets)
    assert Rebuild(source, PROJECTIONS[projection]).run().swapped
    place(client, line(quantity=1))
    runtime.views.wait_for("orders", runtime.log.head(), timeout=20)
    runtime.views.wait_for("sales", runtime.log.head(), timeout=20)
    with runtime.reading() as connection:
        totals = connection.execute("SELECT total FROM marts.totals ORDER BY 1").fetchall()
    assert totals == [(Decimal("10.00"),), (Decimal("30.00"),)]
    with acting(runtime, ANALYST) as connection:
        assert connection.execute("SELECT sum(orders) FROM reporting.sales_by_day").fetchone() == (2,)


def test_a_view_whose_columns_cannot_stay_is_made_anew(
    runtime: Runtime, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = (
        "CREATE OR REPLACE VIEW reporting.stock AS SELECT 1 AS something_else; COMMENT ON VIEW reporting.stock IS 'x';"
    )
    monkeypatch.setattr(reporting, "published", lambda projection: other if projection == "stock" else "")
    with runtime.reading() as connection:
        reporting.publish(connection, "stock")
        assert connection.execute("SELECT * FROM reporting.stock").fetchall() == [(1,)]
    with acting(runtime, ANALYST) as connection:
        assert connection.execute("SELECT something_else FROM reporting.stock").fetchone() == (1,)


def test_a_shop_of_before_gets_the_views_when_its_projections_are_led(runtime: Runtime, told: dict[str, Any]) -> None:
    with runtime.reading() as connection:
        connection.execute("DROP VIEW reporting.stock")
        assert generations.find(connection, "stock")
        reporting.ensure(connection, "stock")
        reporting.ensure(connection, "stock")
        assert connection.execute("SELECT count(*) FROM reporting.stock").fetchone() == (1,)


def test_the_roles_are_made_by_who_may_and_found_by_the_others(runtime: Runtime, server: EmbeddedServer) -> None:
    with psycopg.connect(server.url(ADMINISTRATOR, ADMINISTRATOR), autocommit=True) as connection:
        assert reporting.make_roles(connection) is True
    with runtime.reading() as connection:
        assert reporting.make_roles(connection) is True
        connection.execute("ALTER SCHEMA reporting RENAME TO elsewhere")
        connection.execute("CREATE SCHEMA reporting")
        reporting.let_read(connection)
        may = "SELECT has_schema_privilege(%s, 'reporting', 'USAGE')"
        assert connection.execute(may, (ANALYST,)).fetchone() == (True,)
