"""Orders to begin a test of the API with, and what the log holds after each request."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain.events import Event
from projections.runtime import Runtime

API = "/api/v1"
ORDERS = f"{API}/orders"
CUSTOMERS = f"{API}/customers"
COUPONS = f"{API}/coupons"
SETTINGS = f"{API}/settings"

BILLING = {
    "name": "Nora Example",
    "line1": "12 Invented Street",
    "postcode": "75011",
    "city": "Paris",
    "country": "FR",
    "email": "nora@example.com",
}
NOBODY = "00000000-0000-4000-8000-000000000000"


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def line(quantity: int = 2, price: str = "10.00", **facts: Any) -> dict[str, Any]:
    return {"sku": "CUP-1", "name": "Blue cup", "quantity": quantity, "unit_price": eur(price), **facts}


def cart(*lines: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A cart of 20.00 EUR billed to Nora unless told otherwise."""
    return {"items": list(lines) or [line()], "billing_address": BILLING, **facts}


def create(client: FlaskClient, *lines: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A draft as the API shows it."""
    answer = client.post(ORDERS, json=cart(*lines, **facts))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    order: dict[str, Any] = answer.get_json()
    return order


def place(client: FlaskClient, *lines: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A placed order as the API shows it."""
    return create(client, *lines, place=True, **facts)


def shown(order: dict[str, Any]) -> dict[str, Any]:
    """An order as a look at it shows it: the answer of what was just done tells its way back besides."""
    return {name: value for name, value in order.items() if name != "undo"}


def coupon(client: FlaskClient, code: str = "SPRING", **rules: Any) -> dict[str, Any]:
    """A coupon of 10 percent unless told otherwise."""
    answer = client.post(COUPONS, json={"code": code, "rules": rules or {"kind": "percent", "percent": "10"}})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    brought: dict[str, Any] = answer.get_json()
    return brought


class News:
    """What was recorded since the last look."""

    def __init__(self, runtime: Runtime) -> None:
        self._log = runtime.log
        self._position = runtime.log.head()

    def events(self) -> list[Event]:
        """The events, in order."""
        found = self._log.read(self._position, 10_000)
        self._position = found[-1].position if found else self._position
        return [one.event for one in found]

    def topics(self) -> list[str]:
        """Their topics, in order."""
        return [event.TOPIC for event in self.events()]


def position_of(answer: TestResponse) -> int:
    """The position in an answer's X-Position, without its epoch."""
    return int(answer.headers["X-Position"].partition(";")[0])
