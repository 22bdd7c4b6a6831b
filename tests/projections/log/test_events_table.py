"""What our log holds beyond the contract of every recorder."""

from __future__ import annotations

import psycopg
import pytest

from tests.damage import owner
from tests.projections.log.recorders import ours, stream


@pytest.mark.parametrize(
    "change", ["UPDATE log.events SET topic = 'x'", "DELETE FROM log.events", "TRUNCATE log.events"]
)
def test_the_log_only_grows(database: str, change: str) -> None:
    with ours(database) as recorder:
        recorder.insert_events(stream(2))
    refused = pytest.raises(psycopg.errors.RaiseException, match="only grows")
    with psycopg.connect(owner(database)) as connection, refused:
        connection.execute(change)


def test_the_stored_json_is_kept_to_the_byte(database: str) -> None:
    [event] = stream(1)
    with ours(database) as recorder:
        recorder.insert_events([event])
    with psycopg.connect(database) as connection:
        [(stored,)] = connection.execute("SELECT state::text FROM log.events").fetchall()
    assert stored.encode() == event.state


def test_a_refused_save_leaves_no_gap_in_the_positions(database: str) -> None:
    events = stream(2)
    with ours(database) as recorder:
        recorder.insert_events(events)
        with pytest.raises(Exception, match="events_stream"):
            recorder.insert_events([*stream(3), *events])
        assert list(recorder.insert_events(stream(2)) or ()) == [3, 4]


def test_an_auditor_reads_the_log_in_sql(database: str) -> None:
    with ours(database) as recorder:
        recorder.insert_events(stream(3))
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT state ->> 'number' FROM log.events ORDER BY position").fetchall()
    assert found == [("1",), ("2",), ("3",)]
