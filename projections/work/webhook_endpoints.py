"""Webhook endpoints as they stand: what each is told, how far it was told, its secrets, and its last calls."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from psycopg.rows import class_row

from domain.errors import Rejected
from domain.webhook_endpoints import WebhookEndpoint
from projections.engine.tables import Connection
from projections.log import KeyRing, Session

SECRET_PREFIX = "whsec_"  # noqa: S105 - names the kind, is no secret
SECRET_BYTES = 32
MOST = 50  # endpoints of a shop: each has a thread of a worker

State = Literal["delivered", "failing", "refused", "failed"]

_FIND = """
SELECT id, url, description, topics, personal, enabled, version, position, attempts, due_at, stopped, trouble,
    previous_until, made_by, made_at
FROM work.webhook_endpoints WHERE id = %(id)s
"""
_LIST = """
SELECT id, url, description, topics, personal, enabled, version, position, attempts, due_at, stopped, trouble,
    previous_until, made_by, made_at
FROM work.webhook_endpoints ORDER BY made_at, id
"""
_SENDING = "SELECT id FROM work.webhook_endpoints WHERE enabled AND stopped IS NULL ORDER BY id"
_SECRETS = """
SELECT secret, CASE WHEN previous_until > now() THEN previous_secret END
FROM work.webhook_endpoints WHERE id = %(id)s
"""
_COUNT = "SELECT count(*) FROM work.webhook_endpoints"
_ADD = """
INSERT INTO work.webhook_endpoints (
    id, url, description, topics, personal, enabled, version, secret, position, made_by
) VALUES (
    %(id)s, %(url)s, %(description)s, %(topics)s, %(personal)s, %(enabled)s, %(version)s, %(secret)s,
    (SELECT coalesce(max(position), 0) FROM log.events), %(made_by)s
) ON CONFLICT DO NOTHING
"""
_CHANGE = """
UPDATE work.webhook_endpoints SET
    url = %(url)s, description = %(description)s, topics = %(topics)s, personal = %(personal)s, enabled = %(enabled)s,
    version = %(version)s, attempts = 0, due_at = now(), stopped = NULL, trouble = NULL
WHERE id = %(id)s
"""
_ROTATE = """
UPDATE work.webhook_endpoints SET
    previous_secret = secret, previous_until = now() + %(keep)s, secret = %(secret)s, version = %(version)s
WHERE id = %(id)s
"""
_REPLAY = """
UPDATE work.webhook_endpoints SET
    position = %(after)s, version = %(version)s, attempts = 0, due_at = now(), stopped = NULL, trouble = NULL
WHERE id = %(id)s
"""
_REMOVE = "DELETE FROM work.webhook_endpoints WHERE id = %(id)s"
# Only from where it was left, as it was set up then, and in the incarnation in which the events were read.
_MOVE = """
UPDATE work.webhook_endpoints SET
    position = %(position)s, attempts = %(attempts)s, due_at = now() + %(pause)s, stopped = %(stopped)s,
    trouble = %(trouble)s
WHERE id = %(id)s AND version = %(version)s AND position = %(old)s
    AND (SELECT log.current_incarnation()) = %(incarnation)s
"""
_NOTE = """
INSERT INTO work.webhook_deliveries AS d (
    endpoint_id, position, message_id, topic, state, attempts, status, error, answer, milliseconds
) VALUES (
    %(id)s, %(position)s, %(message_id)s, %(topic)s, %(state)s, %(attempt)s, %(status)s, %(error)s, %(answer)s,
    %(milliseconds)s
) ON CONFLICT (endpoint_id, position) DO UPDATE SET
    message_id = excluded.message_id, topic = excluded.topic, state = excluded.state, attempts = excluded.attempts,
    status = excluded.status, error = excluded.error, answer = excluded.answer, milliseconds = excluded.milliseconds,
    last_at = now()
