"""Mappings over HTTP: proposed, corrected, kept, imported by, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from projections.runtime import Runtime
from scripts.importing import importing
from tests.api.desk import API
from tests.api.test_imports import ended, export, looked_at, recorded
from tests.api.test_problems import refused
from tests.fixtures_api import issue
from tests.workers.working import working

MAPPINGS = f"{API}/imports/mappings"
FILE = "Commande;Date;Total;Courriel\nC1;31/12/2025 10:00;12,50 €;ada@example.com\n".encode()
TILL = 'source = "till"\ncurrency = "EUR"\n[columns]\nnumber = "No"\ncreated_at = "Date"\ntotal = "Sum"\n'


@pytest.fixture
def workers(runtime: Runtime) -> Iterator[None]:
    """A worker that does what imports ask for."""
    with working(runtime, importing(runtime)):
        yield


def guessed(client: FlaskClient, body: bytes = FILE, query: str = "") -> Any:
    return client.post(f"{MAPPINGS}/guess{query}", data=body, content_type="text/csv")


@pytest.mark.usefixtures("workers")
def test_a_mapping_is_proposed_corrected_kept_and_imported_by(client: FlaskClient, runtime: Runtime) -> None:
    proposal = guessed(client, query="?source=till").get_json()
    found = {one["field"]: one["column"] for one in proposal["columns"]}
    assert found == {"number": "Commande", "created_at": "Date", "total": "Total", "customer_email": "Courriel"}
    assert "ada@example.com" not in proposal["mapping"]
    assert not recorded(runtime, "import.started")
    corrected = proposal["mapping"].replace('# timezone = "Europe/Paris"', 'timezone = "Europe/Paris"')
    kept = client.put(f"{MAPPINGS}/till", json={"mapping": corrected})
    assert (kept.status_code, kept.get_json()["columns"]) == (200, ["Commande", "Date", "Total", "Courriel"])
    assert client.get(f"{MAPPINGS}/till").get_json() == kept.get_json()
    assert guessed(client).get_json()["kept"] == ["till"]
    failed = client.post(f"{API}/imports", data=FILE, content_type="text/csv").get_json()
    assert "say --map till" in ended(client, failed["id"], "failed")["detail"]
    started = client.post(f"{API}/imports?mapping=till", data=FILE, content_type="text/csv").get_json()
    client.delete(f"{MAPPINGS}/till")  # an import that has begun keeps its mapping
    assert looked_at(client, started["id"])["totals"]["totals"] == {"EUR": "12.50"}
    assert [len(recorded(runtime, f"settings.mapping-{what}")) for what in ("saved", "removed")] == [1, 1]


def test_the_mappings_that_are_kept_are_listed_replaced_and_removed(client: FlaskClient) -> None:
    for name in ("till", "market"):
        client.put(f"{MAPPINGS}/{name}", json={"mapping": TILL})
    assert [one["name"] for one in client.get(MAPPINGS).get_json()["items"]] == ["market", "till"]
    client.put(f"{MAPPINGS}/till", json={"mapping": TILL + 'status = "State"\n'})
    assert client.get(f"{MAPPINGS}/till").get_json()["columns"] == ["No", "Date", "State", "Sum"]
    assert client.delete(f"{MAPPINGS}/till").status_code == 204
    refused(client.get(f"{MAPPINGS}/till"), 404, "mapping-not-found")
    refused(client.delete(f"{MAPPINGS}/till"), 404, "mapping-not-found")


def test_what_cannot_be_kept_or_guessed_at_says_why(client: FlaskClient) -> None:
    for name, mapping, code in (
        ("till", "colour = 1", "bad-mapping"),
        ("till", "source =", "bad-mapping"),
        ("Till!", TILL, "wrong-name"),
        ("till", "", "invalid-fields"),
        ("till", "#" * 70_000, "invalid-fields"),
    ):
        refused(client.put(f"{MAPPINGS}/{name}", json={"mapping": mapping}), 422, code)
    for body in (b"No,Date\n", b"%PDF-1.7 something", b"\0\1\2\3" * 50):
        refused(guessed(client, body), 422, "unusable-file")


def test_a_form_may_bring_the_file(client: FlaskClient) -> None:
    answer = client.post(
        f"{MAPPINGS}/guess", data={"file": (BytesIO(FILE), "a.csv")}, content_type="multipart/form-data"
    )
    told = answer.get_json()
    assert 'number = "Commande"' in told["mapping"]
    assert (told["profile"], told["kept"]) == ("", [])
    assert guessed(client, export()).get_json()["profile"] == "shopify"


def test_readers_may_look_and_only_importers_may_keep(client_as: Callable[..., FlaskClient]) -> None:
    auditor, operator = client_as("auditor"), client_as("operator")
    assert auditor.get(MAPPINGS).status_code == 200
    refused(auditor.put(f"{MAPPINGS}/till", json={"mapping": TILL}), 403, "permission-missing")
    refused(guessed(auditor), 403, "permission-missing")
    refused(operator.get(MAPPINGS), 403, "permission-missing")


def test_a_server_composed_without_a_reader_says_so(runtime: Runtime) -> None:
    client = create_app(runtime).test_client()
    headers = {"Authorization": f"Bearer {issue(runtime, 'client', 'admin')}"}
    refused(client.put(f"{MAPPINGS}/till", json={"mapping": TILL}, headers=headers), 501, "no-reader")
