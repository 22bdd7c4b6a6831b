"""Checks a bundle of Carnet's offline, and replays its orders: one file, Python 3.11 and `cryptography` are enough.

    python bundle_verifier.py BUNDLE [--key KEY] [--checkpoint NOTE [--consistency PROOF]] [--json]

It shows that every event in the bundle stands unchanged in the log whose checkpoint the bundle carries, that by the
word of the log's key no event of an order in it was left out, and what became of each order: its statuses, its total,
what was paid and given back. KEY is that key as the shop told it elsewhere (`carnet audit keys`), NOTE a checkpoint
that was kept elsewhere. Without KEY the file is only shown to be true to itself: compare the key that is printed with
the shop's.
"""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64decode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scripts.bundle_replay import Order, replayed


class Refused(Exception):
    """The bundle is not what it says; the message says why."""


# Notes and keys (C2SP signed-note, tlog-checkpoint).


def read_key(line: str) -> tuple[str, bytes, bytes]:
    """A verifier key's name, id and 32 bytes."""
    name, told_id, encoded = [*line.strip().split("+", 2), "", ""][:3]
    data = decoded(encoded)
    if len(data) != 33 or data[0] != 1 or sha256(name.encode() + b"\n" + data).digest()[:4].hex() != told_id:
        raise Refused("a key in it is not a verifier key: NAME+ID+KEY")
    return name, bytes.fromhex(told_id), data[1:]


def read_note(text: str, keys: list[str]) -> tuple[str, int, bytes]:
    """The log's name, the number of events and the root that a note tells; signed by one of the keys."""
    body, gap, signatures = text.rpartition("\n\n")
    lines = body.split("\n")
    if not gap or len(lines) < 3 or not lines[1].isdecimal() or len(lines[1]) > 18:
        raise Refused("the checkpoint is not a whole signed note")
    known = {(name, key_id): key for name, key_id, key in map(read_key, keys)}
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix("\u2014 ").partition(" ")
        data = decoded(encoded)
        key = known.get((name, data[:4]))
        if key and name == lines[0] and is_signed(key, data[4:], f"{body}\n".encode()):
            return lines[0], int(lines[1]), decoded(lines[2])
    raise Refused("the checkpoint is not signed by the log's key")


