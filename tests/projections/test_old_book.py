"""A book of before the two times, opened by this program: nothing in it is rewritten, and both times are told of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import yoyo

from domain.events import Context
from domain.orders.order import Order
from domain.points_in_time import PointInTime
from projections.engine.filling import Source
from projections.engine.rebuild import Rebuild
from projections.log import NothingRecorded, seals
from projections.postgres import migrate as migrating
from projections.postgres.migrate import migrate
from projections.postgres.usable import MIGRATIONS
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.views import PROJECTIONS
from tests.fixtures_database import TEST_SECRET
from tests.projections.raw_orders import raw_histories, raw_order, shown

ROWS = Path(__file__).with_name("old_book.sql")
LAST_BEFORE = "0015-papers"
IMPORTED = datetime(2026, 11, 28, 18, 13, 51, tzinfo=UTC)
STORED = "SELECT position, topic, {told}, state::text FROM log.events ORDER BY position"


@pytest.fixture
def old_database(bare_database: str, tmp_path: Path) -> str:
    """The book as the program of before left it."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in MIGRATIONS.glob("*.sql"):
        if file.stem <= LAST_BEFORE:
            shutil.copy(file, folder)
    with migrating._backend(bare_database) as backend:
        backend.apply_migrations(yoyo.read_migrations(str(folder)))
    with psycopg.connect(bare_database, autocommit=True) as connection:
        connection.execute(ROWS.read_bytes())
    return bare_database


@pytest.fixture
def before(old_database: str) -> list[tuple[object, ...]]:
    """What the log held before."""
    with psycopg.connect(old_database) as connection:
        return connection.execute(STORED.format(told="recorded_at").encode()).fetchall()


@pytest.fixture
def runtime(old_database: str, before: list[object], tmp_path: Path) -> Iterator[Runtime]:
    """The same book, brought up to this program."""
    migrate(old_database)
    with open_runtime(Settings(database_url=old_database, secret_key=TEST_SECRET, data_dir=tmp_path)) as opened:
        yield opened


def test_nothing_that_was_stored_is_touched_and_its_seals_hold(
    runtime: Runtime, before: list[tuple[object, ...]]
) -> None:
    with psycopg.connect(runtime.settings.database_url) as connection:
        assert connection.execute(STORED.format(told="occurred_at").encode()).fetchall() == before
        [(dated,)] = connection.execute("SELECT count(recorded_at) FROM log.events").fetchall()
    assert dated == 0
    assert seals.verify(runtime).holds
    seals.seal(runtime)
    verdict = seals.verify(runtime)
    assert (verdict.holds, verdict.sealed) == (True, len(before))


def test_what_an_import_brought_was_recorded_when_it_ran_and_its_undoing_when_it_was_undone(runtime: Runtime) -> None:
    recorded = runtime.log.read(0, 1_000)
    imported = [one for one in recorded if one.event.metadata.import_id]
    assert {one.event.timestamp.year for one in imported} == {2025, 2026}
    assert all(IMPORTED <= one.recorded_at < IMPORTED + timedelta(seconds=2) for one in imported)
    by_hand = [one for one in recorded if not one.event.metadata.import_id]
    assert all(one.recorded_at == one.event.timestamp for one in by_hand)
    undone = [one for one in recorded if one.event.TOPIC == "order.import-undone"]
    assert [one.recorded_at for one in undone] == [one.event.timestamp for one in undone]
    assert undone[0].recorded_at > min(one.recorded_at for one in imported)


def test_its_orders_are_at_every_point_in_time_what_their_raw_rows_tell(runtime: Runtime) -> None:
    for order_id, history in raw_histories(runtime.settings.database_url).items():
        for row in history:
            for as_of, known_at in ((row.occurred_at, None), (None, row.recorded_at), (row.occurred_at, IMPORTED)):
                expected = raw_order(shown(history, as_of, known_at))
                order = _then(runtime, order_id, PointInTime(as_of, known_at))
                told = order and {name: getattr(order, name) for name in ("number", "version", "status", "paid")}
                assert told == (expected and {name: expected[name] for name in ("number", "version", "status", "paid")})


def test_what_is_recorded_from_now_on_is_told_by_the_databases_clock(runtime: Runtime) -> None:
    began = datetime.now(UTC)
    head = runtime.log.head()
    ended = next(one for one in reversed(runtime.log.read(0, head)) if one.event.TOPIC == "order.tagged")
    order = runtime.log.load(Order, ended.event.originator_id)
    with runtime.log.session() as session:
        loaded = session.load(Order, order.id)
        loaded.record(type(ended.event), _context(), tags=("new",))
        session.save(loaded)
        session.commit()
    [new] = runtime.log.read(head, 10)
    assert new.event.timestamp == _context().at
    assert began <= new.recorded_at <= datetime.now(UTC) + timedelta(seconds=5)
    assert "new" not in runtime.log.load(Order, order.id, point=PointInTime(known_at=began)).tags


def test_its_views_are_the_same_built_twice(runtime: Runtime) -> None:
    source = Source(runtime.settings.direct_url, runtime.settings.secrets)
    for view in ("orders", "order_timeline", "order_status_history"):
        Rebuild(source, PROJECTIONS[view], processes=1).run()
        report = Rebuild(source, PROJECTIONS[view], processes=2, verify=True).run()
        assert (report.swapped, report.differences) == (True, [])


def _then(runtime: Runtime, order_id: UUID, point: PointInTime) -> Order | None:
    try:
        order = runtime.log.load(Order, order_id, point=point)
    except NothingRecorded:
        return None
    return order if order.exists else None


def _context() -> Context:
    return Context(command_id=UUID(int=0xC0), actor="operator:nora", at=datetime(2025, 6, 1, tzinfo=UTC))
