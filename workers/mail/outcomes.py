"""What becomes of a mail that was handed over, or was not."""

from __future__ import annotations

from typing import Any, NamedTuple

from domain.messages import ConfirmSent, DoubtMessage, MessageCommand, RefuseMessage
from workers.mail.sending import MailRefused
from workers.tools import Unknown


class Outcome(NamedTuple):
    """The command that records what became of a message, its facts, and the state that the effect ends in."""

    command: type[MessageCommand]
    facts: dict[str, Any]
    state: str


SENT = Outcome(ConfirmSent, {}, "done")


def outcome_of(fault: MailRefused | Unknown) -> Outcome:
    """The outcome where the mail server refused the mail for good, or did not say whether it took it."""
    if isinstance(fault, MailRefused):
        return Outcome(RefuseMessage, {"code": fault.code, "reply": fault.reply}, "done")
    return Outcome(DoubtMessage, {}, "unknown")
