"""`carnet doctor` as an operator runs it: what it says, its exit code, and what it puts right."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from domain.stock import stock_id_of
from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime
from scripts.audit import audit
from scripts.doctor import doctor
from scripts.projections import projections
from tests.api.desk import API, line, place
from tests.damage import lose, unguarded
from tests.fixtures_desk import _await_tables
from workers.projecting import Projecting

CUP = stock_id_of("CUP-1")


@pytest.fixture
def carnet(runtime: Runtime, client: FlaskClient, projecting: Projecting, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A command line on a shop that keeps cups."""
    settings = runtime.settings
    monkeypatch.setenv("CARNET_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("CARNET_DATA_DIR", str(settings.data_dir))
    client.post(f"{API}/stock/CUP-1/receipts", json={"quantity": 40})
    for _ in range(3):
        place(client, line(quantity=1))
    _await_tables(runtime, "orders")
    for name in ("orders", "stock", "customers"):
        runtime.views.wait_for(name, runtime.log.head(), timeout=10)
    return CliRunner()


def said(runner: CliRunner, *words: str, command: Any = doctor, typed: str | None = None) -> Result:
    result = runner.invoke(command, words, input=typed)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_shop_that_is_well_is_exit_code_0(carnet: CliRunner) -> None:
    answer = said(carnet)
    assert (answer.exit_code, answer.stdout) == (0, "All is well.\n")
    assert json.loads(said(carnet, "--quick", "--json").stdout) == {"well": True, "findings": [], "unlooked": []}
    assert said(carnet, "--at-start").output == ""


def test_a_hole_is_told_asked_about_and_declared_and_verify_tells_of_it(
    carnet: CliRunner, runtime: Runtime, server: EmbeddedServer
) -> None:
    lose(server, runtime.settings.database_url, CUP, 3)
    only = ("--only", "holes")
    found = said(carnet, *only)
    assert found.exit_code == 1
    assert f"stock {CUP}: version 3 of 4" in found.stdout
    assert "carnet doctor --repair" in found.stdout
    assert "[holes]" in said(carnet, "--at-start").stderr
    verified = said(carnet, "verify", command=audit)
    assert verified.exit_code == 1
    assert f"stock {CUP} lacks version 3" in verified.stdout
    assert said(carnet, "rebuild", "stock", command=projections).exit_code == 3
    assert said(carnet, *only, "--repair", typed="n\n").exit_code == 1
    mended = said(carnet, *only, "--repair", "--reason", "Lost on the 28th", typed="y\n")
    assert mended.exit_code == 0
    assert "1 streams go on" in mended.stdout
    assert said(carnet, *only, "--repair", "--yes").exit_code == 0
    assert said(carnet, "rebuild", "stock", command=projections).exit_code == 0
    assert "declared lost" in said(carnet, "verify", command=audit).stdout
    [declared] = runtime.log.read(0, 10_000, ["stock.gap-declared"])
    assert declared.event.metadata.reason == "Lost on the 28th"


def test_what_cannot_be_looked_at_is_exit_code_2(
    carnet: CliRunner, runtime: Runtime, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unguarded(server, runtime.settings.database_url) as connection:
        connection.execute("ALTER TABLE views.dead_letters RENAME TO no_letters")
    answer = said(carnet, "--only", "letters", "--json")
    assert answer.exit_code == 2
    assert json.loads(answer.stdout)["unlooked"] == [{"check": "letters", "error": "UndefinedTable 42P01"}]
    monkeypatch.setenv("CARNET_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert said(carnet).exit_code == 2


def test_numbers_are_moved_on_as_told(carnet: CliRunner, client: FlaskClient) -> None:
    moved = said(carnet, "--only", "numbers", "--numbers", "orders=1075")
    assert (moved.exit_code, moved.stdout.splitlines()[0]) == (0, "The next order has number 1076.")
    assert place(client, line(quantity=1))["number"] == "C1076"
    assert said(carnet, "--numbers", "seven").exit_code == 1


def test_a_secret_of_another_installation_is_a_finding_and_nothing_else_is_looked_at(
    carnet: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARNET_SECRET_KEY", "another secret, of nobody and for nothing at all")
    answer = said(carnet, "--json")
    assert answer.exit_code == 1
    assert [one["code"] for one in json.loads(answer.stdout)["findings"]] == ["secret-wrong"]
