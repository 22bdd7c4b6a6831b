"""The lives of orders as OCEL 2.0: what is told of whom, and that both files keep to the form's rules."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from domain.ocel import OF_MOVES, OcelEvent, OcelObject, Value
from printing.exports.ocel import OcelDatabase, ocel_json
from projections.runtime import Runtime
from scripts.export import export
from tests.api.desk import API, BILLING, eur, line, place
from tests.fixtures_database import TEST_SECRET

Run = Callable[..., Result]

DECLARED = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "attributes"],
        "properties": {
            "name": {"type": "string"},
            "attributes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "type"],
                    "properties": {
                        "name": {"type": "string"},
                        "type": {"enum": ["string", "time", "integer", "float", "boolean"]},
                    },
                },
            },
        },
    },
}
RELATED = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["objectId", "qualifier"],
        "properties": {"objectId": {"type": "string"}, "qualifier": {"type": "string"}},
    },
}
AT = {"type": "string", "format": "date-time"}


def _told(required: list[str], attribute: list[str]) -> dict[str, Any]:
    properties = {"id": {"type": "string"}, "type": {"type": "string"}, "time": AT, "relationships": RELATED}
    told = {"type": "object", "required": attribute, "properties": {"name": {"type": "string"}, "time": AT}}
    return {
        "type": "array",
        "items": {
            "type": "object",
            "required": required,
            "properties": {**properties, "attributes": {"type": "array", "items": told}},
        },
    }


SCHEMA = {
    "type": "object",
    "required": ["eventTypes", "objectTypes", "events", "objects"],
    "additionalProperties": False,
    "properties": {
        "eventTypes": DECLARED,
        "objectTypes": DECLARED,
        "events": _told(["id", "type", "time"], ["name", "value"]),
        "objects": _told(["id", "type"], ["name", "time", "value"]),
    },
}
KINDS: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "float": float, "boolean": bool}


@pytest.fixture
def run(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`carnet export events --format ocel` in a folder of its own."""
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    monkeypatch.chdir(tmp_path)
    return lambda *more: CliRunner().invoke(export, ("events", "--format", "ocel", *more))


@pytest.fixture
def lived(client: FlaskClient) -> dict[str, Any]:
    """An order of two lines that was paid, sent in part, and given back in part."""
    order = place(client, line(2, "10.00"), line(1, "5.00", sku="JUG-1", name="Jug"))
    path = f"{API}/orders/{order['id']}"
    for part, body in (
        ("payments", {"method": "cash", "amount": eur("25.00")}),
        ("shipments", {"carrier": "dhl", "tracking_code": "A1", "items": [{"item": "1", "quantity": 2}]}),
        ("refunds", {"items": [{"item": "2", "quantity": 1}], "method": "cash"}),
    ):
        answer = client.post(f"{path}/{part}", json=body)
        assert answer.status_code == 201, answer.get_data(as_text=True)
    return order


@pytest.fixture
def told(lived: dict[str, Any], run: Run) -> dict[str, Any]:
    """The log of that order as JSON."""
    result = run("--output", "ocel")
    assert result.exit_code == 0, result.output
    content: dict[str, Any] = json.loads(Path("ocel/ocel.json").read_text())
    return content


def test_the_json_is_as_the_form_has_it(told: dict[str, Any]) -> None:
    jsonschema_rs.validator_for(SCHEMA, validate_formats=True).validate(told)
    objects = {one["id"]: one["type"] for one in told["objects"]}
    assert len(objects) == len(told["objects"])
    assert len({one["id"] for one in told["events"]}) == len(told["events"])
    for kind in ("event", "object"):
        declared = {
            one["name"]: {attribute["name"]: attribute["type"] for attribute in one["attributes"]}
            for one in told[f"{kind}Types"]
        }
        assert len(declared) == len(told[f"{kind}Types"])
        for one in told[f"{kind}s"]:
            assert {other["objectId"] for other in one["relationships"]} <= objects.keys()
            for attribute in one["attributes"]:
                expected = declared[one["type"]][attribute["name"]]
                assert type(attribute["value"]) is KINDS[expected], (one, attribute)
    assert [one["time"] for one in told["events"]] == sorted(one["time"] for one in told["events"])
    assert all(one["relationships"] for one in told["events"])


