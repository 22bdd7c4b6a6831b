"""How a marketing sequence is told over HTTP, and how it is shown; secrets go in and never come out."""

from __future__ import annotations

from typing import Any, NamedTuple

from marshmallow import ValidationError, fields, post_load, validate

from api.orders.cart_forms import one_currency
from api.problems import CodedMessage, plain_sentence
from api.schemas import (
    Body,
    ByName,
    Code,
    Flag,
    Many,
    MoneyAnswer,
    MoneyForm,
    Text,
    Whole,
    instant,
    minor_of,
    money,
)
from api.trying import turn
from domain import texts
from domain.errors import DomainError
from domain.sequences import (
    Beginning,
    CallWebhook,
    Definition,
    Filter,
    PutTags,
    SendMail,
    Sequence,
    Step,
    Wait,
    Words,
)
from domain.sequences.definition import BEGINNINGS, EXITS, LONGEST_SECRET, LONGEST_WAIT, MAX_HTML, MAX_STEPS, OWNERS
from printing.mail import Source, check_template

MINUTES = {"minutes": 1, "hours": 60, "days": 1440}
KINDS = {"wait": tuple(MINUTES), "mail": ("mail",), "tag": ("owner", "tags"), "webhook": ("url", "secret")}
OPTIONAL = frozenset((*MINUTES, "secret"))


class WordsForm(Body):
    """What a mail says in one language, in Jinja; `facts.unsubscribe` is the link by which the customer leaves."""

    subject = Text(texts.NAME, filled=True, required=True)
    html = Text(MAX_HTML, filled=True, lines=True, required=True)

    Loaded = Words

    @post_load
    def made(self, facts: dict[str, str], **_: Any) -> Words:
        """The words, of which a mail can be made."""
        words = Words(subject=facts["subject"], html=facts["html"])
        try:
            with turn():
                check_template(Source(words.subject, words.html), ("unsubscribe",))
        except DomainError as error:
            place = error.pointer.removeprefix("/") or "html"
            raise ValidationError({place: [CodedMessage(plain_sentence(error), error.code)]}) from None
        return words


