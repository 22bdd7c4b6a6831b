"""Remarks that orders of several platforms share: what a file leaves open, or tells in words of its own."""

from __future__ import annotations

AUTHORIZED = "payment-authorized"
PARTLY_SHIPPED = "partly-shipped"
PAYMENT_UNKNOWN = "paid-amount-unknown"
PLATFORM_STATUS = "platform-status"
REFUND_UNKNOWN = "refund-amount-unknown"
TAX_BY_AMOUNT = "tax-rate-by-amount"
TAX_WITHOUT_RATE = "taxes-without-rate"
