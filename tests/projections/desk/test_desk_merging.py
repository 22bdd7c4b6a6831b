"""Cards merged by several at once: never a chain, never half a merge."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from domain.customers import CreateCustomer, Customer, CustomerCard, MergeCustomers, UndoMerge
from domain.errors import DomainError
from projections.runtime import Runtime
from tests.fixtures_api import context_of


def carded(runtime: Runtime, name: str) -> UUID:
    command = CreateCustomer(customer_id=uuid4(), context=context_of(), card=CustomerCard(name=name))
    made: Customer = runtime.desk.handle(command).aggregate
    return made.id


def merge(runtime: Runtime, merged: UUID, into: UUID) -> bool:
    """Whether the card could be merged."""
    try:
        runtime.desk.handle(MergeCustomers(customer_id=merged, context=context_of(), into=into))
    except DomainError:
        return False
    return True


def test_two_cards_merged_into_each_other_at_once_are_merged_once(runtime: Runtime) -> None:
    for _ in range(5):
        one, other = carded(runtime, "Ada"), carded(runtime, "Bo")
        with ThreadPoolExecutor(2) as pool:
            merged = list(pool.map(lambda pair: merge(runtime, *pair), ((one, other), (other, one))))
        assert sorted(merged) == [False, True]
        cards = [runtime.log.load(Customer, card) for card in (one, other)]
        assert {card.merged_into for card in cards} == {None, one if merged[1] else other}
        assert [card.absorbed for card in cards if card.merged_into is None] == [
            tuple(card.id for card in cards if card.merged_into)
        ]


def test_many_cards_merged_into_one_at_once_are_all_part_of_it(runtime: Runtime) -> None:
    survivor, merged = carded(runtime, "Ada"), [carded(runtime, str(number)) for number in range(6)]
    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(lambda card: merge(runtime, card, survivor), merged))
        assert set(runtime.log.load(Customer, survivor).absorbed) == set(merged)
        undone = [UndoMerge(customer_id=card, context=context_of()) for card in merged]
        list(pool.map(runtime.desk.handle, undone))
    assert runtime.log.load(Customer, survivor).absorbed == ()
