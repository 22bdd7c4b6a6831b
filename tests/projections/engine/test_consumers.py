"""Views that have caught up go through the log together, and none holds up or spoils another."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from domain.events import Aggregate
from projections.engine.consumers import ConsumerGroup
from projections.engine.freshness import Views
from projections.engine.projection import AggregateCache, EventBatch
from projections.engine.tables import Rows
from projections.log import EventLog, Found
from projections.settings import Settings
from tests.projections.engine.conftest import Look
from tests.projections.engine.parcels import Moves, Parcel, Parcels, parcel_id, projecting, record, wait


def test_what_one_view_cannot_take_is_parked_for_it_alone(
    settings: Settings, log: EventLog, views: Views, look: Look
) -> None:
    class Spoilt(Moves):
        def fold(self, batch: EventBatch) -> Rows:
            if any(event.originator_id == parcel_id(2) for _, event, _ in batch.events):
                raise ValueError("spoilt")
            return super().fold(batch)

    with projecting(settings, log, Parcels(), Spoilt()):
        wait(views, record(log, 1, "Lyon", weight=1), "moves")
        wait(views, record(log, 2, "Nice", weight=1), "moves")
        position = record(log, 1, "Brest")
        wait(views, position)
        wait(views, position, "moves")
    assert look("SELECT count(*) FROM views.parcels") == [(2,)]
    assert look("SELECT place FROM views.moves ORDER BY position") == [("Lyon",), ("Brest",)]
    assert {row[0] for row in look("SELECT projection FROM views.dead_letters")} == {"moves"}


def test_a_view_whose_table_is_broken_does_not_hold_the_others_up(
    settings: Settings, log: EventLog, views: Views, look: Look, connection: psycopg.Connection[None]
) -> None:
    with projecting(settings, log, Parcels(), Moves()):
        wait(views, record(log, 1, "Lyon", weight=1), "moves")
        connection.execute("ALTER TABLE views.moves RENAME COLUMN place TO spot")
        wait(views, record(log, 2, "Nice", weight=1))
        connection.execute("ALTER TABLE views.moves RENAME COLUMN spot TO place")
        wait(views, record(log, 3, "Brest", weight=1), "moves")
    assert look("SELECT count(*) FROM views.moves") == [(3,)]
    assert look("SELECT count(*) FROM views.dead_letters") == [(0,)]


def test_the_crew_goes_on_when_its_connection_is_cut(
    settings: Settings, log: EventLog, views: Views, look: Look
) -> None:
    with projecting(settings, log, Parcels(), Moves()):
        wait(views, record(log, 1, "Lyon", weight=1), "moves")
        look("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'carnet views'")
        position = record(log, 2, "Nice", weight=1)
        wait(views, position)
        wait(views, position, "moves")
    assert look("SELECT count(*) FROM views.parcels") == [(2,)]


class _Counting:
    """A log that counts how often streams are read from it."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.reads = 0

    def streams(self, originator_ids: object, upto: int) -> object:
        self.reads += 1
        return self._log.streams(originator_ids, upto)  # type: ignore[arg-type]


def folded(log: _Counting, events: EventLog, after: int, kept: AggregateCache) -> Aggregate:
    """Parcel 1 after the events behind a position, as a batch of them folds it."""
    recorded = events.read(after, 100)
    whole = EventBatch(recorded, recorded[-1].position, log, kept=kept)  # type: ignore[arg-type]
    part = EventBatch(recorded, recorded[-1].position, log, part_of=whole)  # type: ignore[arg-type]
    parcel = part.aggregates(Parcel)[parcel_id(1)]
    kept.keep(whole)
    return parcel


def test_what_was_folded_is_kept_and_goes_on_from_there(log: EventLog) -> None:
    counting, kept = _Counting(log), AggregateCache()
    first = record(log, 1, "Lyon", weight=1)
    assert folded(counting, log, 0, kept).version == 2
    second = record(log, 1, "Nice")
    assert folded(counting, log, first, kept).version == 3
    assert counting.reads == 0
    record(log, 1, "Brest")
    assert folded(counting, log, second, AggregateCache()).version == 4
    assert counting.reads == 1


def test_a_version_that_was_missed_is_read_from_the_log(log: EventLog) -> None:
    counting, kept = _Counting(log), AggregateCache()
    first = record(log, 1, "Lyon", weight=1)
    folded(counting, log, 0, kept)
    missed = record(log, 1, "Nice")
    record(log, 1, "Brest")
    assert first < missed
    parcel = folded(counting, log, missed, kept)
    assert (parcel.version, counting.reads) == (4, 1)


@pytest.mark.parametrize("many", [2_500])
def test_no_more_is_kept_than_told(log: EventLog, many: int) -> None:
    kept = AggregateCache()
    batch = EventBatch([], 0)
    batch.folded[Parcel] = {parcel_id(number): Parcel.blank(parcel_id(number)) for number in range(many)}
    kept.keep(batch)
    assert kept.take(Parcel, parcel_id(0), 0) is None
    assert kept.take(Parcel, parcel_id(many - 1), 0) is not None
    assert kept.take(Parcel, parcel_id(many - 1), 0) is None


def test_views_take_less_at_once_where_a_transaction_takes_too_long(
    settings: Settings, log: EventLog, views: Views, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, met = ConsumerGroup._take, list[int]()

    def cut(self: ConsumerGroup, connection: psycopg.Connection[Any], members: Any, batch: Found, old: int) -> None:
        if len(batch.recorded) > 2:
            met.append(len(batch.recorded))
            connection.close()
            raise psycopg.OperationalError("terminating connection due to idle-in-transaction timeout")
        take(self, connection, members, batch, old)

    monkeypatch.setattr(ConsumerGroup, "_take", cut)
    with projecting(settings, log, Parcels(), Moves()):
        wait(views, record(log, 1, "Lyon", weight=1), "moves")
        position = record(log, 1, *["Nice"] * 10)
        wait(views, position, "moves")
    assert met
    assert look("SELECT count(*) FROM views.moves") == [(11,)]
