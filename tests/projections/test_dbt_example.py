"""The dbt project of docs/dbt: its models and tests run as an analyst, on the schema that analysts read.

dbt's own pins do not fit into the environment of the tests, so its files are rendered by Jinja as dbt does, with its
`source`, `ref` and `env_var`, and each model is made as the table that dbt would make.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from flask.testing import FlaskClient
from jinja2 import Environment, StrictUndefined
from psycopg import sql

from projections.postgres.embedded import ADMINISTRATOR, APPLICATION
from projections.reporting import ANALYST
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from tests.api.desk import API, line, place
from tests.docs.pages import DOCS
from workers.projecting import Projecting

PROJECT = DOCS / "dbt"
TARGET = "analysis"
MODELS = sorted((PROJECT / "models").glob("*.sql"))
TESTS = sorted((PROJECT / "tests").glob("*.sql"))


@pytest.fixture
def analyst(runtime: Runtime, client: FlaskClient, projecting: Projecting) -> Iterator[psycopg.Connection[Any]]:
    """An analyst who may write into a schema of their own, on a book of three orders of which one was cancelled."""
    orders = [place(client, line(quantity=quantity)) for quantity in (1, 2, 3)]
    answer = client.post(f"{API}/orders/{orders[0]['id']}/status", json={"status": "cancelled"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    for name in PROJECTIONS:
        runtime.views.wait_for(name, runtime.log.head(), timeout=20)
    address = runtime.settings.database_url.replace(f"//{APPLICATION}@", f"//{ADMINISTRATOR}@", 1)
    with psycopg.connect(address, autocommit=True) as connection:
        names = {"target": sql.Identifier(TARGET), "role": sql.Identifier(ANALYST)}
        connection.execute(sql.SQL("CREATE SCHEMA {target} AUTHORIZATION {role}").format(**names))
        connection.execute(sql.SQL("SET ROLE {role}").format(**names))
        yield connection


def _file(name: str) -> Any:
    return msgspec.yaml.decode((PROJECT / name).read_bytes())


def _rendered(path: Path) -> str:
    """The SQL of a file, as dbt renders it; a source or model that is not declared is an error."""
    declared = {
        source["name"]: (source["schema"], {table["name"] for table in source["tables"]})
        for source in _file("models/sources.yml")["sources"]
    }

    def source(name: str, table: str) -> str:
        schema, tables = declared[name]
        assert table in tables, f"{table} is no table of {name}"
        return f'"{schema}"."{table}"'

    def ref(name: str) -> str:
        assert name in {model.stem for model in MODELS}, f"there is no model {name}"
        return f'"{TARGET}"."{name}"'

    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
    return environment.from_string(path.read_text()).render(source=source, ref=ref)


def _built(connection: psycopg.Connection[Any]) -> None:
    for model in MODELS:
        connection.execute(f'CREATE TABLE "{TARGET}"."{model.stem}" AS {_rendered(model)}'.encode())


def test_every_model_is_made_as_an_analyst_and_tells_what_was_sold(analyst: psycopg.Connection[Any]) -> None:
    _built(analyst)
    months = analyst.execute("SELECT currency, orders, units, total FROM analysis.revenue_by_month").fetchall()
    assert [(currency, int(orders), int(units), str(total)) for currency, orders, units, total in months] == [
        ("EUR", 2, 5, "50.00")
    ]
    [(orders, kept)] = analyst.execute("SELECT orders, kept FROM analysis.customer_orders").fetchall()
    assert (orders, str(kept)) == (2, "50.00")
    statuses = dict(analyst.execute("SELECT status, orders FROM analysis.time_in_status").fetchall())
    assert statuses == {"draft": 3, "pending": 1}


def test_the_projects_own_tests_pass_and_can_fail(analyst: psycopg.Connection[Any]) -> None:
    _built(analyst)
    for model in _file("models/schema.yml")["models"]:
        for column in model["columns"]:
            for kind in column["data_tests"]:
                assert not _wrong(analyst, model["name"], column["name"], kind), (model["name"], column["name"], kind)
    for test in TESTS:
        assert analyst.execute(_rendered(test).encode()).fetchall() == [], test.stem
    analyst.execute("UPDATE analysis.revenue_by_month SET total = total + 1")
    assert [analyst.execute(_rendered(test).encode()).fetchall() for test in TESTS] != [[]] * len(TESTS)


def _wrong(connection: psycopg.Connection[Any], model: str, column: str, kind: str) -> list[Any]:
    statements = {
        "not_null": "SELECT 1 FROM {model} WHERE {column} IS NULL",
        "unique": "SELECT {column} FROM {model} GROUP BY {column} HAVING count(*) > 1",
    }
    names = {"model": sql.Identifier(TARGET, model), "column": sql.Identifier(column)}
    return connection.execute(sql.SQL(statements[kind]).format(**names)).fetchall()


def test_the_project_is_whole() -> None:
    project = _file("dbt_project.yml")
    profiles = _file("profiles.yml")
    outputs = profiles[project["profile"]]["outputs"]
    assert outputs[profiles[project["profile"]]["target"]]["schema"] == TARGET
    assert {model["name"] for model in _file("models/schema.yml")["models"]} == {model.stem for model in MODELS}
    assert TESTS
