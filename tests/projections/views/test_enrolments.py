"""The list of enrolments."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.enrolments import CompleteStep, EndEnrolment, StartEnrolment, enrolment_id_of
from projections.views.enrolments import EnrolmentFilters, EnrolmentHead, count_enrolments, list_enrolments
from tests.projections.showing import Showing, at, id_of, minutes

SEQUENCE, OTHER = id_of("thanks"), id_of("other")


def start(order: str, number: float = 0, sequence_id: UUID = SEQUENCE, customer: str = "nora") -> StartEnrolment:
    return StartEnrolment(
        sequence_id=sequence_id,
        context=at(minutes(number), command=f"start {order}"),
        sequence_version=2,
        order_id=id_of(order),
        customer_id=id_of(customer),
    )


def step(order: str, number: int) -> CompleteStep:
    enrolment_id = enrolment_id_of(SEQUENCE, id_of(order))
    return CompleteStep(enrolment_id=enrolment_id, context=at(minutes(5), command=f"{order} {number}"), step=number)


def end(order: str) -> EndEnrolment:
    enrolment_id = enrolment_id_of(SEQUENCE, id_of(order))
    return EndEnrolment(enrolment_id=enrolment_id, context=at(minutes(9), command=f"end {order}"), reason="refunded")


def heads(shown: Showing, **filters: UUID | str) -> list[EnrolmentHead]:
    return list_enrolments(shown.connection, EnrolmentFilters(**filters)).items  # type: ignore[arg-type]


@pytest.mark.parametrize("batch", [1, 500])
def test_an_enrolment_shows_how_far_it_came_and_how_it_ended(shown: Showing, batch: int) -> None:
    shown.happen(start("C1"), start("C2", 1), step("C1", 1), step("C1", 3), end("C2"))
    shown.show(batch)
    second, first = heads(shown)
    assert (first.state, first.step, first.outcome, first.sequence_version) == ("under_way", 3, "done", 2)
    assert (first.changed_at, first.ended_at) == (minutes(5), None)
    assert (second.state, second.step, second.outcome, second.ended_at) == ("refunded", 0, "", minutes(9))


def test_enrolments_are_found_by_sequence_order_customer_and_state(shown: Showing) -> None:
    shown.happen(start("C1"), start("C2", customer="bo"), start("C1", 2, OTHER), end("C1"))
    shown.show()
    assert {head.order_id for head in heads(shown, sequence_id=SEQUENCE)} == {id_of("C1"), id_of("C2")}
    assert len(heads(shown, order_id=id_of("C1"))) == 2
    assert [head.order_id for head in heads(shown, customer_id=id_of("bo"))] == [id_of("C2")]
    assert [head.sequence_id for head in heads(shown, state="refunded")] == [SEQUENCE]
    assert count_enrolments(shown.connection, EnrolmentFilters(state="under_way")) == 2
