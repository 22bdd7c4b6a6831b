"""The two roles of a database: the owner of the log, and the application, which appends to the log and reads it.

What proves something (events, seals, keys, addresses, answers, numbers) stands in schema `log` and belongs to the
owner. The application may read it all, insert events, and call the functions named here; each checks what it is given.
Everything else (views, work, access) is the application's own, and no code of it ever runs as the owner.
"""

from __future__ import annotations

from typing import NamedTuple

from psycopg import sql

from projections.postgres.connections import Connection
from projections.postgres.usable import TABLES, UnusableDatabase

# Functions of schema `log` that the running application calls. Another one is the owner's alone.
CALLED = (
    "add_epoch",
    "add_first_master",
    "add_incarnation",
    "add_seal",
    "append",
    "append_alone",
    "begin_epoch",
    "begin_incarnation",
    "claim_customer",
    "claim_subject",
    "current_incarnation",
    "database_oid",
    "enter",
    "erase",
    "hand_address",
    "hand_over",
    "keep_document",
    "keep_print",
    "make_durable",
    "master_of",
    "next_document",
    "next_numbers",
    "number_changes",
    "opening",
    "purge_requests",
    "raise_series",
    "release_documents",
    "series_as_they_are",
    "skip_documents",
    "streams",
)

_LOG_OWNER = "SELECT r.rolname::text FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE n.nspname = 'log'"
_IS_MEMBER = "SELECT pg_has_role(%(application)s, 'MEMBER')"
_OWNS_DATABASE = """
SELECT pg_has_role(datdba, 'USAGE') AND pg_get_userbyid(datdba) <> %(application)s
FROM pg_database WHERE datname = current_database()
"""
# What belongs to one of the two roles and should be the other's. Sequences of columns follow their tables, and what an
# extension brought is the extension's.
_MISPLACED = """
WITH found AS (
    SELECT 0 AS rank, 'SCHEMA' AS kind, quote_ident(nspname) AS name, nspname AS place, nspowner AS owner,
        'pg_namespace'::regclass AS catalogue, oid
    FROM pg_namespace
    UNION ALL
    SELECT 1, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
            ELSE 'TABLE' END,
        c.oid::regclass::text, n.nspname, c.relowner, 'pg_class'::regclass, c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND (n.nspname <> 'public' OR c.relname = ANY(%(tables)s))
        AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
            AND d.refclassid = 'pg_class'::regclass AND c.relkind = 'S'
    )
    UNION ALL
    SELECT 2, 'ROUTINE', p.oid::regprocedure::text, n.nspname, p.proowner, 'pg_proc'::regclass, p.oid
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname <> 'public'  -- no migration makes any there: the application's code stays the application's
    UNION ALL
    SELECT 3, 'TYPE', t.oid::regtype::text, n.nspname, t.typowner, 'pg_type'::regclass, t.oid
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('d', 'e', 'r') OR t.typtype = 'c' AND EXISTS (
        SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'
    )
)
SELECT kind, name, CASE WHEN place IN ('log', 'public') THEN current_user::text ELSE %(application)s END
FROM found
WHERE owner = (
        SELECT oid FROM pg_roles
        WHERE rolname = CASE WHEN place IN ('log', 'public') THEN %(application)s ELSE current_user::text END
    ) AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = catalogue AND d.objid = found.oid AND d.deptype = 'e'
    )
ORDER BY rank, name
"""
_ROUTINES = """
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace = 'log'::regnamespace AND p.proname = ANY(%(names)s)
"""
# Code in the log, or run by its tables, that is not of the log: it would run as the owner.
_FOREIGN = """
SELECT 'a default, check, rule or index of ' || string_agg(DISTINCT c.relname::text, ', ') || ' calls '
    || string_agg(DISTINCT p.oid::regprocedure::text, ', ')
FROM pg_depend d
JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
JOIN (
    SELECT 'pg_attrdef'::regclass AS catalogue, oid, adrelid AS relation FROM pg_attrdef
    UNION ALL SELECT 'pg_constraint'::regclass, oid, conrelid FROM pg_constraint
    UNION ALL SELECT 'pg_rewrite'::regclass, oid, ev_class FROM pg_rewrite
    UNION ALL SELECT 'pg_class'::regclass, indexrelid, indrelid FROM pg_index
) user_of ON user_of.catalogue = d.classid AND user_of.oid = d.objid
JOIN pg_class c ON c.oid = user_of.relation AND c.relnamespace = 'log'::regnamespace
WHERE p.pronamespace NOT IN ('log'::regnamespace, 'pg_catalog'::regnamespace)
UNION ALL
SELECT 'a trigger of ' || string_agg(DISTINCT c.relname::text, ', ') || ' calls '
    || string_agg(DISTINCT p.oid::regprocedure::text, ', ')
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = 'log'::regnamespace
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND p.pronamespace NOT IN ('log'::regnamespace, 'pg_catalog'::regnamespace)
UNION ALL
SELECT 'there are several functions ' || string_agg(name, ', ' ORDER BY name) FROM (
    SELECT proname::text AS name FROM pg_proc
    WHERE pronamespace = 'log'::regnamespace AND proname = ANY(%(called)s) GROUP BY proname HAVING count(*) > 1
) doubled
"""
# What a role can do to the log that an application should not be able to; a superuser can do everything.
_SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
_POWERS = """
WITH me AS (
    SELECT r.oid, r.rolcreaterole, n.nspowner AS owner, pg_has_role(r.oid, n.nspowner, 'MEMBER') AS is_owner
    FROM pg_roles r, pg_namespace n WHERE r.rolname = current_user AND n.nspname = 'log'
), tables AS (
    SELECT c.oid, c.relkind, c.relowner AS owner, c.relname::text AS name FROM pg_class c
    WHERE c.relnamespace = 'log'::regnamespace AND c.relkind IN ('r', 'p', 'S', 'v')
), routines AS (
    SELECT p.oid, p.proowner AS owner, p.proname::text AS name, p.prorettype = 'trigger'::regtype AS is_trigger
    FROM pg_proc p WHERE p.pronamespace = 'log'::regnamespace
), said AS (
    SELECT 1 AS rank, 'it may act as the owner of the log' AS text FROM me WHERE is_owner AND owner <> oid
    UNION ALL SELECT 2, 'it may write ' || string_agg(name, ', ' ORDER BY name) FROM tables, me
    WHERE NOT is_owner AND CASE relkind
        WHEN 'S' THEN has_sequence_privilege(tables.oid, 'UPDATE, USAGE')
        ELSE has_table_privilege(tables.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES')
            OR has_any_column_privilege(tables.oid, 'UPDATE')
            OR name <> 'events' AND has_any_column_privilege(tables.oid, 'INSERT')
    END
    UNION ALL SELECT 3, 'it owns ' || string_agg(name, ', ' ORDER BY name) FROM (
        SELECT owner, name FROM tables UNION SELECT owner, name FROM routines
    ) AS owned, me WHERE owned.owner <> me.owner AND pg_has_role(me.oid, owned.owner, 'MEMBER')
    UNION ALL SELECT 4, 'it may call ' || string_agg(name, ', ' ORDER BY name) FROM routines, me
    WHERE NOT is_owner AND NOT is_trigger AND NOT name = ANY(%(called)s)
        AND has_function_privilege(routines.oid, 'EXECUTE')
    UNION ALL SELECT 6, 'it may make things in schema log' FROM me
    WHERE NOT is_owner AND has_schema_privilege('log', 'CREATE')
    UNION ALL SELECT 7, 'it owns the database' FROM me, pg_database
    WHERE datname = current_database() AND me.owner <> me.oid AND NOT is_owner AND pg_has_role(me.oid, datdba, 'MEMBER')
    UNION ALL SELECT 8, 'it may make roles' FROM me WHERE rolcreaterole
    UNION ALL SELECT 9, 'it may switch triggers off for a session' FROM me
    WHERE has_parameter_privilege('session_replication_role', 'SET')
    UNION ALL SELECT 10, 'it is a member of ' || string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles r, me
    WHERE rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_write_all_data')
        AND pg_has_role(me.oid, r.oid, 'MEMBER')
    UNION ALL SELECT 11, 'its sessions begin with ' || string_agg(s.setting, ', ' ORDER BY s.setting)
    FROM me, pg_db_role_setting d CROSS JOIN LATERAL unnest(d.setconfig) AS s (setting)
    WHERE d.setrole IN (0, me.oid) AND s.setting ~ '^(search_path|session_preload_libraries|role)='
        AND d.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
)
SELECT text FROM said WHERE text IS NOT NULL ORDER BY rank
"""
_ONE_ROLE = """
SELECT nspowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) FROM pg_namespace WHERE nspname = 'log'
"""
UNPROTECTED = (
    "The database role of the application owns the log: whoever gets hold of it can switch the guards off and change"
    " what was recorded. `carnet audit verify` and the sealer find that afterwards; nothing prevents it."
)
ADVICE = (
    "See docs/running.md, The owner of the log: the role in CARNET_DATABASE_URL is to be an ordinary one, and"
    " `carnet migrate` with CARNET_DATABASE_OWNER_URL takes from it what it should not have."
)


