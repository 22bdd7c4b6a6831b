"""Orders of random lives, whose times run in every order, at points in time: all that the program shows of them equals
what their raw rows tell, folded by code that shares nothing with it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from domain.points_in_time import PointInTime
from projections.engine.filling import Source
from projections.engine.rebuild import Rebuild
from projections.exports import ExportRequest, Reading, reading
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from projections.views.orders import OrderFilters
from scripts.audit import audit
from tests.fixtures_database import TEST_SECRET
from tests.projections.random_lives import Lives
from tests.projections.raw_orders import History, raw_histories, raw_order, shown
from workers.projecting import Projecting

ORDERS = "/api/v1/orders"
LISTED = ("number", "version", "payment_status", "tags", "archived")
EXPORTED = ("number", "version", "status", "stage", "payment_status", "total", "paid", "refunded", "tags", "archived")


Point = dict[str, Any]  # `as_of` and `known_at`, each where it is asked for


class Scale(NamedTuple):
    """How many orders live how long, at how many points each is looked at, and at how many all lists are."""

    seed: int
    orders: int
    rounds: int
    points: int
    lists: int


SHORT = Scale(seed=10, orders=40, rounds=8, points=6, lists=3)
LONG = Scale(seed=2026, orders=300, rounds=15, points=24, lists=12)


class Book:
    """A book of random lives, what its raw rows tell, and points in time to look at it."""

    def __init__(self, runtime: Runtime, scale: Scale) -> None:
        self.scale = scale
        lives = Lives(runtime, scale.seed)
        lives.live(scale.orders, scale.rounds)
        self.ids = lives.ids
        self.histories = raw_histories(runtime.settings.database_url)
        self._random = random.Random(scale.seed)

    def points(self, history: History, number: int) -> Iterator[Point]:
        """Instants of the history itself, and those a microsecond before and after."""
        for _ in range(number):
            point: Point = {}
            if self._random.random() < 0.8:
                point["as_of"] = self._near(self._random.choice(history).occurred_at)
            if self._random.random() < 0.5:
                point["known_at"] = self._near(self._random.choice(history).recorded_at)
            yield point

    def expected(self, point: Point) -> dict[UUID, dict[str, Any]]:
        """Every order that is there at a point in time."""
        told = {order_id: raw_order(shown(rows, **point)) for order_id, rows in self.histories.items()}
        return {order_id: order for order_id, order in told.items() if order}

    def everything(self) -> History:
        """All rows of all orders."""
        return [row for history in self.histories.values() for row in history]

    def _near(self, instant: datetime) -> datetime:
        return instant + timedelta(microseconds=self._random.choice((-1, 0, 0, 0, 1)))


@pytest.fixture(params=[SHORT, pytest.param(LONG, marks=[pytest.mark.campaign, pytest.mark.timeout(3_000)])])
def book(runtime: Runtime, request: pytest.FixtureRequest) -> Book:
    return Book(runtime, request.param)


def test_orders_of_every_order_of_times_are_at_every_point_in_time_what_their_raw_rows_tell(
    book: Book, runtime: Runtime, client: FlaskClient, projecting: Projecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(book.histories) == book.scale.orders
    assert sum(_runs_backwards(history) for history in book.histories.values()) > book.scale.orders // 2
    for order_id, history in book.histories.items():
        for point in book.points(history, book.scale.points):
            version = history[-1].version * 2 // 3
            for told in (point, {**point, "version": version}):
                expected = raw_order(shown(history, **told))
                assert _got(client, order_id, told) == expected, (order_id, told)
        assert _got(client, order_id, {}) == raw_order(history), "the present is the order of versions"
    for point in book.points(book.everything(), book.scale.lists):
        _compare_lists(book, runtime, client, point)


def test_a_replay_at_a_point_in_time_is_what_the_raw_rows_tell(
    book: Book, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    order_id = book.ids[0]
    history, seen = book.histories[order_id], 0
    for point in book.points(history, 4):
        options = [text for name, at in point.items() for text in (f"--{name.replace('_', '-')}", at.isoformat())]
        ran = CliRunner().invoke(audit, ["replay", str(order_id), "--json", *options])
        expected = raw_order(shown(history, **point))
        assert (ran.exit_code == 0) == (expected is not None), ran.output
        if expected:
            seen += 1
            replayed = json.loads(ran.stdout.splitlines()[-1])  # a log's lines may come before
            assert {name: replayed[name] for name in EXPORTED} == {name: expected[name] for name in EXPORTED}
    assert seen


def _runs_backwards(history: History) -> bool:
    return any(later.occurred_at < row.occurred_at for row, later in pairwise(history))


def _got(client: FlaskClient, order_id: UUID, told: dict[str, Any]) -> dict[str, Any] | None:
    """The order as the API shows it, in the words of the raw rows; None for a 404."""
    query = {name: at.isoformat() if isinstance(at, datetime) else at for name, at in told.items()}
    answer = client.get(f"{ORDERS}/{order_id}", query_string=query)
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.get_data(as_text=True)
    order = answer.get_json()
    sent = [
        one["quantity"] for parcel in order["shipments"] if parcel["state"] != "cancelled" for one in parcel["items"]
    ]
    return {
        **_head(order),
        "shipped": sum(sent), "parcels": len(order["shipments"]), "notes": len(order["notes"]),
        "items": len(order["items"]),
    }  # fmt: skip


def _head(order: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: _minor(order[name]["amount"]) for name in ("total", "paid", "refunded")}
    status = {"status": order["status"]["code"], "stage": order["status"]["stage"]}
    return {name: order[name] for name in LISTED} | amounts | status


def _minor(text: str) -> int:
    return int(text.replace(".", ""))


def _compare_lists(book: Book, runtime: Runtime, client: FlaskClient, point: Point) -> None:
    """The list built for the point, and the exports of orders and of their lines, equal the raw rows."""
    expected = book.expected(point)
    heads = {order_id: {name: order[name] for name in EXPORTED} for order_id, order in expected.items()}
    source = Source(runtime.settings.direct_url, runtime.settings.secrets)
    Rebuild(source, PROJECTIONS["orders"], point=PointInTime(**point), processes=1).run()
    assert _listed(client, point) == heads, point
    place = Reading(source, runtime.log)
    asked: dict[str, Any] = {"filters": OrderFilters(archived=None), **point}
    with reading(place, ExportRequest(list="orders", columns=("id", *EXPORTED), **asked)) as export:
        found = {row[0]: _of_export(row) for chunk in export.chunks() for row in zip(*chunk, strict=True)}
    assert found == heads, point
    with reading(place, ExportRequest(list="order-lines", columns=("order_id",), **asked)) as export:
        ids = [order_id for chunk in export.chunks() for order_id in chunk[0]]
    assert {order_id: ids.count(order_id) for order_id in expected} == {
        order_id: order["items"] for order_id, order in expected.items()
    }


def _listed(client: FlaskClient, point: Point) -> dict[UUID, dict[str, Any]]:
    query = {name: at.isoformat() for name, at in point.items()} | {"archived": "all", "limit": "200"}
    found: dict[UUID, dict[str, Any]] = {}
    while True:
        page = client.get(ORDERS, query_string=query).get_json()
        found |= {UUID(row["id"]): _head(row) for row in page["items"]}
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def _of_export(row: tuple[Any, ...]) -> dict[str, Any]:
    told = dict(zip(EXPORTED, row[1:], strict=True))
    return told | {name: _minor(str(told[name])) for name in ("total", "paid", "refunded")}