class StepForm(Body):
    """A step by its `kind`: `wait` some `minutes`, `hours` or `days`; `mail` by language; `tag` the `owner`; `webhook`.

    A webhook's `secret` is told once; where it is left out the address keeps the one it has.
    """

    kind = fields.String(required=True, validate=validate.OneOf(tuple(KINDS)))
    minutes = Whole(1, LONGEST_WAIT)
    hours = Whole(1, LONGEST_WAIT // 60)
    days = Whole(1, LONGEST_WAIT // 1440)
    mail = ByName(keys=fields.String(), values=fields.Nested(WordsForm))
    owner = fields.String(validate=validate.OneOf(OWNERS))
    tags = Many(Code())
    url = Text(texts.LINE, filled=True)
    secret = Text(LONGEST_SECRET, filled=True, load_only=True)

    class Loaded(NamedTuple):
        step: Step
        secret: str = ""

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """The step, and the secret that came with it."""
        kind = facts.pop("kind")
        _check_fields(kind, facts)
        match kind:
            case "wait":
                return self.Loaded(Wait(minutes=sum(number * MINUTES[name] for name, number in facts.items())))
            case "mail":
                return self.Loaded(SendMail(words=facts["mail"]))
            case "tag":
                return self.Loaded(PutTags(owner=facts["owner"], tags=facts["tags"]))
        return self.Loaded(CallWebhook(url=facts["url"]), facts.get("secret", ""))


def _check_fields(kind: str, facts: dict[str, Any]) -> None:
    """A step tells what its kind asks for, and nothing else."""
    wrong = {
        name: [CodedMessage(f"A step {kind} has no {name}.", "unknown-field")] for name in facts.keys() - KINDS[kind]
    }
    for name in KINDS[kind]:
        if name not in facts and name not in OPTIONAL:
            wrong[name] = [CodedMessage(f"A step {kind} needs {name}.", "missing-field")]
    if kind == "wait" and not facts:
        wrong["minutes"] = [CodedMessage("Say how long to wait.", "missing-field")]
    if wrong:
        raise ValidationError(wrong)


class TriggerForm(Body):
    """What begins it: the order is created, placed, paid, or comes to the `status`."""

    on = fields.String(required=True, validate=validate.OneOf(BEGINNINGS))
    status = Code()

    Loaded = Beginning

    @post_load
    def made(self, facts: dict[str, str], **_: Any) -> Beginning:
        """What begins it."""
        if (facts["on"] == "status") != ("status" in facts):
            complaint = CodedMessage("A status belongs to the trigger status, and to no other.", "wrong-trigger")
            raise ValidationError({"status": [complaint]})
        return Beginning(**facts)


class FilterForm(Body):
    """Which orders it is for: all that is told must hold. `sku` may hold `*`."""

    tag = Code()
    source = Code()
    sku = Code()
    first_order = Flag()
    total_min = fields.Nested(MoneyForm)
    total_max = fields.Nested(MoneyForm)

    Loaded = Filter

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Filter:
        """The filter, its amounts in one currency."""
        least, most = facts.pop("total_min", None), facts.pop("total_max", None)
        currency = one_currency("", {"total_min": least, "total_max": most})
        return Filter(**facts, currency=currency, total_min=minor_of(least), total_max=minor_of(most))


class SequenceForm(Body):
    """A sequence: what begins it, for which orders, its steps in turn, and what ends it early (all if not told)."""

    name = Text(texts.NAME, filled=True, required=True)
    trigger = fields.Nested(TriggerForm, required=True)
    filter = fields.Nested(FilterForm)
    steps = Many(fields.Nested(StepForm), required=True, validate=validate.Length(1, MAX_STEPS))
    exits = Many(fields.String(validate=validate.OneOf(EXITS)))

    class Loaded(NamedTuple):
        definition: Definition
        secrets: dict[str, str]

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """The definition, and the secrets that came with it by the address they are for."""
        steps: tuple[StepForm.Loaded, ...] = facts["steps"]
        definition = Definition(
            name=facts["name"],
            beginning=facts["trigger"],
            filter=facts.get("filter", Filter()),
            steps=tuple(told.step for told in steps),
            exits=tuple(dict.fromkeys(facts.get("exits", EXITS))),
        )
        calls = [(told.step, told.secret) for told in steps if told.secret]
        return self.Loaded(definition, {step.url: secret for step, secret in calls if isinstance(step, CallWebhook)})


class TriggerAnswer(Body):
    """What begins it."""

    on = fields.String(required=True, validate=validate.OneOf(BEGINNINGS))
    status = fields.String(required=True, allow_none=True)


class FilterAnswer(Body):
    """Which orders it is for; null or false where all pass."""

    tag = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    sku = fields.String(required=True, allow_none=True)
    first_order = fields.Boolean(required=True)
    total_min = fields.Nested(MoneyAnswer, required=True, allow_none=True)
    total_max = fields.Nested(MoneyAnswer, required=True, allow_none=True)


class WordsAnswer(Body):
    """What a mail says in one language."""

    subject = fields.String(required=True)
    html = fields.String(required=True)


class StepAnswer(Body):
    """A step; which fields it has is told by its `kind`."""

    kind = fields.String(required=True, validate=validate.OneOf(tuple(KINDS)))
    minutes = fields.Integer()
    mail = fields.Dict(keys=fields.String(), values=fields.Nested(WordsAnswer))
    owner = fields.String(validate=validate.OneOf(OWNERS))
    tags = fields.List(fields.String())
    url = fields.String()


class SequenceAnswer(Body):
    """A sequence as it stands; `version` is the one that orders begin with now."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    started = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    changed_at = fields.DateTime(required=True)
    trigger = fields.Nested(TriggerAnswer, required=True)
    filter = fields.Nested(FilterAnswer, required=True)
    steps = fields.List(fields.Nested(StepAnswer), required=True)
    exits = fields.List(fields.String(), required=True)


def sequence_answer(sequence: Sequence) -> dict[str, Any]:
    """A sequence as the API shows it."""
    definition = sequence.definition
    return {
        "id": str(sequence.id),
        "version": sequence.version,
        "name": definition.name,
        "started": sequence.started,
        "created_at": instant(sequence.created_at),
        "changed_at": instant(sequence.changed_at),
        "trigger": {"on": definition.beginning.on, "status": definition.beginning.status or None},
        "filter": _filter_answer(definition.filter),
        "steps": [_step_answer(step) for step in definition.steps],
        "exits": list(definition.exits),
    }


def _filter_answer(asked: Filter) -> dict[str, Any]:
    return {
        **{name: getattr(asked, name) or None for name in ("tag", "source", "sku")},
        "first_order": asked.first_order,
        "total_min": None if asked.total_min is None else money(asked.total_min, asked.currency),
        "total_max": None if asked.total_max is None else money(asked.total_max, asked.currency),
    }


def _step_answer(step: Step) -> dict[str, Any]:
    match step:
        case Wait():
            return {"kind": "wait", "minutes": step.minutes}
        case SendMail():
            mail = {locale: {"subject": one.subject, "html": one.html} for locale, one in step.words.items()}
            return {"kind": "mail", "mail": mail}
        case PutTags():
            return {"kind": "tag", "owner": step.owner, "tags": list(step.tags)}
    return {"kind": "webhook", "url": step.url}
