"""A name held against many words at once, in a time that grows with the name and hardly with the words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self


class Words(NamedTuple):
    """Words of a field, with how surely each names it.

    `joined` are they without spaces; `within` are those that name it among others, by their first part.
    """

    exact: Mapping[str, float]
    joined: Mapping[str, float]
    within: Mapping[str, Sequence[list[str]]]

    @classmethod
    def of(cls, told: Mapping[str, float]) -> Self:
        """The words, ready to be held against names."""
        joined: dict[str, float] = {}
        within: dict[str, list[list[str]]] = defaultdict(list)
        for word, surely in told.items():
            joined.setdefault(word.replace(" ", ""), surely)
            if surely == 1.0:
                within[word.split()[0]].append(word.split())
        return cls(told, joined, dict(within))

    def match(self, name: str) -> float:
        """How surely a name is one of these: it is one, it is one joined up, or it holds one among other words."""
        if whole := self.whole(name):
            return whole
        best = self.held(name)
        return 0.5 + 0.3 * best / len(name.split()) if best else 0.0

    def whole(self, name: str) -> float:
        """How surely a name is one of these and nothing more."""
        return self.exact.get(name) or self.joined.get(name.replace(" ", ""), 0.0)

    def held(self, name: str) -> int:
        """Of how many parts the longest of these is that a name holds among other words."""
        tokens, best = name.split(), 0
        for at, token in enumerate(tokens):
            for parts in self.within.get(token, ()):
                if len(parts) < len(tokens) and tokens[at : at + len(parts)] == parts:
                    best = max(best, len(parts))
        return best
