"""What an order's decisions need of other aggregates: its number, its customer's card, its coupons."""

from __future__ import annotations

from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.addresses import Address
from domain.customers import (
    Customer,
    CustomerErased,
    CustomerNotFound,
    TakeBillingData,
    check_email,
    normalised_email,
    take_billing_data,
)
from domain.errors import DomainError
from domain.events import Aggregate, Context, Erased
from domain.handlers import HANDLERS
from domain.operators import Operator, UnknownOperator, operator_id
from domain.orders.charges import ApplyCoupon
from domain.orders.creation import Buyer, CreateOrder
from domain.orders.details import AssignCustomer, AssignOperator, ChangeBillingAddress, assign_customer, subject_unset
from domain.orders.exchanges import ExchangeReturn, begin_exchange, is_exchanged, require_exchangeable
from domain.orders.issuing import IssueCorrection, IssueCreditNote, IssueInvoice
from domain.orders.order import EXCHANGE, Order, OrderCommand, require_currency
from domain.orders.returns import ForeignExchange, SettleReturn
from domain.settings import Shop
from projections.desk import coupons, stock
from projections.desk.documents import numbered
from projections.desk.needs import Opened
from projections.log import CustomerClaim, Session

FIRST_NUMBER = 1001  # a first order called 1 would tell every customer how new the shop is


def decide(session: Session, order: Order, command: OrderCommand, opened: Opened) -> list[Aggregate]:
    """Decides an order's command; answers the card, the coupons and the stock that it touched."""
    shop = opened.shop
    held, was_of = coupons.in_use(order), order.customer_id
    alone, subject = order.exists and order.customer_id is None, order.subject or order.id
    touched: list[Aggregate] = []
    replacement: Order | None = None
    match command:
        case CreateOrder():
            command = _completed(session, command, opened, touched)
        case ApplyCoupon():
            (terms,) = coupons.terms_of(session, (command.coupon_code,), "/code")
            command = replace(command, terms=terms)
        case AssignOperator():
            _require_operator(session, command.operator)
        case AssignCustomer(customer_id=UUID() as customer_id):
            card = _card(session, customer_id)
            told = {"name": card.value("name"), "email": card.value("email"), "address": card.address}
            command = replace(command, customer_id=card.id, **told)
        case AssignCustomer():
            session.ensure_subject(subject_unset(order))
        case SettleReturn(exchange=UUID() as exchange):
            _require_own(session, order, exchange)
        case ExchangeReturn() if not is_exchanged(order, command):
            replacement = _replacement(session, order, command, opened, touched)
            command = replace(command, number=replacement.number, total=replacement.price.total)
        case IssueInvoice() | IssueCreditNote() | IssueCorrection():
            command = numbered(session, order, command, opened)
        case ChangeBillingAddress():
            _take_billing_data(session, order, command, shop, touched)
    require_currency(order, command)
    HANDLERS[type(command)].decide(order, command, shop)
    if replacement and isinstance(command, ExchangeReturn):
        begin_exchange(replacement, order, command.return_number, command.context)
    if alone and order.customer_id:
        session.hand_over(subject, order.customer_id)
    coupons.hold(session, order, command)
    touched += coupons.settle(session, order, held, was_of, command, shop)
    coupons.require_quoted(order, command)
    return touched + stock.settle(session, opened.shelf, opened.untracked, order, command.context, shop)


def _require_operator(session: Session, username: str) -> None:
    """Refuses an operator who is not there, or may not come in; nobody is always there."""
    if not username:
        return
    operator = session.load_or_blank(Operator, operator_id(username))
    if not operator.exists or operator.disabled:
        raise UnknownOperator("/operator", operator=username)


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
        shipping_taxes=command.shipping_taxes,
        shipping_includes_tax=command.shipping_includes_tax,
        billing_address=_readable(order.billing_address),
        shipping_address=_readable(order.shipping_address),
    )
    replacement = Order.blank(command.replacement)
    touched += [replacement, *decide(session, replacement, creation, opened)]
    return replacement


def _readable(address: Address | Erased) -> Address:
    return Address() if isinstance(address, Erased) else address


