"""A message: the mail somebody asked for, from the asking to what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from domain.customers import check_email
from domain.errors import Conflict, NotFound, Rejected
from domain.events import Aggregate, Command, Context, Erased, Event, Personal
from domain.settings import LOCALES, Shop, UnknownLocale
from domain.texts import CODE, NAME, NOTE, check_text

Purpose = Literal[
    "status", "administrators", "payment-link", "payment", "refund", "tracking", "sequence", "resend", "test"
]
State = Literal["requested", "rendered", "sent", "kept", "refused", "uncertain", "bounced"]
MAX_FACTS = 50
NAME_OF_TEMPLATE = 200


class MessageNotFound(NotFound):
    """There is no such message."""

    code = "message-not-found"


class MessageForNobody(Rejected):
    """A message belongs to an order or a customer."""

    code = "message-for-nobody"


class TooManyFacts(Rejected):
    """A message carries at most {limit} facts of its own."""

    code = "too-many-facts"


class MessageUnderWay(Conflict):
    """This message is {state}: wait until it has left or failed before sending it again."""

    code = "message-under-way"


class MessageNotSent(Rejected):
    """Only a message that has left can come back; this one is {state}."""

    code = "message-not-sent"


class Copy(Struct, frozen=True, kw_only=True):
    """A message as it was written, and for whom; `template_version` 0 is a template that came with the program."""

    recipient: str | Erased
    subject: str | Erased
    html: str | Erased
    text: str | Erased
    template_version: int


class Message(Aggregate):
    """One mail to one recipient."""

    TOPIC = "message"

    def clear(self) -> None:
        self.state: State | Literal[""] = ""
        self.template = ""
        self.purpose = ""
        self.order_id: UUID | None = None
        self.customer_id: UUID | None = None
        self.to: str | Erased | None = None
        self.locale = ""
        self.facts: dict[str, str] | Erased = {}
        self.resend_of: UUID | None = None
        self.copy: Copy | None = None
        self.code = ""
        self.reply: str | Erased = ""
        self.requested_at: datetime | None = None


class MessageCommand(Command, frozen=True, kw_only=True):
    """Something asked of one message."""

    message_id: UUID


class RequestMessage(MessageCommand, frozen=True, kw_only=True):
    """Ask for a mail; `to` None goes to the order's or customer's own address, as it is when the mail is sent.

    `facts` are further values for the template; `unsubscribe` among them becomes the mail's List-Unsubscribe.
    """

    template: str
    purpose: Purpose
    order_id: UUID | None = None
    customer_id: UUID | None = None
    to: str | None = None
    locale: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    resend_of: UUID | None = None


class StoreCopy(MessageCommand, frozen=True, kw_only=True):
    """Keep the message as it was written, before it leaves."""

    copy: Copy


class ConfirmSent(MessageCommand, frozen=True, kw_only=True):
    """Say that a mail server took the message."""


class KeepMessage(MessageCommand, frozen=True, kw_only=True):
    """Say that no mail server is set up: the message is kept and shown."""


class RefuseMessage(MessageCommand, frozen=True, kw_only=True):
    """Say that the message was refused for good: `code` is the server's, or a word for why it never left."""

    code: str
    reply: str = ""


class DoubtMessage(MessageCommand, frozen=True, kw_only=True):
    """Say that nobody knows whether the message left."""


class ReportBounce(MessageCommand, frozen=True, kw_only=True):
    """Say that the message came back."""

    code: str = ""
    reply: str = ""


class MessageRequested(Event, frozen=True, kw_only=True):
    """A mail is to be written and sent."""

    TOPIC = "message.requested"
    BEGINS = True

    template: str
    purpose: str
    order_id: UUID | None = None
    customer_id: UUID | None = None
    to: Personal[str] | None = None
    locale: str = ""
    facts: Personal[dict[str, str]] = field(default_factory=dict)
    resend_of: UUID | None = None

    def apply(self, message: Message) -> None:
        message.subject = self.metadata.subject
        message.state = "requested"
        message.template = self.template
        message.purpose = self.purpose
        message.order_id = self.order_id
        message.customer_id = self.customer_id
        message.to = self.to
        message.locale = self.locale
        message.facts = self.facts
        message.resend_of = self.resend_of
        message.requested_at = self.timestamp


class MessageRendered(Event, frozen=True, kw_only=True):
    """The mail was written: this is exactly what leaves."""

    TOPIC = "message.rendered"

    recipient: Personal[str]
    subject_line: Personal[str]
    html: Personal[str]
    text: Personal[str]
    template_version: int

    def apply(self, message: Message) -> None:
        message.state = "rendered"
        message.copy = Copy(
            recipient=self.recipient,
            subject=self.subject_line,
            html=self.html,
            text=self.text,
            template_version=self.template_version,
        )


class MessageSent(Event, frozen=True, kw_only=True):
    """A mail server took the mail."""

    TOPIC = "message.sent"

    def apply(self, message: Message) -> None:
        message.state = "sent"


