"""Whatever is asked of an order, in any sequence: its figures hold together, its history tells the same again."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from domain.errors import DomainError, Rejected
from domain.events import Command, Event
from domain.handlers import HANDLERS
from domain.money import MAX_MINOR_UNITS
from domain.orders import (
    cart,
    charges,
    details,
    documents,
    line_changes,
    moves,
    notes,
    payment_links,
    payments,
    refund_parts,
    refunded,
    shipments,
)
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.order import Imported, Order
from domain.orders.past import Past, PastPayment, PastRefund
from domain.pricing import CouponTerms
from domain.statuses import EDITABLE
from domain.taxes import Taxes, single
from tests.domain.drawn_orders import AMOUNTS, COUPONS, ITEMS, LINES, NUMBERS, QUANTITIES, RATES, SHOP, TEXTS, UNITS
from tests.domain.orders import ask
from tests.examples.facts import ADDRESS, CUSTOMER, LATER, ORDER
from tests.given import NOW

DERIVED = ("paid", "authorized", "refunded", "price", "payment_status", "fulfilment_status")


def replayed(history: list[Event]) -> Order:
    order = Order.blank(ORDER)
    for event in history:
        event.mutate(order)
    return order


def state(order: Order) -> dict[str, Any]:
    """Everything an order knows and everything that follows from it."""
    known = {name: value for name, value in vars(order).items() if not name.startswith("_")}
    return known | {name: getattr(order, name) for name in DERIVED} | {"version": order.version}


def decided(order: Order, command: Command) -> tuple[list[Event], DomainError | None]:
    """What a command records, and its refusal."""
    refusal = None
    try:
        HANDLERS[type(command)].decide(order, command, SHOP)
    except DomainError as error:
        refusal = error
    return [event for event in order.collect_events() if isinstance(event, Event)], refusal


class OrderLife(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.history: list[Event] = []
        self.order = Order.blank(ORDER)

    def ask(self, command: Command) -> DomainError | None:
        """Decides twice on the same past: the same comes of it, a refusal leaves no trace, and a replay agrees."""
        order, twin = replayed(self.history), replayed(self.history)
        (events, refusal), (again, refused_again) = decided(order, command), decided(twin, command)
        assert events == again
        assert str(refusal) == str(refused_again)
        assert not (events and refusal)
        self.history += events
        self.order = replayed(self.history)
        assert state(order) == state(self.order)
        return refusal

    @initialize(
        items=st.lists(ITEMS, min_size=1, max_size=3),
        including=st.booleans(),
        place=st.booleans(),
        coupons=st.lists(COUPONS, max_size=2, unique=True),
        charge=st.integers(0, 900),
        rate=RATES,
    )
    def create(
        self,
        items: list[NewItem],
        including: bool,
        place: bool,
        coupons: list[CouponTerms],
        charge: int,
        rate: Taxes,
    ) -> None:
        command = ask(
            CreateOrder,
            number="C1001",
            currency="EUR",
            prices_include_tax=including,
            place=place,
            items=tuple(items),
            coupons=tuple(coupons),
            shipping_charge=charge,
            shipping_taxes=rate,
        )
        assert self.ask(command) is None

    @rule(item=ITEMS)
    def add_item(self, item: NewItem) -> None:
        self.ask(ask(cart.AddItem, item=item))

    @rule(
        item=LINES,
        quantity=st.none() | QUANTITIES,
        unit_price=st.none() | AMOUNTS,
        discount=st.none() | st.integers(0, 900),
    )
    def change_item(self, item: str, quantity: int | None, unit_price: int | None, discount: int | None) -> None:
        self.ask(ask(line_changes.ChangeItem, item=item, quantity=quantity, unit_price=unit_price, discount=discount))

    @rule(item=LINES)
    def remove_item(self, item: str) -> None:
        self.ask(ask(cart.RemoveItem, item=item))

    @rule(terms=COUPONS, on=st.booleans())
    def coupon(self, terms: CouponTerms, on: bool) -> None:
        off = ask(charges.RemoveCoupon, coupon=terms.code)
        self.ask(ask(charges.ApplyCoupon, coupon_code=terms.code, terms=terms) if on else off)

    @rule(discount=AMOUNTS, charge=AMOUNTS, rate=RATES)
    def charges(self, discount: int, charge: int, rate: Taxes) -> None:
        self.ask(ask(charges.SetDiscount, amount=discount))
        self.ask(ask(charges.SetShippingCharge, amount=charge, taxes=rate))

    @rule(text=TEXTS, method=st.sampled_from(["card", "cash", "shells"]))
    def describe(self, text: str, method: str) -> None:
        self.ask(ask(details.AssignCustomer, customer_id=CUSTOMER, name=text, email="nora@example.com"))
        self.ask(ask(details.AssignOperator, operator=text))
        self.ask(ask(details.SetSource, source=text))
        self.ask(ask(details.ChangeBillingAddress, address=replace(ADDRESS, city=text)))
        self.ask(ask(details.ChangeShippingAddress, address=replace(ADDRESS, city=text)))
        self.ask(ask(details.ChoosePaymentMethod, method=method))
        self.ask(ask(details.ChooseShippingMethod, method="express"))

    @rule(status=st.sampled_from([*SHOP.statuses, "lost"]), force=st.booleans(), because=st.sampled_from([None, "So"]))
    def change_status(self, status: str, force: bool, because: str | None) -> None:
        self.ask(ask(moves.ChangeStatus, status=status, force=force, because=because, balance="accept"))

    @rule(amount=st.none() | AMOUNTS)
    def record_payment(self, amount: int | None) -> None:
        self.ask(ask(payments.RecordPayment, called=f"pay {self.order.version}", method="card", amount=amount))

    @rule(amount=AMOUNTS)
    def authorize_payment(self, amount: int) -> None:
        self.ask(ask(payments.AuthorizePayment, called=f"promise {self.order.version}", method="card", amount=amount))

    @rule(payment=NUMBERS)
    def void_payment(self, payment: int) -> None:
        self.ask(ask(payments.VoidPayment, payment=str(payment)))

    @rule(units=UNITS, shipping=st.integers(0, 900), goodwill=st.sampled_from([0, 0, 1, 250, -1]))
    def refund(self, units: list[tuple[str, int]], shipping: int, goodwill: int) -> None:
        lines = tuple(refund_parts.RefundLine(item=item, quantity=quantity) for item, quantity in units)
        self.ask(
            ask(
                refunded.RefundOrder,
                called=f"refund {self.order.version}",
                lines=lines,
                shipping=shipping,
                goodwill=goodwill,
            )
        )

    @rule(number=NUMBERS)
    def link(self, number: int) -> None:
        self.ask(ask(payment_links.IssuePaymentLink, link=f"https://pay.example.com/{number}", expires_at=LATER))

    @rule(units=UNITS, code=TEXTS)
    def ship(self, units: list[tuple[str, int]], code: str) -> None:
        lines = tuple(shipments.ShipLine(item=item, quantity=quantity) for item, quantity in units)
        self.ask(ask(shipments.ShipOrder, carrier="dhl", tracking_code=code, lines=lines))

    @rule(number=NUMBERS, code=TEXTS, kind=st.sampled_from(["correct", "deliver", "cancel"]))
    def parcel(self, number: int, code: str, kind: str) -> None:
        if kind == "correct":
            self.ask(ask(shipments.CorrectTracking, shipment=number, tracking_code=code))
        else:
            command = shipments.DeliverShipment if kind == "deliver" else shipments.CancelShipment
            self.ask(ask(command, shipment=number))

    @rule(text=TEXTS, note=NUMBERS, tags=st.lists(TEXTS, max_size=2))
    def annotate(self, text: str, note: int, tags: list[str]) -> None:
        self.ask(ask(notes.AddNote, text=text))
        self.ask(ask(notes.ReviseNote, note=str(note), text=text))
        self.ask(ask(notes.SetTags, tags=tuple(tags)))
        self.ask(ask(notes.RecordMessage, message=text, template="shipped", recipient="nora@example.com"))
        self.ask(ask(documents.NumberDocument, kind="invoice", series="invoices", document_number=text))
        self.ask(ask(notes.RemoveNote, note=str(note + 1)))

    @invariant()
    def no_more_is_shipped_or_refunded_than_was_ordered(self) -> None:
        ordered = {item.id: item.quantity for item in self.order.items.values()}
        for done in (self.order.shipped_quantities(), self.order.refunded_quantities()):
            assert all(quantity <= ordered[item] for item, quantity in done.items())

    @invariant()
    def no_more_is_refunded_than_was_paid(self) -> None:
        assert 0 <= self.order.refunded <= self.order.paid
        for refund in self.order.refunds:
            assert refund.amount == refund.total

    @invariant()
    def the_figures_hold_together(self) -> None:
        price = self.order.price
        assert price.total == sum(line.total for line in price.lines) + price.shipping_total + price.adjustment
        assert price.balance == price.kept - (self.order.paid - self.order.refunded)
        assert 0 <= price.kept <= price.total
        assert price.kept == 0 or not self.order.is_cancelled
        assert all(line.total >= 0 and line.net >= 0 and line.tax >= 0 for line in price.lines)
        assert 0 <= price.total <= MAX_MINOR_UNITS

    @invariant()
    def the_payment_status_fits_the_ledger(self) -> None:
        order, price = self.order, self.order.price
        held = order.paid - order.refunded
        fits = {
            "unpaid": held == 0 and order.authorized == 0,
            "authorized": held == 0 < order.authorized,
            "partially_paid": 0 < held < price.kept,
            "paid": held == price.kept == price.total,
            "overpaid": held > price.kept,
            "partially_refunded": 0 < held == price.kept < price.total,
            "refunded": held == 0 < order.refunded and price.kept == 0,
        }
        total = price.total
        assert fits[order.payment_status], (order.payment_status, order.paid, order.refunded, total)

    @invariant()
    def the_fulfilment_status_fits_the_parcels(self) -> None:
        order = self.order
        states = {parcel.state for parcel in order.shipments.values()} - {"cancelled"}
        complete = order.shipped_quantities() == {item.id: item.quantity for item in order.items.values()}
        fits = {
            "unfulfilled": not states,
            "partially_shipped": bool(states) and not complete,
            "shipped": "shipped" in states and complete,
            "delivered": states == {"delivered"} and complete,
        }
        assert fits[order.fulfilment_status]

    @invariant()
    def its_status_is_the_shops_and_its_day_of_placing_stays(self) -> None:
        assert SHOP.statuses[self.order.status].stage == self.order.stage
        assert self.order.is_placed or self.order.stage in ("draft", "cancelled")
        assert sum(event.TOPIC == "order.placed" for event in self.history) <= 1

    @precondition(lambda self: self.history)
    @invariant()
    def what_moves_says_is_what_a_move_does(self) -> None:
        for move in moves.moves(self.order, SHOP):
            _, refusal = decided(
                replayed(self.history), ask(moves.ChangeStatus, status=move.status.code, balance="accept")
            )
            assert moves.as_refusal(refusal) == move.refusal

    @precondition(lambda self: self.history and self.order.stage not in EDITABLE)
    @invariant()
    def the_cart_of_a_closed_order_is_closed(self) -> None:
        _, refusal = decided(replayed(self.history), ask(charges.SetDiscount, amount=1))
        assert isinstance(refusal, Rejected)

    def teardown(self) -> None:
        """Refunds whatever was paid, by lines and shipping as far as they go: exactly nothing is left."""
        if self.order.stage == "draft":
            return
        done = self.order.refunded_quantities()
        for item in list(self.order.items.values()):
            for _ in range(item.quantity - done.get(item.id, 0)):
                self.ask(
                    ask(
                        refunded.RefundOrder,
                        called=f"refund {self.order.version}",
                        lines=(refund_parts.RefundLine(item=item.id, quantity=1),),
                    )
                )
        self.ask(
            ask(
                refunded.RefundOrder,
                called=f"refund {self.order.version}",
                shipping=refund_parts.shipping_refundable(self.order),
            )
        )
        if left := self.order.paid - self.order.refunded:
            assert self.ask(ask(refunded.RefundOrder, called=f"refund {self.order.version}", goodwill=left)) is None
        assert self.order.paid == self.order.refunded
        assert isinstance(
            self.ask(ask(refunded.RefundOrder, called=f"refund {self.order.version}", goodwill=1)),
            refund_parts.RefundAbovePaid,
        )


TestOrderLife = OrderLife.TestCase
TestOrderLife.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@for_all(
    items=st.lists(ITEMS, max_size=5),
    total=st.integers(-5_000, 100_000),
    amounts=st.lists(st.integers(1, 9_000), max_size=3),
    refunded=st.integers(0, 9_000),
    status=st.sampled_from(["pending", "completed", "cancelled"]),
)
def test_a_past_order_keeps_what_was_told_of_it_to_the_cent(
    items: list[NewItem], total: int, amounts: list[int], refunded: int, status: str
) -> None:
    told = Imported(source="shopify", external_id="#9", content_hash="aa", total=total)
    past = Past(
        imported=told,
        placed_at=NOW,
        payments=tuple(PastPayment(amount=amount) for amount in amounts),
        refunds=tuple(PastRefund(amount=part) for part in (min(refunded, sum(amounts)),) if part),
    )
    order = Order.blank(ORDER)
    command = ask(CreateOrder, number="#9", currency="EUR", items=tuple(items), status=status, past=past)
    events, refusal = decided(order, command)
    assert refusal is None
    assert (order.price.total, order.paid, order.refunded) == (total, sum(amounts), past.refunded)
    assert (order.status, order.placed_at) == (status, NOW)
    assert state(replayed(events)) == state(order)


@for_all(
    items=st.lists(ITEMS, min_size=1, max_size=5),
    including=st.booleans(),
    coupons=st.lists(COUPONS, max_size=3, unique=True),
    discount=st.integers(0, 3_000),
    charge=st.integers(0, 900),
    seed=st.randoms(use_true_random=False),
)
def test_refunding_every_unit_in_any_sequence_gives_back_exactly_what_was_paid(
    items: list[NewItem], including: bool, coupons: list[CouponTerms], discount: int, charge: int, seed: Any
) -> None:
    order = Order.blank(ORDER)
    command = ask(
        CreateOrder,
        number="C1001",
        currency="EUR",
        prices_include_tax=including,
        place=True,
        items=tuple(items),
        coupons=tuple(coupons),
        discount=discount,
        shipping_charge=charge,
        shipping_taxes=single(200_000),
    )
    decided(order, command)
    decided(order, ask(payments.RecordPayment, method="card"))
    units = [item.id for item in order.items.values() for _ in range(item.quantity)]
    seed.shuffle(units)
    for unit in units:
        _, refusal = decided(
            order,
            ask(
                refunded.RefundOrder,
                called=f"refund {order.version}",
                lines=(refund_parts.RefundLine(item=unit, quantity=1),),
            ),
        )
        assert refusal is None
    decided(
        order,
        ask(refunded.RefundOrder, called=f"refund {order.version}", shipping=refund_parts.shipping_refundable(order)),
    )
    assert order.paid == order.refunded == order.price.total
