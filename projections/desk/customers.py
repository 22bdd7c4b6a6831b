"""What a card's decisions need of the directory: one card per e-mail address, and keys that can be forgotten."""

from __future__ import annotations

from domain.customers import (
    CreateCustomer,
    CustomerExists,
    EraseCustomer,
    UpdateCustomer,
    check_email,
    normalised_email,
)
from domain.events import Command
from projections.log import Session


def prepare(session: Session, command: Command) -> None:
    """Claims the e-mail address that a card is given, makes its key, or forgets both."""
    match command:
        case CreateCustomer(card=card) | UpdateCustomer(card=card):
            session.ensure_subject(command.customer_id)
            if card.email:
                check_email(card.email, "/email")
                claim = session.claim_email(normalised_email(card.email), command.customer_id)
                if claim.customer_id != command.customer_id:
                    raise CustomerExists("/email", customer=str(claim.customer_id))
        case EraseCustomer():
            session.erase(command.customer_id)
