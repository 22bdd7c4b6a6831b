"""What a marketing sequence says: what begins it and for which orders, its steps, and what ends it early."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from msgspec import Struct

from domain.errors import Rejected
from domain.money import decimals
from domain.settings import LOCALES, Shop, UnknownLocale
from domain.sku_patterns import check_pattern
from domain.texts import CODE, LINE, NAME, check_text

BEGINNINGS = ("created", "placed", "paid", "status")
EXITS = ("refunded", "cancelled", "unsubscribed")
OWNERS = ("customer", "order")
MAX_STEPS = 30
MAX_STEP_TAGS = 10
LONGEST_WAIT = 366 * 24 * 60  # minutes, over all steps
MAX_HTML = 20_000
SHORTEST_SECRET, LONGEST_SECRET = 16, 200


class UnknownBeginning(Rejected):
    """A sequence begins when an order is {known}; not: {told}."""

    code = "unknown-beginning"


class UnknownExit(Rejected):
    """A sequence ends early when {known}; not: {told}."""

    code = "unknown-exit"


class UnknownOwner(Rejected):
    """A step tags the {known}; not: {told}."""

    code = "unknown-owner"


class WrongTotals(Rejected):
    """The least total is at most the greatest, neither is negative, and both need a currency."""

    code = "wrong-totals"


class WrongNumberOfSteps(Rejected):
    """A sequence has 1 to {limit} steps."""

    code = "wrong-number-of-steps"


class WaitsForNothing(Rejected):
    """A sequence does not end with a wait."""

    code = "waits-for-nothing"


class WaitOutOfBounds(Rejected):
    """Each wait is a minute or more, and all of them together at most {limit} minutes."""

    code = "wait-out-of-bounds"


class MailMissing(Rejected):
    """A mail needs its words in one language at least."""

    code = "mail-missing"


class WrongNumberOfTags(Rejected):
    """A step puts on 1 to {limit} tags."""

    code = "wrong-number-of-tags"


class WrongWebhookAddress(Rejected):
    """A webhook's address begins with https:// or http://, names a host, and holds no user, password or fragment."""

    code = "wrong-webhook-address"


class WebhookSecretMissing(Rejected):
    """A webhook is signed: give a secret of {shortest} to {longest} characters for its address."""

    code = "webhook-secret-missing"


class Beginning(Struct, frozen=True, kw_only=True):
    """What begins it: the order is `created`, `placed`, `paid`, or comes to the `status` of a code."""

    on: str
    status: str = ""


class Filter(Struct, frozen=True, kw_only=True):
    """Which orders it is for; what is empty lets all pass. `sku` may hold `*`, totals are minor units of `currency`."""

    tag: str = ""
    source: str = ""
    sku: str = ""
    first_order: bool = False
    currency: str = ""
    total_min: int | None = None
    total_max: int | None = None


class Words(Struct, frozen=True, kw_only=True):
    """What a mail says in one language."""

    subject: str
    html: str


class Wait(Struct, frozen=True, kw_only=True, tag_field="kind", tag="wait"):
    """Let time pass."""

    minutes: int


class SendMail(Struct, frozen=True, kw_only=True, tag_field="kind", tag="mail"):
    """Write to the customer, in the order's language where there are words in it."""

    words: dict[str, Words]


class PutTags(Struct, frozen=True, kw_only=True, tag_field="kind", tag="tag"):
    """Put tags on the customer's card or on the order."""

    owner: str
    tags: tuple[str, ...]


class CallWebhook(Struct, frozen=True, kw_only=True, tag_field="kind", tag="webhook"):
    """Tell another program, signed with the address's secret."""

    url: str


Step = Wait | SendMail | PutTags | CallWebhook


