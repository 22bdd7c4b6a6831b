"""How far imports are: what was chosen for each, its ranges, and their checkpoints, which move with what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from projections.engine.tables import Connection

LEASE = timedelta(seconds=30)  # of a range whose worker died; it is renewed with every batch

_BEGIN = """
INSERT INTO work.imports (id, fingerprint, state, told, size)
VALUES (%(id)s, %(fingerprint)s, 'running', %(told)s, %(size)s) ON CONFLICT DO NOTHING
"""
_FIND = """
SELECT id, state, told, header, delimiter, size, read_bytes, is_read, turn FROM work.imports WHERE id = %(id)s
"""
_UNFINISHED = """
SELECT id FROM work.imports
WHERE fingerprint = %(fingerprint)s AND state IN ('running', 'paused', 'failed', 'needs-answer')
ORDER BY created_at DESC LIMIT 1
"""
_STATE = """
UPDATE work.imports SET
    state = %(state)s, turn = turn + (%(state)s IN ('running', 'undoing'))::integer, changed_at = now()
WHERE id = %(id)s
"""
_HEADER = "UPDATE work.imports SET header = %(header)s, delimiter = %(delimiter)s WHERE id = %(id)s"
_TOLD = "UPDATE work.imports SET told = %(told)s WHERE id = %(id)s"
_ADD_RANGE = """
INSERT INTO work.import_ranges (import_id, number, rows, orders, bytes, claimed_until)
VALUES (%(id)s, %(number)s, %(rows)s, %(orders)s, %(bytes)s, '-infinity') ON CONFLICT DO NOTHING
"""
_READ_SO_FAR = "UPDATE work.imports SET read_bytes = %(bytes)s, changed_at = now() WHERE id = %(id)s"
_IS_READ = "UPDATE work.imports SET is_read = true, read_bytes = size, changed_at = now() WHERE id = %(id)s"
_NUMBERS = "SELECT number FROM work.import_ranges WHERE import_id = %(id)s"
_WAITING = "SELECT number FROM work.import_ranges WHERE import_id = %(id)s AND NOT is_done ORDER BY number"
_FREE = "UPDATE work.import_ranges SET claimed_until = '-infinity' WHERE import_id = %(id)s AND NOT is_done"
_CLAIM = """
UPDATE work.import_ranges SET claimed_until = now() + %(lease)s
WHERE (import_id, number) = (
    SELECT import_id, number FROM work.import_ranges
    WHERE import_id = %(id)s AND NOT is_done AND claimed_until < now()
    ORDER BY number FOR UPDATE SKIP LOCKED LIMIT 1
) RETURNING number
"""
_RANGE = """
SELECT number, rows, orders, bytes, done_bytes, error_bytes, totals, is_done FROM work.import_ranges
WHERE import_id = %(id)s AND number = %(number)s
"""
_RANGES = """
SELECT number, rows, orders, bytes, done_bytes, error_bytes, totals, is_done FROM work.import_ranges
WHERE import_id = %(id)s ORDER BY number
"""
_ADVANCE = """
UPDATE work.import_ranges AS r SET
    done_bytes = %(done)s, is_done = %(done)s >= r.bytes, claimed_until = now() + %(lease)s
FROM work.imports i
WHERE r.import_id = %(id)s AND r.number = %(number)s AND r.done_bytes = %(was)s AND NOT r.is_done
    AND i.id = r.import_id AND i.state = 'running'
"""
_TELL = """
UPDATE work.import_ranges SET error_bytes = %(error_bytes)s, totals = %(totals)s
WHERE import_id = %(id)s AND number = %(number)s
"""
_ENDED = """
SELECT i.is_read AND NOT EXISTS (SELECT FROM work.import_ranges r WHERE r.import_id = i.id AND NOT r.is_done)
FROM work.imports i WHERE i.id = %(id)s
"""
_PROGRESS = """
SELECT i.state, i.size, i.read_bytes, i.is_read, count(r.number), count(*) FILTER (WHERE r.is_done),
    coalesce(sum(r.rows), 0)::bigint, coalesce(sum(r.orders), 0)::bigint,
    coalesce(sum(r.bytes), 0)::bigint, coalesce(sum(r.done_bytes), 0)::bigint
