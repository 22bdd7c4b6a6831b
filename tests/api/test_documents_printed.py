"""What is printed over HTTP in every script and on every paper: receipts of the till, labels, picking lists, slips."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from projections.runtime import Runtime
from tests.api.desk import API, BILLING, ORDERS, SETTINGS, line, place
from tests.api.invoices import issue, set_up, text
from tests.api.test_problems import refused
from tests.printing.letters import SCRIPTS
from tests.printing.test_scripts import lines_of, together


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_invoice_is_issued_in_every_script_and_says_what_it_was_told(client: FlaskClient, script: str) -> None:
    set_up(client)
    letters = SCRIPTS[script]
    address = {**BILLING, "name": letters.name, "company": letters.company}
    number = issue(client, place(client, line(name=letters.item), billing_address=address)).get_json()["number"]
    printed = client.get(f"{API}/documents/{number}.pdf").data
    found = together("".join(lines_of(printed)))
    for told in (letters.name, letters.company, letters.item, number):
        assert together(told) in found
    assert client.get(f"{API}/documents/{number}.pdf").data == printed


def test_many_receipts_are_printed_for_the_till_and_the_same_again(client: FlaskClient) -> None:
    orders = {"orders": [place(client)["id"], place(client)["id"]]}
    key = {"Idempotency-Key": "till"}
    first = client.post(f"{API}/documents", json={**orders, "format": "80mm"}, headers=key)
    widths = {round(float(page.mediabox.width) * 25.4 / 72) for page in PdfReader(BytesIO(first.data)).pages}
    assert widths == {80}
    assert BILLING["name"] in text(first)
    assert client.post(f"{API}/documents", json={**orders, "format": "80mm"}, headers=key).data == first.data


@pytest.mark.parametrize(
    ("kind", "size", "code"),
    [
        ("receipt", "letter", "invalid-fields"),
        ("receipt", "a6", "wrong-paper-size"),
        ("packing_slip", "80mm", "wrong-paper-size"),
        ("shipping_label", "a4", "wrong-paper-size"),
    ],
)
def test_a_format_that_is_not_understood_is_refused(client: FlaskClient, kind: str, size: str, code: str) -> None:
    order = place(client)["id"]
    answer = client.post(f"{API}/documents", json={"orders": [order], "kind": kind, "format": size})
    problem = refused(answer, 422, code)
    assert [error["pointer"] for error in problem["errors"]] == ["/format"]
    refused(client.get(f"{ORDERS}/{order}/receipt.pdf?format=letter"), 422, "invalid-fields")
    bulk = {"action": "print", "ids": [order], "kind": "packing_slip", "paper": "80mm"}
    refused(client.post(f"{ORDERS}/bulk", json=bulk), 422, "wrong-paper-size")


def test_each_parcel_has_a_label(client: FlaskClient) -> None:
    order = place(client, line(2))
    label = f"{ORDERS}/{order['id']}/shipping-label.pdf"
    before = client.get(label)
    assert BILLING["name"] in text(before)
    for code in ("6A01", "6A02"):
        parcel = {"carrier": "dhl", "tracking_code": code, "items": [{"item": "1", "quantity": 1}]}
        sent = client.post(f"{ORDERS}/{order['id']}/shipments", json=parcel)
        assert sent.status_code == 201, sent.get_data(as_text=True)
    assert "6A02" in text(client.get(label))
    assert "6A01" in text(client.get(f"{label}?shipment=1"))
    refused(client.get(f"{label}?shipment=3"), 404, "shipment-not-found")
    together_ = client.post(f"{API}/documents", json={"orders": [order["id"]], "kind": "shipping_label"})
    sizes = [
        tuple(round(float(side) * 25.4 / 72) for side in page.mediabox[2:])
        for page in PdfReader(BytesIO(together_.data)).pages
    ]
    assert sizes == [(105, 148)] * 2


def test_a_picking_list_sums_up_what_orders_still_need_by_place(
    client: FlaskClient, runtime: Runtime, projecting: Any
) -> None:
    for sku, where in (("CUP-1", "B-02"), ("CUP-2", "A-01")):
        client.post(f"{API}/stock/{sku}/receipts", json={"quantity": 50})
        placed = client.put(f"{API}/stock/{sku}/place", json={"place": where})
        assert placed.get_json()["place"] == where
    orders = [place(client, line(2), line(1, sku="CUP-2", name="White cup")), place(client, line(3))]
    seen = {"X-Min-Position": str(runtime.log.head())}
    asked = {"orders": [order["id"] for order in orders]}
    answer = client.post(f"{API}/documents/picking-list", json=asked, headers=seen)
    told = text(answer)
    assert told.index("A-01") < told.index("B-02")
    for number, units in zip((order["number"] for order in orders), (2, 3), strict=True):
        assert f"{number} × {units}" in told
    refused(client.post(f"{API}/documents/picking-list", json={}), 422, "invalid-fields")


def test_nothing_to_pick_is_no_list(client: FlaskClient, projecting: Any) -> None:
    order = place(client)
    client.post(f"{ORDERS}/{order['id']}/status", json={"status": "cancelled", "stock": "apply"})
    answer = client.post(f"{API}/documents/picking-list", json={"orders": [order["id"]]})
    refused(answer, 422, "nothing-to-pick")


def test_a_packing_slip_carries_what_the_shop_wants(client: FlaskClient) -> None:
    order = place(client, notes=["Wrap it as a gift"])
    slip = f"{ORDERS}/{order['id']}/packing-slip.pdf"
    assert "Wrap it as a gift" not in text(client.get(slip))
    told = client.put(f"{SETTINGS}/papers/packing-slip", json={"notes": True})
    assert told.get_json()["packing_slip"] == {"notes": True, "places": False, "pictures": False}
    later = place(client, notes=["Wrap it as a gift"])
    assert "Wrap it as a gift" in text(client.get(f"{ORDERS}/{later['id']}/packing-slip.pdf"))
