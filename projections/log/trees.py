"""The Merkle tree over the log: how leaves and nodes are hashed (RFC 9162), and how a tree grows at its right edge.

A leaf is an event as it is stored; its index is its position less one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

HASH = 32  # bytes of a hash
LEVEL = 8  # a kept subtree is of 256, 65536, ... leaves: so many heights lie between one level and the next
_WIDE = 1 << LEVEL
EMPTY = sha256().digest()  # the root of a tree without leaves


class Subtree(NamedTuple):
    """A whole subtree of 256 to the power of `level` leaves, the `number`th of its level from 0."""

    level: int
    number: int
    root: bytes


def leaf_hash(stored: bytes) -> bytes:
    """What stands in the tree for an event."""
    return sha256(b"\0" + stored).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """What stands for two subtrees beside each other."""
    return sha256(b"\1" + left + right).digest()


def folded(roots: Sequence[bytes]) -> bytes:
    """The root over whole subtrees that stand beside each other, the widest first."""
    if not roots:
        return EMPTY
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = node_hash(left, root)
    return root


class Frontier:
    """The whole subtrees that a tree is made of, the widest first: all that is needed to add leaves to it."""

    def __init__(self, size: int = 0, kept: bytes = b"") -> None:
        """`kept` are the subtrees' roots as `kept` gives them; raises `ValueError` where they are not so many."""
        if len(kept) != HASH * size.bit_count():
            raise ValueError(f"a tree of {size} leaves is made of {size.bit_count()} subtrees")
        self.size = size
        self.whole: list[Subtree] = []  # those of a level that became whole
        self._roots = [kept[start : start + HASH] for start in range(0, len(kept), HASH)]

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        return folded(self._roots)

    @property
    def kept(self) -> bytes:
        """The roots of its subtrees, one after the other."""
        return b"".join(self._roots)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Adds hashes of leaves; whole subtrees of the lowest level are hashed at one go."""
        waiting = iter(leaves)
        while block := list(islice(waiting, _WIDE - self.size % _WIDE)):
            if len(block) == _WIDE:
                self.add(LEVEL, root_over(block))
            else:
                for leaf in block:
                    self.add(0, leaf)

    def add(self, height: int, root: bytes) -> None:
        """Adds a whole subtree of 2 to the power of `height` leaves; raises `ValueError` where none can begin here."""
        index, rest = divmod(self.size, 1 << height)
        if rest:
            raise ValueError(f"no subtree of height {height} begins at leaf {self.size}")
        self.size += 1 << height
        while True:
            if height and not height % LEVEL:
                self.whole.append(Subtree(height // LEVEL, index, root))
            if not index & 1:
                break
            root = node_hash(self._roots.pop(), root)
            height, index = height + 1, index >> 1
        self._roots.append(root)


def root_over(hashes: list[bytes]) -> bytes:
    """The root over so many hashes, a power of two."""
    while len(hashes) > 1:
        pairs = iter(hashes)
        hashes = [sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return hashes[0]