FROM work.imports i LEFT JOIN work.import_ranges r ON r.import_id = i.id WHERE i.id = %(id)s GROUP BY i.id
"""
_KEEP = """
INSERT INTO work.import_kept (import_id, order_id, number, code, detail)
VALUES (%(id)s, %(order_id)s, %(number)s, %(code)s, %(detail)s)
ON CONFLICT (import_id, order_id) DO UPDATE SET code = EXCLUDED.code, detail = EXCLUDED.detail
"""
_KEPT = """
SELECT order_id, number, code, detail FROM work.import_kept WHERE import_id = %(id)s ORDER BY number LIMIT %(limit)s
"""
_FORGET_KEPT = "DELETE FROM work.import_kept WHERE import_id = %(id)s"
_OLD = """
SELECT id FROM work.imports
WHERE files_deleted_at IS NULL AND changed_at < now() - make_interval(days => %(days)s) LIMIT 100
"""
_WITH_FILES = """
SELECT id, state FROM work.imports WHERE files_deleted_at IS NULL AND created_at < %(before)s ORDER BY created_at
"""
_DELETED = "UPDATE work.imports SET files_deleted_at = now() WHERE id = %(id)s"


class RunningImport(NamedTuple):
    """An import at work: `told` is what was chosen for it, `turn` counts how often it was begun or resumed."""

    id: UUID
    state: str
    told: dict[str, Any]
    header: list[str]
    delimiter: str
    size: int
    read_bytes: int
    is_read: bool
    turn: int


class Range(NamedTuple):
    """A part of an import, and its checkpoint."""

    number: int
    rows: int
    orders: int
    bytes: int
    done_bytes: int
    error_bytes: int
    totals: dict[str, Any]
    is_done: bool


class Progress(NamedTuple):
    """How far an import is: bytes of the file that were read, and bytes of its rows that are taken in."""

    state: str
    size: int
    read_bytes: int
    is_read: bool
    ranges: int
    ranges_done: int
    rows: int
    orders: int
    bytes: int
    done_bytes: int


class KeptOrder(NamedTuple):
    """An order that could not be taken back."""

    order_id: UUID
    number: str
    code: str
    detail: str


def begin(connection: Connection, import_id: UUID, fingerprint: bytes, told: dict[str, Any], size: int) -> None:
    """Writes down an import that is to be done; one that is there stays as it is."""
    connection.execute(_BEGIN, {"id": import_id, "fingerprint": fingerprint, "told": Jsonb(told), "size": size})


def find(connection: Connection, import_id: UUID) -> RunningImport | None:
    """An import at work."""
    row = connection.execute(_FIND, {"id": import_id}).fetchone()
    return RunningImport._make(row) if row else None


def unfinished(connection: Connection, fingerprint: bytes) -> UUID | None:
    """The last import of the same file and choices that did not come to an end."""
    row = connection.execute(_UNFINISHED, {"fingerprint": fingerprint}).fetchone()
    return row[0] if row else None


def set_state(connection: Connection, import_id: UUID, state: str) -> None:
    """Lets whoever works on it know."""
    connection.execute(_STATE, {"id": import_id, "state": state})


def set_header(connection: Connection, import_id: UUID, header: Sequence[str], delimiter: str) -> None:
    """Keeps the names of the columns of the refused rows, those that say what is wrong included."""
    connection.execute(_HEADER, {"id": import_id, "header": list(header), "delimiter": delimiter})


def set_told(connection: Connection, import_id: UUID, told: dict[str, Any]) -> None:
    """Keeps what was chosen together with what the files themselves proved."""
    connection.execute(_TOLD, {"id": import_id, "told": Jsonb(told)})


def add_range(connection: Connection, import_id: UUID, number: int, rows: int, orders: int, size: int) -> bool:
    """Adds a range whose file is there; False for one that was added before."""
    told = {"id": import_id, "number": number, "rows": rows, "orders": orders, "bytes": size}
    return connection.execute(_ADD_RANGE, told).rowcount == 1


def read_so_far(connection: Connection, import_id: UUID, size: int) -> None:
    """Notes how many bytes of the file were read."""
    connection.execute(_READ_SO_FAR, {"id": import_id, "bytes": size})


def set_read(connection: Connection, import_id: UUID) -> None:
    """Notes that the whole file stands in ranges."""
    connection.execute(_IS_READ, {"id": import_id})


def range_numbers(connection: Connection, import_id: UUID) -> set[int]:
    """The ranges there are."""
    return {number for (number,) in connection.execute(_NUMBERS, {"id": import_id})}


def waiting(connection: Connection, import_id: UUID) -> list[int]:
    """The ranges that are not done."""
    return [number for (number,) in connection.execute(_WAITING, {"id": import_id})]


def free(connection: Connection, import_id: UUID) -> None:
    """Frees ranges that nobody works on any more."""
    connection.execute(_FREE, {"id": import_id})


def claim(connection: Connection, import_id: UUID) -> int | None:
    """Takes a range in hand that nobody else has."""
    row = connection.execute(_CLAIM, {"id": import_id, "lease": LEASE}).fetchone()
    return row[0] if row else None


def find_range(connection: Connection, import_id: UUID, number: int) -> Range | None:
    """A range and its checkpoint."""
    row = connection.execute(_RANGE, {"id": import_id, "number": number}, prepare=True).fetchone()
    return Range._make(row) if row else None


def ranges(connection: Connection, import_id: UUID) -> list[Range]:
    """All ranges of an import and their checkpoints."""
    return [Range._make(row) for row in connection.execute(_RANGES, {"id": import_id})]


def advance(connection: Connection, import_id: UUID, number: int, was: int, done: int) -> bool:
    """Moves a checkpoint on; False when another moved it, or the import no longer runs: then nothing may be stored."""
    told = {"id": import_id, "number": number, "was": was, "done": done, "lease": LEASE}
    return connection.execute(_ADVANCE, told, prepare=True).rowcount == 1


def tell(connection: Connection, import_id: UUID, number: int, error_bytes: int, totals: dict[str, Any]) -> None:
    """Keeps what a range came to so far, with its checkpoint."""
    told = {"id": import_id, "number": number, "error_bytes": error_bytes, "totals": Jsonb(totals)}
    connection.execute(_TELL, told, prepare=True)


def has_ended(connection: Connection, import_id: UUID) -> bool:
    """Whether every row of the file was taken in or refused."""
    row = connection.execute(_ENDED, {"id": import_id}).fetchone()
    return bool(row and row[0])


def refusals(ranges: Sequence[Range]) -> dict[str, int]:
    """How many rows were refused so far, by code."""
    whole: Counter[str] = Counter()
    for one in ranges:
        whole.update(one.totals.get("reasons", {}))
    return dict(sorted(whole.items()))


def progress(connection: Connection, import_id: UUID) -> Progress | None:
    """How far an import is."""
    row = connection.execute(_PROGRESS, {"id": import_id}).fetchone()
    return Progress._make(row) if row else None


def keep(connection: Connection, import_id: UUID, kept: Sequence[KeptOrder]) -> None:
    """Lists orders that could not be taken back."""
    with connection.cursor() as cursor:
        cursor.executemany(_KEEP, [{"id": import_id, **one._asdict()} for one in kept])


def kept(connection: Connection, import_id: UUID, limit: int) -> list[KeptOrder]:
    """The orders that could not be taken back."""
    return [KeptOrder._make(row) for row in connection.execute(_KEPT, {"id": import_id, "limit": limit})]


def forget_kept(connection: Connection, import_id: UUID) -> None:
    """Begins the list of what could not be taken back anew."""
    connection.execute(_FORGET_KEPT, {"id": import_id})


def with_old_files(connection: Connection, days: int) -> list[UUID]:
    """Imports that nothing happened to for so many days and whose files are still there."""
    return [import_id for (import_id,) in connection.execute(_OLD, {"days": days})]


def with_files(connection: Connection, before: datetime) -> list[tuple[UUID, str]]:
    """Imports that began before an instant and whose files are still there, each with its state."""
    return [(row[0], row[1]) for row in connection.execute(_WITH_FILES, {"before": before})]


def files_deleted(connection: Connection, import_id: UUID) -> None:
    """Notes that the files of an import are gone."""
    connection.execute(_DELETED, {"id": import_id})
