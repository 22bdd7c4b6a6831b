"""Mail that is performed: each once, many at a time, and the whole way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from domain.messages import Message, RequestMessage, sent_again
from domain.processes import PROCESSES
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.work import effects
from tests.api.desk import ORDERS, place
from tests.fixtures_api import context_of
from tests.workers.mail_servers import (
    Choosy,
    Inbox,
    free_port,
    serving,
)
from tests.workers.working import ask, becomes, effect, eventually, working
from workers.effects import PERFORMED
from workers.handed_over import HandedOver
from workers.mail import SEND_MAIL, together
from workers.open_connections import OpenConnections
from workers.tools import Job, Tools

Order = Callable[[], dict[str, Any]]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mail_port() -> int:
    return free_port()


@pytest.fixture
def settings(settings: Settings, mail_port: int) -> Settings:
    """An installation whose mail server is at that port, once one listens there."""
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{mail_port}?timeout=5", mail_from="shop@example.com")


def message(runtime: Runtime, order: dict[str, Any], **facts: Any) -> UUID:
    """A message about an order, asked for by hand."""
    customer = UUID(order["customer"]["id"])
    told = {"template": "status:pending", "order_id": UUID(order["id"]), "customer_id": customer, **facts}
    command = RequestMessage(message_id=uuid4(), context=context_of(), purpose="status", **told)
    return UUID(str(runtime.desk.handle(command).aggregate.id))


def performed(runtime: Runtime, message_id: UUID, state: str) -> Message:
    """The message after its effect came to a state."""
    with working(runtime, PERFORMED):
        key = ask(runtime, "mail.send", payload={"message_id": str(message_id)})
        becomes(runtime, key, state)
    return runtime.log.load(Message, message_id)


class TestPerforming:
    def test_a_mail_is_sent_once_and_its_copy_kept(
        self, runtime: Runtime, client: FlaskClient, inbox: Inbox, mail_port: int
    ) -> None:
        message_id = message(runtime, place(client), locale="fr")
        with serving(inbox, mail_port):
            sent = performed(runtime, message_id, "done")
            assert performed(runtime, message_id, "done").version == sent.version
        [mail] = inbox.mails
        assert sent.state == "sent"
        assert sent.copy is not None
        assert (sent.copy.recipient, sent.copy.template_version) == ("nora@example.com", 0)
        assert str(mail["Subject"]) == sent.copy.subject == "Votre commande C1001"
        assert mail.get_content_type() == "multipart/alternative"

    def test_a_refused_recipient_is_noted_and_never_tried_again(
        self, runtime: Runtime, client: FlaskClient, mail_port: int
    ) -> None:
        with serving(Inbox("550 no such mailbox"), mail_port):
            refused = performed(runtime, message(runtime, place(client)), "done")
        assert (refused.state, refused.code, refused.reply) == ("refused", "550", "no such mailbox")

    def test_a_mail_that_may_have_left_is_unknown(self, runtime: Runtime, client: FlaskClient, mail_port: int) -> None:
        with serving(Inbox(cut=True), mail_port):
            assert performed(runtime, message(runtime, place(client)), "unknown").state == "uncertain"

    def test_without_a_mail_server_it_is_kept(self, runtime: Runtime, client: FlaskClient) -> None:
        order = place(client)
        with open_runtime(replace(runtime.settings, smtp_url="")) as offline:
            kept = performed(offline, message(offline, order), "done")
        assert kept.state == "kept"
        assert kept.copy is not None

    def test_a_message_nobody_can_write_is_refused(self, runtime: Runtime, client: FlaskClient) -> None:
        refused = performed(runtime, message(runtime, place(client), template="lost:1"), "done")
        assert (refused.state, refused.code, refused.copy) == ("refused", "no-template", None)


class TestMany:
    """Mails that are due at one time: on one connection, each with an end of its own."""

    def test_each_is_sent_refused_or_put_off_by_itself(
        self, runtime: Runtime, client: FlaskClient, mail_port: int
    ) -> None:
        inbox, order = (
            Choosy({"gone@example.com": "550 no such mailbox", "busy@example.com": "450 later"}),
            place(client),
        )
        to = ["gone@example.com", "ada@example.com", "busy@example.com", "bo@example.com"]
        ids = [message(runtime, order, to=address) for address in to]
        keys = [
            ask(runtime, "mail.send", payload={"message_id": str(one)}, order_id=uuid4(), position=number)
            for number, one in enumerate(ids)
        ]
        with serving(inbox, mail_port):
            with working(runtime, PERFORMED):
                for key in (keys[0], keys[1], keys[3]):
                    becomes(runtime, key, "done")
                eventually(lambda: effect(runtime, keys[2]).error == "smtp-450", "one is put off")
            states = [runtime.log.load(Message, one).state for one in ids]
        assert states == ["refused", "sent", "rendered", "sent"]
        assert sorted(inbox.recipients) == ["ada@example.com", "bo@example.com"]

    def test_a_connection_cut_in_the_middle_leaves_one_unknown_and_the_others_whole(
        self, runtime: Runtime, client: FlaskClient, mail_port: int
    ) -> None:
        inbox, order = Choosy({"cut@example.com": ""}), place(client)
        ids = [message(runtime, order, to=f"{name}@example.com") for name in ("ada", "cut", "bo")]
        keys = [
            ask(runtime, "mail.send", payload={"message_id": str(one)}, order_id=uuid4(), position=number)
            for number, one in enumerate(ids)
        ]
        with serving(inbox, mail_port), working(runtime, PERFORMED):
            ends = [becomes(runtime, key, state).state for key, state in zip(keys, ENDS, strict=True)]
        assert ends == ENDS
        assert [runtime.log.load(Message, one).state for one in ids] == ["sent", "uncertain", "sent"]
        assert sorted(inbox.recipients) == ["ada@example.com", "bo@example.com"]

    def test_a_slow_server_gets_no_more_of_them_than_fit_in_a_turn(
        self, runtime: Runtime, client: FlaskClient, inbox: Inbox, mail_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(together, "TURN", -1.0)
        order = place(client)
        jobs = [
            Job(ask(runtime, "mail.send"), "mail.send", {"message_id": str(one)}, None, 1, 0)
            for one in (message(runtime, order), message(runtime, order))
        ]
        opened = OpenConnections()
        tools = Tools(runtime, uuid4(), HandedOver(runtime.settings.data_dir), opened)
        with runtime.reading() as connection:
            effects.claim(connection, [job.key for job in jobs], tools.claim, 30, runtime.log.ready(connection))
        with serving(inbox, mail_port), closing(opened):
            assert together.send_mails(tools, jobs) == []
        assert not inbox.mails
        assert {effect(runtime, job.key).state for job in jobs} == {"claimed"}

    @pytest.mark.parametrize("together", [True, False])
    def test_a_mail_that_went_out_in_a_log_that_was_lost_since_is_set_aside_when_it_is_asked_for_again(
        self, runtime: Runtime, client: FlaskClient, inbox: Inbox, mail_port: int, together: bool
    ) -> None:
        performed = PERFORMED if together else {"mail.send": SEND_MAIL._replace(together=None)}
        order, key = place(client), uuid4()
        with working(runtime, performed), serving(inbox, mail_port):
            ask(runtime, "mail.send", key, payload={"message_id": str(message(runtime, order))})
            becomes(runtime, key, "done")
            forget_effect(runtime, key)
            runtime.log.begin_epoch("the effect is lost")
            ask(runtime, "mail.send", key, payload={"message_id": str(message(runtime, order))})
            assert becomes(runtime, key, "set-aside").error == "handed-over-before"
            assert len(inbox.mails) == 1
            assert client.post(f"/api/v1/effects/{key}/retry").status_code == 200
            becomes(runtime, key, "done")
        assert len(inbox.mails) == 2

    @pytest.mark.parametrize("together", [True, False])
    def test_a_mail_sent_again_says_what_it_said_whatever_the_template_says_since(
        self, runtime: Runtime, client: FlaskClient, inbox: Inbox, mail_port: int, together: bool
    ) -> None:
        performed = PERFORMED if together else {"mail.send": SEND_MAIL._replace(together=None)}
        first = message(runtime, place(client))
        with working(runtime, performed), serving(inbox, mail_port):
            becomes(runtime, ask(runtime, "mail.send", payload={"message_id": str(first)}), "done")
            words = {"subject": "Other words", "html": "<p>Other words</p>", "text": "Other words"}
            assert client.put("/api/v1/templates/pending/en", json=words).status_code == 200
            again = sent_again(runtime.log.load(Message, first), uuid4(), context_of(), "right@example.com")
            runtime.desk.handle(again)
            becomes(runtime, ask(runtime, "mail.send", payload={"message_id": str(again.message_id)}), "done")
        before, after = inbox.mails
        assert (after["To"], after["Subject"]) == ("right@example.com", before["Subject"])

    def test_a_mail_that_was_put_off_before_the_log_was_brought_back_is_sent(
        self, runtime: Runtime, client: FlaskClient, mail_port: int
    ) -> None:
        message_id, inbox = message(runtime, place(client)), Inbox(data="451 later")
        with working(runtime, PERFORMED):
            with serving(inbox, mail_port):
                key = ask(runtime, "mail.send", payload={"message_id": str(message_id)})
                eventually(lambda: effect(runtime, key).error == "smtp-451", "the mail is put off")
            runtime.log.begin_epoch("a standby took over")
            with serving(Inbox(), mail_port), runtime.pool.connection() as connection:
                connection.execute("UPDATE work.effects SET due_at = now() WHERE key = %s", (key,))
                becomes(runtime, key, "done")


ENDS = ["done", "unknown", "done"]


def forget_effect(runtime: Runtime, key: UUID) -> None:
    with runtime.pool.connection() as connection:
        connection.execute("DELETE FROM work.effects WHERE key = %s", (key,))


def tried(runtime: Runtime) -> int:
    """How often a mail was tried in vain."""
    with runtime.reading() as connection:
        [[times]] = connection.execute("SELECT count(*) FROM work.effects WHERE error IS NOT NULL").fetchall()
    return int(times)


class TestTheWholeWay:
    def test_an_order_placed_mails_its_customer_and_the_administrators(
        self, runtime: Runtime, client: FlaskClient, inbox: Inbox, mail_port: int
    ) -> None:
        client.put("/api/v1/settings/notifications", json={"administrators": ["boss@example.com"]})
        with working(runtime, PERFORMED, tuple(PROCESSES.values())), serving(inbox, mail_port):
            place(client)
            place(client, notify=[])
            third = place(client, notify=["customer"])
            eventually(lambda: len(inbox.mails) == 3, "three mails")
        assert sorted(inbox.recipients) == ["boss@example.com", "nora@example.com", "nora@example.com"]
        assert any(third["number"] in str(mail["Subject"]) for mail in inbox.mails)

    def test_a_corrected_code_is_mailed_in_the_same_request(
        self, runtime: Runtime, client: FlaskClient, inbox: Inbox, mail_port: int
    ) -> None:
        url = f"{ORDERS}/{place(client, notify=[], locale='fr')['id']}/shipments"
        with working(runtime, PERFORMED, tuple(PROCESSES.values())), serving(inbox, mail_port):
            client.post(url, json={"carrier": "colissimo", "tracking_code": "6A1"})
            client.patch(f"{url}/1", json={"tracking_code": "6A2", "notify": ["customer"]})
            eventually(lambda: len(inbox.mails) == 1, "a mail")
        [mail] = inbox.mails
        assert str(mail["Subject"]) == "Votre colis de la commande C1001"
        text = mail.as_string()
        assert "6A2" in text
        assert "6A1" not in text

    def test_an_orders_mails_wait_for_the_mail_server_and_leave_in_order(
        self, runtime: Runtime, client: FlaskClient, inbox: Inbox, mail_port: int
    ) -> None:
        with working(runtime, PERFORMED, tuple(PROCESSES.values())):
            order = place(client)
            for status in ("on_hold", "pending"):
                move = {"status": status, "notify": ["customer"]}
                assert client.post(f"{ORDERS}/{order['id']}/status", json=move).status_code == 200
            eventually(lambda: tried(runtime) > 0, "an attempt without a mail server")
            with serving(inbox, mail_port):
                eventually(lambda: len(inbox.mails) == 3, "three mails")
        endings = ["", " is on hold", ""]
        assert [str(mail["Subject"]) for mail in inbox.mails] == [
            f"Your order {order['number']}{one}" for one in endings
        ]
