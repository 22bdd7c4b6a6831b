"""The README says what the code does."""

from __future__ import annotations

from dataclasses import fields

from projections.settings import Settings, variable
from tests.readme import README, in_readme, table


def test_the_table_of_routes_commands_events_and_views_is_true() -> None:
    assert in_readme() == table(), "run: python -m tests.readme"


def test_every_setting_stands_in_the_readme_with_its_default() -> None:
    text = README.read_text()
    for setting in fields(Settings):
        line = next((line for line in text.splitlines() if line.startswith(f"| `{variable(setting)}`")), "")
        assert setting.metadata["doc"] in line, f"{variable(setting)} is missing or says otherwise"
        assert f"`{setting.default}`" in line or not str(setting.default), f"the default of {variable(setting)}"
