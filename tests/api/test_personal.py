"""Who may not see persons sees masks everywhere, and finds and sorts nobody by what they may not see."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.customers.forms import CardAnswer
from api.orders.answers import AddressAnswer
from api.schemas import MARK
from domain.messages import ConfirmSent, ReportBounce, RequestMessage, StoreCopy
from domain.messages.message import Copy
from domain.personal import MASK, OF_ADDRESSES
from domain.roles import PERMISSIONS
from domain.topics import EVENTS
from projections.exports import EXPORTED
from projections.log.forms import form_of
from projections.runtime import Runtime
from tests.api.desk import API, CUSTOMERS, ORDERS, line, place
from tests.api.test_problems import refused
from tests.fixtures_api import context_of
from tests.workers.working import eventually, working
from workers.exports import EXPORTS

SIGN = "zqxw"  # stands in everything that tells of the person, and nowhere else
PERSON = {
    "name": f"{SIGN} name", "company": f"{SIGN} company", "line1": f"{SIGN} line1", "line2": f"{SIGN} line2",
    "postcode": f"{SIGN}postcode", "city": f"{SIGN} city", "region": f"{SIGN} region", "country": "FR",
    "phone": f"{SIGN} phone", "email": f"{SIGN}@example.com", "vat_number": f"{SIGN} vat",
}  # fmt: skip

# Where each field that the log seals is shown over HTTP, or why nothing shows it: a new one must say so.
SEALED = {
    "order.customer-assigned": {"name", "email"},
    "order.billing-address-changed": {"address"},
    "order.shipping-address-changed": {"address"},
    "order.note-added": {"text"},
    "order.note-revised": {"text"},
    "order.message-sent": {"recipient"},
    "order.document-numbered": {"buyer_registration", "buyer", "delivery"},  # its PDF needs the permission
    "customer.updated": {"card"},
    "customer.email-given-over": {"email"},
    "customer.consent-given": {"proof"},
    "message.requested": {"to", "facts"},
    "message.rendered": {"recipient", "subject_line", "html", "text"},
    "message.refused": {"reply"},
    "message.bounced": {"reply"},
    "sequence.defined": {"secrets"},
    "sequence.revised": {"secrets"},
}


@pytest.fixture
def masked(client_as: Callable[..., FlaskClient]) -> FlaskClient:
    """A program that may do everything but see persons."""
    return client_as("admin", *(PERMISSIONS - {"personal:read"}))


class Told:
    """An order, its customer and a mail that are full of the person."""

    def __init__(self, client: FlaskClient, runtime: Runtime) -> None:
        facts: dict[str, Any] = {"billing_address": PERSON, "shipping_address": PERSON, "notes": [f"{SIGN} note"]}
        self.order = place(client, line(tax_rate="20.00"), **facts)
        self.customer = self.order["customer"]["id"]
        card = f"{CUSTOMERS}/{self.customer}"
        client.patch(card, json={"emails": [f"{SIGN}2@example.com"], "phones": [f"{SIGN} 2"]})
        client.put(f"{card}/consent", json={"source": "desk", "proof": f"{SIGN} agreed"})
        self.message = uuid4()
        self._mail(runtime)

    def _mail(self, runtime: Runtime) -> None:
        copy = Copy(
            recipient=PERSON["email"], subject=f"{SIGN} subject", html=f"{SIGN} html", text=f"{SIGN} text",
            template_version=1,
        )  # fmt: skip
        command = RequestMessage(
            message_id=self.message, context=context_of(), template="status:pending", purpose="status",
            order_id=UUID(self.order["id"]), customer_id=UUID(self.customer), to=PERSON["email"],
        )  # fmt: skip
        for one in (
            command,
            StoreCopy(message_id=self.message, context=context_of(), copy=copy),
            ConfirmSent(message_id=self.message, context=context_of()),
            ReportBounce(message_id=self.message, context=context_of(), code="550", reply=f"{SIGN} reply"),
        ):
            runtime.desk.handle(one)

    def address(self, rule: str) -> str:
        """The address of a rule, of what is there."""
        values = {"order_id": self.order["id"], "customer_id": self.customer, "message_id": str(self.message)}
        known = {"sku": "CUP-1", "number": "1", "code": "card", "kind": "csv"}
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: {**values, **known}.get(part[1], str(self.message)), rule)


@pytest.fixture
def told(client: FlaskClient, runtime: Runtime, projecting: object) -> Told:
    made = Told(client, runtime)
    for view in ("orders", "customers", "messages", "order_timeline", "documents"):
        runtime.views.wait_for(view, runtime.log.head(), 10.0)
    return made


def test_each_field_that_the_log_seals_is_thought_of_here() -> None:
    sealed = {event.TOPIC: set(form.personal) for event in EVENTS if (form := form_of(event)).personal}
    assert sealed == SEALED


def test_addresses_and_cards_mark_what_addresses_seal() -> None:
    for form in (AddressAnswer, CardAnswer):
        marked = {name for name, field in form().fields.items() if field.metadata.get(MARK)}
        assert marked - {"emails", "phones"} == OF_ADDRESSES


def test_no_answer_file_or_list_shows_the_person_to_who_may_not_see_them(
    app: Flask, client: FlaskClient, masked: FlaskClient, told: Told
) -> None:
    shown, leaks = [], []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not hasattr(app.view_functions[rule.endpoint], "permission"):
            continue
        path = told.address(rule.rule)
        if SIGN.encode() in client.get(path, buffered=True).get_data():
            shown.append(rule.rule.removeprefix(API))
        answer = masked.get(path, buffered=True)
        if SIGN.encode() in answer.get_data() + str(answer.headers).encode():
            leaks.append(rule.rule)
    assert leaks == []
    assert {
        "/orders", "/orders/<uuid:order_id>", "/orders/<uuid:order_id>/events", "/orders/<uuid:order_id>/diff",
        "/events", "/customers", "/customers/<uuid:customer_id>", "/messages/<uuid:message_id>", "/orders/export",
        "/exports/orders", "/exports/customers",
    } <= set(shown)  # fmt: skip


def test_masks_say_that_something_is_withheld_and_the_rest_is_shown(masked: FlaskClient, told: Told) -> None:
    order = masked.get(f"{ORDERS}/{told.order['id']}").get_json()
    assert order["customer"] == {"id": told.customer, "name": MASK, "email": MASK}
    assert order["billing_address"] == dict.fromkeys(PERSON, MASK) | {"country": "FR"}
    assert (order["mails_to"], order["notes"][0]["text"]) == (MASK, MASK)
    assert order["total"] == told.order["total"]
    [row] = masked.get(CUSTOMERS).get_json()["items"]
    assert (row["name"], row["email"], row["country"]) == (MASK, MASK, "FR")


def test_what_a_write_answers_is_masked_and_so_is_its_repetition(masked: FlaskClient, told: Told) -> None:
    path, key = f"{ORDERS}/{told.order['id']}/notes", {"Idempotency-Key": "note"}
    for _ in range(2):
        answer = masked.post(path, json={"text": f"{SIGN} again"}, headers=key)
        assert answer.status_code == 201
        assert SIGN not in answer.get_data(as_text=True)
    for path, body in (
        (f"{ORDERS}/{told.order['id']}/status/preview", {"status": "processing"}),
        (f"{ORDERS}/{told.order['id']}/status", {"status": "processing"}),
        (f"{ORDERS}/{told.order['id']}/payments", {"method": "card"}),
        (f"{ORDERS}/{told.order['id']}/shipments", {"carrier": "dhl"}),
    ):
        answer = masked.post(path, json=body)
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        assert SIGN not in answer.get_data(as_text=True)


@pytest.mark.parametrize("query", ["q=zqxw", "email=zqxw@example.com", "sort=name", "sort=-name"])
def test_customers_are_neither_searched_nor_sorted_by_what_is_masked(masked: FlaskClient, query: str) -> None:
    problem = refused(masked.get(f"{CUSTOMERS}?{query}"), 403, "permission-missing")
    assert problem["details"] == {"permission": "personal:read"}
    assert SIGN not in str(problem)


@pytest.mark.parametrize("query", ["q=zqxw", "sort=customer", "sort=-customer"])
def test_orders_are_neither_searched_nor_sorted_by_what_is_masked(masked: FlaskClient, query: str) -> None:
    name, _, value = query.partition("=")
    for answer in (
        masked.get(f"{ORDERS}?{query}"),
        masked.get(f"{ORDERS}/export?{query}"),
        masked.get(f"{API}/exports/order-lines?{query}"),
        masked.post(f"{API}/exports", json={"list": "orders", "filter": {name: value}}),
        masked.post(f"{ORDERS}/bulk", json={"action": "tags", "add": ["x"], "filter": {name: value}}),
        masked.post(f"{ORDERS}/bulk/preview", json={"action": "tags", "add": ["x"], "filter": {name: value}}),
    ):
        assert refused(answer, 403, "permission-missing")["details"] == {"permission": "personal:read"}


def test_an_export_by_a_job_is_masked_and_one_of_others_is_not_handed_out(
    runtime: Runtime, client: FlaskClient, masked: FlaskClient, told: Told
) -> None:
    asked = [
        {"list": "orders", "format": "csv"},
        {"list": "customers", "format": "jsonl"},
    ]
    own = [masked.post(f"{API}/exports", json=body).get_json()["id"] for body in asked]
    own.append(masked.post(f"{ORDERS}/bulk", json={"action": "export", "ids": [told.order["id"]]}).get_json()["id"])
    other = client.post(f"{API}/exports", json=asked[0]).get_json()["id"]
    with working(runtime, EXPORTS):
        for job_id in (*own, other):
            _ended(client, job_id)
    for job_id in own:
        answer = masked.get(f"{API}/jobs/{job_id}/file", buffered=True)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert SIGN not in text
        assert MASK in text
    assert SIGN in client.get(f"{API}/jobs/{other}/file", buffered=True).get_data(as_text=True)
    refused(masked.get(f"{API}/jobs/{other}/file"), 403, "permission-missing")


def _ended(client: FlaskClient, job_id: str) -> None:
    eventually(lambda: client.get(f"{API}/jobs/{job_id}").get_json()["state"] == "done", "the export is done")


def test_every_export_knows_which_of_its_columns_are_personal() -> None:
    found = {name: {one.name for one in exported.columns if one.personal} for name, exported in EXPORTED.items()}
    assert {name: columns for name, columns in found.items() if columns} == {
        "orders": {"customer_name", "customer_email"},
        "customers": set(OF_ADDRESSES),
    }
