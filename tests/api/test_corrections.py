"""A credit note without a refund over HTTP: it corrects the invoice, and later ones count from there."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.orders.documents import DocumentNumbered
from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, News, eur, line, place
from tests.api.invoices import issue, set_up, text
from tests.api.test_problems import refused


@pytest.fixture
def order(client: FlaskClient) -> dict[str, Any]:
    """An invoiced order of two cups and a lid."""
    set_up(client)
    order = place(client, line(2, "12.00", tax_rate="20.00"), line(1, "5.00", sku="LID-1", tax_rate="5.50"))
    assert issue(client, order).status_code == 201
    return order


def correct(client: FlaskClient, order: dict[str, Any], reason: str = "Too dear") -> Any:
    return issue(client, order, kind="credit_note", reason=reason)


def edit(client: FlaskClient, order: dict[str, Any], path: str = "items/1", by: str = "patch", **body: Any) -> Any:
    answer = getattr(client, by)(f"{ORDERS}/{order['id']}/{path}", json=body)
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return answer


def notices(client: FlaskClient, order: dict[str, Any]) -> list[str]:
    return [one["code"] for one in client.get(f"{ORDERS}/{order['id']}").get_json()["notices"]]


def printed(client: FlaskClient, order: dict[str, Any]) -> str:
    body = {"orders": [order["id"]], "kind": "credit_note", "locale": "en"}
    return text(client.post(f"{API}/documents", json=body))


@pytest.mark.usefixtures("projecting")
def test_a_lower_price_is_corrected_and_a_later_refund_counts_at_it(
    client: FlaskClient, runtime: Runtime, order: dict[str, Any]
) -> None:
    edit(client, order, unit_price=eur("6.00"))
    assert notices(client, order) == ["invoice-differs"]
    news = News(runtime)
    note = correct(client, order)
    assert note.status_code == 201, note.get_data(as_text=True)
    answer = note.get_json()
    assert (answer["refers_to"], answer["refund"]) == ("F2026-00001", None)
    assert (answer["total"], answer["tax"]) == (eur("12.00"), eur("2.00"))
    [event] = news.events()
    assert isinstance(event, DocumentNumbered)
    assert [(part.item, part.quantity, part.total) for part in event.parts] == [("1", 0, 1_200)]
    assert notices(client, order) == []
    edit(client, order, "payments", "post", method="card")
    edit(client, order, "refunds", "post", items=[{"item": "1", "quantity": 1}], reason="Broken")
    later = issue(client, order, kind="credit_note", refund="1")
    assert later.get_json()["total"] == eur("6.00")
    fresh = {"X-Min-Position": later.headers["X-Position"]}
    refused(
        client.post(f"{API}/documents/{answer['number']}/void", json={"reason": "Wrong"}, headers=fresh),
        422,
        "credit-note-built-upon",
    )


def test_it_is_printed_with_its_reason_and_the_lines_that_are_gone(client: FlaskClient, order: dict[str, Any]) -> None:
    edit(client, order, unit_price=eur("6.00"))
    edit(client, order, "items/2", "delete")
    assert correct(client, order, "Agreed by telephone").status_code == 201
    paper = printed(client, order)
    for words in ("F2026-00001", "Agreed by telephone", "LID-1", "Blue cup", "17.00"):
        assert words in paper


def test_it_is_refused_without_reason_or_invoice_and_where_the_order_grew(
    client: FlaskClient, order: dict[str, Any]
) -> None:
    refused(correct(client, order), 422, "nothing-to-correct")
    edit(client, order, unit_price=eur("6.00"))
    problem = refused(issue(client, order, kind="credit_note"), 422, "correction-needs-reason")
    assert [error["pointer"] for error in problem["errors"]] == ["/reason"]
    edit(client, order, "items/2", unit_price=eur("7.00"))
    refused(correct(client, order), 422, "order-grew")
    refused(correct(client, place(client)), 422, "not-invoiced")
    edit(client, order, "items/2", unit_price=eur("5.00"))
    assert correct(client, order).get_json()["number"] == "A2026-00001"


def test_a_refund_that_it_counted_is_not_credited_once_more(client: FlaskClient, order: dict[str, Any]) -> None:
    edit(client, order, "payments", "post", method="card")
    edit(client, order, "refunds", "post", items=[{"item": "1", "quantity": 1}], reason="Broken")
    assert correct(client, order).get_json()["total"] == eur("12.00")
    refused(issue(client, order, kind="credit_note", refund="1"), 422, "nothing-credited")
    withdrawal = client.post(f"{ORDERS}/{order['id']}/refunds/1/withdraw", json={"reason": "By mistake"})
    refused(withdrawal, 422, "refund-credited")


def test_a_cancelled_order_is_credited_in_full(client: FlaskClient, order: dict[str, Any]) -> None:
    edit(client, order, "status", "post", status="cancelled")
    assert correct(client, order, "Cancelled").get_json()["total"] == eur("29.00")
    assert notices(client, order) == []


def test_an_invoice_names_no_refund(client: FlaskClient) -> None:
    set_up(client)
    refused(issue(client, place(client), refund="1"), 422, "invalid-fields")


@pytest.mark.usefixtures("projecting")
def test_the_register_shows_a_corrected_invoice_as_telling_its_order(
    client: FlaskClient, order: dict[str, Any]
) -> None:
    edit(client, order, unit_price=eur("6.00"))
    fresh = {"X-Min-Position": correct(client, order).headers["X-Position"]}
    listed = client.get(f"{API}/documents?differs=true", headers=fresh).get_json()["items"]
    assert listed == []
