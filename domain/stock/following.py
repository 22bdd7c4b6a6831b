"""How stock follows an order: from what was just recorded of it to the movements on the shelves of its SKUs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from domain.errors import Conflict, Rejected
from domain.events import Context, Event
from domain.orders.cart import ItemAdded, ItemRemoved
from domain.orders.creation import OrderImported
from domain.orders.line_changes import ItemCorrected, ItemQuantityChanged
from domain.orders.moves import OrderPlaced, OrderStatusChanged, OrderStatusForced
from domain.orders.order import Order, Refund
from domain.orders.pay_again import OrderKeptAgain
from domain.orders.refunded import OrderRefunded
from domain.orders.refunds import RefundFailed
from domain.orders.returns import ReturnReceived
from domain.orders.shipments import OrderShipped, ShipmentCancelled
from domain.orders.withdrawals import RefundWithdrawn
from domain.settings import Shop
from domain.statuses import CANCELLED, COMPLETED, DRAFT, SHIPPED, MerchantStatus
from domain.stock.item import REFUSE, StockCause, StockItem, StockMoved
from domain.stock.movements import (
    CALLED_BACK,
    PARCEL,
    REFUND,
    REFUND_WITHDRAWN,
    RETURN,
    DeductStock,
    OutOfStock,
    ReleaseStock,
    ReserveStock,
    RestoreStock,
    deduct_again,
    deduct_stock,
    release_stock,
    reserve_stock,
    restore_stock,
)
from domain.texts import CODE

APPLY, LEAVE = "apply", "leave"
CALLED_OFF, WANTED_AGAIN = "called-off", "wanted-again"
HOLDS_NOTHING = (DRAFT, CANCELLED)
StatusEvent = OrderPlaced | OrderStatusChanged | OrderStatusForced


class StockConfirmationRequired(Conflict):
    """This moves stock: say whether to apply that to stock or to leave it as it is."""

    code = "stock-confirmation-required"


class StockInWholeUnits(Rejected):
    """Stock of {sku} is counted in whole units: a line of it cannot be in {unit}, which has decimals."""

    code = "stock-in-whole-units"


class Wish(NamedTuple):
    """What a line asks of its SKU's stock: so many units by that step, because of an event."""

    step: Callable[[StockItem, Wish, Order, Context], None]
    sku: str
    line: str
    quantity: int
    cause: StockCause


class Figures(NamedTuple):
    """What lies on a shelf and what of it is promised, before and after."""

    sku: str
    on_hand: tuple[int, int]
    reserved: tuple[int, int]

    @property
    def available(self) -> tuple[int, int]:
        """What may still be promised, before and after."""
        return self.on_hand[0] - self.reserved[0], self.on_hand[1] - self.reserved[1]


def wishes(order: Order, events: Sequence[Event], shop: Shop) -> list[Wish]:
    """What the events just recorded of an order ask of stock; those of an order of the past ask nothing."""
    if any(isinstance(event, OrderImported) for event in events):
        return []
    stage = next((_stage_was(event) for event in events if isinstance(event, StatusEvent)), order.stage)
    asked: list[Wish] = []
    for event in events:
        if isinstance(event, StatusEvent):
            asked += _of_status(order, event, stage, shop)
            stage = event.stage
        elif order.is_placed:
            asked += [wish for wish in _of_line(order, event) if wish.step is _shrink or stage not in HOLDS_NOTHING]
        asked += _of_parcel(order, event)
        asked += _of_goods_back(order, event)
    return asked


def follow(order: Order, asked: Sequence[Wish], shelf: Mapping[str, StockItem], context: Context) -> None:
    """Moves the stock of the SKUs on the shelf as was asked; SKUs that are not there are not tracked."""
    for wish in asked:
        item = shelf.get(wish.sku)
        if item and _counts(order, wish):
            try:
                wish.step(item, wish, order, context)
            except OutOfStock as error:
                error.pointer = _pointer(order, wish)
                raise


def _counts(order: Order, wish: Wish) -> bool:
    """Whether a line is counted in stock: goods in whole units are, others are refused where stock is promised to them.

    One that was taken before its SKU was tracked keeps out of stock, whatever becomes of it.
    """
    line = order.items.get(wish.line)
    if line is None or not line.unit.decimals:
        return line is None or not line.is_discount
    if wish.step in (_reserve, _cover):
        raise StockInWholeUnits(_pointer(order, wish), sku=wish.sku, unit=line.unit.code)
    return False


