"""Proofs from the log's tree (RFC 9162): that an event is in it, that one tree goes on from another.

They are made of the kept subtrees and of at most 256 events beside each, whatever the size of the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from projections.log.chains import stored_events
from projections.log.durability import Connection
from projections.log.trees import LEVEL, folded, leaf_hash, node_hash, root_over

_WIDE = 1 << LEVEL
_KEPT = """
SELECT root FROM log.subtrees WHERE level = %(level)s AND number >= %(first)s AND number < %(last)s ORDER BY number
"""


class Node(NamedTuple):
    """A whole subtree of 2 to the power of `height` leaves, the `number`th of them from 0."""

    height: int
    number: int


class LogTree:
    """The tree over the first events of a log, as far as a connection reads them; its leaves are counted from 0."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._block: tuple[int, list[bytes]] = (-1, [])  # the leaves of the block that was read last

    def root(self, size: int) -> bytes:
        """The root over the first so many events."""
        return self._root_between(0, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The hashes that lead from a leaf to the root over the first `size`, the nearest first (RFC 9162, 2.1.3)."""
        if not 0 <= index < size:
            raise ValueError(f"a tree of {size} leaves has none of index {index}")
        path, low, high = list[bytes](), 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._root_between(middle, high))
                high = middle
            else:
                path.append(self._root_between(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The hashes that show that the tree of `new` leaves goes on from that of `old` (RFC 9162, 2.1.4)."""
        if not 0 < old <= new:
            raise ValueError(f"a tree of {new} leaves does not go on from one of {old}")
        path, low, high, whole = list[bytes](), 0, new, True
        while old != high:
            middle = low + _split(high - low)
            if old <= middle:
                path.append(self._root_between(middle, high))
                high = middle
            else:
                path.append(self._root_between(low, middle))
                low, whole = middle, False
        return ([] if whole else [self._root_between(low, high)]) + path[::-1]

    def node(self, node: Node) -> bytes:
        """The root of a whole subtree."""
        height, index = node
        if not height:
            block, place = divmod(index, _WIDE)
            return self._leaves(block)[place]
        level, over = divmod(height, LEVEL)
        if level:
            found = self._kept(level, index << over, 1 << over)
            if found:
                return root_over(found)
        below = (Node(height - 1, 2 * index), Node(height - 1, 2 * index + 1))
        return node_hash(self.node(below[0]), self.node(below[1]))

    def _root_between(self, low: int, high: int) -> bytes:
        return folded([self.node(node) for node in whole_subtrees(low, high)])

    def _kept(self, level: int, first: int, count: int) -> list[bytes]:
        """The kept roots, all of them or none."""
        asked = {"level": level, "first": first, "last": first + count}
        roots = [row[0] for row in self._connection.execute(_KEPT, asked).fetchall()]
        return roots if len(roots) == count else []

    def _leaves(self, block: int) -> list[bytes]:
        """The leaves of one block of 256, those that the log has of it."""
        if self._block[0] != block:
            first = block * _WIDE
            rows = stored_events(self._connection, first, first + _WIDE)
            self._block = block, [leaf_hash(row) for row in rows]
        return self._block[1]


def whole_subtrees(low: int, high: int) -> Iterator[Node]:
    """The fewest whole subtrees that leaves from one to before another consist of, from left to right."""
    while low < high:
        height = (high - low).bit_length() - 1
        if low:
            height = min(height, (low & -low).bit_length() - 1)
        yield Node(height, low >> height)
        low += 1 << height


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the hashes lead from a leaf to a root."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for beside in path:
        if not last:
            return False
        if place & 1 or place == last:
            found = node_hash(beside, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    return not last and found == root


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether the hashes show that a tree, by its size and root, goes on from another."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    hashes = [old_root, *path] if old_size.bit_count() == 1 else list(path)
    if not hashes:
        return False
    place, last = old_size - 1, new_size - 1
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


def _split(size: int) -> int:
    """The largest power of two below a size of two or more."""
    return 1 << (size - 1).bit_length() - 1
