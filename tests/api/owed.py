"""An order on the desk whose money is asked about."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.api.desk import ORDERS, eur, line, place
from tests.api.test_problems import refused


class OrderOnTheDesk:
    """A placed order, and what is asked of it over HTTP."""

    def __init__(self, client: FlaskClient, *lines: dict[str, Any], **facts: Any) -> None:
        self.client = client
        self.url = f"{ORDERS}/{place(client, *lines, **facts)['id']}"

    def ask(self, method: str, route: str, /, **body: Any) -> dict[str, Any]:
        """The answer, which is a success."""
        answer = self.client.open(f"{self.url}{route}", method=method, json=body)
        assert answer.status_code in (200, 201, 202), answer.get_data(as_text=True)
        shown: dict[str, Any] = answer.get_json()
        return shown

    def pay(self, amount: str | None = None, **facts: Any) -> dict[str, Any]:
        given = {"amount": eur(amount)} if amount else {}
        return self.ask("POST", "/payments", **{"method": "card", **given, **facts})

    def refund(self, *items: tuple[str, int], **facts: Any) -> dict[str, Any]:
        lines = {"items": [{"item": item, "quantity": units} for item, units in items]} if items else {}
        return self.ask("POST", "/refunds", **lines, **facts)

    def change(self, item: str, **facts: Any) -> dict[str, Any]:
        return self.ask("PATCH", f"/items/{item}", **facts)

    def move(self, status: str) -> dict[str, Any]:
        return self.ask("POST", "/status", status=status)

    def read(self) -> dict[str, Any]:
        return self.ask("GET", "")

    def refuses(self, route: str, code: str, pointer: str, /, status: int = 422, **body: Any) -> None:
        """A problem document, and nothing changed."""
        before = self.read()
        problem = refused(self.client.post(f"{self.url}{route}", json=body), status, code)
        assert pointer in [error.get("pointer") or f"/{error['parameter']}" for error in problem["errors"]]
        assert self.read() == before


def figures(order: dict[str, Any]) -> tuple[str, str, str]:
    """Balance, what is to be given back, and payment status."""
    return order["balance"]["amount"], order["credit"]["amount"], order["payment_status"]


def three(client: FlaskClient) -> OrderOnTheDesk:
    """A, B and C of 10.00."""
    return OrderOnTheDesk(client, *(line(1, "10.00", sku=sku) for sku in "ABC"))
