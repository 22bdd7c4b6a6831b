"""Bundles for tests: a Python that knows nothing of Carnet, and forgeries of every kind."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import venv
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projections.log.notes import read_note, signed_note, verifier_key
from scripts.proofs import standalone

NEEDED = ("cryptography", "cffi", "_cffi_backend", "pycparser")
Lines = list[dict[str, Any]]


class Elsewhere:
    """A Python of its own that has `cryptography` and the verifier, and nothing of Carnet's."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder / "python", symlinks=True)
        self.python = folder / "python" / "bin" / "python"
        [packages] = (folder / "python" / "lib").glob("python*/site-packages")
        for name in NEEDED:
            found = importlib.util.find_spec(name)
            if found is not None and found.origin is not None:
                origin = Path(found.origin)
                package = origin.parent if found.submodule_search_locations else origin
                (packages / package.name).symlink_to(package)
        self.verifier = folder / "bundle_verifier.py"
        self.verifier.write_text(standalone())

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Runs that Python, isolated from the environment and the folder."""
        command = [self.python, "-I", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd="/")

    def verify(self, bundle: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Checks a bundle there."""
        return self.run(self.verifier, bundle, *words)


def lines_of(bundle: Path) -> Lines:
    return [json.loads(line) for line in bundle.read_bytes().splitlines()]


def text_of(lines: Lines) -> bytes:
    return b"".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n" for line in lines)


def signed_anew(lines: Lines, key: Ed25519PrivateKey) -> bytes:
    """The bundle as whoever has this key would sign it."""
    text = text_of(lines[:-1])
    signature = key.sign(b"carnet bundle v1\n" + sha256(text).digest())
    return text + text_of([{**lines[-1], "signature": b64encode(signature).decode()}])


def forgeries(bundle: Path, other: Path, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Forged bundles by what was done to them, some of them twice; `other` is a bundle of another book."""
    whole = bundle.read_bytes()
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    for name, times, forge in _KINDS:
        for number in range(times):
            lines = lines_of(bundle)
            forge(lines, chance)
            yield f"{name} {number}", text_of(lines)
            yield f"{name} {number}, signed by a stranger", signed_anew(lines, stranger)
    for number in range(16):
        yield f"cut off {number}", whole[: chance.randrange(len(whole) - 1)]
    for number in range(6):
        place = chance.randrange(len(whole))
        yield f"a bit {number}", whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :]
    lines, others = lines_of(bundle), lines_of(other)
    for name in ("checkpoint", "keys"):
        mixed = [{**lines[0], name: others[0][name]}, *lines[1:]]
        yield f"{name} of another book", text_of(mixed)
        yield f"{name} of another book, signed by a stranger", signed_anew(mixed, stranger)
    yield "another key and everything signed with it", _taken_over(lines, stranger)
    yield "an answer to something else", b"[]\n"
    yield "empty", b""
    yield "with something after it", whole + text_of([{"event": ""}])


def _taken_over(lines: Lines, stranger: Ed25519PrivateKey) -> bytes:
    """A bundle that holds in itself: its log's key is another one, and every signature is by that."""
    note, _ = read_note(lines[0]["checkpoint"].encode())
    key = stranger.public_key().public_bytes_raw()
    checkpoint = signed_note(note.text, note.origin, key, stranger.sign(note.text)).decode()
    head = {**lines[0], "checkpoint": checkpoint, "keys": [verifier_key(note.origin, key)]}
    return signed_anew([head, *lines[1:]], stranger)


def _events(lines: Lines) -> list[int]:
    return [place for place, line in enumerate(lines) if "event" in line]


def _nodes(lines: Lines) -> list[int]:
    return [place for place, line in enumerate(lines) if "node" in line]


def _change_bytes(lines: Lines, chance: random.Random) -> None:
    place = chance.choice(_events(lines))
    stored = bytearray(b64decode(lines[place]["event"]))
    stored[chance.randrange(len(stored))] ^= 1 << chance.randrange(8)
    lines[place] = {"event": b64encode(stored).decode()}


def _swap(lines: Lines, chance: random.Random) -> None:
    one, other = chance.sample(_events(lines), 2)
    lines[one], lines[other] = lines[other], lines[one]


def _change_proof(lines: Lines, chance: random.Random) -> None:
    place = chance.choice(_nodes(lines))
    height, root = lines[place]["node"]
    forged = sha256(b64decode(root)).digest()
    lines[place] = {"node": [height, b64encode(forged).decode()]}


def _move_proof(lines: Lines, chance: random.Random) -> None:
    place = chance.choice(_nodes(lines))
    height, root = lines[place]["node"]
    lines[place] = {"node": [height + chance.choice((-1, 1, 70)), root]}


def _drop(lines: Lines, chance: random.Random) -> None:
    lines.pop(chance.randrange(1, len(lines) - 1))


def _leave_out(lines: Lines, chance: random.Random) -> None:
    """An event left out in such a way that the tree still comes to its root, and the counts are right."""
    place = _events(lines)[-1]
    leaf = sha256(b"\0" + b64decode(lines[place]["event"])).digest()
    lines[place] = {"node": [0, b64encode(leaf).decode()]}
    lines[-1]["events"] -= 1
    lines[0]["streams"] = {stream: count - 1 for stream, count in lines[0]["streams"].items()}
    lines[0]["made_at"] = str(chance.random())


def _change_head(lines: Lines, chance: random.Random) -> None:
    name = chance.choice(["holds", "streams", "opened", "made_at", "schemas"])
    lines[0][name] = {"streams": {}, "opened": {"x": "AAAA"}, "schemas": {}}.get(name, "otherwise")


_KINDS: tuple[tuple[str, int, Callable[[Lines, random.Random], None]], ...] = (
    ("bytes", 12, _change_bytes),
    ("order", 5, _swap),
    ("a proof", 9, _change_proof),
    ("a proof elsewhere", 4, _move_proof),
    ("a line dropped", 5, _drop),
    ("the last event left out", 3, _leave_out),
    ("the head", 5, _change_head),
)
