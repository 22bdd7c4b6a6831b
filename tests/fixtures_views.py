"""The views over a fresh log, moved on when a test says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.projections.showing import Showing, showing


@pytest.fixture
def shown(database: str) -> Iterator[Showing]:
    """An empty log with its views."""
    with showing(database) as opened:
        yield opened
