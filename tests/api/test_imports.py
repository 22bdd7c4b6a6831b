"""Imports over HTTP: a file streamed in, worked off by workers, followed, stopped and taken back."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from domain.imports import Import, StartImport
from domain.orders.order import Order
from importers import files
from importers.orders import order_id
from projections.log import Recorded
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.work.import_files import folder_of
from scripts.importing import importing
from tests.api.desk import API
from tests.api.test_problems import refused
from tests.fixtures_api import context_of, issue
from tests.importers.importing import HEADER, order
from tests.workers.brokers import ADDRESSES, address, forget
from tests.workers.working import eventually, working

IMPORTS = f"{API}/imports"
BROKERS = [pytest.param(name, marks=[pytest.mark.broker] if ADDRESSES[name] else []) for name in sorted(ADDRESSES)]
MAPPING = 'source = "till"\ncurrency = "EUR"\n[columns]\nnumber = "No"\ncreated_at = "Date"\ntotal = "Sum"\n'


def export(*rows: str) -> bytes:
    return "\n".join((HEADER, *(rows or (order(1), order(2), order(3, **{"Lineitem quantity": "x"}))), "")).encode()


def post(client: FlaskClient, body: bytes | None = None, query: str = "", **headers: str) -> Any:
    """The answer to a file sent as the body."""
    return client.post(f"{IMPORTS}{query}", data=body or export(), content_type="text/csv", headers=headers)


@pytest.fixture
def workers(runtime: Runtime) -> Iterator[None]:
    """A worker that does what imports ask for."""
    with working(runtime, importing(runtime)):
        yield


def ended(client: FlaskClient, import_id: str, state: str = "completed") -> dict[str, Any]:
    """The import once it has come to the state."""
    eventually(lambda: client.get(f"{IMPORTS}/{import_id}").get_json()["state"] == state, f"import {state}")
    told: dict[str, Any] = client.get(f"{IMPORTS}/{import_id}").get_json()
    return told


def looked_at(client: FlaskClient, import_id: str) -> dict[str, Any]:
    """The import once it asked, somebody said that all of it is right, and it has ended."""
    found = ended(client, import_id, "needs-answer")["findings"]
    answer = client.post(f"{IMPORTS}/{import_id}/answer", json={"checked": [one["name"] for one in found]})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return ended(client, import_id)


def recorded(runtime: Runtime, topic: str) -> list[Recorded]:
    return [one for one in runtime.log.read(0, 10_000) if topic == one.event.TOPIC]


@pytest.mark.usefixtures("workers")
def test_a_file_is_taken_in_by_workers_and_accounted_for(client: FlaskClient, runtime: Runtime) -> None:
    answer = post(client)
    assert (answer.status_code, answer.get_json()["state"]) == (202, "running")
    assert answer.headers["Location"] == f"{IMPORTS}/{answer.get_json()['id']}"
    told = ended(client, answer.get_json()["id"])
    assert told["totals"]["orders"]["new"] == 2
    assert told["refusals"] == {"not-a-whole-number": 1}
    assert [(row["row"], [fault["column"] for fault in row["faults"]]) for row in told["refused_rows"]] == [
        ("4", ["Lineitem quantity"])
    ]
    assert (told["profile"], told["source"], told["dry_run"]) == ("shopify", "shopify", False)
    assert told["progress"] == {"read": 1.0, "taken_in": 1.0, "rows": 3, "orders": 3, "ranges": 1, "ranges_done": 1}
    report = client.get(f"{IMPORTS}/{told['id']}/errors.csv")
    assert report.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(report.get_data().decode("utf-8-sig"), newline="")))
    assert [(row["Name"], row["error_column"]) for row in rows] == [("#3", "Lineitem quantity")]
    actors = {one.event.metadata.actor for one in recorded(runtime, "import.started")}
    assert len(actors) == 1
    assert next(iter(actors)).startswith("token:admin-")


@pytest.mark.parametrize("name", BROKERS)
def test_ranges_go_out_to_workers_on_every_broker(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(files, "ROWS", 5)
    chosen = replace(settings, broker_url=address(name))
    with open_runtime(chosen) as runtime:
        client = create_app(runtime).test_client()
        headers = {"Authorization": f"Bearer {issue(runtime, 'client', 'manager')}"}
        rows = export(*(order(number) for number in range(1, 41)))
        started = client.post(IMPORTS, data=rows, content_type="text/csv", headers=headers).get_json()
        with working(runtime, importing(runtime)), working(runtime, importing(runtime)):
            eventually(lambda: runtime.log.load(Import, UUID(started["id"])).state == "completed", "all is in")
        told = client.get(f"{IMPORTS}/{started['id']}", headers=headers).get_json()
    forget(chosen)
    assert told["totals"]["orders"]["new"] == 40
    assert told["progress"]["ranges_done"] == 8


@pytest.mark.usefixtures("workers")
def test_a_form_brings_its_mapping_along(client: FlaskClient, runtime: Runtime) -> None:
    body = b"No,Date,Sum\n77,2025-01-02 10:00:00 +0000,5.00\n"
    form = {"file": (BytesIO(body), "orders.csv"), "mapping_text": MAPPING, "dry_run": "false"}
    answer = client.post(IMPORTS, data=form, content_type="multipart/form-data")
    assert answer.status_code == 202, answer.get_data(as_text=True)
    assert looked_at(client, answer.get_json()["id"])["totals"]["totals"] == {"EUR": "5.00"}
    assert runtime.log.load(Order, order_id("till", "77")).number == "77"


@pytest.mark.usefixtures("workers")
def test_a_dry_run_answers_the_same_and_stores_no_order(client: FlaskClient, runtime: Runtime) -> None:
    dry = ended(client, post(client, query="?dry_run=true").get_json()["id"])
    assert not recorded(runtime, "order.created")
    real = ended(client, post(client).get_json()["id"])
    assert (dry["dry_run"], dry["totals"], dry["refusals"]) == (True, real["totals"], real["refusals"])
    assert len(recorded(runtime, "order.created")) == 2


@pytest.mark.usefixtures("workers")
def test_a_file_that_cannot_be_used_says_why(client: FlaskClient) -> None:
    told = ended(client, post(client, b"a,b\n1,2\n").get_json()["id"], "failed")
    assert told["reason"] == "unusable-file"
    assert "No profile knows this header" in told["detail"]


def test_the_same_key_begins_one_import(client: FlaskClient, runtime: Runtime) -> None:
    key = {"Idempotency-Key": "evening"}
    first, again = post(client, export(), **key), post(client, export(), **key)
    assert (first.get_json(), again.status_code) == (again.get_json(), 202)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(recorded(runtime, "import.started")) == 1
    other = post(client, export(order(9)), **key)
    assert other.status_code == 422
    folder = folder_of(runtime.settings, UUID(first.get_json()["id"]))
    assert [path.read_bytes() for path in folder.glob("upload-*")] == [export()], "another body took the file's place"
    assert not list((runtime.settings.files / "uploads").iterdir())


def test_an_upload_is_its_owners_alone(client: FlaskClient, runtime: Runtime) -> None:
    import_id = post(client).get_json()["id"]
    folder = folder_of(runtime.settings, UUID(import_id))
    [upload] = folder.glob("upload-*")
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(upload.stat().st_mode)) == (0o700, 0o600)


@pytest.mark.parametrize("form", [False, True])
def test_a_file_may_be_larger_than_a_body_and_has_a_bound_of_its_own(settings: Settings, form: bool) -> None:
    with open_runtime(replace(settings, body_limit=1_024, upload_limit=10_000)) as runtime:
        client = create_app(runtime).test_client()
        headers = {"Authorization": f"Bearer {issue(runtime, 'client', 'manager')}"}

        def sent(size: int) -> int:
            body: Any = {"file": (BytesIO(b"x" * size), "orders.csv")} if form else b"x" * size
            kind = "multipart/form-data" if form else "text/csv"
            return client.post(IMPORTS, data=body, content_type=kind, headers=headers).status_code

        assert (sent(5_000), sent(20_000)) == (202, 413)
        assert len(recorded(runtime, "import.started")) == 1
        assert not list((runtime.settings.files / "uploads").iterdir())


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("?kind=receipts", "kind"), ("?stock=maybe", "stock"), ("?colour=red", "colour"), ("?dry_run=perhaps", "dry_run")],
)
def test_a_wrong_choice_names_its_parameter(client: FlaskClient, runtime: Runtime, query: str, parameter: str) -> None:
    answer = post(client, query=query)
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.get_json()["errors"]] == [parameter]
    assert not recorded(runtime, "import.started")


def test_an_empty_file_is_refused(client: FlaskClient) -> None:
    answer = client.post(IMPORTS, data=b"", content_type="text/csv")
    assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/empty-file")


def test_pause_resume_and_cancel_follow_the_state(client: FlaskClient, runtime: Runtime) -> None:
    at = f"{IMPORTS}/{post(client).get_json()['id']}"
    for step, state in (("pause", "paused"), ("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        assert client.post(f"{at}/{step}").get_json()["state"] == state
    assert refused(client.post(f"{at}/resume"), 409, "wrong-import-state")
    with working(runtime, importing(runtime)):
        eventually(lambda: not _waiting(runtime), "every effect has ended")
    assert client.get(at).get_json()["state"] == "cancelled"
    assert not recorded(runtime, "order.created")


def test_a_paused_import_is_gone_on_with_by_workers(client: FlaskClient, runtime: Runtime) -> None:
    import_id = post(client).get_json()["id"]
    client.post(f"{IMPORTS}/{import_id}/pause")
    with working(runtime, importing(runtime)):
        eventually(lambda: not _waiting(runtime), "what was asked before has ended")
        assert not recorded(runtime, "order.created")
        client.post(f"{IMPORTS}/{import_id}/resume")
        assert ended(client, import_id)["totals"]["orders"]["new"] == 2
    refused(client.post(f"{IMPORTS}/{import_id}/pause"), 409, "wrong-import-state")


@pytest.mark.usefixtures("workers")
def test_what_looks_wrong_waits_for_an_answer(client: FlaskClient, runtime: Runtime) -> None:
    body = export(*(order(number, Total="9.00") for number in range(1, 5)))
    at = f"{IMPORTS}/{post(client, body).get_json()['id']}"
    told = ended(client, at.rpartition("/")[2], "needs-answer")
    assert not recorded(runtime, "order.created")
    assert told["findings"] == [
        {
            "name": "adjustments",
            "orders": 4,
            "looked_at": 4,
            "detail": "4 of 4 orders: their parts come to other totals: 16.00 EUR.",
            "checked": False,
        }
    ]
    refused(client.post(f"{at}/answer", json={"checked": ["colours"]}), 422, "no-such-finding")
    refused(client.post(f"{at}/answer", json={"checked": []}), 422, "invalid-fields")
    refused(client.post(f"{at}/resume"), 409, "wrong-import-state")
    answer = client.post(f"{at}/answer", json={"checked": ["adjustments"]})
    assert (answer.status_code, answer.get_json()["state"]) == (200, "running")
    done = ended(client, at.rpartition("/")[2])
    assert (done["totals"]["orders"]["new"], done["findings"][0]["checked"]) == (4, True)
    refused(client.post(f"{at}/answer", json={"checked": ["colours"]}), 409, "wrong-import-state")


def test_an_import_of_which_only_the_history_is_left_is_shown(client: FlaskClient, runtime: Runtime) -> None:
    runtime.desk.handle(StartImport(import_id=UUID(int=5), context=context_of()))
    assert client.get(f"{IMPORTS}/{UUID(int=5)}").get_json()["progress"]["ranges"] == 0


def _waiting(runtime: Runtime) -> int:
    with runtime.reading() as connection:
        row = connection.execute("SELECT count(*) FROM work.effects WHERE state <> 'done'").fetchone()
    return row[0] if row else 0


@pytest.mark.usefixtures("workers", "projecting")
def test_an_undo_takes_orders_back_and_lists_what_stays(client: FlaskClient, runtime: Runtime) -> None:
    import_id = post(client).get_json()["id"]
    ended(client, import_id)
    kept, gone = (str(order_id("shopify", number)) for number in ("#1", "#2"))
    assert client.post(f"{API}/orders/{kept}/notes", json={"text": "He called"}).status_code == 201
    assert client.post(f"{IMPORTS}/{import_id}/undo").status_code == 202
    told = ended(client, import_id, "undone")
    assert told["taken_back"] == {"undone": 1, "kept": 1}
    assert [(one["order_id"], one["code"]) for one in told["kept"]] == [(kept, "worked-on-since")]
    assert client.get(f"{API}/orders/{kept}").status_code == 200
    refused(client.get(f"{API}/orders/{gone}"), 404, "order-not-found")
    refused(client.post(f"{API}/orders/{gone}/notes", json={"text": "Too late"}), 404, "order-not-found")
    history = client.get(f"{API}/orders/{gone}/events").get_json()["items"]
    assert history[-1]["topic"] == "order.import-undone", "an auditor still sees what happened"
    head = {"X-Min-Position": str(runtime.log.head())}
    numbers = [one["number"] for one in client.get(f"{API}/orders", headers=head).get_json()["items"]]
    assert numbers == ["#1"]


@pytest.mark.usefixtures("workers", "projecting")
def test_the_list_shows_imports_newest_first_and_by_state(client: FlaskClient, runtime: Runtime) -> None:
    first, second = (post(client, export(order(number))).get_json()["id"] for number in (1, 2))
    ended(client, first)
    ended(client, second)
    head = {"X-Min-Position": str(runtime.log.head())}
    answer = client.get(f"{IMPORTS}?count=exact", headers=head).get_json()
    assert [one["id"] for one in answer["items"]] == [second, first]
    assert answer["count"]["value"] == 2
    assert answer["items"][0]["totals"]["orders"]["new"] == 1
    assert client.get(f"{IMPORTS}?state=failed", headers=head).get_json()["items"] == []


@pytest.mark.usefixtures("workers", "projecting")
def test_tracking_codes_come_in_the_same_way(client: FlaskClient, runtime: Runtime) -> None:
    ended(client, post(client, export(order(1, **{"Fulfillment Status": ""}))).get_json()["id"])
    runtime.views.wait_for("orders", runtime.log.head())
    told = post(client, b"number,carrier,code\n#1,dhl,JD1\n#8,dhl,JD2\n", "?kind=tracking").get_json()
    totals = ended(client, told["id"])["totals"]
    assert (totals["orders"]["new"], totals["orders"]["refused"]) == (1, 1)
    assert runtime.log.load(Order, order_id("shopify", "#1")).shipments[1].tracking_code == "JD1"


def test_only_those_who_may_import_do(client_as: Callable[..., FlaskClient]) -> None:
    assert post(client_as("operator")).status_code == 403
    auditor, import_id = client_as("auditor"), post(client_as("data"), query="?dry_run=true").get_json()["id"]
    assert auditor.get(f"{IMPORTS}/{import_id}").status_code == 200
    for step in ("pause", "resume", "cancel", "undo"):
        assert auditor.post(f"{IMPORTS}/{import_id}/{step}").status_code == 403


def test_an_unknown_import_is_not_found(client: FlaskClient) -> None:
    at = f"{IMPORTS}/{UUID(int=9)}"
    refused(client.get(at), 404, "import-not-found")
    refused(client.get(f"{at}/errors.csv"), 404, "import-not-found")
    refused(client.post(f"{at}/pause"), 404, "import-not-found")


@pytest.mark.usefixtures("workers")
def test_totals_that_do_not_add_up_are_kept_as_told_and_listed_page_by_page(client: FlaskClient) -> None:
    rows = export(*(order(n, Total="5.00" if n == 2 else f"{n}.50") for n in range(1, 5)))
    told = looked_at(client, post(client, rows).get_json()["id"])
    assert told["totals"]["orders_with_total_as_told"] == 3
    path = f"{IMPORTS}/{told['id']}/differences"
    first = client.get(f"{path}?limit=2").get_json()
    last = client.get(f"{path}?limit=2&cursor={first['next']}").get_json()
    assert (len(first["items"]), last["next"]) == (2, None)
    listed = {one["external_id"]: one["difference"] for one in (*first["items"], *last["items"])}
    assert listed == {"#1": "-3.50", "#3": "-1.50", "#4": "-0.50"}
    assert client.get(f"{path}?cursor=nonsense").status_code == 400


class TestSeveralFiles:
    ORDERS = (
        "id,name,currency,total_price,created_at,financial_status\n"
        "1,#1,EUR,5.00,2025-01-15 10:00:00,paid\n2,#2,EUR,6.00,2025-01-15 10:00:00,paid\n"
    )
    LINES = "order_id,id,title,price,quantity\n1,1,Mug,5.00,1\n2,2,Tee,six,1\n"

    def sent(self, client: FlaskClient, *files: str, query: str = "", **headers: str) -> Any:
        parts = [(BytesIO(text.encode()), f"{number}.csv") for number, text in enumerate(files)]
        return client.post(
            f"{IMPORTS}{query}", data={"file": parts}, content_type="multipart/form-data", headers=headers
        )

    @pytest.mark.usefixtures("workers")
    def test_files_that_belong_together_come_in_as_one_and_their_errors_alone(self, client: FlaskClient) -> None:
        first = ended(client, self.sent(client, self.LINES, self.ORDERS).get_json()["id"])
        assert (first["profile"], first["totals"]["orders"]["new"]) == ("shopify-api", 1)
        assert first["totals"]["rows"] == {"read": 4, "accepted": 2, "refused": 2}
        report = client.get(f"{IMPORTS}/{first['id']}/errors.csv").get_data(as_text=True)
        again = ended(client, post(client, report.replace("six", "6.00").encode()).get_json()["id"])
        assert again["totals"]["orders"] == {"new": 1, "known": 0, "changed": 0, "updated": 0, "refused": 0}

    def test_the_same_key_in_another_order_of_files_is_the_same_request(
        self, client: FlaskClient, runtime: Runtime
    ) -> None:
        key = {"Idempotency-Key": "pair"}
        first, again = (
            self.sent(client, self.LINES, self.ORDERS, **key),
            self.sent(client, self.ORDERS, self.LINES, **key),
        )
        assert (first.get_json(), again.status_code) == (again.get_json(), 202)
        assert len(recorded(runtime, "import.started")) == 1
        folder = folder_of(runtime.settings, UUID(first.get_json()["id"]))
        assert len(list(folder.glob("upload-*"))) == 2
        assert not list((runtime.settings.files / "uploads").iterdir())

    def test_a_file_given_twice_is_refused_and_nothing_is_kept(self, client: FlaskClient, runtime: Runtime) -> None:
        answer = self.sent(client, self.ORDERS, self.ORDERS)
        assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/same-file-twice")
        assert not list((runtime.settings.files / "uploads").iterdir())

    @pytest.mark.usefixtures("workers")
    def test_a_dry_run_explains_how_files_are_read_and_shows_nobodys_data(self, client: FlaskClient) -> None:
        dry = ended(client, post(client, query="?dry_run=true").get_json()["id"])
        told = client.get(f"{IMPORTS}/{dry['id']}/explanation").get_json()
        assert (told["profile"], told["dates"], told["decimal"], told["rows"]) == ("shopify", "iso", ".", 3)
        columns = {one["column"]: one for one in told["columns"]}
        assert columns["Lineitem name"]["samples"] == ["Widget"]
        assert (columns["Email"]["filled"], columns["Email"]["samples"]) == (3, [])

    def test_what_is_not_read_yet_has_no_explanation(self, client: FlaskClient) -> None:
        import_id = post(client).get_json()["id"]
        answer = client.get(f"{IMPORTS}/{import_id}/explanation")
        assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/not-explained")

    @pytest.mark.usefixtures("workers")
    def test_what_cannot_be_known_is_asked_for_and_believed(self, client: FlaskClient) -> None:
        body = export(order(1, **{"Created at": "03/04/2025 10:00:00 +0000"}))
        told = ended(client, post(client, body).get_json()["id"], "failed")
        assert "the field `dates`" in told["detail"]
        assert post(client, body, "?dates=sometimes").status_code == 422
        assert ended(client, post(client, body, "?dates=day-first").get_json()["id"])["totals"]["orders"]["new"] == 1
