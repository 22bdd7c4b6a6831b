"""Proofs out of a log: by the kept subtrees and by the events alone; notes that others check; what is carried over."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest

from projections.log import Connection, EventLog, KeyRing
from projections.log.chains import PositionMissing, changes_chain, events_chain, stored_events
from projections.log.checkpoints import Checkpoint, Statement, message
from projections.log.epochs import read_lineage
from projections.log.notes import BadNote, key_id, read_note, signed_note, verifier_key
from projections.log.proofs import LogTree, is_consistent, is_included
from projections.log.published import last_checkpoint, note_of, own_note
from projections.log.sealer import Sealer
from projections.log.seals import checkpoints, seal, verify
from projections.log.trees import leaf_hash
from tests.damage import owner
from tests.projections.log.events import saved, sent, written
from tests.projections.log.test_red_team import attack
from tests.projections.log.test_trees import path_of, proof_of, root_of


@pytest.fixture
def long_log(shop: EventLog) -> EventLog:
    """A log of some 1100 events, sealed 100 at a time."""
    saved(shop, *(sent(written(uuid4()), 99) for _ in range(11)))
    seal(Sealer(shop, Path()), batch=100)
    return shop


def leaves_in(connection: Connection, upto: int) -> list[bytes]:
    return [leaf_hash(row) for row in stored_events(connection, 0, upto)]


def test_proofs_are_those_of_the_plain_definition_with_kept_subtrees_and_without(
    long_log: EventLog, database: str
) -> None:
    for kept in (True, False):
        if not kept:
            attack(database, "ALTER TABLE log.subtrees DISABLE TRIGGER ALL", "DELETE FROM log.subtrees")
        with long_log.pool.connection() as connection:
            checkpoint = last_checkpoint(connection)
            assert checkpoint
            size, tree = checkpoint.position, LogTree(connection)
            leaves = leaves_in(connection, size)
            assert tree.root(size) == root_of(leaves) == checkpoint.chain
            for index in (0, 1, 255, 256, 257, 767, size - 1):
                path = tree.inclusion(index, size)
                assert path == path_of(index, leaves)
                assert is_included(leaves[index], index, size, path, checkpoint.chain)
            for old in (1, 2, 255, 256, 300, 1024, size - 1, size):
                assert tree.consistency(old, size) == proof_of(old, leaves)
            [(count,)] = connection.execute("SELECT count(*) FROM log.subtrees").fetchall()
            assert count == (size // 256 if kept else 0)
    assert verify(Sealer(long_log, Path())).holds


def test_every_seal_goes_on_from_every_one_before_it(long_log: EventLog) -> None:
    with long_log.pool.connection() as connection:
        rows = connection.execute("SELECT position, chain FROM log.seals ORDER BY position").fetchall()
        tree = LogTree(connection)
        for old, new in pairwise(rows):
            assert is_consistent(old, new, tree.consistency(old[0], new[0]))


def test_an_older_tree_and_an_index_beyond_it_have_no_proof(long_log: EventLog) -> None:
    with long_log.pool.connection() as connection:
        for wrong in ((5, 4), (0, 4)):
            with pytest.raises(ValueError, match="does not go on"):
                LogTree(connection).consistency(*wrong)
        with pytest.raises(ValueError, match="has none of index 4"):
            LogTree(connection).inclusion(4, 4)


def test_a_kept_subtree_that_was_changed_is_found_and_sealing_stops(
    long_log: EventLog, database: str, tmp_path: Path
) -> None:
    attack(
        database,
        "ALTER TABLE log.subtrees DISABLE TRIGGER ALL",
        "UPDATE log.subtrees SET root = sha256('forged') WHERE number = 1",
    )
    assert any("the kept subtree 1 of level 1" in fault for fault in verify(Sealer(long_log, tmp_path)).faults)
    sealer = Sealer(long_log, tmp_path)
    sealer.work()
    assert any("the kept subtree 1 of level 1" in fault for fault in sealer.faults)


def test_a_changed_event_deep_in_the_log_is_one_fault(long_log: EventLog, database: str) -> None:
    attack(database, "UPDATE log.events SET version = 9 WHERE position = 505")
    assert verify(Sealer(long_log, Path())).faults == ("positions 501 to 600: not the events that were sealed",)


def test_what_was_lost_before_it_was_sealed_is_told_and_what_is_lost_after_is_a_fault(
    sealer: Sealer, shop: EventLog, database: str
) -> None:
    saved(shop, sent(written(uuid4()), 3))
    attack(database, f"DELETE FROM log.events WHERE position = {shop.head() - 1}")
    assert sealer.work()
    verdict = verify(sealer)
    assert (verdict.holds, verdict.notes) == (True, ("1 positions had no event when they were sealed.",))
    attack(database, f"DELETE FROM log.events WHERE position = {shop.head() - 2}")
    assert not verify(sealer).holds


def test_nothing_is_sealed_over_a_gap_that_no_crash_leaves(sealer: Sealer, shop: EventLog, database: str) -> None:
    saved(shop, sent(written(uuid4()), 3))
    before = shop.head()
    attack(database, f"UPDATE log.events SET position = position + 20000 WHERE position = {before}")
    with pytest.raises(PositionMissing):
        seal(sealer, batch=50_000)
    assert sealer.work(batch=50_000) is None
    assert sealer.faults == [f"position {before}: no event is there"]


def test_a_note_is_read_back_and_its_signature_is_the_seals(long_log: EventLog) -> None:
    with long_log.pool.connection() as connection:
        checkpoint, lineage = last_checkpoint(connection), read_lineage(connection)
    assert checkpoint
    content = note_of(long_log.keys, checkpoint)
    note = own_note(long_log.keys, lineage, content)
    assert (note.size, note.root) == (checkpoint.position, checkpoint.chain)
    lines = content.decode().split("\n")
    assert lines[0] == f"carnet.log/{lineage[0].id}"
    assert lines[1] == str(checkpoint.position)
    assert lines[5] == ""
    assert lines[6].startswith(f"\u2014 {lines[0]} ")


BAD: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda note: note[:-10],
    "without its signature": lambda note: note.partition(b"\n\n")[0] + b"\n",
    "of another size": lambda note: note.replace(note.split(b"\n")[1], b"7", 1),
    "with a zero before its size": lambda note: note.replace(b"\n", b"\n0", 1),
    "of another root": lambda note: note.replace(note.split(b"\n")[2][:4], b"AAAA", 1),
    "with another line": lambda note: note.replace(b"\n\n", b"\nanother\n\n", 1),
    "of another book": lambda note: note.replace(b"carnet.log/", b"carnet.log/x"),
    "no text": lambda note: b"\xff\xfe" + note,
    "empty": lambda note: b"",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_note_is_refused(name: str, long_log: EventLog) -> None:
    with long_log.pool.connection() as connection:
        checkpoint, lineage = last_checkpoint(connection), read_lineage(connection)
    assert checkpoint
    with pytest.raises(BadNote):
        own_note(long_log.keys, lineage, BAD[name](note_of(long_log.keys, checkpoint)))


def test_a_note_that_another_key_signed_under_our_name_is_refused(long_log: EventLog) -> None:
    stranger = KeyRing("the secret of another installation, long enough")
    with long_log.pool.connection() as connection:
        checkpoint, lineage = last_checkpoint(connection), read_lineage(connection)
    assert checkpoint
    text, key = message(checkpoint), stranger.masters.verifying[1]
    forged = signed_note(text, checkpoint.said.origin, key, stranger.signing.sign(text))
    assert read_note(forged)[0].size == checkpoint.position
    with pytest.raises(BadNote, match="not signed by this installation"):
        own_note(long_log.keys, lineage, forged)


def test_a_verifier_key_is_in_the_form_that_the_go_checksum_database_uses() -> None:
    """The key of sum.golang.org, as it is published: its id is made of its name and its bytes."""
    name, told, _ = ["sum.golang.org", "033de0ae", "Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"]
    key = b"\x01" + bytes(32)
    assert verifier_key(name, key[1:]).startswith(f"{name}+")
    published = msgspec.json.decode(b'"Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"', type=bytes)
    assert key_id(name, published[1:]).hex() == told


def chained(log: EventLog, database: str, upto: int, batch: int = 4) -> None:
    """Seals of form 2, as the program before the tree made them."""
    before: Checkpoint | None = None
    for number, position in enumerate(range(batch, upto + 1, batch), 1):
        with log.pool.connection() as connection:
            [(changes, at)] = connection.execute("SELECT log.number_changes(1000), now()").fetchall()
            said = before.said if before else Statement()
            hashes = changes_chain(connection, said.changes, changes, bytes.fromhex(said.changes_chain))
            after, chain = (before.position, before.chain) if before else (0, bytes(32))
            chain = events_chain(connection, after, position, chain, 2)
            epoch = read_lineage(connection)[-1].id
        statement = Statement(
            number=number, previous=before.digest.hex() if before else "", epoch=epoch, changes=changes,
            changes_chain=hashes.hex(),
        )  # fmt: skip
        made = Checkpoint(position, chain, b"", at, 2, msgspec.json.encode(statement).decode())
        before = made._replace(signature=log.keys.signing.sign(message(made)))
        with psycopg.connect(owner(database)) as connection:
            connection.execute(
                "INSERT INTO log.seals (position, chain, signature, sealed_at, form, statement)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                before[:6],
            )


def test_chains_of_before_are_verified_once_and_carried_over(shop: EventLog, database: str, tmp_path: Path) -> None:
    chained(shop, database, 8)
    assert verify(Sealer(shop, tmp_path)).holds
    sealer = Sealer(shop, tmp_path)
    made = sealer.work()
    assert made, sealer.faults
    assert (made.form, made.said.number) == (3, 3)
    with shop.pool.connection() as connection:
        assert made.chain == root_of(leaves_in(connection, made.position))
    assert sealer.work() is None
    assert sealer.faults == []
    assert verify(sealer).holds


@pytest.mark.parametrize("position", [2, 10])
def test_a_book_that_was_changed_under_its_chains_is_not_carried_over(
    position: int, shop: EventLog, database: str, tmp_path: Path
) -> None:
    chained(shop, database, 8)
    attack(database, f"UPDATE log.events SET version = 9 WHERE position = {position}")
    sealer = Sealer(shop, tmp_path)
    assert bool(sealer.work()) == (position > 8)  # what was not sealed yet is sealed as it is
    assert bool(sealer.faults) == (position <= 8)


def test_a_chain_kept_on_paper_still_shows_what_was_changed_and_sealed_again(
    shop: EventLog, database: str, tmp_path: Path
) -> None:
    """By somebody with the database and the secret, who leaves the old seals as they were."""
    chained(shop, database, 8)
    with shop.pool.connection() as connection:
        [(chain,)] = connection.execute("SELECT chain FROM log.seals WHERE position = 8").fetchall()
    attack(database, "UPDATE log.events SET version = 9 WHERE position = 2")
    runtime = Sealer(shop, tmp_path)
    seal(runtime)
    assert verify(runtime).holds
    kept = checkpoints(shop, 4, 1)
    assert not verify(runtime, kept).holds
    assert not verify(runtime, against=Checkpoint(8, chain, b"", kept[0].sealed_at)).holds


def test_no_chain_of_the_old_form_is_added_after_the_tree(sealer: Sealer, shop: EventLog, database: str) -> None:
    saved(shop, sent(written(uuid4()), 3))
    with shop.pool.connection() as connection, pytest.raises(psycopg.errors.UndefinedFunction):
        connection.execute("SELECT log.add_seal(1::bigint, ''::bytea, ''::bytea, now(), '')")
