"""SKUs told by a pattern: `*` stands for any characters; matched segment by segment, in one pass, never backwards."""

from __future__ import annotations

from domain.errors import Rejected
from domain.texts import CODE, check_text

ANY = "*"
MOST_SEGMENTS = 8


class PatternTooLong(Rejected):
    """A pattern of SKUs has at most {limit} parts between its stars."""

    code = "pattern-too-long"


def check_pattern(pattern: str, pointer: str) -> None:
    """Refuses a pattern that is empty, or longer than any SKU."""
    check_text(pattern, CODE, pointer, required=True)
    if pattern.count(ANY) >= MOST_SEGMENTS:
        raise PatternTooLong(pointer, limit=MOST_SEGMENTS)


def matches(pattern: str, sku: str) -> bool:
    """Whether the SKU is one of the pattern; without a star it is the SKU itself."""
    first, *between = pattern.split(ANY)
    if not between:
        return sku == first
    last = between.pop()
    end = len(sku) - len(last)
    place = len(first)
    if place > end or not (sku.startswith(first) and sku.endswith(last)):
        return False
    for segment in between:  # the leftmost place of each leaves the most room for those after it
        found = sku.find(segment, place, end)
        if found < 0:
            return False
        place = found + len(segment)
    return True
