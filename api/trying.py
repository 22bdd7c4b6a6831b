"""Templates tried over HTTP: two at one time in each server process, for each may take a while to be given up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import cast

from flask import current_app

from api.problems import Problem

EXTENSION = "carnet.trying"
MOST = 2  # one is filled in while another waits for it: no more threads of the server than that
PATIENCE = 0.1  # seconds that one more waits for its turn
AGAIN = "1"  # seconds


def new_turns() -> BoundedSemaphore:
    """The turns of an application."""
    return BoundedSemaphore(MOST)


@contextmanager
def turn() -> Iterator[None]:
    """Takes a turn to fill in a template for as long as the block runs; refuses with 429 where there is none soon."""
    turns = cast("BoundedSemaphore", current_app.extensions[EXTENSION])
    if not turns.acquire(timeout=PATIENCE):
        detail = "Enough templates are being tried at this moment: try again."
        raise Problem(429, "templates-busy", detail, headers={"Retry-After": AGAIN})
    try:
        yield
    finally:
        turns.release()
