"""Imports as the tests run them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.events import Context
from domain.orders.order import Order
from importers import local
from importers.orders import order_id
from projections.desk.bulk import Bulk
from projections.runtime import Runtime


def now() -> Context:
    return Context(command_id=uuid4(), actor="operator:desk", at=datetime.now(UTC))


def the_order(runtime: Runtime, number: int) -> Order:
    return runtime.log.load(Order, order_id("shopify", f"#{number}"))


def run(runtime: Runtime, import_id: UUID) -> None:
    """Brings an import to its end in this process."""
    local.run(runtime, import_id, lambda progress: None, processes=1)


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_after(monkeypatch: pytest.MonkeyPatch, saves: int) -> Iterator[None]:
    """The process is gone once it has stored so many batches; the last one is stored and not heard of."""
    save, left = Bulk.save, saves

    def dying(self: Bulk, *args: Any, **options: Any) -> Any:
        nonlocal left
        results = save(self, *args, **options)
        left -= 1
        if left <= 0:
            raise Killed
        return results

    with monkeypatch.context() as patched:
        patched.setattr(Bulk, "save", dying)
        yield
