"""What was stored once must stay readable: topics, stored samples, and an example of everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.utils import resolve_topic
from msgspec.structs import fields

from domain import topics
from domain.events import Event
from domain.handlers import CREATING, HANDLERS, MISSING
from tests.examples.commands import COMMANDS
from tests.examples.events import EVENTS

SAMPLES = Path(__file__).parent / "samples"
EXAMPLES = {type(event): event for event in EVENTS}


def sample_of(kind: type[Event], version: int) -> Path:
    return SAMPLES / f"{kind.TOPIC}.v{version}.json"


def read(path: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(path.read_bytes())
    return values


class TestTopics:
    def test_every_event_has_a_topic_of_its_own(self) -> None:
        names = [event.TOPIC for event in topics.EVENTS]
        assert len(names) == len(set(names))

    def test_a_topic_is_the_aggregate_and_what_happened(self) -> None:
        for aggregate, events in topics.AGGREGATES.items():
            for event in events:
                name, _, fact = event.TOPIC.partition(".")
                assert name == aggregate.TOPIC
                assert fact == fact.lower().strip()
                assert fact

    def test_the_log_finds_each_event_by_its_topic(self) -> None:
        assert {resolve_topic(event.TOPIC) for event in topics.EVENTS} == set(topics.EVENTS)


class TestExamples:
    def test_every_event_has_one_example(self) -> None:
        assert sorted(event.TOPIC for event in EVENTS) == sorted(event.TOPIC for event in topics.EVENTS)

    def test_an_example_of_an_event_leaves_no_field_at_its_default(self) -> None:
        for event in EVENTS:
            silent = [field.name for field in fields(event) if getattr(event, field.name) == field.default]
            assert not silent, f"{event.TOPIC} says nothing of {silent}"

    def test_every_command_has_one_example(self) -> None:
        assert sorted(type(command).__name__ for command in COMMANDS) == sorted(
            command.__name__ for command in HANDLERS
        )

    def test_each_example_names_the_aggregate_it_is_for(self) -> None:
        for command in COMMANDS:
            handler = HANDLERS[type(command)]
            assert handler.target(command) in {event.originator_id for event in EVENTS}

    def test_commands_that_need_their_aggregate_have_an_error_for_one_that_is_missing(self) -> None:
        needing = {HANDLERS[command].aggregate for command in HANDLERS if command not in CREATING}
        assert needing == set(MISSING)


@pytest.mark.parametrize("kind", topics.EVENTS, ids=lambda kind: kind.TOPIC)
class TestSamples:
    def test_every_version_of_an_event_has_a_stored_sample(self, kind: type[Event]) -> None:
        missing = [version for version in range(1, kind.VERSION + 1) if not sample_of(kind, version).exists()]
        assert not missing, f"store a sample of {kind.TOPIC} in {SAMPLES.name}/: version {missing}"


def test_every_sample_belongs_to_an_event_of_today() -> None:
    known = {sample_of(kind, version).name for kind in topics.EVENTS for version in range(1, kind.VERSION + 1)}
    assert {path.name for path in SAMPLES.iterdir()} == known
