"""Does `sequence.webhook`: tells another program about a step, with ids alone, signed and dated."""

from __future__ import annotations

import msgspec

from domain.sequences import CallWebhook
from workers.marketing.enrolled import enrolled_of
from workers.marketing.webhooks import PrivateAddress, Unreachable, post, signature
from workers.tools import GiveUp, Job, Performer, Retry, Tools

AGENT = "Carnet-Webhook/1"
_AGAIN = frozenset((408, 409, 423, 425, 429))


def call_webhook(tools: Tools, job: Job) -> None:
    """One call; the other program knows one that comes twice by its Carnet-Delivery."""
    found = enrolled_of(tools, job)
    enrolment, number = found.enrolment, int(job.payload["step"])
    step = found.definition.steps[number - 1]
    if not isinstance(step, CallWebhook):
        raise GiveUp("no-webhook")
    secret = found.book.secrets.get(step.url)
    if not secret:
        raise GiveUp("no-secret")
    epoch = tools.runtime.log.epoch(tools.runtime.log.look())
    told = {
        "type": "sequence.step",
        "id": str(job.key),
        "sequence_id": str(enrolment.sequence_id),
        "sequence_version": enrolment.sequence_version,
        "step": number,
        "enrolment_id": str(enrolment.id),
        "order_id": str(enrolment.order_id),
        "customer_id": str(enrolment.customer_id) if enrolment.customer_id else None,
        "position": job.position,
        "epoch": epoch.id,
    }
    _judge(_call(tools, job, step.url, secret, msgspec.json.encode(told)))


def _call(tools: Tools, job: Job, url: str, secret: str, body: bytes) -> int:
    timestamp = int(tools.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Carnet-Delivery": str(job.key),
        "Carnet-Timestamp": str(timestamp),
        "Carnet-Signature": f"sha256={signature(secret, timestamp, body)}",
    }
    try:
        return post(url, body, headers, private=tools.settings.webhooks_private)
    except PrivateAddress:
        raise GiveUp("private-address") from None
    except Unreachable as fault:
        raise Retry(f"unreachable: {fault}") from None


def _judge(status: int) -> None:
    """Taken is 2xx; a redirect and a refusal are final, anything else may pass."""
    if 200 <= status < 300:
        return
    if 300 <= status < 500 and status not in _AGAIN:
        raise GiveUp(f"answered-{status}")
    raise Retry(f"answered-{status}")


CALL_WEBHOOK = Performer(call_webhook, repeatable=True, attempts=12)
