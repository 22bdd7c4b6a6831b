"""Reports: every figure is the sum of its orders, whatever happened to them, and leads to their list."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from domain.money import amount_text
from domain.orders.order import Order
from domain.settings import SetDefaults
from domain.shop import Defaults
from projections.engine.filling import Source
from projections.engine.rebuild import Rebuild
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from tests.api.desk import API, ORDERS, line, place
from tests.api.test_problems import refused
from tests.fixtures_api import context_of
from tests.projections.random_lives import Lives
from workers.projecting import Projecting

REPORTS = f"{API}/reports"
VIEWS = ("sales", "receivables", "status_durations")
WHOLE = {"from": "2024-12-01", "to": "2026-12-31"}
Sums = dict[Any, list[int]]


def settled(runtime: Runtime) -> None:
    """Waits until every view shows all that was recorded."""
    for view in (*VIEWS, "orders", "stock"):
        runtime.views.wait_for(view, runtime.log.head(), timeout=30)


def report(client: FlaskClient, name: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"{REPORTS}/{name}", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    return told


def listed(client: FlaskClient, query: str) -> tuple[int, int]:
    """How many orders the list has that a figure leads to, and their totals in cents."""
    count, total, cursor = 0, 0, ""
    while True:
        answer = client.get(f"{ORDERS}?{query}&limit=100&sort=number{cursor}").get_json()
        count += len(answer["items"])
        total += sum(cents(one["total"]) for one in answer["items"])
        if answer["next"] is None:
            return count, total
        cursor = f"&cursor={answer['next']}"


def cents(money: dict[str, str]) -> int:
    assert money["currency"] == "EUR"
    return int(money["amount"].replace(".", ""))


def zone(runtime: Runtime) -> ZoneInfo:
    return ZoneInfo(runtime.desk.shop().defaults.timezone)


def placed(runtime: Runtime, lives: Lives) -> Iterator[tuple[date, Order]]:
    """Every placed order, folded from the log, and its day at the shop."""
    for order_id in lives.ids:
        order = runtime.log.load(Order, order_id)
        if order.exists and order.placed_at:
            yield order.placed_at.astimezone(zone(runtime)).date(), order


def expected_sales(runtime: Runtime, lives: Lives) -> Sums:
    sums: Sums = defaultdict(lambda: [0] * 5)
    for day, order in placed(runtime, lives):
        if order.stage not in ("draft", "cancelled"):
            price = order.price
            for number, value in enumerate((1, price.net, price.tax, price.total, price.refunded)):
                sums[day.isoformat()][number] += value
    return dict(sums)


def told_sales(client: FlaskClient) -> Sums:
    rows = report(client, "sales", **WHOLE)["rows"]
    amounts = ("net", "tax", "total", "refunded")
    return {row["key"]: [row["orders"], *(cents(row[name]) for name in amounts)] for row in rows}


def expected_products(runtime: Runtime, lives: Lives) -> Sums:
    sums: Sums = defaultdict(lambda: [0] * 3)
    for _, order in placed(runtime, lives):
        if order.stage in ("draft", "cancelled"):
            continue
        for sku in {item.sku for item in order.items.values()}:
            sums[sku][0] += 1
        for priced in order.price.lines:
            item = order.items[priced.id]
            sums[item.sku][1] += item.quantity
            sums[item.sku][2] += priced.total
    return dict(sums)


def expected_owed(runtime: Runtime, lives: Lives) -> Sums:
    sums: Sums = defaultdict(lambda: [0, 0])
    for _, order in placed(runtime, lives):
        if order.price.balance:
            side = "due" if order.price.balance > 0 else "credit"
            sums[side][0] += 1
            sums[side][1] += order.price.balance
    return dict(sums)


def expected_stays(runtime: Runtime, lives: Lives) -> Sums:
    """Stays that ended and their seconds, and orders that have the status now, from the status history of the API."""
    with runtime.reading() as connection:
        statement = "SELECT at, to_status FROM views.order_status_history WHERE order_id = %s ORDER BY version"
        sums: Sums = defaultdict(lambda: [0, 0, 0])
        for _, order in placed(runtime, lives):
            moves = connection.execute(statement, (order.id,)).fetchall()
            ends = [at for at, _ in moves[1:]]
            for (at, status), end in zip(moves, [*ends, None], strict=True):
                if end is None:
                    sums[status][2] += 1
                elif status != "draft" or int(max(0.0, (end - at).total_seconds())):
                    sums[status][0] += 1
                    sums[status][1] += int(max(0.0, (end - at).total_seconds()))
    return dict(sums)


def check(runtime: Runtime, client: FlaskClient, lives: Lives) -> None:
    """Every report is what the log's orders come to."""
    settled(runtime)
    assert told_sales(client) == expected_sales(runtime, lives)
    goods = report(client, "top-products", **WHOLE, limit=100)["rows"]
    told = {row["key"]: [row["orders"], row["units"], cents(row["total"])] for row in goods}
    assert told == expected_products(runtime, lives)
    owed: Sums = defaultdict(lambda: [0, 0])
    for row in report(client, "receivables")["rows"]:
        owed[row["side"]][0] += row["orders"]
        owed[row["side"]][1] += cents(row["balance"])
    assert owed == expected_owed(runtime, lives)
    durations = report(client, "durations", **WHOLE)["rows"]
    stays = {row["status"]: [row["ended"], (row["average"] or 0) * row["ended"], row["open"]] for row in durations}
    expected = expected_stays(runtime, lives)
    assert {status: (one[0], one[2]) for status, one in stays.items()} == {
        status: (one[0], one[2]) for status, one in expected.items() if one[0] or one[2]
    }
    for status, (ended, seconds, _) in stays.items():
        assert 0 <= expected[status][1] - seconds < max(1, ended)


