"""After an older log was brought back: everything that is ahead of it comes back as far as that is safe by itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from projections.log.epochs import FOUND_LOST
from projections.log.outside import LogComparison, Remembered, memory_of, remember, standing

Connection = psycopg.Connection[Any]

ALONE = "SELECT pg_advisory_xact_lock(7106407, 5)"
_BEGIN_EPOCH = "SELECT log.begin_epoch(%(reason)s)"
_SINCE = "SELECT min(began_at) FROM log.epochs WHERE number > (SELECT number FROM log.epochs WHERE id = %(epoch)s)"
_DOUBT = "SELECT work.doubt(%(upto)s, %(since)s)"
_RAISE = "SELECT log.raise_series(%(series)s, %(given)s)"
_LAST_EPOCH = "SELECT began_after, began_at FROM log.epochs ORDER BY number DESC LIMIT 1"
_HEAD = "SELECT coalesce(max(position), 0) FROM log.events"
_BROUGHT = """
SELECT (SELECT count(*) FROM views.positions WHERE version = 0),
    (SELECT count(*) FROM work.effects
     WHERE state = 'set-aside' AND changed_at >= (SELECT max(began_at) FROM log.epochs))
"""


def bring_back(connection: Connection, data_dir: Path, *, adopt: bool = False) -> list[str]:
    """Compares the log with what is remembered of it, brings back what is ahead, and remembers it as it is now.

    Gives what was done, in sentences; nothing where the log is the one that was known. `adopt`: a log that the folder
    has not served before is meant. The connection is in no transaction.
    """
    memory = memory_of(connection, data_dir)
    if memory is None:
        return []
    with connection.transaction():
        connection.execute(ALONE)
        found = standing(connection, data_dir)
        remembered = memory.read() or Remembered()
        told = _brought(connection, found, remembered)
    if found.kind == "another" and not adopt:
        return ["The data folder was last used with another database: run `carnet doctor`."]
    if found.kind != "same":
        [(head,)] = connection.execute(_HEAD).fetchall()
        remember(connection, memory, head)
    return told


def doubt_what_was_due(connection: Connection) -> int:
    """Sets aside what was due when the last epoch began, for it may have been done in a log that was lost.

    For a server that was brought back to a point in time, which looks like a promotion. Gives how many; the connection
    is in no transaction.
    """
    with connection.transaction():
        connection.execute(ALONE)
        last = connection.execute(_LAST_EPOCH).fetchone()
        return _doubted(connection, *last) if last else 0


def _brought(connection: Connection, found: LogComparison, remembered: Remembered) -> list[str]:
    if found.kind not in ("moved-on", "went-back"):
        return []
    told = []
    if found.kind == "went-back":
        lost = f"{found.lost} events that were recorded" if found.lost else "events that were recorded"
        told.append(f"The log was brought back: {lost} are not in it any more.")
        if found.silently:
            connection.execute(_BEGIN_EPOCH, {"reason": FOUND_LOST})
        else:
            [(since,)] = connection.execute(_SINCE, {"epoch": remembered.epoch}).fetchall()
            _doubted(connection, found.common, since)
    for series, given in remembered.reserved.items():
        [(last,)] = connection.execute(_RAISE, {"series": series, "given": given}).fetchall()
        told.append(f"The series {series} goes on after number {last}: those before it may have been given out.")
    [(views, effects)] = connection.execute(_BROUGHT).fetchall()
    if views:
        told.append(f"{views} views are ahead of the log; they are built anew.")
    if effects:
        told.append(f"{effects} effects were set aside, for they may have been done: `GET /effects?state=set-aside`.")
    return told


def _doubted(connection: Connection, upto: int, since: datetime) -> int:
    [(count,)] = connection.execute(_DOUBT, {"upto": upto, "since": since}).fetchall()
    return int(count)
