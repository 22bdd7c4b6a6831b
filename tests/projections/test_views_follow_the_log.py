"""Whatever happens to orders, in whatever order, their views say what their events say."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import pytest

from api.orders.rendering import order_answer, row_answer
from domain.addresses import Address
from domain.customers import CreateCustomer, CustomerCard, EraseCustomer
from domain.errors import DomainError
from domain.events import Command
from domain.orders.cart import AddItem, RemoveItem
from domain.orders.charges import SetDiscount, SetShippingCharge
from domain.orders.details import AssignCustomer, AssignOperator, ChangeBillingAddress, SetSource
from domain.orders.line_changes import ChangeItem
from domain.orders.moves import ChangeStatus
from domain.orders.notes import AddNote, SetTags
from domain.orders.order import Order
from domain.orders.payments import RecordPayment, VoidPayment
from domain.orders.refunded import RefundOrder
from domain.orders.shipments import CancelShipment, CorrectTracking, DeliverShipment, ShipOrder
from domain.shop import Shop
from domain.statuses import STAGES
from projections.engine import generations
from projections.engine.comparing import compare
from projections.engine.filling import Filler, Share
from projections.engine.target import Target
from projections.views import PROJECTIONS
from projections.views.order_status_history import status_history
from projections.views.order_timeline import timeline
from projections.views.orders import OrderFilters, list_orders
from tests.projections.showing import Showing, at, buyer, id_of, item, minutes, order

PEOPLE = ("Noor Sample", "Bo Other", "Élodie Test")
ORDERS = 6
STEPS = 100

Step = Callable[[Random, dict[str, Any]], Command]

STEPS_OF_AN_ORDER: tuple[Step, ...] = (
    lambda random, told: AddItem(item=item(f"TEA-{random.randint(1, 9)}", random.randint(0, 5000)), **told),
    lambda random, told: ChangeItem(item=str(random.randint(1, 3)), quantity=random.randint(1, 5), **told),
    lambda random, told: RemoveItem(item=str(random.randint(1, 3)), **told),
    lambda random, told: SetDiscount(amount=random.randint(0, 3000), **told),
    lambda random, told: SetShippingCharge(amount=random.randint(0, 900), **told),
    lambda random, told: AssignOperator(operator=random.choice(("", "ada", "bo")), **told),
    lambda random, told: SetSource(source=random.choice(("shop", "fair")), **told),
    lambda random, told: SetTags(tags=tuple(random.sample(("gift", "vip", "press"), random.randint(0, 3))), **told),
    lambda random, told: AddNote(text="rang", **told),
    lambda random, told: ChangeStatus(status=random.choice(STAGES), force=random.random() < 0.3, **told),
    lambda random, told: RecordPayment(method="card", amount=random.randint(1, 4000), **told),
    lambda random, told: RefundOrder(goodwill=random.randint(1, 2000), **told),
    lambda random, told: VoidPayment(payment="1", **told),
    lambda random, told: ShipOrder(carrier="dhl", tracking_code=f"RX{random.randint(1, 99)}", **told),
    lambda random, told: CorrectTracking(shipment=1, tracking_code=f"LP{random.randint(1, 99)}", **told),
    lambda random, told: DeliverShipment(shipment=1, **told),
    lambda random, told: CancelShipment(shipment=1, **told),
    lambda random, told: ChangeBillingAddress(address=Address(company=random.choice(PEOPLE)), **told),
    lambda random, told: AssignCustomer(**person(random.choice(PEOPLE)), **told),
)


def person(name: str) -> dict[str, Any]:
    """A customer as an order is given to them."""
    known = buyer(name)
    return {"customer_id": known.id, "name": known.name, "email": known.email}


def walk(shown: Showing, random: Random) -> None:
    """Begins a few orders, then does a random thing to a random one again and again, moving the views on at times."""
    for name in PEOPLE:
        context = at(minutes(0), command=name)
        shown.happen(CreateCustomer(customer_id=id_of(name), context=context, card=CustomerCard(name=name)))
    for number in range(ORDERS):
        whose = buyer(random.choice(PEOPLE)) if number % 3 else None
        shown.happen(order(f"C{number}", place=random.random() < 0.7, buyer=whose))
    for step in range(STEPS):
        told = {
            "order_id": id_of(f"C{random.randrange(ORDERS)}"),
            "context": at(minutes(1 + step), command=str(step), reason="so"),
        }
        try:
            shown.happen(random.choice(STEPS_OF_AN_ORDER)(random, told))
        except DomainError:
            continue
        if random.random() < 0.2:
            shown.show(random.randint(1, 20))
    shown.show()


@pytest.mark.parametrize("seed", range(3))
def test_every_row_equals_its_order_after_a_random_walk_and_after_an_erasure(shown: Showing, seed: int) -> None:
    walk(shown, Random(seed))
    for number in range(ORDERS):
        assert_shown(shown, id_of(f"C{number}"))
    shown.happen(EraseCustomer(customer_id=id_of("Noor Sample"), context=at(minutes(500))))
    shown.show()
    for number in range(ORDERS):
        assert_shown(shown, id_of(f"C{number}"))


def test_views_built_anew_are_the_live_ones_also_after_an_erasure(shown: Showing) -> None:
    walk(shown, Random(9))
    shown.happen(EraseCustomer(customer_id=id_of("Noor Sample"), context=at(minutes(500))))
    shown.show(batch=7)
    shown.connection.execute("CREATE SCHEMA anew")
    for view in PROJECTIONS.values():
        generations.create(shown.connection, view, "anew")
        filler = Filler(shown.connection, view, shown.log, "anew")
        filler.fill(Share(0, 1, shown.log.head()), lambda count: None)
        target = Target(view, shown.log, "anew")
        target.open(shown.connection)
        target.add_up(shown.connection)
        assert compare(shown.connection, view, "anew") == []


def plain(answer: Any) -> Any:
    """An answer as it is sent."""
    return msgspec.json.decode(msgspec.json.encode(answer))


def assert_shown(shown: Showing, order_id: UUID) -> None:
    """The order's row, its status history and its timeline say what its stream says: the list shows it as it is."""
    stream = shown.log.stream(order_id)
    folded = shown.log.load(Order, order_id)
    [head] = list_orders(shown.connection, OrderFilters(ids=(order_id,))).items
    listed, answered = plain(row_answer(head, Shop())), plain(order_answer(folded, Shop()))
    if answered["customer"] and answered["customer"].pop("erased", False):
        answered["customer"] |= {"name": "", "email": ""}
    assert listed == {name: answered[name] for name in listed}
    assert (head.position, head.updated_at) == (stream[-1].position, folded.modified_on)
    assert status_history(shown.connection, order_id)[-1].to_status == folded.status
    entries = timeline(shown.connection, order_id, limit=1000)
    assert [(entry.position, entry.topic) for entry in entries] == [(one.position, one.event.TOPIC) for one in stream]
