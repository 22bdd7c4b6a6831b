"""The provider `stripe`: its official client behind the shop's own form, with its errors told apart."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import stripe

from projections.payments.minor_units import from_stripe, to_stripe
from projections.payments.provider import (
    Begun,
    Busy,
    Charge,
    Forged,
    Giving,
    Kind,
    KnownPayment,
    KnownRefund,
    Lost,
    ProviderRefused,
    ProviderReport,
    State,
    Taking,
    origin,
)

PATIENCE = (5, 20)  # seconds to connect, and to wait for an answer
TOLERANCE = 300  # seconds by which a webhook may be late, or its clock ahead
SIGNATURE = "Stripe-Signature"
PAGES = "https://checkout.stripe.com"  # where the hosted checkout is, unless the shop gave it an address of its own
PAGE = 100
MOST_LOOKED_THROUGH = 10_000
_SLACK = timedelta(hours=1)

_STATES: Mapping[str, State] = {
    "requires_capture": "authorized",
    "succeeded": "captured",
    "canceled": "voided",
}
_PAYMENT_EVENTS: Mapping[str, Kind] = {
    "payment_intent.succeeded": "captured",
    "payment_intent.amount_capturable_updated": "authorized",
    "payment_intent.canceled": "voided",
}
_REFUND_EVENTS = ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")
_REFUND_KINDS: Mapping[str, Kind] = {"succeeded": "refunded", "failed": "refund-failed", "canceled": "refund-failed"}
_WON = ("won", "warning_closed", "prevented")


class Stripe:
    """Stripe by its API; `url` is another server that speaks it, whose pages are there too unless `pages` names them.

    Its webhooks are signed with any of `webhook_secrets`: two while one replaces the other.
    """

    def __init__(self, secret_key: str, webhook_secrets: Sequence[str], url: str = "", pages: str = PAGES) -> None:
        self._webhook_secrets = [secret for secret in webhook_secrets if secret]
        self.pages = origin(pages)
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": url} if url else {},
            http_client=stripe.RequestsClient(timeout=PATIENCE),
            max_network_retries=0,
        ).v1

    def begin(self, charge: Charge) -> Begun:
        """A checkout session."""
        about = {"order_id": str(charge.order_id), "link": charge.link, "charge": charge.key}
        price = {
            "currency": charge.currency.lower(),
            "unit_amount": to_stripe(charge.amount, charge.currency),
            "product_data": {"name": charge.number},
        }
        parameters: Any = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": charge.return_url,
            "cancel_url": charge.return_url,
            "client_reference_id": str(charge.order_id),
            "metadata": about,
            "payment_intent_data": {"metadata": about, "capture_method": _method(charge.capture)},
            "expires_at": int(charge.expires_at.timestamp()),
        }
        with _told_apart():
            session = self._client.checkout.sessions.create(parameters, {"idempotency_key": charge.key})
        return Begun(str(session.id), str(session.url))

    def end(self, reference: str, key: str) -> KnownPayment:
        """Expires a checkout session; where it was completed before, the promise it gave is let go."""
        try:
            with _told_apart():
                session = self._client.checkout.sessions.expire(reference, None, {"idempotency_key": key})
        except ProviderRefused:
            with _told_apart():
                session = self._client.checkout.sessions.retrieve(reference)
        told = session.to_dict()
        if told["status"] == "open":
            raise Busy("session-open")
        if told["status"] == "expired":
            return _session(told)
        known = self.fetch(str(told["payment_intent"]))
        if known is None:
            raise ProviderRefused("no-such-payment")
        return self.void(known.reference, f"{key}/void") if known.state == "authorized" else known

    def take(self, taking: Taking) -> KnownPayment:
        """A payment intent, confirmed at once; one that needs the customer to do something is called off."""
        parameters: Any = {
            "amount": to_stripe(taking.amount, taking.currency),
            "currency": taking.currency.lower(),
            "payment_method": taking.token,
            "payment_method_types": ["card"],
            "capture_method": _method(taking.capture),
            "confirm": True,
            "metadata": {"order_id": str(taking.order_id), "payment": taking.payment, "key": taking.key},
        }
        with _told_apart():
            made = self._client.payment_intents.create(parameters, {"idempotency_key": taking.key})
        if made.status == "requires_action":
            self.void(made.id, f"{taking.key}/void")
            raise ProviderRefused("authentication-required")
        return _payment(made.to_dict())

    def capture(self, reference: str, amount: int, currency: str, key: str) -> KnownPayment:
        """Captures a payment intent."""
        parameters: Any = {"amount_to_capture": to_stripe(amount, currency)}
        with _told_apart():
            made = self._client.payment_intents.capture(reference, parameters, {"idempotency_key": key})
        return _payment(made.to_dict())._replace(amount=amount)

    def void(self, reference: str, key: str) -> KnownPayment:
        """Cancels a payment intent."""
        with _told_apart():
            made = self._client.payment_intents.cancel(reference, None, {"idempotency_key": key})
        return _payment(made.to_dict())

    def refund(self, giving: Giving) -> KnownRefund:
        """Refunds a part of a payment intent."""
        parameters: Any = {
            "payment_intent": giving.reference,
            "amount": to_stripe(giving.amount, giving.currency),
            "metadata": {"order_id": str(giving.order_id), "refund": giving.refund, "key": giving.key},
        }
        with _told_apart():
            made = self._client.refunds.create(parameters, {"idempotency_key": giving.key})
        return _refund(made.to_dict())

    def fetch(self, reference: str) -> KnownPayment | None:
        """A payment intent as it is now."""
        try:
            with _told_apart():
                return _payment(self._client.payment_intents.retrieve(reference).to_dict())
        except ProviderRefused as refusal:
            if refusal.code == "resource_missing":
                return None
            raise

    def find_taken(self, taking: Taking) -> KnownPayment | None:
        """The payment intent made under a taking's key, looked for since it was asked for."""
        since = taking.asked_at - _SLACK
        for made in self._intents(since, datetime.now(UTC) + _SLACK):
            if (made.get("metadata") or {}).get("key") == taking.key:
                return _payment(made)
        return None

    def find_given(self, giving: Giving) -> KnownRefund | None:
        """The refund made under a giving's key, among those of its payment."""
        with _told_apart():
            parameters: Any = {"payment_intent": giving.reference, "limit": PAGE}
            for made in self._client.refunds.list(parameters).auto_paging_iter():
                told = made.to_dict()
                if (told.get("metadata") or {}).get("key") == giving.key:
                    return _refund(told)
        return None

    def payments(self, since: datetime, until: datetime) -> Iterator[KnownPayment]:
        """The payment intents of a time."""
        return (_payment(told) for told in self._intents(since, until))

    def refunds(self, since: datetime, until: datetime) -> Iterator[KnownRefund]:
        """The refunds of a time."""
        with _told_apart():
            listed = self._client.refunds.list({"limit": PAGE}).auto_paging_iter()
        return (_refund(told) for told in _between(listed, since, until))

    def read(self, body: bytes, headers: Mapping[str, str]) -> ProviderReport:
        """What a webhook tells, once Stripe's signature was verified; without a secret nothing can be."""
        if not any(_proves(body, headers.get(SIGNATURE, ""), secret) for secret in self._webhook_secrets):
            raise Forged
        return self.trust(body)

    def trust(self, body: bytes) -> ProviderReport:
        """What a webhook tells that was verified when it came."""
        try:
            event = msgspec.json.decode(body)
            return _told(str(event["id"]), str(event["type"]), event["data"]["object"])
        except (msgspec.MsgspecError, KeyError, TypeError, AttributeError, ValueError):
            raise Forged from None

    def _intents(self, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        with _told_apart():
            listed = self._client.payment_intents.list({"limit": PAGE}).auto_paging_iter()
        return _between(listed, since, until)


def _between(listed: Iterator[Any], since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """What was made between two instants; Stripe lists the newest first."""
    with _told_apart():
        for number, made in enumerate(listed):
            if made.created < int(since.timestamp()) or number >= MOST_LOOKED_THROUGH:
                return
            if made.created <= until.timestamp():
                yield made.to_dict()


@contextmanager
def _told_apart() -> Iterator[None]:
    """Tells what will never work from what did nothing and from what may have worked."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.APIError) as fault:
        raise Lost(type(fault).__name__) from None
    except (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError) as fault:
        raise Busy(fault.code or type(fault).__name__) from None
    except stripe.CardError as fault:
        told: Any = fault.error
        raise ProviderRefused(getattr(told, "decline_code", None) or fault.code or "card-declined") from None
    except stripe.StripeError as fault:
        if fault.http_status == 409:
            raise Busy(fault.code or "in-use") from None
        missing = "resource_missing" if fault.http_status == 404 else None
        raise ProviderRefused(fault.code or missing or type(fault).__name__) from None


def _proves(body: bytes, header: str, secret: str) -> bool:
    """Whether one of the signatures in the header was made with the secret, within the last minutes."""
    try:
        stripe.WebhookSignature.verify_header(body.decode(), header, secret, TOLERANCE)
        second = next(part for part in header.split(",") if part.startswith("t="))
        return int(second.removeprefix("t=")) <= time.time() + TOLERANCE
    except (stripe.SignatureVerificationError, UnicodeError, ValueError):
        return False


def _session(told: Mapping[str, Any]) -> KnownPayment:
    """A checkout session that nobody paid."""
    about, currency = told.get("metadata") or {}, str(told["currency"]).upper()
    amount = from_stripe(told["amount_total"], currency)
    return KnownPayment(told["id"], _uuid(about.get("order_id")), "", "voided", amount, currency)


def _method(capture: bool) -> str:
    return "automatic" if capture else "manual"


def _payment(told: Mapping[str, Any]) -> KnownPayment:
    about, currency = told.get("metadata") or {}, str(told["currency"]).upper()
    error = told.get("last_payment_error") or {}
    state = _STATES.get(told["status"], "failed" if error else "open")
    received = told.get("amount_received") if state == "captured" else None
    return KnownPayment(
        reference=told["id"],
        order_id=_uuid(about.get("order_id")),
        payment=str(about.get("payment", "")),
        state=state,
        amount=from_stripe(received or told["amount"], currency),
        currency=currency,
        failure=str(error.get("decline_code") or error.get("code") or ""),
    )


def _refund(told: Mapping[str, Any]) -> KnownRefund:
    about, currency = told.get("metadata") or {}, str(told["currency"]).upper()
    kind = _REFUND_KINDS.get(told["status"])
    return KnownRefund(
        reference=told["id"],
        payment_reference=str(told.get("payment_intent") or ""),
        order_id=_uuid(about.get("order_id")),
        refund=str(about.get("refund", "")),
        state="succeeded" if kind == "refunded" else "failed" if kind else "pending",
        amount=from_stripe(told["amount"], currency),
        currency=currency,
        failure=str(told.get("failure_reason") or ""),
    )


def _told(event_id: str, kind: str, about: Mapping[str, Any]) -> ProviderReport:
    if kind in _PAYMENT_EVENTS:
        one = _payment(about)
        ours: Kind = _PAYMENT_EVENTS[kind] if one.order_id else "other"
        charge = str((about.get("metadata") or {}).get("charge", ""))
        return ProviderReport(
            event_id, ours, one.order_id, one.reference, one.amount, one.currency, one.payment, charge
        )
    if kind == "checkout.session.expired":
        closed, charge = _session(about), str((about.get("metadata") or {}).get("charge", ""))
        ends: Kind = "expired" if closed.order_id and charge else "other"
        return ProviderReport(
            event_id, ends, closed.order_id, closed.reference, closed.amount, closed.currency, "", charge
        )
    if kind in _REFUND_EVENTS:
        given = _refund(about)
        known = _REFUND_KINDS.get(about["status"]) if given.order_id and given.refund else None
        return ProviderReport(
            event_id, known or "other", given.order_id, given.reference, given.amount, given.currency, given.refund
        )
    if kind in ("charge.dispute.created", "charge.dispute.closed"):
        return _dispute(event_id, kind, about)
    return ProviderReport(event_id, "other", None, "", 0, "")


def _dispute(event_id: str, kind: str, about: Mapping[str, Any]) -> ProviderReport:
    """A dispute names the payment alone; the order is found by it."""
    currency = str(about["currency"]).upper()
    ended: Kind = "dispute-won" if about["status"] in _WON else "dispute-lost"
    told: Kind = "dispute-opened" if kind == "charge.dispute.created" else ended
    amount, reference = from_stripe(about["amount"], currency), str(about.get("payment_intent") or "")
    return ProviderReport(event_id, told if reference else "other", None, reference, amount, currency, str(about["id"]))


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None