def require_answer(events: Sequence[Event], shop: Shop, moved: Sequence[Figures]) -> None:
    """A status or a parcel that changes what lies on a shelf says whether it should."""
    changed = any(figures.on_hand[0] != figures.on_hand[1] for figures in moved)
    if changed and any(_asks(event, shop) for event in events):
        raise StockConfirmationRequired(stock=[figures_told(figures) for figures in moved])


def figures_of(item: StockItem) -> Figures:
    """What is on an item's shelf before and after what was decided and is not stored yet."""
    moved = [event.moves for event in item.pending_events if isinstance(event, StockMoved)]
    on_hand, reserved = sum(move[0] for move in moved), sum(move[1] for move in moved)
    return Figures(item.sku, (item.on_hand - on_hand, item.on_hand), (item.reserved - reserved, item.reserved))


def figures_told(figures: Figures) -> dict[str, object]:
    """Figures by name, before and after."""
    told: dict[str, object] = {"sku": figures.sku}
    for name in ("on_hand", "reserved", "available"):
        before, after = getattr(figures, name)
        told[name] = {"before": before, "after": after}
    return told


def of_the_past(order: Order, events: Sequence[Event], shop: Shop) -> list[Wish]:
    """What an imported order asks of stock where that was wanted: what is sold is promised, what was sent is gone."""
    asked = [wish for event in events for wish in _of_line(order, event) if wish.step is _shrink]
    cause = StockCause(order_id=order.id, number=order.number, line="", name="imported", version=order.version)
    sent, status = order.shipped_quantities(), shop.statuses.get(order.status)
    left = order.stage in (SHIPPED, COMPLETED) or (status is not None and status.deducts_stock)
    wanted = _wanted(order)
    for item in order.items.values():
        whole = Wish(_cover, item.sku, item.id, wanted[item.id], replace(cause, line=item.id))
        if order.stage in HOLDS_NOTHING:
            asked.append(whole._replace(step=_release))
            continue
        gone = wanted[item.id] if left else sent.get(item.id, 0)
        asked += [whole, whole._replace(step=_deduct, quantity=gone)]
    return asked


def taken_back(order: Order) -> list[Wish]:
    """What it asks of stock that an order is taken back with its import: what it holds is free, what left is back."""
    cause = StockCause(order_id=order.id, number=order.number, line="", name="import-undone", version=order.version + 1)
    return [
        Wish(step, item.sku, item.id, item.quantity, replace(cause, line=item.id))
        for item in order.items.values()
        for step in (_release, _restore)
    ]


def _wanted(order: Order) -> dict[str, int]:
    """Units per line that are to leave the shelf, or have: those refunded before they were sent are not."""
    called_off = order.called_off_quantities()
    return {item.id: max(0, item.quantity - called_off.get(item.id, 0)) for item in order.items.values()}


def _stage_was(event: StatusEvent) -> str:
    return DRAFT if isinstance(event, OrderPlaced) else event.stage_was


def _asks(event: Event, shop: Shop) -> bool:
    """Whether an event may move goods that nobody has said anything of yet."""
    match event:
        case OrderPlaced() | OrderStatusChanged() | OrderStatusForced():
            status = shop.statuses.get(event.status)
            return not event.stock and status is not None and (status.deducts_stock or status.restores_stock)
        case OrderShipped():
            return not event.stock and event.metadata.import_id is None
    return False


def _cause(order: Order, event: Event, line: str, name: str, reference: str = "") -> StockCause:
    return StockCause(
        order_id=order.id,
        number=order.number,
        line=line,
        name=name,
        version=event.originator_version,
        reference=reference,
    )


def _of_status(order: Order, event: StatusEvent, stage_was: str, shop: Shop) -> Iterator[Wish]:
    """Every line is promised when the order begins to count and given free when it ends; then its status acts."""
    name = "placed" if isinstance(event, OrderPlaced) else "status"
    wanted = _wanted(order)
    for step in _steps(event, stage_was, shop.statuses.get(event.status)):
        for item in order.items.values():
            cause = _cause(order, event, item.id, name, event.status)
            units = wanted[item.id] if step in (_cover, _deduct) else item.quantity
            yield Wish(step, item.sku, item.id, units, cause)


