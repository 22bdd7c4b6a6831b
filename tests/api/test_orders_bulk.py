"""The same asked of many orders: each gets its result, one key asks once, and what has an opposite is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.messages import Copy, KeepMessage, RequestMessage, StoreCopy
from projections.engine.filling import Source
from projections.engine.freshness import TooFarBehind
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from tests.api.desk import API, NOBODY, ORDERS, News, create, line, place
from tests.api.test_problems import refused
from tests.api.test_stock import figures, receive
from tests.fixtures_api import context_of, hire
from tests.workers.jobs import ends
from tests.workers.working import eventually, working
from workers.bulk import BULK
from workers.projecting import Projecting

JOBS = f"{API}/jobs"


@pytest.fixture(scope="module", autouse=True)
def operators(shared_runtime: Runtime) -> None:
    """Those who look after orders here."""
    hire(shared_runtime, "ada", "operator")
    hire(shared_runtime, "bob", "operator")


@pytest.fixture(scope="module")
def at_work(shared_runtime: Runtime) -> Iterator[None]:
    """The lists follow, and a worker does jobs."""
    source = Source(shared_runtime.settings.database_url, shared_runtime.settings.secrets)
    following = Projecting(source, shared_runtime.log, PROJECTIONS.values())
    following.start()
    for name in ("orders", "messages"):
        eventually(partial(built, shared_runtime, name), name)
    with working(shared_runtime, BULK):
        yield
    following.stop()


@pytest.fixture
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for this file; each test looks at orders of its own."""
    return shared_runtime


def built(runtime: Runtime, name: str) -> bool:
    """Whether a view can be read."""
    try:
        runtime.views.wait_for(name)
    except TooFarBehind:
        return False
    return True


@pytest.fixture
def act(client: FlaskClient, runtime: Runtime, at_work: None) -> Callable[..., dict[str, Any]]:
    """Asks for a bulk action, waits for its end and gives the job with its results by order."""

    def ask(**told: Any) -> dict[str, Any]:
        answer = client.post(f"{ORDERS}/bulk", json=told, headers=now(runtime))
        assert answer.status_code == 202, answer.get_data(as_text=True)
        return finished(client, runtime, answer.get_json()["id"])

    return ask


def pointer(problem: dict[str, Any]) -> str:
    """Where the one fault of a problem stands."""
    [error] = problem["errors"]
    return str(error["pointer"])


def now(runtime: Runtime) -> dict[str, str]:
    """The header that asks for a list as fresh as the log."""
    return {"X-Min-Position": str(runtime.log.head())}


def finished(client: FlaskClient, runtime: Runtime, job_id: str) -> dict[str, Any]:
    ends(runtime, UUID(job_id))
    job: dict[str, Any] = client.get(f"{JOBS}/{job_id}").get_json()
    items = client.get(f"{JOBS}/{job_id}/results?limit=200").get_json()["items"]
    return {**job, "results": {one["item"]: (one["outcome"], one["code"]) for one in items}}


def undone(client: FlaskClient, runtime: Runtime, job: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"{JOBS}/{job['id']}/undo")
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return finished(client, runtime, answer.get_json()["id"])