class OwnerNeeded(UnusableDatabase):
    """What the log's owner alone may do was asked for, and its address is not known; the message says what to do."""


class ForeignCode(UnusableDatabase):
    """The log holds code that no migration made, which would run as its owner; the message names it."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The log is not handed over to its owner: {found}. No migration of Carnet made that, and it would run as"
            " the owner. Have an administrator of the database look at it and drop it, then run this again."
        )


class Powers(NamedTuple):
    """What the role of a connection can do to the log beyond what the application needs.

    `one_role`: it owns the log itself, as in a database that has one role for all.
    """

    one_role: bool
    found: list[str]

    @property
    def sentences(self) -> list[str]:
        """What cannot be promised; nothing where the log is out of its reach."""
        return [UNPROTECTED] * self.one_role + [self.exposed] * bool(self.found)

    @property
    def exposed(self) -> str:
        """What it has that it should not have."""
        return f"The database role of the application has the log within its reach: {'; '.join(self.found)}."


def powers(connection: Connection) -> Powers:
    """What the connection's role can do to the log; nothing where there is no log yet."""
    row = connection.execute(_ONE_ROLE).fetchone()
    if row is None:
        return Powers(one_role=False, found=[])
    if connection.execute(_SUPERUSER).fetchone() == (True,):
        return Powers(one_role=bool(row[0]), found=["it is a superuser"])
    found = [text for (text,) in connection.execute(_POWERS, {"called": list(CALLED)})]
    found += [text for (text,) in connection.execute(_FOREIGN, {"called": list(CALLED)}) if text]
    return Powers(one_role=bool(row[0]), found=found)


