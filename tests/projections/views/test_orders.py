"""The list of orders: what a row says, and how it follows what happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import NoneType
from typing import Any, get_args, get_type_hints
from uuid import UUID

from msgspec.structs import replace
from psycopg.rows import dict_row

from domain.addresses import Address
from domain.customers import CreateCustomer, CustomerCard, EraseCustomer
from domain.orders.archive import ArchiveOrder
from domain.orders.cart import AddItem
from domain.orders.details import AssignCustomer, AssignOperator
from domain.orders.disputes import OpenDispute
from domain.orders.items import Option
from domain.orders.moves import ChangeStatus
from domain.orders.notes import SetTags
from domain.orders.order import Imported, Order
from domain.orders.past import Past, PastPayment, PastRefund, PastShipment
from domain.orders.payments import RecordPayment
from domain.orders.quantities import LineUnits
from domain.orders.returns import RequestReturn
from domain.orders.shipments import CancelShipment, ShipOrder
from projections.views.orders import OrderFilters, OrderHead, list_orders
from projections.views.orders.row import OrderWords
from projections.views.orders.view import COLUMNS
from tests.projections.showing import NOON, Showing, at, buyer, id_of, item, minutes, order

STORED_AS: Mapping[Any, tuple[str, ...]] = {
    UUID: ("uuid",), datetime: ("timestamptz",), int: ("int4", "int8"), bool: ("bool",),
    Sequence[str]: ("_text",),
}  # fmt: skip


def only(shown: Showing, **filters: Any) -> OrderHead:
    """The one order of the list."""
    [head] = list_orders(shown.connection, OrderFilters(**filters)).items
    return head


def test_a_row_says_what_the_order_is(shown: Showing) -> None:
    shown.happen(
        order(
            "C1",
            items=(item("TEA-1", 1250, 2), item("CUP-9", 500)),
            buyer=buyer("Élodie Test"),
            operator="ada",
            source="shop",
            payment_method="card",
            shipping_method="standard",
            tags=("gift", "vip"),
        ),
        RecordPayment(order_id=id_of("C1"), context=at(minutes(1)), method="card", amount=1000),
        ShipOrder(order_id=id_of("C1"), context=at(minutes(2)), carrier="colissimo", tracking_code="LP123"),
    )
    shown.show()
    head = only(shown)
    assert head._replace(created_at=NOON, placed_at=NOON, updated_at=minutes(2)) == head
    assert head[:4] == (id_of("C1"), "C1", head.version, shown.log.head())
    assert (head.currency, head.status, head.stage) == ("EUR", "pending", "pending")
    assert (head.payment_status, head.fulfilment_status) == ("partially_paid", "shipped")
    assert (head.return_status, head.dispute_status) == ("none", "none")
    assert (head.customer_id, head.customer_name) == (id_of("Élodie Test"), "Élodie Test")
    assert (head.operator, head.source, head.tags) == ("ada", "shop", ["gift", "vip"])
    assert (head.payment_method, head.shipping_method) == ("card", "standard")
    assert (head.total, head.paid, head.refunded, head.balance) == (3000, 1000, 0, 2000)
    assert (head.item_count, head.skus) == (2, ["TEA-1", "CUP-9"])
    assert (head.carriers, head.tracking_codes) == (["colissimo"], ["LP123"])


def test_each_status_stands_in_a_column_of_its_own(shown: Showing) -> None:
    paid: dict[str, Any] = {"method": "online", "provider": "sandbox"}
    shown.happen(
        order("C1"),
        RecordPayment(order_id=id_of("C1"), context=at(minutes(1)), amount=1000, reference="ch_1", **paid),
        ShipOrder(order_id=id_of("C1"), context=at(minutes(2)), carrier="colissimo"),
        RequestReturn(
            order_id=id_of("C1"),
            context=at(minutes(3), reason="Too blue"),
            lines=(LineUnits(item="1", quantity=1),),
        ),
        order("C2", minutes(4)),
        RecordPayment(order_id=id_of("C2"), context=at(minutes(5)), amount=1000, reference="ch_2", **paid),
        OpenDispute(
            order_id=id_of("C2"),
            context=at(minutes(6)),
            dispute="dp_1",
            provider="sandbox",
            reference="ch_2",
            amount=1000,
        ),
    )
    shown.show()
    columns = "number, status, payment_status, fulfilment_status, return_status, dispute_status"
    found = shown.connection.execute(f"SELECT {columns} FROM views.orders ORDER BY number").fetchall()
    assert found == [
        ("C1", "pending", "paid", "shipped", "requested", "none"),
        ("C2", "pending", "paid", "unfulfilled", "none", "open"),
    ]
    assert (only(shown, number="C1").return_status, only(shown, number="C2").dispute_status) == ("requested", "open")


def test_a_row_follows_its_order_however_the_events_are_cut(shown: Showing) -> None:
    shown.happen(order("C1"))
    shown.show(batch=2)
    shown.happen(
        AddItem(order_id=id_of("C1"), context=at(minutes(1)), item=item("CUP-9", 500)),
        SetTags(order_id=id_of("C1"), context=at(minutes(2)), tags=("gift",)),
        AssignOperator(order_id=id_of("C1"), context=at(minutes(3)), operator="ada"),
        ChangeStatus(order_id=id_of("C1"), context=at(minutes(4)), status="processing"),
    )
    shown.show(batch=1)
    head = only(shown)
    assert (head.total, head.tags, head.operator, head.status) == (1500, ["gift"], "ada", "processing")
    assert (head.version, head.position) == (shown.log.load(Order, id_of("C1")).version, shown.log.head())


def test_a_draft_is_listed_before_it_is_placed(shown: Showing) -> None:
    shown.happen(order("C1", place=False))
    shown.show()
    assert only(shown).placed_at is None


def test_a_parcel_called_back_leaves_no_tracking_code(shown: Showing) -> None:
    shown.happen(
        order("C1"),
        ShipOrder(order_id=id_of("C1"), context=at(minutes(1)), carrier="dhl", tracking_code="LOST7"),
        CancelShipment(order_id=id_of("C1"), context=at(minutes(2)), shipment=1),
    )
    shown.show()
    assert only(shown).tracking_codes == []
    assert list_orders(shown.connection, OrderFilters(q="LOST7")).items == []


def test_an_order_without_a_customer_shows_whom_it_is_billed_to(shown: Showing) -> None:
    shown.happen(order("C1", billing_address=Address(name="Noor Sample", company="Sample & Co")))
    shown.show()
    assert only(shown, q="noor").customer_name == "Noor Sample"
    assert only(shown, q="sample co").customer_id is None


def test_a_forgotten_customer_leaves_no_name_on_any_order(shown: Showing) -> None:
    noor = buyer("Noor Sample")
    address = Address(name="Noor Sample", company="Sample & Co")
    card = CreateCustomer(customer_id=noor.id, context=at(NOON, command="card"), card=CustomerCard(name="Noor Sample"))
    shown.happen(card, order("C1", buyer=noor, billing_address=address))
    shown.happen(order("C2", minutes(1), buyer=buyer("Bo Other")))
    shown.show()
    assert only(shown, q="noor").number == "C1"
    shown.happen(EraseCustomer(customer_id=noor.id, context=at(minutes(1))))
    shown.show()
    assert list_orders(shown.connection, OrderFilters(q="noor")).items == []
    assert [head.customer_name for head in list_orders(shown.connection, OrderFilters()).items] == ["Bo Other", ""]
    assert only(shown, number="C1").total == 1000
    assert "Noor" not in str(shown.rows("orders"))
    assert "noor" not in str(shown.rows("orders"))


def test_a_forgotten_customers_order_stays_nameless_when_it_goes_on(shown: Showing) -> None:
    noor = buyer("Noor Sample")
    card = CreateCustomer(customer_id=noor.id, context=at(NOON, command="card"), card=CustomerCard(name="Noor Sample"))
    shown.happen(card, order("C1", buyer=noor))
    shown.happen(
        EraseCustomer(customer_id=noor.id, context=at(minutes(1))),
        ChangeStatus(order_id=id_of("C1"), context=at(minutes(2)), status="processing"),
    )
    shown.show()
    head = only(shown)
    assert (head.status, head.customer_name, head.customer_email) == ("processing", "", "")


def test_an_order_given_to_another_customer_keeps_that_ones_name(shown: Showing) -> None:
    noor, bo = buyer("Noor Sample"), buyer("Bo Other")
    card = CreateCustomer(customer_id=noor.id, context=at(NOON, command="card"), card=CustomerCard(name="Noor Sample"))
    shown.happen(
        card,
        order("C1", buyer=noor),
        AssignCustomer(
            order_id=id_of("C1"),
            context=at(minutes(1)),
            customer_id=bo.id,
            name="Bo Other",
            email="bo@example.com",
            addresses="keep",
        ),
        EraseCustomer(customer_id=noor.id, context=at(minutes(2))),
    )
    shown.show()
    assert only(shown).customer_name == "Bo Other"


def test_a_company_is_forgotten_with_whom_it_was_told_for(shown: Showing) -> None:
    noor, bo = buyer("Noor Sample"), buyer("Bo Other")
    card = CreateCustomer(customer_id=noor.id, context=at(NOON, command="card"), card=CustomerCard(name="Noor Sample"))
    shown.happen(
        card,
        order("C1", buyer=noor, billing_address=Address(company="Sample & Co")),
        AssignCustomer(
            order_id=id_of("C1"),
            context=at(minutes(1)),
            customer_id=bo.id,
            name="Bo Other",
            email="bo@example.com",
            addresses="keep",
        ),
    )
    shown.show()
    assert list_orders(shown.connection, OrderFilters(q="sample")).items == []


def test_every_column_says_what_it_is_called_by(shown: Showing) -> None:
    told = Imported(source="elsewhere", external_id="A-77", content_hash="seen", total=2990)
    shown.happen(
        order(
            "C1",
            items=(item("TEA-1", 1000, 2), replace(item("CUP-9", 990), options=(Option("colour", "Blue"),))),
            place=False,
            buyer=buyer("Noor Sample"),
            customer_id=id_of("Noor Sample"),
            billing_address=Address(company="Example Works", city="Lyon", phone="+33 6 12 34 56 78"),
            status="processing",
            operator="ada",
            source="fair",
            payment_method="card",
            shipping_method="express",
            tags=("gift",),
            past=Past(
                imported=told,
                placed_at=minutes(1),
                payments=(PastPayment(amount=2000, at=minutes(2)),),
                refunds=(PastRefund(amount=300, at=minutes(4)),),
                shipments=(PastShipment(carrier="dhl", tracking_code="LP123", at=minutes(3)),),
            ),
        ),
        ArchiveOrder(order_id=id_of("C1"), context=at(minutes(5))),
    )
    shown.show()
    with shown.connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("SELECT * FROM views.orders").fetchone()
    assert row == {
        "id": id_of("C1"),
        "number": "C1",
        "version": shown.log.load(Order, id_of("C1")).version,
        "position": shown.log.head(),
        "created_at": NOON,
        "placed_at": minutes(1),
        "updated_at": minutes(5),
        "currency": "EUR",
        "status": "processing",
        "stage": "processing",
        "payment_status": "partially_paid",
        "fulfilment_status": "shipped",
        "return_status": "none",
        "dispute_status": "none",
        "customer_id": id_of("Noor Sample"),
        "customer_name": "Noor Sample",
        "customer_email": "noor@example.com",
        "operator": "ada",
        "source": "fair",
        "payment_method": "card",
        "shipping_method": "express",
        "tags": ["gift"],
        "archived": True,
        "item_count": 2,
        "quantity": 3,
        "total": 2990,
        "paid": 2000,
        "refunded": 300,
        "balance": 990,
        "skus": ["TEA-1", "CUP-9"],
        "carriers": ["dhl"],
        "tracking_codes": ["LP123"],
        "imported_source": "elsewhere",
        "external_id": "A-77",
        "number_order": "C011",
        "things": " c1 lp123 tea-1 cup-9 a-77 blue",
        "person": " noor sample noor@example.com example works lyon 612345678",
    }


def test_the_columns_of_the_table_are_the_fields_of_the_row(shown: Showing) -> None:
    found = shown.connection.execute(
        "SELECT column_name, udt_name, is_nullable = 'YES' FROM information_schema.columns "
        "WHERE table_schema = 'views' AND table_name = 'orders'"
    ).fetchall()
    row = get_type_hints(OrderHead) | get_type_hints(OrderWords)
    assert tuple(row) == COLUMNS
    nullable = {name for name, kind in row.items() if NoneType in get_args(kind)}
    assert {name for name, _, may_be_null in found if may_be_null} == nullable
    kinds = {
        name: next(iter({*get_args(kind)} - {NoneType})) if name in nullable else kind for name, kind in row.items()
    }
    for name, stored, _ in found:
        assert stored in STORED_AS.get(kinds[name], ("text",)), name
