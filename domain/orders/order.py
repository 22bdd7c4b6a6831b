"""The order: the state that its events leave behind, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain.addresses import NOWHERE, Address
from domain.errors import Conflict, NotFound, Rejected
from domain.events import Aggregate, Command, Erased
from domain.orders.items import Item as Item
from domain.orders.ledger import Dispute as Dispute
from domain.orders.ledger import DisputeState
from domain.orders.ledger import Payment as Payment
from domain.orders.ledger import Refund as Refund
from domain.orders.origins import EXCHANGE as EXCHANGE
from domain.orders.origins import ExchangeOf as ExchangeOf
from domain.orders.origins import Imported as Imported
from domain.orders.papers import Basis
from domain.orders.papers import Document as Document
from domain.orders.papers import Print as Print
from domain.orders.parcels import Shipment as Shipment
from domain.orders.parcels import ShippedItem as ShippedItem
from domain.owed import RefundedLine as RefundedLine
from domain.owed import RefundParts, lowering, worth_kept
from domain.pricing import Cart, CouponTerms, Price, price
from domain.statuses import CANCELLED, DRAFT, EDITABLE
from domain.taxes import Taxes

if TYPE_CHECKING:
    from domain.orders.histories import ToldStatus
    from domain.orders.returns import Return


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


class LapsedCoupon(Struct, frozen=True, kw_only=True):
    """A coupon that fell off the order by itself: the rule it no longer kept to, and that in words."""

    code: str
    rule: str
    detail: str
    at: datetime


class Note(Struct, frozen=True, kw_only=True):
    """A word between operators."""

    id: str
    text: str | Erased
    author: str
    at: datetime
    revised_at: datetime | None = None


StockChoice = Literal["apply", "leave"]
PaymentStatus = Literal["unpaid", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "overpaid"]
FulfilmentStatus = Literal["unfulfilled", "partially_shipped", "shipped", "delivered", "returned"]
ReturnStatus = Literal["none", "requested", "received", "settled"]
DisputeStatus = Literal["none", "open", "won", "lost"]


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
        self.stock_answer = ""  # the last one given on stock since the order began to count
        self.created_at: datetime | None = None
        self.placed_at: datetime | None = None
        self.customer_id: UUID | None = None
        self.customer_name: str | Erased = ""
        self.customer_email: str | Erased = ""
        self.operator = ""
        self.source = ""
        self.chosen_payment_method = ""
        self.shipping_method = ""
        self.billing_address: Address | Erased = NOWHERE
        self.billing_subject: UUID | None = None
        self.shipping_address: Address | Erased = NOWHERE
        self.shipping_subject: UUID | None = None
        self.items: dict[str, Item] = {}
        self.last_item = 0
        self.coupons: tuple[CouponTerms, ...] = ()
        self.lapsed_coupons: tuple[LapsedCoupon, ...] = ()
        self.discount = 0
        self.shipping_charge = 0
        self.shipping_taxes: Taxes = ()
        self.shipping_taxes_assumed = False
        self.shipping_includes_tax: bool | None = None  # None: as the prices do
        self.adjustment = 0
        self.payments: dict[str, Payment] = {}
        self.refunds: tuple[Refund, ...] = ()
        self.refund_requests: dict[str, Refund] = {}  # not made: asked for, failed or withdrawn
        self.disputes: dict[str, Dispute] = {}
        self.shipments: dict[int, Shipment] = {}
        self.returns: dict[int, Return] = {}
        self.commands: set[UUID] = set()  # those which, given again, would do the same once more
        self.tags: tuple[str, ...] = ()
        self.told_statuses: list[ToldStatus] = []  # those it had elsewhere
        self.notes: dict[str, Note] = {}
        self.last_note = 0
        self.documents: tuple[Document, ...] = ()
        self.bases: dict[str, Basis] = {}  # what invoices tell, by the number of the invoice or its correction
        self.prints: tuple[Print, ...] = ()
        self.last_print = 0
        self.printed_version = 0
        self.messages: tuple[str, ...] = ()
        self.imported: Imported | None = None
        self.exchange_of: ExchangeOf | None = None
        self.undone = False
        self.payment_link = ""
        self.payment_link_amount = 0
        self.former_payment_link = ""
        self.late_charges: tuple[str, ...] = ()  # payments that came by a link that no longer counted, by reference
        self.payment_link_method = ""
        self.archived = False
        self._price: Price | None = None
        self._priced_version = 0

    @property
    def payment_method(self) -> str:
        """How it is paid: as was chosen, else as the last payment was taken; empty before either."""
        taken = [payment.method for payment in self.payments.values() if payment.state == "captured"]
        return self.chosen_payment_method or (taken[-1] if taken else "")

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
            lines=tuple(item.priced for item in self.items.values()),
            coupons=self.coupons,
            discount=self.discount,
            shipping_charge=self.shipping_charge,
            shipping_taxes=self.shipping_taxes,
            shipping_includes_tax=self.shipping_includes_tax,
            adjustment=self.adjustment,
            paid=self.paid,
            refunds=self.refunds,
            cancelled=self.is_cancelled,
        )

    @property
    def shipping_charge_includes_tax(self) -> bool:
        """Whether the shipping charge holds its tax: as it was set, else as the prices do."""
        return self.prices_include_tax if self.shipping_includes_tax is None else self.shipping_includes_tax

    @property
    def price(self) -> Price:
        """Every figure of the order: totals, taxes, discounts, balance; worked out once per version."""
        if self._price is None or self._priced_version != self.version:
            self._price = price(self.cart)
            self._priced_version = self.version
        return self._price

    @property
    def payment_status(self) -> PaymentStatus:
        """Where what was paid and given back stands against what the customer keeps."""
        price = self.price
        held = price.paid - price.refunded
        if held <= 0:
            if price.refunded and price.total > 0 and not price.kept:
                return "refunded"
            if self.authorized:
                return "authorized"
            return "paid" if self.items and self.placed_at and price.total <= 0 else "unpaid"
        if price.balance:
            return "partially_paid" if price.balance > 0 else "overpaid"
        return "partially_refunded" if price.kept < price.total else "paid"

    @property
    def fulfilment_status(self) -> FulfilmentStatus:
        """How much of the order has left the house, and whether all of that came back."""
        sent = self.shipped_quantities() if self.shipments else None
        if not sent:
            return "unfulfilled"
        if self.returns and all(self.returned_quantities().get(item, 0) >= units for item, units in sent.items()):
            return "returned"
        called_off = self.called_off_quantities()
        goods = [item for item in self.items.values() if not item.is_discount]
        if any(sent.get(item.id, 0) + called_off.get(item.id, 0) < item.quantity for item in goods):
            return "partially_shipped"
        live = [shipment for shipment in self.shipments.values() if shipment.state != "cancelled"]
        return "delivered" if all(shipment.state == "delivered" for shipment in live) else "shipped"

    @property
    def return_status(self) -> ReturnStatus:
        """Where returned goods stand: as the return that has furthest to go."""
        if not self.returns:
            return "none"
        states = {one.state for one in self.returns.values()}
        return next((state for state in get_args(ReturnStatus) if state in states), "none")

    @property
    def dispute_status(self) -> DisputeStatus:
        """Whether the payer disputes a payment with the provider; a lost one tells more than one that was won."""
        if not self.disputes:
            return "none"
        states = {dispute.state for dispute in self.disputes.values()}
        return next((state for state in get_args(DisputeState) if state in states), "none")

    @property
    def bill(self) -> Address:
        """The billing address where it can be read and is the customer's own; one told for another customer is not."""
        return self._own(self.billing_address, self.billing_subject)

    @property
    def delivery(self) -> Address:
        """The shipping address where it can be read and was told for the customer."""
        return self._own(self.shipping_address, self.shipping_subject)

    def _own(self, address: Address | Erased, subject: UUID | None) -> Address:
        is_own = subject is None or subject == self.subject
        return address if is_own and isinstance(address, Address) else NOWHERE

    @property
    def buyer_name(self) -> str | Erased:
        """Whose order it is by name: as on the bill, else as the customer was known when it was assigned."""
        return self.customer_name if isinstance(self.customer_name, Erased) else self.bill.name or self.customer_name

    @property
    def mails_to(self) -> str | Erased:
        """Where mails of the order go: to the bill's e-mail address, else to the customer's when it was assigned."""
        known = self.customer_email
        return known if isinstance(known, Erased) else self.bill.email or known

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
        """Units given back per line, those included that a provider was asked to give back."""
        given: dict[str, int] = {}
        for refund in self._lowering():
            for line in refund.lines:
                given[line.item] = given.get(line.item, 0) + line.quantity
        return given

    def called_off_quantities(self) -> dict[str, int]:
        """Units refunded per line that were not sent, and will not be."""
        called_off: dict[str, int] = {}
        for refund in self._lowering():
            for line in refund.lines:
                if line.unsent:
                    called_off[line.item] = called_off.get(line.item, 0) + line.unsent
        return called_off

    def kept_quantity(self, item: Item) -> int:
        """Units of a line that the customer keeps: those ordered and not refunded."""
        return max(0, item.quantity - self.refunded_quantities().get(item.id, 0))

    def kept_quantities(self) -> dict[str, int]:
        """The same of every line."""
        given = self.refunded_quantities()
        return {item.id: max(0, item.quantity - given.get(item.id, 0)) for item in self.items.values()}

    def _lowering(self) -> Sequence[RefundParts]:
        return lowering(self.committed_refunds()) if self.refunds or self.refund_requests else ()

    def committed_refunds(self) -> tuple[Refund, ...]:
        """The refunds that were made, and those that a provider was asked for."""
        return (*self.refunds, *(one for one in self.refund_requests.values() if one.state == "requested"))

    @property
    def overpaid(self) -> int:
        """What can be given back as credit: money held beyond what is kept once the refunds asked for are made."""
        kept = 0 if self.is_cancelled else worth_kept(self.price, self.committed_refunds())
        return max(0, self.paid - self.refunded - self.refunds_requested - kept)

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
