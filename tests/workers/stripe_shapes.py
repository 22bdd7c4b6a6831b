"""Objects of the form that Stripe's public OpenAPI gives them, with values of our own; fields without a value are null.

A test holds every field's name against the official client, which is made from that description.
"""

from __future__ import annotations

import time
from typing import Any

Object = dict[str, Any]
API_VERSION = "2026-10-28.endive"


def checkout_session(name: str, asked: Object, url: str) -> Object:
    """A hosted checkout that is open, made by a form as it came over the wire."""
    price, about = asked["line_items"]["0"]["price_data"], asked["payment_intent_data"]
    amount, now = int(price["unit_amount"]), int(time.time())
    nulls = (
        "adaptive_pricing", "after_expiration", "allow_promotion_codes", "billing_address_collection",
        "client_secret", "collected_information", "consent", "consent_collection", "currency_conversion", "customer",
        "customer_details", "customer_email", "invoice", "locale", "payment_intent", "payment_link",
        "payment_method_configuration_details", "phone_number_collection", "recovered_from",
        "saved_payment_method_options", "setup_intent", "shipping_address_collection", "shipping_cost", "submit_type",
        "subscription",
    )  # fmt: skip
    return dict.fromkeys(nulls) | {
        "id": name, "object": "checkout.session", "amount_subtotal": amount, "amount_total": amount,
        "automatic_tax": {"enabled": False, "liability": None, "status": None}, "cancel_url": asked["cancel_url"],
        "client_reference_id": asked["client_reference_id"], "created": now, "currency": price["currency"],
        "custom_fields": [], "custom_text": {"after_submit": None, "submit": None}, "customer_creation": "if_required",
        "discounts": [], "expires_at": int(asked["expires_at"]), "livemode": False, "metadata": asked["metadata"],
        "mode": "payment", "origin_context": None, "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}}, "payment_method_types": ["card"],
        "payment_status": "unpaid", "shipping_options": [], "status": "open", "success_url": asked["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "ui_mode": "hosted",
        "url": url, "permissions": None, "presentment_details": {},
        "wallet_options": {"link": about.get("link", {"display": "auto"})},
    }  # fmt: skip


def payment_intent(name: str, amount: int, currency: str = "eur", metadata: Object | None = None) -> Object:
    """A payment that has just been taken."""
    nulls = (
        "application", "application_fee_amount", "automatic_payment_methods", "canceled_at", "cancellation_reason",
        "customer", "description", "last_payment_error", "next_action", "on_behalf_of",
        "payment_method_configuration_details", "processing", "receipt_email", "review", "setup_future_usage",
        "shipping", "source", "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
    )  # fmt: skip
    return dict.fromkeys(nulls) | {
        "id": name, "object": "payment_intent", "amount": amount, "amount_capturable": 0, "amount_details": {"tip": {}},
        "amount_received": amount, "capture_method": "automatic_async", "client_secret": f"{name}_secret_of_the_tests",
        "confirmation_method": "automatic", "created": int(time.time()), "currency": currency,
        "latest_charge": name.replace("pi", "ch"), "livemode": False, "metadata": metadata or {},
        "payment_method": name.replace("pi", "pm"), "payment_method_options": {"card": {"network": None}},
        "payment_method_types": ["card"], "status": "succeeded",
    }  # fmt: skip


def refund(name: str, intent: Object, amount: int, metadata: Object) -> Object:
    """Money that went back of a payment."""
    nulls = (
        "failure_balance_transaction", "failure_reason", "next_action", "pending_reason", "reason", "receipt_number",
        "source_transfer_reversal", "transfer_reversal",
    )  # fmt: skip
    return dict.fromkeys(nulls) | {
        "id": name, "object": "refund", "amount": amount, "balance_transaction": name.replace("re", "txn"),
        "charge": intent["latest_charge"], "created": int(time.time()), "currency": intent["currency"],
        "destination_details": {"type": "card", "card": {"type": "refund", "reference_status": "pending"}},
        "metadata": metadata, "payment_intent": intent["id"], "status": "succeeded",
    }  # fmt: skip


def event(name: str, kind: str, about: Object) -> Object:
    """What a webhook carries."""
    return {
        "id": name, "object": "event", "account": None, "api_version": API_VERSION, "context": None,
        "created": int(time.time()), "data": {"object": about}, "livemode": False, "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None}, "type": kind,
    }  # fmt: skip
