"""Tells the order that a provider is not asked any more: with what it was asked for, and which effect to look at."""

from __future__ import annotations

from uuid import UUID

from domain.orders.stuck import Kind, ReportStuck
from workers.tools import Job, Tools


def report(tools: Tools, job: Job, reason: str) -> None:
    """Puts it on the order's timeline; the money stays as it was asked for."""
    kind: Kind = "refund" if "refund" in job.payload else "payment"
    tools.handle(
        ReportStuck(
            order_id=UUID(job.payload["order_id"]),
            context=tools.context(job, f"stuck/{job.attempt}"),
            kind=kind,
            entry=str(job.payload[kind]),
            effect=job.key,
            failure=reason,
        )
    )
