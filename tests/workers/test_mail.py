"""Mails against real mail servers: sent once, refused, put off, unknown, kept; and the whole way from an order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from printing.mail import Written
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
from workers.mail.composing import compose, wire_address
from workers.mail.sending import MailRefused, MailServer, send
from workers.open_connections import OpenConnections
from workers.tools import Retry, Unknown

MAIL = b"Subject: x\r\n\r\nHello\r\n.dot\r\n"


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