def log_owner(connection: Connection) -> str | None:
    """The role that owns the log; None where there is no log yet."""
    row = connection.execute(_LOG_OWNER).fetchone()
    return str(row[0]) if row else None


def role_of(connection: Connection) -> str:
    """The role that a connection acts as."""
    [(role,)] = connection.execute("SELECT current_user::text").fetchall()
    return str(role)


def require_owner(owner: Connection, application: str) -> None:
    """Raises `OwnerNeeded` where the owner's role cannot take over what the application's has, or give it any."""
    name = role_of(owner)
    if owner.execute(_IS_MEMBER, {"application": application}).fetchone() != (True,):
        raise OwnerNeeded(
            f"The owner's role has to be a member of the application's to take the log over: GRANT {application} TO"
            f" {name}, by an administrator of the database."
        )
    if owner.execute(_OWNS_DATABASE, {"application": application}).fetchone() != (True,):
        raise OwnerNeeded(
            f"The owner's role has to own the database: ALTER DATABASE ... OWNER TO {name}, by an administrator of it."
        )


def separate(owner: Connection, application: str) -> None:
    """Gives each of the two roles what is its own; what is right already is left alone. In one transaction.

    Raises `ForeignCode` where the log holds code that no migration made.
    """
    role = sql.Identifier(application)
    with owner.transaction():
        foreign = [text for (text,) in owner.execute(_FOREIGN, {"called": list(CALLED)}).fetchall() if text]
        if foreign:
            raise ForeignCode("; ".join(foreign))
        [(database,)] = owner.execute("SELECT current_database()").fetchall()
        grant = sql.SQL("GRANT CREATE ON DATABASE {} TO {}")
        owner.execute(grant.format(sql.Identifier(database), role))
        for kind, name, wanted in owner.execute(
            _MISPLACED, {"application": application, "tables": list(TABLES)}
        ).fetchall():
            change = sql.SQL("ALTER {} {} OWNER TO {}")
            owner.execute(change.format(sql.SQL(kind), sql.SQL(name), sql.Identifier(wanted)))
        for what in ("SCHEMA log", "ALL TABLES IN SCHEMA log", "ALL SEQUENCES IN SCHEMA log"):
            owner.execute(sql.SQL("REVOKE ALL ON {} FROM PUBLIC, {}").format(sql.SQL(what), role))
        owner.execute(sql.SQL("REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA log FROM PUBLIC, {}").format(role))
        owner.execute(sql.SQL("GRANT USAGE ON SCHEMA log TO {}").format(role))
        owner.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA log TO {}").format(role))
        owner.execute(sql.SQL("GRANT INSERT ON log.events TO {}").format(role))
        # Sequences and the migrations' tables are read for a dump, which the application may make as well.
        owner.execute(sql.SQL("GRANT SELECT ON ALL SEQUENCES IN SCHEMA log TO {}").format(role))
        later = sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA log GRANT SELECT ON SEQUENCES TO {}")
        owner.execute(later.format(role))
        for table in TABLES:
            owner.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(table), role))
        for (name,) in owner.execute(_ROUTINES, {"names": list(CALLED)}).fetchall():
            owner.execute(sql.SQL("GRANT EXECUTE ON ROUTINE {} TO {}").format(sql.SQL(name), role))
