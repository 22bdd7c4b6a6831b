"""Messages: asked for once, written once, and ending once."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from domain.customers import BadEmail
from domain.events import Command
from domain.messages import (
    ConfirmSent,
    DoubtMessage,
    KeepMessage,
    Message,
    MessageBounced,
    MessageForNobody,
    MessageKept,
    MessageNotSent,
    MessageRefused,
    MessageRendered,
    MessageRequested,
    MessageSent,
    MessageUncertain,
    MessageUnderWay,
    RefuseMessage,
    ReportBounce,
    RequestMessage,
    StoreCopy,
    TooManyFacts,
    require_settled,
)
from domain.settings import UnknownLocale
from tests.examples.facts import COPY, CUSTOMER, MESSAGE, ORDER
from tests.given import context, given

NOW = context("message")
ASK = RequestMessage(
    message_id=MESSAGE, context=NOW, template="status:pending", purpose="status", order_id=ORDER, customer_id=CUSTOMER
)
WRITE = StoreCopy(message_id=MESSAGE, context=NOW, copy=COPY)
SENT = ConfirmSent(message_id=MESSAGE, context=NOW)
DOUBT = DoubtMessage(message_id=MESSAGE, context=NOW)
BOUNCE = ReportBounce(message_id=MESSAGE, context=NOW, code="5.2.2")
ENDS: list[tuple[Command, Any]] = [
    (SENT, MessageSent),
    (KeepMessage(message_id=MESSAGE, context=NOW), MessageKept),
    (RefuseMessage(message_id=MESSAGE, context=NOW, code="550", reply="no"), MessageRefused),
]


class TestAsking:
    def test_it_is_asked_for_once_in_the_shops_language_and_is_the_customers(self) -> None:
        message = given(Message).when(ASK).then((MessageRequested, {"locale": "en", "to": None}))
        assert (message.subject, message.state) == (CUSTOMER, "requested")
        given(Message, ASK).when(ASK).then_nothing()

    def test_an_order_without_a_customer_keeps_its_messages_itself(self) -> None:
        assert given(Message).when(replace(ASK, customer_id=None)).aggregate.subject == ORDER

    @pytest.mark.parametrize(
        ("facts", "error"),
        [
            ({"order_id": None, "customer_id": None}, MessageForNobody),
            ({"to": "nora\r\nBcc: eve@example.com"}, BadEmail),
            ({"locale": "tlh"}, UnknownLocale),
            ({"facts": {str(number): "" for number in range(51)}}, TooManyFacts),
        ],
    )
    def test_what_could_not_be_sent_is_refused(self, facts: dict[str, Any], error: Any) -> None:
        given(Message).when(replace(ASK, **facts)).then_refused(error)


class TestEnding:
    def test_the_copy_is_kept_once(self) -> None:
        message = given(Message, ASK).when(WRITE).then(MessageRendered)
        assert message.copy == COPY
        given(Message, ASK, WRITE).when(replace(WRITE, copy=replace(COPY, text="other"))).then_nothing()

    @pytest.mark.parametrize(("command", "event"), ENDS)
    def test_it_ends_once(self, command: Command, event: Any) -> None:
        given(Message, ASK, WRITE).when(command).then(event)
        given(Message, ASK, WRITE, DOUBT).when(command).then(event)
        for other, _ in ENDS:
            given(Message, ASK, WRITE, command).when(other).then_nothing()
        given(Message, ASK, WRITE, command).when(DOUBT).then_nothing()

    def test_nobody_may_know_whether_it_left(self) -> None:
        given(Message, ASK, WRITE).when(DOUBT).then(MessageUncertain)
        given(Message, ASK, WRITE, DOUBT).when(DOUBT).then_nothing()

    def test_what_left_can_come_back_once(self) -> None:
        given(Message, ASK, WRITE, SENT).when(BOUNCE).then((MessageBounced, {"code": "5.2.2"}))
        given(Message, ASK, WRITE, SENT, BOUNCE).when(BOUNCE).then_nothing()
        given(Message, ASK, WRITE).when(BOUNCE).then_refused(MessageNotSent, state="rendered")

    def test_it_is_sent_again_only_once_it_has_ended(self) -> None:
        with pytest.raises(MessageUnderWay):
            require_settled(given(Message, ASK).when(WRITE).aggregate)
        require_settled(given(Message, ASK, WRITE).when(SENT).aggregate)
