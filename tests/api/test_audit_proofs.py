"""Checkpoints and proofs over HTTP: whoever keeps one needs nothing but hashing to check the next."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from flask.testing import FlaskClient

from projections.log.notes import is_signed_by, read_note
from projections.log.proofs import is_consistent, is_included
from projections.log.seals import seal
from projections.log.trees import leaf_hash
from projections.runtime import Runtime
from tests.api.desk import API, place
from tests.api.test_problems import refused

AUDIT = f"{API}/audit"


def asked(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(f"{AUDIT}/{path}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    return told


def test_a_checkpoint_is_told_with_the_key_that_checks_it(client: FlaskClient, runtime: Runtime) -> None:
    place(client)
    refused(client.get(f"{AUDIT}/checkpoint"), 404, "nothing-sealed")
    refused(client.get(f"{AUDIT}/inclusion?position=1"), 404, "nothing-sealed")
    made = seal(runtime)
    assert made
    told = asked(client, "checkpoint")
    note, signatures = read_note(told["note"].encode())
    name, _, encoded = told["keys"][0].split("+", 2)
    assert (note.origin, note.size, note.root) == (name, made.position, made.chain)
    assert is_signed_by(note, signatures, b64decode(encoded)[1:])


def test_an_event_is_shown_to_stand_in_the_checkpoint(client: FlaskClient, runtime: Runtime) -> None:
    place(client)
    seal(runtime)
    for position in (1, 3, runtime.log.head()):
        told = asked(client, f"inclusion?position={position}")
        note, _ = read_note(told["checkpoint"].encode())
        leaf, hashes = leaf_hash(b64decode(told["leaf"])), [b64decode(one) for one in told["hashes"]]
        assert is_included(leaf, position - 1, note.size, hashes, note.root)
        assert not is_included(leaf, position, note.size, hashes, note.root)
    refused(client.get(f"{AUDIT}/inclusion?position={runtime.log.head() + 1}"), 404, "not-sealed-yet")
    refused(client.get(f"{AUDIT}/inclusion?position=0"), 422, "invalid-fields")


def test_a_checkpoint_is_shown_to_go_on_from_an_older_one(client: FlaskClient, runtime: Runtime) -> None:
    place(client)
    old = seal(runtime)
    place(client)
    new = seal(runtime)
    assert old
    assert new
    told = asked(client, f"consistency?old={old.position}&new={new.position}")
    hashes = [b64decode(one) for one in told["hashes"]]
    assert is_consistent((old.position, old.chain), (new.position, new.chain), hashes)
    assert not is_consistent((old.position, new.chain), (new.position, new.chain), hashes)
    refused(client.get(f"{AUDIT}/consistency?old=9&new=4"), 422, "invalid-fields")
    refused(client.get(f"{AUDIT}/consistency?old=1&new=999999"), 404, "not-sealed-yet")
    refused(client.get(f"{AUDIT}/consistency?old=1"), 422, "invalid-fields")
