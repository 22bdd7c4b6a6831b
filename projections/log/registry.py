"""Whether keys, addresses, numbers and answers are what the sealed history says of them."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.exceptions import InvalidTag

from projections.log.checkpoints import Statement
from projections.log.durability import Connection
from projections.log.keys import KeyRing, UnknownMaster
from projections.log.requests import AnswerErased, KnownRequest, RequestKey, opened_answer

MOST = 20  # faults of one kind that are told one by one
_AT_ONCE = 2000

# The digests are those of the migration's functions, spelt out: a function in the database may have been replaced.
DIFFERENT = """
WITH latest AS (
    SELECT DISTINCT ON (kind, thing) kind, thing, digest FROM log.changes ORDER BY kind, thing, id DESC
), present AS (
    SELECT 'key' AS kind, subject AS thing, sha256(
        uuid_send(subject) || coalesce('\\x01'::bytea || uuid_send(holder), '\\x00') || timestamptz_send(created_at)
        || coalesce('\\x01'::bytea || timestamptz_send(erased_at), '\\x00')
        || coalesce(
            CASE WHEN octet_length(wrapped) = 60 THEN sha256(wrapped) ELSE substring(wrapped FROM 3 FOR 16) END, ''
        )
    ) AS digest FROM log.subject_keys
    UNION ALL
    SELECT 'address', mark, sha256(
        uuid_send(mark) || uuid_send(salt) || uuid_send(customer) || timestamptz_send(created_at) || email_hash
    ) FROM log.directory
)
SELECT kind, thing FROM latest FULL JOIN present USING (kind, thing)
WHERE latest.digest IS DISTINCT FROM present.digest ORDER BY kind, thing LIMIT 20
"""
_SEVERAL_KEYS = """
SELECT thing FROM log.changes WHERE kind = 'key' AND octet_length(known) = 16
GROUP BY thing HAVING count(DISTINCT known) > 1 ORDER BY thing LIMIT 20
"""
_ENTRIES = "SELECT count(*) FROM log.changes WHERE entry <= %(upto)s"
_SERIES = "SELECT series, last FROM log.series_as_they_are()"
_KEYS = "SELECT subject, wrapped FROM log.subject_keys WHERE wrapped IS NOT NULL"
_ANSWERS = """
SELECT r.actor, r.key, r.fingerprint, r.subject, r.answer, k.wrapped
FROM log.requests r LEFT JOIN log.subject_keys k ON k.subject = r.subject
"""


def series_of(connection: Connection) -> dict[str, int]:
    """How far each series of numbers is."""
    return dict(connection.execute(_SERIES).fetchall())


def registry_faults(connection: Connection, keys: KeyRing, said: Statement) -> list[str]:
    """What is not as the last seal and the history under it say: rows changed, swapped, taken away or added."""
    faults = [
        f"the {'key of subject' if kind == 'key' else 'address'} {thing}: not what was recorded of it"
        for kind, thing in connection.execute(DIFFERENT).fetchall()
    ]
    faults += [f"the key of subject {thing}: another took its place" for (thing,) in connection.execute(_SEVERAL_KEYS)]
    [(entries,)] = connection.execute(_ENTRIES, {"upto": said.changes}).fetchall()
    if entries != said.changes:
        faults.append(f"the history of keys and addresses has {entries} entries: {said.changes} were sealed")
    faults += series_faults(series_of(connection), said.series)
    return faults + list(_few(_keys_that_do_not_open(connection, keys)))


def answer_faults(connection: Connection, keys: KeyRing) -> list[str]:
    """The kept answers that do not open: changed, or moved to another request."""
    return list(_few(_answers_that_do_not_open(connection, keys)))


def series_faults(present: dict[str, int], sealed: dict[str, int]) -> list[str]:
    """The series of numbers that went back, or are gone."""
    return [
        f"the series {name} stands at {present.get(name, 0)}: it stood at {last} when it was sealed"
        for name, last in sorted(sealed.items())
        if present.get(name, 0) < last
    ]


def _few(faults: Iterator[str]) -> Iterator[str]:
    for number, fault in enumerate(faults):
        if number == MOST:
            yield "and more of this kind"
            return
        yield fault


def _keys_that_do_not_open(connection: Connection, keys: KeyRing) -> Iterator[str]:
    with connection.transaction(), connection.cursor("keys") as cursor:
        cursor.execute(_KEYS, binary=True)
        while rows := cursor.fetchmany(_AT_ONCE):
            for subject, wrapped in rows:
                try:
                    keys.check_key(subject, wrapped)
                except (InvalidTag, UnknownMaster, ValueError):
                    yield f"the key of subject {subject}: changed, or another subject's"


def _answers_that_do_not_open(connection: Connection, keys: KeyRing) -> Iterator[str]:
    with connection.transaction(), connection.cursor("answers") as cursor:
        cursor.execute(_ANSWERS, binary=True)
        while rows := cursor.fetchmany(_AT_ONCE):
            for actor, key, *known in rows:
                try:
                    opened_answer(keys, RequestKey(key, actor, b""), KnownRequest(*known))
                except AnswerErased:
                    continue
                except (InvalidTag, UnknownMaster, ValueError):
                    yield f"the answer to request {key} of {actor}: not the one that was given"
