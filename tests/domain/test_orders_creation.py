from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.addresses import Address, UnknownCountry
from domain.errors import DomainError
from domain.money import MAX_MINOR_UNITS, UnknownCurrency
from domain.orders.cart import ItemAdded
from domain.orders.charges import CouponApplied, DiscountSet, ShippingChargeSet, TooManyCoupons
from domain.orders.creation import Buyer, OrderCreated, OrderImported
from domain.orders.details import BillingAddressChanged, CustomerAssigned, ShippingAddressChanged
from domain.orders.line_changes import TotalOutOfBounds
from domain.orders.lines import AmountOutOfBounds, DiscountAboveGoods, QuantityOutOfBounds
from domain.orders.moves import NothingOrdered, OrderPlaced, OrderStatusChanged
from domain.orders.notes import NoteAdded, OrderTagged
from domain.orders.order import Imported, Order, OrderExists
from domain.orders.past import Past, PastPayment, PastRefund, PastShipment
from domain.orders.payments import NotYetPlaced, PaymentRecorded
from domain.orders.refund_parts import RefundAbovePaid
from domain.orders.refunded import OrderRefunded
from domain.orders.shipments import NothingToShip, OrderShipped, ShipmentDelivered
from domain.pricing import CouponTerms
from domain.settings import Defaults, Shop, UnknownLocale, UnknownMethod
from domain.statuses import MerchantStatus, UnknownStatus
from domain.taxes import Tax, TaxRateOutOfBounds, single
from domain.texts import ForbiddenCharacter, TextMissing, TextTooLong
from tests.domain.orders import create, line, placed, refused
from tests.examples.facts import CREATE, CUSTOMER
from tests.given import NOW, Outcome, given

LONG_AGO = datetime(2024, 5, 1, 8, 0, tzinfo=UTC)
SHIPPED_THEN = datetime(2024, 5, 3, 8, 0, tzinfo=UTC)
REFUNDED_THEN = datetime(2024, 5, 9, 8, 0, tzinfo=UTC)


def retold(*items: Any, total: int = 2_000, status: str = "completed", **past: Any) -> Outcome[Order]:
    """What an import of a past order comes to."""
    told = Imported(source="shopify", external_id="#9", content_hash="aa", total=total)
    facts = {"imported": told, "placed_at": LONG_AGO, **past}
    command = create(*items, status=status, past=Past(**facts))
    return given(Order).when(replace(command, context=replace(command.context, import_id=UUID(int=0x11))))


def shop_with(*statuses: MerchantStatus) -> Shop:
    return Shop(statuses={status.code: status for status in (*Shop().statuses.values(), *statuses)})


class TestDrafts:
    def test_a_draft_holds_its_lines_and_is_not_placed(self) -> None:
        order = given(Order).when(create()).then((OrderCreated, {"number": "C1001", "currency": "EUR"}), ItemAdded)
        assert (order.stage, order.is_placed, order.price.total) == ("draft", False, 2_000)

    def test_an_empty_draft_is_an_order_too(self) -> None:
        order = given(Order).when(create(items=())).then(OrderCreated)
        assert order.price.total == 0

    def test_what_is_left_open_is_as_the_shop_has_it(self) -> None:
        shop = Shop(defaults=Defaults(currency="KWD", prices_include_tax=False, locale="fr"))
        outcome = given(Order).when(create(currency="", items=()), shop)
        outcome.then((OrderCreated, {"currency": "KWD", "prices_include_tax": False, "locale": "fr"}))

    def test_a_draft_may_stand_under_a_status_of_the_merchants_own(self) -> None:
        shop = shop_with(MerchantStatus(code="quote", label="Quote", stage="draft"))
        order = given(Order).when(create(status="quote"), shop).then(OrderCreated, ItemAdded, OrderStatusChanged)
        assert (order.status, order.is_placed) == ("quote", False)

    def test_a_draft_takes_the_merchants_status_where_the_standard_one_was_retired(self) -> None:
        shop = shop_with(MerchantStatus(code="quote", label="Quote", stage="draft"))
        del shop.statuses["draft"]
        order = given(Order).when(create(), shop).then(OrderCreated, ItemAdded, OrderStatusChanged)
        assert order.status == "quote"

    def test_an_order_is_created_once(self) -> None:
        given(Order, create()).when(create()).then_refused(OrderExists)


