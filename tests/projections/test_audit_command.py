"""`carnet audit`: what it says where it cannot answer."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from projections.runtime import Runtime
from scripts.audit import audit
from tests.fixtures_database import TEST_SECRET


@pytest.mark.parametrize("command", ["replay", "history"])
def test_an_order_that_cannot_be_looked_up_by_its_number_yet_is_told_in_a_sentence(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    told = CliRunner().invoke(audit, [command, "C1001"])
    assert told.exit_code == 1
    assert told.output.startswith("Error: Numbers cannot be looked up yet (orders is not built yet): start the server")
