"""Each thing that can be wrong, made wrong on purpose, and what the doctor says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask.testing import FlaskClient

from domain.messages import RequestMessage
from domain.stock import stock_id_of
from projections.doctor import Finding, Look, examine, machine
from projections.doctor.checks import Examination
from projections.doctor.repair import REPAIRS
from projections.doctor.views import SAMPLED
from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime
from tests.api.desk import API, coupon, place
from tests.damage import lose, unguarded
from tests.fixtures_api import context_of
from tests.workers.working import ask
from workers.projecting import Projecting

CUP = stock_id_of("CUP-1")
Broken = Callable[[psycopg.Connection[Any]], object]


def looked(runtime: Runtime, *only: str, quick: bool = False) -> Examination:
    with psycopg.connect(runtime.settings.database_url, autocommit=True) as connection:
        look = Look(connection, runtime.log, runtime.settings, runtime.desk.shop, quick=quick)
        return examine(look, only)


def codes(found: Examination) -> list[str]:
    assert not found.unlooked
    return [one.code for one in found.findings]


@pytest.fixture
def shop(runtime: Runtime, client: FlaskClient, projecting: Projecting) -> Runtime:
    """A shop with stock, three orders and views that have taken all of it."""
    client.post(f"{API}/stock/CUP-1/receipts", json={"quantity": 40})
    for _ in range(3):
        place(client)
    for name in ("orders", "stock", "customers"):
        runtime.views.wait_for(name, runtime.log.head(), timeout=10)
    return runtime


def only(found: Examination, code: str) -> Finding:
    [one] = [finding for finding in found.findings if finding.code == code]
    assert one.advice
    return one


def test_a_shop_that_is_well_has_nothing_to_be_told_of(shop: Runtime) -> None:
    for quick in (False, True):
        found = looked(shop, quick=quick)
        assert codes(found) == []
        assert found.well


def test_a_hole_is_found_by_both_forms_and_is_a_note_once_declared(shop: Runtime, server: EmbeddedServer) -> None:
    lose(server, shop.settings.database_url, CUP, 2)
    for quick in (False, True):
        hole = only(looked(shop, quick=quick), "holes")
        assert hole.gravity == "damage"
        assert hole.places == [f"stock {CUP}: version 2 of 4"]
        assert "positions-missing" in codes(looked(shop, quick=quick))


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        ("topics-unknown", "UPDATE log.events SET topic = 'stock.levitated' WHERE position = 2"),
        ("topics-unknown", "UPDATE log.events SET version = 9 WHERE position = 2"),
        ("events-unreadable", "UPDATE log.events SET state = '{\"a\": 1}' WHERE position = 2"),
        ("keys-missing", "DELETE FROM log.subject_keys"),
        ("recorded-ahead", "UPDATE log.events SET recorded_at = now() + interval '1 hour' WHERE position = 2"),
        ("occurred-ahead", "UPDATE log.events SET occurred_at = now() + interval '9 years' WHERE position = 2"),
        ("view-phantoms", "UPDATE views.orders SET id = gen_random_uuid()"),
        ("view-differs", "UPDATE views.stock SET on_hand = on_hand + 1"),
        ("view-differs", "DELETE FROM views.customers"),
        ("guards-off", "DROP TRIGGER seals_only_grow ON log.seals"),
        ("guards-off", "ALTER TABLE log.seals DISABLE TRIGGER USER"),
        ("guards-off", "ALTER TABLE log.events DROP CONSTRAINT events_stream"),
        ("schema-newer", "INSERT INTO _yoyo_migration (migration_hash, migration_id) VALUES ('x', '9999-later')"),
        ("schema-older", "DELETE FROM _yoyo_migration WHERE migration_id = '0004-seals'"),
        ("views-ahead", "UPDATE views.positions SET position = position + 9"),
        ("processes-ahead", "UPDATE work.positions SET position = 900"),
        ("numbers-behind", "ALTER SEQUENCE log.series_orders RESTART"),
        ("trouble", "UPDATE views.positions SET trouble = 'ValueError' WHERE projection = 'orders'"),
    ],
)
def test_what_is_wrong_is_named(shop: Runtime, server: EmbeddedServer, code: str, statement: str) -> None:
    with shop.pool.connection() as connection:
        connection.execute("INSERT INTO work.positions (process, position) VALUES ('some', 0)")
    with unguarded(server, shop.settings.database_url) as connection:
        connection.execute(statement)
    assert only(looked(shop), code)


def test_work_of_orders_that_are_not_in_the_log_is_named(shop: Runtime) -> None:
    ask(shop, "mail.send", order_id=uuid4())
    assert only(looked(shop, "orphans"), "effects-orphaned").total == 1
    ask(shop, "mail.send", position=shop.log.head() + 4)
    assert only(looked(shop, "ahead", quick=True), "effects-ahead").total == 1


def test_a_version_that_is_stored_twice_is_named(shop: Runtime, server: EmbeddedServer) -> None:
    with unguarded(server, shop.settings.database_url) as connection:
        connection.execute("ALTER TABLE log.events DROP CONSTRAINT events_stream")
        connection.execute(
            """
            INSERT INTO log.events SELECT (SELECT max(position) + 1 FROM log.events), originator_id, originator_version,
                topic, version, subject, occurred_at, state, recorded_at FROM log.events WHERE position = 3
            """
        )
    assert only(looked(shop, "versions"), "versions-doubled").total == 1


def test_a_secret_of_another_installation_is_named(shop: Runtime) -> None:
    from projections.log import EventLog, KeyRing

    with psycopg.connect(shop.settings.database_url, autocommit=True) as connection:
        stranger = EventLog(shop.pool, KeyRing("another secret, of nobody and for nothing at all"))
        found = examine(Look(connection, stranger, shop.settings, shop.desk.shop, quick=True), ["secret"])
    assert codes(found) == ["secret-wrong"]


def test_an_event_whose_sealed_data_was_changed_is_named(shop: Runtime, server: EmbeddedServer) -> None:
    with unguarded(server, shop.settings.database_url) as connection:
        connection.execute(
            """
            UPDATE log.events SET state = regexp_replace(state::text, 'sealed:v1:....', 'sealed:v1:AAAA')::json
            WHERE state::text LIKE '%sealed:v1:%'
            """
        )
    assert only(looked(shop, "events"), "events-sealed-otherwise").total > 2


def test_a_disk_that_is_nearly_full_is_named(shop: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LEAST_FREE", 1 << 60)
    assert only(looked(shop, "disk"), "disk-full")


def test_a_clock_that_is_apart_is_named(shop: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "time", lambda: 1_000_000.0)
    assert "ahead of" in only(looked(shop, "clocks"), "clocks-apart").what


def test_a_folder_that_served_another_log_is_told(shop: Runtime, tmp_path: Path, client: FlaskClient) -> None:
    shop.log.numbers.close()  # or it notes a moment later how far the log is, in a file of this log again
    other = tmp_path / "outside" / f"{uuid4().hex[:16]}.json"
    other.parent.mkdir(exist_ok=True)
    for file in other.parent.glob("*.json"):
        file.rename(other)
    assert only(looked(shop, "ahead", quick=True), "database-other")


def test_a_check_that_cannot_be_made_is_told_and_the_others_are_made(shop: Runtime, server: EmbeddedServer) -> None:
    with unguarded(server, shop.settings.database_url) as connection:
        connection.execute("ALTER TABLE views.dead_letters RENAME TO no_letters")
        connection.execute("UPDATE views.positions SET position = position + 9")
    found = looked(shop, quick=True)
    assert {one.check for one in found.unlooked} == {"letters"}
    assert not found.well
    assert only(replace_unlooked(found), "views-ahead")


def replace_unlooked(found: Examination) -> Examination:
    return found._replace(unlooked=[])


@pytest.mark.parametrize("column", ["instant", "known_at"])
def test_a_view_of_a_point_in_time_that_is_ahead_is_dropped_by_the_repair(shop: Runtime, column: str) -> None:
    with shop.pool.connection() as connection:
        connection.execute(f"""
            INSERT INTO views.positions (projection, schema, position, version, tables, {column})
            VALUES ('orders', 'of_the_past', {shop.log.head() + 9}, 1, '{{}}', now())
        """)
    assert only(looked(shop, "ahead"), "views-ahead").places == [f"orders in of_the_past at {shop.log.head() + 9}"]
    REPAIRS["views-ahead"].act(shop, None)
    assert codes(looked(shop, "ahead")) == []


def test_every_table_whose_rows_are_of_one_stream_is_looked_at(
    shop: Runtime, server: EmbeddedServer, client: FlaskClient
) -> None:
    """A row that is gone, one that tells something else, one of nobody: in each table that has rows, of each view."""
    coupon(client, "TEN")
    assert client.post(f"{API}/products", json={"sku": "CUP-1", "names": {"en": "Blue cup"}}).status_code == 201
    order = place(client, coupons=["TEN"])
    shop.desk.handle(
        RequestMessage(message_id=uuid4(), context=context_of(), purpose="status", template="x", order_id=order["id"])
    )
    for name in {one.view for one in SAMPLED}:
        shop.views.wait_for(name, shop.log.head(), timeout=10)
    assert codes(looked(shop, "views")) == []
    looked_at = set()
    for sampled in SAMPLED:
        with unguarded(server, shop.settings.database_url) as connection:
            connection.execute(f"CREATE TABLE kept AS TABLE views.{sampled.table}")
            [(rows,)] = connection.execute("SELECT count(*) FROM kept").fetchall()
            connection.execute(f"DELETE FROM views.{sampled.table}")
        if rows:
            assert sampled.table in only(looked(shop, "views"), "view-differs").what
            looked_at.add(sampled.table)
        with unguarded(server, shop.settings.database_url) as connection:
            connection.execute(f"INSERT INTO views.{sampled.table} TABLE kept")
            connection.execute(f"UPDATE kept SET {sampled.stream} = gen_random_uuid()")
            connection.execute(f"INSERT INTO views.{sampled.table} TABLE kept")
        if rows:
            assert sampled.table in only(looked(shop, "views"), "view-phantoms").what
        with unguarded(server, shop.settings.database_url) as connection:
            connection.execute(
                f"DELETE FROM views.{sampled.table} WHERE {sampled.stream} IN (SELECT {sampled.stream} FROM kept)"
            )
            connection.execute("DROP TABLE kept")
        assert codes(looked(shop, "views")) == []
    assert {one.table for one in SAMPLED} - looked_at == {"documents", "enrolments", "imports"}


def test_all_missing_positions_are_counted_and_some_are_named(shop: Runtime, server: EmbeddedServer) -> None:
    for _ in range(60):
        shop.desk.handle(
            RequestMessage(message_id=uuid4(), context=context_of(), purpose="status", template="x", order_id=uuid4())
        )
    with unguarded(server, shop.settings.database_url) as connection:
        deleted = connection.execute(
            """
            DELETE FROM log.events WHERE topic ^@ 'message.' AND position % 2 = 0
                AND position < (SELECT max(position) FROM log.events)
            """
        ).rowcount
    missing = only(looked(shop, "positions"), "positions-missing")
    assert (missing.total, len(missing.places)) == (deleted, 20)
