"""Coupons as Shopify and WooCommerce export them, or under plain names; what Carnet cannot hold to is refused.

| kind                                          | gives         |
|-----------------------------------------------|---------------|
| percent, percentage, pourcentage              | a percentage  |
| amount, fixed_amount, fixed_cart, montant     | an amount     |
| free_shipping, shipping, livraison gratuite   | free shipping |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from domain.coupons import (
    ChangeCoupon,
    Coupon,
    CouponRules,
    CreateCoupon,
    DisableCoupon,
    EnableCoupon,
    coupon_id_of,
    normalised_code,
)
from domain.coupons.rules import check_rules
from domain.events import Command
from domain.money import DECIMALS
from domain.pricing import CouponKind
from importers.faults import Fault
from importers.profile import ReadAs
from importers.reading.cells import Cells, minor_units
from importers.records.intake import RecordsIntake, TellRecord, step_of

_KINDS: dict[CouponKind, tuple[str, ...]] = {
    "percent": ("percent", "percentage", "%", "pourcentage", "prozent"),
    "amount": ("amount", "fixed amount", "fixed cart", "montant", "betrag"),
    "free_shipping": ("free shipping", "shipping", "livraison gratuite"),
}
KINDS = {word: kind for kind, words in _KINDS.items() for word in words}
OFF = frozenset({"false", "no", "0", "expired", "disabled", "draft", "trash", "private", "pending", "désactivé"})
NO = frozenset({"", "no", "0", "0.0", "0.00", "false", "none", "all", "any"})


class ToldCoupon(Struct, frozen=True):
    """What a row tells of a coupon."""

    code: str
    rules: CouponRules
    enabled: bool


class CouponsIntake(RecordsIntake):
    """A coupon for each row; one that is there is compared, or led to what the file tells (`on_change`)."""

    KIND = "coupons"
    KEY = "code"
    NEEDED = ("value",)
    NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "code": ("code", "coupon code", "post title", "discount code", "name", "coupon"),
        "kind": ("kind", "value type", "discount type", "type", "genre"),
        "value": ("value", "coupon amount", "amount", "discount value", "valeur", "montant"),
        "currency": ("currency", "devise"),
        "minimum": ("minimum", "minimum amount", "minimum spend", "minimum subtotal"),
        "valid_from": ("valid from", "start", "starts at", "start date", "début"),
        "valid_until": ("valid until", "end", "ends at", "expiry date", "date expires", "expires", "end date", "fin"),
        "limit": ("limit", "usage limit", "usage limit per code", "usage limit per coupon"),
        "limit_per_customer": ("limit per customer", "usage limit per user", "usage limit per customer"),
        "combines": ("combines",),
        "alone": ("individual use",),
        "active": ("active", "enabled", "status", "post status", "statut"),
        "shipping": ("free shipping",),
        **{name: (name,) for name in (
            "maximum amount", "product ids", "exclude product ids", "product categories", "exclude product categories",
            "customer emails", "minimum purchase requirements",
        )},
    }  # fmt: skip
    CONDITIONS = (
        "maximum amount", "product ids", "exclude product ids", "product categories", "exclude product categories",
        "customer emails", "minimum purchase requirements",
    )  # fmt: skip
    READS: ClassVar[Mapping[str, ReadAs]] = {
        "value": "amount",
        "minimum": "amount",
        "valid_from": "date",
        "valid_until": "date",
    }
    POINTERS: ClassVar[Mapping[str, str]] = {"wrong-coupon-code": "code"}

    def normalised(self, key: str) -> str:
        """A code in capitals."""
        return key.upper()

    def record(self, rows: Sequence[Cells]) -> ToldCoupon:
        """The coupon that the row tells."""
        [row] = rows
        code = normalised_code(row.required(self.named["code"]))
        kind = self._kind(row)
        for condition in self.CONDITIONS:
            if self.text(row, condition).casefold() not in NO:
                message = "A coupon is not held to this here."
                fix = "Bring it out by hand, or empty the cell where it may be left out."
                raise Fault("condition-unknown", message, column=self.named[condition], fix=fix)
        currency = self._currency(row, kind)
        rules = CouponRules(
            kind=kind,
            value=self._value(row, kind, currency),
            currency=currency,
            minimum=self._minimum(row, currency),
            valid_from=row.instant(self.named["valid_from"]) if "valid_from" in self.named else None,
            valid_until=self._until(row),
            limit=self._limit(row, "limit"),
            limit_per_customer=self._limit(row, "limit_per_customer"),
            combines=self._combines(row),
        )
        check_rules(rules)
        return ToldCoupon(code, rules, self.text(row, "active").casefold() not in OFF)

    def lead(self, told: TellRecord) -> tuple[UUID, bool, list[Command]]:
        """A new coupon, or other rules for the one that is there."""
        record = told.record
        if not isinstance(record, ToldCoupon):
            raise Fault("not-a-coupon", "This row tells of no coupon.")
        coupon_id = coupon_id_of(record.code)
        with self._runtime.log.session() as session:
            coupon = session.load_or_blank(Coupon, coupon_id)
        steps: list[Command] = []
        if not coupon.exists:
            steps.append(CreateCoupon(context=step_of(told.context, "create"), code=record.code, rules=record.rules))
        elif coupon.rules != record.rules:
            context = step_of(told.context, "change")
            steps.append(ChangeCoupon(coupon_id=coupon_id, context=context, rules=record.rules))
        if record.enabled != coupon.is_enabled:
            moved = EnableCoupon if record.enabled else DisableCoupon
            steps.append(moved(coupon_id=coupon_id, context=step_of(told.context, "enable")))
        return coupon_id, coupon.exists, steps

    def _kind(self, row: Cells) -> CouponKind:
        if self.text(row, "shipping").casefold() in ("yes", "true", "1"):
            return "free_shipping"
        text = self.text(row, "kind").casefold().replace("_", " ")
        if not text and self.text(row, "value").endswith("%"):
            return "percent"
        if text not in KINDS:
            column = self.named.get("kind", self.named["value"])
            fix = "Write percent, amount or free_shipping."
            raise Fault("unknown-coupon-kind", "This kind of coupon is not known.", column=column, fix=fix)
        return KINDS[text]

    def _currency(self, row: Cells, kind: CouponKind) -> str:
        told = self.text(row, "currency").upper()
        if told and told not in DECIMALS:
            fix = "Write an ISO 4217 code, like EUR."
            column = self.named["currency"]
            raise Fault("unknown-currency", "This is no active currency.", column=column, fix=fix)
        needed = kind == "amount" or bool(self.text(row, "minimum").strip("0.,"))
        return told or (self._runtime.desk.shop().defaults.currency if needed else "")

    def _value(self, row: Cells, kind: CouponKind, currency: str) -> int:
        column = self.named["value"]
        if kind == "free_shipping":
            return 0
        amount = row.percent(column) if kind == "percent" else row.amount(column, currency)
        if amount is None:
            raise Fault("cell-missing", "This must not be empty.", column=column, fix="Fill in the cell.")
        amount = abs(amount)  # Shopify tells what is taken off below zero
        if kind == "amount":
            return minor_units(amount, currency, column)
        hundredths = amount * 100
        if hundredths % 1:
            message = "A percentage has at most two decimals."
            raise Fault("not-an-amount", message, column=column, fix="Write it like 12.5.")
        return int(hundredths)

    def _minimum(self, row: Cells, currency: str) -> int:
        amount = row.decimal(self.named["minimum"]) if "minimum" in self.named else None
        return minor_units(amount or Decimal(0), currency, self.named["minimum"]) if amount else 0

    def _until(self, row: Cells) -> datetime | None:
        """The last instant; a day without a time holds until its end."""
        column = self.named.get("valid_until")
        at = row.instant(column) if column else None
        if at is None or column is None or ":" in row.text(column):
            return at
        return at + timedelta(days=1) - timedelta(seconds=1)

    def _limit(self, row: Cells, field: str) -> int | None:
        column = self.named.get(field, "")
        text = row.text(column)
        return None if text.casefold() in NO else row.whole(column)

    def _combines(self, row: Cells) -> bool:
        if alone := self.text(row, "alone").casefold():
            return alone in NO
        return self.text(row, "combines").casefold() not in ("no", "false", "0")