def is_signed(key: bytes, signature: bytes, content: bytes) -> bool:
    """Whether the key's owner signed the content."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
    except InvalidSignature:
        return False
    return True


def decoded(text: Any) -> bytes:
    """Base64, nothing else in it."""
    try:
        return b64decode(text, validate=True)
    except (TypeError, ValueError):
        raise Refused("it holds what is not base64") from None


# The tree (RFC 9162).


def node_hash(left: bytes, right: bytes) -> bytes:
    """What stands for two subtrees."""
    return sha256(b"\1" + left + right).digest()


class Tree:
    """The tree as far as it was read, from left to right: the roots of its whole subtrees, the widest first."""

    def __init__(self) -> None:
        self.size = 0
        self.roots: list[bytes] = []

    def add(self, height: int, root: bytes) -> None:
        """Adds a whole subtree of 2 to the power of `height` events."""
        if not isinstance(height, int) or not 0 <= height < 62 or len(root) != 32 or self.size % (1 << height):
            raise Refused(f"no such part of the tree begins after event {self.size}")
        index = self.size >> height
        self.size += 1 << height
        while index & 1:
            root, index = node_hash(self.roots.pop(), root), index >> 1
        self.roots.append(root)

    def root(self) -> bytes:
        """The root over all."""
        root = self.roots[-1] if self.roots else sha256().digest()
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: list[bytes]) -> bool:
    """Whether a tree goes on from an older one (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    hashes = [old_root, *path] if old.bit_count() == 1 else path
    if not hashes:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = hashes[0]
    for beside in hashes[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            first, second = node_hash(beside, first), node_hash(beside, second)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, beside)
        place, last = place >> 1, last >> 1
    return not last and (first, second) == (old_root, new_root)


# Events, as PostgreSQL's binary COPY gives their columns.


def read_event(stored: bytes, opened: dict[str, bytes]) -> dict[str, Any]:
    """An event's columns and fields; its personal fields readable where their person's key is in the bundle."""
    columns, place = list[bytes | None](), 2
    for _ in range(int.from_bytes(stored[:2], "big")):
        length = int.from_bytes(stored[place : place + 4], "big", signed=True)
        columns.append(None if length < 0 else stored[place + 4 : place + 4 + length])
        place += 4 + max(0, length)
    if len(columns) != 9 or place != len(stored):
        raise Refused("an event in it is not a whole row")
    position, stream, version, topic, form, subject, _, recorded, state = (one or b"" for one in columns)
    fields = json.loads(state)
    told = {
        "position": int.from_bytes(position, "big"), "stream": str(UUID(bytes=stream)), "topic": topic.decode(),
        "version": int.from_bytes(version, "big"), "form": int.from_bytes(form, "big"), "fields": fields,
        "recorded_at": _moment(recorded),
    }  # fmt: skip
    if (fields["originator_id"], fields["originator_version"]) != (told["stream"], told["version"]):
        raise Refused(f"the event at position {told['position']} tells another place than its own")
    key = opened.get(str(UUID(bytes=subject))) if subject else None
    if key:
        open_fields(told, stream, key)
    return told


def open_fields(event: dict[str, Any], stream: bytes, key: bytes) -> None:
    """Makes an event's personal fields readable."""
    for name, value in event["fields"].items():
        if isinstance(value, str) and value.startswith("sealed:v1:"):
            sealed = decoded(value[10:])
            place = b"%b%d:%b.%b" % (stream, event["version"], event["topic"].encode(), name.encode())
            try:
                event["fields"][name] = json.loads(AESGCM(key).decrypt(sealed[:12], sealed[12:], place))
            except InvalidTag:
                raise Refused(f"the event at position {event['position']} was not sealed with the key told") from None


def _moment(stored: bytes) -> str | None:
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    return (epoch + timedelta(microseconds=int.from_bytes(stored, "big", signed=True))).isoformat() if stored else None


# The bundle.


def read_bundle(content: Iterable[bytes], key: str | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The head of a bundle and its events; raises `Refused` unless everything about them holds."""
    lines = iter(content)
    first = next(lines, b"")
    head, hashed = _json(first), sha256(first)
    if head.get("carnet_bundle") != 1:
        raise Refused("it is not a bundle of this form")
    if key and read_key(key) != read_key(head["keys"][0]):
        raise Refused(f"it is signed with another key than the one given: {head['keys'][0]}")
    origin, size, root = read_note(head["checkpoint"], head["keys"])
    if any(read_key(one)[0] != origin for one in head["keys"]):
        raise Refused("its checkpoint is of another book than its keys")
    opened = {subject: decoded(one) for subject, one in head["opened"].items()}
    tree, events, last, lost = Tree(), list[dict[str, Any]](), dict[str, Any](), 0
    for line in lines:
        part = _json(line)
        if "event" in part:
            stored = decoded(part["event"])
            tree.add(0, sha256(b"\0" + stored).digest())
            lost += not stored  # a crash took it before it was sealed
            if stored:
                events.append(read_event(stored, opened))
                if events[-1]["position"] != tree.size:
                    raise Refused(f"the event at place {tree.size} tells position {events[-1]['position']}")
        elif "node" in part:
            tree.add(part["node"][0], decoded(part["node"][1]))
        else:
            last = part
            break
        hashed.update(line)
    if next(lines, None) is not None or last.get("events") != len(events) + lost:
        raise Refused("it is cut off, or something was added to it")
    if (tree.size, tree.root()) != (size, root):
        raise Refused("its events and hashes do not come to the root in its checkpoint")
    signed = b"carnet bundle v1\n" + hashed.digest()
    if not is_signed(read_key(head["keys"][0])[2], decoded(last.get("signature")), signed):
        raise Refused("it is not signed as a whole by the log's key")
    check_streams(head, events, size - lost)
    return head | {"origin": origin, "size": size, "root": root}, events


def check_streams(head: dict[str, Any], events: list[dict[str, Any]], whole: int) -> None:
    """That no event of an order was left out, and that no other one slipped in."""
    versions: dict[str, list[int]] = {}
    for event in events:
        versions.setdefault(event["stream"], []).append(event["version"])
    if head["holds"] == "all" and len(events) != whole:
        raise Refused(f"it says it holds the whole book and has {len(events)} of {whole} events")
    for stream, wanted in head["streams"].items():
        if len(versions.get(stream, ())) != wanted:
            raise Refused(f"of order {stream} it has {len(versions.get(stream, ()))} events of {wanted}")
    if head["holds"] == "orders" and versions.keys() - head["streams"].keys():
        raise Refused("it has events of something that it does not name")
    for stream, found in versions.items():
        if found != sorted(set(found)):
            raise Refused(f"the events of {stream} are not in their order")


def check_kept(head: dict[str, Any], note: str, proof: str | None) -> str:
    """That the bundle's tree is the one of a checkpoint kept elsewhere, or goes on from it."""
    origin, size, root = read_note(note, head["keys"])
    if origin != head["origin"]:
        raise Refused(f"the checkpoint kept is of another book: {origin}")
    path: list[bytes] = []
    if size != head["size"]:
        if proof is None:
            raise Refused("the checkpoint kept is of another size: give --consistency, from `carnet audit consistency`")
        path = [decoded(one) for one in _json(proof.encode())["hashes"]]
    small, large = sorted([(size, root), (head["size"], head["root"])])
    if not is_consistent(*small, *large, path):
        raise Refused("the checkpoint kept is not of this log's past: something before it was changed")
    return f"It agrees with the checkpoint of {size} events that was kept."


def _json(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        raise Refused("it is cut off, or not a bundle") from None
    if not isinstance(found, dict):
        raise Refused("it is cut off, or not a bundle")
    return found


# What is said of it.


def main(words: list[str] | None = None) -> int:
    """Checks what the command line names; 0 where everything holds."""
    parser = argparse.ArgumentParser(description="Checks a bundle of Carnet's and replays its orders.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", help="the log's key, as the shop told it elsewhere")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint that was kept elsewhere")
    parser.add_argument("--consistency", type=Path, help="the proof between that one and the bundle's")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    told = parser.parse_args(words)
    try:
        with told.bundle.open("rb") as file:
            head, events = read_bundle(file, told.key)
        kept = told.checkpoint and check_kept(
            head, told.checkpoint.read_text(), told.consistency.read_text() if told.consistency else None
        )
        orders = replayed(events)
    except Refused as refused:
        print(f"REFUSED: {refused}.")
        return 1
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as fault:
        print(f"REFUSED: it cannot be read: {type(fault).__name__}: {fault}")
        return 1
    if told.json:
        print(json.dumps(_answer(head, events, orders)))
        return 0
    print(
        f"It holds: {len(events)} events of {head['origin']}, unchanged, under its checkpoint of {head['size']} events."
    )
    print(kept or "Compared with no checkpoint kept elsewhere.")
    print(f"Signed by {head['keys'][0]}" + ("." if told.key else ": compare it with the key the shop tells elsewhere."))
    for order in orders:
        print("\n".join(order.lines()))
    return 0


def _answer(head: dict[str, Any], events: list[dict[str, Any]], orders: list[Order]) -> dict[str, Any]:
    return {
        "holds": True, "origin": head["origin"], "size": head["size"], "key": head["keys"][0], "events": len(events),
        "orders": [order.facts() for order in orders],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
