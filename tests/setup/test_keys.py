"""`carnet keys` and the master secret at start: one message, exit code 1, and nothing happens with a wrong one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from projections.log.masters import check_secret
from projections.secrets import Secrets
from tests.damage import owner
from tests.fixtures_database import TEST_SECRET
from tests.setup.running import ROOT

OTHER = "the secret of another shop, as long as it must be"


def carnet(database: str, folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of its own process on the database."""
    settings = {
        "CARNET_DATABASE_URL": database,
        "CARNET_DATABASE_OWNER_URL": owner(database),
        "CARNET_DATA_DIR": str(folder),
    } | variables
    command = [sys.executable, "-m", "scripts.cli", *words]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(
    "words",
    [("serve",), ("worker",), ("project",), ("migrate",), ("audit", "seal"), ("audit", "verify"), ("keys", "rotate")],
)
def test_every_process_and_command_refuses_another_shops_secret(
    database: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    check_secret(database, Secrets((TEST_SECRET,)))
    ended = carnet(database, tmp_path, *words, CARNET_SECRET_KEY=OTHER)
    assert ended.returncode == 1, ended.stderr
    assert "not this database's" in ended.stderr
    assert "Traceback" not in ended.stderr
    said = [line for line in ended.stderr.strip().splitlines() if not line.startswith("The parts run as root.")]
    assert len(said) == 1


def test_another_shops_database_is_refused(database: str, tmp_path: Path) -> None:
    check_secret(database, Secrets((OTHER,)))
    (tmp_path / "secret.key").write_text(TEST_SECRET + "\n")
    ended = carnet(database, tmp_path, "audit", "seal")
    assert ended.returncode == 1
    assert "not this database's" in ended.stderr


def test_a_secret_in_a_file_is_replaced_there_by_one_command(database: str, tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    assert carnet(database, tmp_path, "migrate").returncode == 0
    before = file.read_text()
    ended = carnet(database, tmp_path, "keys", "rotate")
    assert ended.returncode == 0, ended.stderr
    assert len(file.read_text().splitlines()) == 1
    assert file.read_text() != before
    assert file.stat().st_mode & 0o777 == 0o600
    status = carnet(database, tmp_path, "keys", "status")
    assert [line.split()[0] for line in status.stdout.splitlines()] == ["1", "2"]
    assert "replaced" in status.stdout
    assert before.strip() not in ended.stdout + ended.stderr + status.stdout


def test_a_given_secret_takes_the_place_of_the_one_in_the_file(database: str, tmp_path: Path) -> None:
    carnet(database, tmp_path, "migrate")
    fresh = tmp_path / "fresh"
    fresh.write_text(OTHER + "\n")
    ended = carnet(database, tmp_path, "keys", "rotate", "--new-secret-file", str(fresh))
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "secret.key").read_text() == OTHER + "\n"


def test_a_secret_in_the_environment_is_replaced_while_both_are_given(database: str, tmp_path: Path) -> None:
    check_secret(database, Secrets((TEST_SECRET,)))
    alone = carnet(database, tmp_path, "keys", "rotate", CARNET_SECRET_KEY=TEST_SECRET)
    assert alone.returncode == 1
    assert "CARNET_SECRET_KEY_PREVIOUS" in alone.stderr
    both = {"CARNET_SECRET_KEY": OTHER, "CARNET_SECRET_KEY_PREVIOUS": TEST_SECRET}
    assert carnet(database, tmp_path, "keys", "status", **both).returncode == 0
    ended = carnet(database, tmp_path, "keys", "rotate", **both)
    assert ended.returncode == 0, ended.stderr
    assert carnet(database, tmp_path, "keys", "status", CARNET_SECRET_KEY=OTHER).returncode == 0
    assert carnet(database, tmp_path, "keys", "status", CARNET_SECRET_KEY=TEST_SECRET).returncode == 1


def test_a_rotation_killed_after_its_first_step_is_taken_up(database: str, tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    carnet(database, tmp_path, "migrate")
    with psycopg.connect(database) as connection:
        before = connection.execute("SELECT count(*) FROM log.masters").fetchone()
    file.write_text(f"{OTHER}\n{file.read_text()}")  # killed once the file had both, before the database had
    ended = carnet(database, tmp_path, "keys", "rotate")
    assert ended.returncode == 0, ended.stderr
    assert before == (1,)
    assert file.read_text() == OTHER + "\n"


def test_a_short_secret_is_refused(database: str, tmp_path: Path) -> None:
    carnet(database, tmp_path, "migrate")
    (tmp_path / "fresh").write_text("short\n")
    ended = carnet(database, tmp_path, "keys", "rotate", "--new-secret-file", str(tmp_path / "fresh"))
    assert ended.returncode == 1
    assert "at least 32 characters" in ended.stderr


def test_without_the_owner_of_the_log_nothing_is_rotated(database: str, tmp_path: Path) -> None:
    carnet(database, tmp_path, "migrate")
    before = (tmp_path / "secret.key").read_text()
    ended = carnet(database, tmp_path, "keys", "rotate", CARNET_DATABASE_OWNER_URL="")
    assert ended.returncode == 1
    assert "set CARNET_DATABASE_OWNER_URL" in ended.stderr
    assert (tmp_path / "secret.key").read_text() == before
