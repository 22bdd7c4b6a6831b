"""The shop that issues invoices, and what of them the tests read."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from pypdf import PdfReader

from printing.press import drawn, sheet_on
from tests.api.desk import ORDERS, SETTINGS

SELLER = {"company": "Example Works", "line1": "1 Sample Street", "city": "Sampleton", "country": "FR"}


def set_up(client: FlaskClient) -> None:
    """A seller who may invoice."""
    assert client.put(f"{SETTINGS}/seller", json={**SELLER, "vat_number": "FR00732829320"}).status_code == 200
    assert client.put(f"{SETTINGS}/papers/legal", json={"siren": "732829320"}).status_code == 200


def issue(client: FlaskClient, order: dict[str, Any], **facts: Any) -> Any:
    return client.post(f"{ORDERS}/{order['id']}/documents", json={"kind": "invoice", **facts})


def frozen(client: FlaskClient, order: dict[str, Any], number: str) -> bytes:
    paper = client.application.extensions["carnet.papers"].paper(UUID(order["id"]), "invoice", number)
    return drawn(paper, sheet_on(paper, "invoice"), "a4")


def refund(client: FlaskClient, order: dict[str, Any], **facts: Any) -> None:
    assert client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "card"}).status_code == 201
    answer = client.post(f"{ORDERS}/{order['id']}/refunds", json={"reason": "Broken", **facts})
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
