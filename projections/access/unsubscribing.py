"""The links by which a customer leaves: each names one enrolment and proves that it was made here."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

from projections.log import KeyRing

PATH = "/unsubscribe/"
_PURPOSE = "unsubscribe"
_ID, _PROOF = 16, 16  # bytes


def unsubscribe_token(keys: KeyRing, enrolment_id: UUID) -> str:
    """The end of the link; it holds for as long as the mail is kept, so it does not expire."""
    proof = keys.signature(_PURPOSE, enrolment_id.bytes)[:_PROOF]
    return urlsafe_b64encode(enrolment_id.bytes + proof).rstrip(b"=").decode("ascii")


def enrolment_of(keys: KeyRing, token: str) -> UUID | None:
    """The enrolment that a link names; None when it was not made here."""
    try:
        told = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (Error, ValueError):
        return None
    if len(told) != _ID + _PROOF:
        return None
    known = keys.is_signature(_PURPOSE, told[:_ID], told[_ID:])
    return UUID(bytes=told[:_ID]) if known else None