def test_each_event_of_the_log_is_told_once_with_what_it_is_about(
    told: dict[str, Any], lived: dict[str, Any], runtime: Runtime
) -> None:
    stored = [one.event for one in runtime.log.read(0, 1_000) if one.event.TOPIC.startswith("order.")]
    assert {one["id"] for one in told["events"]} == {str(event.metadata.event_id) for event in stored}
    assert len(told["events"]) == len(stored)
    number, customer = lived["id"], lived["customer"]["id"]
    assert Counter(one["type"] for one in told["objects"]) == {
        "orders": 1, "items": 2, "payments": 1, "parcels": 1, "customers": 1,
    }  # fmt: skip
    about = {one["type"]: {(of["objectId"], of["qualifier"]) for of in one["relationships"]} for one in told["events"]}
    order = (number, "order")
    lines = {(f"{number}/items/{item}", "line") for item in (1, 2)}
    assert about["pending"] == {order, *lines, (customer, "customer")}
    assert about["order.payment-recorded"] == {order, (f"{number}/payments/1", "payment")}
    assert about["order.shipped"] == {order, (f"{number}/parcels/1", "parcel"), (f"{number}/items/1", "line")}
    assert about["order.refunded"] >= {order, (f"{number}/items/2", "line")}
    [payment] = [one for one in told["events"] if one["type"] == "order.payment-recorded"]
    facts = {one["name"]: one["value"] for one in payment["attributes"]}
    assert (facts["amount"], facts["currency"], facts["imported"]) == (2500, "EUR", False)


def test_objects_tell_what_they_became_and_what_belongs_to_them(told: dict[str, Any], lived: dict[str, Any]) -> None:
    objects = {one["id"]: one for one in told["objects"]}
    order = objects[lived["id"]]
    states = [one["value"] for one in order["attributes"] if one["name"] == "payment_status"]
    assert states[0] == "unpaid"
    assert "paid" in states
    began = [one for one in order["attributes"] if one["time"].startswith("1970")]
    assert {one["name"]: one["value"] for one in began}["stage"] == "draft"
    assert {one["qualifier"] for one in order["relationships"]} == {"has line", "has payment", "has parcel"}
    parcel = objects[f"{lived['id']}/parcels/1"]
    assert parcel["relationships"] == [{"objectId": f"{lived['id']}/items/1", "qualifier": "holds"}]
    customer = objects[lived["customer"]["id"]]
    assert customer["attributes"] == []
    assert customer["relationships"] == [{"objectId": lived["id"], "qualifier": "ordered"}]


def test_nothing_of_persons_leaves_the_house(told: dict[str, Any]) -> None:
    text = Path("ocel/ocel.json").read_text() + Path("ocel/ocel.sqlite").read_bytes().decode("latin-1")
    assert not [value for name, value in BILLING.items() if name != "country" and value in text]
    for name in ("ocel.json", "ocel.sqlite"):
        assert (Path("ocel") / name).stat().st_mode & 0o777 == 0o600
    assert {one.name for one in Path("ocel").iterdir()} == {"ocel.json", "ocel.sqlite"}


def test_sqlite_tells_the_same_by_the_rules_of_the_form(told: dict[str, Any]) -> None:
    with closing(sqlite3.connect("ocel/ocel.sqlite")) as connection:
        _check_form(connection)
        told_events = dict(connection.execute("SELECT ocel_id, ocel_type FROM event"))
        assert told_events == {one["id"]: one["type"] for one in told["events"]}
        related = set(connection.execute("SELECT * FROM event_object"))
        assert related == {
            (one["id"], of["objectId"], of["qualifier"]) for one in told["events"] for of in one["relationships"]
        }
        links = set(connection.execute("SELECT * FROM object_object"))
        assert links == {
            (one["id"], of["objectId"], of["qualifier"]) for one in told["objects"] for of in one["relationships"]
        }
        changed = connection.execute("SELECT count(*) FROM object_orders WHERE ocel_changed_field IS NOT NULL")
        assert changed.fetchone()[0] > 0