def check_lists(client: FlaskClient) -> None:
    """Every row leads to the list of its orders."""
    seen = 0
    for name, query in (
        ("sales", {"by": "month"}), ("sales", {"by": "week"}), ("sales", {"by": "source"}), ("statuses", {}),
        ("top-products", {}), ("returns", {}), ("receivables", None),
    ):  # fmt: skip
        told = report(client, name, **({} if query is None else {**WHOLE, **query}))
        for row in (*told["rows"], *told.get("totals", ())):
            count, total = listed(client, row["filter"])
            assert count == row["orders"], (name, row)
            if name in ("sales", "statuses"):
                assert total == cents(row["total"]), (name, row)
            seen += 1
    for row in report(client, "durations", **WHOLE)["rows"]:
        assert listed(client, row["filter"])[0] == row["open"], row
    assert seen > 10


@pytest.mark.parametrize("seed", [3, 4])
def test_figures_are_the_sums_of_their_orders_through_everything_that_happens_to_these(
    runtime: Runtime, client: FlaskClient, projecting: Projecting, seed: int
) -> None:
    lives = Lives(runtime, seed)
    lives.live(40, 4)
    check(runtime, client, lives)
    check_lists(client)
    defaults = Defaults(currency="EUR", locale="fr", timezone="Pacific/Kiritimati")
    runtime.desk.handle(SetDefaults(context=context_of(), defaults=defaults))
    lives.go_on(2)
    check(runtime, client, lives)
    check_lists(client)
    chance = random.Random(seed)
    customers = {order.customer_id for _, order in placed(runtime, lives) if order.customer_id}
    for customer_id in chance.sample(sorted(customers, key=str), min(3, len(customers))):
        url = f"{API}/customers/{customer_id}"
        erased = client.delete(url, headers={"If-Match": client.get(url).headers["ETag"]})
        assert erased.status_code < 300, erased.get_data(as_text=True)
    check(runtime, client, lives)
    for view in VIEWS:
        assert rebuilt(runtime, view) == []
    check(runtime, client, lives)


def rebuilt(runtime: Runtime, view: str) -> list[Any]:
    """What a view built anew by three processes has otherwise than the live one, which it then replaces."""
    source = Source(runtime.settings.database_url, runtime.settings.secrets)
    return Rebuild(source, PROJECTIONS[view], processes=3, verify=True).run().differences


