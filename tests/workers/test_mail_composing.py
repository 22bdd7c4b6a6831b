"""Mail as it is composed: whole, encoded and bounded."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest

from printing.mail import Written
from workers.mail.composing import BadAddress, compose

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
