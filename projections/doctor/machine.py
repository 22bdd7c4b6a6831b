"""What Carnet runs on: the database server, its clock and its standbys, and this machine's disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from time import time

from projections.doctor.finding import Finding, Look, places

MOST_SECONDS_APART = 2.0
LEAST_FREE = 1 << 30  # bytes
LEAST_FREE_SHARE = 0.05
MOST_SECONDS_BEHIND = 30.0
MOST_BYTES_KEPT = 8 << 30  # of WAL that a slot nobody reads holds back

_STATE = "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')::boolean"
_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"
_WAITED_FOR = "SELECT current_setting('synchronous_standby_names'), current_setting('synchronous_commit')"
# The lags tell of standbys that answer. One that does not is as late as its last answer, where it lacks anything.
_STANDBYS = """
SELECT coalesce(application_name, ''), coalesce(state, ''), coalesce(sync_state, ''),
    coalesce(extract(epoch FROM greatest(
        write_lag, flush_lag, replay_lag,
        CASE WHEN replay_lsn < pg_current_wal_lsn() THEN clock_timestamp() - reply_time END
    )), 0)::float8
FROM pg_stat_replication ORDER BY 1
"""
_SLOTS = """
SELECT slot_name, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint
FROM pg_replication_slots WHERE NOT active AND restart_lsn IS NOT NULL
"""


def writable(look: Look) -> Iterator[Finding]:
    """The server is a primary that takes writes."""
    [(standby, read_only)] = look.connection.execute(_STATE).fetchall()
    if standby:
        yield Finding(
            "database-standby",
            "damage",
            "This server is a standby: it can be read, not written to.",
            "Set CARNET_DATABASE_URL to the primary; or, where that is lost for good, promote this one: see"
            " docs/running.md.",
        )
    elif read_only:
        yield Finding(
            "database-read-only",
            "damage",
            "The database takes no writes (`default_transaction_read_only` is on).",
            "Providers set it when the disk is full or the plan is used up: make room, then switch it off.",
        )


def clocks(look: Look) -> Iterator[Finding]:
    """The database's clock and this machine's tell the same time."""
    before = time()
    [(theirs,)] = look.connection.execute(_CLOCK).fetchall()
    after = time()
    apart = theirs - after if theirs > after else before - theirs if theirs < before else 0.0
    if apart > MOST_SECONDS_APART:
        side = "ahead of" if theirs > after else "behind"
        yield Finding(
            "clocks-apart",
            "warning",
            f"The database's clock is {apart:.0f} s {side} this machine's.",
            "Let both follow a time server. Delays, leases and the times of events go by these clocks.",
        )


def disk(look: Look) -> Iterator[Finding]:
    """There is room in the folders that Carnet writes to."""
    seen = set()
    for name, folder in (("data", look.settings.data_dir), ("files", look.settings.files)):
        nearest = next((one for one in (folder, *folder.resolve().parents) if one.exists()), None)
        if nearest is None or nearest.stat().st_dev in seen:
            continue
        seen.add(nearest.stat().st_dev)
        total, _, free = shutil.disk_usage(nearest)
        if free < LEAST_FREE or free < total * LEAST_FREE_SHARE:
            yield Finding(
                "disk-full",
                "warning",
                f"The disk of the {name} folder has {free / (1 << 30):.1f} GB left, {100 * free / total:.0f} percent.",
                "Make room or move the folder to a larger disk: a database whose disk is full stops.",
                [str(folder)],
            )


def replication(look: Look) -> Iterator[Finding]:
    """Standbys that commits wait for are there; nobody is far behind; no slot fills the disk."""
    [(standby, _)] = look.connection.execute(_STATE).fetchall()
    if standby:
        return
    [(wanted, waits)] = look.connection.execute(_WAITED_FOR).fetchall()
    attached = look.connection.execute(_STANDBYS).fetchall()
    streaming = [row for row in attached if row[1] in ("streaming", "")]
    if wanted and not any(row[2] in ("sync", "quorum", "") for row in streaming):
        yield Finding(
            "standby-missing",
            "damage",
            "Commits wait for a synchronous standby, and none is attached: nothing can be recorded.",
            f"Start the standby (`synchronous_standby_names` is {wanted!r}), or set that to '' and reload while it is"
            " away: from then on a failover may lose what was acknowledged.",
        )
    late = [f"{name}: {behind:.0f} s" for name, _, _, behind in attached if behind > MOST_SECONDS_BEHIND]
    if late:
        yield Finding(
            "standby-behind",
            "warning",
            f"{len(late)} standbys are behind.",
            "A failover to one that commits do not wait for loses what it has not received. Look at its disk and line.",
            places(late),
            len(late),
        )
    kept = [(name, size) for name, size in look.connection.execute(_SLOTS) if size > MOST_BYTES_KEPT]
    if kept:
        yield Finding(
            "slots-idle",
            "warning",
            f"{len(kept)} replication slots hold back WAL for nobody.",
            "Start the standby that reads it, or drop the slot with `pg_drop_replication_slot`: the disk fills.",
            places(f"{name}: {size / (1 << 30):.0f} GB" for name, size in kept),
            len(kept),
        )
    if wanted and waits in ("off", "local"):
        yield Finding(
            "standby-not-waited-for",
            "warning",
            f"A synchronous standby is named, but `synchronous_commit` is {waits}: commits do not wait for it.",
            "Set `synchronous_commit = on` for the server or the application's role.",
        )