def today() -> date:
    return datetime.now(UTC).date()


def test_a_period_is_compared_with_the_one_before_and_with_the_year_before(
    runtime: Runtime, client: FlaskClient, projecting: Projecting
) -> None:
    place(client, line(quantity=3, price="10.00"))
    settled(runtime)
    days = {"from": today() - timedelta(days=6), "to": today()}
    told = report(client, "sales", **days, compare="previous")
    assert [(row["key"], row["total"]["amount"]) for row in told["rows"]] == [(today().isoformat(), "30.00")]
    assert told["totals"][0]["orders"] == 1
    before = told["compared"]
    assert (before["from"], before["to"]) == (
        (today() - timedelta(days=13)).isoformat(), (today() - timedelta(days=7)).isoformat(),
    )  # fmt: skip
    assert before["rows"] == before["totals"] == []
    ahead = {"from": today() + timedelta(days=1), "to": today() + timedelta(days=7)}
    told = report(client, "top-products", **ahead, compare="previous")
    assert told["rows"] == []
    assert told["compared"]["rows"] == []
    assert report(client, "statuses", **ahead, compare="previous")["compared"]["totals"][0]["units"] == 3
    year = report(client, "sales", **{"from": "2024-02-29", "to": "2024-02-29"}, compare="year")["compared"]
    assert (year["from"], year["to"]) == ("2023-02-28", "2023-02-28")


def test_a_part_of_the_calendar_is_cut_off_where_the_period_is(
    runtime: Runtime, client: FlaskClient, projecting: Projecting
) -> None:
    order = place(client)
    settled(runtime)
    day = datetime.fromisoformat(order["placed_at"]).date()
    [row] = report(client, "sales", **{"from": day, "to": day}, by="year")["rows"]
    assert row["key"] == day.isoformat()
    assert f"placed_from={day}&placed_to={day}" in row["filter"]
    assert listed(client, row["filter"]) == (1, 2000)


def test_what_came_back_is_told_by_state_and_by_product(
    runtime: Runtime, client: FlaskClient, projecting: Projecting
) -> None:
    order = place(client, line(quantity=3))
    url = f"{ORDERS}/{order['id']}"
    assert client.post(f"{url}/payments", json={"method": "card"}).status_code == 201
    sent = client.post(f"{url}/shipments", json={"carrier": "dhl", "tracking_code": "Y2"})
    assert sent.status_code == 201, sent.get_data(as_text=True)
    assert client.post(f"{url}/returns", json={"items": [{"item": "1", "quantity": 2}]}).status_code == 201
    receipt = {"items": [{"item": "1", "quantity": 2, "condition": "new"}]}
    assert client.post(f"{url}/returns/1/receipt", json=receipt).status_code == 200
    settled(runtime)
    [row] = report(client, "returns")["rows"]
    assert (row["state"], row["orders"], row["units"], row["returned"]) == ("received", 1, 3, 2)
    assert listed(client, row["filter"])[0] == 1
    [row] = report(client, "returns", by="product")["rows"]
    assert (row["key"], row["state"], row["returned"]) == ("CUP-1", None, 2)


