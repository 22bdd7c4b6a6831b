"""Bundles: checked by a Python that knows nothing of Carnet, replayed as the program itself does; forgeries refused."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from domain.orders.order import Order
from projections.log.bundles import bundle_lines, of_orders
from projections.log.chains import stored_events
from projections.log.sealer import Sealer
from projections.log.seals import seal
from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from scripts.audit import audit
from tests.api.desk import ORDERS, eur, place
from tests.fixtures_database import TEST_SECRET, copied
from tests.projections.bundles import Elsewhere, forgeries, lines_of
from tests.projections.random_lives import Lives

Audit = Callable[..., Any]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """A Python without Carnet."""
    return Elsewhere(tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture
def run(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Audit:
    """`carnet audit` on the installation of the test."""
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    monkeypatch.setenv("CARNET_DATA_DIR", str(runtime.settings.data_dir))

    def run(*words: object, fails: bool = False) -> str:
        told = CliRunner().invoke(audit, [str(word) for word in words])
        assert bool(told.exit_code) == fails, told.output
        return told.output

    return run


@pytest.fixture
def order(client: FlaskClient) -> dict[str, Any]:
    """An order that was paid, sent on its way and partly refunded; others before and after it."""
    for _ in range(3):
        place(client)
    made = place(client)
    path = f"{ORDERS}/{made['id']}"
    for words in (
        ("payments", {"method": "card", "amount": eur("20.00")}),
        ("refunds", {"goodwill": eur("2.50"), "reason": "late"}),
        ("status", {"status": "processing", "stock": "leave"}),
    ):
        answer = client.post(f"{path}/{words[0]}", json=words[1])
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    place(client)
    shown: dict[str, Any] = client.get(path).get_json()
    return shown


@pytest.fixture
def other(server: EmbeddedServer, template_database: str, tmp_path: Path) -> Path:
    """A bundle of another book of the same program and secret."""
    file = tmp_path / "other"
    with copied(server, template_database) as url:
        settings = Settings(database_url=url, secret_key=TEST_SECRET, data_dir=tmp_path)
        with open_runtime(settings) as runtime:
            lives = Lives(runtime, seed=3)
            lives.live(3, 2)
            checkpoint = seal(runtime)
            assert checkpoint
            with runtime.pool.connection() as connection:
                selection = of_orders(connection, lives.ids[:1], checkpoint.position)
                file.write_bytes(b"".join(bundle_lines(connection, runtime.log.keys, checkpoint, selection)))
    return file


def key_of(run: Audit) -> str:
    return str(run("keys")).split()[0]


def test_an_orders_bundle_is_checked_and_replayed_without_anything_of_carnets(
    run: Audit, order: dict[str, Any], elsewhere: Elsewhere, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    assert elsewhere.run("-c", "import projections").returncode == 1
    run("bundle", order["id"], "-o", bundle)
    told = elsewhere.verify(bundle, "--key", key_of(run), "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    [replayed] = json.loads(told.stdout)["orders"]
    assert (replayed["number"], replayed["version"]) == (order["number"], order["version"])
    assert (replayed["total"], replayed["paid"], replayed["refunded"]) == (2000, 2000, 250)
    assert [step["status"] for step in replayed["history"]] == ["pending", "processing"]
    assert replayed["persons"] == {}
    shown = elsewhere.verify(bundle)
    assert "total: 20.00 EUR" in shown.stdout
    assert "compare it with the key" in shown.stdout
    assert "nora" not in (bundle.read_text() + shown.stdout).lower().replace("operator:nora", "")


def test_a_customer_reads_their_own_data_in_the_bundle_of_their_order(
    run: Audit, runtime: Runtime, order: dict[str, Any], elsewhere: Elsewhere, tmp_path: Path
) -> None:
    bundle, sealed = tmp_path / "bundle", tmp_path / "sealed"
    run("bundle", order["id"], "--readable", "-o", bundle)
    run("bundle", order["id"], "-o", sealed)
    told = elsewhere.verify(bundle)
    assert "Nora Example" in told.stdout
    assert "12 Invented Street" in told.stdout
    runtime.log.erase(UUID(order["customer"]["id"]))
    for file in (bundle, sealed):
        assert elsewhere.verify(file).returncode == 0  # what was handed over holds, ciphertext is what is hashed
    run("bundle", order["id"], "--readable", "-o", tmp_path / "erased")
    told = elsewhere.verify(tmp_path / "erased")
    assert told.returncode == 0
    assert "Nora Example" not in told.stdout


def test_every_forged_bundle_is_refused(
    run: Audit, order: dict[str, Any], elsewhere: Elsewhere, other: Path, tmp_path: Path
) -> None:
    bundle, forged = tmp_path / "bundle", tmp_path / "forged"
    run("bundle", order["id"], "-o", bundle)
    key, refused, made = key_of(run), 0, set[bytes]()
    for name, content in forgeries(bundle, other, random.Random(16)):
        assert content != bundle.read_bytes(), name
        if content in made:
            continue
        made.add(content)
        forged.write_bytes(content)
        told = elsewhere.verify(forged, "--key", key)
        assert (told.returncode, told.stdout[:8]) == (1, "REFUSED:"), (name, told.stdout, told.stderr)
        refused += 1
    assert refused >= 100
    assert elsewhere.verify(bundle, "--key", key).returncode == 0


def test_the_whole_book_replays_to_what_the_program_says_of_every_order(
    run: Audit, runtime: Runtime, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    lives = Lives(runtime, seed=16)
    lives.live(40, 8)
    run("bundle", "--all", "-o", tmp_path / "bundle")
    told = json.loads(elsewhere.verify(tmp_path / "bundle", "--json").stdout)
    assert told["events"] == told["size"] == runtime.log.head()
    replayed = {one["id"]: one for one in told["orders"]}
    compared = 0
    for order_id in lives.ids:
        order, found = runtime.log.load(Order, order_id), replayed[str(order_id)]
        assert found["version"] == order.version
        assert (found["total"], found["paid"], found["refunded"]) == (order.price.total, order.paid, order.refunded)
        assert (found["history"][-1]["status"] if found["history"] else "draft") == order.status
        compared += order.exists
    assert compared > 30


def test_a_period_brings_what_came_before_of_the_orders_it_changed(
    run: Audit, runtime: Runtime, order: dict[str, Any], client: FlaskClient, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    with runtime.pool.connection() as connection:
        [(now,)] = connection.execute("SELECT clock_timestamp()").fetchall()
    client.post(f"{ORDERS}/{order['id']}/notes", json={"text": "a word"})
    run("bundle", "--from", now.isoformat(), "-o", tmp_path / "bundle")
    told = json.loads(elsewhere.verify(tmp_path / "bundle", "--json").stdout)
    assert [one["number"] for one in told["orders"]] == [order["number"]]
    assert told["events"] == order["version"] + 1
    assert "Nothing was recorded then" in run("bundle", "--to", "2001-01-01", "-o", tmp_path / "no", fails=True)
    assert not (tmp_path / "no").exists()


def test_a_bundle_agrees_with_a_checkpoint_kept_elsewhere_or_is_refused(
    run: Audit, runtime: Runtime, order: dict[str, Any], client: FlaskClient, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    old, new, bundle, proof = (tmp_path / name for name in ("old", "new", "bundle", "proof"))
    seal(Sealer(runtime.log, tmp_path))
    run("checkpoint", "-o", old)
    place(client)
    run("bundle", order["id"], "-o", bundle)
    run("checkpoint", "-o", new)
    proof.write_text(run("consistency", old, new, "--json"))
    assert elsewhere.verify(bundle, "--checkpoint", new).returncode == 0
    told = elsewhere.verify(bundle, "--checkpoint", old, "--consistency", proof)
    assert "It agrees with the checkpoint" in told.stdout
    assert "give --consistency" in elsewhere.verify(bundle, "--checkpoint", old).stdout
    forged = json.loads(proof.read_text())
    forged["hashes"][0] = forged["hashes"][-1][::-1]
    proof.write_text(json.dumps(forged))
    assert elsewhere.verify(bundle, "--checkpoint", old, "--consistency", proof).returncode == 1
    assert "goes on from" in run("consistency", old, new)
    assert "Sealed and unchanged" in run("verify", "--against", old)


def test_checkpoints_of_another_book_and_broken_ones_are_told_as_such(
    run: Audit, order: dict[str, Any], other: Path, tmp_path: Path
) -> None:
    own, foreign, cut = tmp_path / "own", tmp_path / "foreign", tmp_path / "cut"
    run("seal")
    run("checkpoint", "-o", own)
    foreign.write_text(lines_of(other)[0]["checkpoint"])
    cut.write_bytes(own.read_bytes()[:-9])
    for words in (("consistency", foreign, own), ("consistency", own, foreign), ("verify", "--against", foreign)):
        assert "of another book" in run(*words, fails=True)
    assert "not a whole signed note" in run("consistency", cut, own, fails=True)
    assert "cannot be read" in run("consistency", tmp_path / "none", own, fails=True)
    assert "the last checkpoint covers" in run("inclusion", 10**9, fails=True).lower()
    told = json.loads(run("inclusion", 3))
    assert (told["index"], told["checkpoint"]) == (2, own.read_text())


def test_an_order_by_lines_of_a_bundle_is_told_from_left_to_right(
    run: Audit, runtime: Runtime, order: dict[str, Any], tmp_path: Path
) -> None:
    run("bundle", order["id"], "-o", tmp_path / "bundle")
    head, *parts, last = lines_of(tmp_path / "bundle")
    assert head["holds"] == "orders"
    assert head["streams"] == {order["id"]: order["version"]}
    assert head["schemas"]["order.placed"]["version"] == 1
    assert last["events"] == sum("event" in part for part in parts) == order["version"]
    with runtime.pool.connection() as connection:
        assert len(list(stored_events(connection, 0, runtime.log.head()))) == runtime.log.head()


@pytest.mark.parametrize("words", [(), ("C1", "--all"), ("--all", "--from", "2026-01-01"), ("--all", "--readable")])
def test_a_bundle_of_nothing_in_particular_is_refused(run: Audit, words: tuple[str, ...], tmp_path: Path) -> None:
    run("bundle", *words, "-o", tmp_path / "bundle", fails=True)