"""
_DELIVERIES = """
SELECT position, message_id, topic, state, attempts, status, error, answer, milliseconds, first_at, last_at
FROM work.webhook_deliveries
WHERE endpoint_id = %(id)s AND position < %(before)s AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY position DESC LIMIT %(limit)s
"""
_FORGET = "DELETE FROM work.webhook_deliveries WHERE last_at < now() - %(age)s"


class TooManyEndpoints(Rejected):
    """A shop has at most {limit} webhook endpoints."""

    code = "too-many-webhook-endpoints"


class EndpointRow(NamedTuple):
    """An endpoint as it stands, without its secrets.

    It was told everything up to `position`. `attempts` of the event after that have failed, and the next is due at
    `due_at`; `stopped` is why none is made any more, `trouble` what was wrong with the last.
    """

    id: UUID
    url: str
    description: str
    topics: list[str]
    personal: bool
    enabled: bool
    version: int
    position: int
    attempts: int
    due_at: datetime
    stopped: str | None
    trouble: str | None
    previous_until: datetime | None
    made_by: str
    made_at: datetime


class Delivery(NamedTuple):
    """What became of the calls about one event: `status` and `answer` are those of the last one."""

    position: int
    message_id: UUID
    topic: str
    state: State
    attempts: int
    status: int | None
    error: str | None
    answer: str | None
    milliseconds: int
    first_at: datetime
    last_at: datetime


class Call(NamedTuple):
    """One call that was made about an event: `state` is what it comes to, `pause` the rest before the next."""

    position: int
    message_id: UUID
    topic: str
    state: State
    attempt: int
    status: int | None
    error: str | None
    answer: str | None
    milliseconds: int
    pause: timedelta = timedelta()

    @property
    def is_over(self) -> bool:
        """Whether the next event is due."""
        return self.state in ("delivered", "refused")


def new_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return SECRET_PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def find(connection: Connection, endpoint_id: UUID) -> EndpointRow | None:
    """One endpoint."""
    with connection.cursor(row_factory=class_row(EndpointRow)) as cursor:
        return cursor.execute(_FIND, {"id": endpoint_id}, prepare=True).fetchone()


def every(connection: Connection) -> Sequence[EndpointRow]:
    """All endpoints, the oldest first."""
    with connection.cursor(row_factory=class_row(EndpointRow)) as cursor:
        return cursor.execute(_LIST).fetchall()


def sending(connection: Connection) -> list[UUID]:
    """The endpoints that calls are made to."""
    return [endpoint_id for (endpoint_id,) in connection.execute(_SENDING, prepare=True)]


def secrets_of(connection: Connection, keys: KeyRing, endpoint_id: UUID) -> list[str]:
    """The secrets that are valid, the newest first."""
    row = connection.execute(_SECRETS, {"id": endpoint_id}, prepare=True).fetchone()
    return [keys.webhooks.open_text(sealed, _place(endpoint_id)).decode() for sealed in row or () if sealed]


def add(session: Session, keys: KeyRing, endpoint: WebhookEndpoint, secret: str, made_by: str) -> None:
    """Writes a new endpoint, which is told what comes after the log's end; raises `TooManyEndpoints`."""
    connection = _beside(session)
    facts = _facts(endpoint) | {"secret": _sealed(keys, endpoint.id, secret), "made_by": made_by}
    connection.execute(_ADD, facts)
    if connection.execute(_COUNT).fetchall()[0][0] > MOST:
        raise TooManyEndpoints(limit=MOST)


def change(session: Session, endpoint: WebhookEndpoint) -> None:
    """Writes what an endpoint is told now; the next call is due at once."""
    _beside(session).execute(_CHANGE, _facts(endpoint))


def rotate(session: Session, keys: KeyRing, endpoint: WebhookEndpoint, secret: str, keep: timedelta) -> None:
    """Writes a new secret; the one before is valid for a while."""
    facts = {"id": endpoint.id, "version": endpoint.version, "secret": _sealed(keys, endpoint.id, secret), "keep": keep}
    _beside(session).execute(_ROTATE, facts)


def replay(session: Session, endpoint: WebhookEndpoint, after: int) -> None:
    """Has an endpoint told what comes after a position, at once."""
    _beside(session).execute(_REPLAY, {"id": endpoint.id, "version": endpoint.version, "after": after})


def remove(session: Session, endpoint: WebhookEndpoint) -> None:
    """Forgets an endpoint, its secrets and its deliveries."""
    _beside(session).execute(_REMOVE, {"id": endpoint.id})


def note(connection: Connection, endpoint: EndpointRow, call: Call, incarnation: UUID) -> bool:
    """Notes a call, and moves on where it is over; False where the endpoint is not as it was when it was read."""
    stopped = call.error if call.state == "failed" else None
    with connection.transaction():
        moved = _moved(
            connection,
            endpoint,
            incarnation,
            position=call.position if call.is_over else endpoint.position,
            attempts=0 if call.is_over else call.attempt,
            pause=call.pause,
            stopped=stopped,
            trouble=None if call.is_over else call.error,
        )
        if moved:
            connection.execute(_NOTE, call._asdict() | {"id": endpoint.id}, prepare=True)
    return moved


def pass_over(connection: Connection, endpoint: EndpointRow, position: int, incarnation: UUID) -> bool:
    """Moves on over events that it is not told of; False as by `note`."""
    facts: dict[str, Any] = {"attempts": 0, "pause": timedelta(), "stopped": None, "trouble": None}
    return _moved(connection, endpoint, incarnation, position=position, **facts)


def deliveries(
    connection: Connection, endpoint_id: UUID, state: State | None, before: int, limit: int
) -> Sequence[Delivery]:
    """What became of calls, the newest event first, from before a position."""
    facts = {"id": endpoint_id, "state": state, "before": before, "limit": limit}
    return [Delivery(*row) for row in connection.execute(_DELIVERIES, facts)]


def forget_old(connection: Connection, age: timedelta) -> int:
    """Deletes what became of calls longer ago; gives how many."""
    return connection.execute(_FORGET, {"age": age}).rowcount


def _moved(connection: Connection, endpoint: EndpointRow, incarnation: UUID, **facts: Any) -> bool:
    where = {"id": endpoint.id, "version": endpoint.version, "old": endpoint.position, "incarnation": incarnation}
    return connection.execute(_MOVE, facts | where, prepare=True).rowcount == 1


def _facts(endpoint: WebhookEndpoint) -> dict[str, Any]:
    terms = endpoint.terms
    return {
        "id": endpoint.id,
        "url": terms.url,
        "description": terms.description,
        "topics": list(terms.topics),
        "personal": terms.personal,
        "enabled": terms.enabled,
        "version": endpoint.version,
    }


def _sealed(keys: KeyRing, endpoint_id: UUID, secret: str) -> str:
    return keys.webhooks.seal_text(secret.encode(), _place(endpoint_id))


def _place(endpoint_id: UUID) -> bytes:
    return b"webhook-endpoint:" + endpoint_id.bytes


def _beside(session: Session) -> Connection:
    """The connection of a save, within its transaction."""
    session.begin()
    return session.connection
