"""The role that SQL from outside runs as: it owns nothing, and may write one table for as long as a batch takes."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

ROLE = "carnet_outside"

Connection = psycopg.Connection[Any]

_IS_THERE = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)"
_MAY_BE = "SELECT pg_has_role(%s, %s, 'MEMBER')"
_READY = "SELECT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'outside'::regnamespace AND proname = 'run')"
# Within a function that runs as its owner, no statement can take on another role: neither by SET nor by set_config.
_FUNCTION = """
    CREATE OR REPLACE FUNCTION outside.run(statement text, place text, batch jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        PERFORM set_config('search_path', quote_ident(place) || ', pg_temp', true);
        IF batch IS NULL THEN
            EXECUTE statement;
        ELSE
            EXECUTE statement USING batch;
        END IF;
    END $$
"""


def make_role(connection: Connection, application: str) -> bool:
    """Makes the role and lets the application act for it; False where the connection's own role may not.

    It belongs to the whole server, so another of its databases may have made it.
    """
    names = {"role": sql.Identifier(ROLE), "application": sql.Identifier(application)}
    try:
        if connection.execute(_IS_THERE, (ROLE,)).fetchone() != (True,):
            connection.execute(sql.SQL("CREATE ROLE {role} NOLOGIN NOINHERIT").format(**names))
        if connection.execute(_MAY_BE, (application, ROLE)).fetchone() != (True,):
            connection.execute(sql.SQL("GRANT {role} TO {application}").format(**names))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        return make_role(connection, application)
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def is_usable(connection: Connection) -> bool:
    """Whether this connection's role may act for it."""
    if connection.execute(_IS_THERE, (ROLE,)).fetchone() != (True,):
        return False
    return connection.execute("SELECT pg_has_role(%s, 'MEMBER')", (ROLE,)).fetchone() == (True,)


def make_function(connection: Connection) -> None:
    """Makes what runs a statement as the role, once for each database."""
    role = sql.Identifier(ROLE)
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('carnet outside'))")
        if connection.execute(_READY).fetchone() == (True,):
            return
        connection.execute(_FUNCTION)
        for statement in (
            "GRANT USAGE ON SCHEMA views TO {}",
            "GRANT USAGE, CREATE ON SCHEMA outside TO {}",
            "REVOKE EXECUTE ON FUNCTION outside.run FROM PUBLIC",
            "ALTER FUNCTION outside.run OWNER TO {}",
            "REVOKE CREATE ON SCHEMA outside FROM {}",
        ):
            connection.execute(sql.SQL(statement).format(role))
        me = sql.Identifier(connection.execute("SELECT current_user::text").fetchall()[0][0])
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA outside TO {}").format(me))


def run_as(connection: Connection, statement: str, place: str, batch: bytes | None = None) -> None:
    """Runs one statement as the role; what it names without a schema is looked for in `place` alone."""
    events = batch.decode() if batch is not None else None
    connection.execute("SELECT outside.run(%s, %s, %s::jsonb)", (statement, place, events)).fetchone()
