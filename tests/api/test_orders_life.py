"""The whole life of an order over HTTP, its balance looked at on every step; and what a preview promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import ORDERS, SETTINGS, News, cart, coupon, create, eur, line, place, shown
from tests.api.test_problems import refused


@pytest.fixture(scope="module")
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for the whole file."""
    return shared_runtime


class Life:
    """One order, and a step at a time what is asked of it and what that left behind."""

    def __init__(self, client: FlaskClient, news: News, order: dict[str, Any]) -> None:
        self.client, self.news, self.order = client, news, order
        self.url = f"{ORDERS}/{order['id']}"
        news.events()

    def step(self, method: str, path: str, body: Any, topics: list[str], **money: str) -> None:
        """Asks, expects these events, and these figures of the order after it."""
        answer = getattr(self.client, method)(f"{self.url}/{path}", json=body)
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        assert self.news.topics() == topics
        self.order = answer.get_json()
        assert {name: self.order[name]["amount"] for name in money} == money
        assert self.client.get(self.url).get_json() == shown(self.order)

    def states(self) -> tuple[str, str, str]:
        return self.order["status"]["code"], self.order["payment_status"], self.order["fulfilment_status"]


def test_an_order_from_the_first_line_to_the_last_refund(client: FlaskClient, news: News) -> None:
    coupon(client, "TENTH")
    life = Life(client, news, create(client, line(4, "25.00"), line(1, "10.00", sku="LID-1")))
    life.step("patch", "items/1", {"quantity": 3}, ["order.item-quantity-changed"], total="85.00")
    life.step("delete", "items/2", None, ["order.item-removed"], total="75.00")
    life.step("post", "items", line(2, "12.50", sku="LID-2"), ["order.item-added"], total="100.00")
    life.step("post", "coupons", {"code": "TENTH"}, ["order.coupon-applied"], total="90.00")
    life.step("put", "shipping-charge", {"amount": eur("5.00")}, ["order.shipping-charge-set"], total="95.00")
    assert life.states() == ("draft", "unpaid", "unfulfilled")

    life.step("post", "status", {"status": "pending"}, ["order.placed", "coupon.redeemed"], balance="95.00")
    life.step(
        "post", "payments", {"method": "card", "amount": eur("40.00")}, ["order.payment-recorded"], balance="55.00"
    )
    assert life.states() == ("pending", "partially_paid", "unfulfilled")
    life.step("post", "payments", {"method": "transfer"}, ["order.payment-recorded"], paid="95.00", balance="0.00")
    assert life.states() == ("pending", "paid", "unfulfilled")

    first = {"carrier": "dhl", "tracking_code": "AB 1", "items": [{"item": "1", "quantity": 2}]}
    life.step("post", "shipments", first, ["order.shipped"])
    assert life.states()[2] == "partially_shipped"
    assert life.order["shipments"][0]["tracking_url"].endswith("AWB=AB%201")
    life.step("post", "shipments", {"carrier": "The neighbour"}, ["order.shipped"])
    assert life.order["shipments"][1]["items"] == [{"item": "1", "quantity": 1}, {"item": "3", "quantity": 2}]
    assert life.order["shipments"][1]["tracking_url"] is None
    life.step("patch", "shipments/1", {"tracking_code": "AB2"}, ["order.tracking-corrected"])
    life.step("post", "status", {"status": "shipped"}, ["order.status-changed"])
    life.step("patch", "shipments/1", {"state": "delivered"}, ["order.shipment-delivered"])
    life.step("patch", "shipments/2", {"state": "delivered"}, ["order.shipment-delivered"])
    assert life.states() == ("shipped", "paid", "delivered")

    some = {"items": [{"item": "3", "quantity": 1}], "shipping": eur("5.00"), "reason": "Broken"}
    life.step("post", "refunds", some, ["order.refunded"], refunded="16.25", balance="0.00")
    assert life.order["refunds"][0]["reason"] == "Broken"
    assert life.states()[1] == "partially_refunded"
    rest = {"items": [{"item": "1", "quantity": 3}, {"item": "3", "quantity": 1}]}
    life.step("post", "refunds", rest, ["order.refunded"], refunded="95.00", balance="0.00")
    assert life.states()[1] == "refunded"
    life.step("post", "status", {"status": "completed"}, ["order.status-changed"])


def test_a_move_outside_the_table_needs_force_permission_version_and_reason(
    client: FlaskClient, news: News, client_as: Callable[..., FlaskClient]
) -> None:
    order = place(client, status="completed", balance="accept")
    url, version = f"{ORDERS}/{order['id']}/status", {"If-Match": f'"{order["version"]}"'}
    taker = client_as("operator")
    news.events()
    back = {"status": "pending", "force": True, "reason": "Completed by mistake"}
    problem = refused(client.post(url, json={"status": "pending"}), 422, "illegal-move")
    assert problem["details"]["legal"] == "completed"
    assert problem["errors"][0]["pointer"] == "/status"
    refused(taker.post(url, json=back, headers=version), 403, "permission-missing")
    refused(client.post(url, json=back), 428, "precondition-required")
    refused(client.post(url, json={**back, "reason": " "}, headers=version), 422, "reason-missing")
    refused(client.post(url, json=back, headers={"If-Match": '"1"'}), 412, "stale-version")
    assert news.events() == []
    moved = client.post(url, json=back, headers=version)
    assert moved.get_json()["status"]["stage"] == "pending"
    [event] = news.events()
    assert (event.TOPIC, event.metadata.reason) == ("order.status-forced", "Completed by mistake")


