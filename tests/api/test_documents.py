"""Documents over HTTP: printed twice the same, numbered without a gap, voided with their number kept."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from domain.orders.prints import DocumentPrinted
from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, SETTINGS, News, eur, line, place
from tests.api.invoices import SELLER, issue, set_up, text
from tests.api.test_problems import refused
from tests.printing import papers


def test_a_receipt_is_the_same_bytes_and_is_written_down_once(client: FlaskClient, runtime: Runtime) -> None:
    order = place(client)
    news = News(runtime)
    first = client.get(f"{ORDERS}/{order['id']}/receipt.pdf")
    assert first.status_code == 200, first.get_data(as_text=True)
    assert first.mimetype == "application/pdf"
    assert first.headers["Content-Disposition"] == f'inline; filename="receipt-{order["number"]}.pdf"'
    [event] = news.events()
    assert isinstance(event, DocumentPrinted)
    assert event.printed.sha256 == sha256(first.data).hexdigest() == first.headers["ETag"].strip('"')
    client.put(f"{SETTINGS}/seller", json=SELLER)
    news.events()
    assert client.get(f"{ORDERS}/{order['id']}/receipt.pdf").data == first.data
    assert news.topics() == []
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"{ORDERS}/{order['id']}/receipt.pdf", headers=known).status_code == 304


def test_printing_leaves_the_version_that_was_decided_on(client: FlaskClient) -> None:
    order = place(client)
    assert client.get(f"{ORDERS}/{order['id']}/receipt.pdf?format=80mm").status_code == 200
    seen = {"If-Match": f'"{order["version"]}"'}
    note = client.post(f"{ORDERS}/{order['id']}/notes", json={"text": "Printed"}, headers=seen)
    assert note.status_code in (200, 201)


def test_many_orders_are_one_file_in_the_order_told(client: FlaskClient, app: Flask, runtime: Runtime) -> None:
    orders = [place(client) for _ in range(3)][::-1]
    news = News(runtime)
    asked = {"orders": [order["id"] for order in orders]}
    answer = client.post(f"{API}/documents", json=asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    pages = [page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages]
    assert [order["number"] in page for order, page in zip(orders, pages, strict=True)] == [True] * 3
    assert len(news.events()) == 3
    assert client.post(f"{API}/documents", json=asked).data == answer.data
    assert news.topics() == []


def test_the_register_shows_a_void_and_its_document_says_so(client: FlaskClient, projecting: Any) -> None:
    set_up(client)
    issued = issue(client, place(client))
    number = issued.get_json()["number"]
    seen = {"X-Min-Position": issued.headers["X-Position"]}
    url = f"{API}/documents/{number}"
    before = client.get(f"{url}.pdf", headers=seen)
    assert before.status_code == 200, before.get_data(as_text=True)
    refused(client.post(f"{url}/void", json={}), 422, "invalid-fields")
    void = client.post(f"{url}/void", json={"reason": "Wrong buyer"})
    assert void.status_code == 200, void.get_data(as_text=True)
    after = client.get(f"{url}.pdf")
    assert "Void (Wrong buyer)" in PdfReader(BytesIO(after.data)).pages[0].extract_text()
    listed = client.get(f"{API}/documents?voided=true", headers={"X-Min-Position": void.headers["X-Position"]})
    assert [row["number"] for row in listed.get_json()["items"]] == [number]
    refused(client.get(f"{API}/documents/F1999-1.pdf"), 404, "no-such-document")


def test_one_key_prints_the_same_file_again_whatever_became_of_the_orders(
    client: FlaskClient, runtime: Runtime
) -> None:
    orders = [place(client) for _ in range(2)]
    asked, key = {"orders": [order["id"] for order in orders]}, {"Idempotency-Key": "evening"}
    first = client.post(f"{API}/documents", json=asked, headers=key)
    assert client.put(f"{ORDERS}/{orders[0]['id']}/discount", json={"amount": eur("1.00")}).status_code == 200
    client.put(f"{SETTINGS}/seller", json=SELLER)
    news = News(runtime)
    again = client.post(f"{API}/documents", json=asked, headers=key)
    assert (again.data, again.headers["Content-Disposition"]) == (first.data, first.headers["Content-Disposition"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert news.topics() == []
    assert client.post(f"{API}/documents", json=asked).data != first.data
    other = client.post(f"{API}/documents", json={"orders": asked["orders"][:1]}, headers=key)
    refused(other, 422, "idempotency-key-reused")


def test_a_file_that_would_come_out_otherwise_is_told_and_not_given(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, key = {"orders": [place(client)["id"]]}, {"Idempotency-Key": "evening"}
    client.post(f"{API}/documents", json=asked, headers=key)
    monkeypatch.setattr("printing.documents.pages.FOOT", 270.0)
    refused(client.post(f"{API}/documents", json=asked, headers=key), 409, "print-differs")


def test_the_filter_of_the_list_decides_what_is_printed(client: FlaskClient, runtime: Runtime, projecting: Any) -> None:
    orders = [place(client, line(units), source="market") for units in (1, 3, 2)]
    place(client, source="elsewhere")
    seen = {"X-Min-Position": str(runtime.log.head())}
    asked = {"filter": {"source": "market", "sort": "-total"}, "kind": "packing_slip"}
    answer = client.post(f"{API}/documents", json=asked, headers=seen)
    pages = text(answer).split("Page 1 / 1")
    wanted = [orders[1]["number"], orders[2]["number"], orders[0]["number"]]
    assert [number in page for number, page in zip(wanted, pages, strict=False)] == [True] * 3
    nothing = {"filter": {"source": "nowhere"}}
    refused(client.post(f"{API}/documents", json=nothing, headers=seen), 422, "nothing-to-print")


def test_an_order_without_such_a_document_is_pointed_at(client: FlaskClient) -> None:
    orders = [place(client)["id"], place(client)["id"]]
    answer = client.post(f"{API}/documents", json={"orders": orders, "kind": "credit_note"})
    problem = refused(answer, 422, "nothing-to-print")
    assert [error["pointer"] for error in problem["errors"]] == ["/orders/0"]


def test_slips_say_what_goes_and_what_comes_back(client: FlaskClient) -> None:
    order = place(client)
    url = f"{ORDERS}/{order['id']}"
    packing = text(client.get(f"{url}/packing-slip.pdf?locale=fr"))
    assert "Bon de livraison" in packing
    assert "20.00" not in packing
    refused(client.get(f"{url}/returns/1/slip.pdf"), 404, "return-not-found")
    client.post(f"{url}/shipments", json={"carrier": "colissimo", "tracking_code": "6A1"})
    back = client.post(f"{url}/returns", json={"items": [{"item": "1", "quantity": 1}], "reason": "It leaks"})
    assert back.status_code == 201, back.get_data(as_text=True)
    slip = text(client.get(f"{url}/returns/1/slip.pdf"))
    assert "Return slip" in slip
    assert f"{order['number']}-R1" in slip
    assert f"{order['number']}-R1" in text(
        client.post(f"{API}/documents", json={"orders": [order["id"]], "kind": "return_slip"})
    )


def test_the_logo_is_shown_from_then_on_and_one_that_cannot_be_read_is_refused(client: FlaskClient) -> None:
    def images() -> int:
        answer = client.get(f"{ORDERS}/{place(client)['id']}/receipt.pdf")
        return len(PdfReader(BytesIO(answer.data)).pages[0].images)

    url = f"{SETTINGS}/papers/logo"
    told = b64encode(papers.logo().image).decode()
    assert images() == 0
    answer = client.put(url, json={"image": told})
    assert answer.get_json()["logo"] == {"media_type": "image/png", "width": 360, "height": 120}
    assert images() == 1
    for wrong in (told[:400], b64encode(b"GIF89a").decode(), "no base 64!"):
        problem = refused(client.put(url, json={"image": wrong}), 422, "wrong-logo")
        assert [error["pointer"] for error in problem["errors"]] == ["/image"]
    assert client.delete(url).get_json()["logo"] is None
    assert images() == 0


def test_a_receipt_that_comes_out_otherwise_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"{ORDERS}/{place(client)['id']}/receipt.pdf"
    first = client.get(url)
    monkeypatch.setattr("printing.documents.pages.FOOT", 270.0)
    other = client.get(url)
    assert other.headers["X-Differs-From"] == sha256(first.data).hexdigest()
    assert "X-Differs-From" not in first.headers
