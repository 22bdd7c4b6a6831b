"""Files of imports sent part by part: gone on with after a break, imported by their id, gone after a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.orders.order import Order
from importers.orders import order_id
from projections.runtime import Runtime
from projections.work.uploads import forget_old, path_of
from scripts.importing import importing
from tests.api.desk import API, NOBODY
from tests.api.test_imports import IMPORTS, ended, export, looked_at, post, recorded
from tests.api.test_problems import refused
from tests.importers.importing import order
from tests.workers.working import working

UPLOADS = f"{API}/imports/uploads"
BYTES = "application/octet-stream"


@pytest.fixture
def workers(runtime: Runtime) -> Iterator[None]:
    """A worker that does what imports ask for."""
    with working(runtime, importing(runtime)):
        yield


def begun(client: FlaskClient, body: bytes, name: str = "orders.csv") -> str:
    answer = client.post(UPLOADS, json={"name": name, "size": len(body)})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert answer.headers["Location"] == f"{UPLOADS}/{answer.get_json()['id']}"
    return str(answer.get_json()["id"])


def part(client: FlaskClient, upload: str, offset: int, body: bytes) -> Any:
    return client.patch(f"{UPLOADS}/{upload}?offset={offset}", data=body, content_type=BYTES)


def sent(client: FlaskClient, body: bytes, name: str = "orders.csv") -> str:
    upload = begun(client, body, name)
    assert part(client, upload, 0, body).get_json()["complete"]
    return upload


def imported(client: FlaskClient, *uploads: str, **options: str) -> Any:
    form = {"upload": list(uploads), **options}
    return client.post(IMPORTS, data=form, content_type="multipart/form-data")


@pytest.mark.usefixtures("workers")
def test_a_file_that_broke_off_goes_on_where_it_was_and_is_tried_then_imported(
    client: FlaskClient, runtime: Runtime
) -> None:
    body = export()
    upload = begun(client, body)
    first = part(client, upload, 0, body[:40]).get_json()
    assert (first["received"], first["complete"]) == (40, False)
    assert client.get(UPLOADS).get_json()["items"] == [first]
    problem = refused(imported(client, upload), 409, "upload-incomplete")
    assert problem["details"]["received"] == 40
    assert part(client, upload, 40, body[40:]).get_json()["complete"]
    dry = ended(client, imported(client, upload, dry_run="true").get_json()["id"])
    real = ended(client, imported(client, upload).get_json()["id"])
    assert (dry["totals"], dry["refusals"]) == (real["totals"], real["refusals"])
    assert real["totals"]["orders"]["new"] == 2
    assert len(recorded(runtime, "order.created")) == 2


def test_a_part_stands_where_the_file_does_and_no_byte_beyond_its_size(client: FlaskClient, runtime: Runtime) -> None:
    upload = begun(client, b"0123456789")
    part(client, upload, 0, b"0123")
    problem = refused(part(client, upload, 0, b"0123"), 409, "wrong-offset")
    assert problem["details"]["received"] == 4
    refused(part(client, upload, 4, b"456789 and more"), 422, "upload-too-long")
    assert client.get(f"{UPLOADS}/{upload}").get_json()["received"] == 4
    assert part(client, upload, 4, b"456789").get_json()["complete"]
    assert path_of(runtime.settings, UUID(upload)).read_bytes() == b"0123456789"
    refused(client.patch(f"{UPLOADS}/{upload}?offset=10", json={}), 415, "unsupported-media-type")


def test_what_is_larger_than_the_shop_takes_is_refused_before_it_is_sent(client: FlaskClient, runtime: Runtime) -> None:
    limit = runtime.settings.upload_limit
    refused(client.post(UPLOADS, json={"name": "huge.csv", "size": limit + 1}), 413, "body-too-large")
    refused(client.post(UPLOADS, json={"name": "nothing.csv", "size": 0}), 422, "invalid-fields")
    assert client.get(UPLOADS).get_json()["items"] == []


def test_files_on_their_way_are_their_senders_alone(client: FlaskClient, client_as: Callable[..., FlaskClient]) -> None:
    other, upload = client_as("manager"), sent(client, export())
    refused(other.get(f"{UPLOADS}/{upload}"), 404, "upload-not-found")
    refused(part(other, upload, 0, b"x"), 404, "upload-not-found")
    refused(imported(other, upload), 404, "upload-not-found")
    refused(imported(client, "no id"), 404, "upload-not-found")
    other.delete(f"{UPLOADS}/{upload}")
    assert client.get(f"{UPLOADS}/{upload}").status_code == 200
    client.delete(f"{UPLOADS}/{upload}")
    refused(client.get(f"{UPLOADS}/{upload}"), 404, "upload-not-found")
    assert client.delete(f"{UPLOADS}/{NOBODY}").status_code == 204


def test_a_mapping_is_proposed_for_a_file_that_came_with_samples_that_name_nobody(client: FlaskClient) -> None:
    body = "Commande;Date;Total;Courriel\nC1;31/12/2025 10:00;12,50 €;ada@example.com\n".encode()
    form = {"upload": sent(client, body)}
    answer = client.post(f"{IMPORTS}/mappings/guess", data=form, content_type="multipart/form-data").get_json()
    samples = {one["column"]: one["samples"] for one in answer["columns"]}
    assert samples["Commande"] == ["C1"]
    assert samples["Courriel"] == ["xxx@xxxxxxx.xxx"]


@pytest.mark.usefixtures("workers")
def test_refused_rows_are_loaded_again_as_their_import_was_read(client: FlaskClient, runtime: Runtime) -> None:
    mapping = (
        'source = "till"\ncurrency = "EUR"\npaid = true\n[columns]\nnumber = "No"\ncreated_at = "Date"\ntotal = "Sum"\n'
    )
    body = b"No,Date,Sum\n1,31/12/2025 10:00,5.00\n2,02/03/2025 10:00,five\n"
    form = {"file": (BytesIO(body), "till.csv"), "mapping_text": mapping, "timezone": "Europe/Paris"}
    started = client.post(IMPORTS, data=form, content_type="multipart/form-data").get_json()
    first = looked_at(client, started["id"])
    assert first["totals"]["orders"]["refused"] == 1
    rows = client.get(f"{IMPORTS}/{first['id']}/errors.csv").get_data(as_text=True).replace("five", "6.00")
    again = looked_at(client, post(client, rows.encode(), query=f"?like={first['id']}").get_json()["id"])
    assert (again["source"], again["totals"]["totals"]) == ("till", {"EUR": "6.00"})
    assert str(runtime.log.load(Order, order_id("till", "2")).created_at).startswith("2025-03-02 09:00")
    refused(post(client, b"x", query=f"?like={NOBODY}"), 404, "import-not-found")


def test_what_nobody_goes_on_with_is_forgotten(client: FlaskClient, runtime: Runtime) -> None:
    old, new = sent(client, export()), sent(client, export(order(7)))
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE work.uploads SET changed_at = now() - interval '31 days' WHERE id = %s", (old,))
        assert forget_old(connection, runtime.settings, timedelta(days=30)) == 1
    assert [one["id"] for one in client.get(UPLOADS).get_json()["items"]] == [new]
    assert not path_of(runtime.settings, UUID(old)).exists()