@pytest.mark.parametrize("status", ["processing", "cancelled", "completed"])
def test_a_preview_is_what_is_then_done_and_stores_nothing(client: FlaskClient, news: News, status: str) -> None:
    coupon(client, f"FOR-{status}")
    order = place(client, coupons=[f"FOR-{status}"])
    url = f"{ORDERS}/{order['id']}/status"
    news.events()
    preview = client.post(f"{url}/preview", json={"status": status})
    assert preview.status_code == 200
    assert preview.headers["ETag"] == f'"{order["version"]}"'
    assert news.events() == []
    promised = preview.get_json()
    answer = {"balance": "accept"} if status == "completed" else {}
    done = client.post(url, json={"status": status, **answer}).get_json()
    assert promised["order"] == shown(done)
    assert (promised["from"], promised["to"]) == (order["status"], done["status"])
    due = eur("0.00" if status == "cancelled" else "18.00")
    assert promised["balance"] == {"asks": status == "completed", "due": due}
    assert promised["stock"] == {
        "deducts": status == "processing",
        "restores": status == "cancelled",
        "asks": False,
        "items": [],
    }


def test_an_order_with_money_due_is_completed_once_that_is_accepted(client: FlaskClient, news: News) -> None:
    due = place(client)
    url = f"{ORDERS}/{due['id']}"
    news.events()
    problem = refused(client.post(f"{url}/status", json={"status": "completed"}), 409, "balance-confirmation-required")
    assert problem["details"] == {"number": due["number"], "balance": "20.00", "currency": "EUR"}
    parcel = {"carrier": "dhl", "status": "completed"}
    refused(client.post(f"{url}/shipments", json=parcel), 409, "balance-confirmation-required")
    assert client.post(f"{url}/shipments/preview", json=parcel).get_json()["balance"] == {
        "asks": True, "due": eur("20.00"),
    }  # fmt: skip
    refused(client.post(ORDERS, json=cart(status="completed")), 409, "balance-confirmation-required")
    assert news.events() == []
    answered = client.post(f"{url}/shipments", json={**parcel, "balance": "accept"})
    assert answered.get_json()["status"]["stage"] == "completed"
    paid = f"{ORDERS}/{place(client)['id']}"
    client.post(f"{paid}/payments", json={"method": "cash"})
    assert client.post(f"{paid}/status", json={"status": "completed"}).status_code == 200


def test_the_last_line_of_a_placed_order_stays(client: FlaskClient, news: News) -> None:
    url = f"{ORDERS}/{place(client)['id']}"
    news.events()
    problem = refused(client.delete(f"{url}/items/1"), 422, "last-line")
    assert "cancel the order" in problem["detail"]
    assert news.events() == []


def test_a_preview_is_refused_as_the_move_would_be(client: FlaskClient, news: News) -> None:
    order = create(client)
    url = f"{ORDERS}/{order['id']}/status"
    for body, code in (({"status": "shipped"}, "illegal-move"), ({"status": "lost"}, "unknown-status")):
        preview = refused(client.post(f"{url}/preview", json=body), 422, code)
        move = refused(client.post(url, json=body), 422, code)
        assert {**preview, "instance": ""} == {**move, "instance": ""}


def test_what_can_be_done_next_is_what_is_accepted(client: FlaskClient) -> None:
    for status in ("draft", "pending", "on_hold", "shipped", "cancelled"):
        order = create(client, status=status)
        url = f"{ORDERS}/{order['id']}/status"
        for action in order["next_actions"]:
            if action["action"] == "status":
                answer = client.post(f"{url}/preview", json={"status": action["status"]["code"]})
                assert (answer.status_code == 200) == action["allowed"], (status, action)
                assert action["allowed"] or answer.get_json()["detail"] == action["reason"]


def test_a_cancelled_order_gives_its_coupon_back(client: FlaskClient, news: News) -> None:
    coupon(client, "ONCE", kind="percent", percent="10", limit=1)
    order = place(client, coupons=["ONCE"])
    again = {"items": [line()], "coupons": ["ONCE"], "place": True}
    refused(client.post(ORDERS, json=again), 422, "coupon-used-up")
    news.events()
    client.post(f"{ORDERS}/{order['id']}/status", json={"status": "cancelled"})
    assert news.topics() == ["order.status-changed", "coupon.released"]
    assert client.post(ORDERS, json=again).status_code == 201


