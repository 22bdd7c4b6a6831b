"""The keys of persons, and the secret that they are wrapped under."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.exceptions import InvalidTag

from projections.doctor.finding import Finding, Look, places

_SOME = """
SELECT subject, wrapped FROM log.subject_keys WHERE wrapped IS NOT NULL ORDER BY created_at DESC LIMIT %(some)s
"""
_MISSING = """
SELECT e.subject, count(*), min(e.position) FROM log.events e
LEFT JOIN log.subject_keys k ON k.subject = e.subject
WHERE e.subject IS NOT NULL AND k.wrapped IS NULL AND k.erased_at IS NULL AND e.state::text LIKE '%%sealed:v1:%%'
GROUP BY e.subject ORDER BY min(e.position)
"""
_FAULTS = "SELECT faults, since FROM work.sealing"
_A_FEW, _MANY = 5, 1_000


def secret(look: Look) -> Iterator[Finding]:
    """The newest keys can be opened; in the full form, a thousand of them."""
    found = look.connection.execute(_SOME, {"some": _A_FEW if look.quick else _MANY}).fetchall()
    closed = []
    for subject, wrapped in found:
        try:
            look.log.keys.data_key(subject, wrapped)
        except InvalidTag:
            closed.append(subject)
    if closed and len(closed) == len(found):
        yield Finding(
            "secret-wrong",
            "damage",
            "The master secret does not open this database's keys: it is another installation's, or the database is.",
            "Set CARNET_SECRET_KEY (or the file secret.key in the data folder) and CARNET_DATABASE_URL so that they"
            " belong together. Record nothing before.",
        )
    elif closed:
        yield Finding(
            "keys-closed",
            "damage",
            f"{len(closed)} of {len(found)} keys cannot be opened with the master secret.",
            "They were changed, or made under another secret: restore `log.subject_keys` from a backup.",
            places(f"subject {subject}" for subject in closed),
            len(closed),
        )


def sealing(look: Look) -> Iterator[Finding]:
    """The sealer seals: it has found no seal gone or different from what it remembers."""
    for faults, since in look.connection.execute(_FAULTS).fetchall():
        if faults:
            yield Finding(
                "sealing-refused",
                "damage",
                f"Nothing is sealed since {since}: seals are gone, or are not those kept outside the database.",
                "`carnet audit verify` tells what was changed. Where an older database was brought back, see `ahead`.",
                places(faults),
                len(faults),
            )


def missing(look: Look) -> Iterator[Finding]:
    """Whoever's data is sealed has a key, unless they were erased."""
    found = look.connection.execute(_MISSING).fetchall()
    if found:
        yield Finding(
            "keys-missing",
            "damage",
            f"The keys of {len(found)} subjects are gone, and nobody erased them: their data cannot be read.",
            "Restore their rows of `log.subject_keys` from a backup.",
            places(f"subject {subject}: {count} events, the first at {first}" for subject, count, first in found),
            len(found),
        )
