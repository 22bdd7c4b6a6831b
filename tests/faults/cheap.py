"""Cheap requests by the hundred thousand, reads and writes, from a few clients: what a shop asks all day."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from random import Random
from statistics import median
from typing import Any, NamedTuple

from tests.api.desk import API, ORDERS, cart, line
from tests.faults.besieged import Besieged
from tests.faults.installation import HOST

CLIENTS = 4
AT_ONCE = 500  # requests between two looks at the memory
ALLOWED = 1.06, 4.0  # what the last quarter may take of the second, and MB besides


class Ask(NamedTuple):
    """One cheap request."""

    method: str
    path: str
    body: Any = None


def asks(shop: Besieged, seed: int) -> Iterator[Ask]:
    """Three reads for a write, the same for the same seed."""
    chance = Random(seed)
    for number in count():
        order = f"{ORDERS}/{chance.choice(shop.target.orders)}"
        if number % 4 == 3:
            yield chance.choice(
                (
                    Ask("POST", ORDERS, cart(line(1, sku="CUP-1"))),
                    Ask("PUT", f"{order}/tags", {"tags": [f"t{chance.randrange(9)}"]}),
                    Ask("POST", f"{API}/stock/CUP-1/adjustments", {"change": 1, "reason": "found"}),
                    Ask("POST", f"{ORDERS}/quote", cart(line(2))),
                )
            )
        else:
            paths = (
                f"{ORDERS}?limit=5",
                order,
                f"{API}/stock",
                f"{order}/timeline",
                f"{API}/customers?limit=5",
                "/healthz",
            )
            yield Ask("GET", chance.choice(paths))


def run(shop: Besieged, seed: int, number: int) -> tuple[Counter[int], dict[str, list[float]]]:
    """Sends so many; gives the statuses, and the MB of each part as it was sampled."""
    statuses: Counter[int] = Counter()
    samples: dict[str, list[float]] = {name: [] for name in shop.memory()}
    clients = [asks(shop, seed * CLIENTS + client) for client in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as threads:
        for done in range(0, number, AT_ONCE):
            for some in threads.map(lambda coming: _sent(shop, coming), clients):
                statuses.update(some)
            for name, mb in shop.memory().items():
                samples[name].append(mb)
            if done % (20 * AT_ONCE) == 0:
                print(done, {name: round(told[-1]) for name, told in samples.items()}, flush=True)
    return statuses, samples


def _sent(shop: Besieged, coming: Iterator[Ask]) -> Counter[int]:
    """Sends one client's share on a connection of its own."""
    statuses: Counter[int] = Counter()
    headers = {"Authorization": f"Bearer {shop.token}", "Content-Type": "application/json"}
    with closing(HTTPConnection(HOST, shop.port, timeout=60)) as connection:
        for _ in range(AT_ONCE // CLIENTS):
            ask = next(coming)
            connection.request(ask.method, ask.path, None if ask.body is None else json.dumps(ask.body), headers)
            answer = connection.getresponse()
            answer.read()
            statuses[answer.status] += 1
    return statuses


def grown(samples: Mapping[str, list[float]]) -> dict[str, tuple[float, float]]:
    """The parts whose memory is not flat: the median MB of the second quarter, and of the last."""
    found = {}
    for name, told in samples.items():
        quarter = len(told) // 4
        before, after = median(told[quarter : 2 * quarter]), median(told[-quarter:])
        print(f"{name}: second quarter {before:.0f} MB, last {after:.0f} MB")
        if after > before * ALLOWED[0] + ALLOWED[1]:
            found[name] = before, after
    return found
