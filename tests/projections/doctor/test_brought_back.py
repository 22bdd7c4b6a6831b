"""An older log is put in the place of the one that was, under processes that run and under those that begin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.points_in_time import PointInTime
from projections.doctor.moving_numbers import UnknownNumber, move_past
from projections.engine import generations
from projections.engine.filling import Source
from projections.engine.freshness import TooFarBehind, schema_of
from projections.engine.rebuild import Rebuild
from projections.log.bringing_back import bring_back, doubt_what_was_due
from projections.log.outside import memory_of
from projections.postgres.embedded import EmbeddedServer
from projections.postgres.migrate import IncompleteDatabase, migrate
from projections.postgres.usable import NewerDatabase, UnusableDatabase
from projections.runtime import Runtime, open_runtime
from projections.views import PROJECTIONS
from projections.work import effects
from tests.api.desk import API, ORDERS, place
from tests.api.invoices import set_up
from tests.damage import Dump, owner, unguarded
from tests.projections.doctor.test_findings import codes, looked, only
from tests.projections.doctor.test_holes import client_of
from tests.workers.working import ask, eventually
from workers.projecting import Projecting

VIEWS = ("orders", "stock", "customers", "order_timeline")


@pytest.fixture
def dump(runtime: Runtime, client: FlaskClient, projecting: Projecting, server: EmbeddedServer) -> Dump:
    """A dump of a shop with two orders, and two more after it."""
    client.post(f"{API}/stock/CUP-1/receipts", json={"quantity": 40})
    for _ in range(2):
        place(client)
    for name in VIEWS:
        runtime.views.wait_for(name, runtime.log.head(), timeout=10)
    taken = Dump(server, runtime.settings.database_url)
    assert [place(client)["number"] for _ in range(2)] == ["C1003", "C1004"]
    for name in VIEWS:
        runtime.views.wait_for(name, runtime.log.head(), timeout=10)
    return taken


def state_of(runtime: Runtime, key: UUID) -> tuple[str, str | None]:
    with runtime.reading() as connection:
        row = effects.find(connection, key)
    assert row
    return row.state, row.error


def all_read(runtime: Runtime) -> bool:
    """Whether every view shows the whole log."""
    try:
        for name in VIEWS:
            runtime.views.wait_for(name, runtime.log.head())
    except TooFarBehind:
        return False
    return True


def test_under_running_processes_no_number_is_given_twice_and_every_view_is_the_logs(
    dump: Dump, runtime: Runtime, client: FlaskClient
) -> None:
    lost = runtime.log.epoch()
    dump.restore()
    runtime.pool.check()
    numbers = [place(client)["number"] for _ in range(3)]
    assert not {"C1003", "C1004"} & set(numbers)
    assert len(set(numbers)) == 3
    assert runtime.log.epoch().id != lost.id
    source = Source(runtime.settings.database_url, runtime.settings.secrets)
    for name in VIEWS:
        runtime.views.wait_for(name, runtime.log.head(), timeout=20)
        assert not Rebuild(source, PROJECTIONS[name], processes=1, verify=True).run().differences
    assert codes(looked(runtime)) == []


def test_what_may_have_been_done_is_set_aside_until_somebody_decides(
    dump: Dump, runtime: Runtime, client: FlaskClient, server: EmbeddedServer
) -> None:
    head = runtime.log.head()
    key = ask(runtime, "webhook.send", position=1)
    Dump(server, runtime.settings.database_url).restore()
    with open_runtime(runtime.settings) as fresh:
        place(client_of(fresh))
        assert state_of(fresh, key) == ("set-aside", "log-restored")
        late = ask(fresh, "webhook.send", position=head)
        assert state_of(fresh, late) == ("set-aside", "log-restored")
        new = ask(fresh, "webhook.send", position=fresh.log.head())
        assert state_of(fresh, new) == ("waiting", None)
        again = client_of(fresh)
        assert [row["key"] for row in again.get(f"{API}/effects?state=set-aside").get_json()["items"]]
        assert only(looked(fresh, "set-aside"), "effects-set-aside").total == 2
        assert again.post(f"{API}/effects/{key}/retry").get_json()["state"] == "waiting"
        assert again.post(f"{API}/effects/{late}/drop").get_json()["state"] == "dropped"


def test_a_log_alone_that_went_back_takes_views_processes_and_effects_along(
    dump: Dump, runtime: Runtime, client: FlaskClient, server: EmbeddedServer
) -> None:
    """Events are cut off without any sign, as by a copied data folder: what is remembered outside tells of it."""
    head = runtime.log.head()
    gone, done = ask(runtime, "refund.send", position=head), ask(runtime, "webhook.send", position=head - 4)
    with runtime.pool.connection() as connection:
        connection.execute("INSERT INTO work.positions (process, position) VALUES ('some', %s)", (head,))
    runtime.log.numbers.close()
    with unguarded(server, runtime.settings.database_url) as connection:
        connection.execute("DELETE FROM log.events WHERE position > %s", (head - 4,))
        connection.execute("TRUNCATE log.incarnation")
    found = looked(runtime, "ahead", quick=True)
    assert {"log-went-back", "views-ahead", "processes-ahead", "effects-ahead"} <= set(codes(found))
    with open_runtime(runtime.settings) as fresh:
        with fresh.pool.connection() as connection:
            told = bring_back(connection, fresh.settings.data_dir)
            assert bring_back(connection, fresh.settings.data_dir) == []
        assert any("are not in it any more" in sentence for sentence in told)
        assert state_of(fresh, gone) == ("set-aside", "event-vanished")
        assert state_of(fresh, done) == ("set-aside", "log-restored")
        with fresh.reading() as connection:
            assert connection.execute("SELECT position FROM work.positions").fetchall() == [(head - 4,)]
        again = client_of(fresh)
        assert again.post(f"{API}/effects/{gone}/drop").get_json()["state"] == "dropped"
        place(again)
        eventually(lambda: all_read(fresh), "every view is built anew and read again", 90.0)
        # What was built of the log before goes a moment after what was built anew has come.
        eventually(
            lambda: not codes(looked(fresh, "ahead", "views", "numbers")), "nothing is ahead of the log any more", 30.0
        )


def test_views_that_are_ahead_are_not_read_before_they_are_built_anew(
    runtime: Runtime, client: FlaskClient, server: EmbeddedServer
) -> None:
    from tests.fixtures_desk import _await_tables

    source = Source(runtime.settings.database_url, runtime.settings.secrets)
    running = Projecting(source, runtime.log, [PROJECTIONS["orders"]])
    running.start()
    _await_tables(runtime, "orders")
    place(client)
    runtime.views.wait_for("orders", runtime.log.head(), timeout=10)
    running.stop()
    runtime.log.numbers.close()
    with unguarded(server, runtime.settings.database_url) as connection:
        connection.execute("DELETE FROM log.events WHERE position > 3")
        connection.execute("TRUNCATE log.incarnation")
    with open_runtime(runtime.settings) as fresh:
        with fresh.pool.connection() as connection:
            bring_back(connection, fresh.settings.data_dir)
        assert client_of(fresh).get(ORDERS).status_code == 503


def test_an_operator_who_knows_better_moves_a_series_on(runtime: Runtime, client: FlaskClient) -> None:
    assert place(client)["number"] == "C1001"
    assert move_past(runtime, "orders=C1075") == "The next order has number 1076."
    assert place(client)["number"] == "C1076"
    assert move_past(runtime, "orders=1003") == "The next order has number 1077."
    with pytest.raises(UnknownNumber):
        move_past(runtime, "invoices=7")
    client.put(f"{API}/settings/defaults", json={"number_prefix": "N-"})
    assert move_past(runtime, "orders=1080") == "The next order has number 1081."
    assert move_past(runtime, "orders=N-1090") == "The next order has number 1091."


def issued(client: FlaskClient) -> Any:
    order = place(client)
    return client.post(f"{ORDERS}/{order['id']}/documents", json={"kind": "invoice"})


def test_documents_are_not_numbered_twice_and_what_is_missing_is_declared(
    runtime: Runtime, client: FlaskClient, server: EmbeddedServer
) -> None:
    set_up(client)
    first = issued(client)
    assert first.status_code == 201, first.get_json()
    taken = Dump(server, runtime.settings.database_url)
    given = [issued(client).get_json()["number"] for _ in range(2)]
    taken.restore()
    runtime.pool.check()
    refused = issued(client)
    assert (refused.status_code, refused.get_json(force=True)["type"]) == (409, "/problems/numbers-in-doubt")
    assert only(looked(runtime, "numbers"), "documents-behind")
    last = given[-1]
    said = move_past(runtime, last, reason="Two invoices were sent before the dump was restored")
    assert said.startswith(f"{given[0]} to {last} count as given out")
    number = issued(client).get_json()["number"]
    assert int(number[-5:]) == int(last[-5:]) + 1
    assert codes(looked(runtime, "numbers")) == []
    [skipped] = runtime.log.read(0, 10_000, ["settings.numbers-skipped"])
    assert (skipped.event.first, skipped.event.last) == (int(given[0][-5:]), int(last[-5:]))  # type: ignore[attr-defined]


def test_a_server_brought_back_to_a_point_in_time_is_told_so_by_its_operator(
    runtime: Runtime, client: FlaskClient
) -> None:
    place(client)
    key = ask(runtime, "webhook.send", position=1)
    runtime.log.begin_epoch("the server was promoted or brought back to a point in time")
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE work.effects SET state = 'waiting', error = NULL")
        assert doubt_what_was_due(connection) == 1
    assert state_of(runtime, key) == ("set-aside", "log-restored")


@pytest.mark.parametrize(
    "cut_before", ["COPY public._yoyo_migration", "CREATE TRIGGER events_succeed", "ALTER TABLE ONLY log.events"]
)
def test_a_dump_that_was_cut_off_is_refused_at_start_with_what_to_do(
    dump: Dump, runtime: Runtime, cut_before: str
) -> None:
    dump.restore(cut_before)
    url = runtime.settings.database_url
    with pytest.raises(IncompleteDatabase, match="a dump was cut off"):
        migrate(url, owner(url))
    with pytest.raises(UnusableDatabase):
        migrate(url)


def test_a_database_of_a_newer_program_is_refused_at_start(runtime: Runtime, server: EmbeddedServer) -> None:
    with unguarded(server, runtime.settings.database_url) as connection:
        connection.execute("INSERT INTO _yoyo_migration (migration_hash, migration_id) VALUES ('x', '9999-later')")
    with pytest.raises(NewerDatabase, match="9999-later"):
        migrate(runtime.settings.database_url)


def test_an_epoch_that_was_lost_as_a_whole_is_a_log_that_went_back(
    runtime: Runtime, client: FlaskClient, server: EmbeddedServer
) -> None:
    """As where an asynchronous standby is promoted that had received nothing since the promotion before."""
    before = place(client)["number"]
    runtime.log.numbers.close()  # or it notes a moment later how far the log is
    with unguarded(server, runtime.settings.database_url) as connection:
        connection.execute("ALTER SEQUENCE log.series_orders RESTART")
        connection.execute("TRUNCATE log.incarnation")
    with runtime.pool.connection() as connection:
        memory = memory_of(connection, runtime.settings.data_dir)
        assert memory
        with memory.changing() as remembered:
            remembered.epoch = "lost"
    lost = runtime.log.epoch().number
    with open_runtime(runtime.settings) as fresh:
        assert place(client_of(fresh))["number"] > before
        assert fresh.log.epoch().number == lost + 1


def test_another_shops_database_is_told_and_taken_only_when_asked(
    runtime: Runtime, client: FlaskClient, server: EmbeddedServer
) -> None:
    place(client)
    with unguarded(server, runtime.settings.database_url) as connection:
        connection.execute("ALTER TABLE log.epochs DISABLE TRIGGER USER")
        connection.execute("UPDATE log.epochs SET id = 'another'")
        connection.execute("ALTER TABLE log.epochs ENABLE TRIGGER USER")
    assert only(looked(runtime, "ahead"), "database-other")
    with runtime.pool.connection() as connection:
        [told] = bring_back(connection, runtime.settings.data_dir)
        assert "another database" in told
        bring_back(connection, runtime.settings.data_dir, adopt=True)
        memory = memory_of(connection, runtime.settings.data_dir)
    assert memory
    assert memory.read()
    assert codes(looked(runtime, "ahead")) == []


def test_a_view_of_the_past_that_shows_what_was_lost_is_not_read_and_goes(
    dump: Dump, runtime: Runtime, client: FlaskClient
) -> None:
    source = Source(runtime.settings.direct_url, runtime.settings.secrets)
    point = PointInTime(as_of=datetime.now(UTC))
    Rebuild(source, PROJECTIONS["orders"], point=point, processes=1).run()
    asked = f"{ORDERS}?as_of={point.as_of.isoformat().replace('+00:00', 'Z')}"  # type: ignore[union-attr]
    assert len(client.get(asked).get_json()["items"]) == 4
    with runtime.pool.connection() as connection:
        runtime.log.begin_epoch("a restore that nothing was lost by")
        assert generations.drop_ahead(connection) == 0
        connection.execute("SELECT work.bring_back(%s, true)", (runtime.log.head() - 1,))
    assert client.get(asked).status_code >= 400
    with runtime.pool.connection() as connection:
        assert generations.drop_ahead(connection) == 1
        assert generations.find(connection, "orders", schema_of(point)) is None
