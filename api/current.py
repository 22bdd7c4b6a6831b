"""What Flask's proxies stand for, for who looks at it several times: each look costs as much as a call."""

from __future__ import annotations

from typing import TypeVar, cast

from werkzeug.local import LocalProxy

T = TypeVar("T")


def itself(proxy: T) -> T:
    """The request, the globals or the application that a proxy of Flask's stands for now."""
    return cast("LocalProxy[T]", proxy)._get_current_object()