def _steps(event: StatusEvent, stage_was: str, status: MerchantStatus | None) -> Iterator[Callable[..., None]]:
    if event.stage in HOLDS_NOTHING:
        yield _release
    elif stage_was in HOLDS_NOTHING:
        yield _cover
    if status and event.stock in (APPLY, ""):
        if status.deducts_stock and event.stage not in HOLDS_NOTHING:
            yield _deduct
        if status.restores_stock:
            yield _restore


def _of_line(order: Order, event: Event) -> Iterator[Wish]:
    """A line is promised more when it grows, while its order counts, and gives units free, or back, when it shrinks."""
    match event:
        case ItemAdded(item=line, sku=sku, quantity=quantity):
            yield Wish(_reserve, sku, line, quantity, _cause(order, event, line, "edited"))
        case ItemCorrected(item=line, sku=sku, sku_was=was) if sku != was:
            quantity = _wanted(order)[line]
            yield Wish(_shrink, was, line, quantity, _cause(order, event, line, "edited"))
            yield Wish(_reserve, sku, line, quantity, _cause(order, event, line, "edited"))
        case ItemRemoved(item=line, sku=sku, quantity=quantity):
            yield Wish(_shrink, sku, line, quantity, _cause(order, event, line, "edited"))
        case ItemQuantityChanged(item=line, quantity=quantity, was=was):
            step = _reserve if quantity > was else _shrink
            yield Wish(step, order.items[line].sku, line, abs(quantity - was), _cause(order, event, line, "edited"))


def _of_parcel(order: Order, event: Event) -> Iterator[Wish]:
    """A parcel takes off the shelf what has not left it before; one that is called back puts that back.

    Where an operator said to leave stock as it is, parcels leave it too; so do those of orders that an import changes.
    """
    match event:
        case OrderShipped(shipment=number, items=items):
            if event.metadata.import_id or LEAVE in (event.stock, order.stock_answer):
                return
            step = _send
        case ShipmentCancelled(shipment=number):
            items, step = order.shipments[number].items, _call_back
        case _:
            return
    name = PARCEL if step is _send else CALLED_BACK
    for line in items:
        if item := order.items.get(line.item):
            cause = _cause(order, event, item.id, name, str(number))
            yield Wish(step, item.sku, item.id, line.quantity, cause)


def _of_goods_back(order: Order, event: Event) -> Iterator[Wish]:
    """What a refund or a return puts back on the shelf, and what a refund of units that were not sent gives free."""
    match event:
        case OrderRefunded(refund=reference):
            refund = next((one for one in order.refunds if one.id == reference), None)
            lines = refund.lines if refund else event.lines
            unsent = ((line.item, line.unsent or 0) for line in lines)
            step = _shrink if event.restock else _release
            yield from _back(order, event, CALLED_OFF, reference, unsent, step)
            if event.restock:
                sent = ((line.item, line.quantity - (line.unsent or 0)) for line in lines)
                yield from _back(order, event, REFUND, reference, sent)
        case RefundFailed(refund=reference) | RefundWithdrawn(refund=reference):
            refund = order.refund_requests[reference]
            yield from _wanted_again(order, event, reference, (refund,))
            sent = ((line.item, line.quantity) for line in refund.lines)
            yield from _back(order, event, REFUND_WITHDRAWN, reference, sent, _leave_again)
        case OrderKeptAgain(refunds=references):
            again = [refund for refund in order.refunds if refund.id in references]
            yield from _wanted_again(order, event, ", ".join(references), again)
        case ReturnReceived(lines=received, return_number=number):
            units = ((line.item, line.quantity) for line in received if line.restock)
            yield from _back(order, event, RETURN, str(number), units)


def _wanted_again(order: Order, event: Event, reference: str, refunds: Iterable[Refund]) -> Iterator[Wish]:
    """Units that were called off by refunds which do not count any more are promised again, as far as there are any."""
    if not order.is_placed or order.stage in HOLDS_NOTHING:
        return
    units = ((line.item, line.unsent or 0) for refund in refunds for line in refund.lines)
    wanted = _wanted(order)
    for wish in _back(order, event, WANTED_AGAIN, reference[:CODE], units, _cover_what_is_there):
        yield wish._replace(quantity=wanted[wish.line])


