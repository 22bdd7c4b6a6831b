"""Does `mail.send` for many messages: read in one pass, kept in one save, sent on one connection, noted in one save.

Only what is out of the ordinary is left to be done one by one.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from domain.handlers import HANDLERS
from domain.messages import Copy, KeepMessage, Message, MessageCommand, StoreCopy
from domain.shop import Shop
from domain.templates import OCCASIONS
from projections.log import Session, VersionConflict, again_when_overtaken
from projections.work import effects
from workers.mail.letters import Letter, enclosed
from workers.mail.outcomes import SENT, Outcome, outcome_of
from workers.mail.sending import MailRefused, MailServer, connected, hand_over
from workers.mail.writing import written
from workers.tools import Job, LostClaim, Retry, Tools, Unknown

ORDINARY = frozenset(("status", *OCCASIONS))  # what is before the colon of their templates
NOTED_TOGETHER = 20  # mails that are handed over before it is noted what became of them
TURN = 1.0  # seconds after which no further mail is begun


class _End(NamedTuple):
    """A mail and what became of it."""

    letter: Letter
    outcome: Outcome


def send_mails(tools: Tools, jobs: Sequence[Job]) -> Collection[UUID]:
    """Writes the mails that orders' statuses ask for, keeps their copies, and hands them over; gives those that ended.

    Without a mail server they are kept for good, and their effects end in the save that keeps the copies.
    """
    keeps = not tools.settings.smtp_url
    with tools.runtime.log.session() as session:
        shop = tools.runtime.desk.shop_within(session)
        letters = _written(tools, session, shop, jobs, keeps=keeps)
        if letters and keeps:
            _end(tools, session, [letter.job.key for letter in letters])
        if letters:
            session.commit()
    return [letter.job.key for letter in letters] if keeps else _sent(tools, letters, shop)


def _written(tools: Tools, session: Session, shop: Shop, jobs: Sequence[Job], *, keeps: bool) -> list[Letter]:
    """Saves the copies of the mails that nothing is out of the ordinary about."""
    ids = {job.key: UUID(job.payload["message_id"]) for job in jobs}
    session.open(streams=list(ids.values()))
    messages = {job.key: session.load_or_blank(Message, ids[job.key]) for job in jobs}
    ordinary = [job for job in jobs if _is_ordinary(messages[job.key])]
    session.open(streams={stream for job in ordinary for stream in _read_for(messages[job.key])})
    return [letter for job in ordinary if (letter := _letter(tools, session, shop, job, messages[job.key], keeps))]


def _is_ordinary(message: Message) -> bool:
    """Whether what happened to an order asks for it, and nothing was done about it yet but keeping its copy."""
    of_order = message.order_id is not None and message.template.partition(":")[0] in ORDINARY
    return of_order and message.state in ("requested", "rendered")


def _read_for(message: Message) -> list[UUID]:
    """The streams that the message is written from."""
    return [stream for stream in (message.order_id, message.customer_id, message.resend_of) if stream]


def _letter(tools: Tools, session: Session, shop: Shop, job: Job, message: Message, keeps: bool) -> Letter | None:
    """One mail, its copy saved; None where it has to be looked at by itself."""
    copy = message.copy or _copy(tools, session, shop, message)
    if copy is None:
        return None
    _decide(tools, job, StoreCopy, message, shop, copy=copy)
    if keeps:
        _decide(tools, job, KeepMessage, message, shop)
    session.save(message)
    return Letter(job, message, copy)


def _copy(tools: Tools, session: Session, shop: Shop, message: Message) -> Copy | None:
    """The mail as it is to leave; None where its template or its address is at fault."""
    try:
        return written(tools, shop, message, session.load_or_blank)
    except MailRefused:
        return None


def _sent(tools: Tools, letters: Sequence[Letter], shop: Shop) -> list[UUID]:
    """Hands mails over on one connection; those that were put off, or not begun in time, are left out."""
    ended: list[UUID] = []
    if not letters:
        return ended
    until = time.monotonic() + TURN
    with connected(MailServer.read(tools.settings.smtp_url), tools.opened) as connection:
        for start in range(0, len(letters), NOTED_TOGETHER):
            some = letters[start : start + NOTED_TOGETHER]
            ends = _ends(tools, connection, some, shop, until)
            ended += [end.letter.job.key for end in ends]
            if len(ends) < len(some):
                break
    return ended


def _ends(tools: Tools, connection: smtplib.SMTP, letters: Sequence[Letter], shop: Shop, until: float) -> list[_End]:
    """What became of a few mails, noted; those that were not handed over are safe to begin again."""
    held = tools.act_once([letter.job for letter in letters])
    begun = [letter for letter in letters if letter.job.key in held]
    ends = list(_handed_over(tools, connection, begun, shop, until))
    if len(ends) < len(held):
        ended = {end.letter.job.key for end in ends}
        tools.stand_back([letter.job for letter in begun if letter.job.key not in ended])
    _note(tools, ends)
    return ends


def _handed_over(
    tools: Tools, connection: smtplib.SMTP, letters: Sequence[Letter], shop: Shop, until: float
) -> Iterator[_End]:
    """What became of each mail, up to the first that was put off, whose connection broke, or that came too late."""
    for letter in letters:
        if time.monotonic() > until:
            return
        try:
            hand_over(connection, *enclosed(tools, letter, shop))
        except MailRefused as refusal:
            yield _End(letter, outcome_of(refusal))
        except Unknown as fault:
            yield _End(letter, outcome_of(fault))
            return
        except Retry:
            return
        else:
            yield _End(letter, SENT)


def _note(tools: Tools, ends: Sequence[_End]) -> None:
    """Notes what became of mails and ends their effects, in one save.

    The messages are taken as they were when their copies were kept; they are read anew only where somebody changed one.
    """
    if not ends:
        return
    try:
        _noted(tools, ends, anew=False)
    except VersionConflict:
        again_when_overtaken(lambda: _noted(tools, ends, anew=True))


def _noted(tools: Tools, ends: Sequence[_End], *, anew: bool) -> None:
    with tools.runtime.log.session() as session:
        shop = tools.runtime.desk.shop_within(session)
        if anew:
            session.open(streams=[end.letter.message.id for end in ends])
        for end in ends:
            message = session.load_or_blank(Message, end.letter.message.id) if anew else end.letter.message
            _decide(tools, end.letter.job, end.outcome.command, message, shop, **end.outcome.facts)
            session.save(message)
        session.begin()
        for state in {end.outcome.state for end in ends}:
            keys = [end.letter.job.key for end in ends if end.outcome.state == state]
            effects.finish_all(session.connection, keys, tools.claim, state)
        session.commit()


def _end(tools: Tools, session: Session, keys: Sequence[UUID]) -> None:
    """Ends effects within a save; raises `LostClaim` where somebody else has one of them."""
    session.begin()
    if effects.finish_all(session.connection, keys, tools.claim) != len(keys):
        raise LostClaim


def _decide(tools: Tools, job: Job, command: type[MessageCommand], message: Message, shop: Shop, **facts: Any) -> None:
    told = command(message_id=message.id, context=tools.context(job, command.__name__), **facts)
    HANDLERS[command].decide(message, told, shop)
