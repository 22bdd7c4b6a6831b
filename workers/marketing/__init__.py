"""Marketing sequences at work: steps that are due, webhooks, and what follows when consent is withdrawn."""

from workers.marketing.steps import TAKE_STEP
from workers.marketing.webhook_calls import CALL_WEBHOOK
from workers.marketing.withdrawals import END_ENROLMENTS

__all__ = ["CALL_WEBHOOK", "END_ENROLMENTS", "TAKE_STEP"]
