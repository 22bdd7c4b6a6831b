"""What an invoice no longer tells of its order: it is frozen as it was issued, the order goes on."""

from __future__ import annotations

from domain.addresses import Address
from domain.orders.credits import credited_of
from domain.orders.documents import INVOICE, basis_of, left_of, live_invoice
from domain.orders.issuing import parties
from domain.orders.items import Item
from domain.orders.order import Document, Order
from domain.owed import lowering, units_of

AMOUNT, LINES, BUYER, DELIVERY = "amount", "lines", "buyer", "delivery"
PARTIES = frozenset((BUYER, DELIVERY))


def differences(order: Order, document: Document) -> tuple[str, ...]:
    """In what an invoice that counts, less its credit notes, differs from what its customer keeps of the order.

    Only the last one that counts is looked at: the others were credited in full, and the order was invoiced anew.
    """
    if document.kind != INVOICE or document != live_invoice(order):
        return ()
    differs = {
        AMOUNT: left_of(order, document) != order.price.kept,
        LINES: _lines_differ(order, document),
        BUYER: _differs(document, "buyer", order),
        DELIVERY: document.buyer is not None and _differs(document, "delivery", order),
    }
    return tuple(name for name, found in differs.items() if found)


def _lines_differ(order: Order, document: Document) -> bool:
    """Whether other units are kept than are invoiced and not credited, or under another name, SKU or taxes."""
    basis = basis_of(order, document.number)
    if basis is None or not order.price.kept:
        return False
    credited = units_of(credited_of(order, document.number))
    kept = _kept(order)
    told = {item.id: (item, left) for item in basis.items if (left := item.quantity - credited[item.id]) > 0}
    held = {item.id: (item, kept[item.id]) for item in order.items.values() if kept[item.id]}
    if told.keys() != held.keys():
        return True
    return any(
        units != held[line][1] or _as_printed(item) != _as_printed(held[line][0])
        for line, (item, units) in told.items()
    )


def _kept(order: Order) -> dict[str, int]:
    """Units of each line that no refund that was made gave back: one that a provider is asked for may still fail."""
    given = units_of(lowering(order.refunds))
    return {item.id: max(0, item.quantity - given[item.id]) for item in order.items.values()}


def _as_printed(item: Item) -> tuple[object, ...]:
    """What paper says of a line besides its units and amounts."""
    return item.sku, item.name, item.options, item.taxes, item.exemption


def _differs(document: Document, party: str, order: Order) -> bool:
    """Whether paper names another party than the order; one that cannot be read is not compared."""
    told, now = getattr(document, party), parties(order)[party]
    own = order.billing_subject in (None, order.subject) and order.shipping_subject in (None, order.subject)
    readable = isinstance(order.billing_address, Address) and isinstance(order.shipping_address, Address)
    is_known = isinstance(told, Address) or (party == DELIVERY and told is None)
    return own and readable and is_known and told != now