def _back(
    order: Order,
    event: Event,
    name: str,
    reference: str,
    units: Iterable[tuple[str, int]],
    step: Callable[..., None] | None = None,
) -> Iterator[Wish]:
    """One wish for each line, however many parts its units came back in."""
    back: Counter[str] = Counter()
    for line, quantity in units:
        back[line] += quantity
    for line, quantity in back.items():
        if quantity and (item := order.items.get(line)):
            yield Wish(step or _restore, item.sku, line, quantity, _cause(order, event, line, name, reference))


def _pointer(order: Order, wish: Wish) -> str:
    if wish.cause.name == "edited":
        return "/quantity"
    return f"/items/{list(order.items).index(wish.line)}"


def _reserve(item: StockItem, wish: Wish, order: Order, context: Context) -> None:
    command = ReserveStock(stock_id=item.id, context=context, quantity=wish.quantity, cause=wish.cause)
    reserve_stock(item, command, Shop())


def _cover(item: StockItem, wish: Wish, order: Order, context: Context) -> None:
    """Promises what of the line is neither promised nor gone."""
    missing = item.outstanding(order.id, wish.line, wish.quantity) - item.line(order.id, wish.line).reserved
    _reserve(item, wish._replace(quantity=missing), order, context)


def _cover_what_is_there(item: StockItem, wish: Wish, order: Order, context: Context) -> None:
    """The same as far as there are any: what happened is not refused for want of stock."""
    missing = item.outstanding(order.id, wish.line, wish.quantity) - item.line(order.id, wish.line).reserved
    units = min(missing, max(0, item.available)) if item.policy == REFUSE else missing
    _reserve(item, wish._replace(quantity=units), order, context)


def _send(item: StockItem, wish: Wish, order: Order, context: Context) -> None:
    """Takes off the shelf what of a parcel has not left it before, by an earlier move of the order."""
    held = item.line(order.id, wish.line)
    missing = order.shipped_quantities().get(wish.line, 0) - held.out - held.returned
    units = max(0, min(wish.quantity, missing))
    deduct_stock(item, DeductStock(stock_id=item.id, context=context, quantity=units, cause=wish.cause), Shop())


def _call_back(item: StockItem, wish: Wish, order: Order, context: Context) -> None:
    """Puts back what the parcel took off the shelf, and promises it anew while the order counts."""
    took = item.line(order.id, wish.line).parcels.get(wish.cause.reference, 0)
    _restore(item, wish._replace(quantity=took), order, context)
    if took and order.stage not in HOLDS_NOTHING:
        _cover_what_is_there(item, wish._replace(quantity=_wanted(order)[wish.line]), order, context)


def _leave_again(item: StockItem, wish: Wish, order: Order, context: Context) -> None:
    """Takes off the shelf what a refund put there that was never made: the customer has it."""
    units = item.line(order.id, wish.line).refunds.get(wish.cause.reference, 0)
    deduct_again(item, DeductStock(stock_id=item.id, context=context, quantity=units, cause=wish.cause), Shop())


def _release(item: StockItem, wish: Wish, order: Order, context: Context) -> None:
    command = ReleaseStock(stock_id=item.id, context=context, quantity=wish.quantity, cause=wish.cause)
    release_stock(item, command, Shop())


def _deduct(item: StockItem, wish: Wish, order: Order, context: Context) -> None:
    """Takes off the shelf what of the line has not left it."""
    units = item.outstanding(order.id, wish.line, wish.quantity)
    deduct_stock(item, DeductStock(stock_id=item.id, context=context, quantity=units, cause=wish.cause), Shop())


def _restore(item: StockItem, wish: Wish, order: Order, context: Context) -> None:
    command = RestoreStock(stock_id=item.id, context=context, quantity=wish.quantity, cause=wish.cause)
    restore_stock(item, command, Shop())


def _shrink(item: StockItem, wish: Wish, order: Order, context: Context) -> None:
    """Units taken out of a line, or not sent any more, are first those promised to it, then those off the shelf."""
    promised = item.line(order.id, wish.line).reserved
    _release(item, wish, order, context)
    _restore(item, wish._replace(quantity=max(0, wish.quantity - promised)), order, context)
