"""The list of coupons: what each gives, when it holds, and how often it was used."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.coupons import (
    Coupon,
    CouponChanged,
    CouponCreated,
    CouponDisabled,
    CouponEnabled,
    CouponRedeemed,
    CouponReleased,
    CouponUseMoved,
)
from projections.engine.projection import EventBatch
from projections.engine.tables import Row, Rows, Table
from projections.views.pages import Conditions, Listing, equal, key
from projections.views.plain import patterns, plain_words

_COUPONS = """
    CREATE TABLE {schema}.coupons (
        id uuid NOT NULL,
        code text COLLATE "C" NOT NULL,
        kind text NOT NULL,
        value bigint NOT NULL,
        currency text NOT NULL,
        minimum bigint NOT NULL,
        valid_from timestamptz,
        valid_until timestamptz,
        usage_limit bigint,
        limit_per_customer bigint,
        combines boolean NOT NULL,
        multiplies boolean NOT NULL,
        products text[] NOT NULL,
        patterns text[] NOT NULL,
        tags text[] NOT NULL,
        most_items bigint,
        is_enabled boolean NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        words text NOT NULL
    )
"""
_USES = """
    CREATE TABLE {schema}.coupon_uses (
        coupon_id uuid NOT NULL,
        order_id uuid NOT NULL,
        customer_id uuid,
        at timestamptz NOT NULL
    )
"""
_COLUMNS = (
    "id", "code", "kind", "value", "currency", "minimum", "valid_from", "valid_until", "usage_limit",
    "limit_per_customer", "combines", "multiplies", "products", "patterns", "tags", "most_items", "is_enabled",
    "created_at", "updated_at", "words",
)  # fmt: skip
_LISTED = """(
    SELECT coupons.*, used.uses, CASE
        WHEN NOT is_enabled THEN 'disabled'
        WHEN valid_until < %(at)s THEN 'expired'
        WHEN used.uses >= usage_limit THEN 'used_up'
        WHEN valid_from > %(at)s THEN 'scheduled'
        ELSE 'active' END AS state
    FROM {schema}.coupons
    CROSS JOIN LATERAL (SELECT count(*) AS uses FROM {schema}.coupon_uses WHERE coupon_id = coupons.id) AS used
) AS listed"""
State = Literal["active", "scheduled", "expired", "used_up", "disabled"]


class Coupons:
    """The view `coupons`. Uses are rows of their own: one used a hundred thousand times is not folded each time."""

    name = "coupons"
    version = 2
    tables = (
        Table("coupons", _COLUMNS, ("id",), _COUPONS),
        Table("coupon_uses", ("coupon_id", "order_id", "customer_id", "at"), ("coupon_id", "order_id"), _USES),
    )
    aggregates = (Coupon,)
    topics = None

    def fold(self, batch: EventBatch) -> Rows:
        """Each coupon as its rules stand, and each use that was not given back."""
        rows = Rows()
        changed: dict[UUID, datetime] = {}
        for _, event, _ in batch.events:
            coupon_id = event.originator_id
            match event:
                case CouponCreated() | CouponChanged() | CouponDisabled() | CouponEnabled():
                    changed[coupon_id] = event.timestamp
                case CouponRedeemed(order_id=order_id, customer_id=customer_id):
                    row = (coupon_id, order_id, customer_id, event.timestamp)
                    rows.put("coupon_uses", (coupon_id, order_id), row)
                case CouponUseMoved(order_id=order_id, customer_id=customer_id):
                    row = (coupon_id, order_id, customer_id, event.timestamp)
                    rows.put("coupon_uses", (coupon_id, order_id), row)
                case CouponReleased(order_id=order_id):
                    rows.delete("coupon_uses", (coupon_id, order_id))
        for coupon_id, at in changed.items():
            rows.put("coupons", (coupon_id,), coupon_row(batch.aggregates(Coupon)[coupon_id], at))
        return rows


def coupon_row(coupon: Coupon, at: datetime) -> Row:
    """The row of a coupon whose rules stand as they do since `at`."""
    rules = coupon.rules
    return (
        coupon.id,
        coupon.code,
        rules.kind,
        rules.value,
        rules.currency,
        rules.minimum,
        rules.valid_from,
        rules.valid_until,
        rules.limit,
        rules.limit_per_customer,
        rules.combines,
        rules.multiplies,
        list(rules.products),
        list(rules.patterns),
        list(rules.tags),
        rules.most_items,
        coupon.is_enabled,
        coupon.created_at,
        at,
        plain_words(coupon.code),
    )


class CouponHead(NamedTuple):
    """A coupon as the list shows it; `value` is hundredths of a percent or minor units of `currency`."""

    id: UUID
    code: str
    kind: str
    value: int
    currency: str
    minimum: int
    valid_from: datetime | None
    valid_until: datetime | None
    usage_limit: int | None
    limit_per_customer: int | None
    combines: bool
    multiplies: bool
    products: list[str]
    patterns: list[str]
    tags: list[str]
    most_items: int | None
    is_enabled: bool
    created_at: datetime
    updated_at: datetime
    uses: int
    state: State


class CouponFilters(Struct, frozen=True, kw_only=True):
    """`q` is a part of the code; `at` is the instant of which every coupon's `state` is told."""

    at: datetime
    q: str | None = None
    kind: str | None = None
    state: State | None = None


def _conditions(filters: CouponFilters) -> Conditions:
    found, told = equal(filters, ("kind", "state"))
    words = {f"word_{number}": pattern for number, pattern in enumerate(patterns(filters.q or ""))}
    return [*found, *(f"words LIKE %({name})s" for name in words)], {"at": filters.at, **told, **words}


LISTING: Listing[CouponHead, CouponFilters] = Listing(
    _LISTED,
    CouponHead,
    {
        "created_at": (key("created_at", datetime, "timestamptz"), key("id", UUID, "uuid")),
        "code": (key("code", str, "text"), key("id", UUID, "uuid")),
    },
    "-created_at",
    _conditions,
)
SORTS = tuple(LISTING.sorts)
list_coupons, count_coupons = LISTING.page, LISTING.count
