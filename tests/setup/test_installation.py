from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from projections.settings import Settings
from scripts.installation import FolderLock, installation
from tests.setup.running import ROOT, eventually

HOLD = (
    "from scripts.installation import installation\n"
    "with installation(begins=True) as settings:\n"
    "    print(settings.database_url, flush=True); input()"
)


def hold(data_dir: Path) -> subprocess.Popen[str]:
    """Another command on the same installation, which goes on until it gets a line."""
    variables = os.environ | {"CARNET_DATA_DIR": str(data_dir)}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, env=variables, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


def address(command: subprocess.Popen[str]) -> str:
    assert command.stdout
    return command.stdout.readline().strip()


def finish(command: subprocess.Popen[str]) -> str:
    """Ends a held command and gives what it said on standard error."""
    _, said = command.communicate("\n", timeout=60)
    assert command.returncode == 0
    return said


def test_a_command_starts_the_database_for_its_own_time(data_dir: Path) -> None:
    with (
        installation(Settings(data_dir=data_dir), begins=True) as settings,
        psycopg.connect(settings.database_url) as connection,
    ):
        row = connection.execute("SELECT count(*) > 0 FROM information_schema.schemata WHERE schema_name = 'log'")
        assert row.fetchone() == (True,)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_a_second_command_uses_the_database_of_the_first(data_dir: Path) -> None:
    first = hold(data_dir)
    url = address(first)
    with installation(Settings(data_dir=data_dir), begins=True) as settings:
        assert settings.database_url == url
    finish(first)


def test_the_first_command_leaves_the_database_to_the_second(data_dir: Path) -> None:
    first = hold(data_dir)
    address(first)
    with (
        installation(Settings(data_dir=data_dir), begins=True) as settings,
        psycopg.connect(settings.database_url) as connection,
    ):
        assert first.stdin
        first.stdin.write("\n")
        first.stdin.flush()
        said = first.stderr
        assert said
        eventually(lambda: "Waiting for another carnet command" in said.readline(), "the first one waits")
        assert connection.execute("SELECT 1").fetchone() == (1,)
    finish(first)


def test_after_a_killed_command_the_next_one_starts_the_database(data_dir: Path) -> None:
    first = hold(data_dir)
    address(first)
    first.kill()
    first.communicate()
    second = hold(data_dir)
    assert address(second)
    finish(second)


def test_a_lock_is_free_again_after_its_release(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    assert first.take("one")
    assert not second.take("two")
    assert second.note() == "one"
    first.release()
    assert second.take("two")
    second.release()


def test_an_own_database_is_used_as_it_is(database: str, tmp_path: Path) -> None:
    with installation(Settings(database_url=database, data_dir=tmp_path / "var"), begins=True) as settings:
        assert settings.database_url == database
    assert not (tmp_path / "var" / "postgres").exists()


def test_a_command_on_a_database_elsewhere_leaves_no_data_folder(database: str, tmp_path: Path) -> None:
    variables = {"CARNET_DATABASE_URL": database, "CARNET_SECRET_KEY": "x" * 40}
    told = os.environ | variables | {"PYTHONPATH": str(ROOT)}
    for command in (["migrate"], ["users", "list"], ["export", "orders", "--output", "orders.csv"]):
        home = tmp_path / command[0]
        home.mkdir()
        subprocess.run([sys.executable, "-m", "scripts.cli", *command], cwd=home, env=told, check=False)
        left = {path.name for path in home.iterdir()}
        assert left <= ({"var"} if command == ["migrate"] else {"orders.csv"}), command
