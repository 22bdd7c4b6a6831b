"""What follows from what was recorded: given events in some order, then exactly these commands and effects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from domain.customers import EraseCustomer, TagCustomer
from domain.events import Command
from domain.messages import RequestMessage
from domain.orders.payment_links import IssuePaymentLink
from domain.orders.payments import AuthorizePayment, CapturePayment
from domain.orders.provider_payments import RequestCapture, RequestPayment, RequestVoid
from domain.orders.refunds import RequestRefund
from domain.processes import PROCESSES
from domain.processes.process import Effect, Reaction, effect_key
from domain.settings import Shop
from domain.shop import Defaults, TagRule
from tests.domain.orders import add, ask, line, online, pay, placed, refund, ship, to
from tests.domain.world import World, bought, card, told
from tests.examples.facts import CUSTOMER, ORDER
from tests.given import context


class TestMailOnTrackingTold:
    NAME = "mail_on_tracking_told"

    def test_a_parcel_whose_customer_is_to_know_mails_them(self) -> None:
        world = World().after(bought(notify=()), replace(ship(tracking_code="T1"), tells=True))
        [(kind, facts)] = told(world.commands(self.NAME))
        assert kind is RequestMessage
        assert (facts["template"], facts["purpose"], facts["order_id"]) == ("tracking", "tracking", ORDER)
        assert facts["facts"] == {
            "carrier": "DHL",
            "tracking_code": "T1",
            "tracking_url": world.shop.tracking_url("dhl", "T1"),
        }

    def test_a_parcel_alone_mails_nobody(self) -> None:
        assert World().after(bought(notify=()), ship()).commands(self.NAME) == []


class TestMailOnStatus:
    NAME = "mail_on_status"

    def test_an_order_that_is_placed_mails_its_customer(self) -> None:
        world = World().after(bought(notify=("customer",)))
        placing = next(event for event in world.events if event.TOPIC == "order.placed")
        [command] = world.commands(self.NAME)
        message_id = uuid5(placing.metadata.event_id, "mail_on_status/customer")
        fields = {
            "message_id": message_id,
            "template": "status:pending",
            "purpose": "status",
            "order_id": ORDER,
            "customer_id": CUSTOMER,
            "to": None,
            "locale": "en",
            "facts": {},
            "resend_of": None,
        }
        assert told([command]) == [(RequestMessage, fields)]
        assert command.context.actor == "process:mail_on_status"
        assert command.context.at == placing.timestamp

    def test_each_administrator_is_written_to_apart(self) -> None:
        shop = replace(Shop(), administrators=("ada@example.com", "bo@example.com"))
        world = World(shop).after(bought(notify=("administrators",)))
        assert [facts["to"] for _, facts in told(world.commands(self.NAME))] == list(shop.administrators)
        assert len({facts["message_id"] for _, facts in told(world.commands(self.NAME))}) == 2

    def test_administrators_are_sent_a_mail_made_for_them_in_the_shops_language(self) -> None:
        shop = replace(Shop(), administrators=("ada@example.com",), defaults=Defaults(locale="fr"))
        world = World(shop).after(bought(notify=("customer", "administrators"), locale="en"))
        sent = [(facts["template"], facts["purpose"], facts["locale"]) for _, facts in told(world.commands(self.NAME))]
        assert sent == [("status:pending", "status", "en"), ("administrators:pending", "administrators", "fr")]

    def test_what_the_operator_ticks_goes_before_what_the_status_names(self) -> None:
        moved = replace(to("cancelled"), notify=())
        assert World().after(bought(notify=()), moved).commands(self.NAME) == []

    def test_nobody_is_written_to_who_left_no_address(self) -> None:
        assert World().after(placed(notify=("customer",))).commands(self.NAME) == []

    def test_every_move_asks_for_its_own_mail_whatever_comes_between(self) -> None:
        moves = [replace(to(status), notify=("customer",)) for status in ("on_hold", "processing")]
        for between in ([pay()], []):
            world = World().after(bought(notify=()), *between, *moves)
            templates = [facts["template"] for _, facts in told(world.commands(self.NAME))]
            assert templates == ["status:on_hold", "status:processing"]


class TestMailOnMoney:
    NAME = "mail_on_money"

    def sent(self, world: World) -> list[tuple[str, dict[str, str]]]:
        return [(facts["template"], facts["facts"]) for _, facts in told(world.commands(self.NAME))]

    def test_a_payment_received_and_a_refund_made_are_told_to_the_customer(self) -> None:
        world = World().after(bought(notify=()), pay(1_200), pay(), refund(("1", 1)))
        assert self.sent(world) == [
            ("payment-received", {"payment": "1"}),
            ("payment-received", {"payment": "2"}),
            ("refund-made", {"refund": "1"}),
        ]
        ids = [facts["message_id"] for _, facts in told(world.commands(self.NAME))]
        happened = [event for event in world.events if event.TOPIC in ("order.payment-recorded", "order.refunded")]
        assert ids == [uuid5(event.metadata.event_id, "mail_on_money") for event in happened]

    def test_money_that_was_promised_is_told_once_it_came(self) -> None:
        promised = AuthorizePayment(order_id=ORDER, context=context("promise"), method="card", amount=2_000)
        captured = CapturePayment(order_id=ORDER, context=context("capture"), payment="1")
        assert self.sent(World().after(bought(notify=()), promised)) == []
        assert self.sent(World().after(bought(notify=()), promised, captured)) == [
            ("payment-received", {"payment": "1"})
        ]

    @pytest.mark.parametrize(
        ("off", "left"), [("payment_received", ["refund-made"]), ("refund_made", ["payment-received"])]
    )
    def test_each_can_be_switched_off(self, off: str, left: list[str]) -> None:
        shop = Shop(payment_received=off != "payment_received", refund_made=off != "refund_made")
        world = World(shop).after(bought(notify=()), pay(), refund(("1", 1)))
        assert [template for template, _ in self.sent(world)] == left

    def test_goods_in_exchange_and_customers_without_an_address_are_told_nothing(self) -> None:
        assert self.sent(World().after(bought(notify=()), pay(method="exchange", provider="x", reference="1"))) == []
        assert self.sent(World().after(placed(notify=()), pay())) == []


class TestSendOnMessageRequested:
    def test_each_message_is_one_mail_of_its_order(self) -> None:
        message_id = UUID(int=0xA1)
        asked = RequestMessage(
            message_id=message_id,
            context=context("ask"),
            template="status:pending",
            purpose="status",
            order_id=ORDER,
            customer_id=CUSTOMER,
        )
        world = World().after(asked, asked)
        sent = Effect(kind="mail.send", payload={"message_id": str(message_id)}, order_id=ORDER)
        assert world.reactions("send_on_message_requested") == [Reaction(effects=(sent,))]


class TestRefundOnRequested:
    def test_each_refund_is_sent_once_under_a_key_of_its_own(self) -> None:
        shop = replace(Shop(), payment_methods=online())
        paid = pay(method="online", provider="sandbox", reference="ch_1", currency="EUR", amount=2_000)
        asked = [
            RequestRefund(order_id=ORDER, context=context(name), payment="1", goodwill=100) for name in ("one", "two")
        ]
        world = World(shop).after(bought(), paid, *asked)
        effects = world.effects("refund_on_requested")
        assert [effect.kind for effect in effects] == ["refund.send"] * 2
        assert [effect.payload["order_id"] for effect in effects] == [str(ORDER)] * 2
        requested = [event for event in world.events if event.TOPIC == "order.refund-requested"]
        keys = {effect_key(event, "refund_on_requested", one) for event, one in zip(requested, effects, strict=True)}
        assert len(keys) == len({effect.payload["refund"] for effect in effects}) == 2


class TestCollectOnRequested:
    @pytest.mark.parametrize(
        ("request_of_it", "kind"), [(RequestCapture, "payment.capture"), (RequestVoid, "payment.void")]
    )
    def test_what_is_asked_of_a_promised_payment_is_asked_of_its_provider(self, request_of_it: Any, kind: str) -> None:
        shop = replace(Shop(), payment_methods=online())
        facts: dict[str, Any] = {"order_id": ORDER, "currency": "EUR"}
        promise = AuthorizePayment(
            **facts, context=context("promise"), method="online", provider="sandbox", reference="ch_1", amount=2_000
        )
        ask = request_of_it(order_id=ORDER, context=context("ask"), payment="1")
        world = World(shop).after(bought(), promise, ask)
        payload: dict[str, str | int] = {"order_id": str(ORDER), "payment": "1"}
        assert world.effects("collect_on_requested") == [Effect(kind=kind, payload=payload, order_id=ORDER)]

    def test_money_asked_of_a_token_is_taken_by_the_provider(self) -> None:
        shop = replace(Shop(), payment_methods=online())
        ask = RequestPayment(order_id=ORDER, context=context("take"), method="online", token="pm_1", currency="EUR")
        world = World(shop).after(bought(), ask)
        assert [effect.kind for effect in world.effects("collect_on_requested")] == ["payment.take"]


class TestTagOnPurchase:
    NAME = "tag_on_purchase"

    @staticmethod
    def shop(on: Any) -> Shop:
        return replace(Shop(), tag_rules=(TagRule(pattern="CUP-*", tags=("cups",), on=on),))

    def tagging(self) -> list[tuple[Any, ...]]:
        return [(TagCustomer, {"customer_id": CUSTOMER, "tags": ("cups",)})]

    def test_a_rule_on_placed_tags_when_the_order_is_placed(self) -> None:
        assert told(World(self.shop("placed")).after(card(), bought()).commands(self.NAME)) == self.tagging()

    def test_a_rule_on_paid_waits_for_all_of_the_money(self) -> None:
        world = World(self.shop("paid")).after(card(), bought(), pay(500))
        assert world.commands(self.NAME) == []
        assert told(world.after(pay()).commands(self.NAME)) == self.tagging()

    def test_a_card_that_carries_the_tags_gets_none(self) -> None:
        tagged = TagCustomer(customer_id=CUSTOMER, context=context("tag"), tags=("cups",))
        assert World(self.shop("placed")).after(card(), tagged, bought()).commands(self.NAME) == []

    def test_nobody_is_tagged_who_was_forgotten(self) -> None:
        forget = EraseCustomer(customer_id=CUSTOMER, context=context("forget"))
        assert World(self.shop("placed")).after(card(), bought(), forget).commands(self.NAME) == []

    def test_without_rules_nobody_is_tagged(self) -> None:
        assert World().after(card(), bought()).commands(self.NAME) == []


class TestVoidOnChanged:
    NAME = "void_on_changed"

    def world(self) -> World:
        """An order whose customer has a payment link."""
        return World(replace(Shop(), payment_methods=online())).after(bought(line(2)), self.link("first"))

    def link(self, link: str) -> Command:
        return ask(IssuePaymentLink, link=link, expires_at=context().at + timedelta(hours=1), method="online")

    @pytest.mark.parametrize(
        "change",
        [
            lambda self: self.link("second"),
            lambda _: to("cancelled"),
            lambda _: add(1, 500),
            lambda _: pay(100, method="online"),
        ],
        ids=["replaced", "cancelled", "another amount", "paid by hand"],
    )
    def test_a_link_that_no_longer_asks_for_what_is_due_has_its_charges_called_off(self, change: Any) -> None:
        [effect] = self.world().after(change(self)).effects(self.NAME)
        assert (effect.kind, effect.payload, effect.order_id) == (
            "payment.void-charges", {"order_id": str(ORDER)}, ORDER
        )  # fmt: skip

    def test_a_link_that_counts_keeps_its_charges(self) -> None:
        assert self.world().effects(self.NAME) == []

    def test_an_order_without_a_link_has_none_to_call_off(self) -> None:
        assert World().after(bought(), to("cancelled")).effects(self.NAME) == []


class TestClearOnErased:
    def test_whoever_is_forgotten_is_cleared_of_all_that_stands_outside_the_log(self) -> None:
        forget = EraseCustomer(customer_id=CUSTOMER, context=context("forget"))
        [effect] = World().after(card(), forget).effects("clear_on_erased")
        assert (effect.kind, effect.payload["customer_id"]) == ("person.clear", str(CUSTOMER))


def test_every_process_is_tried_here() -> None:
    tried = {
        "mail_on_money", "mail_on_status", "mail_on_tracking_told", "send_on_message_requested", "refund_on_requested",
        "collect_on_requested", "tag_on_purchase", "enrol_on_order", "advance_on_step", "exit_on_order",
        "exit_on_withdrawal", "void_on_changed", "clear_on_erased",
    }  # fmt: skip
    assert tried == PROCESSES.keys()
