"""Webhook endpoints are told in order, at least once, each by itself, signed, and no more than they may be told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jsonschema_rs
import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from domain.addresses import Address
from domain.customers import EraseCustomer
from domain.events import Command
from domain.orders.creation import CreateOrder
from domain.orders.order import Order
from domain.webhook_endpoints import (
    ChangeWebhookEndpoint,
    DefineWebhookEndpoint,
    RemoveWebhookEndpoint,
    ReplayWebhooks,
    RotateWebhookSecret,
    WebhookTerms,
)
from projections.published.asyncapi import document
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.work import webhook_endpoints as work
from projections.work.webhook_endpoints import Delivery, EndpointRow
from tests.fixtures_api import context_of
from tests.setup.running import ROOT
from tests.workers.receivers import Received, Receiver, receiving
from tests.workers.working import eventually, working
from workers.webhook_endpoints import calls, sending

Patch = pytest.MonkeyPatch
NORA = Address(name="Nora Example", line1="12 Invented Street", city="Paris", country="FR", email="nora@example.com")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: Patch) -> None:
    """Nobody waits for seconds here."""
    monkeypatch.setattr(calls, "FIRST_PAUSE", timedelta(milliseconds=20))
    monkeypatch.setattr(calls, "LONGEST_PAUSE", timedelta(milliseconds=50))
    monkeypatch.setattr(sending, "LOOK", 0.05)
    monkeypatch.setattr(sending, "STAND_BY", 0.1)


@pytest.fixture
def trusting(settings: Settings) -> Iterator[Runtime]:
    """An installation that may call private addresses."""
    told = Settings(database_url=settings.database_url, secret_key=settings.secret_key, webhooks_private=True)
    with open_runtime(told) as opened:
        yield opened


def endpoint(runtime: Runtime, receiver: Receiver | str, **terms: Any) -> tuple[UUID, str]:
    """An endpoint that is told from now on; gives its id and its secret."""
    url = receiver if isinstance(receiver, str) else receiver.url
    command = DefineWebhookEndpoint(endpoint_id=uuid4(), context=context_of(), terms=WebhookTerms(url=url, **terms))
    secret = work.new_secret()
    keys = runtime.log.keys
    runtime.desk.handle(command, beside=lambda session, made: work.add(session, keys, made, secret, "tests"))
    return command.endpoint_id, secret


def order(runtime: Runtime, **facts: Any) -> UUID:
    """An order, and its id."""
    order_id = uuid4()
    runtime.desk.handle(CreateOrder(order_id=order_id, context=context_of(), currency="EUR", **facts))
    return order_id


def row(runtime: Runtime, endpoint_id: UUID) -> EndpointRow:
    with runtime.reading() as connection:
        found = work.find(connection, endpoint_id)
    assert found is not None
    return found


def deliveries(runtime: Runtime, endpoint_id: UUID) -> list[Delivery]:
    """What became of its calls, the oldest event first."""
    with runtime.reading() as connection:
        return list(reversed(work.deliveries(connection, endpoint_id, None, 2**62, 1_000)))


def told(receiver: Receiver, count: int) -> list[Received]:
    eventually(lambda: len(receiver.calls) >= count, f"{count} calls; there were {receiver.positions}")
    return receiver.calls[:count]


def handle(runtime: Runtime, command: Command, beside: Any) -> None:
    runtime.desk.handle(command, beside=beside)


def test_events_come_in_order_signed_with_their_place_in_stream_and_log(trusting: Runtime) -> None:
    with receiving() as receiver, working(trusting):
        _, secret = endpoint(trusting, receiver, topics=("order.created", "order.tagged"))
        head = trusting.log.head()
        first, second = order(trusting, tags=("red",)), order(trusting)
        found = told(receiver, 3)
    assert [(call.told["type"], call.told["stream"]) for call in found] == [
        ("order.created", str(first)), ("order.tagged", str(first)), ("order.created", str(second)),
    ]  # fmt: skip
    assert receiver.positions == sorted(receiver.positions)
    assert receiver.positions[0] == head + 1
    for call in found:
        assert call.is_signed_with(secret)
        event = call.told["data"]["event"]
        assert call.told["sequence"] == event["originator_version"]
        assert call.message_id == event["metadata"]["event_id"]
        assert call.told["epoch"] == trusting.log.epoch().id


def test_a_call_is_what_asyncapi_says(trusting: Runtime) -> None:
    told_of = document()["components"]
    with receiving() as receiver, working(trusting):
        endpoint(trusting, receiver)
        order(trusting, billing_address=NORA, tags=("red",))
        found = told(receiver, 5)
    for call in found:
        message = told_of["messages"][call.told["type"].replace(".", "-") + "-webhook"]
        payload = {**message["payload"], "components": {"schemas": told_of["schemas"]}}
        validator = jsonschema_rs.validator_for(payload)
        assert [str(fault) for fault in validator.iter_errors(call.told)] == []
        assert not validator.is_valid({**call.told, "sequence": "1"})
        assert set(message["headers"]["required"]) <= set(call.headers)


def test_a_call_that_fails_is_made_again_before_what_comes_after_it(trusting: Runtime) -> None:
    statuses = iter([503, 429, 500])
    with receiving(lambda _: next(statuses, 200)) as receiver, working(trusting):
        endpoint_id, _ = endpoint(trusting, receiver, topics=("order.created",))
        order(trusting), order(trusting)
        found = told(receiver, 5)
        eventually(lambda: len(deliveries(trusting, endpoint_id)) == 2, "both are noted")
        noted = deliveries(trusting, endpoint_id)
    assert [call.message_id for call in found[:3]] == [found[0].message_id] * 3
    assert found[3].message_id == found[0].message_id != found[4].message_id
    assert [(one.state, one.attempts, one.status) for one in noted] == [("delivered", 4, 200), ("delivered", 1, 200)]


def test_calls_go_by_one_connection_and_one_that_was_let_go_is_no_failed_attempt(trusting: Runtime) -> None:
    with receiving() as receiver, working(trusting):
        endpoint_id, _ = endpoint(trusting, receiver, topics=("order.created",))
        for _ in range(3):
            order(trusting)
        assert len({call.client for call in told(receiver, 3)}) == 1
        receiver.hangs_up = True
        for count in range(4, 7):
            order(trusting)
            told(receiver, count)
        eventually(lambda: len(deliveries(trusting, endpoint_id)) == 6, "all are noted")
        assert {one.attempts for one in deliveries(trusting, endpoint_id)} == {1}
    assert len(receiver.calls) == 6
    assert len({call.client for call in receiver.calls}) == 3


def test_a_slow_endpoint_and_one_that_fails_hold_up_no_other(trusting: Runtime) -> None:
    with receiving() as slow, receiving(lambda _: 500) as failing, receiving() as quick, working(trusting):
        slow.gate.clear()
        for receiver in (slow, failing, quick):
            endpoint(trusting, receiver, topics=("order.created",))
        for _ in range(20):
            order(trusting)
        assert len(told(quick, 20)) == 20
        assert len(slow.calls) == 1
        assert len(set(failing.positions)) == 1
        slow.gate.set()


def test_two_secrets_are_valid_while_one_takes_the_others_place(trusting: Runtime) -> None:
    keys = trusting.log.keys
    with receiving() as receiver, working(trusting):
        endpoint_id, old = endpoint(trusting, receiver, topics=("order.created",))
        for keep in (1, 0):
            new = work.new_secret()
            command = RotateWebhookSecret(endpoint_id=endpoint_id, context=context_of(), keep_hours=keep)
            hours = timedelta(hours=keep)
            handle(trusting, command, lambda session, made, n=new, h=hours: work.rotate(session, keys, made, n, h))
            order(trusting)
            call = told(receiver, 2 - keep)[-1]
            assert call.is_signed_with(new)
            if keep:
                assert call.is_signed_with(old)
            else:
                with pytest.raises(WebhookVerificationError):
                    call.is_signed_with(old)
            old = new


def test_it_is_told_again_from_a_position_under_the_same_ids(trusting: Runtime) -> None:
    with receiving() as receiver, working(trusting):
        endpoint_id, _ = endpoint(trusting, receiver, topics=("order.created",))
        for _ in range(3):
            order(trusting)
        first = told(receiver, 3)
        command = ReplayWebhooks(endpoint_id=endpoint_id, context=context_of(), after=first[0].told["position"])
        handle(trusting, command, lambda session, made: work.replay(session, made, command.after))
        again = told(receiver, 5)[3:]
    assert [call.message_id for call in again] == [call.message_id for call in first[1:]]


def test_a_worker_killed_in_the_middle_of_a_call_makes_it_again_under_the_same_id(trusting: Runtime) -> None:
    variables = os.environ | {
        "CARNET_DATABASE_URL": trusting.settings.database_url,
        "CARNET_SECRET_KEY": trusting.settings.secret_key,
        "CARNET_WEBHOOKS_PRIVATE": "true",
    }
    with receiving() as receiver:
        endpoint(trusting, receiver, topics=("order.created",))
        for _ in range(3):
            order(trusting)
        receiver.gate.clear()
        worker = subprocess.Popen((sys.executable, "-m", "scripts.cli", "worker"), cwd=ROOT, env=variables)
        told(receiver, 1)
        worker.kill()
        worker.wait(30)
        receiver.gate.set()
        with working(trusting):
            found = told(receiver, 4)
    assert found[0].message_id == found[1].message_id
    assert len({call.message_id for call in found}) == 3
    assert receiver.positions == sorted(receiver.positions)


def test_what_is_of_persons_goes_to_who_may_have_it_alone(trusting: Runtime) -> None:
    topics = ("order.customer-assigned", "order.billing-address-changed")
    with receiving() as without, receiving() as with_it, working(trusting):
        endpoint(trusting, without, topics=topics)
        endpoint(trusting, with_it, topics=topics, personal=True)
        order(trusting, billing_address=NORA)
        left_out, whole = told(without, 2), told(with_it, 2)
    events = [call.told["data"]["event"] for call in left_out]
    assert [events[0]["name"], events[1]["address"]] == [{"withheld": True}] * 2
    assert b"Nora" not in left_out[0].body + left_out[1].body
    assert whole[0].told["data"]["event"]["email"] == "nora@example.com"
    assert whole[1].told["data"]["event"]["address"]["city"] == "Paris"


def test_what_is_of_a_forgotten_person_reads_erased(trusting: Runtime) -> None:
    with receiving() as receiver:
        endpoint(trusting, receiver, topics=("order.customer-assigned",), personal=True)
        order_id = order(trusting, billing_address=NORA)
        customer_id = trusting.log.load(Order, order_id).customer_id
        assert customer_id is not None
        trusting.desk.handle(EraseCustomer(customer_id=customer_id, context=context_of()))
        trusting.log.erase(customer_id)
        with working(trusting):
            [call] = told(receiver, 1)
    assert call.told["data"]["event"]["name"] == {"erased": True}


def test_an_event_that_is_refused_is_passed_over(trusting: Runtime) -> None:
    statuses = iter([422])
    with receiving(lambda _: next(statuses, 200)) as receiver, working(trusting):
        endpoint_id, _ = endpoint(trusting, receiver, topics=("order.created",))
        order(trusting), order(trusting)
        told(receiver, 2)
        eventually(lambda: len(deliveries(trusting, endpoint_id)) == 2, "both are noted")
        noted = deliveries(trusting, endpoint_id)
    assert [(one.state, one.error, one.answer) for one in noted] == [
        ("refused", "answered-422", "no thank you"), ("delivered", None, None),
    ]  # fmt: skip


def test_an_endpoint_that_is_gone_is_stopped_until_it_is_changed(trusting: Runtime) -> None:
    with receiving(lambda _: 410) as receiver, working(trusting):
        endpoint_id, _ = endpoint(trusting, receiver, topics=("order.created",))
        order(trusting), order(trusting)
        eventually(lambda: row(trusting, endpoint_id).stopped == "answered-410", "it is stopped")
        assert len(receiver.calls) == 1
        receiver.answer = lambda _: 200
        terms = WebhookTerms(url=receiver.url, topics=("order.created",), description="it is back")
        command = ChangeWebhookEndpoint(endpoint_id=endpoint_id, context=context_of(), terms=terms)
        handle(trusting, command, work.change)
        assert len({call.message_id for call in told(receiver, 3)}) == 2


def test_an_endpoint_that_never_answers_is_given_up_and_nothing_is_lost(trusting: Runtime, monkeypatch: Patch) -> None:
    monkeypatch.setattr(calls, "ATTEMPTS", 3)
    with receiving(lambda _: 500) as receiver, working(trusting):
        endpoint_id, _ = endpoint(trusting, receiver, topics=("order.created",))
        position = row(trusting, endpoint_id).position
        order(trusting)
        eventually(lambda: row(trusting, endpoint_id).stopped == "answered-500", "it is given up")
        assert len(receiver.calls) == 3
        assert [one.state for one in deliveries(trusting, endpoint_id)] == ["failed"]
        assert row(trusting, endpoint_id).position >= position
        receiver.answer = lambda _: 200
        command = ReplayWebhooks(endpoint_id=endpoint_id, context=context_of(), after=position)
        handle(trusting, command, lambda session, made: work.replay(session, made, position))
        told(receiver, 4)
        eventually(lambda: deliveries(trusting, endpoint_id)[0].state == "delivered", "it is told after all")


def test_a_private_address_is_not_called(runtime: Runtime) -> None:
    with receiving() as receiver, working(runtime):
        endpoint_id, _ = endpoint(runtime, receiver, topics=("order.created",))
        order(runtime)
        eventually(lambda: row(runtime, endpoint_id).trouble == "private-address", "it says what is wrong")
        assert receiver.calls == []


def test_one_that_is_removed_is_called_no_more(trusting: Runtime) -> None:
    with receiving() as receiver, receiving() as other, working(trusting):
        endpoint_id, _ = endpoint(trusting, receiver, topics=("order.created",))
        endpoint(trusting, other, topics=("order.created",))
        order(trusting)
        told(receiver, 1)
        handle(trusting, RemoveWebhookEndpoint(endpoint_id=endpoint_id, context=context_of()), work.remove)
        order(trusting)
        told(other, 2)
    assert len(receiver.calls) == 1


def test_the_rests_between_attempts_grow_to_six_hours(monkeypatch: Patch) -> None:
    monkeypatch.undo()
    rests = [calls.pause_after(attempt).total_seconds() for attempt in range(1, calls.ATTEMPTS)]
    assert rests[:4] == [5, 20, 80, 320]
    assert max(rests) == rests[-1] == 6 * 3600
    assert timedelta(days=3) < timedelta(seconds=sum(rests)) < timedelta(days=5)
