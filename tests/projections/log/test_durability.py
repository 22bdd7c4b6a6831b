"""What a save was told to be recorded is on disk: it is there after the whole server was killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from uuid import uuid4

import pytest
from psycopg_pool import ConnectionPool

from projections.log import Answer, Connection, EventLog, KeyRing, RequestKey
from projections.postgres.embedded import EmbeddedServer
from projections.postgres.migrate import migrate
from tests.projections.log.events import Letter, saved, sent, written

# Nothing but the save itself brings it to disk.
LAZY = {"wal_writer_delay": "10s", "wal_writer_flush_after": "1GB", "autovacuum": "off"}


@pytest.mark.parametrize("claim", [True, False])
def test_a_confirmed_save_outlives_the_server(data_dir: Path, keys: KeyRing, claim: bool) -> None:
    letter = written(uuid4())
    with EmbeddedServer(data_dir, LAZY) as server:
        migrate(server.url(), server.owner_url())
        with ConnectionPool[Connection](server.url(), min_size=1, kwargs={"autocommit": True}, open=True) as pool:
            log = EventLog(pool, keys)
            saved(log, letter)
            save(log, sent(letter, 3), claim=claim)
            assert server.process
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait()
            log.close()
    with EmbeddedServer(data_dir) as server, ConnectionPool[Connection](server.url(), open=True) as pool:
        assert EventLog(pool, keys).load(Letter, letter.id).sent == 3


def save(log: EventLog, letter: Letter, *, claim: bool) -> None:
    with log.session() as session:
        if claim:
            session.claim_request(RequestKey("key-1", "token:shop", b""))
        session.save(letter)
        session.commit(Answer(status=201, headers={}, body=b"") if claim else None)
