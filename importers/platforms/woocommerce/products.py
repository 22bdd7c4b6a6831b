"""The products of an Analytics row: `Product A x 1, Product B x 2`, or `1× Product A, 2× Product B`.

Names may hold commas and ` x 3` themselves. Where every place at which a product may end is taken, the units are those
the row tells to have been sold; where they are not, the one choice of places that leads to them is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

MOST_PLACES = 24
MOST_UNITS = 10_000

_BEHIND = re.compile(r"\s[x×]\s?(\d{1,6})(?=,\s|$)", re.ASCII | re.IGNORECASE)
_BEFORE = re.compile(r"(?:^|,\s)(\d{1,6})\s?[x×]\s", re.ASCII | re.IGNORECASE)


class Products(Struct, frozen=True):
    """Names with quantities, and whether they could have been read otherwise."""

    lines: tuple[tuple[str, int], ...]
    unclear: bool = False


def read_products(text: str, units: int | None) -> Products:
    """The products that the text names; `units` is how many were sold of all of them, None where it is not told."""
    if not text:
        return Products(())
    behind = list(_BEHIND.finditer(text))
    if behind and behind[-1].end() == len(text):
        chosen = _chosen([int(match[1]) for match in behind[:-1]], units, int(behind[-1][1]))
        kept = [match for match, keep in zip(behind[:-1], chosen.kept, strict=True) if keep]
        return _named(_cut_behind(text, [*kept, behind[-1]]), chosen, text, units)
    before = list(_BEFORE.finditer(text))
    if before and before[0].start() == 0:
        chosen = _chosen([int(match[1]) for match in before[1:]], units, int(before[0][1]))
        kept = [match for match, keep in zip(before[1:], chosen.kept, strict=True) if keep]
        return _named(_cut_before(text, [before[0], *kept]), chosen, text, units)
    return _uncut(text, units)


class _Chosen(Struct, frozen=True):
    kept: Sequence[bool]
    unclear: bool = False


def _named(lines: tuple[tuple[str, int], ...], chosen: _Chosen, text: str, units: int | None) -> Products:
    """The lines, unless one of them would have no name."""
    return Products(lines, chosen.unclear) if all(name for name, _ in lines) else _uncut(text, units)


def _uncut(text: str, units: int | None) -> Products:
    return Products(((text, max(1, units or 1)),), unclear=True)


def _chosen(quantities: Sequence[int], units: int | None, certain: int) -> _Chosen:
    """Which of the possible ends are ends: all of them, or the only choice that leads to the units sold."""
    everything = [True] * len(quantities)
    if units is None or sum(quantities) + certain == units:
        return _Chosen(everything)
    wanted = units - certain
    if len(quantities) > MOST_PLACES or not 0 <= wanted <= MOST_UNITS:
        return _Chosen(everything, unclear=True)
    ways: dict[int, tuple[int, int]] = {0: (1, 0)}  # for a sum of units: in how many ways, and one of them
    for place, quantity in enumerate(quantities):
        for reached, (count, taken) in list(ways.items()):
            if reached + quantity <= wanted:
                known, way = ways.get(reached + quantity, (0, 0))
                ways[reached + quantity] = (known + count, way or taken | 1 << place)
    count, taken = ways.get(wanted, (0, 0))
    if count != 1:
        return _Chosen(everything, unclear=True)
    return _Chosen([bool(taken >> place & 1) for place in range(len(quantities))])


def _cut_behind(text: str, ends: Sequence[re.Match[str]]) -> tuple[tuple[str, int], ...]:
    found, begin = [], 0
    for match in ends:
        found.append((text[begin : match.start()].strip(), int(match[1])))
        begin = match.end() + 1
    return tuple(found)


def _cut_before(text: str, begins: Sequence[re.Match[str]]) -> tuple[tuple[str, int], ...]:
    ends = [match.start() for match in begins[1:]] + [len(text)]
    return tuple((text[match.end() : end].strip(), int(match[1])) for match, end in zip(begins, ends, strict=True))
