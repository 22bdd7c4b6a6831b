"""Clears what stands outside the log of a person who was forgotten."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from projections.access import drafts
from projections.engine.tables import Connection
from projections.payments import charges, webhooks
from projections.settings import Settings
from projections.work import erasing, import_files, imports, job_files, uploads
from workers.tools import Job, Retry, Tools

AT_REST = ("completed", "cancelled", "failed", "undone")
AGAIN = timedelta(hours=1)


def clear_person(tools: Tools, job: Job) -> None:
    """Deletes every file and draft that may hold the person, what providers told, and the keys of the person's mails.

    No index says whose data a file or a draft holds, so all of before go, files of imports and jobs at rest; while one
    is at work that began before, this is done again.
    """
    before = datetime.fromtimestamp(job.payload["second"], UTC)
    with tools.runtime.pool.connection() as connection:
        orders = erasing.orders_of(connection, UUID(job.payload["customer_id"]))
        unfollowed = webhooks.forget_orders(connection, orders)
        charges.forget_orders(connection, orders)
        drafts.forget_before(connection, before)
        mails = erasing.mails_of(connection, orders)
        uploads.forget_before(connection, tools.settings, before)
        job_files.delete_made_before(connection, tools.settings, time.time())
        at_work = _clear_imports(connection, tools.settings, before) + erasing.jobs_at_work(connection, before)
    tools.handed_over.take_back(tools.runtime.log.lineage()[0].id, mails)
    if at_work or unfollowed:
        raise Retry("still-in-use", AGAIN)


def _clear_imports(connection: Connection, settings: Settings, before: datetime) -> int:
    """Deletes the files of imports at rest; gives how many are at work with files of before."""
    at_work = 0
    for import_id, state in imports.with_files(connection, before):
        if state in AT_REST:
            import_files.delete_folder(settings, import_id)
            imports.files_deleted(connection, import_id)
        else:
            at_work += 1
    return at_work
