"""The desk at work: what a request recorded, and the views following the log inside the test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from projections.engine.filling import Source
from projections.engine.freshness import TooFarBehind
from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.views import PROJECTIONS
from tests.api.desk import News
from tests.fixtures_database import TEST_SECRET, copied
from workers.projecting import Projecting


@pytest.fixture(scope="module")
def shared_runtime(server: EmbeddedServer, template_database: str) -> Iterator[Runtime]:
    """One installation for a whole file, whose tests each make what they look at; it takes the place of `runtime`."""
    with (
        copied(server, template_database) as url,
        open_runtime(Settings(database_url=url, secret_key=TEST_SECRET)) as opened,
    ):
        yield opened


@pytest.fixture
def news(runtime: Runtime, client: FlaskClient) -> News:
    """What is recorded from here on."""
    return News(runtime)


@pytest.fixture
def projecting(runtime: Runtime) -> Iterator[Projecting]:
    """Every view, built when the test begins and following the log until it ends."""
    source = Source(runtime.settings.database_url, runtime.settings.secrets)
    running = Projecting(source, runtime.log, PROJECTIONS.values())
    running.start()
    for name in PROJECTIONS:
        _await_tables(runtime, name)
    yield running
    running.stop()


def _await_tables(runtime: Runtime, name: str) -> None:
    """Waits until a view is there at all; asked for a position before that, the reading side gives up at once."""
    while True:
        try:
            return runtime.views.wait_for(name)
        except TooFarBehind:
            continue
