"""Consent to marketing: given with its proof, withdrawn without reasons; the history keeps both."""

from __future__ import annotations

from domain.customers.card import Consent, Customer, CustomerCommand, require_writable
from domain.errors import Rejected
from domain.events import Event, Personal
from domain.settings import Shop
from domain.texts import CODE, NAME, NOTE, check_text

CHANNELS = ("email",)


class UnknownChannel(Rejected):
    """There is no channel {channel}; known: {known}."""

    code = "unknown-channel"


class GiveConsent(CustomerCommand, frozen=True, kw_only=True):
    """Write down that the customer agreed to marketing: to which words, and where."""

    channel: str = "email"
    proof: str
    source: str


class WithdrawConsent(CustomerCommand, frozen=True, kw_only=True):
    """Write down that the customer wants no marketing any more."""

    source: str


class ConsentGiven(Event, frozen=True, kw_only=True):
    """The customer agreed to marketing."""

    TOPIC = "customer.consent-given"

    channel: str
    proof: Personal[str]
    source: str

    def apply(self, customer: Customer) -> None:
        customer.consent = Consent(
            given=True, channel=self.channel, source=self.source, proof=self.proof, at=self.timestamp
        )


class ConsentWithdrawn(Event, frozen=True, kw_only=True):
    """The customer wants no marketing any more."""

    TOPIC = "customer.consent-withdrawn"

    channel: str
    source: str

    def apply(self, customer: Customer) -> None:
        customer.consent = Consent(given=False, channel=self.channel, source=self.source, proof="", at=self.timestamp)


def give_consent(customer: Customer, command: GiveConsent, shop: Shop) -> None:
    """Writes consent down; once for the same words and source."""
    require_writable(customer)
    if command.channel not in CHANNELS:
        raise UnknownChannel("/channel", channel=command.channel[:CODE], known=", ".join(CHANNELS))
    check_text(command.proof, NOTE, "/proof", required=True, lines=True)
    check_text(command.source, NAME, "/source", required=True)
    was = customer.consent
    if was and was.given and (was.channel, was.proof, was.source) == (command.channel, command.proof, command.source):
        return
    customer.record(ConsentGiven, command.context, channel=command.channel, proof=command.proof, source=command.source)


def withdraw_consent(customer: Customer, command: WithdrawConsent, shop: Shop) -> None:
    """Withdraws the consent that is given; there is nothing to withdraw otherwise."""
    check_text(command.source, NAME, "/source", required=True)
    if customer.consent and customer.consent.given:
        customer.record(ConsentWithdrawn, command.context, channel=customer.consent.channel, source=command.source)
