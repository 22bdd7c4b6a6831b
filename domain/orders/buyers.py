"""Whose order it is: the customer named, the one of the billing address, or one that nobody knew; the card follows."""

from __future__ import annotations

from typing import NamedTuple
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
from domain.lookup import CustomerClaim, Decision, Lookup
from domain.orders.creation import CreateOrder
from domain.orders.details import AssignCustomer, ChangeBillingAddress, assign_customer, subject_unset
from domain.orders.order import Order, OrderCommand


class Holder(NamedTuple):
    """The card whose order it is, and the billing data as that card takes them."""

    card: Customer
    billing: Address


def billing_email(billing: Address, pointer: str = "/billing_address/email") -> str | None:
    """The normalised e-mail address that billing data tell; raises `BadEmail` where it is none."""
    if not billing.email:
        return None
    check_email(billing.email, pointer)
    return normalised_email(billing.email)


def readable_email(billing: Address) -> str | None:
    """The same; None also where it is none."""
    try:
        return billing_email(billing)
    except DomainError:
        return None


def stranger_id(order_id: UUID) -> UUID:
    """The id of the customer whom nothing but this order's billing data tell of."""
    return uuid5(order_id, "customer")


def holder_of(order: Order, command: CreateOrder, lookup: Lookup, decision: Decision) -> Holder | None:
    """Whose the new order is: the customer named, the one of the e-mail address, of the number on another platform, or
    somebody known by the billing data alone; None where nobody is told of, or somebody who was forgotten.
    """
    billing = command.billing_address
    if command.customer_id:
        card = named_card(lookup, command.customer_id)
        return Holder(card, _own_billing(card, billing, lookup))
    if email := billing_email(billing):
        claim = lookup.customer_of(email)
        card = _survivor(lookup, _card_of(lookup, claim))
        return Holder(card, _without_merged_email(card, claim, billing))
    if command.buyer:
        card = lookup.load(Customer, command.buyer.id)
        known = None if card.erased_at else Holder(card, billing)
    else:
        known = Holder(_stranger(order, lookup), billing) if billing else None
    decision.keys.append(known.card.id if known else order.id)
    return known


def _stranger(order: Order, lookup: Lookup) -> Customer:
    """A card for the order's customer alone; where its import was taken back, that card is there already."""
    customer_id = stranger_id(order.id)
    return lookup.load(Customer, customer_id) if order.version else Customer.blank(customer_id)


def follow(holder: Holder, command: OrderCommand, lookup: Lookup, *, corrects: bool = False) -> None:
    """Lets the card take what the order's billing data say."""
    card, billing = holder
    taking = TakeBillingData(
        customer_id=card.id, context=command.context, order_id=command.order_id, billing=billing, corrects=corrects
    )
    take_billing_data(card, taking, lookup.shop)


def renames(holder: Holder) -> bool:
    """Whether the billing data tell another name than the card has."""
    known = holder.card.value("name")
    return bool(holder.billing.name and known and known != holder.billing.name)


def named_card(lookup: Lookup, customer_id: UUID) -> Customer:
    """The card named, or the survivor it is merged into."""
    card = _survivor(lookup, lookup.load(Customer, customer_id))
    if not card.exists:
        raise CustomerNotFound("/customer_id")
    if card.erased_at:
        raise CustomerErased("/customer_id")
    return card


def with_customer(order: Order, command: AssignCustomer, lookup: Lookup, decision: Decision) -> AssignCustomer:
    """The command with what the customer's card says; an order of nobody needs a key of its own."""
    if command.customer_id is None:
        decision.keys.append(subject_unset(order))
        return command
    card = named_card(lookup, command.customer_id)
    return replace(
        command, customer_id=card.id, name=card.value("name"), email=card.value("email"), address=card.address
    )


def with_followed_bill(
    order: Order, command: ChangeBillingAddress, lookup: Lookup, decision: Decision
) -> ChangeBillingAddress:
    """A new billing address reaches the customer's card, and finds the customer whose e-mail address it tells.

    An address that nobody has replaces the card's main one where the bill had that, else it is a further one of the
    card's. One that another card has is used for this order's mails alone, and the order moves to that card only where
    its own customer is known by nothing but the address that is corrected.
    """
    email = billing_email(command.address, "/email")
    card = lookup.load(Customer, order.customer_id) if order.customer_id else None
    if card and card.erased_at:
        card = None
    holder, corrects = Holder(card, command.address) if card else None, False
    if email and holder is None:
        claim = lookup.customer_of(email)
        survivor = _survivor(lookup, _card_of(lookup, claim))
        holder = Holder(survivor, _without_merged_email(survivor, claim, command.address))
    elif email and holder and email not in holder.card.addresses:
        holder, corrects = _of_new_email(order, holder, email, lookup)
    if holder:
        follow(holder, command, lookup, corrects=corrects)
        decision.touched.append(holder.card)
        _assign(order, command, holder.card, lookup)
    return command


def _of_new_email(order: Order, holder: Holder, email: str, lookup: Lookup) -> tuple[Holder, bool]:
    """Who takes a bill whose e-mail address its customer did not have, and whether that corrects the main one."""
    card, billing = holder
    corrects = _is_correction(order, card)
    owner = lookup.claim(email, card.id)
    if owner == card.id:
        return holder, corrects
    other = _survivor(lookup, lookup.load(Customer, owner))
    if other.id != card.id and (not card.value("email") or _knows_this_order_alone(order, card)):
        card = other
    return Holder(card, replace(billing, email="")), False


def _assign(order: Order, command: ChangeBillingAddress, card: Customer, lookup: Lookup) -> None:
    if order.customer_id != card.id:
        assignment = AssignCustomer(
            order_id=order.id,
            context=command.context,
            customer_id=card.id,
            name=command.address.name or card.value("name"),
            email=command.address.email or card.value("email"),
        )
        assign_customer(order, assignment, lookup.shop)


def _own_billing(card: Customer, billing: Address, lookup: Lookup) -> Address:
    """The billing data with the card's own e-mail address alone; a card without one is given the one told, if free."""
    email = billing_email(billing)
    if email is None:
        return billing
    own = email in card.addresses if card.addresses else lookup.claim(email, card.id) == card.id
    return billing if own else replace(billing, email="")


def _survivor(lookup: Lookup, card: Customer) -> Customer:
    return lookup.load(Customer, card.merged_into) if card.merged_into else card


def _without_merged_email(card: Customer, claim: CustomerClaim, billing: Address) -> Address:
    """The billing data as the card takes it: the e-mail address of a card merged into it stays that one's own."""
    return billing if card.id == claim.customer_id else replace(billing, email="")


def _card_of(lookup: Lookup, claim: CustomerClaim) -> Customer:
    return Customer.blank(claim.customer_id) if claim.created else lookup.load(Customer, claim.customer_id)


def _is_correction(order: Order, card: Customer) -> bool:
    """Whether the order's mails went to the card's main address until now."""
    was, main = order.mails_to, card.value("email")
    return not main or (isinstance(was, str) and normalised_email(was) == normalised_email(main))


def _knows_this_order_alone(order: Order, card: Customer) -> bool:
    """Whether all that is known of a customer came from the bill of this order."""
    return _is_correction(order, card) and all(
        field.origin == "billing" and field.order_id == order.id for field in card.fields.values()
    )