def test_a_status_that_needs_tracking_is_refused_without(client: FlaskClient) -> None:
    sent = {"label": "Sent", "stage": "shipped", "needs_tracking": True}
    assert client.put(f"{SETTINGS}/statuses/sent", json=sent).status_code == 200
    order = place(client)
    url = f"{ORDERS}/{order['id']}"
    refused(client.post(f"{url}/status", json={"status": "sent"}), 422, "tracking-missing")
    client.post(f"{url}/shipments", json={"carrier": "dhl", "tracking_code": "A1"})
    assert client.post(f"{url}/status", json={"status": "sent"}).get_json()["status"]["label"] == "Sent"


def test_payments_are_promised_and_taken_back_out(client: FlaskClient, news: News) -> None:
    life = Life(client, news, place(client))
    promise = {"method": "card", "amount": eur("20.00"), "state": "authorized", "reference": "P-1"}
    life.step("post", "payments", promise, ["order.payment-authorized"], paid="0.00", balance="20.00")
    assert life.states()[1] == "authorized"
    life.step("delete", "payments/1", None, ["order.payment-voided"])
    assert life.states()[1] == "unpaid"
    paid = {"method": "cash", "amount": eur("30.00"), "paid_at": "2026-03-01T10:00:00+01:00"}
    life.step("post", "payments", paid, ["order.payment-recorded"], balance="-10.00")
    assert life.states()[1] == "overpaid"
    assert life.order["payments"][1]["at"] == "2026-03-01T09:00:00Z"


def test_money_and_parcels_are_refused_with_the_figures(client: FlaskClient, news: News) -> None:
    order = place(client, shipping_charge=eur("5.00"))
    url = f"{ORDERS}/{order['id']}"
    client.post(f"{url}/payments", json={"method": "card", "amount": eur("10.00")})
    news.events()
    asked: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
        ("refunds", {"goodwill": eur("10.01")}, "refund-above-paid", {"refundable": "10.00", "asked": "10.01"}),
        ("refunds", {"items": [{"item": "1", "quantity": 3}]}, "refund-above-line", {"left": 2, "asked": 3}),
        ("refunds", {"items": [{"item": "9", "quantity": 1}]}, "refund-above-line", {"left": 0}),
        ("refunds", {"shipping": eur("5.01")}, "refund-above-shipping", {"refundable": "5.00"}),
        ("refunds", {}, "nothing-refunded", {}),
        ("refunds", {"goodwill": {"amount": "1", "currency": "JPY"}}, "foreign-currency", {"expected": "EUR"}),
        ("payments", {"method": "card", "amount": eur("0.00")}, "amount-not-positive", {}),
        ("payments", {"method": "card", "amount": eur("-1.00")}, "amount-not-positive", {}),
        ("payments", {"method": "shells"}, "unknown-method", {}),
        ("payments", {"method": "card", "state": "authorized"}, "invalid-fields", {}),
        ("shipments", {"carrier": "dhl", "items": [{"item": "1", "quantity": 3}]}, "shipped-above-line", {"left": 2}),
    ]
    for path, body, code, details in asked:
        problem = refused(client.post(f"{url}/{path}", json=body), 422, code)
        assert details.items() <= problem.get("details", {}).items(), problem
    assert news.events() == []


def test_a_parcel_of_no_lines_is_refused(client: FlaskClient, news: News) -> None:
    life = Life(client, news, place(client))
    empty = {"carrier": "dhl", "items": []}
    problem = refused(client.post(f"{life.url}/shipments", json=empty), 422, "invalid-fields")
    assert problem["errors"][0]["pointer"] == "/items"
    move = {"status": "shipped", "shipment": empty}
    problem = refused(client.post(f"{life.url}/status", json=move), 422, "invalid-fields")
    assert problem["errors"][0]["pointer"] == "/shipment/items"
    assert news.events() == []


def test_a_parcel_is_called_back_and_shipped_again(client: FlaskClient, news: News) -> None:
    life = Life(client, news, place(client))
    life.step("post", "shipments", {"carrier": "dhl", "tracking_code": "A1"}, ["order.shipped"])
    both = {"state": "cancelled", "carrier": "ups"}
    problem = refused(client.patch(f"{life.url}/shipments/1", json=both), 422, "invalid-fields")
    assert problem["errors"][0] == {
        "pointer": "/state", "code": "one-at-a-time", "detail": "A parcel is corrected or moved on, one at a time.",
    }  # fmt: skip
    life.step("patch", "shipments/1", {"state": "cancelled"}, ["order.shipment-cancelled"])
    assert life.states()[2] == "unfulfilled"
    life.step("post", "shipments", {"carrier": "ups"}, ["order.shipped"])
    refused(client.patch(f"{life.url}/shipments/3", json={"carrier": "x"}), 404, "shipment-not-found")
    refused(client.patch(f"{life.url}/shipments/1", json={"state": "delivered"}), 422, "shipment-settled")