def test_days_of_stock_add_up_and_lead_to_their_movements(
    runtime: Runtime, client: FlaskClient, projecting: Projecting
) -> None:
    assert client.post(f"{API}/stock/CUP-1/receipts", json={"quantity": 9}).status_code < 300
    order = place(client, line(quantity=3))
    assert client.post(f"{API}/stock/CUP-1/adjustments", json={"counted": 7, "reason": "Counted"}).status_code < 300
    assert client.post(f"{API}/stock/POT-1/receipts", json={"quantity": 2}).status_code < 300
    for view in ("stock_days", "stock_movements", "stock"):
        runtime.views.wait_for(view, runtime.log.head(), timeout=20)
    rows = {row["sku"]: row for row in report(client, "stock-days")["rows"]}
    shown = client.get(f"{API}/stock/CUP-1").get_json()
    assert (rows["CUP-1"]["on_hand"], rows["CUP-1"]["reserved"]) == (shown["on_hand"], shown["reserved"]) == (7, 3)
    assert (rows["CUP-1"]["incoming"], rows["CUP-1"]["outgoing"], rows["CUP-1"]["movements"]) == (9, 2, 3)
    found = client.get(f"{API}/stock/CUP-1/movements?{rows['CUP-1']['filter']}").get_json()["items"]
    assert [one["topic"] for one in found] == ["stock.adjusted", "stock.reserved", "stock.received"]
    assert found[1]["order"]["number"] == order["number"]
    assert client.get(f"{API}/stock/CUP-1/movements?to=2020-01-01").get_json()["items"] == []
    assert [row["sku"] for row in report(client, "stock-days", sku="POT-1")["rows"]] == ["POT-1"]
    assert rebuilt(runtime, "stock_days") == []


def test_low_stock_tells_what_was_sold(runtime: Runtime, client: FlaskClient, projecting: Projecting) -> None:
    client.post(f"{API}/stock/CUP-1/receipts", json={"quantity": 9})
    client.post(f"{API}/stock/CUP-2/receipts", json={"quantity": 9})
    client.put(f"{API}/stock/CUP-1/policy", json={"policy": "refuse", "low_at": 9})
    place(client, line(quantity=2))
    settled(runtime)
    [row] = report(client, "low-stock")["rows"]
    assert (row["sku"], row["low_at"], row["sold"]) == ("CUP-1", 9, 2)
    assert listed(client, row["filter"])[0] == 1


def test_reports_are_files_as_well(runtime: Runtime, client: FlaskClient, projecting: Projecting) -> None:
    place(client)
    settled(runtime)
    answer = client.get(f"{REPORTS}/sales?format=csv")
    head, row = answer.get_data(as_text=True).split("\r\n")[:2]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="sales-')
    assert head.startswith("key,label,currency,orders,units,returned,net,tax,total,refunded,filter")
    assert row.startswith(f"{today().isoformat()},,EUR,1,2,0,20.00,0.00,20.00,0.00,")
    french = client.get(f"{REPORTS}/sales?format=csv-fr").get_data(as_text=True)
    assert ";20,00;" in french
    for name in ("statuses", "durations", "receivables", "low-stock", "stock-days", "top-products", "returns"):
        assert client.get(f"{REPORTS}/{name}?format=xlsx").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["from=2026-03-02&to=2026-03-01", "from=2000-01-01&to=2026-01-01", "from=yesterday", "to=0001-01-01", "by=hour",
     "compare=never", "currency=EURO", "format=pdf"],
)  # fmt: skip
def test_a_question_that_means_nothing_is_refused(client: FlaskClient, query: str) -> None:
    answer = client.get(f"{REPORTS}/sales?{query}")
    assert answer.status_code == 422, answer.get_data(as_text=True)


def test_who_may_not_see_orders_or_stock_sees_no_figures(client_as: Callable[..., FlaskClient]) -> None:
    stock_keeper = client_as("admin", "stock:read")
    refused(stock_keeper.get(f"{REPORTS}/sales"), 403, "permission-missing")
    refused(client_as("admin", "orders:read").get(f"{REPORTS}/low-stock"), 403, "permission-missing")


def test_amounts_have_their_currency(client: FlaskClient, runtime: Runtime, projecting: Projecting) -> None:
    place(client)
    yen = {
        "items": [{"sku": "CUP-1", "name": "Cup", "quantity": 1, "unit_price": {"amount": "900", "currency": "JPY"}}]
    }
    assert client.post(ORDERS, json={**yen, "currency": "JPY", "place": True}).status_code == 201
    settled(runtime)
    told = report(client, "sales")
    assert [row["total"] for row in told["totals"]] == [
        {"amount": amount_text(2000, "EUR"), "currency": "EUR"}, {"amount": "900", "currency": "JPY"},
    ]  # fmt: skip
    assert [row["currency"] for row in report(client, "sales", currency="JPY")["rows"]] == ["JPY"]
