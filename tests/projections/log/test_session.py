"""A save: what it claims, loads and appends, and what is left when it fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from psycopg_pool import ConnectionPool

from domain.errors import Conflict
from domain.lookup import CustomerClaim
from domain.points_in_time import PointInTime
from projections.log import EventLog, IncarnationChanged, NothingRecorded, VersionConflict
from projections.log.durability import Connection
from projections.log.numbers import NoReserve
from tests.projections.log.events import NOON, Letter, LetterSent, context, saved, sent, written


def saved_as_it_is(log: EventLog, letter: Letter) -> int:
    """Saves a letter without making a key for its author."""
    with log.session() as session:
        session.save(letter)
        return session.commit()


def fail_while_saving(log: EventLog, letter: Letter) -> None:
    """Claims and saves, and then something goes wrong."""
    with log.session() as session:
        session.ensure_subject(letter.subject or uuid4())
        session.save(letter)
        raise ZeroDivisionError


def test_a_saved_aggregate_is_loaded_as_it_was(log: EventLog) -> None:
    letter = sent(written(uuid4()), 3)
    assert saved(log, letter) == 4
    loaded = log.load(Letter, letter.id)
    assert loaded == letter
    assert loaded.version == 4


def test_positions_are_given_in_the_order_of_saving(log: EventLog) -> None:
    first, second = sent(written(uuid4())), sent(written(uuid4()))
    assert saved(log, first, second) == 4
    assert [(one.position, one.event.originator_id) for one in log.read(0, 10)] == [
        (1, first.id),
        (2, first.id),
        (3, second.id),
        (4, second.id),
    ]


def test_what_was_not_committed_leaves_nothing_and_no_gap(log: EventLog) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_while_saving(log, written(uuid4()))
    assert log.head() == 0
    assert saved(log, written(uuid4())) == 1


def test_two_saves_from_the_same_version_conflict(log: EventLog) -> None:
    letter = written(uuid4())
    saved(log, letter)
    one, other = log.load(Letter, letter.id), log.load(Letter, letter.id)
    saved(log, sent(one))
    with pytest.raises(VersionConflict) as refused:
        saved(log, sent(other))
    assert isinstance(refused.value, Conflict)
    assert refused.value.details == {"originator_id": letter.id, "version": 2}
    assert log.load(Letter, letter.id).version == 2


def test_the_same_command_saved_twice_is_recorded_once(log: EventLog) -> None:
    letter = written(uuid4())
    saved(log, letter)
    again, command = log.load(Letter, letter.id), context()
    letter.record(LetterSent, command, carrier="post")
    again.record(LetterSent, command, carrier="post")
    assert saved(log, letter) == saved(log, again) == 2
    assert log.head() == 2


def test_a_save_of_many_streams_is_whole_or_not_at_all(log: EventLog) -> None:
    letter = written(uuid4())
    saved(log, letter)
    stale = log.load(Letter, letter.id)
    saved(log, sent(letter))
    with pytest.raises(VersionConflict):
        saved(log, written(uuid4()), sent(stale))
    assert log.head() == 2


def test_loading_what_never_was_says_so(log: EventLog) -> None:
    with pytest.raises(NothingRecorded):
        log.load(Letter, uuid4())
    with log.session() as session:
        assert not session.load_or_blank(Letter, uuid4()).exists
        with pytest.raises(NothingRecorded):
            session.load(Letter, uuid4())


def test_one_round_trip_claims_and_loads(log: EventLog) -> None:
    letter = sent(written(uuid4()), 2)
    saved(log, letter)
    with log.session() as session:
        opening = session.open(email="ada@example.com", series="letters", streams={letter.id: 1})
        assert opening.answer is None
        assert opening.number == 1
        assert opening.customer
        assert opening.customer.created
        assert [event.originator_version for event in opening.events[letter.id]] == [2, 3]
        assert opening.events[opening.customer.customer_id] == []


def test_the_customers_own_stream_comes_with_the_claim(log: EventLog) -> None:
    with log.session() as session:
        claim = session.customer_for("ada@example.com")
        session.save(written(claim.customer_id, claim.customer_id))
        session.commit()
    with log.session() as session:
        opening = session.open(email="ada@example.com")
        assert opening.customer == (claim.customer_id, False)
        assert session.load(Letter, claim.customer_id).author == "Ada Lookalike"


def test_fifty_saves_at_once_name_one_customer(log: EventLog) -> None:
    def claim(_: int) -> tuple[str, bool]:
        with log.session() as session:
            claimed = session.customer_for("ada@example.com")
            session.save(written(claimed.customer_id))
            session.commit()
            return str(claimed.customer_id), claimed.created

    with ThreadPoolExecutor(16) as threads:
        claims = list(threads.map(claim, range(50)))
    assert len({customer for customer, _ in claims}) == 1
    assert sum(created for _, created in claims) == 1


def test_many_customers_are_claimed_together(log: EventLog) -> None:
    emails = [f"person{number}@example.com" for number in range(20)]
    with log.session() as session:
        first = session.customers_for(emails)
        session.commit()
    with log.session() as session:
        again = session.customers_for(emails[::-1])
    assert {email: claim.customer_id for email, claim in again.items()} == {
        email: claim.customer_id for email, claim in first.items()
    }
    assert not any(claim.created for claim in again.values())


def test_a_refused_save_claims_no_customer(log: EventLog) -> None:
    with log.session() as session:
        assert session.customer_for("ada@example.com").created
    with log.session() as session:
        assert session.customer_for("ada@example.com").created


def test_numbers_of_a_series_are_never_given_twice(log: EventLog) -> None:
    def number(_: int) -> int:
        with log.session() as session:
            found = session.next_number("orders")
            session.commit()
            return found

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(number, range(40))) == list(range(1, 41))
    with log.session() as session:
        assert session.next_numbers("orders", 3) == [41, 42, 43]
        assert session.next_number("Crédits 2026") == 1


class Looking(NoReserve):
    """Draws a number of its own when asked to look: what another process that moves a series does meanwhile."""

    def __init__(self, pool: ConnectionPool[Connection]) -> None:
        self.pool = pool

    def ready(self) -> None:
        with self.pool.connection() as connection:
            connection.execute("SELECT log.next_numbers('orders', 10)")


def test_no_number_is_drawn_before_it_was_looked_whether_the_series_has_to_be_moved(log: EventLog) -> None:
    log.numbers = Looking(log.pool)
    with log.session() as session:
        assert session.open(series="orders").number == 11
    with log.session() as session:
        assert session.next_numbers("orders", 2) == [22, 23]


class GoingBack(NoReserve):
    """Finds in its first look that the log went back, of which the database itself shows no sign."""

    def __init__(self, log: EventLog) -> None:
        self.log: EventLog | None = log

    def ready(self) -> None:
        log, self.log = self.log, None
        if log:
            log.begin_epoch("the log was brought back")


def test_nothing_is_appended_before_it_was_looked_whether_the_log_went_back(log: EventLog) -> None:
    log.numbers = GoingBack(log)
    with pytest.raises(IncarnationChanged):
        saved(log, written(uuid4()))
    assert log.head() == 0
    assert saved(log, written(uuid4())) == 1


def test_a_lock_lets_one_save_at_a_time_pass(log: EventLog) -> None:
    key, inside = uuid4(), []

    def pass_through(_: int) -> None:
        with log.session() as session:
            session.lock(key)
            inside.append(1)
            assert len(inside) == 1
            log.head()
            inside.pop()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(pass_through, range(32)))


def test_an_aggregate_is_seen_as_it_was_at_a_version_or_an_instant(log: EventLog) -> None:
    letter = sent(sent(written(uuid4())), at=NOON + timedelta(days=1))
    saved(log, letter)
    assert log.load(Letter, letter.id, version=2).sent == 1
    assert log.load(Letter, letter.id, point=PointInTime(as_of=NOON + timedelta(hours=1))).sent == 1
    assert log.load(Letter, letter.id, point=PointInTime(as_of=NOON + timedelta(days=2))).sent == 2
    with pytest.raises(NothingRecorded):
        log.load(Letter, letter.id, point=PointInTime(as_of=NOON - timedelta(days=1)))


def test_reading_goes_on_after_a_position_up_to_another_and_by_topic(log: EventLog) -> None:
    saved(log, sent(written(uuid4()), 4))
    assert [one.position for one in log.read(1, 2)] == [2, 3]
    assert [one.position for one in log.read(0, 10, upto=2)] == [1, 2]
    assert [one.position for one in log.read(0, 10, topics=["letter.written"])] == [1]
    assert log.read(5, 10) == []


def test_streams_are_read_together_up_to_a_position(log: EventLog) -> None:
    one, other = sent(written(uuid4())), sent(written(uuid4()))
    saved(log, one)
    saved(log, other)
    found = log.streams([one.id, other.id, uuid4()], upto=3)
    assert {stream: len(events) for stream, events in found.items()} == {one.id: 2, other.id: 1}


def test_one_save_may_name_several_new_customers(log: EventLog) -> None:
    with log.session() as session:
        first = session.open(email="ada@example.com").customer
        second = session.open(email="bob@example.com").customer
        again = session.open(email="ada@example.com").customer
        assert first
        assert second
        assert again
        assert again.customer_id == first.customer_id != second.customer_id
        session.save(written(first.customer_id), written(second.customer_id))
        session.commit()
    with log.session() as session:
        assert session.customer_for("ada@example.com") == CustomerClaim(first.customer_id, False)
        assert session.customer_for("bob@example.com") == CustomerClaim(second.customer_id, False)
    assert [log.load(Letter, recorded.event.originator_id).author for recorded in log.read(0, 10)] == [
        "Ada Lookalike"
    ] * 2
