"""Libraries that only some shops need: asked for when they are used, and named when they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from domain.errors import Conflict


class ExtraMissing(Conflict):
    """This needs one more library: pip install 'carnet[{extra}]'."""

    code = "extra-missing"


def extra(module: str, name: str) -> Any:
    """A module of an optional library; raises `ExtraMissing` naming the extra that brings it."""
    try:
        return import_module(module)
    except ImportError:
        raise ExtraMissing(extra=name) from None
