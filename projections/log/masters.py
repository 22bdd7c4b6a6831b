"""Master secrets: a wrong one is refused before anything is sealed or read, and one takes another's place step by step.

The database keeps, for each secret the installation ever had, a salted proof to check it by and the installation's own
keys sealed under it. The first secret's keys are derived from it; a later secret brings new ones, and keeps those of
before for what they sealed or signed. Subjects' keys stay the same: they are wrapped anew (`rotation.py`).
"""

from __future__ import annotations

import hmac
import os
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from projections.log.checkpoints import Checkpoint, is_signed
from projections.log.durability import Connection
from projections.log.keys import (
    FIRST,
    DataKey,
    KeyRing,
    Masters,
    derived,
    first_keys,
    public_of,
    wrapping_of,
)
from projections.log.waking import connect
from projections.postgres import connections
from projections.secrets import Secrets

_REST = 1.0  # seconds between two looks for masters that were added since

_LOCK = "SELECT pg_advisory_xact_lock(7106407, 5)"
_EXISTS = "SELECT to_regclass('log.masters') IS NOT NULL"
_ROWS = """
SELECT number, salt, proof, ring, verify_key, endorsement, made_at, retired_at FROM log.masters ORDER BY number
"""
_ADD = "SELECT log.add_master(%(number)s, %(salt)s, %(proof)s, %(ring)s, %(verify_key)s, %(endorsement)s)"
_ADD_FIRST = "SELECT log.add_first_master(%(salt)s, %(proof)s, %(ring)s, %(verify_key)s)"
_WRAPPED = "SELECT subject, wrapped FROM log.subject_keys WHERE wrapped IS NOT NULL LIMIT 1"
_SEALED = "SELECT position, chain, signature, sealed_at FROM log.seals ORDER BY position LIMIT 1"

Connect = Callable[[], AbstractContextManager[Connection]]


class WrongSecret(Exception):
    """The master secret that this process was given is not this database's; the message says what to do."""


class AlteredMasters(Exception):
    """The table of master secrets was changed outside of this program."""


class Master(NamedTuple):
    """A row of `log.masters`."""

    number: int
    salt: bytes
    proof: bytes
    ring: bytes | None
    verify_key: bytes
    endorsement: bytes | None
    made_at: datetime
    retired_at: datetime | None


def open_keys(pool: ConnectionPool[Connection], secrets: Secrets) -> KeyRing:
    """The keys of a process; raises `WrongSecret` where its secret is not the database's.

    On a database that has no master yet the secret becomes its first, if nothing there speaks against it. On one whose
    tables are not there yet all of that happens when a key is first needed.
    """
    keys = KeyRing(load=_Loader(lambda: connect(pool), secrets))
    keys.renew()
    return keys


def check_secret(database_url: str, secrets: Secrets) -> None:
    """Raises `WrongSecret` where the secrets are not the database's; a first one is kept, as by `open_keys`."""
    _Loader(lambda: connections.connect(database_url, "carnet secrets"), secrets)()


def masters(connection: Connection) -> list[Master]:
    """Every master, the first one first; none on a database whose tables are not there yet."""
    if connection.execute(_EXISTS).fetchone() == (False,):
        return []
    with connection.cursor(row_factory=class_row(Master)) as cursor:
        return cursor.execute(_ROWS).fetchall()


def opened(rows: Sequence[Master], secrets: Sequence[str]) -> Masters:
    """What the secrets open; raises `WrongSecret` where they are not enough."""
    found = known(rows, secrets)
    living = [row for row in rows if row.retired_at is None]
    missing = [row for row in living if row.number not in found]
    if missing:
        raise WrongSecret(_what_is_wrong(rows, living, missing, found))
    last = living[-1]
    wrapping = {row.number: wrapping_of(found[row.number]) for row in living}
    keys = _open_ring(last, found[last.number])
    _check_endorsements(rows, keys)
    return Masters(last.number, wrapping, keys, {row.number: row.verify_key for row in rows})


def known(rows: Sequence[Master], secrets: Sequence[str]) -> dict[int, str]:
    """The secrets by the number of the master they are; each is compared with each, in constant time."""
    return {
        row.number: secret
        for secret in secrets
        for row in rows
        if hmac.compare_digest(row.proof, _proof(secret, row.salt, row.number))
    }


def add(connection: Connection, secret: str, before: Masters | None) -> bool:
    """Keeps a secret as the next master; False where another process was quicker.

    The first one may be kept by the application, every later one by the log's owner alone.
    """
    number = before.current + 1 if before else FIRST
    keys = _renewed(before.keys) if before else first_keys(secret)
    salt, verify_key = os.urandom(32), public_of(keys["signing"][0])
    row = {
        "number": number,
        "salt": salt,
        "proof": _proof(secret, salt, number),
        "ring": _ring_key(secret).seal(msgspec.json.encode(keys), _place(number, salt, verify_key)),
        "verify_key": verify_key,
        "endorsement": _endorsement(before, number, verify_key) if before else None,
    }
    return connection.execute(_ADD if before else _ADD_FIRST, row).fetchone() == (True,)


