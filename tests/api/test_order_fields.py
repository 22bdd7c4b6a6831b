"""What becomes of each field of an order wherever orders are copied, told or shown: the one list that decides it.

A new field of an order stands here with a yes or a no in every column, and each is held against what the program does:

- exchange: the order sent in exchange has it from the one whose goods came back
- reimport: an imported order takes it over when its platform tells it anew
- mail: the facts of a template are made of it
- print: a receipt, a packing slip or a return slip is made of it
- export: the row of the list is made of it, and so the list's export
- form: `POST /orders` sets it
- answer: an order as the API shows it is made of it

A field that is in the total alone is told by the total.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from api.orders.collection import creation
from api.orders.forms import OrderForm
from api.orders.rendering import order_answer
from domain.errors import DomainError
from domain.handlers import HANDLERS
from domain.orders.creation import Buyer, CreateOrder
from domain.orders.imports import RetellOrder
from domain.orders.order import Imported, Order
from domain.orders.past import Past, PastPayment, PastRefund, PastShipment
from domain.shop import Shop
from printing.documents import sheet_of
from printing.mail import order_facts
from projections.runtime import Runtime
from projections.views.orders.view import order_row
from tests.api.desk import BILLING, CUSTOMERS, ORDERS, coupon, eur, line
from tests.examples.facts import TENTH
from tests.fixtures_api import hire
from tests.given import NOW, context

USES = ("exchange", "reimport", "mail", "print", "export", "form", "answer")
FIELDS = """
field                   exchange reimport mail     print    export   form     answer
adjustment              no       yes      no       no       no       no       no
archived                no       no       no       no       yes      no       yes
bases                   no       no       no       no       no       no       no
billing_address         yes      yes      yes      yes      yes      yes      yes
billing_subject         yes      no       yes      no       yes      no       yes
chosen_payment_method   no       yes      yes      yes      yes      yes      yes
commands                no       no       no       no       no       no       no
coupons                 no       yes      no       no       no       yes      yes
created_at              no       no       no       no       yes      no       yes
currency                yes      no       yes      yes      yes      yes      yes
customer_email          yes      no       yes      no       yes      yes      yes
customer_id             yes      no       no       no       yes      yes      yes
customer_name           yes      no       yes      no       yes      yes      yes
discount                no       yes      no       no       no       yes      yes
disputes                no       no       no       no       yes      no       yes
documents               no       no       no       no       no       no       yes
exchange_of             no       no       no       no       no       no       yes
former_payment_link     no       no       no       no       no       no       no
imported                no       yes      no       no       yes      no       yes
items                   no       yes      yes      yes      yes      yes      yes
lapsed_coupons          no       no       no       no       no       no       yes
last_item               no       yes      no       no       no       yes      no
last_note               no       yes      no       no       no       yes      no
last_print              no       no       no       no       no       no       no
late_charges            no       no       no       no       no       no       yes
locale                  yes      no       no       yes      no       yes      yes
messages                no       no       no       no       no       no       no
notes                   no       yes      no       no       no       yes      yes
number                  no       no       yes      yes      yes      no       yes
operator                no       no       no       no       yes      yes      yes
payment_link            no       no       no       no       no       no       no
payment_link_amount     no       no       no       no       no       no       no
payment_link_method     no       no       no       no       no       no       no
payments                no       yes      yes      yes      yes      no       yes
placed_at               no       no       no       yes      yes      yes      yes
prices_include_tax      yes      no       no       yes      no       yes      yes
printed_version         no       no       no       no       no       no       no
prints                  no       no       no       no       no       no       no
refund_requests         no       no       no       yes      yes      no       yes
refunds                 no       yes      no       yes      yes      no       yes
returns                 no       no       no       yes      yes      no       yes
shipments               no       yes      yes      yes      yes      no       yes
shipping_address        yes      yes      yes      yes      yes      yes      yes
shipping_charge         no       yes      no       no       no       yes      yes
shipping_includes_tax   no       no       no       no       no       yes      yes
shipping_method         no       yes      yes      yes      yes      yes      yes
shipping_subject        yes      no       no       no       yes      no       no
shipping_taxes          no       yes      no       no       no       yes      yes
shipping_taxes_assumed  no       no       no       no       no       yes      yes
source                  no       no       yes      no       yes      yes      yes
stage                   no       yes      no       yes      yes      yes      yes
status                  no       yes      yes      no       yes      yes      yes
stock_answer            no       no       no       no       no       no       no
subject                 yes      no       yes      no       yes      yes      yes
tags                    no       yes      no       no       yes      yes      yes
told_statuses           no       no       no       no       no       no       no
undone                  no       no       no       no       no       no       no
"""
_, *_ROWS = map(str.split, FIELDS.strip().splitlines())
DECIDED = {name: dict(zip(USES, marks, strict=True)) for name, *marks in _ROWS}
OF_ALL_AGGREGATES = {"_id", "_version", "_pending_events", "_price", "_priced_version"}
STATE = set(vars(Order.blank(UUID(int=1)))) - OF_ALL_AGGREGATES

BILLED = {**BILLING, "name": "Noor Sample", "company": "Example Works"}
# What a body tells besides, for the fields that a new order is given.
TOLD: Mapping[str, Mapping[str, Any]] = {
    "prices_include_tax": {"prices_include_tax": False},
    "locale": {"locale": "fr"},
    "status": {"status": "processing"},
    "stage": {"status": "processing"},
    "placed_at": {"place": True},
    "customer_id": {"customer_id": ...},
    "customer_name": {"billing_address": BILLED},
    "customer_email": {"customer_id": ...},
    "subject": {"customer_id": ...},
    "operator": {"operator": "ada"},
    "source": {"source": "fair"},
    "chosen_payment_method": {"payment_method": "card"},
    "shipping_method": {"shipping_method": "standard"},
    "billing_address": {"billing_address": BILLED},
    "shipping_address": {"shipping_address": {"name": "Noor Sample", "city": "Lyon", "country": "FR"}},
    "items": {"items": [line(3), line(1, sku="BOWL-1", name="Bowl")]},
    "last_item": {"items": [line(3), line(1, sku="BOWL-1", name="Bowl")]},
    "coupons": {"coupons": ["SPRING"]},
    "discount": {"discount": eur("1.00")},
    "shipping_charge": {"shipping_charge": eur("4.00")},
    "shipping_taxes": {"shipping_charge": eur("4.00"), "shipping_tax_rate": "20"},
    "shipping_taxes_assumed": {"shipping_charge": eur("4.00")},
    "shipping_includes_tax": {"shipping_charge": eur("4.00"), "shipping_includes_tax": False},
    "tags": {"tags": ["gift"]},
    "notes": {"notes": ["Ring twice"]},
    "last_note": {"notes": ["Ring twice"]},
}
# What a platform tells anew besides, for fields that no body tells.
RETOLD: Mapping[str, Callable[[Past], Mapping[str, Any]]] = {
    "payments": lambda past: {"past": replace(past, payments=(PastPayment(amount=500),))},
    "refunds": lambda past: {
        "past": replace(past, payments=(PastPayment(amount=500),), refunds=(PastRefund(amount=100),))
    },
    "shipments": lambda past: {"past": replace(past, shipments=(PastShipment(carrier="dhl"),))},
    "adjustment": lambda past: {"past": replace(past, imported=replace(past.imported, total=1999))},
    "imported": lambda past: {},
    "coupons": lambda past: {"coupons": (TENTH,)},
}


def body(**told: Any) -> dict[str, Any]:
    """A small order in a body, and what it tells besides."""
    return {"currency": "EUR", "items": [line(2)], "billing_address": BILLING, **told}


def in_dollars(told: Any) -> Any:
    return json.loads(json.dumps(told).replace('"EUR"', '"USD"'))


def value(order: Order, name: str) -> Any:
    return vars(order)[name]


def decided(use: str) -> set[str]:
    """The fields with a yes in a column."""
    return {name for name, marks in DECIDED.items() if marks[use] == "yes"}


def test_every_field_is_decided_on() -> None:
    assert set(DECIDED) == STATE, f"decide on {sorted(STATE ^ set(DECIDED))}: a row each, yes or no for every place"
    assert {mark for marks in DECIDED.values() for mark in marks.values()} <= {"yes", "no"}
    assert all(name < after for name, after in pairwise(DECIDED))


@pytest.fixture
def noor(client: FlaskClient) -> str:
    """The id of a customer."""
    answer = client.post(CUSTOMERS, json={"name": "Noor Sample", "email": "noor@example.com", "country": "FR"})
    customer_id: str = answer.get_json()["id"]
    return customer_id


@pytest.fixture
def told(runtime: Runtime, client: FlaskClient, noor: str) -> Mapping[str, Mapping[str, Any]]:
    """What a body tells besides, of a customer, an operator and a coupon that there are."""
    coupon(client)
    hire(runtime, "ada", "operator")
    return {name: json.loads(json.dumps(facts, default=lambda _: noor)) for name, facts in TOLD.items()}


def stored(runtime: Runtime, client: FlaskClient, told: Mapping[str, Any]) -> Order:
    answer = client.post(ORDERS, json=told)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return runtime.log.load(Order, UUID(answer.get_json()["id"]))


def test_a_body_sets_what_is_decided_for_it(
    runtime: Runtime, client: FlaskClient, told: Mapping[str, Mapping[str, Any]]
) -> None:
    plain = stored(runtime, client, body())
    bodies = {name: body(**facts) for name, facts in told.items()} | {"currency": in_dollars(body())}
    orders = {name: stored(runtime, client, facts) for name, facts in bodies.items()}
    changed = {name for name, order in orders.items() if value(order, name) != value(plain, name)}
    assert changed == set(bodies)
    assert changed == decided("form")


def test_an_exchange_takes_over_what_is_decided_for_it(
    runtime: Runtime, client: FlaskClient, told: Mapping[str, Mapping[str, Any]]
) -> None:
    plain, full = stored(runtime, client, body(place=True)), whole(runtime, client, told)
    [returned] = full.returns.values()
    assert returned.exchange
    sent = runtime.log.load(Order, returned.exchange)
    settable = {name for name in STATE if value(full, name) != value(plain, name)}
    assert decided("form") - settable == {"shipping_taxes_assumed"}  # they are told
    assert {name for name in settable if value(sent, name) == value(full, name)} == decided("exchange")


def whole(runtime: Runtime, client: FlaskClient, told: Mapping[str, Mapping[str, Any]]) -> Order:
    """An order that tells all there is to tell; it was paid, sent, and its goods were exchanged."""
    facts: dict[str, Any] = in_dollars(body())
    for besides in told.values():
        facts |= in_dollars(besides)
    order = stored(runtime, client, facts)
    units = {"items": [{"item": "1", "quantity": 1}]}
    steps = [
        ("payments", {"method": "card"}),
        ("shipments", {"carrier": "dhl", "stock": "leave"}),
        ("returns", units),
        ("returns/1/receipt", units),
        ("returns/1/exchange", in_dollars({"items": [line(1, "7.00", sku="BOWL-1", name="Bowl")], "method": "cash"})),
    ]
    for path, step in steps:
        answer = client.post(f"{ORDERS}/{order.id}/{path}", json=step)
        assert answer.status_code < 300, answer.get_data(as_text=True)
    return runtime.log.load(Order, order.id)


def test_what_is_shown_is_made_of_what_is_decided_for_it(
    runtime: Runtime, client: FlaskClient, told: Mapping[str, Mapping[str, Any]]
) -> None:
    order, shop = whole(runtime, client, told), runtime.desk.shop()

    def prints() -> None:
        for kind in ("receipt", "packing_slip"):
            sheet_of(order, shop, kind)
        sheet_of(order, shop, "return_slip", return_number=1)

    made = {
        "mail": read(order, lambda: order_facts(order, shop, order.status, "en")),
        "print": read(order, prints),
        "export": read(order, lambda: order_row(order, 1)),
        "answer": read(order, lambda: order_answer(order, shop)),
    }
    assert made == {use: decided(use) for use in made}


def read(order: Order, use: Callable[[], Any]) -> set[str]:
    """The fields of an order that are looked at; what its total is worked out from was looked at before."""
    assert order.price
    looked_at = set()

    def watched(self: Order, name: str) -> Any:
        looked_at.add(name)
        return object.__getattribute__(self, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Order, "__getattribute__", watched)
        use()
    return looked_at & STATE


def test_a_platform_that_tells_an_order_anew_changes_what_is_decided_for_it() -> None:
    before = past("first")
    besides = {name: json.loads(json.dumps(facts, default=lambda _: str(UUID(int=7)))) for name, facts in TOLD.items()}
    bodies = {name: body(**facts) for name, facts in besides.items()} | {"currency": in_dollars(body())}
    anew = {name: commanded(facts, past("second")) for name, facts in bodies.items()}
    plainly = commanded(body(), past("second"))
    anew |= {name: replace(plainly, **facts(past("second"))) for name, facts in RETOLD.items()}
    plain = imported(commanded(body(), before))
    changed = {name for name, command in anew.items() if value(retold(before, command), name) != value(plain, name)}
    assert changed == decided("reimport")


def past(content: str) -> Past:
    told = Imported(source="other", external_id="7", content_hash=content, total=2000)
    return Past(imported=told, placed_at=NOW)


def commanded(told: Mapping[str, Any], before: Past) -> CreateOrder:
    """The command that a body tells, of an order of the past."""
    form: OrderForm.Loaded = OrderForm().load(told)
    command = creation(form, UUID(int=0x0D0), context())
    facts = {"number": "X7", "past": before, "status": command.status or "pending", "place": False}
    name = "Noor Sample" if command.customer_id else "Nora Example"
    buyer = Buyer(id=command.customer_id or UUID(int=6), name=name, email=f"{name[:4].lower()}@example.com")
    return replace(command, **facts, buyer=buyer, coupon_codes=())


def imported(command: CreateOrder) -> Order:
    order = Order.blank(command.order_id)
    HANDLERS[CreateOrder].decide(order, command, Shop())
    return order


def retold(before: Past, command: CreateOrder) -> Order:
    """An imported order after its platform told it anew; as it was where that is refused."""
    order = imported(commanded(body(), before))
    try:
        HANDLERS[RetellOrder].decide(
            order, RetellOrder(order_id=order.id, context=context("anew"), told=command), Shop()
        )
    except DomainError:
        return imported(commanded(body(), before))
    return order
