"""The catalogue learned from past orders by a job."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from domain.errors import DomainError
from projections.desk.learning import learned, take_in
from projections.work import jobs
from projections.work.jobs import Held
from projections.work.products import LEARN
from workers.jobs import part_performer
from workers.tools import Tools

SECONDS_BETWEEN_LOOKS = 1.0  # at whether the job was stopped; how far it came is told then
MOST_NAMED = 100


def learn(tools: Tools, held: Held) -> Mapping[str, Any]:
    """Takes in what past orders name and the catalogue does not; it tells how many, and which were refused."""
    runtime = tools.runtime
    with runtime.reading() as connection:
        found = list(learned(connection, runtime.desk.shop().defaults.locale))
    told, refused, due = Counter[str](), {}, 0.0
    for number, (sku, facts) in enumerate(found):
        if time.monotonic() >= due:
            _tell(tools, held, number, len(found))
            due = time.monotonic() + SECONDS_BETWEEN_LOOKS
        try:
            told[take_in(runtime, sku, facts, held.actor)] += 1
        except DomainError as error:
            refused[sku] = error.code
    _tell(tools, held, len(found), len(found))
    named = dict(list(refused.items())[:MOST_NAMED])
    return {"added": told["added"], "known": told["known"], "refused": len(refused), "refusals": named}


def _tell(tools: Tools, held: Held, done: int, total: int) -> None:
    with tools.runtime.pool.connection() as connection:
        jobs.count_done(connection, held, done, total)


PRODUCTS = {LEARN + jobs.PART: part_performer(learn)}
