"""Many orders printed as one file by a job: in the list's order, told order by order, whole or not printed at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from domain.orders.prints import DocumentPrinted
from printing.documents import Bundle
from projections.engine.filling import Source
from projections.papers.prints import Papers
from projections.runtime import Runtime
from projections.views.orders import Orders
from tests.api.desk import API, NOBODY, ORDERS, eur, line, place
from tests.api.invoices import issue, set_up
from tests.api.test_orders_bulk import JOBS, built, finished, now
from tests.api.test_problems import refused
from tests.workers.jobs import ends
from tests.workers.working import eventually, working
from workers import prints
from workers.prints import PRINTS
from workers.projecting import Projecting

Act = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def at_work(installed: Runtime) -> Iterator[None]:
    """The list follows, and a worker prints."""
    source = Source(installed.settings.database_url, installed.settings.secrets)
    following = Projecting(source, installed.log, (Orders(),))
    following.start()
    eventually(partial(built, installed, "orders"), "orders")
    with working(installed, PRINTS):
        yield
    following.stop()


@pytest.fixture(scope="module")
def installed(shared_runtime: Runtime, tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """One installation for this file, with a folder of its own."""
    settings = replace(shared_runtime.settings, files_dir=str(tmp_path_factory.mktemp("files")))
    return replace(shared_runtime, settings=settings)


@pytest.fixture
def runtime(installed: Runtime) -> Runtime:
    """The same for each test, which looks at orders of its own."""
    return installed


@pytest.fixture
def act(client: FlaskClient, runtime: Runtime, at_work: None) -> Act:
    """Asks for a file, waits for the job's end and gives it with its results by order."""

    def ask(**told: Any) -> dict[str, Any]:
        answer = client.post(f"{ORDERS}/bulk", json={"action": "print", **told}, headers=now(runtime))
        assert answer.status_code == 202, answer.get_data(as_text=True)
        return finished(client, runtime, answer.get_json()["id"])

    return ask


def file_of(client: FlaskClient, job: dict[str, Any]) -> bytes:
    answer = client.get(f"{JOBS}/{job['id']}/file", buffered=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return bytes(answer.data)


def pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(data)).pages]


def prints_of(runtime: Runtime, order: dict[str, Any]) -> list[DocumentPrinted]:
    events = (one.event for one in runtime.log.stream(UUID(order["id"])))
    return [event for event in events if isinstance(event, DocumentPrinted)]


def test_orders_come_out_as_one_file_in_the_order_told_and_the_rest_is_told(
    client: FlaskClient, runtime: Runtime, act: Act
) -> None:
    orders = [place(client) for _ in range(3)][::-1]
    job = act(ids=[orders[0]["id"], NOBODY, orders[1]["id"], orders[2]["id"]])
    assert list(job["results"].items()) == [
        (orders[0]["id"], ("done", None)),
        (NOBODY, ("refused", "order-not-found")),
        (orders[1]["id"], ("done", None)),
        (orders[2]["id"], ("done", None)),
    ]
    data = file_of(client, job)
    assert [order["number"] in page for order, page in zip(orders, pages(data), strict=True)] == [True] * 3
    told = job["outcome"]["file"]
    assert (told["name"], told["sha256"]) == ("receipt-3.pdf", sha256(data).hexdigest())
    for order in orders:
        [event] = prints_of(runtime, order)
        assert event.printed.sha256 == told["sha256"]
        assert event.metadata.actor == job["created_by"]
    assert "undo" not in job["actions"]


def test_the_file_is_the_one_that_printing_at_once_gives(client: FlaskClient, act: Act) -> None:
    ids = [place(client)["id"] for _ in range(2)]
    job = act(ids=ids, kind="packing_slip", locale="fr")
    asked = {"orders": ids, "kind": "packing_slip", "locale": "fr"}
    assert file_of(client, job) == client.post(f"{API}/documents", json=asked).data


def test_receipts_come_on_the_paper_of_the_till(client: FlaskClient, act: Act) -> None:
    job = act(ids=[place(client)["id"] for _ in range(2)], paper="80mm")
    widths = {round(float(page.mediabox.width) / 72 * 25.4) for page in PdfReader(BytesIO(file_of(client, job))).pages}
    assert widths == {80}


def test_the_filter_and_the_sort_of_the_list_decide_what_is_printed(client: FlaskClient, act: Act) -> None:
    orders = [place(client, line(units), source="market") for units in (3, 1, 2)]
    place(client, source="elsewhere")
    job = act(filter={"source": "market", "sort": "-total"})
    wanted = [orders[0]["number"], orders[2]["number"], orders[1]["number"]]
    assert [number in page for number, page in zip(wanted, pages(file_of(client, job)), strict=True)] == [True] * 3


