"""Idempotency: a request runs once, and its answer is told again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import msgspec
import psycopg
import pytest
from msgspec.structs import replace
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from projections.log import (
    Answer,
    AnswerErased,
    Connection,
    EventLog,
    KeyReused,
    KeyRing,
    RequestKey,
    VersionConflict,
    requests,
)
from projections.log.keys import first_masters
from projections.log.requests import KnownRequest, kept_answer, opened_answer
from tests.damage import owner
from tests.projections.log.events import Letter, saved, sent, written

REQUEST = RequestKey("key-1", "token:shop", b"POST /letters {}")
ANSWER = Answer(status=201, headers={"ETag": '"1"'}, body=b'{"author": "Ada Lookalike"}')


def run(log: EventLog, request: RequestKey = REQUEST, answer: Answer = ANSWER) -> tuple[Answer, bool]:
    """Runs a request, or has its answer repeated; runs it again when another was quicker, as the desk does."""
    try:
        return run_once(log, request, answer)
    except VersionConflict:
        return run_once(log, request, answer)


def run_once(log: EventLog, request: RequestKey, answer: Answer) -> tuple[Answer, bool]:
    """Runs a request, or has its answer repeated."""
    with log.session() as session:
        known = session.claim_request(request)
        if known:
            return known, True
        letter = written(uuid4())
        session.ensure_subject(letter.subject or uuid4())
        session.save(letter)
        session.commit(answer)
        return answer, False


def fail(log: EventLog) -> None:
    """Claims a request, and then something goes wrong."""
    with log.session() as session:
        assert session.claim_request(REQUEST) is None
        raise ZeroDivisionError


def answer_with(log: EventLog, answer: Answer | None, *letters: Letter) -> int:
    """Claims a request and saves these letters."""
    with log.session() as session:
        assert session.claim_request(REQUEST) is None
        session.save(*letters)
        return session.commit(answer)


def test_a_repeated_request_is_answered_as_before_and_records_nothing(log: EventLog) -> None:
    assert run(log) == (ANSWER, False)
    assert run(log) == (ANSWER, True)
    assert log.head() == 1


def test_a_repeated_answer_is_durable_also_where_a_transaction_was_begun(log: EventLog, keys: KeyRing) -> None:
    run(log)
    with ConnectionPool[Connection](log.pool.conninfo, kwargs={"autocommit": True}, open=True) as pool:
        other = EventLog(pool, keys)
        with other.session() as session:
            session.begin()
            assert session.claim_request(REQUEST) == ANSWER
            assert session.connection.info.transaction_status == TransactionStatus.IDLE
            assert other.durability.upto(session.incarnation) == 1
        other.close()


def test_twenty_requests_with_one_key_at_once_run_once(log: EventLog) -> None:
    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(lambda _: run(log), range(20)))
    assert log.head() == 1
    assert sorted(repeated for _, repeated in results) == [False] + [True] * 19
    assert {answer.body for answer, _ in results} == {ANSWER.body}


def test_another_request_under_the_same_key_is_refused(log: EventLog) -> None:
    run(log)
    with pytest.raises(KeyReused):
        run(log, REQUEST._replace(fingerprint=b"POST /letters {other}"))


def test_keys_of_different_actors_do_not_meet(log: EventLog) -> None:
    run(log)
    assert run(log, REQUEST._replace(actor="token:other")) == (ANSWER, False)


def test_a_refused_request_may_be_sent_again(log: EventLog) -> None:
    with pytest.raises(ZeroDivisionError):
        fail(log)
    assert run(log) == (ANSWER, False)


def test_a_conflict_releases_the_key(log: EventLog) -> None:
    letter = written(uuid4())
    saved(log, letter)
    stale = log.load(Letter, letter.id)
    saved(log, sent(letter))
    with pytest.raises(VersionConflict):
        answer_with(log, ANSWER, sent(stale))
    assert run(log) == (ANSWER, False)


def test_a_claimed_request_must_be_answered(log: EventLog) -> None:
    with pytest.raises(TypeError):
        answer_with(log, None)


def test_an_answer_is_kept_even_when_nothing_happened(log: EventLog) -> None:
    assert answer_with(log, ANSWER) == 0
    assert run(log) == (ANSWER, True)


@pytest.mark.parametrize("about_somebody", [True, False])
def test_an_answer_is_not_kept_in_the_clear(log: EventLog, database: str, about_somebody: bool) -> None:
    subject = uuid4()
    saved(log, written(subject))
    run(log, answer=Answer(status=201, headers={}, body=ANSWER.body, subject=subject if about_somebody else None))
    with psycopg.connect(database) as connection:
        stored = connection.execute("SELECT answer, fingerprint FROM log.requests").fetchall()
    assert b"Ada" not in b"".join(stored[0])
    assert b"letters" not in b"".join(stored[0])


def test_an_answer_about_somebody_goes_with_their_key(log: EventLog) -> None:
    subject = uuid4()
    saved(log, written(subject))
    run(log, answer=Answer(status=201, headers={}, body=ANSWER.body, subject=subject))
    assert run(log)[1]
    log.erase(subject)
    with pytest.raises(AnswerErased):
        run(log)


def test_old_requests_are_forgotten_and_young_ones_kept(log: EventLog, database: str) -> None:
    run(log)
    run(log, REQUEST._replace(key="key-2"))
    with psycopg.connect(owner(database)) as connection:
        connection.execute("UPDATE log.requests SET created_at = now() - interval '31 days' WHERE key = 'key-1'")
    assert log.purge_requests(30) == 1
    assert run(log, REQUEST._replace(key="key-2"))[1]
    assert not run(log)[1]


class Turning(KeyRing):
    """Keys of an installation whose master secret is replaced whenever a fingerprint was made."""

    def fingerprint(self, request: bytes) -> bytes:
        made = super().fingerprint(request)
        self._masters = first_masters(uuid4().hex)
        return made


def test_an_answer_opens_by_the_fingerprint_it_is_kept_with_whenever_a_new_secret_comes() -> None:
    keys, subject = Turning("a secret"), uuid4()
    wrapped = keys.new_wrapped(subject)
    keys.data_key(subject, wrapped)
    answer = Answer(status=201, headers={}, body=b"{}", subject=subject)
    fingerprint, sealed = kept_answer(keys, REQUEST, answer, wrapped)
    assert opened_answer(keys, REQUEST, KnownRequest(fingerprint, subject, sealed, wrapped)) == answer


def test_a_long_answer_is_kept_in_less_than_it_is_long(log: EventLog) -> None:
    long = replace(ANSWER, body=b'{"status": "pending", "total": "12.00"}' * 100)
    assert run(log, answer=long) == (long, False)
    assert run(log, answer=long) == (long, True)
    with log.pool.connection() as connection:
        [kept] = connection.execute("SELECT octet_length(answer) FROM log.requests").fetchall()
    assert kept[0] < 600


def test_an_answer_that_was_kept_as_it_is_is_told_again(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    long = replace(ANSWER, body=ANSWER.body * 100)
    with monkeypatch.context() as before:
        before.setattr(requests, "_packed", msgspec.msgpack.encode)
        run(log, answer=long)
    assert run(log, answer=long) == (long, True)
