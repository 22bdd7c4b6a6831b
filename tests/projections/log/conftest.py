"""An event log on a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import uuid4

import pytest
from psycopg_pool import ConnectionPool

from projections.log import Answer, Connection, EventLog, KeyRing, RequestKey
from projections.log.masters import open_keys
from projections.log.sealer import Sealer
from projections.log.seals import HasLog
from projections.secrets import Secrets
from tests.projections.log.events import saved, sent, written

SECRET = "a secret that is made up for the tests of the log"


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing(SECRET)


@pytest.fixture
def pool(database: str) -> Iterator[ConnectionPool[Connection]]:
    with ConnectionPool(database, min_size=2, max_size=24, kwargs={"autocommit": True}, open=True) as pool:
        yield pool


@pytest.fixture
def log(pool: ConnectionPool[Connection], keys: KeyRing) -> Iterator[EventLog]:
    log = EventLog(pool, keys)
    yield log
    log.close()


@pytest.fixture
def runtime_of() -> Callable[[EventLog], HasLog]:
    """What stands for the runtime of a process that has this log."""
    return lambda log: cast("HasLog", SimpleNamespace(log=log))


@pytest.fixture
def shop(pool: ConnectionPool[Connection]) -> Iterator[EventLog]:
    """A log with letters, keys, an address, an answer and a series, opened as a process opens it."""
    log = EventLog(pool, open_keys(pool, Secrets((SECRET,))))
    saved(log, sent(written(uuid4()), 4), sent(written(uuid4()), 4))
    with log.session() as session:
        session.claim_request(RequestKey("key-1", "operator:tests", b"a request"))
        customer = session.customer_for("ada@example.com")
        session.next_number("C")
        session.save(written(customer.customer_id))
        session.commit(Answer(status=201, headers={}, body=b"an answer"))
    yield log
    log.close()


@pytest.fixture
def sealer(shop: EventLog, tmp_path: Path) -> Sealer:
    """The sealer of a process that has sealed all of it, four events at a time."""
    sealer = Sealer(shop, tmp_path)
    assert sealer.work(batch=4)
    assert sealer.work() is None
    assert sealer.faults == []
    return sealer
