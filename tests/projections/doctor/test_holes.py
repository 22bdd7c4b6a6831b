"""A stream that lacks an event: what can still be read, what is refused, and how it goes on once that was declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from domain.addresses import Address
from domain.orders.intake import Created, IntakeRules, Refused
from domain.orders.order import Order
from domain.settings import SETTINGS_ID
from domain.stock import stock_id_of
from projections.doctor.repair import declare_all
from projections.engine.filling import Source
from projections.engine.rebuild import Rebuild
from projections.log.holes import Hole, find_holes
from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime, open_runtime
from projections.views import PROJECTIONS
from scripts.mappings import FileMappings
from tests.api.desk import API, ORDERS, SETTINGS, cart, line, place
from tests.damage import lose
from tests.fixtures_api import TokenClient, issue
from tests.intakes import past_order
from workers.projecting import Projecting

CUP = stock_id_of("CUP-1")


def client_of(runtime: Runtime) -> FlaskClient:
    """An administrator's client of an application that has read nothing yet."""
    app = create_app(runtime, FileMappings())
    app.test_client_class = TokenClient
    client = app.test_client()
    client.token = issue(runtime, f"hole-{uuid4().hex[:8]}", "admin")  # type: ignore[attr-defined]
    return client


def holes(runtime: Runtime) -> list[Hole]:
    with runtime.pool.connection() as connection:
        return find_holes(connection)


@pytest.fixture
def damaged(runtime: Runtime, client: FlaskClient, server: EmbeddedServer) -> Iterator[Runtime]:
    """A shop whose cups were promised to four orders, of which the second promise is lost; started again."""
    client.post(f"{API}/stock/CUP-1/receipts", json={"quantity": 40})
    for _ in range(4):
        place(client, line(quantity=1))
    lose(server, runtime.settings.database_url, CUP, 3)
    with open_runtime(runtime.settings) as fresh:
        yield fresh


def placed(client: FlaskClient, *lines: Any) -> Any:
    return client.post(ORDERS, json=cart(*lines, place=True))


def test_an_order_of_a_damaged_sku_is_refused_by_name_and_any_other_is_taken(damaged: Runtime) -> None:
    client = client_of(damaged)
    answer = placed(client)
    assert answer.status_code == 409
    problem = answer.get_json(force=True)
    assert problem["type"] == "/problems/stream-damaged"
    assert "CUP-1" in problem["detail"]
    assert "carnet doctor" in problem["detail"]
    assert placed(client, line(sku="CUP-2")).status_code == 201
    assert client.get(f"{API}/stock/CUP-1").get_json()["reserved"] == 3


def test_what_was_promised_goes_on_once_the_hole_is_declared(damaged: Runtime) -> None:
    client = client_of(damaged)
    [hole] = holes(damaged)
    assert (hole.originator_id, hole.kind, hole.last, hole.missing, hole.declared) == (CUP, "stock", 5, [3], [])
    heard: list[Hole] = []
    assert declare_all(damaged.log, [hole], heard.append) == 1
    assert heard == [hole]
    assert declare_all(damaged.log, [hole], heard.append) == 0
    [hole] = holes(damaged)
    assert (hole.last, hole.missing, hole.declared) == (6, [], [3])
    assert placed(client).status_code == 201
    assert client.get(f"{API}/stock/CUP-1").get_json()["reserved"] == 5


def test_a_rebuilt_view_is_the_live_one_with_a_hole_and_after_its_declaration(
    damaged: Runtime, projecting: Projecting
) -> None:
    source = Source(damaged.settings.database_url, damaged.settings.secrets)
    for declared in (False, True):
        if declared:
            declare_all(damaged.log, holes(damaged), lambda _: None)
            placed(client_of(damaged))
        for name in ("stock", "stock_movements", "orders"):
            damaged.views.wait_for(name, damaged.log.head(), timeout=10)
            report = Rebuild(source, PROJECTIONS[name], processes=1, verify=True).run()
            assert not report.differences
            assert [hole.missing for hole in report.holes] == ([] if name == "orders" else [[] if declared else [3]])


