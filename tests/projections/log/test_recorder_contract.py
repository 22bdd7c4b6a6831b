"""What every recorder of the log must hold; the library's own is held to it too, so the contract is no invention."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from uuid import uuid4

import pytest
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, StoredEvent

from tests.projections.log.recorders import RECORDERS, stream


@pytest.fixture(params=sorted(RECORDERS))
def recorder(request: pytest.FixtureRequest, database: str) -> Iterator[ApplicationRecorder]:
    with RECORDERS[request.param](database) as recorder:
        yield recorder


def seen(events: list[StoredEvent]) -> list[tuple[object, int, str, bytes]]:
    """What must be the same however an event was read."""
    return [(event.originator_id, event.originator_version, event.topic, event.state) for event in events]


def test_an_empty_log_has_no_last_position(recorder: ApplicationRecorder) -> None:
    assert recorder.max_notification_id() is None
    assert list(recorder.select_notifications(None, 10)) == []


def test_a_stream_is_read_as_it_was_stored(recorder: ApplicationRecorder) -> None:
    events = stream(5)
    recorder.insert_events(events)
    recorder.insert_events(stream(2))
    assert seen(list(recorder.select_events(events[0].originator_id))) == seen(list(events))


def test_a_part_of_a_stream_is_read_forwards_or_backwards(recorder: ApplicationRecorder) -> None:
    events = stream(6)
    recorder.insert_events(events)
    found = recorder.select_events(events[0].originator_id, gt=1, lte=5, desc=True, limit=2)
    assert [event.originator_version for event in found] == [5, 4]


def test_positions_rise_in_the_order_of_storing(recorder: ApplicationRecorder) -> None:
    first, second = stream(2), stream(3)
    given = [*(recorder.insert_events(first) or ()), *(recorder.insert_events(second) or ())]
    found = list(recorder.select_notifications(None, 10))
    assert [one.id for one in found] == given == sorted(given)
    assert seen(list(found)) == seen([*first, *second])
    assert recorder.max_notification_id() == given[-1]


def test_reading_starts_and_stops_where_it_is_told(recorder: ApplicationRecorder) -> None:
    given = recorder.insert_events(stream(6)) or ()
    from_second = recorder.select_notifications(given[1], 3)
    after_second = recorder.select_notifications(given[1], 10, stop=given[4], inclusive_of_start=False)
    assert [one.id for one in from_second] == list(given[1:4])
    assert [one.id for one in after_second] == list(given[2:5])


def test_reading_may_be_of_some_topics_only(recorder: ApplicationRecorder) -> None:
    recorder.insert_events([*stream(2), *stream(1, topic="letter.written")])
    assert [one.topic for one in recorder.select_notifications(None, 10, topics=["letter.written"])] == [
        "letter.written"
    ]


def test_a_version_is_stored_once(recorder: ApplicationRecorder) -> None:
    events = stream(3)
    recorder.insert_events(events)
    with pytest.raises(IntegrityError):
        recorder.insert_events(events[-1:])
    assert len(recorder.select_events(events[0].originator_id)) == 3


def test_a_save_is_stored_whole_or_not_at_all(recorder: ApplicationRecorder) -> None:
    events = stream(1)
    recorder.insert_events(events)
    other = stream(2)
    with pytest.raises(IntegrityError):
        recorder.insert_events([*other, *events])
    assert list(recorder.select_events(other[0].originator_id)) == []


def test_of_many_who_store_one_version_one_succeeds(recorder: ApplicationRecorder) -> None:
    letter = uuid4()

    def attempt(_: int) -> bool:
        try:
            recorder.insert_events(stream(1, letter))
        except IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(24))) == 1


def test_a_reader_misses_nothing_while_many_store(recorder: ApplicationRecorder) -> None:
    saves = [stream(1 + number % 4) for number in range(160)]
    seen_ids: list[int] = []
    with ThreadPoolExecutor(8) as threads:
        storing = [threads.submit(recorder.insert_events, save) for save in saves]
        while True:
            ended = all(one.done() for one in storing)
            found = recorder.select_notifications(seen_ids[-1] if seen_ids else 0, 7, inclusive_of_start=False)
            seen_ids += [one.id for one in found]
            if ended and not found:
                break
    given = [position for one in storing for position in one.result() or ()]
    assert seen_ids == sorted(given)
    assert len(given) == sum(map(len, saves))


def test_a_subscriber_sees_what_was_and_what_comes(recorder: ApplicationRecorder) -> None:
    recorder.insert_events(stream(2))
    later = Thread(target=lambda: recorder.insert_events(stream(3)))
    with recorder.subscribe(gt=0) as subscription:
        assert [next(subscription).originator_version for _ in range(2)] == [1, 2]
        later.start()
        assert [next(subscription).originator_version for _ in range(3)] == [1, 2, 3]
    later.join()


def test_a_subscriber_that_was_stopped_ends(recorder: ApplicationRecorder) -> None:
    with recorder.subscribe(gt=0) as subscription:
        subscription.stop()
        assert list(subscription) == []
