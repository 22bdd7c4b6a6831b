"""`carnet import guess` and `carnet import maps`: proposed, corrected, kept, used by name, found by the header."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from scripts.import_ import import_orders
from tests.importers.test_command import command as command  # the fixture
from tests.importers.trying import write
from tests.importers.woocommerce import Order, packed_file

HEADER = "Commande;Date de commande;Total;Courriel"
ROWS = ("C1;31/12/2025 10:00;12,50 €;ada@example.com", "C2;02/01/2026 10:00;1.234,00 €;nora@example.com")


def test_a_guess_is_corrected_kept_and_used_again_by_its_name(command: CliRunner, tmp_path: Path) -> None:
    file = str(write(tmp_path, HEADER, *ROWS))
    unknown = command.invoke(import_orders, [file])
    assert (unknown.exit_code, "carnet import guess" in unknown.output) == (1, True)
    proposed = command.invoke(import_orders, ["guess", file, "-o", "till.toml"])
    assert proposed.exit_code == 0, proposed.output
    text = (tmp_path / "till.toml").read_text()
    assert "ada@example.com" not in text
    (tmp_path / "till.toml").write_text(text.replace('# timezone = "Europe/Paris"', 'timezone = "Europe/Paris"'))
    assert command.invoke(import_orders, ["maps", "save", "till", "till.toml"]).exit_code == 0
    assert "till: Commande" in command.invoke(import_orders, ["maps", "list"]).output
    assert 'date_format = "day-first"' in command.invoke(import_orders, ["maps", "show", "till"]).output
    for told in (command.invoke(import_orders, [file]), command.invoke(import_orders, ["guess", file])):
        assert "--map till" in told.output
    (tmp_path / "till.toml").unlink()
    checked = ["--yes-i-checked", "orders-without-lines"]
    loaded = command.invoke(import_orders, [file, "--map", "till", "--json", *checked])
    assert loaded.exit_code == 0, loaded.output
    assert json.loads(loaded.stdout)["totals"] == {"EUR": "1246.50"}
    assert command.invoke(import_orders, ["maps", "remove", "till"]).exit_code == 0
    gone = command.invoke(import_orders, ["maps", "show", "till"])
    assert (gone.exit_code, "no mapping till" in gone.output) == (1, True)


def test_a_file_that_a_profile_knows_needs_no_mapping(command: CliRunner, tmp_path: Path) -> None:
    file = packed_file(tmp_path, [Order(1)])
    assert "The profile woocommerce knows this file" in command.invoke(import_orders, ["guess", str(file)]).output


def test_what_is_no_mapping_is_not_kept(command: CliRunner, tmp_path: Path) -> None:
    write(tmp_path, "colour = 1", name="wrong.toml")
    write(tmp_path, "#" * 70_000, name="long.toml")
    for name, words in (("wrong.toml", "cannot be used"), ("long.toml", "65536 bytes")):
        result = command.invoke(import_orders, ["maps", "save", "till", name])
        assert (result.exit_code, words in result.output) == (1, True)
        assert "Traceback" not in result.output
    assert command.invoke(import_orders, ["maps", "list"]).output == ""
