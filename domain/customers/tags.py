"""Tags on customer cards, given by operators or by what was bought."""

from __future__ import annotations

from domain.customers.card import Customer, CustomerCommand, require_writable
from domain.errors import Rejected
from domain.events import Event
from domain.settings import Shop
from domain.texts import CODE, check_text

MAX_TAGS = 100


class TooManyCustomerTags(Rejected):
    """A card holds at most {limit} tags."""

    code = "too-many-customer-tags"


class TagCustomer(CustomerCommand, frozen=True, kw_only=True):
    """Put tags on a card."""

    tags: tuple[str, ...]


class UntagCustomer(CustomerCommand, frozen=True, kw_only=True):
    """Take tags off a card."""

    tags: tuple[str, ...]


class CustomerTagged(Event, frozen=True, kw_only=True):
    """The card carries these tags too."""

    TOPIC = "customer.tagged"

    tags: tuple[str, ...]

    def apply(self, customer: Customer) -> None:
        customer.tags = tuple(dict.fromkeys((*customer.tags, *self.tags)))


class CustomerUntagged(Event, frozen=True, kw_only=True):
    """The card no longer carries these tags."""

    TOPIC = "customer.untagged"

    tags: tuple[str, ...]

    def apply(self, customer: Customer) -> None:
        customer.tags = tuple(tag for tag in customer.tags if tag not in self.tags)


def tag_customer(customer: Customer, command: TagCustomer, shop: Shop) -> None:
    """Puts on the tags that the card does not have; new ones come last."""
    require_writable(customer)
    for index, tag in enumerate(command.tags):
        check_text(tag, CODE, f"/tags/{index}", required=True)
    wanted = dict.fromkeys(tag.strip() for tag in command.tags)
    new = tuple(tag for tag in wanted if tag not in customer.tags)
    if len(customer.tags) + len(new) > MAX_TAGS:
        raise TooManyCustomerTags("/tags", limit=MAX_TAGS)
    if new:
        customer.record(CustomerTagged, command.context, tags=new)


def untag_customer(customer: Customer, command: UntagCustomer, shop: Shop) -> None:
    """Takes off the tags that the card has."""
    gone = tuple(tag for tag in customer.tags if tag in command.tags)
    if gone:
        customer.record(CustomerUntagged, command.context, tags=gone)
