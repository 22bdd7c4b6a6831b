"""Forgetting a person reaches what stands outside the log: files, what providers told, keys of mails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from domain.customers.remains import REACHED, STAYS
from domain.processes.clear_on_erased import CLEAR_ON_ERASED
from projections.payments import webhooks
from projections.runtime import Runtime
from projections.work import import_files, job_files
from tests.api.desk import CUSTOMERS, place
from tests.importers.importing import imported, orders_file
from tests.importers.importing import order as row
from tests.workers.jobs import ask_for_job
from tests.workers.working import ask, effect, eventually, working
from workers.effects import PERFORMED
from workers.handed_over import HandedOver

KINDS = {"person.clear": PERFORMED["person.clear"]}


@pytest.fixture
def order(client: FlaskClient) -> dict[str, Any]:
    return place(client)


def forget(client: FlaskClient, order: dict[str, Any]) -> dict[str, Any]:
    url = f"{CUSTOMERS}/{order['customer']['id']}"
    answer = client.delete(url, headers={"If-Match": client.get(url).headers["ETag"]})
    assert answer.status_code == 200
    told: dict[str, Any] = answer.get_json()
    return told


def everything(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_the_answer_names_what_is_reached_and_what_stays(client: FlaskClient, order: dict[str, Any]) -> None:
    told = forget(client, order)
    assert (told["id"], told["reached"]) == (order["customer"]["id"], list(REACHED))
    assert [one["what"] for one in told["stays"]] == [one.what for one in STAYS]


def test_no_file_holds_a_person_who_was_forgotten(
    runtime: Runtime, client: FlaskClient, order: dict[str, Any], tmp_path: Path
) -> None:
    files = runtime.settings.files
    sold = orders_file(tmp_path, row(1), row(2, **{"Lineitem price": "x"}))
    import_id, _ = imported(runtime, sold)
    job_id = ask_for_job(runtime, (1,), kind="exports")
    with job_files.writing(runtime.settings, job_id, "customers.csv") as file:
        file.write(b"Nora Example")
    with runtime.reading() as connection:
        connection.execute("UPDATE work.jobs SET state = 'done' WHERE id = %s", (job_id,))
    assert any(b"Nora Example" in content for content in everything(files))
    with working(runtime, KINDS, (CLEAR_ON_ERASED,)):
        forget(client, order)
        eventually(lambda: not any(b"Nora Example" in content for content in everything(files)), "no file holds her")
        folder = import_files.folder_of(runtime.settings, import_id)
        eventually(lambda: not folder.exists(), "the import's folder is gone")


def test_a_file_in_use_goes_once_its_import_is_at_rest(
    runtime: Runtime, client: FlaskClient, order: dict[str, Any], tmp_path: Path
) -> None:
    import_id, _ = imported(runtime, orders_file(tmp_path, row(1), row(2, **{"Lineitem price": "x"})))
    folder = import_files.folder_of(runtime.settings, import_id)
    with runtime.reading() as connection:
        connection.execute("UPDATE work.imports SET state = 'paused' WHERE id = %s", (import_id,))
    customer = {"customer_id": order["customer"]["id"], "second": 4_000_000_000}
    with working(runtime, KINDS):
        key = ask(runtime, "person.clear", payload=customer)
        eventually(lambda: effect(runtime, key).error == "still-in-use", "it waits")
    assert folder.exists()


def test_what_providers_told_and_the_keys_of_mails_are_forgotten_once_they_were_followed(
    runtime: Runtime, client: FlaskClient, order: dict[str, Any]
) -> None:
    order_id, mail, log_id = UUID(order["id"]), uuid4(), runtime.log.lineage()[0].id
    ask(runtime, "mail.send", mail, order_id=order_id)
    ask(runtime, "webhook.process", payload={"provider": "stripe", "event_id": "evt_waiting"})
    with runtime.reading() as connection:
        for name, about in (("evt_waiting", order_id), ("evt_done", order_id), ("evt_of_another", uuid4())):
            webhooks.keep(connection, runtime.log.keys.webhooks, "stripe", name, b"{}", about)
    with closing(HandedOver(runtime.settings.data_dir)) as memory:
        memory.begin(log_id, "an epoch that ended", [mail])
        customer = {"customer_id": order["customer"]["id"], "second": 4_000_000_000}
        with working(runtime, KINDS):
            key = ask(runtime, "person.clear", payload=customer)
            eventually(lambda: effect(runtime, key).error == "still-in-use", "what nobody followed stays")
        assert memory.begin(log_id, "another epoch", [mail]) == set()
    with runtime.reading() as connection:
        left = {name for (name,) in connection.execute("SELECT event_id FROM payments.webhooks")}
    assert left == {"evt_waiting", "evt_of_another"}
