"""Upkeep as jobs: building a view anew, and the proof that nothing of the log was changed."""

from __future__ import annotations

from uuid import UUID

from projections.log import Session
from projections.work import jobs
from projections.work.jobs import Part

REBUILD, VERIFY = "projections.rebuild", "audit.verify"


def ask_for_rebuild(session: Session, job_id: UUID, name: str, actor: str) -> None:
    """Asks for a view to be built anew beside the one that serves; how many events there are is told once it is."""
    parts = [Part(0, {"projection": name})]
    jobs.create(session, job_id, REBUILD, {"projection": name}, parts, actor, permission="projections:manage")


def ask_for_proof(session: Session, job_id: UUID, actor: str) -> None:
    """Asks for every seal to be recomputed from what is stored."""
    jobs.create(session, job_id, VERIFY, {}, [Part(1, {})], actor, permission="audit:read")
