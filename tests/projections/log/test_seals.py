"""Seals: what was changed after it was sealed is found, and where; what may change leaves them true."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast
from uuid import uuid4

import msgspec
import psycopg
import pytest

from projections.log import EventLog, KeyRing
from projections.log.seals import HasLog, seal, verify
from tests.damage import owner
from tests.projections.log.events import saved, sent, written


@pytest.fixture
def runtime(log: EventLog) -> HasLog:
    """A log of ten events, sealed four at a time."""
    saved(log, sent(written(uuid4()), 4), sent(written(uuid4()), 4))
    runtime = cast("HasLog", SimpleNamespace(log=log))
    seal(runtime, batch=4)
    return runtime


def tamper(database: str, statement: str) -> None:
    """Changes the log as somebody with all rights on the database could."""
    with psycopg.connect(owner(database)) as connection:
        connection.execute("ALTER TABLE log.events DISABLE TRIGGER ALL")
        connection.execute("ALTER TABLE log.seals DISABLE TRIGGER ALL")
        assert connection.execute(statement).rowcount


def test_an_untouched_log_holds(runtime: HasLog) -> None:
    verdict = verify(runtime)
    assert verdict.holds
    assert (verdict.sealed, verdict.head, verdict.faults) == (10, 10, ())
    assert "unchanged: positions 1 to 10 of 10" in str(verdict)
    assert msgspec.json.decode(msgspec.json.encode(verdict))["sealed"] == 10


def test_sealing_goes_on_where_it_stopped_and_ends_with_the_log(runtime: HasLog) -> None:
    assert seal(runtime) is None
    saved(runtime.log, written(uuid4()))
    assert verify(runtime).sealed == 10
    checkpoint = seal(runtime)
    assert checkpoint
    assert checkpoint.position == 11
    assert verify(runtime).holds


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log.events SET state = '{}' WHERE position = 6",
        "UPDATE log.events SET state = (state::text || ' ')::json WHERE position = 6",
        "UPDATE log.events SET topic = 'letter.lost' WHERE position = 6",
        "UPDATE log.events SET version = 7 WHERE position = 6",
        "UPDATE log.events SET originator_version = 77 WHERE position = 6",
        "UPDATE log.events SET originator_id = gen_random_uuid() WHERE position = 6",
        "UPDATE log.events SET subject = gen_random_uuid() WHERE position = 6",
        "UPDATE log.events SET occurred_at = occurred_at + interval '1 microsecond' WHERE position = 6",
        "DELETE FROM log.events WHERE position = 6",
        "DELETE FROM log.events WHERE position = 8",
    ],
)
def test_a_changed_event_is_found_under_its_seal(runtime: HasLog, database: str, change: str) -> None:
    tamper(database, change)
    verdict = verify(runtime)
    assert not verdict.holds
    assert verdict.faults == ("positions 5 to 8: not the events that were sealed",)


def test_a_log_cut_short_is_found(runtime: HasLog, database: str) -> None:
    tamper(database, "DELETE FROM log.events WHERE position > 8")
    assert verify(runtime).faults == ("positions 9 to 10: not the events that were sealed",)


def test_an_event_slipped_in_is_found(runtime: HasLog, database: str) -> None:
    tamper(
        database,
        "INSERT INTO log.events"
        " SELECT -1, gen_random_uuid(), 1, topic, version, subject, occurred_at, state, recorded_at"
        " FROM log.events WHERE position = 6",
    )
    assert not verify(runtime).holds


def test_a_forged_seal_is_found(runtime: HasLog, database: str) -> None:
    tamper(database, "UPDATE log.seals SET chain = sha256('forged') WHERE position = 8")
    faults = verify(runtime).faults
    assert "the seal at position 8: not signed by this installation" in faults


def test_another_installations_signature_is_refused(runtime: HasLog) -> None:
    stranger = EventLog(runtime.log.pool, KeyRing("the secret of another installation, long enough"))
    verdict = verify(cast("HasLog", SimpleNamespace(log=stranger)))
    assert sum("not signed" in fault for fault in verdict.faults) == 3


def test_erasing_a_person_leaves_every_seal_true(runtime: HasLog) -> None:
    subject = runtime.log.read(0, 1)[0].event.metadata.subject
    assert subject
    runtime.log.erase(subject)
    assert verify(runtime).holds
