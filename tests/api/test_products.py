"""The catalogue over HTTP: kept, searched, and copied into orders that tell a SKU alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from scripts.products import Learned, learn_from_orders
from tests.api.desk import API, ORDERS, News, create, eur, line, place
from tests.api.test_problems import refused

PRODUCTS = f"{API}/products"
CUP: dict[str, Any] = {
    "sku": "CUP-1",
    "names": {"en": "Blue cup", "fr": "Tasse émaillée"},
    "prices": [eur("12.50"), {"amount": "14.00", "currency": "USD"}],
    "tax_rate": "20.00",
    "barcode": "4006381333931",
    "options": [{"name": "colour", "values": ["blue"]}],
    "weight": 310,
}


def add(client: FlaskClient, **more: Any) -> dict[str, Any]:
    answer = client.post(PRODUCTS, json={**CUP, **more})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    product: dict[str, Any] = answer.get_json()
    return product


def test_a_product_is_kept_as_it_was_told(client: FlaskClient) -> None:
    product = add(client)
    assert {name: product[name] for name in CUP if name != "tax_rate"} == {
        name: value for name, value in CUP.items() if name != "tax_rate"
    }
    assert (product["tax_rate"], product["active"], product["unit"]) == ("20.00", True, "piece")
    url = f"{PRODUCTS}/CUP-1"
    assert client.get(url).get_json() == product
    changed = client.put(url, json={"names": {"en": "Cup"}, "reason": "Shorter"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.get_json()["names"], changed.get_json()["prices"]) == (200, {"en": "Cup"}, [])
    refused(client.put(url, json={"names": {"en": "x"}}, headers={"If-Match": '"1"'}), 412, "stale-version")
    assert client.delete(url).get_json()["active"] is False
    assert client.post(f"{url}/restore").get_json()["active"] is True
    refused(client.post(PRODUCTS, json=CUP), 409, "product-exists")
    refused(client.get(f"{PRODUCTS}/NONE"), 404, "product-not-found")


def test_a_sku_may_be_in_any_script(client: FlaskClient) -> None:
    answer = client.post(PRODUCTS, json={**CUP, "sku": "\u676f-1 \u00e9"})
    assert answer.status_code == 201
    assert client.get(answer.headers["Location"]).get_json()["sku"] == "\u676f-1 \u00e9"


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"names": {}}, "/names"),
        ({"names": {"xx": "Cup"}}, "/names/xx/key"),
        ({"prices": [{"amount": "1.5", "currency": "EUR"}]}, "/prices/0/amount"),
        ({"prices": [eur("1.00"), eur("2.00")]}, "/prices"),
        ({"picture": "http://x.example/a.jpg"}, "/picture"),
        ({"weight": "1"}, "/weight"),
    ],
)
def test_a_wrong_fact_is_named(client: FlaskClient, told: dict[str, Any], pointer: str) -> None:
    answer = client.post(PRODUCTS, json={**CUP, **told})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]


@pytest.mark.usefixtures("projecting")
def test_products_are_found_by_words_without_accents_sku_and_barcode(client: FlaskClient) -> None:
    add(client)
    add(client, sku="POT-1", names={"en": "Teapot"}, barcode="", prices=[])
    add(client, sku="OLD-1", names={"en": "Old cup"}, barcode="")
    client.delete(f"{PRODUCTS}/OLD-1")
    client.post(f"{API}/stock/CUP-1/receipts", json={"quantity": 3})
    last = client.put(f"{API}/stock/CUP-1/policy", json={"policy": "backorder", "low_at": 5})
    headers = {"X-Min-Position": last.headers["X-Position"]}
    client.get(f"{API}/stock", headers=headers)

    def found(query: str) -> list[str]:
        answer = client.get(f"{PRODUCTS}?{query}", headers=headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return [one["sku"] for one in answer.get_json()["items"]]

    for query in ("q=emaillee", "q=cup-1", "q=4006381333931", "barcode=4006381333931", "q=blue tasse"):
        assert found(query) == ["CUP-1"], query
    assert found("q=cup") == ["CUP-1"]
    assert found("q=cup&active=all&sort=sku") == ["CUP-1", "OLD-1"]
    assert found("") == ["CUP-1", "POT-1"]
    [cup, pot] = client.get(f"{PRODUCTS}?locale=fr", headers=headers).get_json()["items"]
    assert (cup["name"], cup["unit_price"], cup["tax_rate"]) == ("Tasse émaillée", eur("12.50"), "20.00")
    assert (cup["available"], cup["low"]) == (3, True)
    assert (pot["unit_price"], pot["available"], pot["low"]) == (None, None, False)
    [cup] = client.get(f"{PRODUCTS}?q=cup&currency=USD", headers=headers).get_json()["items"]
    assert cup["unit_price"] == {"amount": "14.00", "currency": "USD"}


LINE = {"sku": "CUP-1", "quantity": 2}


def test_a_line_that_tells_a_sku_alone_has_the_rest_from_the_catalogue(client: FlaskClient) -> None:
    add(client)
    quote = client.post(f"{ORDERS}/quote", json={"items": [LINE]}).get_json()
    assert (quote["total"], quote["items"][0]["name"], quote["items"][0]["tax_rate"]) == (
        eur("25.00"),
        "Blue cup",
        "20.00",
    )
    french = client.post(f"{ORDERS}/quote", json={"items": [LINE], "locale": "fr"}).get_json()
    assert french["items"][0]["name"] == "Tasse émaillée"
    dollars = client.post(f"{ORDERS}/quote", json={"items": [LINE], "currency": "USD"}).get_json()
    assert dollars["total"] == {"amount": "28.00", "currency": "USD"}
    own = client.post(f"{ORDERS}/quote", json={"items": [{**LINE, "unit_price": eur("10.00"), "name": "Gift"}]})
    assert own.get_json()["total"] == eur("20.00")


def test_an_order_keeps_what_it_took_from_the_catalogue(client: FlaskClient, news: News) -> None:
    add(client)
    order = place(client, LINE)
    added = next(event for event in news.events() if event.TOPIC == "order.item-added")
    assert (added.name, added.unit_price) == ("Blue cup", 1_250)  # type: ignore[attr-defined]
    client.put(f"{PRODUCTS}/CUP-1", json={"names": {"en": "Dearer cup"}, "prices": [eur("20.00")]})
    assert client.get(f"{ORDERS}/{order['id']}").get_json()["total"] == eur("25.00")
    more = client.post(f"{ORDERS}/{order['id']}/items", json=LINE).get_json()
    assert more["total"] == eur("65.00")
    change = {"changes": [{"action": "add", **LINE}]}
    edited = client.post(f"{ORDERS}/{order['id']}/edits/preview", json=change)
    assert edited.get_json()["total"]["after"] == eur("105.00")


@pytest.mark.parametrize(
    ("wanted", "pointer", "code"),
    [
        ({"sku": "NONE", "quantity": 1}, "/items/0/sku", "unknown-product"),
        ({"sku": "OLD", "quantity": 1}, "/items/0/sku", "product-retired"),
        ({"sku": "FREE", "quantity": 1}, "/items/0/sku", "no-price-in-currency"),
        ({"quantity": 1, "name": "Cup"}, "/items/0/unit_price", "missing-field"),
    ],
)
def test_a_line_that_the_catalogue_cannot_complete_is_refused_where_it_stands(
    client: FlaskClient, wanted: dict[str, Any], pointer: str, code: str
) -> None:
    add(client, sku="OLD")
    client.delete(f"{PRODUCTS}/OLD")
    add(client, sku="FREE", prices=[])
    problem = refused(client.post(f"{ORDERS}/quote", json={"items": [wanted]}), 422, "invalid-fields")
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [(pointer, code)]
    order = create(client)
    for url, body, within in (
        (f"{ORDERS}/{order['id']}/items", wanted, pointer.removeprefix("/items/0")),
        (
            f"{ORDERS}/{order['id']}/edits/preview",
            {"changes": [{"action": "add", **wanted}]},
            pointer.replace("items", "changes"),
        ),
    ):
        problem = refused(client.post(url, json=body), 422, "invalid-fields")
        assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [(within, code)]


def test_the_catalogue_is_learned_from_past_orders(client: FlaskClient, runtime: Runtime) -> None:
    add(client, sku="POT-1")
    place(client, {**line(), "tax_rate": "5.50"}, line(1, "3.00", sku="POT-1"), line(1, "1.00", sku=""))
    cut = {**line(1, "-1.00", sku="CUT"), "tax_rate": "20.00"}
    place(client, {**line(price="11.00", name="Newer cup"), "tax_rate": "20.00"}, cut)
    assert learn_from_orders(runtime, dry_run=True) == Learned(1, 1, {})
    assert learn_from_orders(runtime) == Learned(1, 1, {})
    assert learn_from_orders(runtime) == Learned(0, 2, {})
    cup = client.get(f"{PRODUCTS}/CUP-1").get_json()
    assert (cup["names"], cup["prices"], cup["tax_rate"]) == ({"en": "Newer cup"}, [eur("11.00")], "20.00")
