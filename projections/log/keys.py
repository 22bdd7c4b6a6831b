"""The keys of the log: one per data subject, wrapped by the master key, and what else is derived from the secret."""

from __future__ import annotations

import hmac
import os
from binascii import a2b_base64, b2a_base64
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import Rejected

SEAL = "sealed:v1:"
_SEALED = len(SEAL)
_NONCE = 12
_OPEN_KEYS = 4_000  # unwrapped keys kept by a process: about 10 MB, and each hit saves 3 us


class SubjectErased(Rejected):
    """The personal data of {subject} was erased: nothing personal can be stored for it any more."""

    code = "subject-erased"


class DataKey:
    """What seals the personal data of one subject (AES-256-GCM)."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """The bytes, readable only with this key and only at the place they were sealed for."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """What was sealed for this place; raises `cryptography.exceptions.InvalidTag` when it was changed or moved."""
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place)

    def seal_text(self, plain: bytes, place: bytes) -> str:
        """The same as one line of text, as it stands in an event."""
        return SEAL + b2a_base64(self.seal(plain, place), newline=False).decode("ascii")

    def open_text(self, sealed: str, place: bytes) -> bytes:
        """What a line of `seal_text` holds."""
        data = a2b_base64(sealed[_SEALED:])
        return self._cipher.decrypt(data[:_NONCE], data[_NONCE:], place)


class KeyRing:
    """Everything derived from the installation's secret; holds no state of the database."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._wrapping = AESGCM(self._derived("wrapping of data keys"))
        self._directory = self._derived("directory of e-mail addresses")
        self._fingerprints = self._derived("fingerprints of requests")
        self._links = self._derived("signed links")
        self.answers = DataKey(self._derived("answers without a subject"))
        self.webhooks = DataKey(self._derived("webhooks of payment providers"))
        self.payment_links = self._derived("payment links")
        self.exports = DataKey(self._derived("filters of exports"))
        self.sandbox = self._derived("webhooks of the sandbox")
        self.signing = Ed25519PrivateKey.from_private_bytes(self._derived("seals of the log"))
        self._opened = lru_cache(maxsize=_OPEN_KEYS)(self._unwrapped)

    def new_wrapped(self, subject: UUID) -> bytes:
        """A new data key for the subject, wrapped for keeping."""
        nonce = os.urandom(_NONCE)
        return nonce + self._wrapping.encrypt(nonce, os.urandom(32), subject.bytes)

    def data_key(self, subject: UUID, wrapped: bytes) -> DataKey:
        """The subject's key; kept open in memory by its wrapped bytes, which only the database can bring."""
        return self._opened(subject.int, wrapped)

    def email_hash(self, email: str) -> bytes:
        """What stands for a normalised e-mail address in the directory."""
        return hmac.digest(self._directory, email.encode(), "sha256")

    def fingerprint(self, request: bytes) -> bytes:
        """What stands for a request's content beside its key."""
        return blake2b(request, digest_size=32, key=self._fingerprints).digest()

    def signature(self, purpose: str, content: bytes) -> bytes:
        """What proves that a link for the purpose was made here."""
        return hmac.digest(self._links, purpose.encode() + b"\0" + content, "sha256")

    def _unwrapped(self, subject: int, wrapped: bytes) -> DataKey:
        return DataKey(self._wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], subject.to_bytes(16, "big")))

    def _derived(self, purpose: str) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=b"carnet " + purpose.encode()).derive(self._secret)
