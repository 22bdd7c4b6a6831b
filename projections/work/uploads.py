"""Files on their way in, part by part: how much of each is there, so that one that broke off goes on where it was."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import IO, NamedTuple
from uuid import UUID, uuid4

from domain.errors import Conflict, NotFound, Rejected
from projections.engine.tables import Connection
from projections.settings import Settings

MOST_UPLOADS = 200  # of one operator at one time
CHUNK = 1 << 16

_COUNT = "SELECT count(*) FROM work.uploads WHERE owner = %(owner)s"
_BEGIN = """
INSERT INTO work.uploads (id, owner, name, size) VALUES (%(id)s, %(owner)s, %(name)s, %(size)s)
RETURNING id, name, size, received, digest, created_at, changed_at
"""
_FIND = """
SELECT id, name, size, received, digest, created_at, changed_at FROM work.uploads
WHERE id = %(id)s AND owner = %(owner)s
"""
_LOCK = f"{_FIND} FOR UPDATE"
_EVERY = """
SELECT id, name, size, received, digest, created_at, changed_at FROM work.uploads
WHERE owner = %(owner)s ORDER BY created_at, id
"""
_ADVANCE = """
UPDATE work.uploads SET received = %(received)s, digest = %(digest)s, changed_at = now() WHERE id = %(id)s
RETURNING id, name, size, received, digest, created_at, changed_at
"""
_REMOVE = "DELETE FROM work.uploads WHERE id = %(id)s AND owner = %(owner)s"
_FORGET_BEFORE = "DELETE FROM work.uploads WHERE changed_at < %(before)s RETURNING id"
_FORGET_OLD = "DELETE FROM work.uploads WHERE changed_at < now() - %(kept)s RETURNING id"


class UploadNotFound(NotFound):
    """There is no such file on its way in; it was taken away, or kept for too long."""

    code = "upload-not-found"


class WrongOffset(Conflict):
    """The file goes on at byte {received}, not at {offset}."""

    code = "wrong-offset"


class UploadTooLong(Rejected):
    """The file was said to have {size} bytes, and has more."""

    code = "upload-too-long"


class TooManyUploads(Rejected):
    """At most {limit} files are kept on their way in; take some away."""

    code = "too-many-uploads"


class KeptUpload(NamedTuple):
    """A file on its way in: `size` and `received` in bytes, `digest` its SHA-256 once it is whole."""

    id: UUID
    name: str
    size: int
    received: int
    digest: bytes | None
    created_at: datetime
    changed_at: datetime


def path_of(settings: Settings, upload_id: UUID) -> Path:
    """Where the bytes of a file on its way in are."""
    return settings.files / "uploads" / f"{upload_id}.part"


def begin_upload(connection: Connection, owner: str, name: str, size: int) -> KeptUpload:
    """Makes a place for a file of so many bytes; raises `TooManyUploads`."""
    [[known]] = connection.execute(_COUNT, {"owner": owner}).fetchall()
    if known >= MOST_UPLOADS:
        raise TooManyUploads(limit=MOST_UPLOADS)
    facts = {"id": uuid4(), "owner": owner, "name": name, "size": size}
    [row] = connection.execute(_BEGIN, facts).fetchall()
    return KeptUpload._make(row)


def find_upload(connection: Connection, owner: str, upload_id: UUID) -> KeptUpload:
    """Somebody's own file on its way in; raises `UploadNotFound`."""
    row = connection.execute(_FIND, {"id": upload_id, "owner": owner}).fetchone()
    if row is None:
        raise UploadNotFound
    return KeptUpload._make(row)


def require_offset(upload: KeptUpload, offset: int) -> None:
    """Refuses a part that is not the next one; raises `WrongOffset`."""
    if upload.received != offset:
        raise WrongOffset(received=upload.received, offset=offset)


def uploads_of(connection: Connection, owner: str) -> list[KeptUpload]:
    """Somebody's files on their way in, the oldest first."""
    return [KeptUpload._make(row) for row in connection.execute(_EVERY, {"owner": owner})]


def add_part(
    connection: Connection, settings: Settings, owner: str, upload_id: UUID, offset: int, read: Callable[[int], bytes]
) -> KeptUpload:
    """Writes what `read` gives from an offset on, and moves the mark in the transaction of the connection.

    The mark follows the disk: what a part that broke off left behind it is cut off by the next one. Raises
    `UploadNotFound`, `WrongOffset` and `UploadTooLong`.
    """
    row = connection.execute(_LOCK, {"id": upload_id, "owner": owner}).fetchone()
    if row is None:
        raise UploadNotFound
    known = KeptUpload._make(row)
    require_offset(known, offset)
    path = path_of(settings, upload_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        file.truncate(offset)
        file.seek(offset)
        received = offset + _written(file, read, known)
        digest = None
        if received == known.size:
            file.seek(0)
            digest = file_digest(file, "sha256").digest()
    facts = {"id": upload_id, "received": received, "digest": digest}
    [row] = connection.execute(_ADVANCE, facts).fetchall()
    return KeptUpload._make(row)


def _written(file: IO[bytes], read: Callable[[int], bytes], known: KeptUpload) -> int:
    written = 0
    while chunk := read(CHUNK):
        written += len(chunk)
        if known.received + written > known.size:
            raise UploadTooLong(size=known.size)
        file.write(chunk)
    file.flush()
    os.fsync(file.fileno())
    return written


def remove_upload(connection: Connection, settings: Settings, owner: str, upload_id: UUID) -> None:
    """Takes a file on its way in away; one that is not there is gone already."""
    if connection.execute(_REMOVE, {"id": upload_id, "owner": owner}).rowcount:
        path_of(settings, upload_id).unlink(missing_ok=True)


def forget_before(connection: Connection, settings: Settings, before: datetime) -> None:
    """Takes away every one of before: no index says whose data one holds."""
    _delete(settings, connection.execute(_FORGET_BEFORE, {"before": before}).fetchall())


def forget_old(connection: Connection, settings: Settings, kept: timedelta) -> int:
    """Takes away those that nobody went on with for so long; gives how many."""
    return _delete(settings, connection.execute(_FORGET_OLD, {"kept": kept}).fetchall())


def _delete(settings: Settings, gone: Sequence[tuple[UUID]]) -> int:
    for (upload_id,) in gone:
        path_of(settings, upload_id).unlink(missing_ok=True)
    return len(gone)
