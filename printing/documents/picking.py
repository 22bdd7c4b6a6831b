"""Picking lists: what is still to be sent of many orders, SKU by SKU in the order of the places they lie at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from domain.orders.items import Item
from domain.orders.order import Order
from domain.orders.unsent import unsent_quantities
from domain.shop import Shop
from printing.documents.shaping import han_of
from printing.documents.sheet import Figure, Line, Party, Sheet, characters_missing, detail_of
from printing.documents.typefaces import JAPANESE
from printing.documents.words import Words
from projections.papers.goods import Goods

PICKING = "picking_list"


class Pick(Struct):
    """One thing to pick: how much of it for each order."""

    item: Item
    place: str
    orders: dict[str, int] = field(default_factory=dict)


def picking_sheet(orders: Sequence[Order], goods: Mapping[str, Goods], shop: Shop, locale: str = "") -> Sheet | None:
    """The list of what these orders still need; None where they need nothing."""
    picks = _picks(orders, goods)
    if not picks:
        return None
    words = Words(locale or shop.defaults.locale, shop.defaults.currency, shop.defaults.timezone)
    counted = {number for pick in picks for number in pick.orders}
    quantities = ((quantity, pick.item.unit) for pick in picks for quantity in pick.orders.values())
    at = max(order.modified_on for order in orders)
    sheet = Sheet(
        kind=PICKING,
        locale=words.locale,
        currency=shop.defaults.currency,
        at=at,
        title=words[PICKING],
        number=words.minute_of(at),
        code="",
        seller=Party(label=shop.seller.company or shop.seller.name, lines=()),
        logo=None,
        facts=((words["orders"], words.count(len(counted))),),
        parties=(),
        columns=(words["item"], words["place"], words["quantity"], words["packed"]),
        lines=tuple(_line(pick, words) for pick in picks),
        figures=(Figure(label=words["units"], value=words.quantities(quantities), strong=True),),
    )
    sheet = replace(sheet, han=han_of("".join(pick.item.name for pick in picks), JAPANESE))
    return replace(sheet, lacking=words["lacking"]) if characters_missing(sheet) else sheet


def _picks(orders: Iterable[Order], goods: Mapping[str, Goods]) -> list[Pick]:
    """What is unsent, one row for each SKU as it was chosen, in the order of places; what has no place comes last."""
    found: dict[tuple[object, ...], Pick] = {}
    for order in orders:
        unsent = {} if order.is_cancelled else unsent_quantities(order)
        for item in order.items.values():
            quantity = unsent.get(item.id, 0)
            if quantity > 0:
                place = goods.get(item.sku, Goods()).place
                pick = found.setdefault((item.sku or item.name, item.options, item.unit), Pick(item=item, place=place))
                pick.orders[order.number] = pick.orders.get(order.number, 0) + quantity
    return sorted(found.values(), key=lambda pick: (not pick.place, pick.place, pick.item.sku, pick.item.name))


def _line(pick: Pick, words: Words) -> Line:
    unit = pick.item.unit
    orders = ", ".join(f"{number} × {words.quantity(quantity, unit)}" for number, quantity in pick.orders.items())
    quantity = words.quantity(sum(pick.orders.values()), unit)
    return Line(name=pick.item.name, detail=detail_of(pick.item, words, orders), cells=(pick.place, quantity, ""))
