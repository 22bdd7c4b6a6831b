"""Invented people, towns and goods, a few of them common and most of them rare, as in any real order book."""

from __future__ import annotations

from itertools import accumulate, product
from random import Random

_FIRST = ("Al", "Be", "Cé", "Do", "Él", "Fa", "Gi", "Ho", "Iv", "Jo", "Ka", "Lu", "Mi", "No", "Or", "Pa", "Ro", "Sø")
_LAST = ("line", "na", "rik", "dor", "via", "mé", "bert", "sa", "lis", "tan", "wen", "zia", "ño", "ra", "mund", "é")
_ONSETS = ("Bel", "Cor", "Dra", "Fen", "Gal", "Hol", "Jor", "Kel", "Lom", "Mar", "Nev", "Pel", "Ras", "Sel", "Tor")
_MIDDLES = ("a", "e", "i", "o", "u", "an", "er", "il", "on", "ur", "é", "ö", "ar", "es", "in", "ou")
_ENDINGS = ("bert", "court", "dal", "gard", "heim", "lund", "mont", "nier", "quist", "roux", "ström", "tier", "vall")
_TOWN_ENDINGS = ("ville", "burg", "ford", "sur-Eau")
_FAMILIES = ("TEA", "CUP", "POT", "TIN", "MUG", "JAR", "BOX", "SET", "TRAY", "SPOON", "FILTER", "GIFT")


class Choice:
    """Picks from a list by Zipf's law: the second half as often as the first, the third a third as often, and so on."""

    def __init__(self, things: list[str]) -> None:
        self.things = things
        self._weights = list(accumulate(1 / rank for rank in range(1, len(things) + 1)))

    def pick(self, random: Random) -> str:
        """One of them."""
        return random.choices(self.things, cum_weights=self._weights)[0]


def _shuffled(things: list[str]) -> list[str]:
    Random(7).shuffle(things)
    return things


FIRST_NAMES = Choice(_shuffled(["".join(parts) for parts in product(_FIRST, _LAST)]))
SURNAMES = Choice(_shuffled(["".join(parts) for parts in product(_ONSETS, _MIDDLES, _ENDINGS)]))
TOWNS = Choice(_shuffled(["".join(parts) for parts in product(_ONSETS, _TOWN_ENDINGS)]))
SKUS = Choice(_shuffled([f"{family}-{number:03d}" for family, number in product(_FAMILIES, range(250))]))
