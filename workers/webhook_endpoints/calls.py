"""One call about one event, as Standard Webhooks has it: what it says, how it is signed, and what its answer means."""

from __future__ import annotations

import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from projections.published import PublishedEvent, encoded
from projections.work.webhook_endpoints import SECRET_PREFIX, Call, EndpointRow, State
from workers.marketing.webhooks import PrivateAddress, Unreachable
from workers.webhook_endpoints.line import Line

AGENT = "Carnet-Webhooks/1"
ATTEMPTS = 20  # of one call, within some four days
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=6)
SLOWER = 4  # times the pause before, from one attempt to the next
GONE = 410
# What the other program takes never, whatever becomes of it; any other refusal may pass.
REFUSALS = frozenset((400, 413, 415, 422))


def body_of(endpoint: EndpointRow, event: PublishedEvent, epoch: str) -> bytes:
    """What is told: the event as the feed has it, and where it stands in its stream and in the log."""
    told = {
        "type": event.topic,
        "timestamp": event.recorded_at,
        "endpoint_id": endpoint.id,
        "epoch": epoch,
        "position": event.position,
        "stream": event.event.originator_id,
        "sequence": event.event.originator_version,
        "data": event,
    }
    return encoded(told)


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over the message's id, the time and the body, as `v1,` and base64."""
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.digest(key, b"%b.%d.%b" % (message_id.encode(), timestamp, body), "sha256")
    return f"v1,{b64encode(digest).decode()}"


def pause_after(attempt: int) -> timedelta:
    """The rest after so many attempts that failed."""
    pause: timedelta = FIRST_PAUSE * SLOWER ** min(attempt - 1, 10)
    return min(pause, LONGEST_PAUSE)


def _judged(status: int | None, error: str | None, attempt: int) -> tuple[State, timedelta]:
    """What a call comes to, and the rest before the next."""
    if error is None:
        return "delivered", timedelta()
    if status in REFUSALS:
        return "refused", timedelta()
    if status == GONE or attempt >= ATTEMPTS:
        return "failed", timedelta()
    return "failing", pause_after(attempt)


def call(line: Line, endpoint: EndpointRow, secrets: Sequence[str], event: PublishedEvent, epoch: str) -> Call:
    """Makes the call; its `webhook-id` is the event's own, however often it is made."""
    message_id, attempt, body = event.event.metadata.event_id, endpoint.attempts + 1, body_of(endpoint, event, epoch)
    timestamp, began = int(datetime.now(UTC).timestamp()), time.perf_counter()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": str(message_id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(one, str(message_id), timestamp, body) for one in secrets),
    }
    status: int | None = None
    answer: str | None = None
    try:
        status, answer = line.post(endpoint.url, body, headers)
        error = None if 200 <= status < 300 else f"answered-{status}"
    except PrivateAddress:
        error = "private-address"
    except Unreachable as fault:
        error = f"unreachable: {fault}"
    state, pause = _judged(status, error, attempt)
    milliseconds = round((time.perf_counter() - began) * 1000)
    # An answer may repeat what it was sent: where that tells of persons, it is not kept.
    kept = answer if error and not endpoint.personal else None
    return Call(event.position, message_id, event.topic, state, attempt, status, error, kept, milliseconds, pause)
