"""The same asked of many orders by a job, beside one request for each; and many orders printed as one file."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from domain.addresses import Address
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from tests.benchmarks.bench_reactions import context
from tests.benchmarks.load import Client, request
from tests.benchmarks.stand import Stand, compile_all, durable_server, stand
from tests.fixtures_database import TEST_SECRET

ORDERS, PRINTED, SINGLE = 10_000, 1_000, 300
THREADS = 4
PATIENCE = 240.0
ORDERS_PATH = "/api/v1/orders"
LEAST_RATIO, MOST_MS = 1.0, 10.0


def run(orders: int = ORDERS, printed: int = PRINTED, single: int = SINGLE) -> Iterator[dict[str, Any]]:
    """Orders a second of a change of status, and milliseconds of a document in a file."""
    compile_all()
    with durable_server() as server:
        settings = Settings(database_url=server.url(), secret_key=TEST_SECRET)
        with (
            open_runtime(settings) as runtime,
            stand(server.url()) as ours,
            ours.running("worker", "scripts.cli", "worker"),
            closing(Client(ours.port)) as client,
        ):
            ids = placed(runtime, orders + single)
            yield moved(ours, client, ids[:orders], ids[orders:])
            yield put_on_paper(ours, client, ids[:printed])


def moved(ours: Stand, client: Client, many: Sequence[UUID], few: Sequence[UUID]) -> dict[str, Any]:
    """A change of status by a job, and by a request for each order."""
    told = {"status": "processing", "stock": "leave", "notify": []}
    began = time.perf_counter()
    for order_id in few:
        ask(client, ours, f"{ORDERS_PATH}/{order_id}/status", told, 200)
    reference = len(few) / (time.perf_counter() - began)
    rate = len(many) / by_job(client, ours, {"action": "status", "ids": [str(one) for one in many], **told})
    return {
        "name": f"a change of status of {len(many):,} orders by a job",
        "value": round(rate, 1),
        "unit": "orders/s",
        "reference": "one request after the other",
        "reference_value": round(reference, 1),
        "ratio": round(rate / reference, 2),
        "target": f">= {LEAST_RATIO:g} times",
        "passed": rate >= LEAST_RATIO * reference,
    }


def put_on_paper(ours: Stand, client: Client, ids: Sequence[UUID]) -> dict[str, Any]:
    """Receipts as one file by a job, and by one request."""
    orders = [str(one) for one in ids]
    by_one = by_job(client, ours, {"action": "print", "ids": orders})
    began = time.perf_counter()
    ask(client, ours, "/api/v1/documents", {"orders": orders}, 200)
    reference = time.perf_counter() - began
    each = 1_000 * by_one / len(ids)
    return {
        "name": f"a receipt of {len(ids):,} in one file, by a job",
        "value": round(each, 2),
        "unit": "ms",
        "reference": "one request for all of them",
        "reference_value": round(1_000 * reference / len(ids), 2),
        "target": f"<= {MOST_MS:g} ms",
        "passed": each <= MOST_MS,
    }


def by_job(client: Client, ours: Stand, told: dict[str, Any]) -> float:
    """The seconds from asking for a job until it is done, with every order done."""
    began = time.perf_counter()
    job_id = ask(client, ours, f"{ORDERS_PATH}/bulk", told, 202)["id"]
    job = wait(partial(ended, client, ours, job_id))
    took = time.perf_counter() - began
    if job["progress"]["done"] != len(told["ids"]):
        raise RuntimeError(f"not every order was done: {job['progress']}")
    return took


def ended(client: Client, ours: Stand, job_id: str) -> dict[str, Any] | None:
    """The job once it runs no more."""
    answer = client.ask(request("GET", f"/api/v1/jobs/{job_id}", headers=ours.headers))
    job: dict[str, Any] = json.loads(answer.body)
    return job if job["state"] != "running" else None


def ask(client: Client, ours: Stand, path: str, told: dict[str, Any], status: int) -> Any:
    """What a POST answers; anything but the wanted status is a fault."""
    answer = client.ask(request("POST", path, told, ours.headers))
    if answer.status != status:
        raise RuntimeError(f"{path} answered {answer.status}: {answer.body[:500]!r}")
    return json.loads(answer.body) if answer.headers["content-type"] == "application/json" else None


def placed(runtime: Runtime, count: int) -> list[UUID]:
    """So many placed orders."""
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(partial(one_placed, runtime), range(count)))


def one_placed(runtime: Runtime, number: int) -> UUID:
    """An order of three lines."""
    order_id = uuid4()
    buyer = Address(name=f"Ada Invented {number}", country="FR", email=f"ada{number % 1_000}@example.com")
    items = tuple(
        NewItem(sku=f"MUG-{place}", name="Stoneware mug, blue", quantity=2, unit_price=1_490) for place in range(3)
    )
    told: dict[str, Any] = {"currency": "EUR", "items": items, "billing_address": buyer, "place": True}
    runtime.desk.handle(CreateOrder(order_id=order_id, context=context(), **told))
    return order_id


def wait(found: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """What is waited for, once it is there."""
    deadline = time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline:
        if there := found():
            return there
        time.sleep(0.05)
    raise RuntimeError("the job did not end")


if __name__ == "__main__":
    for result in run():
        print(json.dumps(result))
