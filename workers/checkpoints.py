"""Sends the log's checkpoints out of the house at an interval: to a folder, a webhook, a time-stamp authority.

What stands elsewhere cannot be made anew by whoever gets hold of the database and of the secret: `carnet audit verify
--against` and `carnet audit consistency` compare with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import LiteralString, NamedTuple
from urllib.parse import urlsplit

import structlog

from projections.log.event_log import EventLog
from projections.log.published import last_checkpoint, note_of
from projections.log.timestamps import QUERY, BadTimestamp, read_timestamp, timestamp_query
from projections.log.whole_files import write_whole
from projections.settings import Settings

PATIENCE = 10.0  # seconds that another server may take
LONGEST = 1_000_000  # bytes of an answer
RETRY = timedelta(minutes=5)

# Whoever claims it publishes; if that process is killed, the next turn does.
_CLAIM = """
INSERT INTO work.published AS p (destination, tried_at) VALUES (%(destination)s, now())
ON CONFLICT (destination) DO UPDATE SET tried_at = now()
WHERE now() >= p.tried_at + CASE WHEN p.fault IS NULL THEN %(every)s ELSE least(%(every)s, %(retry)s) END
RETURNING position
"""
_SENT = """
UPDATE work.published SET position = %(position)s, published_at = now(), fault = NULL
WHERE destination = %(destination)s
"""
_FAILED = "UPDATE work.published SET fault = %(fault)s WHERE destination = %(destination)s"

_logger = structlog.get_logger()


class Unpublished(Exception):
    """A checkpoint did not reach its place; the message says why."""


class _Outgoing(NamedTuple):
    position: int
    note: bytes


class Publisher:
    """Publishes what was sealed since the last time, from whichever process comes first."""

    def __init__(self, log: EventLog, settings: Settings) -> None:
        self._log = log
        self._settings = settings
        self._places = destinations(settings)

    def work(self) -> int:
        """Publishes where it is due; gives to how many places."""
        return sum(self._publish(name, send) for name, send in self._places.items())

    def _publish(self, destination: str, send: Callable[[_Outgoing], None]) -> bool:
        outgoing = self._claimed(destination)
        if outgoing is None:
            return False
        try:
            send(outgoing)
        except (Unpublished, OSError) as fault:
            _logger.warning(
                "a checkpoint was not published", action="checkpoint.unpublished", destination=destination,
                fault=str(fault),
            )  # fmt: skip
            self._note(_FAILED, {"destination": destination, "fault": str(fault)[:500]})
            return False
        self._note(_SENT, {"destination": destination, "position": outgoing.position})
        return True

    def _claimed(self, destination: str) -> _Outgoing | None:
        """What is to be published there now, by this process alone."""
        every = timedelta(minutes=self._settings.checkpoint_minutes)
        with self._log.pool.connection() as connection:
            row = connection.execute(_CLAIM, {"destination": destination, "every": every, "retry": RETRY}).fetchone()
            checkpoint = last_checkpoint(connection, row[0] + 1) if row else None
        return checkpoint and _Outgoing(checkpoint.position, note_of(self._log.keys, checkpoint))

    def _note(self, statement: LiteralString, told: dict[str, object]) -> None:
        with self._log.pool.connection() as connection:
            connection.execute(statement, told)


def destinations(settings: Settings) -> dict[str, Callable[[_Outgoing], None]]:
    """Where checkpoints go, by the name of the setting that says so."""
    stamped = settings.checkpoint_folder or settings.data_dir / "checkpoints"
    places: dict[str, tuple[object, Callable[[_Outgoing], None]]] = {
        "folder": (settings.checkpoint_folder, lambda one: _into(Path(settings.checkpoint_folder), one)),
        "url": (settings.checkpoint_url, lambda one: _to(settings.checkpoint_url, one)),
        "tsa": (settings.checkpoint_tsa_url, lambda one: _stamp(settings.checkpoint_tsa_url, Path(stamped), one)),
    }
    return {name: send for name, (told, send) in places.items() if told}


def _into(folder: Path, outgoing: _Outgoing) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{_name(outgoing)}.txt", outgoing.note, durably=True)


def _to(url: str, outgoing: _Outgoing) -> None:
    _answer(url, outgoing.note, "text/plain; charset=utf-8")


def _stamp(url: str, folder: Path, outgoing: _Outgoing) -> None:
    """Has the note time-stamped, and keeps it with the authority's answer beside it."""
    nonce = secrets.randbits(63)
    answer = _answer(url, timestamp_query(outgoing.note, nonce), QUERY)
    try:
        stamp = read_timestamp(answer, outgoing.note, nonce)
    except BadTimestamp as fault:
        raise Unpublished(str(fault)) from None
    _into(folder, outgoing)
    write_whole(folder / f"{_name(outgoing)}.tsr", stamp.answer, durably=True)


def _name(outgoing: _Outgoing) -> str:
    return f"checkpoint-{outgoing.position:012}"


def _answer(url: str, body: bytes, content_type: str) -> bytes:
    """What another server answers; raises `Unpublished` unless it took what it was sent."""
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("POST", path, body, {"Content-Type": content_type, "User-Agent": "Carnet-Checkpoint/1"})
        response = connection.getresponse()
        content = response.read(LONGEST)
    except (OSError, HTTPException) as fault:
        raise Unpublished(f"{parts.hostname} cannot be reached: {fault}") from None
    finally:
        connection.close()
    if not 200 <= response.status < 300:
        raise Unpublished(f"{parts.hostname} answered {response.status}")
    return content
