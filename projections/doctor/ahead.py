"""What is ahead of the log: after an older log was restored, views and work may know of events that are no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

from projections.doctor.finding import Finding, Look, places
from projections.log.outside import LogComparison, standing

_HEAD = "SELECT coalesce(max(position), 0) FROM log.events"
_VIEWS = """
SELECT projection || CASE schema WHEN 'views' THEN '' ELSE ' in ' || schema END || ' at ' || position
FROM views.positions WHERE position > %(head)s OR version = 0 ORDER BY 1
"""
_PROCESSES = "SELECT process || ' at ' || position FROM work.positions WHERE position > %(head)s ORDER BY 1"
_EFFECTS = """
SELECT kind || ' ' || key FROM work.effects
WHERE position > %(head)s AND state IN ('waiting', 'queued', 'claimed', 'acting')
UNION ALL SELECT 'due later: ' || kind || ' ' || key FROM work.schedule WHERE position > %(head)s ORDER BY 1
"""
_SET_ASIDE = "SELECT kind || ' ' || key FROM work.effects WHERE state = 'set-aside' ORDER BY created_at, key"

# What belongs to a stream that has no event; each with the kind of thing it is.
_ORPHANS: dict[str, LiteralString] = {
    "effects": """
        SELECT kind || ' ' || key || ' (' || state || ')' FROM work.effects w
        WHERE order_id IS NOT NULL AND NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = w.order_id)
        UNION ALL
        SELECT 'due later: ' || kind || ' ' || key FROM work.schedule w
        WHERE order_id IS NOT NULL AND NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = w.order_id)
    """,
    "imports": """
        SELECT id::text FROM work.imports w
        WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = w.id)
    """,
    "jobs": """
        SELECT DISTINCT r.job_id::text FROM work.job_results r
        JOIN work.jobs j ON j.id = r.job_id AND j.state IN ('running', 'paused', 'done')
        WHERE r.outcome = 'done' AND r.item ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            AND NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = r.item::uuid)
    """,
    "credentials": """
        SELECT 'token ' || name FROM access.tokens t
        WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = t.token_id)
        UNION ALL
        SELECT 'operator ' || username FROM access.operators o
        WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.originator_id = o.operator_id)
    """,
    "documents": """
        SELECT 'of ' || d.issued_on FROM log.issued_documents d
        WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.subject = d.subject)
    """,
}
_ADVICE = {
    "effects": "`GET /effects`: drop those that are open. What was done cannot be taken back.",
    "imports": "`carnet doctor --repair` forgets them; import their files again, nothing comes in twice.",
    "jobs": "Their results tell of orders that are no more; do what they did again where it is still wanted.",
    "credentials": "`carnet doctor --repair` removes them; make them again by `carnet tokens` and `carnet users`.",
    "documents": "Their numbers were given out: see what `numbers` finds. Their kept bytes can still be printed.",
}
# The imports whose ranges say that orders came in which are not in the log.
_IMPORTS = """
SELECT w.id, sum(coalesce((r.totals ->> 'new')::bigint, 0)) AS told,
    (SELECT count(DISTINCT e.originator_id) FROM log.events e
     WHERE e.topic = 'order.imported' AND (e.state -> 'metadata' ->> 'import_id')::uuid = w.id) AS stored
FROM work.imports w JOIN work.import_ranges r ON r.import_id = w.id
WHERE NOT coalesce((w.told -> 'choices' ->> 'dry_run')::boolean, false)
    AND coalesce(w.told ->> 'kind', 'orders') = 'orders'
GROUP BY w.id
"""


def beyond_the_log(look: Look) -> Iterator[Finding]:
    """Nothing stands beyond the head, and the log is the one that was last seen from outside."""
    yield from _went_back(look)
    [(head,)] = look.connection.execute(_HEAD).fetchall()
    for code, statement, what, advice in (
        (
            "views-ahead",
            _VIEWS,
            "views show events that are not in the log",
            "`carnet project` builds them anew; until then they are not read.",
        ),
        (
            "processes-ahead",
            _PROCESSES,
            "processes are ahead of the log",
            "`carnet doctor --repair` sets them to its end.",
        ),
        (
            "effects-ahead",
            _EFFECTS,
            "effects follow from events that are not in the log",
            "`carnet doctor --repair` sets them aside; nothing is done before that was decided.",
        ),
    ):
        found = [row[0] for row in look.connection.execute(statement, {"head": head})]
        if found:
            yield Finding(
                code, "damage", f"{len(found)} {what} (it ends at {head}).", advice, places(found), len(found)
            )


def orphans(look: Look) -> Iterator[Finding]:
    """All that was made of events has them."""
    for name, statement in _ORPHANS.items():
        found = [row[0] for row in look.connection.execute(statement)]
        if found:
            yield Finding(
                f"{name}-orphaned",
                "warning",
                f"{len(found)} {name} belong to what the log knows nothing of.",
                _ADVICE[name],
                places(found),
                len(found),
            )
    short = [row for row in look.connection.execute(_IMPORTS).fetchall() if row[1] > row[2]]
    if short:
        yield Finding(
            "imports-ahead",
            "warning",
            f"{len(short)} imports say that more orders came in than the log has of them.",
            "`carnet doctor --repair` lets them begin anew: orders that are there stay as they are.",
            places(f"{one}: {told} told, {stored} there" for one, told, stored in short),
            len(short),
        )


def set_aside(look: Look) -> Iterator[Finding]:
    """Effects that an older log, brought back, has left to be decided on."""
    found = [row[0] for row in look.connection.execute(_SET_ASIDE)]
    if found:
        yield Finding(
            "effects-set-aside",
            "warning",
            f"{len(found)} effects were set aside when the log was brought back: they may have been done before.",
            "`GET /effects?state=set-aside`, then `POST /effects/{key}/drop` what was done and `/retry` what was not.",
            places(found),
            len(found),
        )


def _went_back(look: Look) -> Iterator[Finding]:
    found = standing(look.connection, look.settings.data_dir)
    match found.kind:
        case "another":
            yield Finding(
                "database-other",
                "damage",
                "The data folder was last used with another database than this one.",
                "Look at CARNET_DATABASE_URL and CARNET_DATA_DIR. Where this database is meant, say so by"
                " `carnet doctor --repair`.",
            )
        case "went-back":
            yield Finding(
                "log-went-back",
                "damage",
                f"The log was brought back: {_lost(found)} that were recorded are not in it.",
                "Starting Carnet begins a new epoch and brings back what is ahead; so does `carnet doctor --repair`.",
            )


def _lost(found: LogComparison) -> str:
    return f"{found.lost} events" if found.lost else "events"
