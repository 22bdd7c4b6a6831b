"""How a command is decided: what it lacks is found, its aggregate decides, and the others follow.

Pure: all that is asked of the world is asked of a `Lookup`, all that follows stands in the `Decision`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.customers import (
    CreateCustomer,
    EraseCustomer,
    MergeCustomers,
    UndoMerge,
    UpdateCustomer,
)
from domain.customers.directory import absorb, claim_emails, forget_absorbed, release
from domain.events import Aggregate, Command
from domain.handlers import HANDLERS
from domain.lookup import Decision, Lookup
from domain.orders import coupon_uses
from domain.orders.buyers import with_customer, with_followed_bill
from domain.orders.charges import ApplyCoupon
from domain.orders.creation import CreateOrder
from domain.orders.details import AssignCustomer, AssignOperator, ChangeBillingAddress
from domain.orders.edits import EditOrder
from domain.orders.exchanges import ExchangeReturn, link_replacement, with_own_exchange, with_replacement
from domain.orders.intake import take_order, with_operator
from domain.orders.issuing import IssueCorrection, IssueCreditNote, IssueInvoice
from domain.orders.numbering import with_number
from domain.orders.order import Order, OrderCommand, require_currency
from domain.orders.returns import SettleReturn
from domain.stock import settling

Complete = Callable[[Any, Any, Lookup, Decision], Any]

# Commands that more than their own aggregate decides: each is given what it lacks, and what it does to others is
# decided before its own aggregate decides. The others are decided by their aggregate alone (see `HANDLERS`).
COMPLETE: Mapping[type[Command], Complete] = {
    ApplyCoupon: coupon_uses.with_terms,
    EditOrder: coupon_uses.with_terms_of_changes,
    AssignOperator: with_operator,
    AssignCustomer: with_customer,
    ChangeBillingAddress: with_followed_bill,
    SettleReturn: with_own_exchange,
    ExchangeReturn: with_replacement,
    IssueInvoice: with_number,
    IssueCreditNote: with_number,
    IssueCorrection: with_number,
    CreateCustomer: claim_emails,
    UpdateCustomer: claim_emails,
    MergeCustomers: absorb,
    UndoMerge: release,
    EraseCustomer: forget_absorbed,
}


def decide(aggregate: Aggregate, command: Command, lookup: Lookup) -> Decision:
    """Decides a command; its aggregate and those of the decision hold the events, or the command is refused."""
    decision = Decision()
    if isinstance(aggregate, Order) and isinstance(command, OrderCommand):
        _decide_order(aggregate, command, lookup, decision)
        return decision
    if complete := COMPLETE.get(type(command)):
        command = complete(aggregate, command, lookup, decision)
    HANDLERS[type(command)].decide(aggregate, command, lookup.shop)
    return decision


def _decide_order(order: Order, command: OrderCommand, lookup: Lookup, decision: Decision) -> None:
    """The same for an order: afterwards its coupons count it or not, its key follows its customer, stock moves."""
    if isinstance(command, CreateOrder):
        take_order(order, command, lookup, decision)
        return
    held, was_of, key = coupon_uses.in_use(order), order.customer_id, order.subject or order.id
    if complete := COMPLETE.get(type(command)):
        command = complete(order, command, lookup, decision)
    require_currency(order, command)
    HANDLERS[type(command)].decide(order, command, lookup.shop)
    if isinstance(command, ExchangeReturn):
        link_replacement(order, command, decision)
    if order.customer_id and was_of is None:
        decision.handed_over.append((key, order.customer_id))
    coupon_uses.hold(order, command, lookup)
    coupon_uses.settle(order, held, was_of, command, lookup, decision)
    settling.settle(order, command.context, lookup, decision)
