"""The payment providers of an installation, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from projections.payments.provider import Provider
from projections.payments.sandbox import Sandbox
from projections.runtime import Runtime


def address(runtime: Runtime) -> str:
    """Where customers and providers reach this server."""
    settings = runtime.settings
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def _sandbox(runtime: Runtime) -> Sandbox:
    return Sandbox(runtime.pool, runtime.log.keys.sandbox, address(runtime))


PROVIDERS: Mapping[str, Callable[[Runtime], Provider]] = {"sandbox": _sandbox}
