"""One order, the books of it, and what is sold: the first half of the machine of what is owed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
)

from domain.errors import DomainError
from domain.events import Command, Event
from domain.handlers import HANDLERS
from domain.orders import (
    cart,
    charges,
    line_changes,
    payments,
)
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.order import Order
from domain.pricing import CouponTerms
from domain.taxes import Taxes
from tests.domain.ledger import Back, Books, Worth
from tests.domain.orders import ask
from tests.domain.sales import COUPONS, ITEMS, LINES, PRICES, RATES, REBATES, SHOP, WEIGHED, rates_of, written
from tests.examples.facts import ADDRESS, ORDER


class Sale(RuleBasedStateMachine):
    """An order and the books of it: each command of its cart is given to both, and what is paid."""

    @initialize(
        items=st.lists(st.one_of(ITEMS, ITEMS, WEIGHED), min_size=1, max_size=3),
        included=st.booleans(),
        coupons=st.lists(COUPONS, max_size=2, unique_by=lambda terms: terms.code),
        charge=st.sampled_from([0, 590]),
        rate=RATES,
        paid=st.sampled_from(["", "once", "once", "twice"]),
        method=st.sampled_from(["card", "online"]),
    )
    def begin(
        self,
        items: list[NewItem],
        included: bool,
        coupons: list[CouponTerms],
        charge: int,
        rate: Taxes,
        paid: str,
        method: str,
    ) -> None:
        self.order = Order.blank(ORDER)
        self.books = Books(included=included, charge=charge, charge_rates=rates_of(rate))
        self.invoices: dict[str, Worth] = {}
        self.credited: dict[str, list[Back]] = {}
        self.counted: set[str] = set()  # the refunds that corrections took back
        self.serial = 0
        command = ask(
            CreateOrder,
            number="C1001",
            currency="EUR",
            prices_include_tax=included,
            place=True,
            items=tuple(items),
            coupons=tuple(coupons),
            shipping_charge=charge,
            shipping_taxes=rate,
            billing_address=ADDRESS,
        )
        assert self.gives(command)
        for number, item in enumerate(items, start=1):
            self.books.lines[str(number)] = written(item)
        self.books.coupons = [(terms.code, terms.kind, terms.value) for terms in coupons]
        if paid:
            self.pay(None, method, False)
        if paid == "twice" and self.order.price.total:
            self.pay(self.order.price.total, method, False)

    def gives(self, command: Command) -> bool:
        """Whether the order took the command; a refusal leaves no event."""
        try:
            HANDLERS[type(command)].decide(self.order, command, SHOP)
        except DomainError:
            assert not self.order.collect_events()
            return False
        self.events = [event for event in self.order.collect_events() if isinstance(event, Event)]
        return True

    def some(self, data: st.DataObject, names: Iterable[str]) -> str:
        """One of the names there are, seldom one that is not."""
        return data.draw(st.sampled_from([*names] * 4 + ["9"]))

    def called(self, kind: type[Any], **facts: Any) -> Any:
        self.serial += 1
        return ask(kind, called=f"command {self.serial}", **facts)

    @rule(item=st.one_of(ITEMS, WEIGHED, REBATES, REBATES))
    def add_item(self, item: NewItem) -> None:
        name = str(self.order.last_item + 1)
        self.books.lines[name] = written(item)
        allowed = self.books.holds() and not self.books.cancelled and self.order.stage != "shipped"
        assert self.gives(self.called(cart.AddItem, item=item)) == allowed
        if not allowed:
            del self.books.lines[name]

    @rule(item=LINES, taxes=RATES)
    def retax(self, item: str, taxes: Taxes) -> None:
        given = self.books.given(item)
        if self.gives(self.called(line_changes.ChangeItem, item=item, taxes=taxes)):
            assert not given or self.books.lines[item].rates == rates_of(taxes)
            self.books.lines[item].rates = rates_of(taxes)

    @rule(item=LINES, quantity=st.integers(0, 5))
    def keep(self, item: str, quantity: int) -> None:
        if self.gives(self.called(line_changes.ChangeItem, item=item, quantity=quantity)):
            line = self.books.lines[item]
            line.ordered = quantity * line.steps + self.books.given(item)

    @rule(item=LINES, unit_price=PRICES)
    def reprice(self, item: str, unit_price: int) -> None:
        if self.gives(self.called(line_changes.ChangeItem, item=item, unit_price=unit_price)):
            self.books.lines[item].price = unit_price

    @rule(item=LINES)
    def remove_item(self, item: str) -> None:
        if self.gives(self.called(cart.RemoveItem, item=item)):
            if given := self.books.given(item):
                self.books.lines[item].ordered = given
            else:
                del self.books.lines[item]

    @rule(terms=COUPONS)
    def coupon(self, terms: CouponTerms) -> None:
        known = [one for one in self.books.coupons if one[0] == terms.code]
        if known and self.gives(self.called(charges.RemoveCoupon, coupon=terms.code)):
            self.books.coupons.remove(known[0])
        elif not known and self.gives(self.called(charges.ApplyCoupon, coupon_code=terms.code, terms=terms)):
            self.books.coupons.append((terms.code, terms.kind, terms.value))

    @rule(amount=st.sampled_from([0, 100, 333]))
    def discount(self, amount: int) -> None:
        if self.gives(self.called(charges.SetDiscount, amount=amount)):
            self.books.discount = amount

    @rule(amount=st.sampled_from([0, 400, 590]), rate=RATES, included=st.sampled_from([None, None, True, False]))
    def charge(self, amount: int, rate: Taxes, included: bool | None) -> None:
        """Shipping may be priced without tax beside goods priced with it, and the other way round."""
        command = self.called(charges.SetShippingCharge, amount=amount, taxes=rate, includes_tax=included)
        if self.gives(command):
            self.books.charge, self.books.charge_rates = amount, rates_of(rate)
            self.books.charge_included = included

    @rule(
        amount=st.none() | st.integers(1, 3_000),
        method=st.sampled_from(["card", "online"]),
        again=st.booleans(),
    )
    def pay(self, amount: int | None, method: str, again: bool) -> None:
        """By hand, or with a provider (`online`)."""
        renewed = again and self.refunded_in_full()
        due = self.books.worth().total if renewed else max(0, self.books.kept() - self.books.held)
        with_provider = {"provider": "sandbox", "reference": f"ch {self.serial}"} if method == "online" else {}
        command = self.called(payments.RecordPayment, method=method, amount=amount, pay_again=again, **with_provider)
        assert self.gives(command) == (amount is not None or due > 0)
        if amount is not None or due:
            self.keeps_again(renewed)
            self.books.payments[str(len(self.books.payments) + 1)] = (due if amount is None else amount, "in")

    def refunded_in_full(self) -> bool:
        """Whether all was given back of an order that still counts, and nothing is on its way."""
        books = self.books
        counts = not books.cancelled and not any(one.amount for one in books.alive("asked"))
        return counts and books.status(placed=True) == "refunded"

    def keeps_again(self, renewed: bool) -> None:
        if renewed:
            for one in self.books.alive("made"):
                one.paid_again = True
