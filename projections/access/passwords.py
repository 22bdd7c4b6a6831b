"""Passwords and secrets: how they are made, hashed and compared; nothing here is ever stored in the clear."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import cache
from hashlib import sha256
from hmac import compare_digest
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from domain.errors import Rejected
from projections.access.common_passwords import is_common

SHORTEST = 15  # of a password that nothing else stands beside (NIST SP 800-63B-4)
LONGEST = 200
LEAST_NAME = 3  # characters of a name that is looked for in its password
ONE_TIME_LASTS = timedelta(hours=72)

# 19 MiB and two passes a guess; at most two at a time, so that guessing cannot eat a server's memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = BoundedSemaphore(2)


class WeakPassword(Rejected):
    """A password has 15 to 200 characters."""

    code = "weak-password"


class CommonPassword(Rejected):
    """This password, or what it is made of, is among the first that are tried: take another one."""

    code = "common-password"


class NamedPassword(Rejected):
    """A password does not hold the name it belongs to."""

    code = "named-password"


class SamePassword(Rejected):
    """The new password is the old one."""

    code = "same-password"


class OneTimePasswordEnded(Rejected):
    """This one-time password was used before, or is too old: an administrator gives a new one."""

    code = "one-time-password-ended"


def check_password(password: str, username: str, pointer: str, *, old: str = "") -> None:
    """Refuses a password that is short, common, holds the account's name or is the old one.

    It may be made of any characters; nothing else is asked of it (NIST SP 800-63B-4, 3.1.1.2).
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(pointer)
    if secrets.compare_digest(password.encode(), old.encode()):
        raise SamePassword(pointer)
    if username.casefold() in password.casefold() and len(username) >= LEAST_NAME:
        raise NamedPassword(pointer)
    if is_common(password, username.casefold()):
        raise CommonPassword(pointer)


def new_password() -> str:
    """A one-time password of 120 random bits."""
    return secrets.token_urlsafe(15)


def new_secret() -> str:
    """The secret of a token or session: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


@cache
def _nobody() -> str:
    """The hash that is checked when there is no such account, so that it takes as long as when there is."""
    return _HASHER.hash(new_secret())


def password_fits(password: str, hashed: str | None) -> bool:
    """Whether the password belongs to the hash; takes the same time when there is no hash."""
    known = hashed or _nobody()
    with _AT_ONCE:
        try:
            fits = _HASHER.verify(known, password)
        except (Argon2Error, InvalidHashError):
            return False
    return fits and hashed is not None


def digest(secret: str) -> bytes:
    """The hash under which a secret of 256 random bits is kept."""
    return sha256(secret.encode()).digest()


def secret_fits(secret: str, kept: bytes) -> bool:
    """Whether the secret belongs to the hash, in constant time."""
    return compare_digest(digest(secret), kept)
