"""Two roles: the owner of the log and the application, from the first start on or from one role for all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from structlog.testing import capture_logs

from projections.doctor.health import Health
from projections.postgres import migrate as migrating
from projections.postgres import usable
from projections.postgres.embedded import ADMINISTRATOR, APPLICATION, OWNER, EmbeddedServer
from projections.postgres.migrate import BY_OWNER, is_owners, migrate
from projections.postgres.roles import UNPROTECTED, ForeignCode, OwnerNeeded, powers
from projections.postgres.usable import MIGRATIONS, known
from projections.runtime import open_runtime
from projections.settings import Settings
from scripts.serve import _refuse_unusable
from tests.damage import administrator, name_of, owner
from tests.fixtures_api import hire
from tests.fixtures_database import TEST_SECRET
from tests.setup.test_keys import carnet

OWNERS = """
SELECT n.nspname, r.rolname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r
    ON r.oid = c.relowner
WHERE n.nspname !~ '^pg_|information_schema' AND c.relkind IN ('r', 'v', 'S')
UNION SELECT n.nspname, r.rolname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r
    ON r.oid = p.proowner
WHERE n.nspname !~ '^pg_|information_schema' AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'
)
UNION SELECT nspname, r.rolname FROM pg_namespace JOIN pg_roles r ON r.oid = nspowner
WHERE nspname !~ '^pg_|information_schema|public'
"""


def owners(database: str) -> dict[str, set[str]]:
    """Who owns what stands in each schema."""
    found: dict[str, set[str]] = {}
    with psycopg.connect(database) as connection:
        for schema, role in connection.execute(OWNERS).fetchall():
            found.setdefault(schema, set()).add(role)
    return found


def sentences(database: str) -> list[str]:
    with psycopg.connect(database) as connection:
        return powers(connection).sentences


def given_away(database: str) -> None:
    """The database is the owner's, as its administrator makes it."""
    with psycopg.connect(administrator(database)) as connection:
        change = sql.SQL("ALTER DATABASE {} OWNER TO {}")
        connection.execute(change.format(sql.Identifier(name_of(database)), sql.Identifier(OWNER)))


def works(database: str, folder: Path, name: str) -> None:
    """Somebody is hired, by the application's role."""
    with open_runtime(Settings(database_url=database, secret_key=TEST_SECRET, data_dir=folder)) as runtime:
        hire(runtime, name, "operator")


def test_the_log_is_the_owners_and_everything_else_the_applications(database: str) -> None:
    found = owners(database)
    assert {schema for schema, roles in found.items() if roles == {"carnet_owner"}} == {"log", "public"}
    assert {schema for schema, roles in found.items() if roles == {"carnet"}} == found.keys() - {"log", "public"}


def test_one_role_for_all_works_and_says_what_it_does_not_promise(bare_database: str, tmp_path: Path) -> None:
    assert migrate(bare_database) == known()
    works(bare_database, tmp_path, "ada")
    assert sentences(bare_database) == [UNPROTECTED]


def test_one_role_for_all_is_told_at_start_by_doctor_verify_and_health(bare_database: str, tmp_path: Path) -> None:
    migrate(bare_database)
    works(bare_database, tmp_path, "ada")
    verdict = carnet(bare_database, tmp_path, "audit", "verify", "--json", CARNET_SECRET_KEY=TEST_SECRET)
    assert (verdict.returncode, json.loads(verdict.stdout)["notes"]) == (0, [UNPROTECTED])
    found = carnet(bare_database, tmp_path, "doctor", "--only", "roles", "--json", CARNET_SECRET_KEY=TEST_SECRET)
    assert (found.returncode, codes(found.stdout)) == (0, ["log-unprotected"])
    with open_runtime(Settings(database_url=bare_database, secret_key=TEST_SECRET, data_dir=tmp_path)) as runtime:
        [check] = [one for one in Health(runtime, ()).checks() if one.name == "roles"]
        assert (check.text, check.needed) == (UNPROTECTED, False)
        with capture_logs() as lines:
            _refuse_unusable(runtime.settings)
    assert [(line["action"], line["event"]) for line in lines] == [("database.roles", UNPROTECTED)]


def test_a_right_too_many_is_a_warning_of_the_doctors(database: str, tmp_path: Path) -> None:
    works(database, tmp_path, "ada")
    assert carnet(database, tmp_path, "doctor", "--only", "roles", CARNET_SECRET_KEY=TEST_SECRET).returncode == 0
    with psycopg.connect(owner(database), autocommit=True) as connection:
        connection.execute("GRANT DELETE ON log.seals TO carnet")
    found = carnet(database, tmp_path, "doctor", "--only", "roles", "--json", CARNET_SECRET_KEY=TEST_SECRET)
    assert (found.returncode, codes(found.stdout)) == (1, ["log-exposed"])
    assert "seals" in found.stdout


def codes(answer: str) -> list[str]:
    return [one["code"] for one in json.loads(answer)["findings"]]


