"""When each kind of thing that is kept for a time was last looked through, and how much of it was deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from projections.engine.tables import Connection

_NOTE = """
INSERT INTO work.retention AS r (kind, ran_at, deleted, deleted_in_all, error)
VALUES (%(kind)s, now(), %(deleted)s, %(deleted)s, %(error)s)
ON CONFLICT (kind) DO UPDATE SET
    ran_at = now(), deleted = excluded.deleted, deleted_in_all = r.deleted_in_all + excluded.deleted,
    error = excluded.error
"""
_RUNS = "SELECT kind, ran_at, deleted, deleted_in_all, error FROM work.retention"


class Kind(NamedTuple):
    """Something that is kept for a time: its name, what it is, and the setting that says how long."""

    name: str
    what: str
    setting: str
    unit: Literal["hours", "days", "years"] = "days"


KINDS = (
    Kind("uploads", "Uploaded files and error files of imports, after they last moved", "files_days"),
    Kind("job-files", "Files that exports and prints made", "job_files_days"),
    Kind("jobs", "Jobs that ended, and what became of each of their items", "jobs_days"),
    Kind("drafts", "Drafts of orders that were typed and not sent", "drafts_days"),
    Kind("sessions", "Sessions of the console", "session_hours", "hours"),
    Kind("answers", "Answers to requests under an Idempotency-Key", "idempotency_days"),
    Kind("effects", "Effects that are done", "idempotency_days"),
    Kind("webhooks", "Messages of payment providers, charges that ended, and what became of webhooks", "webhooks_days"),
    Kind("mail-memory", "Keys of the mails that were handed over, kept outside the database", "mail_memory_days"),
    Kind("documents", "What issued documents tell of their buyers", "document_years", "years"),
    Kind("reads", "Who looked at what of persons", "reads_days"),
    Kind("logs", "Lines of the embedded database's log", "logs_days"),
)


class Run(NamedTuple):
    """The last look at a kind: `deleted` then and since ever; `error` names the fault that ended it, if one did."""

    kind: str
    ran_at: datetime
    deleted: int
    deleted_in_all: int
    error: str | None


def note(connection: Connection, kind: str, deleted: int, error: str | None = None) -> None:
    """Notes a look."""
    connection.execute(_NOTE, {"kind": kind, "deleted": deleted, "error": error})


def runs(connection: Connection) -> dict[str, Run]:
    """The last look at every kind, by its name."""
    return {row[0]: Run._make(row) for row in connection.execute(_RUNS)}
