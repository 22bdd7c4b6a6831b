"""Plain values turned into structs: what is known of a struct is worked out where its module is loaded.

msgspec 0.22 keeps it with the class while it is still being worked out, and a thread that reads by a half-made one ends
the process. So nothing that threads share is read by a type alone: decoders and converters are made at load time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec


def converter(kind: Any) -> Callable[[Any], Any]:
    """A function that turns plain values into this kind; it raises `msgspec.ValidationError`."""
    msgspec.json.Decoder(kind)

    return partial(msgspec.convert, type=kind)
