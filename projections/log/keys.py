"""The keys of the log: one per data subject, wrapped by the master key, and those of the installation itself.

What a master key is made of, how one takes another's place, and where both are kept: see `projections/log/masters.py`.
"""

from __future__ import annotations

import hmac
import os
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import Rejected

SEAL = "sealed:v1:"
OLDER_MASTER = "CN101"  # the SQLSTATE of a key wrapped under another master than the last
FIRST = 1  # the number of an installation's first master
_SEALED = len(SEAL)
_NONCE = 12
_NUMBER, _CHECK = 2, 16  # bytes of a wrapped key's head: its master's number, and what the key is known by
_HEAD = _NUMBER + _CHECK
_HEADLESS = _NONCE + 48  # a key wrapped before masters had numbers
_OPEN_KEYS = 4_000  # unwrapped keys kept by a process: about 10 MB, and each hit saves 3 us

# The installation's own keys by their names in the ring; the text is what they are derived by from the first secret.
PURPOSES = {
    "directory": "directory of e-mail addresses",
    "fingerprints": "fingerprints of requests",
    "links": "signed links",
    "answers": "answers without a subject",
    "webhooks": "webhooks of payment providers",
    "payment_links": "payment links",
    "exports": "filters of exports",
    "sandbox": "webhooks of the sandbox",
    "signing": "seals of the log",
}
_WRAPPING = "wrapping of data keys"


class SubjectErased(Rejected):
    """The personal data of {subject} was erased: nothing personal can be stored for it any more."""

    code = "subject-erased"


class UnknownMaster(Exception):
    """A key is wrapped under a master secret that this process was not given."""


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


@dataclass(frozen=True, slots=True)
class Masters:
    """The masters a process can use, opened: `current` wraps, all of them unwrap.

    `keys` are the installation's own by purpose, the newest first; `verifying` the public keys of seals by master.
    """

    current: int
    wrapping: Mapping[int, AESGCM]
    keys: Mapping[str, Sequence[bytes]]
    verifying: Mapping[int, bytes]