def decide_quote(
    session: Session, order: Order, command: CreateOrder, shop: Shop, refusal: DomainError | None = None
) -> None:
    """Decides how an order would be created, without claiming a number, a customer or a use of a coupon.

    Coupons that do not hold fall off it, each with why; so does the one that a `refusal` is about.
    """
    terms = coupons.terms_of(session, command.coupon_codes)
    person, tags = coupons.person_of(session, command.customer_id)
    quoted = replace(
        command, number="quote", customer_id=None, billing_address=Address(), coupons=terms, place=False, status=None
    )
    HANDLERS[CreateOrder].decide(order, quoted, shop)
    coupons.drop(session, order, command.context, person, tags, refusal)


def _completed(session: Session, command: CreateOrder, opened: Opened, touched: list[Aggregate]) -> CreateOrder:
    """The command with what only the desk knows: number, buyer, coupons' terms."""
    if not command.past:
        _require_operator(session, command.operator)
    buyer, card = _buyer(session, command, opened)
    if card:
        touched.append(card)
        command = _filled(command, card)
    number = command.number or f"{opened.shop.defaults.number_prefix}{FIRST_NUMBER + (opened.number or 1) - 1}"
    return replace(command, number=number, buyer=buyer, coupons=coupons.terms_of(session, command.coupon_codes))


def _filled(command: CreateOrder, card: Customer) -> CreateOrder:
    """The command with the addresses of the customer named where it tells none, unless they are to stay empty."""
    told = command.billing_address or command.shipping_address
    if command.customer_id is None or told or not command.fill_addresses or command.past:
        return command
    return replace(command, billing_address=card.address, shipping_address=card.address)


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
    own = email in card.addresses if card.addresses else session.claim_email(email, card.id).customer_id == card.id
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


def _follow(
    card: Customer, order_id: UUID, context: Context, billing: Address, shop: Shop, *, corrects: bool = False
) -> None:
    command = TakeBillingData(
        customer_id=card.id, context=context, order_id=order_id, billing=billing, corrects=corrects
    )
    take_billing_data(card, command, shop)


def _take_billing_data(
    session: Session, order: Order, command: ChangeBillingAddress, shop: Shop, touched: list[Aggregate]
) -> None:
    """A new billing address reaches the customer's card, and finds the customer whose e-mail address it tells.

    An address that nobody has replaces the card's main one where the bill had that, else it is a further one of the
    card's. One that another card has is used for this order's mails alone, and the order moves to that card only where
    its own customer is known by nothing but the address that is corrected.
    """
    billing, corrects = command.address, False
    card = session.load_or_blank(Customer, order.customer_id) if order.customer_id else None
    if card and card.erased_at:
        card = None
    if billing.email:
        check_email(billing.email, "/email")
        email = normalised_email(billing.email)
        if card is None:
            claim = session.customer_for(email)
            card = _survivor(session, _card_of(session, claim))
            billing = _without_merged_email(card, claim, billing)
        elif email not in card.addresses:
            corrects = _is_correction(order, card)
            claim = session.claim_email(email, card.id)
            if claim.customer_id != card.id:
                other = _survivor(session, _card_of(session, claim))
                if other.id != card.id and (not card.value("email") or _knows_this_order_alone(order, card)):
                    card = other
                billing, corrects = replace(billing, email=""), False
    if card is None:
        return
    _follow(card, order.id, command.context, billing, shop, corrects=corrects)
    touched.append(card)
    if order.customer_id != card.id:
        assignment = AssignCustomer(
            order_id=order.id,
            context=command.context,
            customer_id=card.id,
            name=command.address.name or card.value("name"),
            email=command.address.email or card.value("email"),
        )
        assign_customer(order, assignment, shop)


def _is_correction(order: Order, card: Customer) -> bool:
    """Whether the order's mails went to the card's main address until now."""
    was, main = order.mails_to, card.value("email")
    return not main or (isinstance(was, str) and normalised_email(was) == normalised_email(main))


def _knows_this_order_alone(order: Order, card: Customer) -> bool:
    """Whether all that is known of a customer came from the bill of this order."""
    return _is_correction(order, card) and all(
        field.origin == "billing" and field.order_id == order.id for field in card.fields.values()
    )


def _require_own(session: Session, order: Order, exchange: UUID) -> None:
    """The order sent in exchange is one of the same customer."""
    sent = session.load_or_blank(Order, exchange)
    if not sent.exists or sent.customer_id is None or sent.customer_id != order.customer_id:
        raise ForeignExchange("/exchange")
