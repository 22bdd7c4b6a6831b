"""Documents over HTTP: printed twice the same, numbered without a gap, voided with their number kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from domain.orders.documents import DocumentPrinted, IssueInvoice
from printing.press import press
from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, SETTINGS, News, place
from tests.api.test_problems import refused
from tests.fixtures_api import context_of

SELLER = {"company": "Example Works", "line1": "1 Sample Street", "city": "Sampleton", "country": "FR"}


def set_up(client: FlaskClient) -> None:
    """A seller who may invoice."""
    assert client.put(f"{SETTINGS}/seller", json={**SELLER, "vat_number": "FR00"}).status_code == 200
    assert client.put(f"{SETTINGS}/papers/legal", json={"siren": "732829320"}).status_code == 200


def issue(client: FlaskClient, order: dict[str, Any], **facts: Any) -> Any:
    return client.post(f"{ORDERS}/{order['id']}/documents", json={"kind": "invoice", **facts})


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


def test_fifty_invoices_at_once_have_fifty_numbers_without_a_gap(client: FlaskClient, runtime: Runtime) -> None:
    set_up(client)
    orders = [place(client) for _ in range(50)]
    refused_one = place(client, billing_address={})

    def invoice(order: dict[str, Any]) -> str:
        command = IssueInvoice(order_id=UUID(order["id"]), context=context_of())
        document = runtime.desk.handle(command).aggregate.documents[0]
        return str(document.number)

    refused(issue(client, refused_one), 422, "buyer-missing")
    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(pool.map(invoice, orders))
    year = numbers[0][1:5]
    assert numbers == [f"F{year}-{count:05d}" for count in range(1, 51)]


def test_an_issued_invoice_stays_as_it_was_and_a_void_says_so(client: FlaskClient) -> None:
    set_up(client)
    order = place(client)
    issued = issue(client, order)
    assert issued.status_code == 201, issued.get_data(as_text=True)
    number = issued.get_json()["number"]
    refused(issue(client, order), 422, "already-invoiced")
    kept = frozen(client, order, number)
    client.put(f"{SETTINGS}/seller", json={**SELLER, "company": "Renamed", "vat_number": "FR00"})
    client.post(f"{ORDERS}/{order['id']}/notes", json={"text": "Later"})
    assert frozen(client, order, number) == kept


def frozen(client: FlaskClient, order: dict[str, Any], number: str) -> bytes:
    paper = client.application.extensions["carnet.papers"].paper(UUID(order["id"]), "invoice", number)
    data, _ = press(paper, "invoice", number=number)
    return data


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
