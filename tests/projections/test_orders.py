"""The list of orders: what a row says, and how it follows what happens."""

from __future__ import annotations

from typing import Any

from domain.addresses import Address
from domain.customers import CreateCustomer, CustomerCard, EraseCustomer
from domain.orders.cart import AddItem
from domain.orders.details import AssignCustomer, AssignOperator
from domain.orders.moves import ChangeStatus
from domain.orders.notes import SetTags
from domain.orders.order import Order
from domain.orders.payments import RecordPayment
from domain.orders.shipments import CancelShipment, ShipOrder
from projections.orders import OrderFilters, OrderHead, list_orders
from projections.orders.view import COLUMNS
from tests.projections.showing import NOON, Showing, at, buyer, id_of, item, minutes, order


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


def test_the_head_names_columns_of_the_row() -> None:
    assert set(OrderHead._fields) < set(COLUMNS)
