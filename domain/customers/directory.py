"""What a card's decisions mean for other cards: one card per e-mail address, and several cards of one person."""

from __future__ import annotations

from uuid import UUID

from domain.customers import (
    AbsorbCustomer,
    CreateCustomer,
    Customer,
    CustomerExists,
    CustomerNotFound,
    EraseCustomer,
    MergeCustomers,
    ReleaseCustomer,
    UndoMerge,
    UpdateCustomer,
    absorb_customer,
    check_email,
    erase_customer,
    give_over_email,
    normalised_email,
    release_customer,
)
from domain.errors import StaleVersion
from domain.lookup import Decision, Lookup


def claim_emails(
    customer: Customer, command: CreateCustomer | UpdateCustomer, lookup: Lookup, decision: Decision
) -> CreateCustomer | UpdateCustomer:
    """Makes the card's the e-mail addresses that it is given: free ones, and those that other cards gave up."""
    card = command.card
    addresses = {"/email": card.email} | {f"/emails/{at}": email for at, email in enumerate(card.emails or ())}
    givers: dict[UUID, Customer] = {}
    for pointer, email in addresses.items():
        if email:
            check_email(email, pointer)
            _claim(command, normalised_email(email), pointer, givers, lookup, decision)
    decision.touched += givers.values()
    return command


def _claim(
    command: CreateCustomer | UpdateCustomer,
    email: str,
    pointer: str,
    givers: dict[UUID, Customer],
    lookup: Lookup,
    decision: Decision,
) -> None:
    holder = lookup.claim(email, command.customer_id)
    if holder == command.customer_id:
        return
    giver = givers.get(holder) or lookup.load(Customer, holder)
    try:
        give_over_email(giver, email, command.customer_id, command.context)
    except CustomerExists as error:
        error.pointer = pointer
        raise
    decision.handed_emails.append((email, holder, command.customer_id))
    givers[holder] = giver


def absorb(customer: Customer, command: MergeCustomers, lookup: Lookup, decision: Decision) -> MergeCustomers:
    """Lets the survivor take the card in; whoever saw another version of the survivor looks again."""
    survivor = lookup.load(Customer, command.into)
    if not survivor.exists:
        raise CustomerNotFound("/into")
    if command.into != command.customer_id:
        if command.into_version is not None and survivor.version != command.into_version:
            raise StaleVersion("/into_version", expected=command.into_version, actual=survivor.version)
        absorbing = AbsorbCustomer(customer_id=survivor.id, context=command.context, merged=command.customer_id)
        absorb_customer(survivor, absorbing, lookup.shop)
    decision.touched.append(survivor)
    return command


def release(customer: Customer, command: UndoMerge, lookup: Lookup, decision: Decision) -> UndoMerge:
    """Lets the survivor give the card up again."""
    if customer.merged_into is not None:
        survivor = lookup.load(Customer, customer.merged_into)
        releasing = ReleaseCustomer(customer_id=survivor.id, context=command.context, merged=customer.id)
        release_customer(survivor, releasing, lookup.shop)
        decision.touched.append(survivor)
    return command


def forget_absorbed(customer: Customer, command: EraseCustomer, lookup: Lookup, decision: Decision) -> EraseCustomer:
    """The cards merged into the one to forget are the same person's: they are forgotten with it."""
    for customer_id in customer.absorbed:
        card = lookup.load(Customer, customer_id)
        forgetting = EraseCustomer(customer_id=card.id, context=command.context, survivor=customer.id)
        erase_customer(card, forgetting, lookup.shop)
        decision.forgotten.append(card.id)
        decision.touched.append(card)
    decision.forgotten.append(customer.id)
    return command