class TestPlacing:
    def test_an_order_with_all_that_is_told_of_it_is_events_of_its_parts(self) -> None:
        order = (
            given(Order)
            .when(CREATE)
            .then(
                (OrderCreated, {"operator": "nora", "source": "telephone", "payment_method": "card"}),
                (CustomerAssigned, {"customer_id": CUSTOMER, "name": "Nora Example"}),
                BillingAddressChanged,
                ShippingAddressChanged,
                (ItemAdded, {"item": "1", "sku": "CUP-1", "quantity": 3, "unit_price": 1_250, "discount": 250}),
                (CouponApplied, {"terms": CouponTerms("SPRING", "percent", 1_000)}),
                (DiscountSet, {"amount": 100, "was": 0}),
                (ShippingChargeSet, {"amount": 590, "was": 0, "taxes": single(200_000)}),
                (OrderTagged, {"tags": ("gift",)}),
                (NoteAdded, {"note": "1", "text": "Ring twice"}),
                (OrderPlaced, {"status": "pending", "stage": "pending", "was": "draft"}),
            )
        )
        assert order.price.total == (3 * 1_250 - 250) * 9 // 10 - 100 + 590
        assert (order.placed_at, order.payment_status, order.fulfilment_status) == (NOW, "unpaid", "unfulfilled")

    def test_the_customers_data_is_sealed_under_the_customers_key(self) -> None:
        outcome = given(Order).when(CREATE)
        assert {event.metadata.subject for event in outcome.events[1:]} == {CUSTOMER}

    def test_an_order_without_a_customer_is_its_own_subject(self) -> None:
        outcome = given(Order).when(create(notes=("Call back",)))
        assert {event.metadata.subject for event in outcome.events} == {outcome.aggregate.id}

    def test_a_free_order_counts_as_paid_once_placed(self) -> None:
        order = given(Order).when(placed(line(1, 0))).then(OrderCreated, ItemAdded, OrderPlaced)
        assert order.payment_status == "paid"

    def test_an_order_may_begin_in_work(self) -> None:
        order = given(Order).when(create(status="processing")).then(OrderCreated, ItemAdded, OrderPlaced)
        assert order.stage == "processing"

    def test_what_a_draft_cannot_become_it_becomes_once_it_is_pending(self) -> None:
        given(Order).when(create(status="completed", balance="accept")).then(
            OrderCreated, ItemAdded, (OrderPlaced, {"status": "pending"}), (OrderStatusChanged, {"status": "completed"})
        )

    def test_an_order_that_begins_cancelled_was_never_placed(self) -> None:
        order = given(Order).when(create(status="cancelled")).then(OrderCreated, ItemAdded, OrderStatusChanged)
        assert (order.is_cancelled, order.is_placed) == (True, False)

    def test_an_order_without_a_line_cannot_be_placed(self) -> None:
        assert refused(given(Order).when(placed(items=())), NothingOrdered).pointer == "/items"

    def test_a_line_given_twice_is_two_lines(self) -> None:
        order = given(Order).when(create(line(), line())).then(OrderCreated, ItemAdded, ItemAdded)
        assert list(order.items) == ["1", "2"]

    def test_a_coupon_given_twice_counts_once(self) -> None:
        terms = CouponTerms("SPRING", "percent", 1_000)
        given(Order).when(create(coupons=(terms, terms))).then(OrderCreated, ItemAdded, CouponApplied)


@pytest.mark.parametrize(
    ("facts", "error", "pointer"),
    [
        ({"currency": "XXX"}, UnknownCurrency, "/currency"),
        ({"number": ""}, TextMissing, "/number"),
        ({"number": "9" * 65}, TextTooLong, "/number"),
        ({"operator": "n" * 65}, TextTooLong, "/operator"),
        ({"source": "a\x00b"}, ForbiddenCharacter, "/source"),
        ({"locale": "tlh"}, UnknownLocale, "/locale"),
        ({"payment_method": "shells"}, UnknownMethod, "/payment_method"),
        ({"shipping_method": "pigeon"}, UnknownMethod, "/shipping_method"),
        ({"status": "lost"}, UnknownStatus, "/status"),
        ({"items": (line(), line(0))}, QuantityOutOfBounds, "/items/1/quantity"),
        ({"items": (line(1, -1),)}, DiscountAboveGoods, "/items"),
        ({"items": (line(name=""),)}, TextMissing, "/items/0/name"),
        ({"discount": -1}, AmountOutOfBounds, "/discount"),
        ({"shipping_charge": -1}, AmountOutOfBounds, "/shipping_charge"),
        ({"shipping_charge": 1, "shipping_taxes": single(1_000_100)}, TaxRateOutOfBounds, "/shipping_tax_rate"),
        ({"shipping_taxes": (Tax(-1),)}, TaxRateOutOfBounds, "/shipping_tax_rate"),
        ({"billing_address": Address(country="EN")}, UnknownCountry, "/billing_address/country"),
        ({"shipping_address": Address(line1="x" * 501)}, TextTooLong, "/shipping_address/line1"),
        ({"tags": ("gift", " ")}, TextMissing, "/tags/1"),
        ({"notes": ("",)}, TextMissing, "/text"),
        ({"buyer": Buyer(id=CUSTOMER, name="n" * 201, email="")}, TextTooLong, "/customer/name"),
        ({"coupons": tuple(CouponTerms(f"C{n}", "amount", 1) for n in range(11))}, TooManyCoupons, ""),
    ],
)
def test_an_order_that_no_desk_could_take_is_refused_with_the_field_at_fault(
    facts: dict[str, Any], error: type[DomainError], pointer: str
) -> None:
    assert refused(given(Order).when(create(**facts)), error).pointer == pointer