class SharedKey:
    """A key of the installation's own: seals and signs with the newest, opens and checks with every one it ever had."""

    def __init__(self, ring: KeyRing, purpose: str) -> None:
        self._ring = ring
        self._purpose = purpose

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """The bytes, readable only by this installation and only at the place they were sealed for."""
        return DataKey(self._keys()[0]).seal(plain, place)

    def seal_text(self, plain: bytes, place: bytes) -> str:
        """The same as one line of text."""
        return DataKey(self._keys()[0]).seal_text(plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """What was sealed for this place; raises `cryptography.exceptions.InvalidTag` when it was changed or moved."""
        return self._opened(lambda key: key.open(sealed, place))

    def open_text(self, sealed: str, place: bytes) -> bytes:
        """What a line of `seal_text` holds."""
        return self._opened(lambda key: key.open_text(sealed, place))

    def sign(self, content: bytes) -> bytes:
        """What proves that the content comes from here, as 32 bytes."""
        return hmac.digest(self._keys()[0], content, "sha256")

    def proves(self, content: bytes, proof: bytes, length: int = 32) -> bool:
        """Whether the proof, cut to so many bytes, was made here for the content."""
        while True:
            for key in self._keys():
                if hmac.compare_digest(proof, hmac.digest(key, content, "sha256")[:length]):
                    return True
            if not self._ring.renew(at_once=False):
                return False

    def _opened(self, read: Callable[[DataKey], bytes]) -> bytes:
        while True:
            for key in self._keys():
                try:
                    return read(DataKey(key))
                except InvalidTag:
                    continue
            if not self._ring.renew(at_once=False):
                raise InvalidTag

    def _keys(self) -> Sequence[bytes]:
        return self._ring.masters.keys[self._purpose]


class KeyRing:
    """The keys a process works with. Made from a secret alone it knows of one master; `masters.open_keys` reads all."""

    def __init__(self, secret: str = "", load: Callable[[bool], Masters | None] | None = None) -> None:
        """`load` gives the masters where they have changed since its last call; given True, it looks in any case."""
        self._load = load
        self._masters = None if load else first_masters(secret)
        self.answers = SharedKey(self, "answers")
        self.webhooks = SharedKey(self, "webhooks")
        self.payment_links = SharedKey(self, "payment_links")
        self.exports = SharedKey(self, "exports")
        self.sandbox = SharedKey(self, "sandbox")
        self.links = SharedKey(self, "links")
        self._opened = lru_cache(maxsize=_OPEN_KEYS)(self._unwrapped)

    @property
    def masters(self) -> Masters:
        """The masters as this process knows them; read when they are first needed."""
        if self._masters is None:
            self.renew()
        if self._masters is None:
            raise UnknownMaster("the database has no master secret yet: run carnet migrate")
        return self._masters

    def renew(self, *, at_once: bool = True) -> bool:
        """Looks for masters that were added since; whether there were. Not `at_once`: unless it has just looked."""
        found = self._load(at_once) if self._load else None
        if found is None:
            return False
        self._masters = found
        return True

    @property
    def signing(self) -> Ed25519PrivateKey:
        """What the next seals are signed with."""
        return Ed25519PrivateKey.from_private_bytes(self.masters.keys["signing"][0])

    def verifying(self, number: int) -> Ed25519PublicKey | None:
        """What the seals made under a master are checked with; None where there was no such master."""
        known = self.masters.verifying.get(number)
        return Ed25519PublicKey.from_public_bytes(known) if known else None

    def every_verifying(self) -> list[Ed25519PublicKey]:
        """What the seals of any time are checked with, the newest first."""
        numbers = sorted(self.masters.verifying, reverse=True)
        return [Ed25519PublicKey.from_public_bytes(self.masters.verifying[number]) for number in numbers]

    def new_wrapped(self, subject: UUID) -> bytes:
        """A new data key for the subject, wrapped for keeping."""
        return self._wrapped(subject, os.urandom(32))

    def rewrapped(self, subject: UUID, wrapped: bytes) -> bytes:
        """The same data key under the current master."""
        return self._wrapped(subject, self._key(subject.int, wrapped))

    def check_key(self, subject: UUID, wrapped: bytes) -> None:
        """Raises `InvalidTag` where the wrapped key was changed, is another subject's, or not the one it says it is."""
        key = self._key(subject.int, wrapped)
        if len(wrapped) != _HEADLESS and wrapped[_NUMBER:_HEAD] != _check(key):
            raise InvalidTag

    def unwrapped(self, subject: UUID, wrapped: bytes) -> bytes:
        """The subject's key itself, for whom its data are told outside of this installation."""
        return self._key(subject.int, wrapped)

    def data_key(self, subject: UUID, wrapped: bytes) -> DataKey:
        """The subject's key; kept open in memory by its wrapped bytes, which only the database can bring."""
        return self._opened(subject.int, wrapped)

    def email_hash(self, email: str) -> bytes:
        """What stands for a normalised e-mail address in the directory; the same under every master."""
        return hmac.digest(self.masters.keys["directory"][0], email.encode(), "sha256")

    def fingerprint(self, request: bytes) -> bytes:
        """What stands for a request's content beside its key."""
        return _fingerprint(self.masters.keys["fingerprints"][0], request)

    def is_fingerprint(self, request: bytes, known: bytes) -> bool:
        """Whether this stands for the request, made under whichever master."""
        while not any(_fingerprint(key, request) == known for key in self.masters.keys["fingerprints"]):
            if not self.renew(at_once=False):
                return False
        return True

    def signature(self, purpose: str, content: bytes) -> bytes:
        """What proves that a link for the purpose was made here."""
        return self.links.sign(purpose.encode() + b"\0" + content)

    def is_signature(self, purpose: str, content: bytes, proof: bytes) -> bool:
        """Whether a link for the purpose was made here, under whichever master."""
        return self.links.proves(purpose.encode() + b"\0" + content, proof, len(proof))

    def _wrapped(self, subject: UUID, key: bytes) -> bytes:
        masters, nonce = self.masters, os.urandom(_NONCE)
        head = masters.current.to_bytes(_NUMBER, "big") + _check(key)
        return head + nonce + masters.wrapping[masters.current].encrypt(nonce, key, head + subject.bytes)

    def _unwrapped(self, subject: int, wrapped: bytes) -> DataKey:
        return DataKey(self._key(subject, wrapped))

    def _key(self, subject: int, wrapped: bytes) -> bytes:
        place = subject.to_bytes(16, "big")
        if len(wrapped) == _HEADLESS:
            return self._master(FIRST).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], place)
        head, nonce, sealed = wrapped[:_HEAD], wrapped[_HEAD : _HEAD + _NONCE], wrapped[_HEAD + _NONCE :]
        return self._master(master_of(wrapped)).decrypt(nonce, sealed, head + place)

    def _master(self, number: int) -> AESGCM:
        while True:
            known = self.masters.wrapping.get(number)
            if known is not None:
                return known
            if not self.renew():
                raise UnknownMaster(f"a key is wrapped under master secret {number}, which this process was not given")


def master_of(wrapped: bytes) -> int:
    """The number of the master that a key is wrapped under."""
    return FIRST if len(wrapped) == _HEADLESS else int.from_bytes(wrapped[:_NUMBER], "big")


def wrapping_of(secret: str) -> AESGCM:
    """What a secret wraps subjects' keys with."""
    return AESGCM(derived(secret, _WRAPPING))


def first_keys(secret: str) -> dict[str, tuple[bytes, ...]]:
    """The installation's own keys as an installation's first secret gives them."""
    return {name: (derived(secret, text),) for name, text in PURPOSES.items()}


def first_masters(secret: str) -> Masters:
    """The one master of an installation that has never had another secret."""
    keys = first_keys(secret)
    return Masters(FIRST, {FIRST: wrapping_of(secret)}, keys, {FIRST: public_of(keys["signing"][0])})


def public_of(signing: bytes) -> bytes:
    """The public part of an Ed25519 key, both as 32 raw bytes."""
    return Ed25519PrivateKey.from_private_bytes(signing).public_key().public_bytes_raw()


def derived(secret: str, purpose: str) -> bytes:
    """The 32 bytes that a secret gives for a purpose."""
    return HKDF(SHA256(), length=32, salt=None, info=b"carnet " + purpose.encode()).derive(secret.encode())


def _check(key: bytes) -> bytes:
    return sha256(b"carnet data key" + key).digest()[:_CHECK]


def _fingerprint(key: bytes, request: bytes) -> bytes:
    return blake2b(request, digest_size=32, key=key).digest()