def test_an_order_that_lacks_an_event_is_read_and_changed_again_after_the_declaration(
    runtime: Runtime, client: FlaskClient, server: EmbeddedServer, projecting: Projecting
) -> None:
    order = place(client)
    client.put(f"{ORDERS}/{order['id']}/tags", json={"tags": ["red"]})
    client.post(f"{ORDERS}/{order['id']}/notes", json={"text": "Rings at noon"})
    whole = runtime.log.stream(UUID(order["id"]))
    tagged = next(one.event.originator_version for one in whole if one.event.TOPIC == "order.tagged")
    lose(server, runtime.settings.database_url, UUID(order["id"]), tagged)
    with open_runtime(runtime.settings) as fresh:
        again = client_of(fresh)
        read = again.get(f"{ORDERS}/{order['id']}").get_json()
        assert (read["version"], read["tags"]) == (whole[-1].event.originator_version, [])
        note = {"text": "Rings at one"}
        assert again.post(f"{ORDERS}/{order['id']}/notes", json=note).status_code == 409
        declare_all(fresh.log, holes(fresh), lambda _: None, reason="Found by the doctor")
        assert again.post(f"{ORDERS}/{order['id']}/notes", json=note).status_code == 201
        history = again.get(f"{ORDERS}/{order['id']}/diff").get_json()["changes"]
        assert history[-2]["topic"] == "order.gap-declared"
        timeline = again.get(
            f"{ORDERS}/{order['id']}/timeline", headers={"X-Min-Position": str(fresh.log.head())}
        ).get_json()["items"]
        assert timeline[-2]["summary"] == {"missing": [tagged]}
        assert timeline[-2]["reason"] == "Found by the doctor"


def test_orders_of_a_file_that_touch_a_damaged_stream_are_refused_each_and_the_others_come_in(
    runtime: Runtime, server: EmbeddedServer
) -> None:
    ann = Address(name="Ann", email="ann@example.com")
    runtime.bulk.save([past_order("#1"), past_order("#2", billing_address=ann)])
    order = past_order("#2").order_id
    lose(server, runtime.settings.database_url, order, 2)
    card = runtime.log.load(Order, past_order("#1").order_id).customer_id
    assert card
    runtime.bulk.save([past_order("#3", billing_address=Address(name="Nora", email="nora@example.com", city="Lyon"))])
    lose(server, runtime.settings.database_url, card, 1)
    with open_runtime(runtime.settings) as fresh:
        again = past_order("#2", billing_address=ann, content_hash="b", discount=100)
        results = fresh.bulk.save(
            [again, past_order("#4"), past_order("#5", billing_address=ann)], rules=IntakeRules(update=True)
        )
    assert [type(result) for result in results] == [Refused, Refused, Created]
    assert {result.error.code for result in results if isinstance(result, Refused)} == {"stream-damaged"}


def test_settings_that_lack_an_event_stop_no_order(
    runtime: Runtime, client: FlaskClient, server: EmbeddedServer
) -> None:
    for text in ("One", "Two", "Three"):
        assert client.put(f"{SETTINGS}/seller", json={"company": text, "country": "FR"}).status_code == 200
    lose(server, runtime.settings.database_url, SETTINGS_ID, 2)
    with open_runtime(runtime.settings) as fresh:
        again = client_of(fresh)
        assert placed(again).status_code == 201
        assert again.put(f"{SETTINGS}/seller", json={"company": "Four", "country": "FR"}).status_code == 409
        declare_all(fresh.log, holes(fresh), lambda _: None)
        assert again.put(f"{SETTINGS}/seller", json={"company": "Four", "country": "FR"}).status_code == 200
    with open_runtime(runtime.settings) as later:
        assert later.desk.shop().seller.company == "Four"


def test_a_stream_whose_first_event_is_lost_is_rebuilt_with_what_is_left(
    runtime: Runtime, client: FlaskClient, server: EmbeddedServer, projecting: Projecting
) -> None:
    order = place(client)
    runtime.views.wait_for("orders", runtime.log.head(), timeout=10)
    lose(server, runtime.settings.database_url, UUID(order["id"]), 1)
    [hole] = holes(runtime)
    assert hole.begins_late
    source = Source(runtime.settings.database_url, runtime.settings.secrets)
    for name in ("order_timeline", "orders"):
        report = Rebuild(source, PROJECTIONS[name], processes=1).run()
        assert [one.missing for one in report.holes] == [[1]]
    with runtime.reading() as connection:
        counted = connection.execute("SELECT count(*) FROM views.order_timeline").fetchall()
        shown = connection.execute("SELECT count(*) FROM views.orders").fetchall()
        parked = connection.execute("SELECT count(*) FROM views.dead_letters WHERE projection = 'orders'").fetchall()
    assert counted == [(order["version"] - 1,)]
    assert shown[0][0] + parked[0][0] > 0
    with open_runtime(runtime.settings) as fresh:
        assert fresh.log.load(Order, UUID(order["id"])).gaps.missing == (1,)
