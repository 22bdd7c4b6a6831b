"""The sandbox's own webhooks: it tells the shop as an outside provider would, signed and over HTTP."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from projections.payments import sandbox, sandbox_events
from projections.payments.providers import address
from projections.payments.sandbox import Sandbox
from workers.tools import GiveUp, Job, Retry, Tools

PATH = "/api/v1/webhooks/sandbox"
PATIENCE = 10  # seconds


def tell_shop(tools: Tools, job: Job) -> None:
    """Tells of what happened at the sandbox; what was to happen later happens now."""
    with tools.runtime.pool.connection() as connection:
        body = sandbox_events.webhook(connection, job.payload["happened"], str(job.payload["subject"]))
    if body is None:
        raise GiveUp("nothing-to-tell")
    target = urlsplit(address(tools.runtime))
    signer = Sandbox(tools.runtime.pool, tools.runtime.log.keys.sandbox, "")
    headers = {"Content-Type": "application/json", sandbox.SIGNATURE: signer.sign(body)}
    calling = HTTPSConnection if target.scheme == "https" else HTTPConnection
    client = calling(target.netloc, timeout=PATIENCE)
    try:
        client.request("POST", target.path + PATH, body, headers)
        status = client.getresponse().status
    except (OSError, HTTPException) as fault:
        raise Retry(type(fault).__name__) from None
    finally:
        client.close()
    if status >= 300:
        raise Retry(f"answered-{status}")
