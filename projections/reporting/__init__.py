"""What analysts read: views in schema `reporting` over the tables of ours, and the roles that may read them.

A view keeps its name, its columns and their types from release to release, so that what is built upon it stays. It is
moved to a rebuilt generation's tables in the transaction that puts these in their place.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ANALYST = "carnet_analyst"
PERSONAL = "carnet_analyst_personal"
FOLDER = Path(__file__).parent
PERSONAL_SUFFIX = "_personal"

Connection = psycopg.Connection[Any]

_READY = "SELECT to_regnamespace('reporting') IS NOT NULL"
_SHOWN = "SELECT count(*) FROM pg_views WHERE schemaname = 'reporting' AND viewname = ANY(%s)"
_ROLES = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
_IS_MEMBER = "SELECT pg_has_role(%s, %s, 'MEMBER')"
_VIEWS = "SELECT viewname FROM pg_views WHERE schemaname = 'reporting' ORDER BY 1"
_CREATED = "CREATE OR REPLACE VIEW reporting."


@cache
def published(projection: str) -> str:
    """What makes the views over a projection's tables, in `{schema}`; '' for one that analysts do not read."""
    file = FOLDER / f"{projection}.sql"
    return file.read_text() if file.exists() else ""


def views_of(projection: str) -> list[str]:
    """The names of the views over a projection's tables."""
    return [part.split()[0] for part in published(projection).split(_CREATED)[1:]]


def publish(connection: Connection, projection: str, schema: str = "views") -> None:
    """Has the views over a projection's tables show those in a schema, in the caller's transaction or one of its own.

    A view whose columns can no longer be what they were is made anew, and with it goes what others built upon it.
    """
    text = published(projection)
    if not text or connection.execute(_READY).fetchone() != (True,):
        return
    statements = text.replace("{schema}", sql.Identifier(schema).as_string(None)).encode()
    with connection.transaction():
        try:
            with connection.transaction():
                connection.execute(statements)
        except psycopg.errors.InvalidTableDefinition:
            for name in views_of(projection):
                connection.execute(sql.SQL("DROP VIEW IF EXISTS {} CASCADE").format(sql.Identifier("reporting", name)))
            connection.execute(statements)
        _grant(connection, views_of(projection))


def ensure(connection: Connection, projection: str) -> None:
    """Makes the views over a projection's live tables, if they are not there yet."""
    names = views_of(projection)
    if names and connection.execute(_SHOWN, (names,)).fetchone() != (len(names),):
        publish(connection, projection)


def make_roles(connection: Connection) -> bool:
    """Makes the two roles that analysts are given; False where the connection's own role may not.

    They belong to the whole server, so another of its databases may have made them.
    """
    try:
        for role in (ANALYST, PERSONAL):
            if connection.execute(_ROLES, ([role],)).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        if connection.execute(_IS_MEMBER, (PERSONAL, ANALYST)).fetchone() != (True,):
            grant = sql.SQL("GRANT {} TO {}")
            connection.execute(grant.format(sql.Identifier(ANALYST), sql.Identifier(PERSONAL)))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        return make_roles(connection)
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def let_read(connection: Connection) -> None:
    """Lets the roles that there are read what is there for them."""
    with connection.transaction():
        if connection.execute(_ROLES, ([ANALYST],)).fetchone() is not None:
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA reporting TO {}").format(sql.Identifier(ANALYST)))
        _grant(connection, [name for (name,) in connection.execute(_VIEWS)])


def _grant(connection: Connection, names: list[str]) -> None:
    """Lets the roles that there are read the views; those with personal data only the one that may."""
    roles = {name for (name,) in connection.execute(_ROLES, ([ANALYST, PERSONAL],))}
    for name in names:
        role = PERSONAL if name.endswith(PERSONAL_SUFFIX) else ANALYST
        if role in roles:
            grant = sql.SQL("GRANT SELECT ON {} TO {}")
            connection.execute(grant.format(sql.Identifier("reporting", name), sql.Identifier(role)))
