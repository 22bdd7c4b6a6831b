"""What the tests of a folder stand on: each folder's `conftest.py` names it, and the domain's need none of it."""

from __future__ import annotations

import pytest


def provide(config: pytest.Config, *capabilities: str) -> None:
    """Lets tests ask for the fixtures of `tests/fixtures_<capability>.py`, each made once for all folders."""
    for capability in capabilities:
        config.pluginmanager.import_plugin(f"tests.fixtures_{capability}")
