"""What happens at the sandbox: what its page may choose, and the webhooks that tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

import msgspec

from domain.processes.process import Effect
from projections.engine.tables import Connection
from projections.payments.provider import Kind, ProviderReport
from projections.work import effects, schedule
from projections.work.effects import EffectRequest

Happened = Literal["paid", "voided", "refunded", "disputed", "dispute-closed"]

PAYING_LATER = timedelta(minutes=1)
FAILING_LATER = 18
_KEYS = UUID("b1a0a0b6-5c0a-5b1e-8d5f-3f1c9a6b7c22")
# What may be chosen on the page of a charge in each state, and then of a paid one that is disputed.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "open": ("pay", "decline", "later"),
    "declined": ("pay", "decline", "later"),
    "paid": ("dispute",),
    "disputed": ("shop-wins", "shop-loses"),
}

_FIND = """
SELECT c.id, c.link, c.order_id, c.payment, c.number, coalesce(c.captured, c.amount), c.currency, c.return_url, c.state,
    d.state
FROM sandbox.charges AS c LEFT JOIN sandbox.disputes AS d ON d.charge_id = c.id WHERE c.id = %(id)s
"""
_CHOOSE = """
UPDATE sandbox.charges SET state = %(state)s WHERE id = %(id)s AND state IN ('open', 'declined', 'pending')
"""
_PAY = """
UPDATE sandbox.charges SET
    state = CASE WHEN capture THEN 'paid' ELSE 'authorized' END,
    captured = CASE WHEN capture THEN amount END
WHERE id = %(id)s AND state IN ('open', 'declined', 'pending')
"""
_DISPUTE = """
INSERT INTO sandbox.disputes (id, charge_id) SELECT %(dispute)s, id FROM sandbox.charges
WHERE id = %(id)s AND state = 'paid' ON CONFLICT DO NOTHING
"""
_DECIDE = "UPDATE sandbox.disputes SET state = %(state)s WHERE charge_id = %(id)s AND state = 'open'"
_COME_THROUGH = """
UPDATE sandbox.refunds SET state = CASE WHEN amount %% 100 = %(failing)s THEN 'failed' ELSE 'succeeded' END
WHERE key = %(key)s AND state = 'pending'
"""
_REFUND = """
SELECT r.order_id, r.refund, r.state, r.amount, c.currency
FROM sandbox.refunds AS r JOIN sandbox.charges AS c ON c.id = r.charge_id WHERE r.key = %(key)s
"""


class SandboxCharge(NamedTuple):
    """A payment as the sandbox knows it (`key`: the shop's name of it), and how a dispute about it stands."""

    id: str
    key: str
    order_id: UUID
    payment: str
    number: str
    amount: int
    currency: str
    return_url: str
    state: str
    dispute: str | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """What may be chosen on its page now."""
        if self.dispute:
            return CHOICES["disputed"] if self.dispute == "open" else ()
        return CHOICES.get(self.state, ())


def find_charge(connection: Connection, charge_id: str) -> SandboxCharge | None:
    """A payment by its id."""
    row = connection.execute(_FIND, {"id": charge_id}).fetchone()
    return SandboxCharge._make(row) if row else None


def choose(connection: Connection, charge_id: str, choice: str, now: datetime) -> bool:
    """Does what was chosen on the page, and lets the shop be told of it; False when it is too late for that."""
    chosen = {"id": charge_id, "dispute": f"dp_{charge_id}"}
    if choice in ("decline", "later"):
        state = "declined" if choice == "decline" else "pending"
        changed = connection.execute(_CHOOSE, {**chosen, "state": state}).rowcount
        if changed and choice == "later":
            tell(connection, "paid", charge_id, now + PAYING_LATER)
        return changed == 1
    if choice in ("shop-wins", "shop-loses"):
        changed = connection.execute(_DECIDE, {**chosen, "state": "won" if choice == "shop-wins" else "lost"}).rowcount
    else:
        changed = connection.execute(_DISPUTE if choice == "dispute" else _PAY, chosen).rowcount
    if changed:
        happened: Mapping[str, Happened] = {"pay": "paid", "dispute": "disputed"}
        tell(connection, happened.get(choice, "dispute-closed"), charge_id)
    return changed == 1


def tell(connection: Connection, happened: Happened, subject: str, due_at: datetime | None = None) -> None:
    """Lets the shop be told by a webhook, at once or later; `subject` is a charge, or the key of a refund."""
    charge = find_charge(connection, subject)
    effect = Effect(
        kind="sandbox.tell",
        payload={"happened": happened, "subject": subject},
        order_id=charge.order_id if charge else None,
        due_at=due_at,
    )
    state = charge.state if charge else ""
    asked = EffectRequest(uuid5(_KEYS, f"{happened}/{subject}/{state}"), effect, 0)
    if due_at:
        schedule.put(connection, (asked,))
    else:
        effects.put_all(connection, (asked,))


def webhook(connection: Connection, happened: Happened, subject: str) -> bytes | None:
    """The body that tells of what happened, which for what comes later happens now; telling it again gives the same."""
    if happened == "refunded":
        connection.execute(_COME_THROUGH, {"key": subject, "failing": FAILING_LATER})
        row = connection.execute(_REFUND, {"key": subject}).fetchone()
        return _refunded(subject, *row) if row else None
    if happened == "paid":
        connection.execute(_PAY, {"id": subject})
    charge = find_charge(connection, subject)
    return encoded(_told(happened, charge)) if charge else None


def _refunded(key: str, order_id: UUID, refund: str, state: str, amount: int, currency: str) -> bytes:
    kind: Kind = "refunded" if state == "succeeded" else "refund-failed"
    return encoded(ProviderReport(f"ev_{kind}_{key}", kind, order_id, key, amount, currency, refund))


def _told(happened: Happened, charge: SandboxCharge) -> ProviderReport:
    stands: Mapping[str, Kind] = {"authorized": "authorized", "voided": "voided"}
    kinds: Mapping[Happened, Kind] = {
        "paid": stands.get(charge.state, "captured"),
        "voided": "voided",
        "disputed": "dispute-opened",
        "dispute-closed": "dispute-won" if charge.dispute == "won" else "dispute-lost",
    }
    kind = kinds[happened]
    subject = f"dp_{charge.id}" if happened.startswith("dispute") else charge.payment
    event_id = f"ev_{kind}_{charge.id}"
    return ProviderReport(
        event_id, kind, charge.order_id, charge.id, charge.amount, charge.currency, subject, charge.key
    )


def encoded(told: ProviderReport) -> bytes:
    """What is told, as the body of a webhook."""
    return msgspec.json.encode(list(told))
