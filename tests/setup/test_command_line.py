from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from scripts.cli import COMMANDS, carnet
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
