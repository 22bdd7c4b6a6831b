"""What an order's decisions need of other aggregates: its number, its customer's card, its coupons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.addresses import Address
from domain.coupons import (
    Coupon,
    RedeemCoupon,
    ReleaseCoupon,
    UnknownCoupon,
    check_coupon,
    coupon_id_of,
)
from domain.customers import (
    Customer,
    CustomerErased,
    CustomerNotFound,
    TakeBillingData,
    check_email,
    normalised_email,
    take_billing_data,
)
from domain.events import Aggregate, Context, Erased
from domain.handlers import HANDLERS
from domain.orders.cart import ApplyCoupon
from domain.orders.creation import Buyer, CreateOrder
from domain.orders.details import AssignCustomer, ChangeBillingAddress, assign_customer
from domain.orders.exchanges import ExchangeReturn, begin_exchange, is_exchanged, require_exchangeable
from domain.orders.issuing import IssueCreditNote, IssueInvoice
from domain.orders.order import EXCHANGE, Order, OrderCommand, require_currency
from domain.orders.returns import ForeignExchange, SettleReturn
from domain.pricing import CouponTerms
from domain.settings import Shop
from projections.desk import stock
from projections.desk.documents import numbered
from projections.desk.needs import Opened
from projections.log import CustomerClaim, Session

FIRST_NUMBER = 1001  # a first order called 1 would tell every customer how new the shop is


def decide(session: Session, order: Order, command: OrderCommand, opened: Opened) -> list[Aggregate]:
    """Decides an order's command; answers the card, the coupons and the stock that it touched."""
    shop = opened.shop
    held = _coupons_in_use(order)
    alone = order.exists and order.customer_id is None
    touched: list[Aggregate] = []
    replacement: Order | None = None
    match command:
        case CreateOrder():
            command = _completed(session, command, opened, touched)
        case ApplyCoupon():
            (terms,) = _terms(session, (command.coupon_code,), "/code")
            command = replace(command, terms=terms)
        case AssignCustomer():
            card = _card(session, command.customer_id)
            told = {"name": card.value("name"), "email": card.value("email")}
            command = replace(command, customer_id=card.id, **told)
        case SettleReturn(exchange=UUID() as exchange):
            _require_own(session, order, exchange)
        case ExchangeReturn() if not is_exchanged(order, command):
            replacement = _replacement(session, order, command, opened, touched)
            command = replace(command, number=replacement.number, total=replacement.price.total)
        case IssueInvoice() | IssueCreditNote():
            command = numbered(session, order, command, opened)
        case ChangeBillingAddress():
            _take_billing_data(session, order, command, shop, touched)
    require_currency(order, command)
    HANDLERS[type(command)].decide(order, command, shop)
    if replacement and isinstance(command, ExchangeReturn):
        begin_exchange(replacement, order, command.return_number, command.context)
    if alone and order.customer_id:
        session.hand_over(order.id, order.customer_id)
    if isinstance(command, CreateOrder):
        _check_coupons(session, order, order.coupons, command.context, "/coupons")
    elif isinstance(command, ApplyCoupon) and command.terms:
        _check_coupons(session, order, (command.terms,), command.context, "/code")
    touched += _settle_coupons(session, order, held, command.context, shop)
    return touched + stock.settle(session, opened.shelf, opened.untracked, order, command.context, shop)


def _replacement(
    session: Session, order: Order, command: ExchangeReturn, opened: Opened, touched: list[Aggregate]
) -> Order:
    """The order that is sent in exchange: of the same customer, to the same address, placed at once."""
    require_exchangeable(order, command)
    require_currency(order, command)
    creation = CreateOrder(
        order_id=command.replacement,
        context=command.context,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        locale=order.locale,
        place=True,
        notify=command.notify,
        customer_id=order.customer_id,
        source=EXCHANGE,
        items=command.items,
        discount=command.discount,
        shipping_charge=command.shipping_charge,
        shipping_tax_rate=command.shipping_tax_rate,
        billing_address=_readable(order.billing_address),
        shipping_address=_readable(order.shipping_address),
    )
    replacement = Order.blank(command.replacement)
    touched += [replacement, *decide(session, replacement, creation, opened)]
    return replacement


def _readable(address: Address | Erased) -> Address:
    return Address() if isinstance(address, Erased) else address


def decide_quote(session: Session, order: Order, command: CreateOrder, shop: Shop) -> None:
    """Decides how an order would be created, without claiming a number, a customer or a use of a coupon."""
    terms = _terms(session, command.coupon_codes)
    quoted = replace(command, number="quote", coupons=terms, place=False, status=None)
    HANDLERS[CreateOrder].decide(order, quoted, shop)
    _check_coupons(session, order, order.coupons, command.context, "/coupons")


def _completed(session: Session, command: CreateOrder, opened: Opened, touched: list[Aggregate]) -> CreateOrder:
    """The command with what only the desk knows: number, buyer, coupons' terms."""
    buyer, card = _buyer(session, command, opened)
    if card:
        touched.append(card)
    number = command.number or f"{opened.shop.defaults.number_prefix}{FIRST_NUMBER + (opened.number or 1) - 1}"
    return replace(command, number=number, buyer=buyer, coupons=_terms(session, command.coupon_codes))


