"""The owner of the log, and what the application's role could do to it."""

from __future__ import annotations

from collections.abc import Iterator

from projections.doctor.finding import Finding, Look
from projections.postgres.roles import ADVICE, UNPROTECTED, powers


def owner(look: Look) -> Iterator[Finding]:
    """The log belongs to a role that the application is not, and is out of the application's reach."""
    found = powers(look.connection)
    if found.one_role:
        yield Finding("log-unprotected", "note", UNPROTECTED, ADVICE)
    if found.found:
        what = "The database role of the application can do more to the log than append to it and read it."
        yield Finding("log-exposed", "warning", what, ADVICE, found.found, len(found.found))
