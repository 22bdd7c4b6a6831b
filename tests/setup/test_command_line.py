from __future__ import annotations

import os
import subprocess
import sys
from errno import EACCES
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.cli import COMMANDS, _obstacle, carnet
from tests.setup.running import ROOT


def test_help_lists_every_command() -> None:
    text = CliRunner().invoke(carnet, ["--help"]).output
    assert [name for name in COMMANDS if f"  {name} " not in text] == []


def test_help_imports_no_command_no_server_and_no_database_driver() -> None:
    program = (
        "import sys; from click.testing import CliRunner; from scripts.cli import carnet\n"
        "CliRunner().invoke(carnet, ['--help']); print({'psycopg', 'flask', 'gunicorn', 'api'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "set()\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there_and_says_what_it_does(name: str) -> None:
    answer = CliRunner().invoke(carnet, [name, "--help"])
    assert answer.exit_code == 0, answer.exception
    assert answer.output.startswith("Usage: ")


def test_an_unknown_command_is_refused() -> None:
    assert CliRunner().invoke(carnet, ["sell"]).exit_code == 2


def test_what_the_user_can_put_right_is_one_line_and_no_traceback() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "migrate"],
        cwd=ROOT,
        env={"CARNET_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "CARNET_SECRET_KEY": "x" * 40},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "the database does not answer" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["print", "C1001", "--output", "orders.pdf"],
        ["export", "orders", "--output", "orders.csv"],
        ["export", "events", "--output", "lake"],
        ["audit", "history", "C1001"],
        ["audit", "verify"],
        ["projections", "status"],
        ["users", "list"],
        ["users", "role", "nora", "admin"],
        ["tokens", "list"],
        ["tokens", "revoke", "shop"],
        ["import", "maps", "list"],
        ["import", "orders.csv", "--dry-run"],
        ["doctor"],
        ["keys", "status"],
        ["payments", "reconcile"],
    ],
    ids=" ".join,
)
def test_a_command_that_begins_nothing_makes_nothing_where_there_is_no_book(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("Name,Email\n")
    answer = subprocess.run(
        [sys.executable, "-m", "scripts.cli", *command],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1, answer.stderr
    assert "There is no order book in var" in answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


@pytest.mark.parametrize("program", [["scripts.cli", "migrate"], ["scripts.supervise"]], ids=["carnet", "run"])
@pytest.mark.parametrize("obstacle", ["folder", "lock"])
def test_a_data_folder_that_cannot_be_used_is_one_sentence(program: list[str], obstacle: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "book" / "lock").mkdir(parents=True)
    folder = tmp_path / ("file/book" if obstacle == "folder" else "book")
    answer = subprocess.run(
        [sys.executable, "-m", *program],
        cwd=ROOT,
        env={"CARNET_DATA_DIR": str(folder), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1, answer.stderr
    assert "cannot be used" in answer.stderr.splitlines()[-1]
    assert "CARNET_DATA_DIR" in answer.stderr.splitlines()[-1]
    assert "Traceback" not in answer.stderr


def test_what_a_user_has_no_right_to_is_one_sentence() -> None:
    said = _obstacle(PermissionError(EACCES, "Permission denied", "/var/lib/carnet/secret"))
    assert said is not None
    assert said.startswith("/var/lib/carnet/secret cannot be used (Permission denied): run this as the user")
