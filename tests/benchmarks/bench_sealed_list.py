"""Lists and search over persons in the clear beside persons sealed in their column and found by a blind index.

The sealed table is what views sealed at rest would be: the words of a person under AES-GCM, and the keyed hashes of
their trigrams in a GIN index. Both are asked in turns for the same page, and must find the same orders.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, LiteralString

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from projections.engine.tables import Connection
from tests.benchmarks.bench_list import LIMIT, ROUNDS, TARGET, measure, quantile
from tests.benchmarks.big_books import ORDERS, big_book
from tests.benchmarks.names import SURNAMES

_NONCE = 12
_TABLE = """
DROP SCHEMA IF EXISTS sealed CASCADE;
CREATE SCHEMA sealed;
CREATE TABLE sealed.orders (
    id uuid PRIMARY KEY, created_at timestamptz NOT NULL, things text NOT NULL, person bytea NOT NULL,
    hashes integer[] NOT NULL
);
CREATE TABLE sealed.clear (
    id uuid PRIMARY KEY, created_at timestamptz NOT NULL, things text NOT NULL, person text NOT NULL
);
INSERT INTO sealed.clear SELECT id, created_at, things, person FROM views.orders;
"""
_CLEAR_INDEXES = """
CREATE INDEX ON sealed.clear (created_at, id);
CREATE INDEX ON sealed.clear USING gin ((things || person) gin_trgm_ops);
ANALYZE sealed.clear;
"""
_SEALED_INDEXES = """
CREATE INDEX ON sealed.orders (created_at, id);
CREATE INDEX ON sealed.orders USING gin (things gin_trgm_ops);
CREATE INDEX ON sealed.orders USING gin (hashes);
ANALYZE sealed.orders;
"""
_NEWEST: LiteralString = " ORDER BY created_at DESC, id DESC LIMIT 51"
_CLEAR: LiteralString = "SELECT id, person FROM sealed.clear"
_SEALED: LiteralString = "SELECT id, things, person FROM sealed.orders"
_SIZE = "SELECT pg_total_relation_size('sealed.clear'), pg_total_relation_size('sealed.orders')"


class Seal:
    """One key for the words, one for the hashes of their trigrams."""

    def __init__(self) -> None:
        self._cipher, self._key = AESGCM(os.urandom(32)), os.urandom(32)
        self._known: dict[str, int] = {}

    def close(self, text: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()

    def hashes(self, text: str) -> list[int]:
        """The keyed hash of every three characters that follow each other."""
        return sorted({self._hash(text[at : at + 3]) for at in range(len(text) - 2)})

    def _hash(self, gram: str) -> int:
        if gram not in self._known:
            digest = hmac.digest(self._key, gram.encode(), "sha256")
            self._known[gram] = int.from_bytes(digest[:4], "big", signed=True)
        return self._known[gram]


def run(orders: int = ORDERS, rounds: int = ROUNDS) -> Iterator[dict[str, Any]]:
    """One line a page, then one for the room and one for the time it takes to fill."""
    common, rare = SURNAMES.things[0].lower(), SURNAMES.things[-1].lower()
    with big_book(orders) as source, psycopg.connect(source.database_url, autocommit=True) as connection:
        seal = Seal()
        clear_seconds, sealed_seconds = _fill(connection, seal)
        for name, word in (("newest", ""), ("common word", common), ("rare word", rare)):
            assert _of_clear(connection, word) == _of_sealed(connection, seal, word), name
            clear, sealed = measure(
                rounds, partial(_of_clear, connection, word), partial(_of_sealed, connection, seal, word)
            )
            yield _line(
                f"sealed list at {orders} orders: {name}", "ms p95", quantile(sealed, 0.95), quantile(clear, 0.95)
            )
        sizes = connection.execute(_SIZE).fetchone() or (1, 1)
        yield _line(f"sealed list at {orders} orders: room", "MB", sizes[1] / 1e6, sizes[0] / 1e6)
        yield _line(f"sealed list at {orders} orders: filling", "s", sealed_seconds, clear_seconds)


def _fill(connection: Connection, seal: Seal) -> tuple[float, float]:
    began = time.perf_counter()
    connection.execute(_TABLE)
    connection.execute(_CLEAR_INDEXES)
    between = time.perf_counter()
    rows = connection.execute("SELECT id, created_at, things, person FROM sealed.clear").fetchall()
    copy_in = "COPY sealed.orders (id, created_at, things, person, hashes) FROM STDIN"
    with connection.cursor().copy(copy_in) as copy:
        for order_id, created_at, things, person in rows:
            copy.write_row((order_id, created_at, things, seal.close(person), seal.hashes(person)))
    connection.execute(_SEALED_INDEXES)
    return between - began, time.perf_counter() - between


def _of_clear(connection: Connection, word: str) -> list[Any]:
    if not word:
        return [row[0] for row in connection.execute(_CLEAR + _NEWEST).fetchall()]
    condition: LiteralString = " WHERE (things || person) LIKE %s"
    return [
        row[0] for row in connection.execute(_CLEAR + condition + _NEWEST, (f"%{word}%",), prepare=False).fetchall()
    ]


def _of_sealed(connection: Connection, seal: Seal, word: str) -> list[Any]:
    """Opens every person that is shown; what the hashes find too much is left out."""
    if not word:
        return [row[0] for row in connection.execute(_SEALED + _NEWEST).fetchall() if seal.open(row[2]) is not None]
    condition: LiteralString = " WHERE (things LIKE %s OR hashes @> %s)"
    asked = (f"%{word}%", seal.hashes(word))
    rows = connection.execute(_SEALED + condition + _NEWEST, asked, prepare=False).fetchall()
    return [row[0] for row in rows if word in row[1] or word in seal.open(row[2])]


def _line(name: str, unit: str, sealed: float, clear: float) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(sealed, 3),
        "unit": unit,
        "reference": "the same in the clear",
        "reference_value": round(clear, 3),
        "ratio": round(sealed / clear, 2),
        "target": TARGET,
        "passed": sealed <= TARGET * clear,
        "page": LIMIT,
    }
