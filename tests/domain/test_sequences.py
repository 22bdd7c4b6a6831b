"""Marketing sequences: what may be written, whom they are for, and how an enrolment goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.customers import Customer, GiveConsent, TagCustomer, TakeBillingData, WithdrawConsent
from domain.enrolments import (
    CompleteStep,
    EndEnrolment,
    Enrolment,
    EnrolmentEnded,
    EnrolmentStarted,
    StartEnrolment,
    StepDone,
    exit_reason,
)
from domain.errors import Rejected
from domain.orders.order import Order
from domain.sequences import (
    Beginning,
    CallWebhook,
    DefineSequence,
    Definition,
    Filter,
    PutTags,
    ReviseSequence,
    SendMail,
    Sequence,
    SequenceDefined,
    SequenceNotFound,
    SequenceRevised,
    Sequences,
    SequenceStarted,
    SequenceStopped,
    StartSequence,
    StopSequence,
    Wait,
    following,
)
from domain.sequences.definition import (
    LONGEST_WAIT,
    MailMissing,
    UnknownBeginning,
    UnknownExit,
    UnknownOwner,
    WaitOutOfBounds,
    WaitsForNothing,
    WebhookSecretMissing,
    WrongNumberOfSteps,
    WrongNumberOfTags,
    WrongTotals,
    WrongWebhookAddress,
)
from domain.sequences.matching import matches
from domain.sequences.sequence import SequenceExists, SequenceLoops
from domain.settings import UnknownLocale
from domain.statuses import UnknownStatus
from tests.domain.orders import create, line, pay, placed, refund, to
from tests.examples.facts import ADDRESS, AFTER_SALE, CALLED, CUSTOMER, ENROLMENT, ORDER, SEQUENCE, SIGNED, WORDS
from tests.given import NOW, context, given

OTHER = UUID(int=0x0BE)
MAIL = SendMail(words={"en": WORDS})
SIMPLE = Definition(name="Thanks", beginning=Beginning(on="placed"), steps=(MAIL,))


def define(
    definition: Definition = SIMPLE, sequence_id: UUID = SEQUENCE, secrets: dict[str, str] | None = None
) -> DefineSequence:
    said = context(f"define {sequence_id}")
    return DefineSequence(sequence_id=sequence_id, context=said, definition=definition, secrets=secrets or {})


def revise(definition: Definition, secrets: dict[str, str] | None = None) -> ReviseSequence:
    return ReviseSequence(sequence_id=SEQUENCE, context=context("revise"), definition=definition, secrets=secrets or {})


START = StartSequence(sequence_id=SEQUENCE, context=context("start"))
STOP = StopSequence(sequence_id=SEQUENCE, context=context("stop"))


class TestBook:
    def test_a_sequence_is_written_once_and_does_nothing_yet(self) -> None:
        book = given(Sequences).when(define()).then(SequenceDefined)
        assert book.find(SEQUENCE).version == 1
        assert book.running(NOW) == ()
        given(Sequences, define()).when(define()).then_nothing()
        given(Sequences, define()).when(define(replace(SIMPLE, name="Other"))).then_refused(SequenceExists)

    def test_it_starts_and_stops_once(self) -> None:
        book = given(Sequences, define()).when(START).then(SequenceStarted)
        assert [one.id for one in book.running(NOW)] == [SEQUENCE]
        assert book.running(NOW - timedelta(seconds=1)) == ()
        given(Sequences, define(), START).when(START).then_nothing()
        given(Sequences, define(), START).when(STOP).then(SequenceStopped)
        given(Sequences, define()).when(STOP).then_nothing()
        given(Sequences).when(START).then_refused(SequenceNotFound)

    def test_a_change_is_a_new_version_and_the_old_one_is_kept(self) -> None:
        changed = replace(SIMPLE, name="Many thanks")
        book = given(Sequences, define()).when(revise(changed)).then((SequenceRevised, {"version": 2}))
        assert book.definition(SEQUENCE, 1) == SIMPLE
        assert book.definition(SEQUENCE, 2) == changed
        given(Sequences, define()).when(revise(SIMPLE)).then_nothing()

    def test_a_webhook_needs_a_secret_and_keeps_the_one_it_has(self) -> None:
        given(Sequences).when(define(AFTER_SALE)).then_refused(WebhookSecretMissing)
        given(Sequences).when(define(AFTER_SALE, secrets={CALLED: "short"})).then_refused(WebhookSecretMissing)
        book = (
            given(Sequences, define(AFTER_SALE, secrets=SIGNED))
            .when(revise(replace(AFTER_SALE, name="Later")))
            .then(SequenceRevised)
        )
        assert book.secrets == SIGNED

    def test_another_secret_is_no_new_version(self) -> None:
        new = {CALLED: "another secret of the tests"}
        book = (
            given(Sequences, define(AFTER_SALE, secrets=SIGNED))
            .when(revise(AFTER_SALE, new))
            .then((SequenceRevised, {"version": 1}))
        )
        assert book.secrets == new
        assert book.find(SEQUENCE).version == 1

    def test_a_sequence_that_feeds_itself_is_refused(self) -> None:
        own = replace(SIMPLE, filter=Filter(tag="vip"), steps=(PutTags(owner="customer", tags=("vip",)),))
        given(Sequences).when(define(own)).then_refused(SequenceLoops, circle="Thanks")

    def test_sequences_that_feed_each_other_are_refused(self) -> None:
        gives = replace(SIMPLE, name="A", filter=Filter(tag="b"), steps=(PutTags(owner="order", tags=("a",)),))
        back = replace(SIMPLE, name="B", filter=Filter(tag="a"), steps=(PutTags(owner="customer", tags=("b",)),))
        given(Sequences, define(gives)).when(define(back, OTHER)).then_refused(SequenceLoops, circle="B, A")
        given(Sequences, define(gives)).when(define(replace(back, filter=Filter(tag="c")), OTHER)).then(SequenceDefined)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"beginning": Beginning(on="shipped")}, UnknownBeginning),
        ({"beginning": Beginning(on="status", status="nowhere")}, UnknownStatus),
        ({"filter": Filter(total_min=100)}, WrongTotals),
        ({"filter": Filter(currency="EUR", total_min=200, total_max=100)}, WrongTotals),
        ({"filter": Filter(currency="EUR", total_max=-1)}, WrongTotals),
        ({"steps": ()}, WrongNumberOfSteps),
        ({"steps": (MAIL,) * 31}, WrongNumberOfSteps),
        ({"steps": (MAIL, Wait(minutes=5))}, WaitsForNothing),
        ({"steps": (Wait(minutes=0), MAIL)}, WaitOutOfBounds),
        ({"steps": (Wait(minutes=LONGEST_WAIT), Wait(minutes=1), MAIL)}, WaitOutOfBounds),
        ({"steps": (SendMail(words={}),)}, MailMissing),
        ({"steps": (SendMail(words={"xx": WORDS}),)}, UnknownLocale),
        ({"steps": (PutTags(owner="shop", tags=("a",)),)}, UnknownOwner),
        ({"steps": (PutTags(owner="order", tags=()),)}, WrongNumberOfTags),
        ({"steps": (CallWebhook(url="ftp://example.com"),)}, WrongWebhookAddress),
        ({"steps": (CallWebhook(url="https://a:b@example.com"),)}, WrongWebhookAddress),
        ({"steps": (CallWebhook(url="https://example.com:99999"),)}, WrongWebhookAddress),
        ({"exits": ("bored",)}, UnknownExit),
    ],
)
def test_a_sequence_that_could_not_run_is_refused(change: dict[str, Any], error: type[Rejected]) -> None:
    given(Sequences).when(define(replace(SIMPLE, **change))).then_refused(error)


def test_the_next_step_comes_after_all_waits_before_it() -> None:
    definition = replace(SIMPLE, steps=(Wait(minutes=5), Wait(minutes=60), MAIL, MAIL))
    assert following(definition, 0) == (3, 65)
    assert following(definition, 3) == (4, 0)
    assert following(definition, 4) is None


BILLED = TakeBillingData(customer_id=CUSTOMER, context=context("card"), order_id=ORDER, billing=ADDRESS)
AGREED = GiveConsent(customer_id=CUSTOMER, context=context("yes"), proof="I agree", source="shop")
LEFT = WithdrawConsent(customer_id=CUSTOMER, context=context("no"), source="telephone")
TAGGED = TagCustomer(customer_id=CUSTOMER, context=context("tag"), tags=("vip",))


def order_after(*commands: Any) -> tuple[Any, Order]:
    """The last event of an order, and the order after it."""
    outcome = given(Order, *commands[:-1]).when(commands[-1])
    if outcome.refusal:
        raise outcome.refusal
    return outcome.events[-1], outcome.aggregate


def customer_after(*commands: Any) -> Customer:
    customer: Customer = given(Customer, *commands[:-1]).when(commands[-1]).aggregate
    return customer


def begun(definition: Definition, *commands: Any, customer: Customer | None = None) -> list[str]:
    """What becomes of the sequence after these commands to an order."""
    sequence = Sequence(id=SEQUENCE, versions=(definition,), started_at=NOW, created_at=NOW, changed_at=NOW)
    event, order = order_after(*commands)
    return [match.verdict for match in matches((sequence,), event, order, customer)]


class TestWhomItIsFor:
    HOOK = replace(SIMPLE, steps=(CallWebhook(url=CALLED),))

    def test_placing_begins_it(self) -> None:
        assert begun(self.HOOK, placed()) == ["enrolled"]
        assert begun(self.HOOK, placed(), to("processing")) == []
        assert begun(self.HOOK, create(), to("pending")) == ["enrolled"]

    def test_a_status_begins_it(self) -> None:
        at_work = replace(self.HOOK, beginning=Beginning(on="status", status="processing"))
        assert begun(at_work, placed(), to("processing")) == ["enrolled"]
        assert begun(at_work, placed()) == []

    def test_the_payment_that_completes_it_begins_it_once(self) -> None:
        paid = replace(self.HOOK, beginning=Beginning(on="paid"))
        assert begun(paid, placed(), pay(500)) == []
        assert begun(paid, placed(), pay(500), pay(1_500, called="rest")) == ["enrolled"]
        assert begun(paid, placed(), pay(2_000), pay(10, called="more")) == []
        assert begun(paid, placed(line(unit_price=0))) == ["enrolled"]

    def test_mail_needs_consent(self) -> None:
        assert begun(SIMPLE, placed()) == ["no-consent"]
        assert begun(SIMPLE, placed(), customer=customer_after(BILLED)) == ["no-consent"]
        assert begun(SIMPLE, placed(), customer=customer_after(BILLED, AGREED)) == ["enrolled"]
        assert begun(SIMPLE, placed(), customer=customer_after(BILLED, AGREED, LEFT)) == ["no-consent"]

    @pytest.mark.parametrize(
        ("told", "passes"),
        [
            (Filter(tag="vip"), True),
            (Filter(tag="gift"), True),
            (Filter(tag="other"), False),
            (Filter(source="shop"), True),
            (Filter(source="fair"), False),
            (Filter(sku="CUP-*"), True),
            (Filter(sku="*-1"), True),
            (Filter(sku="CUP"), False),
            (Filter(sku="CUP.1"), False),
            (Filter(first_order=True), True),
            (Filter(currency="EUR", total_min=2_000, total_max=2_000), True),
            (Filter(currency="EUR", total_min=2_001), False),
            (Filter(currency="EUR", total_max=1_999), False),
            (Filter(currency="USD", total_min=1), False),
        ],
    )
    def test_a_filter_lets_pass_what_it_tells(self, told: Filter, passes: bool) -> None:
        customer = customer_after(BILLED, TAGGED)
        commands = (placed(tags=("gift",), source="shop"),)
        assert begun(replace(self.HOOK, filter=told), *commands, customer=customer) == ["enrolled"] * passes


ENROL = StartEnrolment(
    sequence_id=SEQUENCE, context=context("enrol"), sequence_version=1, order_id=ORDER, customer_id=CUSTOMER
)


def done(step: int) -> CompleteStep:
    return CompleteStep(enrolment_id=ENROLMENT, context=context(f"step {step}"), step=step)


END = EndEnrolment(enrolment_id=ENROLMENT, context=context("end"), reason="completed")


class TestEnrolment:
    def test_an_order_is_in_a_sequence_at_most_once(self) -> None:
        given(Enrolment).when(ENROL).then(EnrolmentStarted)
        given(Enrolment, ENROL).when(replace(ENROL, context=context("again"), sequence_version=2)).then_nothing()
        given(Enrolment, ENROL, END).when(replace(ENROL, context=context("again"))).then_nothing()

    def test_a_step_counts_once_and_never_after_the_end(self) -> None:
        given(Enrolment, ENROL).when(done(2)).then((StepDone, {"step": 2, "outcome": "done"}))
        given(Enrolment, ENROL, done(2)).when(done(2)).then_nothing()
        given(Enrolment, ENROL, done(3)).when(done(2)).then_nothing()
        given(Enrolment, ENROL, END).when(done(2)).then_nothing()

    def test_it_ends_once(self) -> None:
        given(Enrolment, ENROL).when(END).then((EnrolmentEnded, {"reason": "completed"}))
        given(Enrolment, ENROL, END).when(replace(END, reason="refunded")).then_nothing()

    def test_an_order_leaves_for_the_reasons_that_the_sequence_tells(self) -> None:
        agreed = customer_after(BILLED, AGREED)
        _, bought = order_after(placed(), pay())
        assert exit_reason(SIMPLE, bought, agreed) is None
        assert exit_reason(SIMPLE, bought, customer_after(BILLED, AGREED, LEFT)) == "unsubscribed"
        _, refunded = order_after(placed(), pay(), refund(goodwill=100))
        assert exit_reason(SIMPLE, refunded, agreed) == "refunded"
        assert exit_reason(replace(SIMPLE, exits=("cancelled",)), refunded, agreed) is None
        _, cancelled = order_after(placed(), to("cancelled"))
        assert exit_reason(SIMPLE, cancelled, agreed) == "cancelled"
