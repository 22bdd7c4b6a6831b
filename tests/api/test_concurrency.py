"""Many clients at one time, in threads and in processes of their own: nothing twice, nothing lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from api.app import create_app
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from tests.api.desk import BILLING, ORDERS, News, cart, coupon, create, line, place, shown
from tests.fixtures_api import TokenClient, issue

Ask = tuple[str, str, Any, dict[str, str]]


@pytest.fixture
def token(runtime: Runtime) -> str:
    """What every client here comes in with."""
    return issue(runtime, "crowd", "admin")


@pytest.fixture
def client(app: Flask, token: str) -> TokenClient:
    return _client(app, token)


def _client(app: Flask, token: str) -> TokenClient:
    made = TokenClient(app, app.response_class)
    made.token = token
    return made


@pytest.fixture
def crowd(app: Flask, token: str) -> Callable[[list[Ask]], list[Any]]:
    """Asks everything at the same time, each in a thread of its own; answers in the order asked."""

    def ask_all(asked: list[Ask]) -> list[Any]:
        begin = Barrier(len(asked))

        def ask(one: Ask) -> Any:
            method, url, body, headers = one
            client = _client(app, token)
            begin.wait()
            return client.open(url, method=method, json=body, headers=headers)

        with ThreadPoolExecutor(len(asked)) as threads:
            return list(threads.map(ask, asked))

    return ask_all


Crowd = Callable[[list[Ask]], list[Any]]


def test_two_clients_with_one_version_write_once(client: TokenClient, crowd: Crowd, news: News) -> None:
    order = create(client)
    for version in range(order["version"], order["version"] + 10):
        news.events()
        url, seen = f"{ORDERS}/{order['id']}/source", {"If-Match": f'"{version}"'}
        answers = crowd([("PUT", url, {"source": f"{name}{version}"}, seen) for name in ("a", "b")])
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        [event] = news.events()
        won = next(answer for answer in answers if answer.status_code == 200).get_json()
        assert event.originator_version == version + 1
        assert client.get(f"{ORDERS}/{order['id']}").get_json() == shown(won)


def test_twenty_posts_under_one_key_store_one_order(client: TokenClient, crowd: Crowd, news: News) -> None:
    answers = crowd([("POST", ORDERS, cart(place=True), {"Idempotency-Key": "the-same"})] * 20)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert news.topics().count("order.created") == 1


def test_fifty_orders_of_one_address_make_one_customer(client: TokenClient, crowd: Crowd, news: News) -> None:
    asked = [cart(billing_address={**BILLING, "city": f"City {number}"}) for number in range(50)]
    answers = crowd([("POST", ORDERS, body, {}) for body in asked])
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    assert len({answer.get_json()["customer"]["id"] for answer in answers}) == 1
    assert len({answer.get_json()["number"] for answer in answers}) == 50
    topics = Counter(news.topics())
    assert (topics["order.created"], topics["customer.created"]) == (50, 1)


def test_a_limit_of_five_holds_for_thirty_at_a_time(client: TokenClient, crowd: Crowd, news: News) -> None:
    coupon(client, "FIVE", kind="percent", percent="10", limit=5)
    bodies = [
        cart(place=True, coupons=["FIVE"], billing_address={**BILLING, "email": f"n{number}@example.com"})
        for number in range(30)
    ]
    answers = crowd([("POST", ORDERS, body, {}) for body in bodies])
    assert Counter(answer.status_code for answer in answers) == {201: 5, 422: 25}
    assert {answer.get_json(force=True).get("type") for answer in answers if answer.status_code == 422} == {
        "/problems/coupon-used-up"
    }
    topics = Counter(news.topics())
    assert (topics["order.placed"], topics["coupon.redeemed"]) == (5, 5)


def test_a_limit_per_customer_holds_when_drafts_are_placed_at_a_time(
    client: TokenClient, crowd: Crowd, news: News
) -> None:
    coupon(client, "TWICE", kind="percent", percent="10", limit_per_customer=2)
    drafts = [create(client, coupons=["TWICE"]) for _ in range(8)]
    news.events()
    answers = crowd([("POST", f"{ORDERS}/{order['id']}/status", {"status": "pending"}, {}) for order in drafts])
    assert Counter(answer.status_code for answer in answers) == {200: 2, 409: 6}
    assert Counter(news.topics()) == {"order.placed": 2, "coupon.redeemed": 2}


def test_edits_without_a_version_all_land(client: TokenClient, crowd: Crowd, news: News) -> None:
    order = place(client)
    url = f"{ORDERS}/{order['id']}"
    news.events()
    asked: list[Ask] = [("POST", f"{url}/items", line(1, "1.00", sku=f"S-{number}"), {}) for number in range(4)]
    asked += [("POST", f"{url}/notes", {"text": f"Note {number}"}, {}) for number in range(4)]
    for _ in range(3):
        answers = crowd(asked)
        assert Counter(answer.status_code for answer in answers) == {201: 8}
    after = client.get(url).get_json()
    assert (len(after["items"]), len(after["notes"])) == (13, 12)
    assert after["version"] == order["version"] + 24
    assert len(news.events()) == 24


def test_a_payment_and_a_cancellation_at_one_time_leave_one_story(client: TokenClient, crowd: Crowd) -> None:
    for _ in range(5):
        url = f"{ORDERS}/{place(client)['id']}"
        crowd([
            ("POST", f"{url}/payments", {"method": "card"}, {}),
            ("POST", f"{url}/status", {"status": "cancelled"}, {}),
            ("POST", f"{url}/payments", {"method": "cash"}, {}),
        ])  # fmt: skip
        assert client.get(url).get_json()["paid"]["amount"] in ("0.00", "20.00")


def _order_in_a_process(settings: Settings, token: str, key: str, customer: str) -> tuple[str, str]:
    """What a server process of its own answers to two posts: one under a key that all share, one of its own."""
    with open_runtime(settings) as runtime:
        client = _client(create_app(runtime), token)
        shared = client.post(ORDERS, json=cart(), headers={"Idempotency-Key": key})
        own = client.post(ORDERS, json=cart(billing_address={**BILLING, "email": customer}))
        return json.dumps(shared.get_json()), own.get_json()["customer"]["id"]


def test_processes_share_keys_and_customers_as_threads_do(runtime: Runtime, token: str, news: News) -> None:
    settings, key = runtime.settings, uuid4().hex
    with get_context("spawn").Pool(3) as processes:
        asked = [(settings, token, key, "shared@example.com")] * 6
        answers = processes.starmap(_order_in_a_process, asked, chunksize=1)
    assert len({shared for shared, _ in answers}) == 1
    assert len({customer for _, customer in answers}) == 1
    assert Counter(news.topics())["order.created"] == 7
