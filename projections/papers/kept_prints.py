"""What the law wants kept of issued documents: a key of each document's own, and the bytes it was given out in.

The key seals the document's buyer (in its event) and its bytes (here), so that an invoice prints as it was issued
whatever became of settings, logo, program or customer; it is deleted when nobody has to keep the document any more.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag

from domain.errors import Conflict
from domain.orders.documents import document_subject
from projections.engine.tables import Connection
from projections.log import Session
from projections.log.keys import DataKey, KeyRing

_ISSUED = "SELECT log.keep_document(%(subject)s, %(day)s)"
_FIND = """
SELECT p.content, k.wrapped FROM log.kept_prints p JOIN log.subject_keys k ON k.subject = p.subject
WHERE p.subject = %(subject)s AND p.form = %(form)s AND p.locale = %(locale)s AND p.voided = %(voided)s
"""
_KEY = "SELECT wrapped FROM log.subject_keys WHERE subject = %(subject)s"
_KEEP = "SELECT log.keep_print(%(subject)s, %(form)s, %(locale)s, %(voided)s, %(content)s)"
_RELEASE = "SELECT log.release_documents(%(today)s, %(years)s)"


class DocumentAltered(Conflict):
    """What is kept of document {document} is not what was given out: it was changed outside of this program."""

    code = "document-altered"


class Copy(NamedTuple):
    """One form of an issued document: a voided one says so, and is a copy of its own."""

    order_id: UUID
    number: str
    form: str
    locale: str
    voided: bool

    @property
    def subject(self) -> UUID:
        """Whose key it is sealed under."""
        return document_subject(self.order_id, self.number)

    @property
    def place(self) -> bytes:
        """Where its sealed bytes are worth something."""
        return f"print:{self.subject}:{self.form}:{self.locale}:{self.voided}".encode()

    def told(self) -> dict[str, object]:
        """Its key in the table."""
        return {"subject": self.subject, "form": self.form, "locale": self.locale, "voided": self.voided}


def begin(session: Session, subject: UUID, issued_on: date) -> None:
    """Makes the key of a document that is being issued."""
    session.ensure_subject(subject)
    session.connection.execute(_ISSUED, {"subject": subject, "day": issued_on})


def find(connection: Connection, keys: KeyRing, copy: Copy) -> bytes | None:
    """The bytes that a copy was given out in; raises `DocumentAltered` where they were changed since."""
    row = connection.execute(_FIND, copy.told()).fetchone()
    if row is None or row[1] is None:
        return None
    try:
        return keys.data_key(copy.subject, row[1]).open(row[0], copy.place)
    except InvalidTag:
        raise DocumentAltered(document=copy.number) from None


def keep(session: Session, keys: KeyRing, copy: Copy, issued_on: date, content: bytes) -> None:
    """Keeps the bytes of a copy in the save that writes its print down; the first are kept, those of later ones not.

    A document whose time is over has no key any more, and is not kept.
    """
    session.begin()
    key = _key(session.connection, keys, copy.subject)
    if key:
        session.connection.execute(_ISSUED, {"subject": copy.subject, "day": issued_on})
        session.connection.execute(_KEEP, {**copy.told(), "content": key.seal(content, copy.place)})


def release(connection: Connection, today: date, years: int) -> int:
    """Deletes keys and bytes of documents that were issued longer ago; gives of how many."""
    [[count]] = connection.execute(_RELEASE, {"today": today, "years": years}).fetchall()
    return int(count)


def _key(connection: Connection, keys: KeyRing, subject: UUID) -> DataKey | None:
    row = connection.execute(_KEY, {"subject": subject}).fetchone()
    return keys.data_key(subject, row[0]) if row and row[0] else None
