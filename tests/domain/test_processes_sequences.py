"""Processes that lead orders through marketing sequences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from domain.customers import Customer, WithdrawConsent
from domain.enrolments import (
    CompleteStep,
    EndEnrolment,
    Enrolment,
    StartEnrolment,
    enrolment_id_of,
)
from domain.events import Command
from domain.processes.process import Effect
from domain.sequences import (
    SEQUENCES_ID,
    Beginning,
    DefineSequence,
    Definition,
    StartSequence,
    Wait,
)
from tests.domain.orders import line, pay, refund, to
from tests.domain.world import TAGS, World, agrees, bought, card, told
from tests.examples.facts import CUSTOMER, ORDER
from tests.given import context


def plan(name: str, on: Any, *steps: Any, exits: tuple[Any, ...] = ()) -> list[Command]:
    """A sequence of that name, started."""
    sequence_id = sequence(name)
    definition = Definition(name=name, beginning=Beginning(on=on), steps=steps or (TAGS,), exits=exits)
    return [
        DefineSequence(sequence_id=sequence_id, context=context(f"define {name}"), definition=definition),
        StartSequence(sequence_id=sequence_id, context=context(f"start {name}")),
    ]


def sequence(name: str) -> UUID:
    return uuid5(SEQUENCES_ID, name)


def begin(name: str) -> StartEnrolment:
    return StartEnrolment(
        context=context(f"begin {name}"), sequence_id=sequence(name), sequence_version=1, order_id=ORDER
    )


class TestEnrolOnOrder:
    NAME = "enrol_on_order"

    def test_an_order_begins_each_sequence_that_waits_for_what_happened_to_it(self) -> None:
        happened: dict[str, Callable[[], Command]] = {"pay": pay, "hold": lambda: to("on_hold")}
        for between in permutations(happened):
            world = World().after(*plan("on placed", "placed"), *plan("on paid", "paid"), bought())
            world.after(*(happened[name]() for name in between))
            begun = [facts["sequence_id"] for _, facts in told(world.commands(self.NAME))]
            assert begun == [sequence("on placed"), sequence("on paid")]

    def test_what_happened_before_a_sequence_was_started_begins_nothing(self) -> None:
        late = [replace(one, context=context("late", at=one.context.at + timedelta(1))) for one in plan("late", "paid")]
        assert World().after(bought(), pay(), *late).commands(self.NAME) == []

    def test_an_order_that_is_paid_in_two_parts_begins_once(self) -> None:
        world = World().after(*plan("on paid", "paid"), bought(), pay(500), pay())
        assert [kind for kind, _ in told(world.commands(self.NAME))] == [StartEnrolment]


class TestAdvanceOnStep:
    NAME = "advance_on_step"

    def test_a_step_after_a_wait_is_due_when_the_wait_is_over(self) -> None:
        world = World().after(*plan("thanks", "placed", Wait(minutes=90), TAGS), begin("thanks"))
        enrolment_id = enrolment_id_of(sequence("thanks"), ORDER)
        [effect] = world.effects(self.NAME)
        assert effect.payload == {"enrolment_id": str(enrolment_id), "step": 2}
        assert effect.due_at == world.events[-1].timestamp + timedelta(minutes=90)

    def test_the_end_comes_after_the_last_step(self) -> None:
        enrolment_id = enrolment_id_of(sequence("thanks"), ORDER)
        done = CompleteStep(enrolment_id=enrolment_id, context=context("done"), step=1)
        world = World().after(*plan("thanks", "placed"), begin("thanks"), done)
        assert told(world.commands(self.NAME)) == [
            (EndEnrolment, {"enrolment_id": enrolment_id, "reason": "completed"})
        ]

    def test_an_enrolment_that_has_ended_goes_no_further(self) -> None:
        enrolment_id = enrolment_id_of(sequence("thanks"), ORDER)
        end = EndEnrolment(enrolment_id=enrolment_id, context=context("end"), reason="refunded")
        assert World().after(*plan("thanks", "placed"), begin("thanks"), end).effects(self.NAME) == []


class TestExitOnOrder:
    NAME = "exit_on_order"

    @pytest.mark.parametrize("reason", ["refunded", "cancelled"])
    def test_an_enrolment_ends_where_its_sequence_says_so(self, reason: Any) -> None:
        plans = [*plan("leaves", "placed", exits=(reason,)), *plan("stays", "placed", exits=())]
        happens = [pay(), refund(("1", 1))] if reason == "refunded" else [to("cancelled")]
        world = World().after(*plans, bought(), begin("leaves"), begin("stays"), *happens)
        ended = enrolment_id_of(sequence("leaves"), ORDER)
        assert told(world.commands(self.NAME)) == [(EndEnrolment, {"enrolment_id": ended, "reason": reason})]

    def test_an_order_that_is_held_leaves_nothing(self) -> None:
        world = World().after(*plan("leaves", "placed", exits=("cancelled",)), bought(), begin("leaves"), to("on_hold"))
        assert world.commands(self.NAME) == []

    def test_an_order_that_never_began_has_nothing_to_leave(self) -> None:
        world = World().after(*plan("leaves", "placed", exits=("cancelled",)), bought(line(3)), to("cancelled"))
        assert world.commands(self.NAME) == []
        assert not world.load(Enrolment, enrolment_id_of(sequence("leaves"), ORDER)).exists


class TestExitOnWithdrawal:
    def test_who_withdraws_consent_is_looked_for_once(self) -> None:
        withdraw = WithdrawConsent(customer_id=CUSTOMER, context=context("no more"), source="shop")
        world = World().after(card(), agrees(), withdraw, withdraw)
        look = Effect(kind="sequence.withdrawal", payload={"customer_id": str(CUSTOMER)})
        assert world.effects("exit_on_withdrawal") == [look]
        assert world.load(Customer, CUSTOMER).consent is not None