def test_up_to_a_position_no_more_is_told_than_was_known(lived: dict[str, Any], run: Run, runtime: Runtime) -> None:
    result = run("--output", "ocel", "--until", str(runtime.log.head() - 1), "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(Path("ocel/ocel.json").read_text())
    assert json.loads(result.stderr.splitlines()[-1])["events"] == len(told["events"])
    positions = [value["value"] for one in told["events"] for value in one["attributes"] if value["name"] == "position"]
    assert max(positions) < runtime.log.head()


@pytest.mark.parametrize(
    "more", [(), ("--output", "ocel", "--after", "1"), ("--output", "ocel", "--with-personal-data")]
)
def test_what_ocel_cannot_be_asked_is_said(more: tuple[str, ...], run: Run) -> None:
    result = run(*more)
    assert result.exit_code == 2
    assert "OCEL tells whole lives" in result.output


def test_statuses_may_be_called_anything(tmp_path: Path) -> None:
    path, at = tmp_path / "odd.sqlite", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    database = OcelDatabase(path)
    database.add(OcelObject("o1", "orders", {"number": "C1"}))
    names = ["object", "map_type", 'x"; DROP TABLE event; --', "Packed", "packed", "pa cked", "発送", "送"]
    for number, name in enumerate(names):
        attributes: dict[str, Value] = {"position": number, "actor": "a", "imported": True}
        database.add(OcelEvent(str(UUID(int=number)), name, at, OF_MOVES, attributes, (("o1", "order"),)))
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        _check_form(connection)
    with (tmp_path / "odd.json").open("wb") as file:
        ocel_json(path, file)
    assert [one["type"] for one in json.loads((tmp_path / "odd.json").read_text())["events"]] == names


def _check_form(connection: sqlite3.Connection) -> None:
    """The rules of the relational form: which tables there are, their keys, and what refers to what."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    core = {"event", "object", "event_object", "object_object", "event_map_type", "object_map_type"}
    own = {kind: dict(connection.execute(f"SELECT * FROM {kind}_map_type")) for kind in ("event", "object")}
    assert tables == core | {f"{kind}_{mapped}" for kind, types in own.items() for mapped in types.values()}
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert _keys(connection, "event_object") == ["ocel_event_id", "ocel_object_id", "ocel_qualifier"]
    assert _keys(connection, "object_object") == ["ocel_source_id", "ocel_target_id", "ocel_qualifier"]
    assert _references(connection, "event_object") == {("event", "ocel_id"), ("object", "ocel_id")}
    assert _references(connection, "object_object") == {("object", "ocel_id")}
    for kind, types in own.items():
        assert _keys(connection, kind) == ["ocel_id"]
        assert _keys(connection, f"{kind}_map_type") == ["ocel_type"]
        assert _references(connection, kind) == {(f"{kind}_map_type", "ocel_type")}
        found: set[tuple[str, str]] = set()
        for name, mapped in types.items():
            table = f"{kind}_{mapped}"
            columns = dict(connection.execute(f"SELECT name, type FROM pragma_table_info('{table}')"))
            assert columns["ocel_time"] == "TIMESTAMP"
            assert ("ocel_changed_field" in columns) == (kind == "object")
            assert _references(connection, table) == {(kind, "ocel_id")}
            assert _keys(connection, table) == (["ocel_id"] if kind == "event" else [])
            rows = list(connection.execute(f"SELECT DISTINCT ocel_id FROM {table}"))
            found |= {(ocel_id, name) for (ocel_id,) in rows}
        assert found == set(connection.execute(f"SELECT ocel_id, ocel_type FROM {kind}"))


def _keys(connection: sqlite3.Connection, table: str) -> list[str]:
    found: Iterator[tuple[str]] = connection.execute(
        f"SELECT name FROM pragma_table_info('{table}') WHERE pk ORDER BY pk"
    )
    return [name for (name,) in found]


def _references(connection: sqlite3.Connection, table: str) -> set[tuple[str, str]]:
    return set(connection.execute(f"""SELECT "table", "to" FROM pragma_foreign_key_list('{table}')"""))
