"""Two cards of one person made one, and apart again: the merged card points to the survivor, nothing is copied."""

from __future__ import annotations

from uuid import UUID

from domain.customers.card import Customer, CustomerCommand, CustomerErased, require_writable
from domain.errors import Conflict, Rejected
from domain.events import Event
from domain.settings import Shop

MAX_ABSORBED = 50


class MergedIntoItself(Rejected):
    """A card is merged into another one, not into itself."""

    code = "merged-into-itself"


class SurvivorOfOthers(Conflict):
    """Other cards are merged into this one: it is not merged itself."""

    code = "survivor-of-others"


class TooManyMerged(Rejected):
    """At most {limit} cards are merged into one."""

    code = "too-many-merged"


class MergeCustomers(CustomerCommand, frozen=True, kw_only=True):
    """Make this card part of another; `into_version` is the version of that one on which it was decided."""

    into: UUID
    into_version: int | None = None


class AbsorbCustomer(CustomerCommand, frozen=True, kw_only=True):
    """Take another card in."""

    merged: UUID


class UndoMerge(CustomerCommand, frozen=True, kw_only=True):
    """Let a merged card stand by itself again, as it was."""


class ReleaseCustomer(CustomerCommand, frozen=True, kw_only=True):
    """Let a card go that was taken in."""

    merged: UUID


class CustomersMerged(Event, frozen=True, kw_only=True):
    """The card is part of another."""

    TOPIC = "customer.merged"

    into: UUID

    def apply(self, customer: Customer) -> None:
        customer.merged_into = self.into


class CustomerAbsorbed(Event, frozen=True, kw_only=True):
    """Another card is part of this one."""

    TOPIC = "customer.absorbed"

    merged: UUID

    def apply(self, customer: Customer) -> None:
        customer.absorbed = tuple(dict.fromkeys((*customer.absorbed, self.merged)))


class MergeUndone(Event, frozen=True, kw_only=True):
    """The card stands by itself again."""

    TOPIC = "customer.merge-undone"

    into: UUID

    def apply(self, customer: Customer) -> None:
        customer.merged_into = None


class CustomerReleased(Event, frozen=True, kw_only=True):
    """Another card is no longer part of this one."""

    TOPIC = "customer.released"

    merged: UUID

    def apply(self, customer: Customer) -> None:
        customer.absorbed = tuple(merged for merged in customer.absorbed if merged != self.merged)


def merge_customers(customer: Customer, command: MergeCustomers, shop: Shop) -> None:
    """Merges a card once, into another that is not merged itself; a survivor of others stays one."""
    if command.into == customer.id:
        raise MergedIntoItself("/into")
    if customer.merged_into == command.into:
        return
    require_writable(customer)
    if customer.absorbed:
        raise SurvivorOfOthers()
    customer.record(CustomersMerged, command.context, into=command.into)


def absorb_customer(customer: Customer, command: AbsorbCustomer, shop: Shop) -> None:
    """Takes a card in, once."""
    require_writable(customer, "/into")
    if command.merged in customer.absorbed:
        return
    if len(customer.absorbed) >= MAX_ABSORBED:
        raise TooManyMerged("/into", limit=MAX_ABSORBED)
    customer.record(CustomerAbsorbed, command.context, merged=command.merged)


def undo_merge(customer: Customer, command: UndoMerge, shop: Shop) -> None:
    """Undoes a merge, once, while the person is not forgotten."""
    if customer.merged_into is None:
        return
    if customer.erased_at:
        raise CustomerErased()
    customer.record(MergeUndone, command.context, into=customer.merged_into)


def release_customer(customer: Customer, command: ReleaseCustomer, shop: Shop) -> None:
    """Lets a card go, once."""
    if command.merged in customer.absorbed:
        customer.record(CustomerReleased, command.context, merged=command.merged)
