"""Shops on this machine that answer as Shopify's and WooCommerce's documentation says, and fail as it is told."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 2
SHOPIFY_TOKEN = "shpat_0123456789"
WOOCOMMERCE_TOKEN = "ck_1:cs_2"

Answer = tuple[int, dict[str, str], bytes]
Trouble = Callable[[Answer], Answer | None]
"""What becomes of an answer on its way; None: it is cut off in the middle."""


class Shop:
    """A shop with orders; `troubles` say for the number of a request, from 1, what becomes of its answer."""

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.troubles: dict[int, Trouble] = {}
        self.url = ""

    def answer(self, path: str, query: dict[str, str], headers: Any) -> Answer:
        """What it answers."""
        raise NotImplementedError


class Shopify(Shop):
    """`GET /admin/api/VERSION/orders.json` with cursors in `Link`."""

    def answer(self, path: str, query: dict[str, str], headers: Any) -> Answer:
        """A page of orders, by the time they changed."""
        if headers["X-Shopify-Access-Token"] != SHOPIFY_TOKEN:
            return refusal(401)
        if not path.startswith("/admin/api/") or not path.endswith("/orders.json"):
            return refusal(404)
        if "page_info" in query:
            assert query.keys() <= {"page_info", "limit"}, "a cursor comes without other parameters"
            after = tuple(json.loads(b64decode(query["page_info"])))
        else:
            assert (query["status"], query["order"]) == ("any", "updated_at asc")
            after = (_instant(query["updated_at_min"]) if "updated_at_min" in query else "", 0)
        left = sorted((_instant(order["updated_at"]), number) for number, order in self.orders.items())
        left = [one for one in left if one >= after and one != after]
        page, more = left[:PAGE], left[PAGE:]
        told = {}
        if more:
            cursor = b64encode(json.dumps(page[-1]).encode()).decode().replace("=", "%3D").replace("+", "%2B")
            told["Link"] = f'<{self.url}{path}?limit=250&page_info={cursor}>; rel="next"'
        return 200, told, json.dumps({"orders": [self.orders[number] for _, number in page]}).encode()


def _instant(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()


class WooCommerce(Shop):
    """`GET /wp-json/wc/v3/orders` with numbers of pages."""

    def answer(self, path: str, query: dict[str, str], headers: Any) -> Answer:
        """A page of orders, by their ids."""
        if headers["Authorization"] != f"Basic {b64encode(WOOCOMMERCE_TOKEN.encode()).decode()}":
            return refusal(401)
        if path != "/wp-json/wc/v3/orders":
            return refusal(404)
        since = query.get("modified_after", "")
        assert bool(since) == (query.get("dates_are_gmt") == "true")
        found = [one for _, one in sorted(self.orders.items()) if one["date_modified_gmt"] > since]
        begin = (int(query["page"]) - 1) * PAGE
        told = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // PAGE))}
        return 200, told, json.dumps(found[begin : begin + PAGE]).encode()


def refusal(status: int, **headers: str) -> Answer:
    """An answer that refuses."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, told, b'{"errors": "no"}'


@contextmanager
def opened(shop: Shop) -> Iterator[Shop]:
    """The shop on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(place.query).items()}
            shop.asked.append(self.path)
            told = shop.answer(place.path, query, self.headers)
            trouble = shop.troubles.get(len(shop.asked))
            come = trouble(told) if trouble else told
            status, headers, body = come or told
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if come else body[: len(body) // 2])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def shopify_order(number: int, **told: Any) -> dict[str, Any]:
    """An order of Shopify: two cups of 5.00 and shipping of 2.00, paid, with 20 % tax within."""
    return {
        "id": 450_000 + number,
        "name": f"#{1000 + number}",
        "email": f"nora{number}@example.com",
        "created_at": f"2026-03-{number:02d}T10:00:00-05:00",
        "updated_at": f"2026-03-{number:02d}T11:00:00-05:00",
        "processed_at": f"2026-03-{number:02d}T10:00:01-05:00",
        "cancelled_at": None,
        "currency": "EUR",
        "subtotal_price": "10.00",
        "total_discounts": "0.00",
        "total_tax": "2.00",
        "taxes_included": True,
        "total_price": "12.00",
        "total_outstanding": "0.00",
        "financial_status": "paid",
        "fulfillment_status": None,
        "payment_gateway_names": ["shopify_payments"],
        "discount_codes": [],
        "tags": "new",
        "note": None,
        "note_attributes": [{"name": "gift", "value": "yes"}],
        "source_name": "web",
        "tax_lines": [{"title": "VAT", "rate": 0.2, "price": "2.00"}],
        "line_items": [
            {"id": 1, "name": "Cup", "title": "Cup", "sku": "C-1", "quantity": 2, "price": "5.00", "taxable": True}
        ],
        "shipping_lines": [{"title": "Post", "price": "2.00", "discounted_price": "2.00"}],
        "billing_address": {"name": f"Nora Example {number}", "city": "Lyon", "zip": "69001", "country_code": "FR"},
        "shipping_address": None,
        "refunds": [],
        "fulfillments": [],
        **told,
    }


def woocommerce_order(number: int, **told: Any) -> dict[str, Any]:
    """An order of WooCommerce: two cups of 5.00 less a coupon's 1.00, a fee, shipping, and 20 % on top of all."""
    address = {
        "first_name": "Nora", "last_name": f"Example {number}", "company": "", "address_1": "1 rue Haute",
        "address_2": "", "city": "Lyon", "state": "", "postcode": "69001", "country": "FR", "phone": "",
    }  # fmt: skip
    return {
        "id": 700 + number,
        "number": str(700 + number),
        "status": "processing",
        "currency": "EUR",
        "date_created_gmt": f"2026-03-{number:02d}T10:00:00",
        "date_modified_gmt": f"2026-03-{number:02d}T11:00:00",
        "date_paid_gmt": f"2026-03-{number:02d}T10:00:05",
        "date_completed_gmt": None,
        "discount_total": "1.00",
        "shipping_total": "2.00",
        "shipping_tax": "0.40",
        "total_tax": "2.40",
        "total": "14.40",
        "customer_id": 0,
        "billing": {**address, "email": f"nora{number}@example.com"},
        "shipping": address,
        "payment_method": "stripe",
        "payment_method_title": "Card; or | another",
        "transaction_id": f"ch_{number}",
        "customer_note": "",
        "line_items": [
            {"id": 1, "product_id": 9, "name": "Cup; blue | new", "sku": "C-1", "quantity": 2, "subtotal": "10.00",
             "subtotal_tax": "2.00", "total": "9.00", "total_tax": "1.80"},
        ],
        "tax_lines": [{"rate_code": "FR-VAT-1", "label": "VAT", "tax_total": "2.40", "rate_percent": 20}],
        "shipping_lines": [{"method_title": "Post", "total": "2.00", "total_tax": "0.40"}],
        "fee_lines": [{"name": "Gift; wrap | red", "total": "1.00", "total_tax": "0.20"}],
        "coupon_lines": [{"code": "ONE", "discount": "1.00"}],
        "refunds": [],
        **told,
    }  # fmt: skip
