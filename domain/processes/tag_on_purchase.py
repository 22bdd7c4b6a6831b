"""Tags customers by what they bought, as the shop's rules say, when an order is placed or paid."""

from __future__ import annotations

from domain.customers import Customer, TagCustomer
from domain.orders.moves import OrderPlaced
from domain.orders.order import Order
from domain.orders.payments import PaymentCaptured, PaymentRecorded
from domain.processes.process import NOTHING, Process, Reaction, Trigger
from domain.shop import Shop
from domain.tag_rules import PAID, PLACED, tags_for

NAME = "tag_on_purchase"
SETTLED = ("paid", "overpaid")


def react(trigger: Trigger) -> Reaction:
    """The tags that the customer's card does not carry yet; nobody is tagged who was forgotten."""
    if not trigger.shop.tag_rules:
        return NOTHING
    order = trigger.order()
    tags = earned(order, trigger.shop, placed=isinstance(trigger.event, OrderPlaced))
    if not tags or order.customer_id is None:
        return NOTHING
    card = trigger.load(Customer, order.customer_id)
    if card.merged_into:
        card = trigger.load(Customer, card.merged_into)
    if card.erased_at or set(tags) <= set(card.tags):
        return NOTHING
    return Reaction(commands=(TagCustomer(customer_id=card.id, context=trigger.context(), tags=tags),))


def earned(order: Order, shop: Shop, *, placed: bool) -> tuple[str, ...]:
    """What the order earns now: for being placed, and for being paid."""
    on_placed = tags_for(order, shop.tag_rules, PLACED) if placed else ()
    on_paid = tags_for(order, shop.tag_rules, PAID) if order.payment_status in SETTLED else ()
    return tuple(dict.fromkeys((*on_placed, *on_paid)))


TAG_ON_PURCHASE = Process(NAME, (OrderPlaced, PaymentRecorded, PaymentCaptured), react)
