"""What a save claims before it decides: the request's key, the customer of an e-mail address, a number of a series."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from psycopg import Cursor

from projections.log.keys import KeyRing
from projections.log.recorder import Connection
from projections.log.requests import KnownRequest, RequestKey

_REQUEST = """
SELECT known, fingerprint, subject, answer, wrapped
FROM log.claim_request(%(actor)s, %(key)s, %(fingerprint)b)
"""
_CUSTOMERS = """
SELECT asked.number, claimed.customer, claimed.created, claimed.wrapped
FROM unnest(%(hashes)b::bytea[], %(offered)b::uuid[], %(wrapped)b::bytea[])
    WITH ORDINALITY AS asked (hash, offered, wrapped, number)
CROSS JOIN LATERAL log.claim_customer(asked.hash, asked.offered, asked.wrapped) AS claimed
"""
_SUBJECTS = """
SELECT asked.subject, log.claim_subject(asked.subject, asked.holder, asked.wrapped)
FROM unnest(%(subjects)b::uuid[], %(holders)b::uuid[], %(wrapped)b::bytea[]) AS asked (subject, holder, wrapped)
"""
_NUMBERS = "SELECT next_numbers FROM log.next_numbers(%(series)s, %(wanted)s)"
_WRAPPED = "SELECT subject, wrapped FROM log.subject_keys WHERE subject = ANY(%(subjects)b)"

Found = Cursor[tuple[Any, ...]]


class CustomerClaim(NamedTuple):
    """The customer an e-mail address belongs to; `created` when this save is the first to name the address."""

    customer_id: UUID
    created: bool


class Claims:
    """The claiming statements of one connection. `ask_` sends, each `take_` reads: several share one round trip."""

    def __init__(self, connection: Connection, keys: KeyRing) -> None:
        self._connection = connection
        self._keys = keys

    def ask_request(self, request: RequestKey) -> Found:
        """Claims the request's key; waits while another transaction holds it."""
        fingerprint = self._keys.fingerprint(request.fingerprint)
        return self._ask(_REQUEST, {"actor": request.actor, "key": request.key, "fingerprint": fingerprint})

    def take_request(self, found: Found) -> KnownRequest | None:
        """The request as it ran before; None when it is ours to run."""
        known, fingerprint, subject, answer, wrapped = _one(found)
        return KnownRequest(fingerprint, subject, answer, wrapped) if known else None

    def ask_customers(self, emails: Collection[str], offered_customer: UUID | None = None) -> Found:
        """Claims the customers of normalised e-mail addresses, always in one order so that two saves cannot block.

        An address nobody has becomes `offered_customer`'s, or a new customer's.
        """
        hashes = sorted(self._keys.email_hash(email) for email in emails)
        offered = [offered_customer or uuid4() for _ in hashes]
        wrapped = [self._keys.new_wrapped(customer) for customer in offered]
        return self._ask(_CUSTOMERS, {"hashes": hashes, "offered": offered, "wrapped": wrapped})

    def take_customers(self, found: Found, emails: Collection[str]) -> tuple[dict[str, CustomerClaim], dict[UUID, Any]]:
        """The claims by address, and the customers' wrapped keys."""
        by_hash = {self._keys.email_hash(email): email for email in emails}
        order = sorted(by_hash)
        claims: dict[str, CustomerClaim] = {}
        wrapped: dict[UUID, Any] = {}
        for number, customer, created, key in found.fetchall():
            claims[by_hash[order[number - 1]]] = CustomerClaim(customer, created)
            wrapped[customer] = key
        return claims, wrapped

    def subjects(self, subjects: Collection[UUID], holder: UUID | None) -> dict[UUID, bytes | None]:
        """The wrapped keys of subjects, made where there was none; None where the subject was erased."""
        order = sorted(subjects)
        wrapped = [self._keys.new_wrapped(subject) for subject in order]
        found = self._ask(_SUBJECTS, {"subjects": order, "holders": [holder] * len(order), "wrapped": wrapped})
        return dict(found.fetchall())

    def wrapped(self, subjects: Collection[UUID]) -> dict[UUID, bytes | None]:
        """The wrapped keys of subjects that have one."""
        return dict(self._ask(_WRAPPED, {"subjects": list(subjects)}).fetchall())

    def ask_numbers(self, series: str, wanted: int) -> Found:
        """Asks for the next numbers of a series."""
        return self._ask(_NUMBERS, {"series": series, "wanted": wanted})

    def take_numbers(self, found: Found) -> list[int]:
        """The numbers, lowest first."""
        return [number for (number,) in found.fetchall()]

    def _ask(self, statement: str, parameters: dict[str, Any]) -> Found:
        return self._connection.cursor(binary=True).execute(statement, parameters, prepare=True)


def _one(found: Found) -> tuple[Any, ...]:
    [row] = found.fetchall()
    return row
