"""Reading everything in shares: each stream whole, in one share, once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.events import Erased
from projections.log import EventLog, Recorded
from tests.projections.log.events import NOON, LetterWritten, saved, sent, written


@pytest.fixture
def letters(log: EventLog) -> list[UUID]:
    """Thirty letters, their events in the log between one another's."""
    made = [written(uuid4()) for _ in range(30)]
    saved(log, *made)
    for letter in made:
        saved(log, sent(letter, 3, at=NOON + timedelta(days=1)))
    return [letter.id for letter in made]


@pytest.mark.parametrize("buckets", [1, 2, 7])
def test_every_stream_comes_whole_and_once(log: EventLog, letters: list[UUID], buckets: int) -> None:
    found: list[tuple[UUID, list[Recorded]]] = []
    for bucket in range(buckets):
        share = list(log.partition(["letter."], bucket, buckets))
        found += share
    assert [stream for stream, _ in found] == letters
    for stream, recorded in found:
        assert recorded == log.stream(stream)
        assert [one.event.originator_version for one in recorded] == [1, 2, 3, 4]


def test_shares_end_at_a_position(log: EventLog, letters: list[UUID]) -> None:
    by_position = [len(events) for _, events in log.partition(["letter."], 0, 1, upto=33)]
    assert sorted(by_position) == [1] * 29 + [4]


def test_shares_hold_only_what_begins_so(log: EventLog, letters: list[UUID]) -> None:
    assert list(log.partition(["order."], 0, 1)) == []
    assert len(list(log.partition(["order.", "letter."], 0, 1))) == 30


def test_an_erased_person_is_erased_here_as_well(log: EventLog, letters: list[UUID]) -> None:
    [first] = [one.event for one in log.read(0, 1)]
    assert first.metadata.subject
    log.erase(first.metadata.subject)
    authors = {
        stream: one.event.author
        for stream, recorded in log.partition(["letter."], 0, 1)
        for one in recorded
        if isinstance(one.event, LetterWritten)
    }
    assert [stream for stream, author in authors.items() if author == Erased()] == [first.originator_id]
