"""A book exported from one database and imported into an empty one: the same orders, and the same customers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from domain.orders.order import Order
from printing.exports.archive import archive
from projections.engine.filling import Source
from projections.engine.freshness import TooFarBehind
from projections.exports import ExportRequest, Reading, reading
from projections.exports.book import TABLES, chunks_of
from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.views import PROJECTIONS
from projections.views.orders import OrderFilters
from scripts.demo import ORDERS, shop_commands, take_order
from tests.fixtures_database import TEST_SECRET, copied
from tests.importers.importing import imported
from tests.importers.platforms.test_carnet import differences, facts
from workers.projecting import Projecting

EVERY = 6  # orders of the demonstration shop: old and new ones alike


@contextmanager
def shop(server: EmbeddedServer, template: str) -> Iterator[Runtime]:
    with copied(server, template) as url, open_runtime(Settings(database_url=url, secret_key=TEST_SECRET)) as opened:
        yield opened


def exported(runtime: Runtime, folder: Path) -> Path:
    """The book of a runtime, once its list of orders has come to the end of the log."""
    source = Source(runtime.settings.database_url, runtime.settings.secrets)
    running = Projecting(source, runtime.log, [PROJECTIONS["orders"]])
    running.start()
    try:
        _await(runtime)
        file = folder / "book.zip"
        asked = ExportRequest(list="order-lines", filters=OrderFilters())
        with reading(Reading.of(runtime), asked) as opened, file.open("wb") as to:
            archive({table.name: table.columns for table in TABLES}, chunks_of(opened), to)
        return file
    finally:
        running.stop()


def _await(runtime: Runtime) -> None:
    """Waits for the list of orders; asked before it is there at all, the reading side gives up at once."""
    while True:
        try:
            return runtime.views.wait_for("orders", runtime.log.head(), timeout=30)
        except TooFarBehind:
            continue


def orders_of(runtime: Runtime) -> dict[str, Order]:
    created = [one.event for one in runtime.log.read(0, 100_000) if one.event.TOPIC == "order.created"]
    orders = (runtime.log.load(Order, event.originator_id) for event in created)
    return {order.number: order for order in orders}


def test_an_empty_book_shows_the_same_after_export_and_import(
    server: EmbeddedServer, template_database: str, tmp_path: Path
) -> None:
    with shop(server, template_database) as ours, shop(server, template_database) as theirs:
        now = datetime.now(UTC)
        for command in shop_commands(now):
            ours.desk.handle(command)
        for number in range(0, ORDERS, EVERY):
            take_order(ours, number, now)
        _, totals = imported(theirs, exported(ours, tmp_path))
        before, after = orders_of(ours), orders_of(theirs)
    assert (totals.new, totals.refused) == (len(before), 0)
    wrong = {
        number: found
        for number, order in before.items()
        if (found := list(differences(facts(order), facts(after[number]))))
    }
    assert wrong == {}
    assert {number: _customer(order) for number, order in after.items()} == {
        number: _customer(order) for number, order in before.items()
    }
    assert len({order.customer_id for order in after.values()}) == len({order.customer_id for order in before.values()})


def _customer(order: Order) -> tuple[object, object]:
    return order.buyer_name, order.mails_to