def _buyer(session: Session, command: CreateOrder, opened: Opened) -> tuple[Buyer | None, Customer | None]:
    """Whose order it is: the customer named, or the one of the billing address, whose card follows what it says."""
    billing = command.billing_address
    email = billing.email
    if command.customer_id:
        card = _card(session, command.customer_id)
        billing = _own_address(session, card, billing)
        email = billing.email
    elif opened.customer:
        card = _survivor(session, _card_of(session, opened.customer))
        billing = _without_merged_email(card, opened.customer, billing)
    elif billing:
        card = Customer.blank(uuid5(command.order_id, "customer"))
        session.ensure_subject(card.id)
    else:
        session.ensure_subject(command.order_id)
        return None, None
    _follow(card, command.order_id, command.context, billing, opened.shop)
    name = billing.name or card.value("name")
    return Buyer(id=card.id, name=name, email=email or card.value("email")), card


def _own_address(session: Session, card: Customer, billing: Address) -> Address:
    """The billing data with the card's own e-mail address alone; a card without one is given the one told, if free."""
    if not billing.email:
        return billing
    check_email(billing.email, "/billing_address/email")
    email = normalised_email(billing.email)
    if card.value("email"):
        own = normalised_email(card.value("email")) == email
    else:
        own = session.claim_email(email, card.id).customer_id == card.id
    return billing if own else replace(billing, email="")


def _card(session: Session, customer_id: UUID) -> Customer:
    """The card named, or the survivor it is merged into."""
    card = _survivor(session, session.load_or_blank(Customer, customer_id))
    if not card.exists:
        raise CustomerNotFound("/customer_id")
    if card.erased_at:
        raise CustomerErased("/customer_id")
    return card


def _survivor(session: Session, card: Customer) -> Customer:
    return session.load_or_blank(Customer, card.merged_into) if card.merged_into else card


def _without_merged_email(card: Customer, claim: CustomerClaim, billing: Address) -> Address:
    """The billing data as the card takes it: the e-mail address of a card merged into it stays that one's own."""
    return billing if card.id == claim.customer_id else replace(billing, email="")


def _card_of(session: Session, claim: CustomerClaim) -> Customer:
    return Customer.blank(claim.customer_id) if claim.created else session.load_or_blank(Customer, claim.customer_id)


def _follow(card: Customer, order_id: UUID, context: Context, billing: Address, shop: Shop) -> None:
    take_billing_data(
        card, TakeBillingData(customer_id=card.id, context=context, order_id=order_id, billing=billing), shop
    )


def _take_billing_data(
    session: Session, order: Order, command: ChangeBillingAddress, shop: Shop, touched: list[Aggregate]
) -> None:
    """A new billing address reaches the customer's card, and finds the customer whose e-mail address it tells."""
    billing, followed = command.address, None
    card = session.load_or_blank(Customer, order.customer_id) if order.customer_id else None
    if card and card.erased_at:
        card = None
    if card and card.value("email"):
        billing = replace(billing, email=card.value("email"))
    elif billing.email:
        check_email(billing.email, "/email")
        email = normalised_email(billing.email)
        claim = session.claim_email(email, card.id) if card else session.customer_for(email)
        if card is None or claim.customer_id != card.id:
            card = _survivor(session, _card_of(session, claim))
            followed = _without_merged_email(card, claim, billing)
    if card is None:
        return
    _follow(card, order.id, command.context, followed or billing, shop)
    touched.append(card)
    if order.customer_id != card.id:
        assignment = AssignCustomer(
            order_id=order.id, context=command.context, customer_id=card.id, name=billing.name, email=billing.email
        )
        assign_customer(order, assignment, shop)


def _require_own(session: Session, order: Order, exchange: UUID) -> None:
    """The order sent in exchange is one of the same customer."""
    sent = session.load_or_blank(Order, exchange)
    if not sent.exists or sent.customer_id is None or sent.customer_id != order.customer_id:
        raise ForeignExchange("/exchange")


def _terms(session: Session, codes: tuple[str, ...], pointer: str = "/coupons") -> tuple[CouponTerms, ...]:
    coupons = [session.load_or_blank(Coupon, coupon_id_of(code)) for code in codes]
    if not all(coupon.exists for coupon in coupons):
        raise UnknownCoupon(pointer)
    return tuple({coupon.terms.code: coupon.terms for coupon in coupons}.values())


def _coupons_in_use(order: Order) -> set[str]:
    """The coupons that count this order as a use: those of a placed order that was not cancelled."""
    counts = order.is_placed and not order.is_cancelled and order.imported is None
    return {terms.code for terms in order.coupons} if counts else set()


def _check_coupons(
    session: Session, order: Order, coupons: Sequence[CouponTerms], context: Context, pointer: str
) -> None:
    for terms in coupons:
        coupon = session.load_or_blank(Coupon, coupon_id_of(terms.code))
        rejection = check_coupon(coupon, context.at, order.currency, order.price.subtotal, order.customer_id, order.id)
        if rejection:
            rejection.pointer = pointer
            raise rejection


def _settle_coupons(session: Session, order: Order, held: set[str], context: Context, shop: Shop) -> list[Aggregate]:
    """Counts the uses that began with the decision and gives back those that ended, in one order of locking."""
    holds = _coupons_in_use(order)
    touched: list[Aggregate] = []
    for code in sorted(holds ^ held):
        coupon_id = coupon_id_of(code)
        session.lock(coupon_id)
        coupon = session.load_or_blank(Coupon, coupon_id)
        facts: dict[str, Any] = {"coupon_id": coupon_id, "context": context, "order_id": order.id}
        if code in holds:
            HANDLERS[RedeemCoupon].decide(coupon, RedeemCoupon(customer_id=order.customer_id, **facts), shop)
        else:
            HANDLERS[ReleaseCoupon].decide(coupon, ReleaseCoupon(**facts), shop)
        touched.append(coupon)
    return touched
