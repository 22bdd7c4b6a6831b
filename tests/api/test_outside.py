"""Views from outside over HTTP: pages and files of what their files declare, and nothing for who may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import API, line, place
from tests.api.test_problems import refused
from tests.projections.outside.files import await_position, await_state, kept, sql_view

UNITS = f"{API}/views/units_by_sku"


@pytest.fixture
def view(runtime: Runtime, client: FlaskClient, tmp_path: Path) -> Iterator[Path]:
    """The units of five SKUs, followed."""
    file = sql_view(tmp_path)
    for number in range(5):
        place(client, line(sku=f"CUP-{number}", quantity=number // 2 + 1))
    with kept(runtime, file):
        await_position(runtime, "units_by_sku")
        yield file


def test_rows_come_in_pages_filtered_and_sorted(client: FlaskClient, view: Path) -> None:
    first = client.get(f"{UNITS}?limit=2&sort=-units").get_json()
    assert [(row["sku"], row["units"]) for row in first["items"]] == [("CUP-4", 3), ("CUP-3", 2)]
    assert first["columns"][0] == {"name": "sku", "type": "text", "filter": True, "sort": False}
    rest = client.get(f"{UNITS}?limit=9&sort=-units&cursor={first['next']}").get_json()
    assert [row["sku"] for row in rest["items"]] == ["CUP-2", "CUP-1", "CUP-0"]
    assert rest["next"] is None
    query = [("where", "units>=2"), ("where", "sku!=CUP-3")]
    found = client.get(UNITS, query_string=query).get_json()
    assert [row["sku"] for row in found["items"]] == ["CUP-2", "CUP-4"]
    refused(client.get(f"{UNITS}?sort=units&cursor={first['next']}"), 400, "malformed-cursor")


def test_rows_are_exported(client: FlaskClient, view: Path) -> None:
    table = client.get(f"{UNITS}/export?where=units%3D2").get_data(as_text=True).splitlines()
    assert table == ["sku,units,lines", "CUP-2,2,1", "CUP-3,2,1"]
    lines = client.get(f"{UNITS}/export?format=jsonl&sort=units").get_data(as_text=True).splitlines()
    assert json.loads(lines[-1]) == {"sku": "CUP-4", "units": 3, "lines": 1}


def test_what_a_view_does_not_have_is_refused(client: FlaskClient, view: Path) -> None:
    for where in ("lines=1", "units", "units~1", "nothing=1", "units=1; DROP TABLE x"):
        answer = client.get(UNITS, query_string={"where": where})
        assert answer.status_code == 422, where
    refused(client.get(UNITS, query_string={"where": "units=many"}), 422, "invalid-fields")
    refused(client.get(f"{UNITS}/export", query_string={"where": "units=many"}), 422, "invalid-fields")
    refused(client.get(f"{UNITS}?sort=lines"), 422, "not-sorted")
    refused(client.get(f"{API}/views/orders"), 404, "view-not-found")


def test_a_file_that_gives_no_view_is_told(runtime: Runtime, client: FlaskClient, tmp_path: Path) -> None:
    file = sql_view(tmp_path, "SELECT 1")
    with kept(runtime, file):
        await_state(runtime, file, "refused")
    [told] = client.get(f"{API}/projections/outside").get_json()["items"]
    assert (told["file"], told["state"], told["name"]) == ("units_by_sku.sql", "refused", None)
    refused(client.get(UNITS), 404, "view-not-found")
