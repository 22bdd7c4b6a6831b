"""Tells each endpoint of what is recorded, in order, in a thread of its own: none waits for another.

Where an endpoint stands is kept with what became of the call, in one transaction after it: whoever is killed in between
makes the call once more, under the same `webhook-id`.
"""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from threading import Event, Thread
from typing import NamedTuple
from uuid import UUID

import structlog

from projections.backing_off import BackOff, run_until_stopped
from projections.engine.feed import Feed
from projections.faults import with_trace
from projections.postgres.leases import Lease, Leases
from projections.published import Page, Wanted, page
from projections.runtime import Runtime
from projections.work import webhook_endpoints
from projections.work.webhook_endpoints import Call, EndpointRow
from workers.webhook_endpoints.calls import call
from workers.webhook_endpoints.line import Line

ENDPOINT = 7106413  # kind of the lease on calling one endpoint
AT_ONCE = 100  # events that are read at one time
LOOK = 1.0  # seconds between two looks for endpoints to call, while something happens
STAND_BY = 5.0  # the same while nothing does
KEEP_EVERY = 5.0  # seconds after which it is kept how far was looked, where nothing was to be told
FIRST_BACK_OFF, LONGEST_BACK_OFF = 0.1, 5.0

_logger = structlog.get_logger()


class Seen(NamedTuple):
    """How far the log was looked at for an endpoint as it was set up then, where nothing was to be told."""

    version: int
    incarnation: UUID
    position: int
    keep_at: float


class WebhookSending:
    """The endpoints that this process calls; those that another one calls are left to it."""

    def __init__(self, runtime: Runtime, feed: Feed) -> None:
        self._runtime = runtime
        self._feed = feed
        self._leases = Leases(runtime.settings.direct_url)
        self._senders: dict[UUID, EndpointSender] = {}

    def run(self, stop: Event) -> None:
        """Calls endpoints until told to stop; ends when the calls in hand have."""
        run_until_stopped(stop, self._turn, BackOff(FIRST_BACK_OFF, LONGEST_BACK_OFF), _failed)
        for sender in self._senders.values():
            sender.stop()
        for sender in self._senders.values():
            sender.join()
        self._leases.close()

    def _turn(self) -> float:
        """Begins to call the endpoints that nobody calls."""
        with self._runtime.pool.connection() as connection:
            wanted = webhook_endpoints.sending(connection)
        self._senders = {endpoint: sender for endpoint, sender in self._senders.items() if sender.is_running}
        for endpoint_id in wanted:
            if endpoint_id not in self._senders:
                self._begin(endpoint_id)
        self._feed.wait(self._feed.end, STAND_BY)
        return LOOK

    def _begin(self, endpoint_id: UUID) -> None:
        lease = self._leases.take(ENDPOINT, str(endpoint_id))
        if lease is not None:
            sender = self._senders[endpoint_id] = EndpointSender(self._runtime, self._feed, endpoint_id, lease)
            sender.start()


class EndpointSender:
    """Calls one endpoint, in a thread, for as long as it is to be called and the lease lasts."""

    def __init__(self, runtime: Runtime, feed: Feed, endpoint_id: UUID, lease: Lease) -> None:
        self._runtime = runtime
        self._feed = feed
        self._id = endpoint_id
        self._lease = lease
        self._stopping = Event()
        self._seen: Seen | None = None
        self._line = Line(private=runtime.settings.webhooks_private)
        self._thread = Thread(target=self._run, name=f"webhooks {endpoint_id}", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Has it end after the call in hand."""
        self._stopping.set()

    def join(self) -> None:
        """Waits for the end."""
        self._thread.join()

    @property
    def is_running(self) -> bool:
        """Whether it calls."""
        return self._thread.is_alive()

    def _run(self) -> None:
        with self._lease, closing(self._line):
            run_until_stopped(self._stopping, self._turn, BackOff(FIRST_BACK_OFF, LONGEST_BACK_OFF), self._failed)

    def _turn(self) -> float:
        """Tells what is there to be told, or waits for it; gives the seconds until the next look."""
        endpoint = self._endpoint()
        if endpoint is None:
            self.stop()
            return 0.0
        rest = (endpoint.due_at - datetime.now(UTC)).total_seconds()
        if rest > 0:
            return min(rest, LOOK)
        seen = self._seen if self._seen and self._seen.version == endpoint.version else None
        after = max(endpoint.position, seen.position if seen else 0)
        found = page(self._runtime.log, after, AT_ONCE, Wanted(endpoint.personal, tuple(endpoint.topics) or None))
        if seen and seen.incarnation != found.incarnation:
            self._seen = None
        elif found.events:
            self._tell(endpoint, found)
        else:
            self._pass_over(endpoint, found)
        return 0.0

    def _endpoint(self) -> EndpointRow | None:
        """The endpoint as it stands; None where it is to be called no more, or by another process."""
        if self._lease.connection.closed:
            return None
        with self._runtime.pool.connection() as connection:
            endpoint = webhook_endpoints.find(connection, self._id)
        return endpoint if endpoint and endpoint.enabled and not endpoint.stopped else None

    def _tell(self, endpoint: EndpointRow, found: Page) -> None:
        """Makes the calls in order, up to the first that does not work."""
        with self._runtime.pool.connection() as connection:
            valid = webhook_endpoints.secrets_of(connection, self._runtime.log.keys, endpoint.id)
        epoch = self._runtime.log.epoch(found.incarnation).id
        until = time.monotonic() + LOOK  # the endpoint is read anew that often: it may be switched off, or told anew
        for event in found.events:
            if self._stopping.is_set() or self._lease.connection.closed or time.monotonic() > until:
                return
            if event.version is None:  # what cannot be read holds nobody up; `carnet doctor` tells of it
                continue
            made = call(self._line, endpoint, valid, event, epoch)
            with self._runtime.pool.connection() as connection:
                is_noted = webhook_endpoints.note(connection, endpoint, made, found.incarnation)
            _tell_log(endpoint, made)
            if not is_noted or not made.is_over:
                return
            endpoint = endpoint._replace(position=event.position, attempts=0)

    def _pass_over(self, endpoint: EndpointRow, found: Page) -> None:
        """Goes on behind events that it is not told of, and waits where there are no more."""
        now = time.monotonic()
        keep_at = self._seen.keep_at if self._seen else now + KEEP_EVERY
        if found.next > endpoint.position and now >= keep_at:
            with self._runtime.pool.connection() as connection:
                webhook_endpoints.pass_over(connection, endpoint, found.next, found.incarnation)
            keep_at = now + KEEP_EVERY
        self._seen = Seen(endpoint.version, found.incarnation, found.next, keep_at)
        if found.next >= found.head:
            self._feed.wait(found.next, STAND_BY)

    def _failed(self, fault: Exception, wait: float) -> None:
        _logger.warning(
            "webhooks put off", action="webhooks.failed", endpoint=str(self._id), again_in=wait, **with_trace(fault)
        )


def _tell_log(endpoint: EndpointRow, made: Call) -> None:
    """A line of log for a call that did not work."""
    if made.error:
        _logger.warning(
            "webhook not taken",
            action="webhook.failed",
            endpoint=str(endpoint.id),
            position=made.position,
            attempt=made.attempt,
            state=made.state,
            why=made.error,
        )


def _failed(fault: Exception, wait: float) -> None:
    _logger.warning("webhooks put off", action="webhooks.failed", again_in=wait, **with_trace(fault))
