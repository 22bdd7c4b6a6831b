"""These tests stand on the running application, and a browser before it."""

from __future__ import annotations

import pytest

from tests.capabilities import provide


def pytest_configure(config: pytest.Config) -> None:
    provide(config, "logs", "database", "api", "desk", "screens")