class _Loader:
    """Reads and opens the masters; gives None where they are what they were."""

    def __init__(self, connect: Connect, secrets: Secrets) -> None:
        self._connect = connect
        self._secrets = secrets
        self._seen: list[tuple[int, bool]] | None = None
        self._again_at = 0.0

    def __call__(self, at_once: bool = True) -> Masters | None:
        if not at_once and self._seen and time.monotonic() < self._again_at:
            return None
        self._again_at = time.monotonic() + _REST
        with self._connect() as connection:
            rows = masters(connection) or _founded(connection, self._secrets.read())
        seen = [(row.number, row.retired_at is None) for row in rows]
        if not rows or seen == self._seen:
            return None
        found = opened(rows, self._secrets.read())
        self._seen = seen
        return found


def _founded(connection: Connection, secrets: Sequence[str]) -> list[Master]:
    """The masters after the secret became the first of them; one that cannot be this database's is refused."""
    if connection.execute(_EXISTS).fetchone() == (False,):
        return []
    if not secrets:
        raise WrongSecret("There is no master secret: set CARNET_SECRET_KEY.")
    with connection.transaction():
        connection.execute(_LOCK)
        if not masters(connection):
            _prove(connection, secrets[0])
            add(connection, secrets[0], None)
    return masters(connection)


def _prove(connection: Connection, secret: str) -> None:
    """Raises `WrongSecret` unless the secret opens a subject's key and has signed the seals, where there are any."""
    keys = KeyRing(secret)
    wrapped = connection.execute(_WRAPPED).fetchone()
    sealed = connection.execute(_SEALED).fetchone()
    try:
        if wrapped:
            keys.check_key(*wrapped)
    except InvalidTag:
        raise WrongSecret(_NOT_OURS) from None
    if sealed and not is_signed(Checkpoint(*sealed), keys.signing.public_key()):
        raise WrongSecret(_NOT_OURS)


_NOT_OURS = (
    "The master secret is not this database's: its personal data were sealed under another one. Set CARNET_SECRET_KEY "
    "to the secret it was begun with, or CARNET_DATABASE_URL to the database that belongs to this secret."
)


def _what_is_wrong(
    rows: Sequence[Master], living: Sequence[Master], missing: Sequence[Master], found: Mapping[int, str]
) -> str:
    """What stands in the way, and what to do."""
    if len(missing) < len(living):
        return (
            "The master secret is being replaced: until `carnet keys rotate` has ended, give the new one as "
            "CARNET_SECRET_KEY and the old one as CARNET_SECRET_KEY_PREVIOUS (or both as lines of the secret's file)."
        )
    replaced = [row.retired_at for row in rows if row.number in found and row.retired_at]
    if replaced:
        return f"This master secret was replaced on {replaced[-1]:%Y-%m-%d}: use the one that took its place."
    return _NOT_OURS


def _open_ring(row: Master, secret: str) -> dict[str, tuple[bytes, ...]]:
    try:
        plain = _ring_key(secret).open(row.ring or b"", _place(row.number, row.salt, row.verify_key))
    except (InvalidTag, ValueError):
        raise AlteredMasters(f"row {row.number} of log.masters was changed; bring it back from a backup") from None
    return msgspec.json.decode(plain, type=dict[str, tuple[bytes, ...]])


def _check_endorsements(rows: Sequence[Master], keys: Mapping[str, Sequence[bytes]]) -> None:
    """Each key that checks seals is signed by the one before it; the last is that of the key that signs."""
    altered = public_of(keys["signing"][0]) != rows[-1].verify_key
    for before, row in pairwise(rows):
        try:
            signer = Ed25519PublicKey.from_public_bytes(before.verify_key)
            signer.verify(row.endorsement or b"", _endorsed(row.number, row.verify_key))
        except (InvalidSignature, ValueError):
            altered = True
    if altered:
        raise AlteredMasters("a key in log.masters that checks seals was changed; bring it back from a backup")


def _renewed(keys: Mapping[str, Sequence[bytes]]) -> dict[str, tuple[bytes, ...]]:
    """New keys before the old ones; the directory's stays, since addresses are not kept to be counted anew."""
    fresh = {purpose: (os.urandom(32), *old) for purpose, old in keys.items()}
    return fresh | {"directory": tuple(keys["directory"]), "signing": (os.urandom(32),)}


def _endorsement(before: Masters, number: int, verify_key: bytes) -> bytes:
    signer = Ed25519PrivateKey.from_private_bytes(before.keys["signing"][0])
    return signer.sign(_endorsed(number, verify_key))


def _endorsed(number: int, verify_key: bytes) -> bytes:
    return b"carnet verify key" + struct.pack(">h", number) + verify_key


def _proof(secret: str, salt: bytes, number: int) -> bytes:
    return hmac.digest(derived(secret, "proof of the secret"), struct.pack(">h", number) + salt, "sha256")


def _ring_key(secret: str) -> DataKey:
    return DataKey(derived(secret, "the installation's own keys"))


def _place(number: int, salt: bytes, verify_key: bytes) -> bytes:
    return b"carnet ring" + struct.pack(">h", number) + salt + verify_key
