"""One sentence for every rule: given a past, when a command comes, then these events, this refusal, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

from domain import topics
from domain.errors import DomainError
from domain.events import Aggregate, Command, Context, Event
from domain.handlers import HANDLERS
from domain.settings import Shop

A = TypeVar("A", bound=Aggregate)
E = TypeVar("E", bound=DomainError)

Facts = tuple[type[Event], dict[str, Any]]

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STORED = frozenset(topics.EVENTS)


def context(name: str = "", at: datetime = NOW, actor: str = "operator:desk", reason: str | None = None) -> Context:
    """Who gives a command and when; the same name gives the same command id."""
    return Context(command_id=uuid5(UUID(int=0), name), actor=actor, at=at, reason=reason)


class Outcome(Generic[A]):
    """What one command came to: the events it recorded, or its refusal."""

    def __init__(self, aggregate: A, events: list[Event], refusal: DomainError | None) -> None:
        self.aggregate = aggregate
        self.events = events
        self.refusal = refusal

    def then(self, *expected: type[Event] | Facts) -> A:
        """Exactly these events, each told by its class or with facts it holds; gives the aggregate to look at."""
        if self.refusal:
            raise self.refusal
        facts = [one if isinstance(one, tuple) else (one, {}) for one in expected]
        assert [type(event) for event in self.events] == [kind for kind, _ in facts]
        for event, (_, fields) in zip(self.events, facts, strict=True):
            assert {name: getattr(event, name) for name in fields} == fields
        return self.aggregate

    def then_nothing(self) -> A:
        """No event and no refusal."""
        return self.then()

    def then_refused(self, error: type[E], **details: Any) -> E:
        """Refused with exactly this error and at least these details, nothing recorded; gives the error to look at."""
        assert type(self.refusal) is error, f"{self.refusal!r} in place of {error.__name__}, recorded: {self.events}"
        assert not self.events
        assert {name: self.refusal.details.get(name) for name in details} == details
        assert "{" not in str(self.refusal), "a refusal whose message was not filled in"
        return self.refusal


class Given(Generic[A]):
    """An aggregate's past, as commands, events, or pairs of event class and facts."""

    def __init__(self, kind: type[A], past: tuple[Command | Event | Facts, ...]) -> None:
        self.kind = kind
        self.past = past

    def when(self, command: Command, shop: Shop | None = None) -> Outcome[A]:
        """Decides the command on the aggregate that its past leaves behind."""
        shop = shop or Shop()
        aggregate = self.kind.blank(HANDLERS[type(command)].target(command))
        for step in self.past:
            _happen(aggregate, step, shop)
        aggregate.collect_events()
        refusal = None
        try:
            HANDLERS[type(command)].decide(aggregate, command, shop)
        except DomainError as error:
            refusal = error
        events = [event for event in aggregate.collect_events() if isinstance(event, Event)]
        assert STORED.issuperset(type(event) for event in events)
        return Outcome(aggregate, events, refusal)


def _happen(aggregate: Aggregate, step: Command | Event | Facts, shop: Shop) -> None:
    if isinstance(step, Command):
        HANDLERS[type(step)].decide(aggregate, step, shop)
    elif isinstance(step, Event):
        step.mutate(aggregate)
    else:
        kind, facts = step
        aggregate.record(kind, context(), **facts)


def given(kind: type[A], *past: Command | Event | Facts) -> Given[A]:
    """The past of one aggregate; see `Given.when`."""
    return Given(kind, past)
