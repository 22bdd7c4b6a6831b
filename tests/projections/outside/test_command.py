"""`carnet projections` knows views from outside, and /readyz and the metrics tell of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from projections.runtime import Runtime
from scripts.projections import projections
from tests.api.desk import line, place
from tests.projections.outside.files import await_position, await_state, kept, python_view, sql_view


@pytest.fixture
def carnet(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", runtime.settings.secret_key)
    monkeypatch.setenv("CARNET_DATA_DIR", str(runtime.settings.data_dir))
    return CliRunner()


def test_views_from_outside_are_rebuilt_and_compared(
    runtime: Runtime, client: FlaskClient, tmp_path: Path, carnet: CliRunner
) -> None:
    files = python_view(tmp_path), sql_view(tmp_path)
    for number in range(4):
        place(client, line(quantity=number + 1))
    with kept(runtime, *files):
        await_position(runtime, "baskets")
        await_position(runtime, "units_by_sku")
        for name in ("baskets", "units_by_sku"):
            told = carnet.invoke(projections, ["rebuild", name, "--verify", "--json"])
            assert told.exit_code == 0, told.output
            assert json.loads(told.stdout)["swapped"]
        place(client, line(quantity=5))
        await_position(runtime, "units_by_sku")
        with runtime.pool.connection() as connection:
            assert connection.execute("SELECT units FROM views.units_by_sku").fetchall() == [(15,)]
            connection.execute("UPDATE views.units_by_sku SET units = 16")
        told = carnet.invoke(projections, ["rebuild", "units_by_sku", "--verify"])
        assert told.exit_code == 1
        assert "different in units_by_sku: CUP-1" in told.output
    assert "units_by_sku: at" in carnet.invoke(projections, ["status"]).output
    assert carnet.invoke(projections, ["rebuild", "nothing"]).exit_code == 2


def test_a_halted_view_is_told_and_the_installation_is_ready(
    runtime: Runtime, client: FlaskClient, tmp_path: Path, carnet: CliRunner
) -> None:
    place(client, line())
    file, broken = python_view(tmp_path, "while True: pass"), tmp_path / "broken.py"
    broken.write_text("x = 1")
    with kept(runtime, file, broken, projection_seconds=1):
        await_state(runtime, file, "halted")
        await_state(runtime, broken, "refused")
    checks = client.get("/readyz").get_json()["checks"]
    assert checks["view baskets from outside"].startswith("halted: It took longer than 1 s")
    assert checks["view broken.py from outside"].startswith("refused: It names no PROJECTION")
    metrics = client.get("/metrics").get_data(as_text=True)
    assert 'carnet_outside_halted{projection="baskets"} 1.0' in metrics
    told = carnet.invoke(projections, ["status"]).output
    assert "cannot go on: It took longer than 1 s" in told
    assert f"{broken}: refused: It names no PROJECTION" in told