def read(client: FlaskClient, order: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = client.get(f"{ORDERS}/{order['id']}").get_json()
    return told


class TestTheAction:
    def test_every_order_has_its_result(self, client: FlaskClient, act: Callable[..., dict[str, Any]]) -> None:
        placed, draft, shipped = place(client), create(client), place(client)
        client.post(f"{ORDERS}/{shipped['id']}/status", json={"status": "processing", "stock": "apply"})
        ids = [placed["id"], draft["id"], shipped["id"], NOBODY, placed["id"]]
        job = act(action="status", status="processing", stock="apply", ids=ids)
        assert job["results"] == {
            placed["id"]: ("done", None),
            draft["id"]: ("done", None),
            shipped["id"]: ("unchanged", None),
            NOBODY: ("refused", "order-not-found"),
        }
        assert job["progress"] == {"total": 4, "done": 2, "refused": 1, "unchanged": 1}
        assert read(client, placed)["status"]["code"] == "processing"

    def test_a_refused_order_takes_none_of_the_others_down(
        self, client: FlaskClient, act: Callable[..., dict[str, Any]]
    ) -> None:
        receive(client, 3, "POT-1")
        few, many, some = (create(client, line(units, sku="POT-1")) for units in (2, 5, 1))
        ids = [few["id"], many["id"], some["id"]]
        job = act(action="status", status="pending", ids=ids)
        assert [job["results"][one] for one in ids] == [("done", None), ("refused", "out-of-stock"), ("done", None)]
        assert figures(client, "POT-1") == (3, 3, 0)

    def test_what_was_worked_on_since_the_preview_is_left_alone(
        self, client: FlaskClient, runtime: Runtime, act: Callable[..., dict[str, Any]]
    ) -> None:
        same, changed = place(client), place(client)
        told: dict[str, Any] = {"action": "tags", "add": ["looked-at"], "ids": [same["id"], changed["id"]]}
        position = client.post(f"{ORDERS}/bulk/preview", json=told).get_json()["position"]
        client.post(f"{ORDERS}/{changed['id']}/notes", json={"text": "Wait for the customer."})
        came_since = place(client)
        told["ids"].append(came_since["id"])
        job = act(**told, position=position)
        assert job["results"] == {
            same["id"]: ("done", None),
            changed["id"]: ("refused", "worked-on-since"),
            came_since["id"]: ("refused", "worked-on-since"),
        }
        assert read(client, changed)["tags"] == []

    def test_events_say_who_asked_and_why(
        self, client: FlaskClient, news: News, act: Callable[..., dict[str, Any]]
    ) -> None:
        order = place(client)
        news.events()
        job = act(action="operator", operator="ada", reason="She is back", ids=[order["id"]])
        [event] = news.events()
        assert (event.TOPIC, event.metadata.reason) == ("order.operator-assigned", "She is back")
        assert event.metadata.actor == job["created_by"]

    def test_orders_are_picked_by_the_filters_of_the_list(
        self, client: FlaskClient, act: Callable[..., dict[str, Any]]
    ) -> None:
        one, other = place(client, source="shop"), place(client, source="fair")
        archived = place(client, source="shop")
        client.post(f"{ORDERS}/{archived['id']}/archive")
        job = act(action="tags", add=["gift"], filter={"source": "shop", "stage": "pending"})
        assert job["results"] == {one["id"]: ("done", None)}
        assert (read(client, one)["tags"], read(client, other)["tags"]) == (["gift"], [])

    def test_tags_are_put_on_and_taken_off(self, client: FlaskClient, act: Callable[..., dict[str, Any]]) -> None:
        order = place(client, tags=["old", "kept"])
        act(action="tags", add=["new"], remove=["old", "absent"], ids=[order["id"]])
        assert read(client, order)["tags"] == ["kept", "new"]

    def test_what_is_archived_is_out_of_the_list_until_it_is_asked_for(
        self, client: FlaskClient, runtime: Runtime, act: Callable[..., dict[str, Any]]
    ) -> None:
        kept, gone = place(client, source="attic"), place(client, source="attic")
        act(action="archive", ids=[gone["id"]])

        def listed(query: str = "") -> set[str]:
            items = client.get(f"{ORDERS}?source=attic{query}", headers=now(runtime)).get_json()["items"]
            return {one["id"] for one in items}

        assert listed() == {kept["id"]}
        assert listed("&archived=true") == {gone["id"]}
        assert listed("&archived=all") == {kept["id"], gone["id"]}
        assert read(client, gone)["archived"] is True
        act(action="unarchive", filter={"archived": "true", "source": "attic"})
        assert listed() == {kept["id"], gone["id"]}

    def test_a_payment_link_is_mailed_to_who_owes_something(
        self, client: FlaskClient, news: News, act: Callable[..., dict[str, Any]]
    ) -> None:
        client.put(f"{API}/settings/payment-methods/web", json={"label": "Card", "provider": "sandbox"})
        owing, paid, nobody = place(client), place(client), place(client, billing_address={})
        client.post(f"{ORDERS}/{paid['id']}/payments", json={"method": "cash"})
        news.events()
        job = act(action="payment-link", method="web", hours=5, ids=[owing["id"], paid["id"], nobody["id"]])
        assert list(job["results"].values()) == [
            ("done", None),
            ("refused", "nothing-to-pay"),
            ("refused", "no-email-address"),
        ]
        assert news.topics() == ["order.payment-link-issued", "message.requested"]
        assert "undo" not in job["actions"]

    def test_the_last_mail_of_each_order_is_sent_again(
        self, client: FlaskClient, runtime: Runtime, news: News, act: Callable[..., dict[str, Any]]
    ) -> None:
        order, silent = place(client), place(client)
        message_id = mailed(runtime, order)
        news.events()
        job = client.post(
            f"{ORDERS}/bulk", json={"action": "resend", "ids": [order["id"], silent["id"]]}, headers=now(runtime)
        ).get_json()
        results = finished(client, runtime, job["id"])["results"]
        assert results == {order["id"]: ("done", None), silent["id"]: ("refused", "message-not-found")}
        [requested] = news.events()
        assert (requested.purpose, requested.resend_of) == ("resend", message_id)  # type: ignore[attr-defined]


class TestAsking:
    def test_one_key_asks_once(self, client: FlaskClient, runtime: Runtime, at_work: None, news: News) -> None:
        order = place(client)
        told = {"action": "tags", "add": ["gift"], "ids": [order["id"]]}
        first, again = (client.post(f"{ORDERS}/bulk", json=told, headers={"Idempotency-Key": "k"}) for _ in range(2))
        assert first.get_json()["id"] == again.get_json()["id"]
        assert (first.status_code, again.status_code) == (202, 202)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert first.headers["Location"] == again.headers["Location"] == f"{JOBS}/{first.get_json()['id']}"
        ends(runtime, UUID(first.get_json()["id"]))
        assert news.topics().count("order.tagged") == 1
        told["add"] = ["other"]
        refused(
            client.post(f"{ORDERS}/bulk", json=told, headers={"Idempotency-Key": "k"}), 422, "idempotency-key-reused"
        )

    def test_a_move_that_acts_on_stock_is_answered_once_for_all(self, client: FlaskClient, at_work: None) -> None:
        told = {"action": "status", "status": "shipped", "ids": [NOBODY]}
        assert (
            pointer(refused(client.post(f"{ORDERS}/bulk", json=told), 409, "stock-confirmation-required")) == "/stock"
        )

    @pytest.mark.parametrize(
        ("told", "code", "pointer"),
        [
            ({"action": "status"}, "missing-field", "/status"),
            ({"action": "tags"}, "missing-field", "/add"),
            ({"action": "tags", "add": ["a"], "operator": "ada"}, "unknown-field", "/operator"),
            ({"action": "burn"}, "invalid-value", "/action"),
            ({"action": "archive", "ids": []}, "invalid-value", "/ids"),
            ({"action": "archive", "ids": ["1"]}, "not-an-identifier", "/ids/0"),
            ({"action": "archive", "filter": {"colour": "red"}}, "unknown-field", "/filter/colour"),
            ({"action": "archive", "filter": {"created_from": "soon"}}, "not-an-instant", "/filter/created_from"),
        ],
    )
    def test_what_is_told_wrongly_is_refused_where_it_stands(
        self, client: FlaskClient, at_work: None, told: dict[str, Any], code: str, pointer: str
    ) -> None:
        if "filter" not in told:
            told = {"ids": [NOBODY], **told}
        errors = refused(client.post(f"{ORDERS}/bulk", json=told), 422, "invalid-fields")["errors"]
        assert [(one["pointer"], one["code"]) for one in errors] == [(pointer, code)]

    def test_an_action_told_wrongly_names_itself_and_where_to_look(self, client: FlaskClient, at_work: None) -> None:
        told = {"action": "status", "ids": [NOBODY]}
        problem = refused(client.post(f"{ORDERS}/bulk", json=told), 422, "invalid-fields")
        assert problem["detail"] == "The action status lacks fields or does not know some; see errors."

    @pytest.mark.parametrize("told", [{}, {"ids": [NOBODY], "filter": {}}])
    def test_orders_are_named_in_one_way(self, client: FlaskClient, at_work: None, told: dict[str, Any]) -> None:
        assert (
            pointer(refused(client.post(f"{ORDERS}/bulk", json={"action": "archive", **told}), 422, "invalid-fields"))
            == "/ids"
        )

    def test_a_filter_that_leaves_nothing_is_refused(self, client: FlaskClient, at_work: None) -> None:
        told = {"action": "archive", "filter": {"tag": ["nowhere"]}}
        assert pointer(refused(client.post(f"{ORDERS}/bulk", json=told), 422, "nothing-matches")) == "/filter"

    def test_a_filter_that_leaves_too_many_is_refused(
        self, client: FlaskClient, runtime: Runtime, at_work: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("api.orders.bulk.MOST_ORDERS", 1)
        place(client), place(client)
        told = {"action": "archive", "filter": {}}
        answer = client.post(f"{ORDERS}/bulk", json=told, headers=now(runtime))
        assert refused(answer, 422, "too-many-orders")["details"] == {"limit": 1}

    def test_who_only_reads_does_not_ask(self, client_as: Callable[..., FlaskClient], at_work: None) -> None:
        told = {"action": "archive", "ids": [NOBODY]}
        refused(client_as("auditor").post(f"{ORDERS}/bulk", json=told), 403, "permission-missing")


class TestTakingBack:
    def test_the_opposite_is_done_to_every_order(
        self, client: FlaskClient, runtime: Runtime, act: Callable[..., dict[str, Any]]
    ) -> None:
        order = place(client, tags=["old"], operator="bob")
        ids = [order["id"]]
        jobs = [
            act(action="tags", add=["new"], remove=["old"], ids=ids),
            act(action="operator", operator="ada", ids=ids),
            act(action="archive", ids=ids),
        ]
        assert (read(client, order)["tags"], read(client, order)["operator"]) == (["new"], "ada")
        client.post(f"{JOBS}/{jobs[2]['id']}/undo")
        assert [undone(client, runtime, job)["results"] for job in jobs[:2]] == [
            {order["id"]: ("refused", "worked-on-since")}
        ] * 2

    def test_tags_operator_and_archive_come_back(
        self, client: FlaskClient, runtime: Runtime, act: Callable[..., dict[str, Any]]
    ) -> None:
        order = place(client, tags=["old"], operator="bob")
        before = read(client, order)
        for told in ({"action": "tags", "add": ["new"], "remove": ["old"]}, {"action": "operator", "operator": ""}):
            job = act(ids=[order["id"]], **told)
            assert undone(client, runtime, job)["results"] == {order["id"]: ("done", None)}
        job = act(ids=[order["id"]], action="archive")
        undone(client, runtime, job)
        after = read(client, order)
        assert {name: after[name] for name in ("tags", "operator", "archived")} == {
            name: before[name] for name in ("tags", "operator", "archived")
        }

    def test_a_status_goes_back_with_its_stock_where_that_is_legal(
        self, client: FlaskClient, runtime: Runtime, act: Callable[..., dict[str, Any]], news: News
    ) -> None:
        back, stays = place(client), place(client)
        job = act(action="status", status="on_hold", ids=[back["id"], stays["id"]])
        client.post(f"{ORDERS}/{stays['id']}/notes", json={"text": "Rang the customer"})
        assert client.get(f"{ORDERS}/{back['id']}/receipt.pdf").status_code == 200, "a print changes nothing"
        news.events()
        taken = undone(client, runtime, job)
        assert taken["results"] == {back["id"]: ("done", None), stays["id"]: ("refused", "worked-on-since")}
        assert taken["undoes"] == job["id"]
        assert read(client, back)["status"]["code"] == "pending"
        [moved] = news.events()
        assert moved.notify == ()  # type: ignore[attr-defined]

    def test_what_was_refused_is_not_taken_back(
        self, client: FlaskClient, runtime: Runtime, act: Callable[..., dict[str, Any]]
    ) -> None:
        order = place(client)
        job = act(action="tags", add=["gift"], ids=[NOBODY, order["id"]])
        assert undone(client, runtime, job)["results"] == {order["id"]: ("done", None)}


class TestThePreview:
    def test_stock_mails_and_refusals_are_summed_up(
        self, client: FlaskClient, runtime: Runtime, at_work: None, news: News
    ) -> None:
        receive(client, 10, "JAR-1")
        one, other = place(client, line(2, sku="JAR-1")), place(client, line(3, sku="JAR-1"))
        gone = place(client)
        client.post(f"{ORDERS}/{gone['id']}/status", json={"status": "cancelled"})
        client.post(f"{ORDERS}/{gone['id']}/archive")
        news.events()
        ids = [one["id"], other["id"], gone["id"]]
        told = {"action": "status", "status": "shipped", "ids": ids, "notify": ["customer"]}
        preview = client.post(f"{ORDERS}/bulk/preview", json=told).get_json()
        assert (preview["orders"], preview["looked_at"], preview["done"]) == (3, 3, 2)
        assert preview["refused"] == [{"code": "illegal-move", "orders": 1, "examples": [gone["id"]]}]
        assert preview["mails"] == {"customer": 2, "administrators": 0}
        [jars] = preview["stock"]
        assert (jars["sku"], jars["on_hand"]) == ("JAR-1", {"before": 10, "after": 5})
        assert not news.events()

    def test_tags_are_previewed_without_stock(self, client: FlaskClient, at_work: None) -> None:
        tagged, bare = place(client, tags=["gift"]), place(client)
        told = {"action": "tags", "add": ["gift"], "ids": [tagged["id"], bare["id"]]}
        preview = client.post(f"{ORDERS}/bulk/preview", json=told).get_json()
        assert (preview["done"], preview["unchanged"], preview["stock"]) == (1, 1, [])

    def test_what_mails_only_has_no_preview(self, client: FlaskClient, at_work: None) -> None:
        told = {"action": "resend", "ids": [NOBODY]}
        assert pointer(refused(client.post(f"{ORDERS}/bulk/preview", json=told), 422, "invalid-fields")) == "/action"


def mailed(runtime: Runtime, order: dict[str, Any]) -> UUID:
    """A mail of the order that was kept."""
    order_id, customer_id = UUID(order["id"]), UUID(order["customer"]["id"])
    message_id = UUID(int=order_id.int ^ 1)
    copy = Copy(recipient="nora@example.com", subject="Your order", html="<p>", text="Hello", template_version=1)
    told: dict[str, Any] = {"message_id": message_id, "context": context_of()}
    request = RequestMessage(
        template="status:pending", purpose="status", order_id=order_id, customer_id=customer_id, **told
    )
    for command in (request, StoreCopy(copy=copy, **told), KeepMessage(**told)):
        runtime.desk.handle(command)
    runtime.views.wait_for("messages", runtime.log.head(), timeout=10)
    return message_id
