"""The list of customers."""

from __future__ import annotations

from typing import Any

from domain.addresses import Address
from domain.customers import (
    CreateCustomer,
    CustomerCard,
    EraseCustomer,
    MergeCustomers,
    TagCustomer,
    TakeBillingData,
    UndoMerge,
    UntagCustomer,
    UpdateCustomer,
)
from domain.orders.creation import Buyer
from domain.orders.moves import ChangeStatus
from domain.orders.payments import RecordPayment
from domain.orders.refunded import RefundOrder
from projections.views.customers import LISTING, SORTS, CustomerFilters, count_customers, list_customers, worth_of
from tests.projections.showing import NOON, Showing, at, buyer, id_of, minutes, order


def card(name: str, number: float = 0, **told: Any) -> CreateCustomer:
    """A card made by hand."""
    context = at(minutes(number), command=name)
    return CreateCustomer(customer_id=id_of(name), context=context, card=CustomerCard(name=name, **told))


def names(shown: Showing, sort: str = "created_at", **filters: Any) -> list[str]:
    """The names on the cards that the filters leave."""
    return [head.name for head in list_customers(shown.connection, CustomerFilters(**filters), sort).items]


def test_a_card_follows_what_orders_and_operators_say(shown: Showing) -> None:
    billing = Address(name="Élodie Test", email="Elodie@Example.com", city="Fenville", country="FR")
    taken = TakeBillingData(customer_id=id_of("é"), context=at(NOON), order_id=id_of("C1"), billing=billing)
    put_right = UpdateCustomer(
        customer_id=id_of("é"), context=at(minutes(1)), card=CustomerCard(phone="+33 1 00", city="")
    )
    shown.happen(taken)
    shown.show(batch=1)
    shown.happen(put_right)
    shown.show(batch=1)
    [head] = list_customers(shown.connection, CustomerFilters()).items
    assert (head.name, head.email, head.phone, head.city, head.country) == (
        "Élodie Test",
        "Elodie@Example.com",
        "+33 1 00",
        "",
        "FR",
    )
    assert (head.created_at, head.updated_at, head.version) == (NOON, minutes(1), 3)
    assert head.position == shown.log.head()


def test_customers_are_found_by_words_and_by_their_exact_address(shown: Showing) -> None:
    shown.happen(
        card("Élodie Test", 0, email="elodie@example.com", company="Tea & Co", city="Fenville"),
        card("Bo Sample", 1, email="bo@example.com", country="DE", phone="0123456"),
    )
    shown.show()
    assert names(shown, q="elodie") == ["Élodie Test"]
    assert names(shown, q="tea co") == ["Élodie Test"]
    assert names(shown, q="fenv test") == ["Élodie Test"]
    assert names(shown, q="2345") == ["Bo Sample"]
    assert names(shown, q="example") == ["Élodie Test", "Bo Sample"]
    assert names(shown, email=" BO@example.com") == ["Bo Sample"]
    assert names(shown, email="o@example.com") == []
    assert names(shown, country="DE") == ["Bo Sample"]
    assert count_customers(shown.connection, CustomerFilters(q="example")) == 2


def test_pages_show_every_customer_once(shown: Showing) -> None:
    wanted = ["Al", "Bo", "Cé", "Di", "Ed"]
    shown.happen(*(card(name, number) for number, name in enumerate(wanted)))
    shown.show()
    for sort in SORTS:
        assert walked(shown, sort) == wanted
        assert walked(shown, f"-{sort}") == wanted[::-1]


def walked(shown: Showing, sort: str) -> list[str]:
    """The names on all pages of two."""
    seen, cursor = [], None
    while True:
        page = list_customers(shown.connection, CustomerFilters(), sort, 2, cursor)
        seen += [head.name for head in page.items]
        cursor = page.next
        if cursor is None:
            return seen
        assert len(cursor) == len(LISTING.cursor_types(sort))


