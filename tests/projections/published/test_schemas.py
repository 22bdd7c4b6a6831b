"""The contract of events: every form has a schema, which holds for what is published and never changes again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

import jsonschema_rs
import msgspec
import pytest

from domain.events import Erased, Event
from domain.topics import EVENTS
from projections.published import encoded, published_form
from projections.published.amounts import AMOUNTS, OWN_CURRENCY
from projections.published.schemas import UnknownTopic, components, event_schema, require_topic
from tests import published_schemas
from tests.examples.events import EVENTS as EXAMPLES

# Whole numbers of events that are no amounts of money, by the name they end in.
COUNTS = frozenset({
    "quantity", "rate", "decimals", "kept", "most_items", "line_quantity", "unsent", "shipment", "return_number",
    "settings_version", "euro_rate", "layout", "order_version", "missing", "limit", "limit_per_customer", "version",
    "promised", "change", "counted", "low_at", "weight", "template_version", "position", "early_discount",
    "late_penalty", "payment_days", "height", "width", "first", "last", "period", "minutes", "sequence_version", "step",
    "orders", "rows", "keep_hours", "after", "looked_at", "until", "bookings", "number", "count",
})  # fmt: skip
# The same where the name is one of an amount elsewhere.
COUNTED = frozenset({("order.item-quantity-changed", "was")})


def whole_numbers(kind: Any, path: tuple[str, ...] = (), within: frozenset[Any] = frozenset()) -> Iterator[str]:
    """The paths at which a type holds whole numbers."""
    if kind is int:
        yield ".".join(path)
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for name, inner in get_type_hints(kind).items():
            if get_origin(inner) is not ClassVar and kind not in within:
                yield from whole_numbers(inner, (*path, name), within | {kind})
    else:
        for inner in get_args(kind):
            yield from whole_numbers(inner, path, within)


def published(event: Event, *, personal: bool = True) -> dict[str, Any]:
    """An event as it leaves the house."""
    told: dict[str, Any] = json.loads(encoded(published_form(event.TOPIC).of(event, personal=personal)))
    return told


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.TOPIC)
def test_every_whole_number_is_an_amount_or_a_count(kind: type[Event]) -> None:
    amounts = {*AMOUNTS.get(kind.TOPIC, ()), *OWN_CURRENCY.get(kind.TOPIC, ())}
    found = set(whole_numbers(kind)) - {"originator_version"}
    assert amounts <= found
    doubtful = {
        path for path in found - amounts if path.rpartition(".")[2] not in COUNTS and (kind.TOPIC, path) not in COUNTED
    }
    assert not doubtful, f"say in projections/published/amounts.py whether these of {kind.TOPIC} are amounts of money"


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.TOPIC)
class TestExamples:
    def test_it_keeps_to_its_schema_whoever_reads_it(self, event: Event) -> None:
        validator = jsonschema_rs.validator_for(event_schema(event.TOPIC))
        for personal in (True, False):
            assert [str(fault) for fault in validator.iter_errors(published(event, personal=personal))] == []

    def test_every_field_is_written_out_also_where_it_is_at_its_default(self, event: Event) -> None:
        required = [field for field in msgspec.structs.fields(event) if field.required]
        bare = type(event)(**{field.name: getattr(event, field.name) for field in required})
        schema = event_schema(event.TOPIC)
        for one in (event, bare):
            assert list(published(one)) == list(schema["properties"]) == schema["required"]

    def test_amounts_have_their_currency_beside_them(self, event: Event) -> None:
        if event.TOPIC in AMOUNTS:
            assert "currency" in published(event)

    def test_another_value_breaks_it(self, event: Event) -> None:
        validator = jsonschema_rs.validator_for(event_schema(event.TOPIC))
        told = published(event)
        for name in told:
            assert not validator.is_valid({key: value for key, value in told.items() if key != name}), name
        assert not validator.is_valid(told | {"originator_version": "one"})


def test_what_was_forgotten_and_what_is_left_out_are_told_apart() -> None:
    [event] = [one for one in EXAMPLES if one.TOPIC == "order.note-added"]
    assert published(event, personal=False)["text"] == {"withheld": True}
    assert published(msgspec.structs.replace(event, text=Erased()), personal=False)["text"] == {"erased": True}
    assert published(event)["text"] == event.text  # type: ignore[attr-defined]


def test_secrets_are_shown_to_nobody() -> None:
    for event in EXAMPLES:
        if event.TOPIC in ("sequence.defined", "sequence.revised"):
            assert published(event)["secrets"] == {"withheld": True}


def test_a_topic_that_no_event_has_is_refused() -> None:
    with pytest.raises(UnknownTopic):
        require_topic("order.vanished")


def test_parts_of_one_name_are_the_same_in_every_schema() -> None:
    found = components(lambda name: f"#/$defs/{name}")
    for kind in EVENTS:
        for name, part in event_schema(kind.TOPIC)["$defs"].items():
            assert found[name] == part, f"{name} of {kind.TOPIC} is another one elsewhere"


def test_a_published_form_never_changes() -> None:
    kept, today = published_schemas.kept(), published_schemas.today()
    changed = [form for form, schema in today.items() if kept.get(form, schema) != schema]
    assert not changed, "these are published: raise their VERSION, with an upcaster and a sample"
    missing = [form for form in today if form not in kept]
    assert not missing, "keep them: python -m tests.published_schemas"
