"""Many clients at the same few shelves: nothing is promised twice, and no deadlock reaches a client."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from domain.stock import StockItem, stock_id_of
from domain.stock.item import StockMoved
from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, cart, line
from tests.fixtures_api import TokenClient, issue

STOCK = f"{API}/stock"
SKUS = tuple(f"CUP-{number}" for number in range(10))


@pytest.fixture
def token(runtime: Runtime) -> str:
    """What every client here comes in with."""
    return issue(runtime, "crowd", "admin")


@pytest.fixture
def new_client(app: Flask, token: str) -> Callable[[], TokenClient]:
    """Makes clients, one for each thread."""

    def make() -> TokenClient:
        made = TokenClient(app, app.response_class)
        made.token = token
        return made

    return make


Clients = Callable[[], TokenClient]


def _placed_at_once(new_client: Clients, policy: str) -> Counter[int]:
    """The answers to fifty placements of the last unit."""
    client = new_client()
    client.post(f"{STOCK}/CUP-1/receipts", json={"quantity": 1})
    client.put(f"{STOCK}/CUP-1/policy", json={"policy": policy})
    begin = Barrier(50)

    def place(number: int) -> int:
        placing = new_client()
        body = cart(line(1), place=True, billing_address={"name": f"N{number}"})
        begin.wait()
        return int(placing.post(ORDERS, json=body).status_code)

    with ThreadPoolExecutor(50) as threads:
        return Counter(threads.map(place, range(50)))


@pytest.mark.parametrize(
    ("policy", "answers", "figures"),
    [("refuse", {201: 1, 422: 49}, (1, 1)), ("backorder", {201: 50}, (1, 50))],
)
def test_the_last_unit_is_promised_once_or_owed_to_all(
    new_client: Clients, runtime: Runtime, policy: str, answers: dict[int, int], figures: tuple[int, int]
) -> None:
    assert _placed_at_once(new_client, policy) == answers
    item = runtime.log.load(StockItem, stock_id_of("CUP-1"))
    assert (item.on_hand, item.reserved) == figures
    assert item.reserved == sum(held.reserved for held in item.lines.values())


def _write(client: TokenClient, chance: random.Random, until: float) -> Iterator[int]:
    """Orders over the same shelves in ever different order, half of them deducted, some called off."""
    while time.monotonic() < until:
        skus = chance.sample(SKUS, chance.randint(2, 5))
        body = cart(*(line(chance.randint(1, 3), sku=sku) for sku in skus), place=True, billing_address={"name": "N"})
        answer = client.post(ORDERS, json=body)
        yield answer.status_code
        if answer.status_code == 201 and chance.random() < 0.7:
            url = f"{ORDERS}/{answer.get_json()['id']}/status"
            status = chance.choice(["processing", "shipped", "cancelled"])
            yield client.post(url, json={"status": status, "stock": "apply"}).status_code
        if chance.random() < 0.1:
            sku = chance.choice(SKUS)
            yield client.post(f"{STOCK}/{sku}/receipts", json={"quantity": 20}).status_code


def _crowd(new_client: Clients, seconds: float, seed: int) -> Counter[int]:
    """What eight writers were answered in so many seconds."""
    for sku in SKUS:
        new_client().post(f"{STOCK}/{sku}/receipts", json={"quantity": 100})
    until = time.monotonic() + seconds

    def write(number: int) -> Counter[int]:
        return Counter(_write(new_client(), random.Random(seed + number), until))

    with ThreadPoolExecutor(8) as threads:
        return sum(threads.map(write, range(8)), Counter())


def _check(runtime: Runtime, answers: Counter[int]) -> None:
    """Nobody met a deadlock, and every figure is the sum of its movements and of what lines hold."""
    assert set(answers) <= {200, 201, 422}, answers
    assert answers[201] > 50
    for sku in SKUS:
        events: list[Any] = [recorded.event for recorded in runtime.log.stream(stock_id_of(sku))]
        moved = [event.moves for event in events if isinstance(event, StockMoved)]
        item = runtime.log.load(StockItem, stock_id_of(sku))
        assert (item.on_hand, item.reserved) == (sum(one[0] for one in moved), sum(one[1] for one in moved))
        assert item.reserved == sum(held.reserved for held in item.lines.values())
        assert item.on_hand >= item.reserved >= 0
        causes = [(event.TOPIC, event.cause) for event in events if hasattr(event, "cause")]
        assert len(causes) == len(set(causes))


def test_eight_writers_over_ten_skus_meet_no_deadlock(new_client: Clients, runtime: Runtime) -> None:
    _check(runtime, _crowd(new_client, 10, seed=20260302))


@pytest.mark.campaign
def test_eight_writers_over_ten_skus_meet_no_deadlock_for_a_minute(new_client: Clients, runtime: Runtime) -> None:
    _check(runtime, _crowd(new_client, 60, seed=20260303))
