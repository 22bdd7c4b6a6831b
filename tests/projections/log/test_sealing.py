"""Personal data in the log: sealed under its subject's key, bound to its place, gone with the key."""

from __future__ import annotations

import json
from typing import Annotated, Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from eventsourcing.utils import register_topic
from msgspec import Struct

from domain.events import Erased, Event, Personal
from domain.lookup import CustomerClaim
from projections.log import EventLog, EventMapper, KeyRing, SubjectErased, UnsealedPersonalData, VersionConflict
from projections.log.forms import form_of
from projections.log.mapper import MissingUpcaster
from projections.log.registry import DIFFERENT
from tests.damage import owner
from tests.projections.log.conftest import SECRET
from tests.projections.log.events import ADDRESS, Letter, LetterWritten, context, saved, sent, written
from tests.projections.log.test_session import saved_as_it_is

CLEAR = ("Ada Lookalike", "Analytical", "Engine Town", "ada@example.com")


def first_event(letter: Letter) -> LetterWritten:
    return cast("LetterWritten", letter.pending_events[0])


def everything_stored(database: str) -> str:
    """All rows of all tables of the log, as text."""
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'log'").fetchall()
        rows = [connection.execute(f"SELECT t::text FROM log.{table} t").fetchall() for (table,) in tables]
    return str(rows)


def test_an_event_comes_back_as_it_was(keys: KeyRing) -> None:
    mapper, subject = EventMapper(keys), uuid4()
    event = first_event(written(subject))
    stored = mapper.to_stored_event(event, keys.new_wrapped(subject))
    assert mapper.to_domain_event(stored) == event


def test_an_event_without_personal_data_is_plain_json(keys: KeyRing) -> None:
    letter = sent(Letter.blank(uuid4()))
    stored = EventMapper(keys).to_stored_event(letter.pending_events[0])
    found = json.loads(stored.state)
    assert found["carrier"] == "post"
    assert found["stamps"] == [10, 20]
    assert found["metadata"]["actor"] == "operator:tests"
    assert EventMapper(keys).to_domain_event(stored) == letter.pending_events[0]


def test_nothing_personal_is_stored_in_the_clear(log: EventLog, database: str) -> None:
    with log.session() as session:
        customer = session.customer_for("ada@example.com").customer_id
        session.save(written(customer))
        session.commit()
    stored = everything_stored(database)
    assert "On engines" in stored
    assert [word for word in CLEAR if word in stored] == []


def test_without_the_key_the_personal_fields_read_erased_and_the_rest_stays(log: EventLog) -> None:
    customer = uuid4()
    letter = sent(written(customer), 2)
    saved(log, letter)
    log.erase(customer)
    found = log.load(Letter, letter.id)
    assert found.author == Erased()
    assert found.place == Erased()
    assert (found.title, found.sent) == ("On engines", 2)


def test_erasing_a_customer_takes_along_the_subjects_it_holds_and_no_others(log: EventLog) -> None:
    customer, guest, stranger = uuid4(), uuid4(), uuid4()
    letters = [written(subject) for subject in (customer, guest, stranger)]
    with log.session() as session:
        session.ensure_subject(guest, holder=customer)
        session.ensure_subjects([customer, stranger])
        session.save(*letters)
        session.commit()
    log.erase(customer)
    authors = [log.load(Letter, letter.id).author for letter in letters]
    assert authors == [Erased(), Erased(), "Ada Lookalike"]


def test_another_process_sees_an_erasure_at_once(log: EventLog, keys: KeyRing) -> None:
    customer = uuid4()
    letter = written(customer)
    saved(log, letter)
    other = EventLog(log.pool, KeyRing(SECRET))
    assert other.load(Letter, letter.id).author == "Ada Lookalike"
    log.erase(customer)
    assert other.load(Letter, letter.id).author == Erased()


def test_a_deleted_key_row_erases_as_well(log: EventLog, database: str) -> None:
    letter = written(uuid4())
    saved(log, letter)
    with psycopg.connect(owner(database)) as connection:
        connection.execute("DELETE FROM log.subject_keys")
    assert log.load(Letter, letter.id).author == Erased()


def test_an_erased_address_leads_to_a_new_customer(log: EventLog) -> None:
    with log.session() as session:
        before = session.customer_for("ada@example.com").customer_id
        session.commit()
    log.erase(before)
    with log.session() as session:
        after = session.customer_for("ada@example.com")
    assert after.created
    assert after.customer_id != before


def test_an_address_that_is_handed_over_leads_to_its_taker_as_the_registry_says(log: EventLog) -> None:
    taker = uuid4()
    with log.session() as session:
        giver = session.customer_for("ada@example.com").customer_id
        session.ensure_subject(taker)
        session.hand_email("ada@example.com", giver, taker)
        with pytest.raises(VersionConflict):
            session.hand_email("ada@example.com", giver, uuid4())
        session.commit()
    with log.session() as session:
        assert session.customer_for("ada@example.com") == CustomerClaim(taker, False)
    with log.pool.connection() as connection:
        assert connection.execute(DIFFERENT).fetchall() == []
    log.erase(giver)
    with log.session() as session:
        assert session.customer_for("ada@example.com").customer_id == taker


def test_nothing_personal_is_stored_for_an_erased_subject(log: EventLog) -> None:
    customer = uuid4()
    saved(log, written(customer))
    log.erase(customer)
    with pytest.raises(SubjectErased):
        saved(log, written(customer))
    with pytest.raises(SubjectErased):
        saved_as_it_is(log, written(customer))


