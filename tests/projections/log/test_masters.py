"""The master secret: a wrong one opens nothing, and a new one takes an old one's place while the shop goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from psycopg_pool import ConnectionPool

from projections.log import Answer, Connection, EventLog, KeyRing, RequestKey, VersionConflict
from projections.log.keys import UnknownMaster, master_of
from projections.log.masters import AlteredMasters, WrongSecret, check_secret, masters, open_keys
from projections.log.rotation import RotationRefused, begin, finish, left, living
from projections.log.seals import HasLog, seal, verify
from projections.secrets import Secrets
from tests.damage import as_owner
from tests.projections.log.conftest import SECRET
from tests.projections.log.events import Letter, written

OTHER = "the secret of another shop, as long as it must be"
FRESH = "the secret that takes the place of the first one"
Pool = ConnectionPool[Connection]


@pytest.fixture
def opened(pool: Pool) -> Callable[..., EventLog]:
    """Opens the log as a process does that was given these secrets."""
    return lambda *secrets: EventLog(pool, open_keys(pool, Secrets(secrets)))


def rotated(pool: Pool, *secrets: str, to: str) -> None:
    with as_owner(str(pool.conninfo)) as connection:
        begin(connection, secrets, to)
        finish(connection, open_keys(pool, Secrets((to, *secrets))), lambda done: None)


def letter(log: EventLog, author: str = "Ada Lookalike") -> Letter:
    """A letter stored with a key of its author's own."""
    subject = uuid4()
    stored = written(subject, author=author)
    with log.session() as session:
        session.ensure_subject(subject)
        session.save(stored)
        session.commit()
    return stored


def test_the_first_secret_is_kept_as_a_proof_and_never_itself(pool: Pool, opened: Callable[..., EventLog]) -> None:
    opened(SECRET)
    opened(SECRET)
    with pool.connection() as connection:
        [row] = masters(connection)
        text = str(connection.execute("SELECT * FROM log.masters").fetchall())
    assert row.number == 1
    assert SECRET not in text


def test_another_secret_is_refused_and_changes_nothing(pool: Pool, opened: Callable[..., EventLog]) -> None:
    opened(SECRET)
    with pool.connection() as connection:
        before = masters(connection)
        with pytest.raises(WrongSecret, match="not this database's"):
            opened(OTHER)
        assert masters(connection) == before


def test_a_book_of_before_takes_the_secret_that_opens_its_keys_alone(
    pool: Pool, log: EventLog, opened: Callable[..., EventLog]
) -> None:
    letter(log)
    with pytest.raises(WrongSecret):
        opened(OTHER)
    with pool.connection() as connection:
        assert masters(connection) == []
    opened(SECRET)


def test_a_book_without_keys_takes_the_secret_that_signed_its_seals_alone(
    pool: Pool, opened: Callable[..., EventLog]
) -> None:
    with as_owner(str(pool.conninfo)) as connection:
        connection.execute("INSERT INTO log.seals (position, chain, signature, sealed_at) VALUES (1, 'x', 'x', now())")
    with pytest.raises(WrongSecret):
        opened(SECRET)


def test_no_secret_at_all_is_refused(database: str) -> None:
    with pytest.raises(WrongSecret, match="set CARNET_SECRET_KEY"):
        check_secret(database, Secrets())


