"""Events as Parquet: one dataset by day of recording, which what data teams use reads as it stands, with its types."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import duckdb
import polars
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from pyarrow import dataset

from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime
from scripts import export_events
from scripts.export import export
from tests.api.desk import API, eur, place
from tests.damage import unguarded

Run = Callable[..., Result]
GLOB = "lake/events/**/*.parquet"


@pytest.fixture
def run(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `carnet export events` as Parquet in a folder of its own; gives the whole result."""
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", runtime.settings.secret_key)
    monkeypatch.chdir(tmp_path)
    words = ("events", "--format", "parquet", "--output", "lake")
    return lambda *more: CliRunner().invoke(export, (*words, *more))


@pytest.fixture
def refunded(client: FlaskClient, runtime: Runtime, server: EmbeddedServer) -> UUID:
    """An order that was paid and refunded, the refund a day before all that follows it; gives its id."""
    order = place(client)
    path = f"{API}/orders/{order['id']}"
    assert client.post(f"{path}/payments", json={"method": "cash", "amount": eur("20.00")}).status_code == 201
    body = {"items": [{"item": "1", "quantity": 1}], "method": "cash"}
    answer = client.post(f"{path}/refunds", json=body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    upto = runtime.log.head()
    place(client, tags=["gift", "blue"])
    with unguarded(server, runtime.settings.database_url) as connection:
        connection.execute(
            "UPDATE log.events SET recorded_at = recorded_at - interval '1 day' WHERE position <= %s", (upto,)
        )
    return UUID(order["id"])


def test_files_stand_by_the_day_of_recording_and_the_manifest_tells_them(
    refunded: UUID, runtime: Runtime, run: Run
) -> None:
    assert run().exit_code == 0
    told = json.loads(Path("lake/manifest.json").read_text())
    days = {one.recorded_at.date().isoformat() for one in runtime.log.read(0, 1_000)}
    assert {file["recorded_on"] for file in told["files"]} == days
    assert len(days) == 2
    assert [file["first"] for file in told["files"][1:]] == [file["last"] + 1 for file in told["files"][:-1]]
    assert told["files"][-1]["last"] == told["next"] == runtime.log.head()
    for file in told["files"]:
        content = (Path("lake") / file["path"]).read_bytes()
        assert (len(content), sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
        assert f"recorded_on={file['recorded_on']}" in file["path"]


def test_duckdb_reads_it_with_its_types(refunded: UUID, runtime: Runtime, run: Run) -> None:
    assert run().exit_code == 0
    found = duckdb.execute(f"""
        SELECT order_id, amount, currency, lines[1].quantity, lines[1].amount FROM '{GLOB}'
        WHERE topic = 'order.refunded'
    """).fetchall()
    assert found == [(refunded, Decimal("10.00"), "EUR", 1, Decimal("10.00"))]
    days = duckdb.execute(f"SELECT count(*), count(DISTINCT recorded_on) FROM read_parquet('{GLOB}')").fetchone()
    assert days == (runtime.log.head(), 2)
    [(tags,)] = duckdb.execute(f"SELECT tags FROM '{GLOB}' WHERE topic = 'order.tagged'").fetchall()
    assert sorted(tags) == ["blue", "gift"]
    files = "SELECT list('lake/' || file.path) FROM (SELECT unnest(files) AS file FROM 'lake/manifest.json')"
    duckdb.execute(f"SET VARIABLE files = ({files})")
    assert duckdb.execute("SELECT max(position) FROM read_parquet(getvariable('files'))").fetchone() == (
        runtime.log.head(),
    )


def test_polars_reads_it_with_its_types(refunded: UUID, runtime: Runtime, run: Run) -> None:
    assert run().exit_code == 0
    frame = polars.scan_parquet("lake/events", hive_partitioning=True).sort("position").collect()
    assert frame["position"].to_list() == list(range(1, runtime.log.head() + 1))
    [row] = frame.filter(polars.col("topic") == "order.refunded").select("order_id", "amount", "lines").to_dicts()
    assert (row["order_id"], row["amount"]) == (refunded.bytes, Decimal("10.00"))
    assert row["lines"][0]["item"] == "1"
    assert frame["recorded_on"].n_unique() == 2


def test_arrow_reads_it_as_one_dataset(refunded: UUID, runtime: Runtime, run: Run) -> None:
    assert run().exit_code == 0
    assert dataset.dataset("lake/events", partitioning="hive").to_table().num_rows == runtime.log.head()


def test_it_goes_on_where_it_ends_within_a_day(
    refunded: UUID, client: FlaskClient, runtime: Runtime, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_events, "OF_A_FILE", 7)
    monkeypatch.setattr(export_events, "AT_ONCE", 3)
    assert run().exit_code == 0
    place(client)
    assert run().exit_code == 0
    told = json.loads(Path("lake/manifest.json").read_text())["files"]
    positions = duckdb.execute(f"SELECT position FROM '{GLOB}' ORDER BY position").fetchall()
    assert [position for (position,) in positions] == list(range(1, runtime.log.head() + 1))
    assert sum(file["events"] for file in told) == len(positions)
    assert all(file["last"] - file["first"] < 7 for file in told)


def test_files_of_before_are_not_mixed_with_those_of_today(refunded: UUID, run: Run) -> None:
    Path("lake").mkdir()
    Path("lake/events-000000000000001-000000000000007.parquet").write_bytes(b"")
    result = run()
    assert (result.exit_code, "say another folder" in result.stderr) == (2, True)