class TestPast:
    def test_a_past_order_is_retold_at_the_times_it_happened(self) -> None:
        outcome = retold(
            payments=(PastPayment(amount=2_000, method="PayPal Express", reference="P-1"),),
            shipments=(PastShipment(carrier="The old post", tracking_code="T1", delivered=True, at=SHIPPED_THEN),),
            refunds=(PastRefund(amount=500, at=REFUNDED_THEN),),
            ended_at=REFUNDED_THEN,
        )
        order = outcome.then(
            OrderCreated,
            ItemAdded,
            (OrderImported, {"total": 2_000, "adjustment": 0, "external_id": "#9"}),
            (OrderPlaced, {"status": "pending", "timestamp": LONG_AGO}),
            (PaymentRecorded, {"amount": 2_000, "paid_at": LONG_AGO, "method": "PayPal Express"}),
            (OrderShipped, {"timestamp": SHIPPED_THEN}),
            (ShipmentDelivered, {"timestamp": SHIPPED_THEN}),
            (OrderRefunded, {"goodwill": 500, "timestamp": REFUNDED_THEN}),
            (OrderStatusChanged, {"status": "completed", "timestamp": REFUNDED_THEN}),
        )
        assert order.placed_at == LONG_AGO
        assert (order.payment_status, order.fulfilment_status) == ("partially_refunded", "delivered")

    def test_the_total_told_there_is_kept_to_the_cent(self) -> None:
        order = retold(total=1_999).aggregate
        assert (order.adjustment, order.price.total) == (-1, 1_999)

    def test_a_line_whose_price_was_not_told_costs_what_the_total_leaves(self) -> None:
        order = retold(line(3, None), total=4_500).aggregate
        assert (order.items["1"].unit_price, order.adjustment, order.price.total) == (None, 4_500, 4_500)

    def test_a_past_order_of_nothing_owes_nothing(self) -> None:
        order = retold(total=0).aggregate
        assert (order.adjustment, order.price.balance, order.payment_status) == (-2_000, 0, "paid")

    def test_a_past_order_refunded_whole_has_nothing_left_to_refund(self) -> None:
        order = retold(payments=(PastPayment(amount=2_000),), refunds=(PastRefund(amount=2_000),)).aggregate
        assert (order.payment_status, order.paid - order.refunded) == ("refunded", 0)

    def test_a_past_order_without_lines_is_kept(self) -> None:
        told = Imported(source="shopify", external_id="#9", content_hash="aa", total=700)
        past = Past(imported=told, placed_at=LONG_AGO)
        order = given(Order).when(create(items=(), past=past)).then(OrderCreated, OrderImported, OrderPlaced)
        assert order.price.total == 700

    def test_a_past_order_that_was_cancelled_was_placed_before(self) -> None:
        order = retold(status="cancelled").aggregate
        assert (order.is_cancelled, order.placed_at) == (True, LONG_AGO)

    def test_a_past_draft_without_money_is_kept_as_a_draft(self) -> None:
        assert not retold(status="draft").then(OrderCreated, ItemAdded, OrderImported).is_placed

    def test_money_of_a_past_draft_is_refused_and_not_dropped(self) -> None:
        refused(retold(status="draft", payments=(PastPayment(amount=1),)), NotYetPlaced)

    def test_a_past_refund_above_what_was_paid_is_refused(self) -> None:
        error = refused(
            retold(payments=(PastPayment(amount=1_000),), refunds=(PastRefund(amount=1_001),)), RefundAbovePaid
        )
        assert error.details == {"refundable": "10.00", "asked": "10.01"}

    def test_a_past_parcel_of_an_order_without_lines_is_refused(self) -> None:
        told = Imported(source="shopify", external_id="#9", content_hash="aa", total=0)
        past = Past(imported=told, placed_at=LONG_AGO, shipments=(PastShipment(carrier="post"),))
        refused(given(Order).when(create(items=(), past=past)), NothingToShip)

    @pytest.mark.parametrize("total", [MAX_MINOR_UNITS + 1, -MAX_MINOR_UNITS - 1])
    def test_a_total_beyond_any_order_is_refused(self, total: int) -> None:
        assert refused(retold(total=total), TotalOutOfBounds).details == {"limit": "10000000000000.00"}

    def test_an_unknown_status_is_refused(self) -> None:
        refused(retold(status="mislaid"), UnknownStatus)
