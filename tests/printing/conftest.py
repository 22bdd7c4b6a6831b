"""These tests stand on an installation on a real database."""

from __future__ import annotations

import pytest

from tests.capabilities import provide


def pytest_configure(config: pytest.Config) -> None:
    provide(config, "logs", "database", "api", "desk", "views")
