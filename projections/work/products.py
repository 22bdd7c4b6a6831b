"""The catalogue learned from past orders, as a job."""

from __future__ import annotations

from uuid import UUID

from projections.log import Session
from projections.work import jobs
from projections.work.jobs import Part

LEARN = "products.learn"


def ask_for_learning(session: Session, job_id: UUID, actor: str) -> None:
    """Asks for every SKU that past orders name; how many there are is told once they were looked for."""
    jobs.create(session, job_id, LEARN, {}, [Part(0, {})], actor, permission="stock:write")
