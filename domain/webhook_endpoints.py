"""Webhook endpoints: other programs that are told of events as they are recorded, each of the topics it asks for."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from domain.errors import NotFound, Rejected
from domain.events import Aggregate, Command, Event
from domain.sequences.definition import check_webhook_address
from domain.settings import Shop
from domain.texts import LINE, check_text

LONGEST_KEEPING = 168  # hours that a secret may stay valid beside the one that takes its place
MOST_TOPICS = 200


class WebhookEndpointNotFound(NotFound):
    """There is no such webhook endpoint."""

    code = "webhook-endpoint-not-found"


class TooManyTopics(Rejected):
    """An endpoint names at most {limit} topics; none at all stands for every one."""

    code = "too-many-topics"


class WrongKeeping(Rejected):
    """A secret stays valid for 0 to {limit} hours beside the new one."""

    code = "wrong-keeping"


class WebhookTerms(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an endpoint is told and where: events of its `topics` (none: all), with what is of persons if `personal`."""

    url: str
    description: str = ""
    topics: tuple[str, ...] = ()
    personal: bool = False
    enabled: bool = True


class WebhookEndpoint(Aggregate):
    """Another program that is told of events; how far it was told, and its secrets, are no part of its history."""

    TOPIC = "webhook-endpoint"

    def clear(self) -> None:
        self.terms = WebhookTerms(url="")
        self.removed = False


class WebhookEndpointCommand(Command, frozen=True, kw_only=True):
    """Something asked of one endpoint."""

    endpoint_id: UUID


class DefineWebhookEndpoint(WebhookEndpointCommand, frozen=True, kw_only=True):
    """Have another program told of what is recorded from now on."""

    terms: WebhookTerms


class ChangeWebhookEndpoint(WebhookEndpointCommand, frozen=True, kw_only=True):
    """Tell it something else, or elsewhere; one that had been given up is called again."""

    terms: WebhookTerms


class RemoveWebhookEndpoint(WebhookEndpointCommand, frozen=True, kw_only=True):
    """Tell it nothing any more."""


class RotateWebhookSecret(WebhookEndpointCommand, frozen=True, kw_only=True):
    """Sign with a new secret, and for some hours with the one before as well."""

    keep_hours: int


class ReplayWebhooks(WebhookEndpointCommand, frozen=True, kw_only=True):
    """Tell it everything after a position once more, or skip what comes before it."""

    after: int


class WebhookEndpointDefined(Event, frozen=True, kw_only=True):
    """Another program is told of events from here on."""

    TOPIC = "webhook-endpoint.defined"
    BEGINS = True
    terms: WebhookTerms

    def apply(self, endpoint: WebhookEndpoint) -> None:
        endpoint.terms = self.terms


class WebhookEndpointChanged(Event, frozen=True, kw_only=True):
    """It is told something else, or elsewhere."""

    TOPIC = "webhook-endpoint.changed"
    terms: WebhookTerms
    was: WebhookTerms

    def apply(self, endpoint: WebhookEndpoint) -> None:
        endpoint.terms = self.terms


class WebhookEndpointRemoved(Event, frozen=True, kw_only=True):
    """It is told nothing any more."""

    TOPIC = "webhook-endpoint.removed"

    def apply(self, endpoint: WebhookEndpoint) -> None:
        endpoint.removed = True


class WebhookSecretRotated(Event, frozen=True, kw_only=True):
    """It was given a new secret; the one before stays valid for so many hours."""

    TOPIC = "webhook-endpoint.secret-rotated"
    keep_hours: int

    def apply(self, endpoint: WebhookEndpoint) -> None:
        """Secrets stand elsewhere."""


class WebhooksReplayed(Event, frozen=True, kw_only=True):
    """It is told what comes after a position, whatever it was told before."""

    TOPIC = "webhook-endpoint.replayed"
    after: int

    def apply(self, endpoint: WebhookEndpoint) -> None:
        """How far it was told stands elsewhere."""


def define_webhook_endpoint(endpoint: WebhookEndpoint, command: DefineWebhookEndpoint, shop: Shop) -> None:
    """Defines an endpoint; defining it again changes nothing."""
    _check(command.terms)
    if not endpoint.exists:
        endpoint.record(WebhookEndpointDefined, command.context, terms=command.terms)


def change_webhook_endpoint(endpoint: WebhookEndpoint, command: ChangeWebhookEndpoint, shop: Shop) -> None:
    """Changes an endpoint; the same terms again record nothing."""
    _require(endpoint)
    _check(command.terms)
    if command.terms != endpoint.terms:
        endpoint.record(WebhookEndpointChanged, command.context, terms=command.terms, was=endpoint.terms)


def remove_webhook_endpoint(endpoint: WebhookEndpoint, command: RemoveWebhookEndpoint, shop: Shop) -> None:
    """Removes an endpoint; one that is removed is not there to be removed again."""
    _require(endpoint)
    endpoint.record(WebhookEndpointRemoved, command.context)


def rotate_webhook_secret(endpoint: WebhookEndpoint, command: RotateWebhookSecret, shop: Shop) -> None:
    """Notes that an endpoint has a new secret."""
    _require(endpoint)
    if not 0 <= command.keep_hours <= LONGEST_KEEPING:
        raise WrongKeeping("/keep_hours", limit=LONGEST_KEEPING)
    endpoint.record(WebhookSecretRotated, command.context, keep_hours=command.keep_hours)


def replay_webhooks(endpoint: WebhookEndpoint, command: ReplayWebhooks, shop: Shop) -> None:
    """Notes from where on an endpoint is told."""
    _require(endpoint)
    endpoint.record(WebhooksReplayed, command.context, after=command.after)


def _require(endpoint: WebhookEndpoint) -> None:
    if not endpoint.exists or endpoint.removed:
        raise WebhookEndpointNotFound


def _check(terms: WebhookTerms) -> None:
    check_webhook_address(terms.url, "/url")
    check_text(terms.description, LINE, "/description")
    if len(terms.topics) > MOST_TOPICS:
        raise TooManyTopics("/topics", limit=MOST_TOPICS)


EVENTS: tuple[type[Event], ...] = (
    WebhookEndpointDefined, WebhookEndpointChanged, WebhookEndpointRemoved, WebhookSecretRotated, WebhooksReplayed,
)  # fmt: skip

HANDLERS = {
    DefineWebhookEndpoint: define_webhook_endpoint,
    ChangeWebhookEndpoint: change_webhook_endpoint,
    RemoveWebhookEndpoint: remove_webhook_endpoint,
    RotateWebhookSecret: rotate_webhook_secret,
    ReplayWebhooks: replay_webhooks,
}
