"""Drafts into commands: the same order of the same source always gives the same ids, and its total stays as told."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid5

from msgspec import Struct, convert
from msgspec.structs import replace

from domain.addresses import Address
from domain.customers import check_email
from domain.events import Context
from domain.money import DECIMALS, amount_text, rounded_minor_units
from domain.orders.creation import Buyer, CreateOrder
from domain.orders.lines import NewItem
from domain.orders.order import Imported
from domain.orders.past import Past, PastNote, PastPayment, PastRefund, PastShipment
from domain.pricing import Cart, CartLine, CouponTerms, price
from domain.settings import Shop
from domain.statuses import CANCELLED, DRAFT
from domain.units import UNITS, steps_of
from importers.damage import damage_in
from importers.drafts import Draft, DraftLine
from importers.faults import Fault
from importers.remarks import TAX_WITHOUT_RATE

IMPORTS = UUID("b0c4a1de-52ab-5f0e-8a55-2f1c9be1b6d3")
UNKNOWN_CARRIER = "unknown"

WITHOUT_PRICE = "lines-without-price"
ROUNDED_PRICE = "unit-price-rounded"
AS_TOLD = "total-as-told"
REFUND_TRIMMED = "refund-above-total"


class Origin(Struct, frozen=True, kw_only=True):
    """Where a run's orders come from: the source that their ids are made of, the profile, and the run's own id.

    `acts`: mails and automations follow them as if they had happened here.
    """

    source: str
    profile: str
    import_id: UUID
    acts: bool = False


class Figures(Struct, frozen=True):
    """An order's control figures in minor units; `difference` is what its told total has beyond its parts.

    `unpaid`: it is a sale with a total of which nothing is told to have been paid. `remarks` are the codes of its own.
    """

    currency: str
    total: int
    refunded: int
    difference: int
    without_price: bool
    without_lines: bool
    unpaid: bool
    remarks: tuple[str, ...] = ()


class Built(Struct, frozen=True):
    """A command, and the figures it adds to the control totals."""

    command: CreateOrder
    figures: Figures


def order_id(source: str, external_id: str) -> UUID:
    """The id that this order of this source has in every run."""
    return uuid5(IMPORTS, f"order\x1f{source}\x1f{external_id}")


def build(draft: Draft, origin: Origin, shop: Shop) -> Built:
    """The command that stores the draft as an order of the past; raises `DomainError` or `Fault`."""
    if draft.billing.email:
        check_email(draft.billing.email, "/billing_address/email")
    items = tuple(_item(line, draft.currency) for line in draft.lines)
    coupons = _coupons(draft)
    rounding = _rounding(draft, items)
    expected = _computed(draft, items, coupons) + rounding + draft.tax
    total = expected if draft.total is None else draft.total
    without_price = any(item.unit_price is None for item in items)
    if draft.total is None and without_price:
        raise Fault("total-unknown", "Neither the order's total nor the prices of its lines are told.", line=draft.line)
    paid = _payments(draft, total)
    refunds, too_much = _within(_refunds(draft, paid), paid)
    if too_much:
        told = f"{REFUND_TRIMMED}: {amount_text(too_much, draft.currency)}"
        draft = replace(draft, remarks=(*draft.remarks, told))
    figures = Figures(
        currency=draft.currency,
        total=total,
        refunded=sum(refund.amount for refund in refunds),
        difference=0 if without_price else total - expected,
        without_price=without_price,
        without_lines=not items,
        unpaid=total > 0 and not paid and draft.stage not in (DRAFT, CANCELLED),
    )
    remarks = _remarks(draft, figures, rounding)
    figures = replace(figures, remarks=tuple(dict.fromkeys(remark.partition(":")[0] for remark in remarks)))
    past = Past(
        imported=Imported(
            source=origin.source,
            external_id=draft.external_id,
            content_hash=draft.content_hash,
            total=total,
            remarks=remarks,
        ),
        placed_at=draft.placed_at or draft.created_at,
        payments=paid,
        refunds=refunds,
        shipments=_shipments(draft),
        notes=tuple(PastNote(text=note.text, at=note.at) for note in draft.dated_notes),
        ended_at=draft.ended_at,
        archived=draft.archived,
    )
    return Built(_command(draft, origin, shop, items, coupons, past), figures)


def _command(
    draft: Draft, origin: Origin, shop: Shop, items: tuple[NewItem, ...], coupons: tuple[CouponTerms, ...], past: Past
) -> CreateOrder:
    return CreateOrder(
        order_id=order_id(origin.source, draft.external_id),
        context=_context(draft, origin),
        number=draft.number,
        currency=draft.currency,
        prices_include_tax=draft.prices_include_tax,
        locale=draft.locale or shop.defaults.locale,
        status=_status(draft, shop),
        buyer=_buyer(draft, origin),
        operator=draft.operator,
        source=draft.source or origin.source,
        payment_method=draft.payment_method,
        shipping_method=draft.shipping_method,
        billing_address=_billing(draft),
        shipping_address=draft.shipping,
        items=items,
        coupons=coupons,
        discount=0 if draft.coupon else draft.discount,
        shipping_charge=draft.shipping_charge,
        shipping_taxes=draft.shipping_taxes,
        shipping_includes_tax=draft.shipping_includes_tax,
        tags=draft.tags,
        notes=draft.notes,
        past=past,
    )


def _status(draft: Draft, shop: Shop) -> str:
    """The status told where the shop has it on that stage, else the first of the stage."""
    own = shop.statuses.get(draft.status)
    return own.code if own and own.stage == draft.stage else shop.first_status(draft.stage).code


def _context(draft: Draft, origin: Origin) -> Context:
    return Context(
        command_id=uuid5(IMPORTS, f"create\x1f{origin.source}\x1f{draft.external_id}"),
        actor=f"import:{origin.profile}",
        at=draft.created_at,
        import_id=origin.import_id,
        acts=origin.acts,
    )


def _buyer(draft: Draft, origin: Origin) -> Buyer | None:
    """The customer behind a customer number; one with an e-mail address is found by that address instead."""
    if not draft.customer_id or draft.billing.email:
        return None
    identity = uuid5(IMPORTS, f"customer\x1f{origin.source}\x1f{draft.customer_id}")
    return Buyer(id=identity, name=draft.customer_name or draft.customer_id, email="")


def _billing(draft: Draft) -> Address:
    """The billing address; a customer known by nothing but a number is billed under it."""
    known = draft.billing.name or draft.billing.email
    return draft.billing if known else replace(draft.billing, name=draft.customer_name or draft.customer_id)


def _item(line: DraftLine, currency: str) -> NewItem:
    told = line.unit_price
    return NewItem(
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=None if told is None else rounded_minor_units(told, currency),
        discount=rounded_minor_units(line.discount, currency),
        taxes=line.taxes,
        exemption=line.exemption,
        unit=line.unit,
        options=line.options,
    )


def _cart_line(item: NewItem) -> CartLine:
    unit = UNITS[item.unit]
    quantity = steps_of(item.quantity, unit, "")
    return CartLine("", quantity, item.unit_price or 0, item.discount, item.taxes or (), decimals=unit.decimals)


def _computed(draft: Draft, items: tuple[NewItem, ...], coupons: tuple[CouponTerms, ...]) -> int:
    """What the parts come to, by the same rules as any order."""
    lines = tuple(_cart_line(item) for item in items)
    cart = Cart(
        currency=draft.currency,
        prices_include_tax=draft.prices_include_tax,
        lines=lines,
        coupons=coupons,
        discount=0 if draft.coupon else draft.discount,
        shipping_charge=draft.shipping_charge,
        shipping_taxes=draft.shipping_taxes,
        shipping_includes_tax=draft.shipping_includes_tax,
    )
    return price(cart).total


def _coupons(draft: Draft) -> tuple[CouponTerms, ...]:
    """The coupon that gave the order's discount, and those that gave an amount of their own."""
    one = ((draft.coupon, draft.discount),) if draft.coupon else ()
    return (*(CouponTerms(code, "amount", amount) for code, amount in (*one, *draft.coupons)), *draft.terms)


