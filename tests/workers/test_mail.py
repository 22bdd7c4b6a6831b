"""Mails against real mail servers: sent once, refused, put off, unknown, kept; and the whole way from an order."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from domain.messages import Message, RequestMessage, sent_again
from domain.processes import PROCESSES
from printing.mail import Written
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.work import effects
from tests.api.desk import ORDERS, place
from tests.fixtures_api import context_of
from tests.workers.mail_servers import (
    NAME,
    PASSWORD,
    Choosy,
    Inbox,
    Pipelining,
    certificate,
    free_port,
    only_shop,
    serving,
    silent,
)
from tests.workers.working import ask, becomes, effect, eventually, working
from workers.effects import PERFORMED
from workers.handed_over import HandedOver
from workers.mail import SEND_MAIL, together
from workers.mail.composing import BadAddress, compose, wire_address
from workers.mail.sending import MailRefused, MailServer, send
from workers.open_connections import OpenConnections
from workers.tools import Job, Retry, Tools, Unknown

MAIL = b"Subject: x\r\n\r\nHello\r\n.dot\r\n"
Order = Callable[[], dict[str, Any]]


def hand_over(url: str, act: Callable[[], None] = lambda: None) -> None:
    hand(url, "nora@example.com", MAIL, act)


def hand(url: str, recipient: str, mail: bytes, act: Callable[[], None] = lambda: None) -> None:
    with closing(OpenConnections()) as opened:
        send(MailServer.read(url), "shop@example.com", recipient, mail, act, opened)


class TestServers:
    def test_a_mail_arrives_as_it_was_written(self) -> None:
        inbox = Inbox()
        with serving(inbox) as at:
            hand_over(f"smtp://{at}")
        assert inbox.recipients == ["nora@example.com"]
        assert inbox.mails[0].get_payload() == "Hello\r\n.dot\r\n"

    @pytest.mark.parametrize("kind", ["smtp+starttls", "smtps"])
    def test_with_encryption_and_login(self, kind: str, tmp_path: Path) -> None:
        inbox, (trusted, context) = Inbox(), certificate(tmp_path)
        options: dict[str, Any] = {"ssl_context": context}
        if kind == "smtp+starttls":
            options = {"tls_context": context, "require_starttls": True, "auth_required": True}
            options["authenticator"] = only_shop
        with serving(inbox, **options) as at:
            login = f"{NAME}:{PASSWORD.replace(' ', '%20')}@" if kind == "smtp+starttls" else ""
            hand_over(f"{kind}://{login}{at}?cafile={trusted}")
            with pytest.raises(Retry):
                hand_over(f"{kind}://{NAME}:wrong@{at}?cafile={trusted}")
            with pytest.raises(Retry):
                hand_over(f"{kind}://{login}{at}")  # a certificate that nobody vouches for
        assert len(inbox.mails) == 1

    def test_an_address_outside_ascii_is_written_to_where_the_server_takes_such(self) -> None:
        inbox, recipient = Inbox(), wire_address("zoé@bücher.example")
        assert recipient == "zoé@xn--bcher-kva.example"
        written = Written("Hello", "<p>Hello</p>", "Hello\n")
        mail = compose(written, "shop@example.com", "Shop", recipient, UUID(int=7), datetime.now(UTC))
        with serving(inbox, enable_SMTPUTF8=True) as at:
            hand(f"smtp://{at}", recipient, mail)
        assert inbox.recipients == [recipient]
        assert recipient in str(inbox.mails[0]["To"])
        with serving(inbox, enable_SMTPUTF8=False) as at, pytest.raises(MailRefused) as refused:
            hand(f"smtp://{at}", recipient, mail)
        assert (refused.value.code, len(inbox.mails)) == ("no-smtputf8", 1)

    @pytest.mark.parametrize("answers", [{"rcpt": "550 no such mailbox"}, {"data": "554 no"}])
    def test_what_a_server_will_never_take_is_refused(self, answers: dict[str, str]) -> None:
        with serving(Inbox(**answers)) as at, pytest.raises(MailRefused) as refused:  # type: ignore[arg-type]
            hand_over(f"smtp://{at}")
        assert refused.value.code.startswith("55")

    @pytest.mark.parametrize("answers", [{"rcpt": "450 later"}, {"data": "451 later"}])
    def test_what_a_server_puts_off_is_tried_again(self, answers: dict[str, str]) -> None:
        with serving(Inbox(**answers)) as at, pytest.raises(Retry):  # type: ignore[arg-type]
            hand_over(f"smtp://{at}")

    def test_nobody_there_and_nobody_answering_are_tried_again(self) -> None:
        with pytest.raises(Retry):
            hand_over(f"smtp://127.0.0.1:{free_port()}")
        with silent() as at, pytest.raises(Retry):
            hand_over(f"smtp://{at}?timeout=0.2")

    def test_a_connection_cut_after_the_mail_was_handed_over_leaves_it_unknown(self) -> None:
        acted: list[bool] = []
        with serving(Inbox(cut=True)) as at, pytest.raises(Unknown):
            hand_over(f"smtp://{at}", lambda: acted.append(True))
        assert acted == [True]

    def test_nothing_is_handed_over_once_the_claim_is_lost(self) -> None:
        def lost() -> None:
            raise LookupError

        inbox = Inbox()
        with serving(inbox) as at:
            with pytest.raises(LookupError):
                hand_over(f"smtp://{at}", lost)
            hand_over(f"smtp://{at}")
        assert len(inbox.mails) == 1


class TestConnections:
    """A connection is used for one mail after another, and never after something went wrong on it."""

    def send(self, opened: OpenConnections, at: str, recipient: str = "nora@example.com") -> None:
        send(MailServer.read(f"smtp://{at}"), "shop@example.com", recipient, MAIL, lambda: None, opened)

    def test_mails_follow_each_other_on_one_connection(self) -> None:
        inbox = Choosy({"gone@example.com": "550 no such mailbox"})
        with serving(inbox) as at, closing(OpenConnections()) as opened:
            self.send(opened, at)
            with pytest.raises(MailRefused):
                self.send(opened, at, "gone@example.com")
            self.send(opened, at)
        assert (len(inbox.mails), len(inbox.connections)) == (2, 1)

    def test_one_that_the_server_has_closed_is_made_anew(self) -> None:
        inbox, port = Inbox(), free_port()
        with closing(OpenConnections()) as opened:
            for _ in range(2):
                with serving(inbox, port) as at:
                    self.send(opened, at)
        assert len(inbox.mails) == 2

    def test_one_on_which_a_mail_was_put_off_or_lost_is_not_used_again(self) -> None:
        inbox = Choosy({"busy@example.com": "450 later", "cut@example.com": ""})
        with serving(inbox) as at, closing(OpenConnections()) as opened:
            self.send(opened, at)
            with pytest.raises(Retry):
                self.send(opened, at, "busy@example.com")
            with pytest.raises(Unknown):
                self.send(opened, at, "cut@example.com")
            self.send(opened, at)
        assert len(inbox.mails) == 2

    def test_a_server_that_takes_commands_in_a_row_gets_them_so(self) -> None:
        inbox = Pipelining({"gone@example.com": "550 no such mailbox", "busy@example.com": "450 later"})
        with serving(inbox) as at, closing(OpenConnections()) as opened:
            self.send(opened, at)
            with pytest.raises(MailRefused) as refused:
                self.send(opened, at, "gone@example.com")
            with pytest.raises(Retry):
                self.send(opened, at, "busy@example.com")
            self.send(opened, at)
        assert refused.value.code == "550"
        assert inbox.unwanted == [b"", b""]
        assert (inbox.recipients, inbox.in_a_row) == (["nora@example.com"] * 2, 4)


HEAD = [b"MIME-Version", b"Content-Type"]


class TestComposing:
    NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    def mail(self, subject: str = "Reçu", name: str = "Shop", to: str = "nora@example.com", **facts: Any) -> str:
        written = Written(subject, "<p>é</p>", "é\n")
        return compose(written, "shop@example.com", name, to, UUID(int=7), self.NOW, **facts).decode("ascii")

    def test_both_forms_arrive_as_they_were_written(self) -> None:
        text = "Été = 100 %\n.\nFrom here\n" + "long " * 60 + "\n"
        mail = compose(
            Written("Reçu", f"<p>{text}</p>\n", text),
            "shop@example.com",
            "Shop",
            "nora@example.com",
            UUID(int=7),
            self.NOW,
        )
        read = message_from_bytes(mail, policy=policy.default)
        assert isinstance(read, EmailMessage)
        assert max(map(len, mail.splitlines())) <= 100
        for kind, told in (("plain", text), ("html", f"<p>{text}</p>\n")):
            part = read.get_body((kind,))
            assert part is not None
            assert part.get_content().replace("\r\n", "\n").rstrip() == told.rstrip()

    def test_its_id_follows_from_the_effect(self) -> None:
        assert "Message-ID: <00000000-0000-0000-0000-000000000007@example.com>" in self.mail()

    def test_no_name_or_subject_writes_a_header_of_its_own(self) -> None:
        mail = self.mail("Hi\r\nBcc: eve@example.com", "Shop\r\nBcc: eve@example.com")
        assert not [line for line in mail.splitlines() if line.startswith("Bcc")]

    @pytest.mark.parametrize("subject", ["Order C1", "=?utf-8?q?=0D=0A?= x", "Reçu " * 30, "a" * 200, " x", "x "])
    def test_a_subject_is_read_as_it_was_written(self, subject: str) -> None:
        mail = message_from_bytes(self.mail(subject).encode(), policy=policy.default)
        assert str(mail["Subject"]).strip() == subject.strip()
        assert not [line for line in self.mail(subject).split("\r\n\r\n")[0].splitlines() if len(line) > 210]
        assert mail.defects == []

    @pytest.mark.parametrize(
        "words",
        [
            "=?utf-8?q?a=0D=0ABcc:attacker=40evil.example?=",
            "=?utf-8?b?YQ0KQmNjOiBhdHRhY2tlckBldmlsLmV4YW1wbGU=?= shop",
            "=?utf-8?q?a?=\t=?utf-8?q?=0ABcc:_x?=",
            "line\u2028Bcc: eve@example.com",
            "line\u2029Bcc: eve@example.com",
            "line\x85Bcc: eve@example.com",
            "line\x0bBcc: eve@example.com\x0c\x1c\x1d\x1e",
            'Eve" <eve@example.com>, "Shop',
            "Eve <eve@example.com>",
            "a, b; c: d@example.com (e)",
            "\ud800 alone",
            "\N{ZERO WIDTH SPACE}=?" * 40,
            "é" * 300,
        ],
    )
    def test_no_words_of_anybody_are_read_as_a_header_or_an_address(self, words: str) -> None:
        """Read by a parser that decodes, as a mail server and as a mail program would."""
        wire = self.mail(words, words).encode()
        head = wire.split(b"\r\n\r\n")[0]
        fields = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
        assert fields == [b"From", b"To", b"Subject", b"Message-ID", b"Date", b"Auto-Submitted", *HEAD]
        assert max(map(len, head.split(b"Date:")[0].split(b"\r\n"))) <= 78
        read = message_from_bytes(wire, policy=policy.default)
        shown = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800]+", " ", words).strip()
        assert [str(one.addr_spec) for one in read["From"].addresses] == ["shop@example.com"]
        assert read["From"].addresses[0].display_name.replace(" ", "") == shown.replace(
            " ", ""
        )  # a fault of that parser
        assert str(read["Subject"]) == shown
        assert read["Bcc"] is None

    @pytest.mark.parametrize(
        "to",
        [
            "nora@example.com\r\nBcc: eve@example.com",
            "nora@example.com\u2028",
            "nora\x85@example.com",
            "nora@example.com, eve@example.com",
            '"nora" <eve@example.com>',
            "nora",
            "",
        ],
    )
    def test_an_address_that_is_none_is_refused(self, to: str) -> None:
        with pytest.raises(BadAddress):
            self.mail(to=to)

    def test_a_sequences_mail_can_be_left_by_one_click(self) -> None:
        mail = self.mail(unsubscribe="https://shop.example.com/u/1")
        assert "List-Unsubscribe: <https://shop.example.com/u/1>" in mail
        assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in mail


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
