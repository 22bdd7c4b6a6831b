"""The same asked of many orders: what it means for one, what it leaves to be taken back by, and its opposite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from domain.converting import converter
from domain.errors import Rejected
from domain.events import Context, Event
from domain.orders.archive import ArchiveOrder, UnarchiveOrder
from domain.orders.details import AssignOperator
from domain.orders.documents import RECEIPT
from domain.orders.moves import BalanceChoice, ChangeStatus, StockChoice
from domain.orders.notes import SetTags
from domain.orders.order import Order, OrderCommand
from domain.orders.prints import DocumentPrinted

MOST_ORDERS = 10_000


class WorkedOnSince(Rejected):
    """Somebody worked on order {number} since: what was done to it is left as it is."""

    code = "worked-on-since"


class NothingMatches(Rejected):
    """No order is asked for: the filter leaves none."""

    code = "nothing-matches"


class TooManyOrders(Rejected):
    """More than {limit} orders are asked for at one time: narrow the filter, or work in portions."""

    code = "too-many-orders"


class NoAddress(Rejected):
    """Order {number} has no e-mail address to write to."""

    code = "no-email-address"


class BulkAction(Struct, frozen=True, kw_only=True, tag_field="action", forbid_unknown_fields=True):
    """Something asked of many orders, with one reason for all."""

    reason: str | None = None


class MoveOrders(BulkAction, frozen=True, kw_only=True, tag="status"):
    """Move them to a status, with one answer about stock and money due, and one choice of who is told by mail."""

    status: str
    stock: StockChoice | None = None
    balance: BalanceChoice | None = None
    notify: tuple[str, ...] | None = None


class TagOrders(BulkAction, frozen=True, kw_only=True, tag="tags"):
    """Put tags on them, take tags off them."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class AssignOrders(BulkAction, frozen=True, kw_only=True, tag="operator"):
    """Give them to an operator (empty: to nobody)."""

    operator: str


class ArchiveOrders(BulkAction, frozen=True, kw_only=True, tag="archive"):
    """Put them away."""


class UnarchiveOrders(BulkAction, frozen=True, kw_only=True, tag="unarchive"):
    """Take them out of the archive."""


class LinkOrders(BulkAction, frozen=True, kw_only=True, tag="payment-link"):
    """Mail each customer a link to pay what is due, good for so many hours."""

    method: str = ""
    hours: int = 72


class ResendMails(BulkAction, frozen=True, kw_only=True, tag="resend"):
    """Send the last mail of each order again, of one template where one is named."""

    template: str = ""


class PrintOrders(BulkAction, frozen=True, kw_only=True, tag="print"):
    """Print all they have of a kind of document as one file in their order, in the language of each unless told.

    On the paper of its kind, or a receipt on 80 mm for the till.
    """

    kind: str = RECEIPT
    locale: str = ""
    paper: str = ""


class ExportOrders(BulkAction, frozen=True, kw_only=True, tag="export"):
    """Write them, or their lines, to one file; all columns unless told."""

    list: str = "orders"
    format: str = "csv"
    columns: tuple[str, ...] = ()


Reversible = MoveOrders | TagOrders | AssignOrders | ArchiveOrders | UnarchiveOrders
Action = Reversible | LinkOrders | ResendMails | PrintOrders | ExportOrders
_converted: Callable[[Any], Action] = converter(Action)


def action_of(told: Mapping[str, Any]) -> Action:
    """An action from plain values, as a job keeps it."""
    return _converted(told)


def command_for(action: Reversible, order: Order, context: Context) -> OrderCommand:
    """What the action asks of one order."""
    match action:
        case MoveOrders(status=status, stock=stock, balance=balance, notify=notify):
            return ChangeStatus(
                order_id=order.id, context=context, status=status, stock=stock, balance=balance, notify=notify
            )
        case TagOrders(add=add, remove=remove):
            kept = (tag for tag in order.tags if tag not in remove)
            return SetTags(order_id=order.id, context=context, tags=tuple(dict.fromkeys((*kept, *add))))
        case AssignOrders(operator=operator):
            return AssignOperator(order_id=order.id, context=context, operator=operator)
        case ArchiveOrders():
            return ArchiveOrder(order_id=order.id, context=context)
        case UnarchiveOrders():
            return UnarchiveOrder(order_id=order.id, context=context)


def trace(action: Reversible, before: Order, after: Order) -> dict[str, Any]:
    """What taking the action back on this order needs to know."""
    match action:
        case MoveOrders():
            return {"was": before.status}
        case TagOrders():
            added = [tag for tag in after.tags if tag not in before.tags]
            return {"added": added, "removed": [tag for tag in before.tags if tag not in after.tags]}
        case AssignOrders():
            return {"was": before.operator}
        case ArchiveOrders() | UnarchiveOrders():
            return {}


def opposite(action: Reversible, left: Mapping[str, Any], order: Order, context: Context) -> OrderCommand:
    """What takes the action back on one order, by the trace it left; nobody is told of it by mail."""
    back: Reversible
    match action:
        case MoveOrders(stock=stock):
            back = MoveOrders(status=str(left["was"]), stock=stock or "leave", balance="accept", notify=())
        case TagOrders():
            back = TagOrders(add=tuple(left["removed"]), remove=tuple(left["added"]))
        case AssignOrders():
            back = AssignOrders(operator=str(left["was"]))
        case ArchiveOrders():
            back = UnarchiveOrders()
        case UnarchiveOrders():
            back = ArchiveOrders()
    return command_for(back, order, context)


def worked_on_since(events: Iterable[Event], version: int) -> bool:
    """Whether a person or a program did something to the order after that version; neither what followed by itself
    counts nor a print, which changes nothing."""
    return any(
        event.originator_version > version
        and not isinstance(event, DocumentPrinted)
        and not _by_itself(event.metadata.actor)
        for event in events
    )


def _by_itself(actor: str) -> bool:
    return actor == "worker" or actor.startswith("process:")
