"""What stands in place of a value that an event does not show outside: forgotten, or left out for who reads it."""

from __future__ import annotations

from msgspec import Struct

from domain.events import Erased


class Withheld(Struct, frozen=True):
    """The value is there, and is not shown to who reads it."""

    withheld: bool = True


ERASED = Erased()
WITHHELD = Withheld()

# Fields that nobody is shown, whatever they may read: secrets that the shop shares with other programs.
SECRETS = frozenset({("sequence.defined", "secrets"), ("sequence.revised", "secrets")})