def test_facts_without_personal_data_are_still_stored_for_an_erased_subject(log: EventLog) -> None:
    customer = uuid4()
    letter = written(customer)
    saved(log, letter)
    log.erase(customer)
    with log.session() as session:
        session.save(sent(session.load(Letter, letter.id)))
        session.commit()
    assert log.load(Letter, letter.id).sent == 1


def test_personal_data_without_a_subject_is_a_programming_error(log: EventLog) -> None:
    with pytest.raises(UnsealedPersonalData):
        saved_as_it_is(log, written(None))


def test_personal_data_of_a_subject_without_a_key_is_a_programming_error(log: EventLog) -> None:
    with pytest.raises(UnsealedPersonalData):
        saved_as_it_is(log, written(uuid4()))


def test_a_save_finds_the_key_of_a_subject_it_did_not_load(log: EventLog) -> None:
    customer = uuid4()
    saved(log, written(customer))
    letter = written(customer)
    saved_as_it_is(log, letter)
    assert log.load(Letter, letter.id).place == ADDRESS


@pytest.mark.parametrize("field", ["author", "place", "readers"])
def test_a_sealed_value_moved_elsewhere_is_refused(keys: KeyRing, field: str) -> None:
    mapper, subject = EventMapper(keys), uuid4()
    wrapped = keys.new_wrapped(subject)
    one = json.loads(mapper.to_stored_event(first_event(written(subject)), wrapped).state)
    other = json.loads(mapper.to_stored_event(first_event(written(subject)), wrapped).state)
    one[field] = other[field]
    with pytest.raises(InvalidTag):
        mapper.event("letter.written", 2, json.dumps(one), wrapped)


def test_a_key_wrapped_for_one_subject_does_not_open_for_another(keys: KeyRing) -> None:
    with pytest.raises(InvalidTag):
        keys.data_key(uuid4(), keys.new_wrapped(uuid4()))


def test_another_secret_opens_nothing(keys: KeyRing) -> None:
    subject = uuid4()
    with pytest.raises(InvalidTag):
        KeyRing(SECRET + "!").data_key(subject, keys.new_wrapped(subject))


def test_what_a_field_is_when_left_out_needs_no_subject(keys: KeyRing) -> None:
    letter = Letter.blank(uuid4())
    letter.record(Hinted, context())
    stored = EventMapper(keys).to_stored_event(letter.pending_events[0])
    assert b"hint" not in stored.state
    assert EventMapper(keys).to_domain_event(stored) == letter.pending_events[0]


class Hinted(Event, frozen=True, kw_only=True):
    """Optional personal data, marked inside the union."""

    TOPIC = "letter.hinted"

    hint: Personal[str] | None = None
    text: Personal[str] = ""

    def apply(self, letter: Letter) -> None:
        letter.sent = 0


register_topic(Hinted.TOPIC, Hinted)


class Hiding(Event, frozen=True, kw_only=True):
    """Personal data where it would not be sealed."""

    TOPIC = "letter.hiding"

    people: tuple[Personal[str], ...]


class Person(Struct, frozen=True):
    """A struct with personal data of its own."""

    name: Personal[str]


class HidingDeeper(Event, frozen=True, kw_only=True):
    """The same, a level down."""

    TOPIC = "letter.hiding-deeper"

    people: Annotated[tuple[Person, ...], "people"]


@pytest.mark.parametrize("event", [Hiding, HidingDeeper])
def test_personal_data_hidden_in_a_part_of_a_field_is_refused(event: type[Event]) -> None:
    with pytest.raises(TypeError, match="mark the whole field"):
        form_of(event)


def stored_in_form_one(keys: KeyRing, subject: UUID, wrapped: bytes) -> tuple[str, LetterWritten]:
    """The JSON of a letter as form 1 had it: with `writer` for `author`."""
    event = first_event(written(subject))
    found = json.loads(EventMapper(keys).to_stored_event(event, wrapped).state)
    place = b"%b%d:letter.written.writer" % (event.originator_id.bytes, 1)
    found["writer"] = keys.data_key(subject, wrapped).seal_text(b'"Ada Lookalike"', place)
    del found["author"]
    return json.dumps(found), event


def renamed(values: dict[str, Any]) -> dict[str, Any]:
    """From form 1 to form 2."""
    values["author"] = values.pop("writer")
    return values


def test_an_older_form_is_brought_forward(keys: KeyRing) -> None:
    subject = uuid4()
    wrapped = keys.new_wrapped(subject)
    state, event = stored_in_form_one(keys, subject, wrapped)
    mapper = EventMapper(keys, {("letter.written", 1): renamed})
    assert mapper.event("letter.written", 1, state, wrapped) == event
    erased = cast("LetterWritten", mapper.event("letter.written", 1, state, None))
    assert (erased.title, erased.author, erased.place) == ("On engines", Erased(), Erased())


def test_an_older_form_without_an_upcaster_is_refused(keys: KeyRing) -> None:
    subject = uuid4()
    wrapped = keys.new_wrapped(subject)
    state, _ = stored_in_form_one(keys, subject, wrapped)
    with pytest.raises(MissingUpcaster, match="form 1"):
        EventMapper(keys).event("letter.written", 1, state, wrapped)
