"""The desk: one transaction for each command, decided anew when others were quicker."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.addresses import Address
from domain.coupons import Coupon, CreateCoupon, coupon_id_of
from domain.coupons.rules import CouponRules
from domain.customers import Customer
from domain.errors import StaleVersion
from domain.orders.creation import CreateOrder
from domain.orders.details import SetSource
from domain.orders.lines import NewItem
from domain.orders.moves import ChangeStatus
from domain.orders.notes import AddNote
from domain.orders.order import Order, OrderNotFound
from domain.settings import DefineStatus
from domain.statuses import MerchantStatus
from projections.log import Answer, RequestKey, Session, VersionConflict
from projections.runtime import Runtime
from tests.fixtures_api import context_of

NORA = Address(name="Nora Example", email="nora@example.com")
CUPS = (NewItem(sku="CUP-1", name="Blue cup", quantity=2, unit_price=1_000),)


def new_order(**facts: Any) -> CreateOrder:
    told: dict[str, Any] = {"billing_address": NORA, "items": CUPS, "currency": "EUR"}
    return CreateOrder(order_id=uuid4(), context=context_of(), **(told | facts))


def stored(runtime: Runtime, **facts: Any) -> Order:
    order: Order = runtime.desk.handle(new_order(**facts)).aggregate
    return order


def set_source(order: Order, source: str) -> SetSource:
    return SetSource(order_id=order.id, context=context_of(), source=source)


def test_a_command_is_stored_and_tells_where_the_log_ends(runtime: Runtime) -> None:
    outcome = runtime.desk.handle(new_order())
    assert outcome.position == runtime.log.head()
    assert runtime.log.load(Order, outcome.aggregate.id).version == outcome.aggregate.version


def test_an_order_and_its_card_are_stored_in_one_stroke(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(runtime.log.recorder, "append", refuse)
        with pytest.raises(RuntimeError):
            stored(runtime)
    with runtime.reading() as connection:
        left = "SELECT (SELECT count(*) FROM log.directory) + (SELECT count(*) FROM log.subject_keys)"
        assert connection.execute(left).fetchone() == (0,)
    assert runtime.log.head() == 0


def test_an_expected_version_that_is_gone_is_refused(runtime: Runtime) -> None:
    order = stored(runtime)
    runtime.desk.handle(set_source(order, "shop"), expected_version=order.version)
    with pytest.raises(StaleVersion) as caught:
        runtime.desk.handle(set_source(order, "fair"), expected_version=order.version)
    assert caught.value.details == {"expected": order.version, "actual": order.version + 1}


def test_a_decision_that_was_overtaken_is_made_anew(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    order = stored(runtime)
    commit = Session.commit
    overtaken: list[bool] = []

    def slow(session: Session, answer: Answer | None = None) -> int:
        if not overtaken:
            overtaken.append(True)
            runtime.desk.handle(set_source(order, "shop"))
        return commit(session, answer)

    monkeypatch.setattr(Session, "commit", slow)
    outcome = runtime.desk.handle(AddNote(order_id=order.id, context=context_of(), text="Call back"))
    assert outcome.aggregate.version == order.version + 2
    assert (outcome.aggregate.source, len(outcome.aggregate.notes)) == ("shop", 1)


def test_one_that_is_always_overtaken_gives_up(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    order, tries = stored(runtime), []

    def never(*_: Any) -> int:
        tries.append(True)
        raise VersionConflict

    monkeypatch.setattr(Session, "commit", never)
    with pytest.raises(VersionConflict):
        runtime.desk.handle(set_source(order, "shop"))
    assert len(tries) == 20


def test_a_request_that_ran_is_answered_from_memory(runtime: Runtime) -> None:
    request = RequestKey("key", "token:tests", b"asked")
    rendered: list[UUID] = []

    def render(order: Order, _shop: Any) -> Answer:
        rendered.append(order.id)
        return Answer(status=201, headers={}, body=b"stored", subject=order.subject)

    first = runtime.desk.handle(new_order(), request=request, render=render)
    again = runtime.desk.handle(new_order(), request=request, render=render)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.answer == first.answer
    assert again.position == first.position
    assert rendered == [first.aggregate.id]


def test_what_does_not_exist_is_not_found(runtime: Runtime) -> None:
    with pytest.raises(OrderNotFound):
        runtime.desk.handle(SetSource(order_id=uuid4(), context=context_of(), source="x"))


def test_a_quote_and_a_preview_store_nothing(runtime: Runtime) -> None:
    order = stored(runtime)
    head = runtime.log.head()
    quoted, _ = runtime.desk.quote(new_order())
    assert quoted.price.total == order.price.total
    before, after, *_ = runtime.desk.preview(ChangeStatus(order_id=order.id, context=context_of(), status="pending"))
    assert (before.stage, after.stage) == ("draft", "pending")
    assert runtime.log.head() == head


def test_the_settings_known_are_brought_forward_not_read_anew(runtime: Runtime) -> None:
    packed = MerchantStatus(code="packed", label="Packed", stage="processing")
    runtime.desk.handle(DefineStatus(context=context_of(), status=packed))
    assert runtime.desk.shop().statuses["packed"] == packed
    assert stored(runtime, status="packed").status == "packed"
    boxed = MerchantStatus(code="packed", label="Boxed", stage="processing")
    runtime.desk.handle(DefineStatus(context=context_of(), status=boxed))
    assert runtime.desk.shop().statuses["packed"].label == "Boxed"


def test_a_use_of_a_coupon_begins_and_ends_with_the_order(runtime: Runtime) -> None:
    rules = CouponRules(kind="percent", value=1_000, limit=1)
    runtime.desk.handle(CreateCoupon(context=context_of(), code="ONCE", rules=rules))

    def uses() -> int:
        return len(runtime.log.load(Coupon, coupon_id_of("ONCE")).uses)

    order = stored(runtime, coupon_codes=("ONCE",))
    assert uses() == 0
    for status, used in (("pending", 1), ("processing", 1), ("cancelled", 0)):
        runtime.desk.handle(ChangeStatus(order_id=order.id, context=context_of(), status=status))
        assert uses() == used


def test_a_card_follows_the_orders_of_its_customer(runtime: Runtime) -> None:
    first = stored(runtime)
    stored(runtime, billing_address=Address(email="NORA@example.com", city="Lyon"))
    card = runtime.log.load(Customer, first.customer_id or UUID(int=0))
    assert (card.value("name"), card.value("city"), card.version) == ("Nora Example", "Lyon", 3)
