"""What a selection of the list comes to, and what stands beside an order in it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.views.orders import neighbours
from tests.api.desk import NOBODY, ORDERS, create, eur, line, place
from tests.api.test_problems import refused


def fresh(client: FlaskClient) -> dict[str, str]:
    """The header by which views show all that was done."""
    last = client.post(ORDERS, json={"items": [], "source": "elsewhere"})
    return {"X-Min-Position": last.headers["X-Position"]}


def jpy(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "JPY"}


@pytest.mark.usefixtures("projecting")
def test_a_selection_is_summed_up_currency_by_currency(client: FlaskClient) -> None:
    paid, due = place(client, line(1, "10.00"), source="shop"), place(client, line(1, "5.50"), source="shop")
    client.post(f"{ORDERS}/{paid['id']}/payments", json={"method": "card"})
    yen = client.post(ORDERS, json={"items": [line(3, unit_price=jpy("100"))], "source": "shop", "currency": "JPY"})
    headers = fresh(client)
    expected = {
        "count": 3,
        "currencies": [
            {"currency": "EUR", "count": 2, "total": eur("15.50"), "balance": eur("5.50")},
            {"currency": "JPY", "count": 1, "total": jpy("300"), "balance": jpy("300")},
        ],
    }
    by_filter = client.post(f"{ORDERS}/summary", json={"filter": {"source": "shop"}}, headers=headers)
    assert by_filter.get_json() == expected
    ids = [paid["id"], due["id"], yen.get_json()["id"], NOBODY]
    assert client.post(f"{ORDERS}/summary", json={"ids": ids}, headers=headers).get_json() == expected
    none = client.post(f"{ORDERS}/summary", json={"filter": {"source": "nowhere"}}, headers=headers)
    assert none.get_json() == {"count": 0, "currencies": []}


@pytest.mark.usefixtures("projecting")
@pytest.mark.parametrize("told", [{}, {"ids": [NOBODY], "filter": {}}, {"filter": {"colour": "red"}}, {"ids": []}])
def test_a_selection_that_is_none_is_refused(client: FlaskClient, told: dict[str, Any]) -> None:
    refused(client.post(f"{ORDERS}/summary", json=told), 422, "invalid-fields")


@pytest.mark.usefixtures("projecting")
@pytest.mark.parametrize(
    "sort", ["created_at", "-created_at", "total", "-number", "placed_at", "customer", "-updated_at"]
)
def test_neighbours_are_those_of_the_list(client: FlaskClient, sort: str) -> None:
    for price in ("3.00", "1.00", "2.00", "1.00"):
        place(client, line(1, price), source="shop")
    create(client, source="telephone")
    headers = fresh(client)
    listed = client.get(f"{ORDERS}?source=shop&sort={sort}", headers=headers).get_json()["items"]
    ids = [None, *(row["id"] for row in listed), None]
    for place_in_list in range(1, len(ids) - 1):
        url = f"{ORDERS}/{ids[place_in_list]}/neighbours?source=shop&sort={sort}"
        assert client.get(url, headers=headers).get_json() == {
            "previous": ids[place_in_list - 1],
            "next": ids[place_in_list + 1],
            "index": place_in_list,
            "count": {"value": 4, "exact": True},
        }


@pytest.mark.usefixtures("projecting")
def test_an_order_that_has_just_left_the_list_still_has_neighbours(client: FlaskClient) -> None:
    first, gone, last = (place(client, source="shop") for _ in range(3))
    client.put(f"{ORDERS}/{gone['id']}/source", json={"source": "telephone"})
    answer = client.get(f"{ORDERS}/{gone['id']}/neighbours?source=shop&sort=created_at", headers=fresh(client))
    told = answer.get_json()
    assert (told["previous"], told["next"], told["index"]) == (first["id"], last["id"], None)
    refused(client.get(f"{ORDERS}/{NOBODY}/neighbours"), 404, "order-not-found")


@pytest.mark.usefixtures("projecting")
def test_a_place_too_far_down_is_not_counted(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "FARTHEST", 1)
    ids = [place(client)["id"] for _ in range(3)]
    headers = fresh(client)

    def index(order_id: str) -> Any:
        return client.get(f"{ORDERS}/{order_id}/neighbours?stage=pending&sort=created_at", headers=headers).get_json()[
            "index"
        ]

    assert [index(one) for one in ids] == [1, 2, None]
