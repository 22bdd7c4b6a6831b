"""What a save starts from and claims: the request's key, the customer of an e-mail address, a number of a series."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from psycopg import Cursor

from domain.lookup import CustomerClaim
from projections.log.durability import Connection
from projections.log.keys import KeyRing
from projections.log.recorder import Row, array_text
from projections.log.requests import KnownRequest, RequestKey

_OPENING = """
SELECT incarnation, known, fingerprint, subject, answer, answer_wrapped, customer, customer_wrapped, number,
    position, topic, version, state, wrapped, recorded_at
FROM log.opening(%(actor)s, %(key)s, %(email_hash)b, %(series)s, %(ids)t::uuid[], %(after)t::integer[])
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
_DOCUMENT = "SELECT number, day FROM log.next_document(%(series)s, %(period)s, %(first)s, %(on)s)"
_WRAPPED = "SELECT subject, wrapped FROM log.subject_keys WHERE subject = ANY(%(subjects)b)"

Found = Cursor[tuple[Any, ...]]


class Start(NamedTuple):
    """What a save starts from: the request as it ran before, or the customer of the address, a number, the streams."""

    incarnation: UUID | None
    request: KnownRequest | None
    customer: UUID | None
    wrapped: bytes | None
    number: int | None
    rows: list[Row]


class Claims:
    """What one connection reads and claims beside events."""

    def __init__(self, connection: Connection, keys: KeyRing) -> None:
        self._connection = connection
        self._keys = keys

    def start(
        self, request: RequestKey | None, email_hash: bytes | None, series: str | None, after: Mapping[UUID, int]
    ) -> Start:
        """Looks a request's key and an address's customer up, takes a number, and reads streams, each after a version.

        The customer's stream comes along. Of a request that ran before, nothing but what it was is read.
        """
        facts = {
            "actor": request.actor if request else None,
            "key": request.key if request else None,
            "email_hash": email_hash,
            "series": series,
            "ids": array_text(after),
            "after": array_text(after.values()),
        }
        found = self._ask(_OPENING, facts).fetchall()
        incarnation, known, fingerprint, subject, answer, wrapped, customer, customer_wrapped, number = found[0][:9]
        rows = [Row._make(row[9:]) for row in found if row[9] is not None]
        return Start(
            incarnation,
            KnownRequest(fingerprint, subject, answer, wrapped) if known else None,
            customer,
            customer_wrapped,
            number,
            rows,
        )

    def customers(
        self, emails: Collection[str], offered_customer: UUID | None = None
    ) -> tuple[dict[str, CustomerClaim], dict[UUID, Any]]:
        """The customers of normalised e-mail addresses and their wrapped keys.

        They are claimed in one order always, so that two saves cannot block each other. An address nobody has becomes
        `offered_customer`'s, or a new customer's.
        """
        by_hash = {self._keys.email_hash(email): email for email in emails}
        hashes = sorted(by_hash)
        offered = [offered_customer or uuid4() for _ in hashes]
        wrapped = [self._keys.new_wrapped(customer) for customer in offered]
        found = self._ask(_CUSTOMERS, {"hashes": hashes, "offered": offered, "wrapped": wrapped}).fetchall()
        claims = {by_hash[hashes[row[0] - 1]]: CustomerClaim(row[1], row[2]) for row in found}
        return claims, {row[1]: row[3] for row in found}

    def subjects(self, subjects: Collection[UUID], holder: UUID | None) -> dict[UUID, bytes | None]:
        """The wrapped keys of subjects, made where there was none; None where the subject was erased."""
        order = sorted(subjects)
        wrapped = [self._keys.new_wrapped(subject) for subject in order]
        found = self._ask(_SUBJECTS, {"subjects": order, "holders": [holder] * len(order), "wrapped": wrapped})
        return dict(found.fetchall())

    def wrapped(self, subjects: Collection[UUID]) -> dict[UUID, bytes | None]:
        """The wrapped keys of subjects that have one."""
        return dict(self._ask(_WRAPPED, {"subjects": list(subjects)}).fetchall())

    def numbers(self, series: str, wanted: int) -> list[int]:
        """The next numbers of a series, lowest first."""
        return [number for (number,) in self._ask(_NUMBERS, {"series": series, "wanted": wanted}).fetchall()]

    def document(self, series: str, period: int, first: int, on: date) -> tuple[int, date]:
        """The next number of a series of documents without a gap, and the day it is given."""
        facts = {"series": series, "period": period, "first": first, "on": on}
        [(number, day)] = self._ask(_DOCUMENT, facts).fetchall()
        return number, day

    def _ask(self, statement: str, parameters: dict[str, Any]) -> Found:
        return self._connection.cursor(binary=True).execute(statement, parameters, prepare=True)
