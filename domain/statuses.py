"""The stages of an order, the legal moves between them, and the statuses a merchant names on them."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from domain.errors import Rejected

DRAFT = "draft"
PENDING = "pending"
PROCESSING = "processing"
ON_HOLD = "on_hold"
SHIPPED = "shipped"
COMPLETED = "completed"
CANCELLED = "cancelled"

Stage = Literal["draft", "pending", "processing", "on_hold", "shipped", "completed", "cancelled"]
STAGES: tuple[Stage, ...] = get_args(Stage)

# From a stage to the stages it may move to; moving to another status on the same stage is always legal.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    DRAFT: (PENDING, PROCESSING, CANCELLED),
    PENDING: (PROCESSING, ON_HOLD, SHIPPED, COMPLETED, CANCELLED),
    PROCESSING: (PENDING, ON_HOLD, SHIPPED, COMPLETED, CANCELLED),
    ON_HOLD: (PENDING, PROCESSING, CANCELLED),
    SHIPPED: (COMPLETED,),
    COMPLETED: (),
    CANCELLED: (),
}
EDITABLE = frozenset({DRAFT, PENDING, PROCESSING, ON_HOLD})


class UnknownStatus(Rejected):
    """There is no status {status}; the statuses are: {known}."""

    code = "unknown-status"


class UnknownStage(Rejected):
    """There is no stage {stage}; the stages are: {known}."""

    code = "unknown-stage"


class StatusName(Struct, frozen=True):
    """What a status is called in a language."""

    locale: str
    name: str


class MerchantStatus(Struct, frozen=True, kw_only=True):
    """A status as the merchant named it, on one of the stages, and what reaching it sets off.

    `names` are those of languages in which it is called otherwise than by its `label`.
    """

    code: str
    label: str
    stage: str
    colour: str = "#6b7280"
    position: int = 0
    deducts_stock: bool = False
    restores_stock: bool = False
    notifies_customer: bool = False
    notifies_administrators: bool = False
    needs_tracking: bool = False
    names: tuple[StatusName, ...] = ()

    def called(self, locale: str) -> str:
        """What it is called in a language."""
        return next((one.name for one in self.names if one.locale == locale), self.label)


STANDARD_STATUSES = (
    MerchantStatus(code="draft", label="Draft", stage=DRAFT, colour="#9ca3af", position=0),
    MerchantStatus(
        code="pending", label="Pending", stage=PENDING, colour="#f59e0b", position=10,
        notifies_customer=True, notifies_administrators=True,
    ),
    MerchantStatus(
        code="processing", label="Processing", stage=PROCESSING, colour="#3b82f6", position=20,
        deducts_stock=True, notifies_customer=True,
    ),
    MerchantStatus(code="on_hold", label="On hold", stage=ON_HOLD, colour="#a855f7", position=30),
    MerchantStatus(
        code="shipped", label="Shipped", stage=SHIPPED, colour="#06b6d4", position=40,
        deducts_stock=True, notifies_customer=True,
    ),
    MerchantStatus(code="completed", label="Completed", stage=COMPLETED, colour="#22c55e", position=50),
    MerchantStatus(
        code="cancelled", label="Cancelled", stage=CANCELLED, colour="#ef4444", position=60,
        restores_stock=True, notifies_customer=True,
    ),
)  # fmt: skip


def may_move(from_stage: str, to_stage: str) -> bool:
    """Whether the table lets an order go from one stage to the other."""
    return from_stage == to_stage or to_stage in TRANSITIONS[from_stage]
