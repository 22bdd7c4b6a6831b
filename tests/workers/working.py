"""A worker inside the test process, with processes and performers of the test's own, and what became of its effects."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from domain.processes.process import Effect, Process, Reaction, Trigger
from projections.runtime import Runtime
from projections.work import effects
from projections.work.effects import EffectRow
from workers.schedule import Recurring
from workers.tools import Performer
from workers.working import Working

PATIENCE = 30.0


@contextmanager
def working(
    runtime: Runtime,
    performed: Mapping[str, Performer] | None = None,
    processes: tuple[Process, ...] = (),
    recurring: Mapping[str, Recurring] | None = None,
) -> Iterator[Working]:
    """A worker that runs while the block does."""
    running = Working(runtime, {one.name: one for one in processes}, performed or {}, recurring or {})
    running.start()
    try:
        yield running
    finally:
        running.stop()


def ask(runtime: Runtime, kind: str, key: UUID | None = None, **facts: Any) -> UUID:
    """Asks for an effect; gives its key."""
    asked, position = key or uuid4(), facts.pop("position", 0)
    with runtime.log.session() as session:
        effects.put(session, Effect(kind=kind, payload=facts.pop("payload", {}), **facts), asked, position)
        session.commit()
    return asked


def effect(runtime: Runtime, key: UUID) -> EffectRow:
    """An effect as it stands."""
    with runtime.reading() as connection:
        found = effects.find(connection, key)
    assert found is not None
    return found


def counts(runtime: Runtime) -> dict[str, int]:
    """How many effects are in each state that any is in."""
    with runtime.reading() as connection:
        return {state: number for state, number in effects.counts(connection).items() if number}


def eventually(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Waits for the condition; fails saying what did not happen."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"This did not happen within {patience:.0f} s: {what}"
        time.sleep(0.01)


def becomes(runtime: Runtime, key: UUID, state: str) -> EffectRow:
    """The effect once it has come to the state."""
    eventually(lambda: effect(runtime, key).state == state, f"effect {state}")
    return effect(runtime, key)


def telling(kind: str, *topics: Any, name: str = "tell_on_event") -> Process:
    """A process that asks for one effect of the kind for every such event."""

    def react(trigger: Trigger) -> Reaction:
        order_id = trigger.event.originator_id
        told = Effect(kind=kind, payload={"position": trigger.position}, order_id=order_id)
        return Reaction(effects=(told,))

    return Process(name, topics, react)
