"""`carnet projections`: what an operator of the installation sees and does."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from projections.engine.filling import Source
from projections.engine.rebuild import Rebuild
from projections.log import EventLog
from projections.settings import Settings
from projections.views import PROJECTIONS
from scripts.projections import projections
from tests.projections.engine.conftest import Look
from tests.projections.engine.parcels import Moves, Parcels, parcel_id, record


@pytest.fixture
def carnet(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("CARNET_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("CARNET_DATA_DIR", str(settings.data_dir))
    return CliRunner()


def said(runner: CliRunner, *arguments: str) -> Result:
    result = runner.invoke(projections, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_view_is_built_and_its_state_shown(carnet: CliRunner) -> None:
    built = said(carnet, "rebuild", "coupons", "--json")
    assert (built.exit_code, json.loads(built.stdout)["swapped"]) == (0, True)
    states = {one["projection"]: one for one in json.loads(said(carnet, "status", "--json").stdout)}
    assert states.keys() == PROJECTIONS.keys()
    assert (states["coupons"]["generation"], states["orders"]["generation"]) == (1, 0)
    assert "coupons: at 0 of 0, generation 1" in said(carnet, "status").stdout


def test_a_difference_found_by_verify_is_an_exit_code(
    carnet: CliRunner, log: EventLog, source: Source, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(dict_of_projections(), "coupons", Moves())
    record(log, 1, "Lyon", "Nice", weight=1)
    assert said(carnet, "rebuild", "coupons").exit_code == 0
    assert said(carnet, "rebuild", "coupons", "--verify").exit_code == 0
    look("UPDATE views.moves SET place = 'Brest' WHERE version = 2 RETURNING 1")
    found = said(carnet, "rebuild", "coupons", "--verify")
    assert found.exit_code == 1
    assert f"different in moves: {parcel_id(1)}, 2" in found.stdout


def test_verify_without_a_live_view_says_what_to_do(carnet: CliRunner) -> None:
    refused = said(carnet, "rebuild", "orders", "--verify")
    assert refused.exit_code == 1
    assert "rebuild without --verify" in refused.output


def test_dead_letters_are_listed_retried_and_discarded(
    carnet: CliRunner, log: EventLog, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(log, 1, "nowhere", weight=1)
    Rebuild(source, Parcels()).run()
    monkeypatch.setitem(dict_of_projections(), "parcels", Parcels(tolerant=True))
    [letter] = json.loads(said(carnet, "dead-letters", "list", "--json").stdout)
    assert (letter["projection"], letter["position"], letter["error"]) == ("parcels", 2, "LostParcel")
    assert "raise LostParcel" in said(carnet, "dead-letters", "list", "--trace").stdout
    assert said(carnet, "dead-letters", "discard", "parcels", "1").exit_code == 1
    assert "1 keys taken, 0 still parked" in said(carnet, "dead-letters", "retry", "parcels").stdout
    assert "No dead letters" in said(carnet, "dead-letters", "list").stdout


def test_a_view_of_the_past_is_built_listed_and_dropped(carnet: CliRunner) -> None:
    assert said(carnet, "rebuild", "coupons", "--as-of", "2024-03-01").exit_code == 0
    [one] = json.loads(said(carnet, "as-of", "--json").stdout)
    assert (one["projection"], one["schema"]) == ("coupons", "asof_20240301t235959999999z")
    assert said(carnet, "as-of", "--drop", "2024-03-01").stdout == ""
    assert said(carnet, "as-of", "--drop", "2024-03-01").exit_code == 1


def test_a_view_of_what_was_known_is_another_than_that_of_what_had_happened(carnet: CliRunner) -> None:
    both = ("--as-of", "2024-03-01T12:00+01:00", "--known-at", "2024-03-02T00:00:00.5Z")
    assert said(carnet, "rebuild", "coupons", *both).exit_code == 0
    assert said(carnet, "rebuild", "coupons", *both[2:]).exit_code == 0
    schemas = [one["schema"] for one in json.loads(said(carnet, "as-of", "--json").stdout)]
    assert schemas == ["asof_20240301t110000z_known_20240302t000000500000z", "known_20240302t000000500000z"]
    told = said(carnet, "as-of", "--drop", both[1], *both[2:]).stdout
    assert told == f"coupons known at 2024-03-02T00:00:00.500000+00:00, in schema {schemas[1]}\n"
    assert said(carnet, "rebuild", "coupons", "--verify", *both[2:]).exit_code == 2


def dict_of_projections() -> dict[str, object]:
    """The table of views, to put an invented one into for a test."""
    assert isinstance(PROJECTIONS, dict)
    return PROJECTIONS