class MessageKept(Event, frozen=True, kw_only=True):
    """No mail server is set up; the mail is kept and shown."""

    TOPIC = "message.kept"

    def apply(self, message: Message) -> None:
        message.state = "kept"


class MessageRefused(Event, frozen=True, kw_only=True):
    """The mail will not leave: the server, or a fault of the message itself, forbids it."""

    TOPIC = "message.refused"

    code: str
    reply: Personal[str] = ""

    def apply(self, message: Message) -> None:
        message.state = "refused"
        message.code = self.code
        message.reply = self.reply


class MessageUncertain(Event, frozen=True, kw_only=True):
    """Nobody knows whether the mail left."""

    TOPIC = "message.uncertain"

    def apply(self, message: Message) -> None:
        message.state = "uncertain"


class MessageBounced(Event, frozen=True, kw_only=True):
    """The mail came back."""

    TOPIC = "message.bounced"

    code: str = ""
    reply: Personal[str] = ""

    def apply(self, message: Message) -> None:
        message.state = "bounced"
        message.code = self.code
        message.reply = self.reply


def request_message(message: Message, command: RequestMessage, shop: Shop) -> None:
    """Asks for a mail once; it is sealed under the customer's key, or under the order's where it has no customer."""
    if message.exists:
        return
    subject = command.customer_id or command.order_id
    if subject is None:
        raise MessageForNobody
    check_text(command.template, NAME_OF_TEMPLATE, "/template", required=True)
    if command.to is not None:
        check_email(command.to, "/to")
    locale = command.locale or shop.defaults.locale
    if locale not in LOCALES:
        raise UnknownLocale("/locale", locale=locale[:CODE])
    if len(command.facts) > MAX_FACTS:
        raise TooManyFacts("/facts", limit=MAX_FACTS)
    for name, value in command.facts.items():
        check_text(name, CODE, "/facts", required=True)
        check_text(value, NOTE, f"/facts/{name}", lines=True)
    message.record(
        MessageRequested,
        command.context,
        subject=subject,
        template=command.template,
        purpose=command.purpose,
        order_id=command.order_id,
        customer_id=command.customer_id,
        to=command.to,
        locale=locale,
        facts=dict(command.facts),
        resend_of=command.resend_of,
    )


def store_copy(message: Message, command: StoreCopy, shop: Shop) -> None:
    """Keeps the first copy; it never changes after."""
    if message.copy is None:
        copy = command.copy
        message.record(
            MessageRendered,
            command.context,
            recipient=copy.recipient,
            subject_line=copy.subject,
            html=copy.html,
            text=copy.text,
            template_version=copy.template_version,
        )


def _may_end(message: Message) -> bool:
    """Whether it is still open what became of the message."""
    return message.state in ("requested", "rendered", "uncertain")


def confirm_sent(message: Message, command: ConfirmSent, shop: Shop) -> None:
    """Notes once that the message left."""
    if _may_end(message):
        message.record(MessageSent, command.context)


def keep_message(message: Message, command: KeepMessage, shop: Shop) -> None:
    """Notes once that the message is kept."""
    if _may_end(message):
        message.record(MessageKept, command.context)


def refuse_message(message: Message, command: RefuseMessage, shop: Shop) -> None:
    """Notes once why the message will not leave."""
    if _may_end(message):
        reply = "" if isinstance(message.to, Erased) else command.reply[:NAME]
        message.record(MessageRefused, command.context, code=command.code[:CODE], reply=reply)


def doubt_message(message: Message, command: DoubtMessage, shop: Shop) -> None:
    """Notes once that it is not known whether the message left."""
    if message.state in ("requested", "rendered"):
        message.record(MessageUncertain, command.context)


def report_bounce(message: Message, command: ReportBounce, shop: Shop) -> None:
    """Notes once that the message came back; only what left, or may have, can."""
    if message.state == "bounced":
        return
    if message.state not in ("sent", "uncertain"):
        raise MessageNotSent(state=message.state)
    check_text(command.code, CODE, "/code")
    check_text(command.reply, NOTE, "/reply", lines=True)
    message.record(MessageBounced, command.context, code=command.code, reply=command.reply)


def require_settled(message: Message) -> None:
    """A message is sent again only once it is known what became of it, or that nobody will know."""
    if message.state in ("requested", "rendered"):
        raise MessageUnderWay(state=message.state)


def sent_again(first: Message, message_id: UUID, context: Context, to: str | None = None) -> RequestMessage:
    """What asks for a message once more as it was written, also to a corrected address; refuses one under way."""
    require_settled(first)
    return RequestMessage(
        message_id=message_id,
        context=context,
        template=first.template,
        purpose="resend",
        order_id=first.order_id,
        customer_id=first.customer_id,
        to=to or (first.to if isinstance(first.to, str) else None),
        locale=first.locale,
        facts={} if isinstance(first.facts, Erased) else first.facts,
        resend_of=first.id,
    )
