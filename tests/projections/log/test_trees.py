"""The tree's hashes and proofs, against the plain definition of RFC 9162 and its published vectors."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.log.proofs import Node, is_consistent, is_included, whole_subtrees
from projections.log.trees import EMPTY, Frontier, folded, leaf_hash, node_hash

# Of the Certificate Transparency test data (RFC 6962): eight entries, and the roots over the first so many.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def root_of(leaves: list[bytes]) -> bytes:
    """MTH as the RFC defines it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH as the RFC defines it."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*path_of(index, leaves[:split]), root_of(leaves[split:])]
    return [*path_of(index - split, leaves[split:]), root_of(leaves[:split])]


def proof_of(old: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF as the RFC defines it."""
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old <= split:
        return [*proof_of(old, leaves[:split], whole), root_of(leaves[split:])]
    return [*proof_of(old - split, leaves[split:], False), root_of(leaves[:split])]


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def grown(leaves: list[bytes]) -> Frontier:
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier


def test_the_published_roots_come_out() -> None:
    assert root_of([]) == EMPTY
    for size, root in ROOTS.items():
        assert grown([leaf_hash(entry) for entry in ENTRIES[:size]]).root.hex() == root


@given(st.integers(0, 1200), st.lists(st.integers(1, 600), max_size=6))
def test_a_tree_grown_in_any_steps_has_the_same_root_and_subtrees(size: int, steps: list[int]) -> None:
    leaves, frontier, place = leaves_of(size), Frontier(), 0
    for step in [*steps, size]:
        frontier.extend(leaves[place : place + step])
        place = min(size, place + step)
        again = Frontier(frontier.size, frontier.kept)
        assert again.root == frontier.root
    assert frontier.root == root_of(leaves)
    assert frontier.whole == grown(leaves).whole
    for whole in frontier.whole:
        wide = 256**whole.level
        assert whole.root == root_of(leaves[whole.number * wide : (whole.number + 1) * wide])


def test_a_frontier_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="is made of 2 subtrees"):
        Frontier(3, bytes(32))
    with pytest.raises(ValueError, match="no subtree of height 1 begins"):
        grown(leaves_of(3)).add(1, bytes(32))


@given(st.integers(1, 70), st.data())
def test_an_inclusion_is_shown_by_its_path_and_by_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    path, root = path_of(index, leaves), root_of(leaves)
    assert is_included(leaves[index], index, size, path, root)
    assert not is_included(leaf_hash(b"another"), index, size, path, root)
    assert not is_included(leaves[index], index, size, [*path, bytes(32)], root)
    assert not is_included(leaves[index], index, size, path, bytes(32))
    assert not is_included(leaves[index], size, size, path, root)
    if path:
        assert not is_included(leaves[index], index, size, path[:-1], root)


@given(st.integers(1, 70), st.data())
def test_a_tree_that_goes_on_from_another_is_shown_by_its_proof_and_by_no_other(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    leaves = leaves_of(size)
    proof, before, after = proof_of(old, leaves), root_of(leaves[:old]), root_of(leaves)
    assert is_consistent((old, before), (size, after), proof)
    assert not is_consistent((old, bytes(32)), (size, after), proof)
    assert not is_consistent((old, before), (size, bytes(32)), proof)
    assert not is_consistent((old, before), (size, after), [*proof, bytes(32)])
    if proof:
        assert not is_consistent((old, before), (size, after), proof[:-1])


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_whole_subtrees_cover_a_range_without_gap_or_overlap(one: int, other: int) -> None:
    low, high = sorted((one, other))
    place = low
    for height, index in whole_subtrees(low, high):
        assert index << height == place
        place += 1 << height
    assert place == high
    assert list(whole_subtrees(0, 6)) == [Node(2, 0), Node(1, 2)]
    assert folded([]) == EMPTY