def _rounding(draft: Draft, items: tuple[NewItem, ...]) -> int:
    """What rounding unit prices to the minor unit took from the total, or added to it."""
    if all(line.unit_price is None or _places(line.unit_price) <= DECIMALS[draft.currency] for line in draft.lines):
        return 0
    exact = sum(((line.unit_price or Decimal(0)) * line.quantity for line in draft.lines), Decimal(0))
    rounded = sum(_cart_line(item).before for item in items)
    return rounded_minor_units(exact, draft.currency) - rounded


def _places(amount: Decimal) -> int:
    return -int(amount.as_tuple().exponent)


def _payments(draft: Draft, total: int) -> tuple[PastPayment, ...]:
    """Every payment told; the first may be told as the whole total."""
    told = (draft.payment, *draft.payments)
    paid = [(one, total if one.amount is None else one.amount) for one in told if one is not None]
    return tuple(
        PastPayment(amount=amount, method=one.method or draft.payment_method, reference=one.reference, at=one.at)
        for one, amount in paid
        if amount > 0
    )


def _refunds(draft: Draft, paid: tuple[PastPayment, ...]) -> tuple[PastRefund, ...]:
    """Every refund told, each with its own time; what is told as a sum went back at once."""
    whole = sum(payment.amount for payment in paid) if draft.fully_refunded else draft.refunded
    single = (PastRefund(amount=whole, at=draft.refunded_at),) if whole else ()
    return single + tuple(convert(one, PastRefund, from_attributes=True) for one in draft.refunds)


def _within(refunds: tuple[PastRefund, ...], paid: tuple[PastPayment, ...]) -> tuple[tuple[PastRefund, ...], int]:
    """The refunds, and how much the last was lessened: by what they are above the payments, up to a hundredth of these.

    Platforms round refunds in other currencies.
    """
    came_in = sum(payment.amount for payment in paid)
    above = sum(refund.amount for refund in refunds) - came_in
    if not 0 < above * 100 <= came_in or refunds[-1].amount <= above:
        return refunds, 0
    return (*refunds[:-1], replace(refunds[-1], amount=refunds[-1].amount - above)), above


def _shipments(draft: Draft) -> tuple[PastShipment, ...]:
    told = (draft.parcel, *draft.parcels)
    return tuple(
        PastShipment(
            carrier=one.carrier or UNKNOWN_CARRIER,
            tracking_code=one.tracking_code,
            delivered=one.delivered,
            at=one.at,
            lines=one.lines,
        )
        for one in told
        if one is not None and draft.lines
    )


def _remarks(draft: Draft, figures: Figures, rounding: int) -> tuple[str, ...]:
    remarks = [*draft.remarks, *damage_in(draft)]
    if figures.without_price:
        remarks.append(WITHOUT_PRICE)
    if draft.tax:
        remarks.append(f"{TAX_WITHOUT_RATE}: {amount_text(draft.tax, draft.currency)}")
    if rounding:
        remarks.append(f"{ROUNDED_PRICE}: {amount_text(rounding, draft.currency)}")
    if figures.difference:
        remarks.append(f"{AS_TOLD}: {amount_text(figures.difference, draft.currency)}")
    return tuple(remarks)
