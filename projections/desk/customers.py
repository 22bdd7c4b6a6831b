"""What a card's decisions need of the directory: one card per e-mail address, and keys that can be forgotten."""

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
from domain.events import Command
from domain.sequences import DefineSequence, ReviseSequence
from domain.settings import Shop
from projections.log import Session


def prepare(session: Session, command: Command, shop: Shop) -> list[Customer]:
    """Claims the e-mail address that a card is given, makes its key, or forgets both; answers the other cards touched.

    A merge, its undoing and the erasing of a survivor write on several cards at once: all of it is recorded or nothing,
    and whoever changed one of them in between makes it decided anew.
    """
    match command:
        case CreateCustomer(card=card) | UpdateCustomer(card=card):
            session.ensure_subject(command.customer_id)
            told = {"/email": card.email} | {f"/emails/{index}": one for index, one in enumerate(card.emails or ())}
            givers: dict[UUID, Customer] = {}
            for pointer, email in told.items():
                _claim(session, command, email, pointer, givers)
            return list(givers.values())
        case DefineSequence() | ReviseSequence():
            session.ensure_subject(command.book_id)
        case MergeCustomers():
            return [_absorb(session, command, shop)]
        case UndoMerge():
            return _release(session, command, shop)
        case EraseCustomer():
            absorbed = _forget_absorbed(session, command, shop)
            session.erase(command.customer_id)
            return absorbed
    return []


def _claim(
    session: Session,
    command: CreateCustomer | UpdateCustomer,
    email: str | None,
    pointer: str,
    givers: dict[UUID, Customer],
) -> None:
    """Makes an address the card's: one that nobody has, or that another card, kept among the `givers`, gave up."""
    if not email:
        return
    check_email(email, pointer)
    address = normalised_email(email)
    holder = session.claim_email(address, command.customer_id).customer_id
    if holder == command.customer_id:
        return
    giver = givers.get(holder) or session.load_or_blank(Customer, holder)
    try:
        give_over_email(giver, address, command.customer_id, command.context)
    except CustomerExists as error:
        error.pointer = pointer
        raise
    session.hand_email(address, holder, command.customer_id)
    givers[holder] = giver


def _absorb(session: Session, command: MergeCustomers, shop: Shop) -> Customer:
    survivor = session.load_or_blank(Customer, command.into)
    if not survivor.exists:
        raise CustomerNotFound("/into")
    if command.into != command.customer_id:
        if command.into_version is not None and survivor.version != command.into_version:
            raise StaleVersion("/into_version", expected=command.into_version, actual=survivor.version)
        absorb = AbsorbCustomer(customer_id=survivor.id, context=command.context, merged=command.customer_id)
        absorb_customer(survivor, absorb, shop)
    return survivor


def _release(session: Session, command: UndoMerge, shop: Shop) -> list[Customer]:
    merged = session.load_or_blank(Customer, command.customer_id)
    if merged.merged_into is None:
        return []
    survivor = session.load_or_blank(Customer, merged.merged_into)
    release = ReleaseCustomer(customer_id=survivor.id, context=command.context, merged=merged.id)
    release_customer(survivor, release, shop)
    return [survivor]


def _forget_absorbed(session: Session, command: EraseCustomer, shop: Shop) -> list[Customer]:
    """The cards merged into the one to forget are the same person's: they are forgotten with it."""
    survivor = session.load_or_blank(Customer, command.customer_id)
    cards = [session.load_or_blank(Customer, customer_id) for customer_id in survivor.absorbed]
    for card in cards:
        session.erase(card.id)
        forget = EraseCustomer(customer_id=card.id, context=command.context, survivor=survivor.id)
        erase_customer(card, forget, shop)
    return cards