def test_an_order_has_all_its_documents_of_the_kind_printed_and_one_without_is_refused(
    client: FlaskClient, act: Act
) -> None:
    set_up(client)
    invoiced, bare = place(client), place(client)
    number = issue(client, invoiced).get_json()["number"]
    job = act(ids=[bare["id"], invoiced["id"]], kind="invoice")
    assert job["results"] == {bare["id"]: ("refused", "nothing-to-print"), invoiced["id"]: ("done", None)}
    [page] = pages(file_of(client, job))
    assert number in page


def test_a_job_that_prints_nothing_has_no_file(client: FlaskClient, act: Act) -> None:
    job = act(ids=[place(client)["id"]], kind="return_slip")
    assert (job["state"], job["outcome"]) == ("done", {})
    refused(client.get(f"{JOBS}/{job['id']}/file"), 404, "job-file-not-found")


def test_an_order_that_would_make_the_file_too_long_is_left_out(
    client: FlaskClient, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prints, "MOST_LINES", 2)
    long, short = place(client, line(), line(1)), place(client)
    job = act(ids=[short["id"], long["id"]])
    assert job["results"] == {short["id"]: ("done", None), long["id"]: ("refused", "too-many-lines")}


def test_what_breaks_before_the_file_is_whole_is_drawn_again_from_the_same(
    client: FlaskClient, runtime: Runtime, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prints, "AT_ONCE", 1)
    first, second = place(client), place(client)
    finish = Bundle.finished
    broken: list[Any] = []

    def breaks(bundle: Bundle) -> bytes:
        if not broken:
            broken.append(prints_of(runtime, first))
            client.post(f"{ORDERS}/{first['id']}/notes", json={"text": "Meanwhile"})
            broken.append(client.put(f"{ORDERS}/{first['id']}/discount", json={"amount": eur("1.00")}).status_code)
            raise OSError("disk full")
        return finish(bundle)

    monkeypatch.setattr(Bundle, "finished", breaks)
    job = act(ids=[first["id"], second["id"]])
    assert broken == [[], 200]
    [page, _] = pages(file_of(client, job))
    assert "20.00" in page
    assert "19.00" not in page
    assert [event.printed.order_version for event in prints_of(runtime, first)] == [first["version"]]
    assert [len(prints_of(runtime, order)) for order in (first, second)] == [1, 1]


def test_what_breaks_after_the_file_is_whole_only_goes_on_writing_down(
    client: FlaskClient, runtime: Runtime, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = place(client)
    write = Papers.write_down
    files: list[Any] = []

    def breaks(*told: Any) -> None:
        files.append([path.stat().st_ino for path in (runtime.settings.files / "jobs").glob("*/receipt-1.pdf")])
        if len(files) == 1:
            raise OSError("the database went away")
        write(*told)

    monkeypatch.setattr(Papers, "write_down", breaks)
    act(ids=[order["id"]])
    assert len(files) == 2
    assert files[0] == files[1]
    assert len(prints_of(runtime, order)) == 1


def test_a_job_that_was_cancelled_prints_nothing(
    client: FlaskClient, runtime: Runtime, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, other = place(client), place(client)
    finish = Bundle.finished

    def cancelled(bundle: Bundle) -> bytes:
        for job in client.get(f"{JOBS}?state=running").get_json()["items"]:
            assert client.post(f"{JOBS}/{job['id']}/cancel").status_code == 200
        return finish(bundle)

    with monkeypatch.context() as patching:
        patching.setattr(Bundle, "finished", cancelled)
        asked = client.post(f"{ORDERS}/bulk", json={"action": "print", "ids": [order["id"]]}).get_json()
        ends(runtime, UUID(asked["id"]), "cancelled")
    act(ids=[other["id"]])
    refused(client.get(f"{JOBS}/{asked['id']}/file"), 404, "job-file-not-found")
    assert prints_of(runtime, order) == []


@pytest.mark.parametrize(
    ("told", "pointer"), [({"kind": "poem"}, "/kind"), ({"locale": "tlh"}, "/locale"), ({"status": "done"}, "/status")]
)
def test_what_is_told_wrongly_is_refused(client: FlaskClient, told: dict[str, str], pointer: str) -> None:
    answer = client.post(f"{ORDERS}/bulk", json={"action": "print", "ids": [NOBODY], **told})
    assert [one["pointer"] for one in refused(answer, 422, "invalid-fields")["errors"]] == [pointer]


def test_who_reads_documents_prints_them(client_as: Callable[..., FlaskClient], client: FlaskClient) -> None:
    told = {"action": "print", "ids": [place(client)["id"]]}
    assert client_as("auditor").post(f"{ORDERS}/bulk", json=told).status_code == 202
    refused(client_as("admin", "orders:write").post(f"{ORDERS}/bulk", json=told), 403, "permission-missing")