class Definition(Struct, frozen=True, kw_only=True):
    """A sequence as it reads in one version."""

    name: str
    beginning: Beginning
    filter: Filter = Filter()
    steps: tuple[Step, ...]
    exits: tuple[str, ...] = EXITS

    @property
    def sends_mail(self) -> bool:
        """Whether a customer needs to have consented."""
        return any(isinstance(step, SendMail) for step in self.steps)

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of its webhooks."""
        return tuple(step.url for step in self.steps if isinstance(step, CallWebhook))

    @property
    def tags(self) -> frozenset[str]:
        """Every tag that one of its steps puts on."""
        return frozenset(tag for step in self.steps if isinstance(step, PutTags) for tag in step.tags)


def following(definition: Definition, after: int) -> tuple[int, int] | None:
    """The number of the next step that does something after step `after`, and the minutes until then; None: the end."""
    minutes = 0
    for number, step in enumerate(definition.steps[after:], start=after + 1):
        if not isinstance(step, Wait):
            return number, minutes
        minutes += step.minutes
    return None


def check_definition(definition: Definition, shop: Shop) -> None:
    """Refuses a sequence that could not run."""
    check_text(definition.name, NAME, "/name", required=True)
    _check_beginning(definition.beginning, shop)
    _check_filter(definition.filter)
    _check_steps(definition.steps)
    for index, told in enumerate(definition.exits):
        if told not in EXITS:
            raise UnknownExit(f"/exits/{index}", told=told[:CODE], known=", ".join(EXITS))


def _check_beginning(beginning: Beginning, shop: Shop) -> None:
    if beginning.on not in BEGINNINGS:
        raise UnknownBeginning("/trigger/on", told=beginning.on[:CODE], known=", ".join(BEGINNINGS))
    if beginning.on == "status":
        shop.status(beginning.status, "/trigger/status")


def _check_filter(told: Filter) -> None:
    for name in ("tag", "source", "sku"):
        check_text(getattr(told, name), CODE, f"/filter/{name}")
    if told.sku:
        check_pattern(told.sku, "/filter/sku")
    if told.currency:
        decimals(told.currency)
    least, most = told.total_min, told.total_max
    bounds = [bound for bound in (least, most) if bound is not None]
    if bounds and (not told.currency or min(bounds) < 0 or bounds != sorted(bounds)):
        raise WrongTotals("/filter/total_min" if least is not None else "/filter/total_max")


def _check_steps(steps: tuple[Step, ...]) -> None:
    if not 1 <= len(steps) <= MAX_STEPS:
        raise WrongNumberOfSteps("/steps", limit=MAX_STEPS)
    for index, step in enumerate(steps):
        CHECKS[type(step)](step, f"/steps/{index}")
    if isinstance(steps[-1], Wait):
        raise WaitsForNothing(f"/steps/{len(steps) - 1}")
    if sum(step.minutes for step in steps if isinstance(step, Wait)) > LONGEST_WAIT:
        raise WaitOutOfBounds("/steps", limit=LONGEST_WAIT)


def _check_wait(wait: Wait, pointer: str) -> None:
    if not 1 <= wait.minutes <= LONGEST_WAIT:
        raise WaitOutOfBounds(pointer, limit=LONGEST_WAIT)


def _check_mail(mail: SendMail, pointer: str) -> None:
    if not mail.words:
        raise MailMissing(f"{pointer}/mail")
    for locale, words in mail.words.items():
        if locale not in LOCALES:
            raise UnknownLocale(f"{pointer}/mail", locale=locale[:CODE])
        check_text(words.subject, NAME, f"{pointer}/mail/{locale}/subject", required=True)
        check_text(words.html, MAX_HTML, f"{pointer}/mail/{locale}/html", required=True, lines=True)


def _check_tags(step: PutTags, pointer: str) -> None:
    if step.owner not in OWNERS:
        raise UnknownOwner(f"{pointer}/owner", told=step.owner[:CODE], known=" or ".join(OWNERS))
    if not 1 <= len(step.tags) <= MAX_STEP_TAGS:
        raise WrongNumberOfTags(f"{pointer}/tags", limit=MAX_STEP_TAGS)
    for index, tag in enumerate(step.tags):
        check_text(tag, CODE, f"{pointer}/tags/{index}", required=True)


def _check_webhook(step: CallWebhook, pointer: str) -> None:
    check_webhook_address(step.url, f"{pointer}/url")


def check_webhook_address(url: str, pointer: str) -> None:
    """Refuses what no webhook can be sent to."""
    check_text(url, LINE, pointer, required=True)
    try:
        told = urlsplit(url)
        known = told.scheme in ("https", "http") and told.hostname and (told.port is None or told.port > 0)
    except ValueError:
        known = False
    printable = url.isascii() and url.isprintable() and " " not in url
    if not known or not printable or "@" in told.netloc or told.fragment:
        raise WrongWebhookAddress(pointer)


CHECKS: dict[type[Step], Callable[..., None]] = {
    Wait: _check_wait,
    SendMail: _check_mail,
    PutTags: _check_tags,
    CallWebhook: _check_webhook,
}
