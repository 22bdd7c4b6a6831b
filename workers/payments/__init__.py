"""Work with payment providers: money to take and to give back, webhooks to follow, ledgers to compare."""

from __future__ import annotations

from collections.abc import Mapping

from workers.payments.collecting import capture_payment, take_payment, void_payment
from workers.payments.reconciliation import reconcile
from workers.payments.refunding import send_refund
from workers.payments.stuck import report
from workers.payments.telling import tell_shop
from workers.payments.voiding import void_charges
from workers.payments.webhooks import process_webhook
from workers.tools import Performer

PAYMENTS: Mapping[str, Performer] = {
    "payment.take": Performer(take_payment, repeatable=True, stuck=report),
    "payment.capture": Performer(capture_payment, repeatable=True, stuck=report),
    "payment.void": Performer(void_payment, repeatable=True, stuck=report),
    "payment.void-charges": Performer(void_charges, repeatable=True),
    "payments.reconcile": Performer(reconcile, repeatable=True),
    "refund.send": Performer(send_refund, repeatable=True, stuck=report),
    "webhook.process": Performer(process_webhook, repeatable=True),
    "sandbox.tell": Performer(tell_shop, repeatable=True),
}
