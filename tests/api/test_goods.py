"""Goods over HTTP: what is sent, what is not sent any more, and stock that follows what truly happened."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.desk import ORDERS, News, line, place
from tests.api.test_problems import refused
from tests.api.test_stock import STOCK, figures, receive


def paid(client: FlaskClient, *lines: dict[str, Any], **facts: Any) -> str:
    """The address of an order that is placed and paid."""
    url = f"{ORDERS}/{place(client, *lines, **facts)['id']}"
    assert client.post(f"{url}/payments", json={"method": "card"}).status_code == 201
    return url


def done(answer: Any, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    return body


def refund(client: FlaskClient, url: str, quantity: int, **facts: Any) -> dict[str, Any]:
    told = {"item": "1", "quantity": quantity, **{name: facts.pop(name) for name in ("unsent",) if name in facts}}
    return done(client.post(f"{url}/refunds", json={"items": [told], **facts}))


def ship(client: FlaskClient, url: str, **facts: Any) -> dict[str, Any]:
    return done(client.post(f"{url}/shipments", json={"carrier": "dhl", "stock": "apply", **facts}))


def notices(order: dict[str, Any]) -> list[str]:
    """What is told of goods, beside that the lines of these orders tell no tax."""
    return [notice["code"] for notice in order["notices"] if notice["code"] != "taxes-assumed"]


def test_a_unit_that_was_refunded_before_it_was_sent_is_not_sent(client: FlaskClient) -> None:
    url = paid(client)
    refunded = refund(client, url, 1)
    assert refunded["refunds"][0]["items"][0]["unsent"] == 1
    order = ship(client, url)
    assert order["shipments"][0]["items"] == [{"item": "1", "quantity": 1}]
    assert order["fulfilment_status"] == "shipped"
    refused(client.post(f"{url}/shipments", json={"carrier": "dhl"}), 422, "nothing-to-ship")


def test_of_an_order_refunded_in_full_nothing_is_sent(client: FlaskClient) -> None:
    url = paid(client)
    order = refund(client, url, 2)
    refused(client.post(f"{url}/shipments", json={"carrier": "dhl"}), 422, "nothing-to-ship")
    assert [action["allowed"] for action in order["next_actions"] if action["action"] == "ship"] == [False]


def test_a_unit_that_came_back_is_refunded_before_one_that_was_not_sent(client: FlaskClient) -> None:
    url = paid(client, line(3))
    ship(client, url, items=[{"item": "1", "quantity": 1}])
    done(client.post(f"{url}/returns", json={"items": [{"item": "1", "quantity": 1}]}))
    done(client.post(f"{url}/returns/1/receipt", json={"items": [{"item": "1", "quantity": 1}]}), 200)
    assert refund(client, url, 1)["refunds"][0]["items"][0]["unsent"] == 0
    assert ship(client, url)["shipments"][1]["items"] == [{"item": "1", "quantity": 2}]


def test_an_operator_says_which_units_a_refund_is_for(client: FlaskClient, news: News) -> None:
    url = paid(client, line(3))
    ship(client, url, items=[{"item": "1", "quantity": 1}])
    news.events()
    for quantity, unsent in ((1, 2), (3, 3), (3, 1)):
        told = {"items": [{"item": "1", "quantity": quantity, "unsent": unsent}]}
        answer = client.post(f"{url}/refunds", json=told)
        refused(answer, 422, "refund-above-unsent")
        assert answer.get_json(force=True)["errors"][0]["pointer"] == "/items/0/unsent"
    assert news.events() == []
    assert refund(client, url, 1, unsent=0)["refunds"][0]["items"][0]["unsent"] == 0
    assert ship(client, url)["shipments"][1]["items"] == [{"item": "1", "quantity": 2}]


@pytest.mark.parametrize("restock", [True, False])
def test_a_refund_of_units_that_never_left_gives_their_promise_free(client: FlaskClient, restock: bool) -> None:
    receive(client, 5)
    url = paid(client)
    refund(client, url, 1, restock=restock)
    assert figures(client) == (5, 1, 4)
    ship(client, url)
    assert figures(client) == (4, 0, 4)


def test_units_are_called_off_and_refunded_in_one_request_with_one_preview(client: FlaskClient, news: News) -> None:
    receive(client, 5)
    url = paid(client)
    news.events()
    asked = {"items": [{"item": "1", "quantity": 2}], "restock": True, "reason": "The customer rang"}
    preview = done(client.post(f"{url}/refunds/preview", json=asked), 200)
    assert news.events() == []
    assert preview["stock"]["items"] == [
        {
            "sku": "CUP-1",
            "on_hand": {"before": 5, "after": 5},
            "reserved": {"before": 2, "after": 0},
            "available": {"before": 3, "after": 5},
        }
    ]
    order = done(client.post(f"{url}/refunds", json=asked))
    assert news.topics() == ["order.refunded", "stock.released"]
    assert order["refunds"] == [{**preview["order"]["refunds"][0], "at": order["refunds"][0]["at"]}]
    assert order["refunds"][0]["amount"]["amount"] == "20.00"


def test_goods_that_a_refund_put_back_leave_again_with_its_withdrawal(client: FlaskClient, news: News) -> None:
    receive(client, 5)
    url = paid(client)
    ship(client, url)
    refund(client, url, 1, restock=True)
    assert figures(client) == (4, 0, 4)
    client.post(f"{ORDERS}", json={"items": [line(4)], "place": True})
    news.events()
    done(client.post(f"{url}/refunds/1/withdraw", json={"reason": "Written on the wrong order"}), 200)
    assert news.topics() == ["order.refund-withdrawn", "stock.deducted"]
    assert figures(client) == (3, 4, -1)


def test_stock_follows_parcels_that_leave_and_come_back_without_a_status(client: FlaskClient) -> None:
    receive(client, 5)
    url = paid(client)
    ship(client, url)
    assert figures(client) == (3, 0, 3)
    done(client.post(f"{url}/returns", json={"items": [{"item": "1", "quantity": 2}]}))
    back = {"items": [{"item": "1", "quantity": 2, "restock": True}]}
    done(client.post(f"{url}/returns/1/receipt", json=back), 200)
    assert figures(client) == (5, 0, 5)
    done(client.post(f"{url}/status", json={"status": "shipped", "stock": "apply"}), 200)
    assert figures(client) == (5, 0, 5)


def test_a_parcel_that_is_called_back_is_on_the_shelf_and_promised_again(client: FlaskClient) -> None:
    receive(client, 5)
    url = paid(client)
    ship(client, url)
    done(client.patch(f"{url}/shipments/1", json={"state": "cancelled"}), 200)
    assert figures(client) == (5, 2, 3)


def test_a_parcel_leaves_stock_alone_where_that_is_asked(client: FlaskClient) -> None:
    receive(client, 5)
    url = paid(client)
    ship(client, url, stock="leave")
    assert figures(client) == (5, 2, 3)


def test_a_parcel_that_would_move_stock_asks_first_and_its_preview_says_so(client: FlaskClient, news: News) -> None:
    receive(client, 5)
    url = paid(client)
    news.events()
    moved = {"sku": "CUP-1", "on_hand": {"before": 5, "after": 3}, "reserved": {"before": 2, "after": 0}}
    preview = done(client.post(f"{url}/shipments/preview", json={"carrier": "dhl"}), 200)["stock"]
    assert preview["asks"]
    problem = refused(client.post(f"{url}/shipments", json={"carrier": "dhl"}), 409, "stock-confirmation-required")
    for shown in (preview["items"], problem["details"]["stock"]):
        assert shown == [{**moved, "available": {"before": 3, "after": 3}}]
    assert news.events() == []
    answered = {"carrier": "dhl", "stock": "apply"}
    assert not done(client.post(f"{url}/shipments/preview", json=answered), 200)["stock"]["asks"]
    done(client.post(f"{url}/shipments", json=answered))
    assert figures(client) == (3, 0, 3)


def test_a_parcel_that_moves_no_stock_asks_nothing(client: FlaskClient) -> None:
    url = paid(client)
    assert not done(client.post(f"{url}/shipments/preview", json={"carrier": "dhl"}), 200)["stock"]["asks"]
    done(client.post(f"{url}/shipments", json={"carrier": "dhl"}))


def test_a_status_without_its_parcel_and_a_parcel_without_its_status_are_told(client: FlaskClient) -> None:
    moved, sent = paid(client), paid(client)
    order = done(client.post(f"{moved}/status", json={"status": "shipped"}), 200)
    assert notices(order) == ["status-without-parcel"]
    assert notices(ship(client, moved)) == []
    assert notices(ship(client, sent)) == ["parcel-without-status"]
    assert notices(done(client.post(f"{sent}/status", json={"status": "shipped"}), 200)) == []


def test_one_request_sends_the_parcel_and_moves_the_order(client: FlaskClient, news: News) -> None:
    receive(client, 5)
    first, second = paid(client), paid(client)
    news.events()
    parcel = {"carrier": "dhl", "tracking_code": "T1"}
    answer = client.post(f"{first}/shipments", json={**parcel, "status": "shipped"})
    refused(answer, 409, "stock-confirmation-required")
    order = done(client.post(f"{first}/shipments", json={**parcel, "status": "shipped", "stock": "apply"}))
    assert (order["status"]["code"], order["fulfilment_status"], notices(order)) == ("shipped", "shipped", [])
    assert news.topics() == ["order.shipped", "order.status-changed", "stock.deducted"]
    assert figures(client) == (3, 2, 1)
    moved = {"status": "shipped", "stock": "leave", "shipment": parcel}
    preview = done(client.post(f"{second}/status/preview", json=moved), 200)
    assert preview["order"]["shipments"][0]["tracking_code"] == "T1"
    order = done(client.post(f"{second}/status", json=moved), 200)
    assert (order["status"]["code"], order["shipments"][0]["tracking_code"]) == ("shipped", "T1")
    assert figures(client) == (3, 2, 1)


def test_a_status_that_needs_tracking_takes_the_parcel_of_the_same_request(client: FlaskClient) -> None:
    status = {"label": "On its way", "stage": "shipped", "needs_tracking": True}
    done(client.put("/api/v1/settings/statuses/sent", json=status), 200)
    url = paid(client)
    answer = client.post(f"{url}/status", json={"status": "sent", "shipment": {"carrier": "dhl"}})
    refused(answer, 422, "tracking-missing")
    wrong = {"carrier": "dhl", "items": [{"item": "9", "quantity": 1}]}
    answer = client.post(f"{url}/status", json={"status": "sent", "shipment": wrong})
    refused(answer, 422, "shipped-above-line")
    assert answer.get_json(force=True)["errors"][0]["pointer"] == "/shipment/items/0"
    told = {"status": "sent", "shipment": {"carrier": "dhl", "tracking_code": "T1"}}
    assert done(client.post(f"{url}/status", json=told), 200)["status"]["code"] == "sent"


def test_the_preview_of_a_cancellation_shows_the_promise_it_gives_free(client: FlaskClient) -> None:
    receive(client, 5)
    order = place(client)
    preview = done(client.post(f"{ORDERS}/{order['id']}/status/preview", json={"status": "cancelled"}), 200)
    assert preview["stock"]["items"] == [
        {
            "sku": "CUP-1",
            "on_hand": {"before": 5, "after": 5},
            "reserved": {"before": 2, "after": 0},
            "available": {"before": 3, "after": 5},
        }
    ]
    assert preview["stock"]["asks"] is False


def test_the_shelf_is_not_corrected_below_nothing(client: FlaskClient, news: News) -> None:
    receive(client, 3)
    news.events()
    answer = client.post(f"{STOCK}/CUP-1/adjustments", json={"change": -4})
    refused(answer, 422, "stock-below-zero")
    assert answer.get_json(force=True)["errors"][0]["pointer"] == "/change"
    assert news.events() == []
    done(client.post(f"{STOCK}/CUP-1/adjustments", json={"change": -3}), 200)
    done(client.put(f"{STOCK}/CUP-1/policy", json={"policy": "backorder"}), 200)
    assert done(client.post(f"{STOCK}/CUP-1/adjustments", json={"change": -1}), 200)["on_hand"] == -1


def test_the_answer_says_whether_the_customer_knows_a_parcels_tracking(client: FlaskClient, news: News) -> None:
    url = paid(client)
    assert ship(client, url)["shipments"][0]["customer_knows"] is False
    news.events()
    told = {"tracking_code": "T1", "notify": ["customer"]}
    order = done(client.patch(f"{url}/shipments/1", json=told), 200)
    assert order["shipments"][0]["customer_knows"] is True
    assert news.topics() == ["order.tracking-corrected", "order.tracking-told"]
    order = done(client.patch(f"{url}/shipments/1", json={"tracking_code": "T2"}), 200)
    assert order["shipments"][0]["customer_knows"] is False
    order = done(client.post(f"{url}/status", json={"status": "shipped", "notify": []}), 200)
    assert order["shipments"][0]["customer_knows"] is False
    order = done(client.patch(f"{url}/shipments/1", json={"notify": ["customer"]}), 200)
    assert order["shipments"][0]["customer_knows"] is True


def test_a_status_that_mails_the_customer_tells_every_parcel(client: FlaskClient) -> None:
    url = paid(client)
    ship(client, url, tracking_code="T1")
    order = done(client.post(f"{url}/status", json={"status": "shipped"}), 200)
    assert order["shipments"][0]["customer_knows"] is True


def test_nobody_is_told_of_a_parcel_who_left_no_address(client: FlaskClient, news: News) -> None:
    url = paid(client, billing_address={"name": "Nora Example"})
    news.events()
    answer = client.post(f"{url}/shipments", json={"carrier": "dhl", "notify": ["customer"]})
    refused(answer, 422, "nobody-to-tell")
    assert news.events() == []
