"""The order: the state that its events leave behind, and what follows from it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from domain.addresses import Address
from domain.errors import Conflict, NotFound, Rejected
from domain.events import Aggregate, Command, Erased
from domain.pricing import Cart, CartLine, CouponTerms, Price, price
from domain.statuses import CANCELLED, DRAFT, EDITABLE

if TYPE_CHECKING:
    from domain.orders.returns import Return

_NOWHERE = Address()


class OrderNotFound(NotFound):
    """There is no such order."""

    code = "order-not-found"


class OrderClosed(Rejected):
    """Order {number} is {stage}: its contents can no longer be changed."""

    code = "order-closed"


class OrderExists(Conflict):
    """This order was created before."""

    code = "order-exists"


class ForeignCurrency(Rejected):
    """This order is in {expected}, not in {currency}."""

    code = "foreign-currency"


class Item(Struct, frozen=True, kw_only=True):
    """A line of the cart. `unit_price` None: an imported line whose price was not told."""

    id: str
    sku: str
    name: str
    quantity: int
    unit_price: int | None
    discount: int = 0
    tax_rate: int = 0


class Payment(Struct, frozen=True, kw_only=True):
    """Money that came in, or was promised by a provider (`authorized`); `voided` takes it back out.

    `requested`: a provider is asked to take it by a `token`; `failed`: it could not. `asked` is what a provider is
    asked to do with it now: `take`, `authorize`, `capture` or `void`; `failure` is why it last did not.
    """

    id: str
    amount: int
    method: str
    state: str
    reference: str
    at: datetime
    provider: str = ""
    token: str = ""
    asked: str = ""
    asked_amount: int = 0
    failure: str = ""


class RefundedLine(Struct, frozen=True, kw_only=True):
    """So many units of a line given back, and for how much."""

    item: str
    quantity: int
    amount: int


class Refund(Struct, frozen=True, kw_only=True):
    """Money that went back: by lines, shipping or goodwill; `requested` or `failed` where a provider gives it back."""

    id: str
    amount: int
    lines: tuple[RefundedLine, ...]
    shipping: int
    goodwill: int
    method: str
    reference: str
    reason: str | None
    at: datetime
    payment: str = ""
    restock: bool = False
    state: str = "refunded"
    failure: str = ""
    asked_by: UUID | None = None


class Dispute(Struct, frozen=True, kw_only=True):
    """A payer who disputes a payment with the provider: `open`, `won` or `lost` by the shop."""

    id: str
    payment: str
    amount: int
    state: str


EXCHANGE = "exchange"  # the method by which the value of goods goes from one order to another


class ExchangeOf(Struct, frozen=True, kw_only=True):
    """The order whose goods came back and that this one is sent in place of, and what they are worth to it."""

    order_id: UUID
    number: str
    return_number: int
    credit: int


class ShippedItem(Struct, frozen=True, kw_only=True):
    """So many units of a line in a shipment."""

    item: str
    quantity: int


class Shipment(Struct, frozen=True, kw_only=True):
    """A parcel: `state` is shipped, delivered or cancelled."""

    number: int
    carrier: str
    tracking_code: str
    items: tuple[ShippedItem, ...]
    state: str
    at: datetime


class Note(Struct, frozen=True, kw_only=True):
    """A word between operators."""

    id: str
    text: str | Erased
    author: str
    at: datetime
    revised_at: datetime | None = None


class Document(Struct, frozen=True, kw_only=True):
    """A document that was given a number in a series.

    One that was issued here has the order's `version` and the shop's `settings_version` that it prints from for ever.
    """

    kind: str
    series: str
    number: str
    version: int = 0
    settings_version: int = 0
    issued_on: date | None = None
    due_on: date | None = None
    refund: str = ""
    refers_to: str = ""
    tax: int = 0
    total: int = 0
    buyer_registration: str | Erased = ""
    buyer_reference: str = ""
    exemption: str = ""
    euro_rate: int = 0
    buyer: Address | Erased | None = None
    delivery: Address | Erased | None = None
    voided_at: datetime | None = None
    void_reason: str | None = None


class Print(Struct, frozen=True, kw_only=True):
    """A document as it came out of the printer, by the hash of its bytes and what it was printed from."""

    kind: str
    number: str
    form: str
    locale: str
    order_version: int
    settings_version: int
    layout: int
    sha256: str


class Imported(Struct, frozen=True, kw_only=True):
    """Where an order of the past came from, and the total that was told there."""

    source: str
    external_id: str
    content_hash: str
    total: int
    remarks: tuple[str, ...] = ()


class Order(Aggregate):
    """A customer's order, from the first line of a draft to the last refund."""

    TOPIC = "order"

    def clear(self) -> None:
        self.subject = self.id
        self.number = ""
        self.currency = ""
        self.prices_include_tax = True
        self.locale = ""
        self.status = DRAFT
        self.stage = DRAFT
        self.created_at: datetime | None = None
        self.placed_at: datetime | None = None
        self.customer_id: UUID | None = None
        self.customer_name: str | Erased = ""
        self.customer_email: str | Erased = ""
        self.operator = ""
        self.source = ""
        self.payment_method = ""
        self.shipping_method = ""
        self.billing_address: Address | Erased = _NOWHERE
        self.billing_subject: UUID | None = None
        self.shipping_address: Address | Erased = _NOWHERE
        self.items: dict[str, Item] = {}
        self.last_item = 0
        self.coupons: tuple[CouponTerms, ...] = ()
        self.discount = 0
        self.shipping_charge = 0
        self.shipping_tax_rate = 0
        self.adjustment = 0
        self.payments: dict[str, Payment] = {}
        self.refunds: tuple[Refund, ...] = ()
        self.refund_requests: dict[str, Refund] = {}
        self.disputes: dict[str, Dispute] = {}
        self.shipments: dict[int, Shipment] = {}
        self.returns: dict[int, Return] = {}
        self.commands: set[UUID] = set()  # those which, given again, would do the same once more
        self.tags: tuple[str, ...] = ()
        self.notes: dict[str, Note] = {}
        self.last_note = 0
        self.documents: tuple[Document, ...] = ()
        self.prints: tuple[Print, ...] = ()
        self.last_print = 0
        self.printed_version = 0
        self.messages: tuple[str, ...] = ()
        self.imported: Imported | None = None
        self.exchange_of: ExchangeOf | None = None
        self.undone = False
        self.payment_link = ""
        self.payment_link_method = ""
        self.archived = False
        self._price: Price | None = None
        self._priced_version = 0

    @property
    def content_version(self) -> int:
        """The version at which the order last changed: printing it changes nothing."""
        return self.content_before(self.version)

    def content_before(self, version: int) -> int:
        """The same, as of a version that no event but the last print has reached since."""
        return self.printed_version if self.last_print == version else version

    def is_at(self, version: int) -> bool:
        """Whether the order is still what it was at a version; prints since then do not count."""
        return self.content_version <= version <= self.version

    @property
    def exists(self) -> bool:
        """Whether there is such an order; one whose import was taken back is there no more, until it comes again."""
        return self.version > 0 and not self.undone

    @property
    def paid(self) -> int:
        """What was captured, in minor units."""
        return sum(payment.amount for payment in self.payments.values() if payment.state == "captured")

    @property
    def authorized(self) -> int:
        """What a provider promised and has not yet paid."""
        return sum(payment.amount for payment in self.payments.values() if payment.state == "authorized")

    @property
    def refunded(self) -> int:
        """What went back to the customer."""
        return sum(refund.amount for refund in self.refunds)

    @property
    def refunds_requested(self) -> int:
        """What a provider was asked to give back and has not yet."""
        return sum(refund.amount for refund in self.refund_requests.values() if refund.state == "requested")

    @property
    def next_refund(self) -> str:
        """The id of the next refund."""
        return str(len(self.refunds) + len(self.refund_requests) + 1)

    @property
    def cart(self) -> Cart:
        """The order as its price sees it."""
        return Cart(
            currency=self.currency,
            prices_include_tax=self.prices_include_tax,
            lines=tuple(
                CartLine(
                    id=item.id,
                    quantity=item.quantity,
                    unit_price=item.unit_price or 0,
                    discount=item.discount,
                    tax_rate=item.tax_rate,
                )
                for item in self.items.values()
            ),
            coupons=self.coupons,
            discount=self.discount,
            shipping_charge=self.shipping_charge,
            shipping_tax_rate=self.shipping_tax_rate,
            adjustment=self.adjustment,
            paid=self.paid,
            refunded=self.refunded,
        )

    @property
    def price(self) -> Price:
        """Every figure of the order: totals, taxes, discounts, balance; worked out once per version."""
        if self._price is None or self._priced_version != self.version:
            self._price = price(self.cart)
            self._priced_version = self.version
        return self._price

    @property
    def payment_status(self) -> str:
        """Where the ledger of payments and refunds stands against the total."""
        price = self.price
        paid, refunded, total = price.paid, price.refunded, price.total
        if refunded:
            return "refunded" if refunded >= paid else "partially_refunded"
        if not paid:
            if self.authorized:
                return "authorized"
            return "paid" if self.items and self.placed_at and total <= 0 else "unpaid"
        if paid < total:
            return "partially_paid"
        return "paid" if paid == total else "overpaid"

    @property
    def fulfilment_status(self) -> str:
        """How much of the order has left the house, and whether all of that came back."""
        sent = self.shipped_quantities() if self.shipments else None
        if not sent:
            return "unfulfilled"
        if self.returns and all(self.returned_quantities().get(item, 0) >= units for item, units in sent.items()):
            return "returned"
        if any(sent.get(item.id, 0) < item.quantity for item in self.items.values()):
            return "partially_shipped"
        live = [shipment for shipment in self.shipments.values() if shipment.state != "cancelled"]
        return "delivered" if all(shipment.state == "delivered" for shipment in live) else "shipped"

    @property
    def return_status(self) -> str:
        """Where returned goods stand: as the return that has furthest to go."""
        states = {one.state for one in self.returns.values()}
        return next((state for state in ("requested", "received", "settled") if state in states), "none")

    @property
    def dispute_status(self) -> str:
        """Whether the payer disputes a payment with the provider."""
        states = {dispute.state for dispute in self.disputes.values()}
        return next((state for state in ("open", "lost", "won") if state in states), "none")

    @property
    def is_placed(self) -> bool:
        """Whether the customer has committed to it."""
        return self.placed_at is not None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.stage == CANCELLED

    def shipped_quantities(self) -> dict[str, int]:
        """Units sent per line, parcels that were called back left out."""
        sent: dict[str, int] = {}
        for shipment in self.shipments.values():
            if shipment.state != "cancelled":
                for shipped in shipment.items:
                    sent[shipped.item] = sent.get(shipped.item, 0) + shipped.quantity
        return sent

    def returned_quantities(self) -> dict[str, int]:
        """Units that came back per line."""
        back: dict[str, int] = {}
        for one in self.returns.values():
            for line in one.received:
                back[line.item] = back.get(line.item, 0) + line.quantity
        return back

    def refunded_quantities(self) -> dict[str, int]:
        """Units refunded per line, those included that a provider was asked to give back."""
        given: dict[str, int] = {}
        for refund in self.committed_refunds():
            for line in refund.lines:
                given[line.item] = given.get(line.item, 0) + line.quantity
        return given

    def refunded_amounts(self) -> dict[str, int]:
        """What was given back for each line, that included which a provider was asked to give back."""
        given: dict[str, int] = {}
        for refund in self.committed_refunds():
            for line in refund.lines:
                given[line.item] = given.get(line.item, 0) + line.amount
        return given

    def committed_refunds(self) -> tuple[Refund, ...]:
        """The refunds that were made, and those that a provider was asked for."""
        return (*self.refunds, *(one for one in self.refund_requests.values() if one.state == "requested"))

    def payment_by(self, provider: str, reference: str) -> Payment | None:
        """The payment that a provider knows by this reference."""
        if not provider or not reference:
            return None
        told = (provider, reference)
        return next((one for one in self.payments.values() if (one.provider, one.reference) == told), None)


class OrderCommand(Command, frozen=True, kw_only=True):
    """Something asked of one order; `currency` is that of its amounts, where it has any."""

    order_id: UUID
    currency: str = ""


def require_currency(order: Order, command: OrderCommand) -> None:
    """The amounts of a command are in the order's own currency, where they name one."""
    if order.exists and command.currency and command.currency != order.currency:
        raise ForeignCurrency("/currency", currency=command.currency, expected=order.currency)


def require_open(order: Order) -> None:
    """Contents may change until the order is shipped, completed or cancelled."""
    if order.stage not in EDITABLE:
        raise OrderClosed(number=order.number, stage=order.stage)