def test_a_database_of_one_role_is_brought_to_two_and_nothing_of_it_is_lost(
    bare_database: str, database: str, tmp_path: Path
) -> None:
    migrate(bare_database)
    works(bare_database, tmp_path, "ada")
    given_away(bare_database)
    assert migrate(bare_database, owner(bare_database)) == []
    of_the_application = {"public": {APPLICATION, OWNER}}  # the function `plain`, and nothing that proves anything
    assert owners(bare_database) == owners(database) | of_the_application
    assert sentences(bare_database) == []
    works(bare_database, tmp_path, "grace")
    assert migrate(bare_database, owner(bare_database)) == []
    assert migrate(bare_database) == []


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        (
            "CREATE FUNCTION log.append(q text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
            " AS $$BEGIN EXECUTE q; END$$",
            "several functions append",
        ),
        (
            "CREATE FUNCTION work.dflt() RETURNS text LANGUAGE sql AS $$SELECT 'x'$$;"
            " ALTER TABLE log.requests ADD COLUMN note text DEFAULT work.dflt()",
            "default, check, rule or index of requests",
        ),
        (
            "CREATE FUNCTION work.fire() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;"
            " CREATE TRIGGER t AFTER INSERT ON log.events FOR EACH ROW EXECUTE FUNCTION work.fire()",
            "trigger of events",
        ),
    ],
)
def test_code_that_was_planted_while_there_was_one_role_is_not_handed_over(
    bare_database: str, tmp_path: Path, planted: str, named: str
) -> None:
    migrate(bare_database)
    with psycopg.connect(bare_database, autocommit=True) as connection:
        connection.execute(planted)
        assert any(named in text for text in powers(connection).found)
    given_away(bare_database)
    with pytest.raises(ForeignCode, match=named):
        migrate(bare_database, owner(bare_database))


def test_a_function_of_the_applications_in_public_stays_its_own(bare_database: str) -> None:
    migrate(bare_database)
    with psycopg.connect(bare_database, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION public.tool(q text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
            " AS $$BEGIN EXECUTE q; END$$"
        )
    given_away(bare_database)
    migrate(bare_database, owner(bare_database))
    with psycopg.connect(bare_database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT public.tool('ALTER TABLE log.events DISABLE TRIGGER events_only_grow')")


@pytest.mark.parametrize(
    "call",
    [
        "log.next_document('invoices', 2027, 9223372036854775807, current_date)",
        "log.next_document('invoices', 2147483647, 1, current_date)",
        "log.skip_documents('poison', 2027, 9223372036854775807, 9223372036854775807, current_date)",
    ],
)
def test_no_series_of_documents_is_moved_to_its_end(database: str, call: str) -> None:
    with psycopg.connect(database) as connection, pytest.raises(psycopg.DatabaseError, match=r"a series|a period"):
        connection.execute(f"SELECT {call}".encode())


def test_an_empty_database_is_made_with_two_roles(bare_database: str, database: str, tmp_path: Path) -> None:
    given_away(bare_database)
    assert migrate(bare_database, owner(bare_database)) == known()
    assert owners(bare_database) == owners(database)
    works(bare_database, tmp_path, "ada")


def test_an_owner_that_cannot_own_is_told_what_to_grant(bare_database: str) -> None:
    with pytest.raises(OwnerNeeded, match="ALTER DATABASE"):
        migrate(bare_database, owner(bare_database))
    given_away(bare_database)
    with psycopg.connect(administrator(bare_database), autocommit=True) as connection:
        connection.execute("REVOKE carnet FROM carnet_owner")
        try:
            with pytest.raises(OwnerNeeded, match="GRANT carnet TO carnet_owner"):
                migrate(bare_database, owner(bare_database))
        finally:
            connection.execute("GRANT carnet TO carnet_owner")


def test_a_migration_of_the_log_is_the_owners_and_another_the_applications(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "9998-log.sql").write_text(f"{BY_OWNER}\nCREATE TABLE log.later (id bigint);")
    (folder / "9999-views.sql").write_text("CREATE TABLE views.later (id bigint);")
    for module in (migrating, usable):
        monkeypatch.setattr(module, "MIGRATIONS", folder)
    with pytest.raises(OwnerNeeded, match="CARNET_DATABASE_OWNER_URL"):
        migrate(database)
    assert migrate(database, owner(database)) == ["9998-log", "9999-views"]
    with psycopg.connect(database) as connection:
        made = "SELECT n.nspname, pg_get_userbyid(relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        found: dict[str, str] = dict(connection.execute(f"{made} WHERE relname = 'later'".encode()).fetchall())
        connection.execute("SELECT FROM log.later")
    assert found == {"log": "carnet_owner", "views": "carnet"}
    assert sentences(database) == []


def test_migrations_that_change_the_log_say_that_its_owner_runs_them() -> None:
    """Those before 0033 are run by one role: the one that the database had, or the owner of an empty one."""
    for name in known()[known().index("0033-owner") :]:
        text = (MIGRATIONS / f"{name}.sql").read_text()
        changes = any(f" log.{word}" in line for line in text.splitlines() for word in "abcdefghijklmnopqrstuvwxyz"
                      if line.startswith(("ALTER", "CREATE", "DROP", "INSERT INTO log", "UPDATE log")))  # fmt: skip
        assert is_owners(name) == changes, name


def test_an_embedded_server_of_one_role_is_brought_to_two_when_it_starts(data_dir: Path, tmp_path: Path) -> None:
    with EmbeddedServer(data_dir) as server:
        with psycopg.connect(server.url(ADMINISTRATOR, ADMINISTRATOR), autocommit=True) as connection:
            connection.execute("ALTER DATABASE carnet OWNER TO carnet")
            connection.execute("REVOKE carnet FROM carnet_owner")
            connection.execute("DROP ROLE carnet_owner")
            connection.execute("ALTER ROLE carnet CREATEDB")
        migrate(server.url())
        works(server.url(), tmp_path, "ada")
    with EmbeddedServer(data_dir) as server:
        assert migrate(server.url(), server.owner_url()) == []
        assert sentences(server.url()) == []
        works(server.url(), tmp_path, "grace")
        with psycopg.connect(server.url()) as connection:
            [(creates,)] = connection.execute(
                "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchall()
        assert not creates
