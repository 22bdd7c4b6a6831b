"""Products of an import taken back: those it brought are retired, those it changed are as they were before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.errors import StaleVersion
from domain.events import Command, Context, Event, fold
from domain.products import ChangeProduct, Product, RestoreProduct, RetireProduct
from projections.desk.undoing import AT_ONCE, UndoneBatch
from projections.runtime import Runtime
from projections.work.imports import KeptOrder

_PRODUCTS = """
SELECT DISTINCT originator_id FROM log.events
WHERE topic IN ('product.added', 'product.changed', 'product.retired', 'product.restored')
    AND (state -> 'metadata' ->> 'import_id')::uuid = %(import_id)s AND originator_id > %(after)s
ORDER BY originator_id LIMIT %(limit)s
"""
WORKED_ON = "product-worked-on"


class UndoingProducts:
    """Takes the products of one import back; what is taken back already stays as it is."""

    def __init__(self, runtime: Runtime, import_id: UUID, context: Context) -> None:
        self._runtime = runtime
        self._import_id = import_id
        self._context = replace(context, import_id=import_id)

    def batches(self) -> Iterator[UndoneBatch]:
        """Every product of the import, each in a transaction of its own."""
        last = UUID(int=0)
        while product_ids := self._after(last):
            last = product_ids[-1]
            kept = [one for product_id in product_ids if (one := self._take_back(product_id))]
            yield UndoneBatch(len(product_ids) - len(kept), kept, last)

    def _after(self, last: UUID) -> list[UUID]:
        told = {"import_id": self._import_id, "after": last, "limit": AT_ONCE}
        with self._runtime.reading() as connection:
            return [product_id for (product_id,) in connection.execute(_PRODUCTS, told)]

    def _take_back(self, product_id: UUID) -> KeptOrder | None:
        """Leads a product back; gives why it stays, where it does."""
        events = self._runtime.log.streams([product_id])[product_id]
        product = fold(Product.blank(product_id), events)
        first = next(index for index, event in enumerate(events) if event.metadata.import_id == self._import_id)
        if any(event.metadata.import_id != self._import_id for event in events[first:]):
            return _kept(product)
        version = product.version
        for step in self._steps(product, events[:first]):
            try:
                version = self._runtime.desk.handle(step, expected_version=version).aggregate.version
            except StaleVersion:
                return _kept(product)
        return None

    def _steps(self, product: Product, before: Sequence[Event]) -> Iterator[Command]:
        context = replace(self._context, command_id=uuid5(self._context.command_id, str(product.id)))
        was = fold(Product.blank(product.id), before)
        if was.exists and was.facts != product.facts:
            yield ChangeProduct(context=context, product_id=product.id, facts=was.facts)
        again = replace(context, command_id=uuid5(context.command_id, "sold"))
        if was.exists and was.is_active and not product.is_active:
            yield RestoreProduct(context=again, product_id=product.id)
        if product.is_active and not (was.exists and was.is_active):
            yield RetireProduct(context=again, product_id=product.id)


def _kept(product: Product) -> KeptOrder:
    return KeptOrder(product.id, product.sku, WORKED_ON, "This product was changed since.")