def test_two_processes_that_start_at_once_agree_on_one_secret(pool: Pool, opened: Callable[..., EventLog]) -> None:
    refused: list[str] = []

    def start(secret: str) -> None:
        try:
            opened(secret)
        except WrongSecret:
            refused.append(secret)

    both = [Thread(target=start, args=(secret,)) for secret in (SECRET, OTHER)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(refused) == 1
    with pool.connection() as connection:
        assert len(masters(connection)) == 1


def test_a_changed_proof_ring_or_key_is_refused(pool: Pool, opened: Callable[..., EventLog]) -> None:
    opened(SECRET)
    for column, error in (("ring", AlteredMasters), ("verify_key", AlteredMasters), ("proof", WrongSecret)):
        flip = f"UPDATE log.masters SET {column} = set_byte({column}, 20, get_byte({column}, 20) # 1)"
        with as_owner(str(pool.conninfo)) as connection:
            connection.execute(flip.encode())
            with pytest.raises(error):
                opened(SECRET)
            connection.execute(flip.encode())
    opened(SECRET)


def test_what_was_sealed_before_a_rotation_reads_after_it(pool: Pool, opened: Callable[..., EventLog]) -> None:
    log = opened(SECRET)
    stored = letter(log)
    old = log.keys
    request = RequestKey("key", "operator:tests", b"the request")
    answered = Answer(status=201, headers={}, body=b"the answer")
    with log.session() as session:
        session.claim_request(request)
        session.commit(answered)
    link, kept = old.payment_links.sign(b"link"), old.webhooks.seal(b"body", b"place")
    proof, address = old.signature("unsubscribe", b"id"), old.email_hash("ada@example.com")
    rotated(pool, SECRET, to=FRESH)
    new = opened(FRESH)
    assert new.load(Letter, stored.id).author == "Ada Lookalike"
    with new.session() as session:
        assert session.claim_request(request) == answered
    assert new.keys.payment_links.proves(b"link", link)
    assert new.keys.webhooks.open(kept, b"place") == b"body"
    assert new.keys.is_signature("unsubscribe", b"id", proof)
    assert new.keys.email_hash("ada@example.com") == address


def test_after_a_rotation_the_old_secret_is_refused_by_its_date(pool: Pool, opened: Callable[..., EventLog]) -> None:
    letter(opened(SECRET))
    rotated(pool, SECRET, to=FRESH)
    with pytest.raises(WrongSecret, match=r"was replaced on \d{4}-\d\d-\d\d"):
        opened(SECRET)
    with pool.connection() as connection:
        wrapped = [key for (key,) in connection.execute("SELECT wrapped FROM log.subject_keys")]
    assert {master_of(key) for key in wrapped} == {2}


def test_what_is_sealed_after_a_rotation_does_not_open_by_what_the_old_secret_gives(
    pool: Pool, opened: Callable[..., EventLog]
) -> None:
    opened(SECRET)
    rotated(pool, SECRET, to=FRESH)
    new, old = opened(FRESH).keys, KeyRing(SECRET)
    with pytest.raises(InvalidTag):
        old.answers.open(new.answers.seal(b"answer", b"place"), b"place")
    assert not old.payment_links.proves(b"link", new.payment_links.sign(b"link"))
    assert new.signing.private_bytes_raw() != old.signing.private_bytes_raw()


def test_a_running_process_finds_the_new_secret_in_its_file(pool: Pool, tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_text(f"{SECRET}\n")
    running = EventLog(pool, open_keys(pool, Secrets(file=file)))
    stored = letter(running)
    file.write_text(f"{FRESH}\n{SECRET}\n")
    rotated(pool, SECRET, to=FRESH)
    assert running.load(Letter, stored.id).author == "Ada Lookalike"
    letter(running)


def test_a_running_process_without_the_new_secret_says_so(pool: Pool, opened: Callable[..., EventLog]) -> None:
    running = opened(SECRET)
    stored = letter(running)
    rotated(pool, SECRET, to=FRESH)
    with pytest.raises((UnknownMaster, WrongSecret)):
        running.load(Letter, stored.id)


def test_a_process_that_has_both_secrets_works_before_while_and_after(
    pool: Pool, opened: Callable[..., EventLog]
) -> None:
    opened(SECRET)
    running = opened(FRESH, SECRET)
    first = letter(running)
    with as_owner(str(pool.conninfo)) as connection:
        begin(connection, (SECRET,), FRESH)
        with pytest.raises(VersionConflict):  # it wrapped under the old master, and knows better now
            letter(running)
        second = letter(running)
        finish(connection, open_keys(pool, Secrets((FRESH, SECRET))), lambda done: None)
        third = letter(running)
        assert left(connection) == 0
    for stored in (first, second, third):
        assert opened(FRESH).load(Letter, stored.id).author == "Ada Lookalike"


def test_until_a_rotation_has_ended_both_secrets_are_needed(pool: Pool, opened: Callable[..., EventLog]) -> None:
    letter(opened(SECRET))
    with as_owner(str(pool.conninfo)) as connection:
        begin(connection, (SECRET,), FRESH)
    for alone in (SECRET, FRESH):
        with pytest.raises(WrongSecret, match="CARNET_SECRET_KEY_PREVIOUS"):
            opened(alone)
    opened(FRESH, SECRET)


def test_a_rotation_that_was_broken_off_is_taken_up(
    pool: Pool, opened: Callable[..., EventLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.log.rotation.BATCH", 2)
    log = opened(SECRET)
    stored = [letter(log) for _ in range(7)]

    class Killed(Exception):
        pass

    def die(done: int) -> None:
        raise Killed

    with as_owner(str(pool.conninfo)) as connection:
        begin(connection, (SECRET,), FRESH)
        keys = open_keys(pool, Secrets((FRESH, SECRET)))
        with pytest.raises(Killed):
            finish(connection, keys, die)
        assert left(connection) == 5
        assert len(living(connection)) == 2
        with pytest.raises(RotationRefused):
            begin(connection, (FRESH, SECRET), SECRET)
        finish(connection, keys, lambda done: None)
        assert left(connection) == 0
        assert len(living(connection)) == 1
    assert [opened(FRESH).load(Letter, one.id).author for one in stored] == ["Ada Lookalike"] * 7


def test_an_erased_person_stays_erased_through_a_rotation(pool: Pool, opened: Callable[..., EventLog]) -> None:
    log = opened(SECRET)
    stored = letter(log)
    assert stored.subject
    log.erase(stored.subject)
    rotated(pool, SECRET, to=FRESH)
    assert repr(opened(FRESH).load(Letter, stored.id).author) == "Erased()"


def test_seals_of_before_a_rotation_hold_after_it(
    pool: Pool, opened: Callable[..., EventLog], runtime_of: Callable[[EventLog], HasLog]
) -> None:
    log = opened(SECRET)
    letter(log)
    seal(runtime_of(log))
    rotated(pool, SECRET, to=FRESH)
    new = opened(FRESH)
    letter(new)
    seal(runtime_of(new))
    verdict = verify(runtime_of(new))
    assert verdict.holds, str(verdict)
    with pool.connection() as connection:
        keys = [row.verify_key for row in masters(connection)]
    assert len(set(keys)) == 2


def test_letters_are_written_while_the_secret_is_replaced(
    pool: Pool, opened: Callable[..., EventLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.log.rotation.BATCH", 5)
    opened(SECRET)
    shop, stored, stop = opened(FRESH, SECRET), list[Letter](), list[bool]()
    for _ in range(40):
        stored.append(letter(shop))

    def write() -> None:
        while not stop:
            try:
                stored.append(letter(shop))
            except VersionConflict:
                continue

    writers = [Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    rotated(pool, SECRET, to=FRESH)
    count = len(stored)
    while len(stored) < count + 5:
        pass
    stop.append(True)
    for writer in writers:
        writer.join()
    new = opened(FRESH)
    assert {new.load(Letter, one.id).author for one in stored} == {"Ada Lookalike"}
    with pool.connection() as connection:
        assert left(connection) == 0