def test_a_forgotten_customer_leaves_the_list_and_only_dates_in_the_row(shown: Showing) -> None:
    shown.happen(card("Noor Sample", email="noor@example.com", line1="1 Sample Street"), card("Bo Other", 1))
    shown.happen(EraseCustomer(customer_id=id_of("Noor Sample"), context=at(minutes(2))))
    shown.show()
    assert names(shown) == ["Bo Other"]
    told = str(shown.rows("customers"))
    assert str(id_of("Noor Sample")) in told
    assert "Sample" not in told
    assert "noor" not in told


def customer_of(told: Buyer) -> dict[str, Any]:
    """The facts of a command on a buyer's card."""
    return {"customer_id": told.id, "context": at(minutes(9), command="card")}


def lifetime(shown: Showing, *names: str) -> list[tuple[str, int, int]]:
    """The currency, number and worth of the orders of the customers named."""
    worth = worth_of(shown.connection, [id_of(name) for name in names])
    return [(one.currency, one.orders, one.worth) for name in names for one in worth[id_of(name)]]


def test_customers_are_found_by_all_of_their_tags(shown: Showing) -> None:
    bo, al = id_of("Bo"), id_of("Al")
    shown.happen(card("Bo"), card("Al", 1))
    shown.happen(TagCustomer(customer_id=bo, context=at(minutes(2)), tags=("vip", "tea")))
    shown.happen(TagCustomer(customer_id=al, context=at(minutes(3)), tags=("tea",)))
    shown.happen(UntagCustomer(customer_id=bo, context=at(minutes(4)), tags=("cup",)))
    shown.show(batch=2)
    assert names(shown, tags=("tea",)) == ["Bo", "Al"]
    assert names(shown, tags=("tea", "vip")) == ["Bo"]
    assert names(shown, tags=("cup",)) == []
    [head] = list_customers(shown.connection, CustomerFilters(tags=("vip",))).items
    assert head.tags == ["vip", "tea"]


def test_a_customer_is_worth_what_was_paid_of_placed_orders_less_what_was_refunded(shown: Showing) -> None:
    bo = buyer("Bo Sample")
    shown.happen(card("Bo Sample"), order("C1", minutes(1), buyer=bo), order("C2", minutes(2), buyer=bo))
    shown.happen(order("C3", minutes(3), buyer=bo, place=False), order("C4", minutes(4), buyer=bo, currency="CHF"))
    for number, name in enumerate(("C1", "C2", "C4")):
        context = at(minutes(5 + number), command=name)
        shown.happen(RecordPayment(order_id=id_of(name), context=context, method="card"))
    shown.happen(RefundOrder(order_id=id_of("C1"), context=at(minutes(8)), goodwill=300))
    shown.show(batch=3)
    assert lifetime(shown, "Bo Sample") == [("CHF", 1, 1000), ("EUR", 2, 1700)]
    assert worth_of(shown.connection, [bo.id])[bo.id][1].last_order_at == minutes(2)
    shown.happen(ChangeStatus(order_id=id_of("C2"), context=at(minutes(9)), status="cancelled"))
    shown.show()
    assert lifetime(shown, "Bo Sample") == [("CHF", 1, 1000), ("EUR", 1, 700)]


def test_a_merged_card_leaves_the_list_and_its_orders_count_for_the_survivor(shown: Showing) -> None:
    bo, al = buyer("Bo Sample"), buyer("Al Sample")
    shown.happen(card("Bo Sample"), card("Al Sample", 1))
    shown.happen(order("C1", minutes(2), buyer=bo), order("C2", minutes(3), buyer=al))
    shown.happen(MergeCustomers(**customer_of(al), into=bo.id))
    shown.show()
    assert names(shown) == ["Bo Sample"]
    assert lifetime(shown, "Bo Sample") == [("EUR", 2, 0)]
    shown.happen(UndoMerge(**customer_of(al)))
    shown.show()
    assert names(shown) == ["Bo Sample", "Al Sample"]
    assert lifetime(shown, "Bo Sample", "Al Sample") == [("EUR", 1, 0), ("EUR", 1, 0)]
