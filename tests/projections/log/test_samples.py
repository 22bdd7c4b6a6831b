"""What was stored once is read as it is meant today: samples of every version, and a person's fields sealed."""

from __future__ import annotations

import json

import pytest

from domain import topics
from domain.events import Erased, Event
from domain.orders.documents import DocumentNumbered
from domain.orders.order import Document, Order
from domain.upcasters import UPCASTERS
from projections.log.forms import form_of
from projections.log.keys import KeyRing
from projections.log.mapper import EventMapper
from tests.domain.invoices import document
from tests.domain.orders import placed
from tests.domain.test_topics import EXAMPLES, read, sample_of
from tests.examples.events import EVENTS
from tests.examples.facts import CUSTOMER
from tests.given import given


@pytest.mark.parametrize("kind", topics.EVENTS, ids=lambda kind: kind.TOPIC)
class TestSamples:
    def test_the_newest_sample_reads_as_the_example(self, kind: type[Event]) -> None:
        assert form_of(kind).convert(read(sample_of(kind, kind.VERSION))) == EXAMPLES[kind]

    def test_an_event_is_still_written_as_its_sample(self, kind: type[Event]) -> None:
        assert json.loads(form_of(kind).encode(EXAMPLES[kind])) == read(sample_of(kind, kind.VERSION))

    def test_the_log_gives_back_what_it_took(self, kind: type[Event]) -> None:
        keys = KeyRing("a secret for tests alone, of no worth")
        wrapped = keys.new_wrapped(CUSTOMER)
        mapper, event = EventMapper(keys), EXAMPLES[kind]
        stored = mapper.to_stored_event(event, wrapped)
        assert mapper.event(stored.topic, stored.version, stored.state, wrapped) == event

    def test_without_the_key_only_a_persons_fields_are_gone(self, kind: type[Event]) -> None:
        keys = KeyRing("a secret for tests alone, of no worth")
        mapper, event = EventMapper(keys), EXAMPLES[kind]
        stored = mapper.to_stored_event(event, keys.new_wrapped(CUSTOMER))
        erased = mapper.event(stored.topic, stored.version, stored.state, None)
        personal = form_of(kind).personal
        for name in event.__struct_fields__:
            assert getattr(erased, name) == (Erased() if name in personal else getattr(event, name))


def test_a_number_stored_in_the_first_form_still_reads() -> None:
    values = UPCASTERS["order.document-numbered", 1](read(sample_of(DocumentNumbered, 1)))
    event = form_of(DocumentNumbered).convert(values)
    order = given(Order, placed()).when(document()).then(DocumentNumbered)
    event.apply(order)
    assert order.documents[-1] == Document(kind="invoice", series="invoices", number="2026-0001")


def test_no_stored_personal_field_reads_in_the_clear() -> None:
    keys = KeyRing("a secret for tests alone, of no worth")
    mapper = EventMapper(keys)
    wrapped = keys.new_wrapped(CUSTOMER)
    shop_own = {"settings.seller-set"}
    for event in EVENTS:
        state = bytes(mapper.to_stored_event(event, wrapped).state)
        for word in (b"nora@example.com", b"Nora Example", b"Sample Street", b"Ring"):
            assert event.TOPIC in shop_own or word not in state, event.TOPIC
