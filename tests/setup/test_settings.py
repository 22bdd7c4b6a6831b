from __future__ import annotations

import re
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import pytest

from projections.settings import Settings, variable
from scripts.installation import make_secret

EACH = pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)


@EACH
def test_every_setting_says_in_one_sentence_what_it_is_for(setting: Field[Any]) -> None:
    assert re.fullmatch(r"[A-Z][^\n]+\.", setting.metadata["doc"])


@EACH
def test_every_setting_is_read_from_its_variable(setting: Field[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {bool: "True", int: "1025", str: "0123456789012345678901234567890123456789"}
    text = {
        "trusted_proxies": "3",
        "processes": "3",
        "threads": "3",
        "pool_size": "3",
        "log_level": "debug",
        "worker_threads": "3",
        "document_years": "3",
        "exports": "3",
        "orders_past": "False",
        "accounts": "goods=707100",
        "smtp_url": "smtp://localhost",
        "checkpoint_url": "https://elsewhere.example/checkpoints",
        "checkpoint_tsa_url": "http://authority.example",
    }
    chosen = text.get(setting.name) or texts.get(type(setting.default), "/elsewhere")
    monkeypatch.setenv(variable(setting), chosen)
    assert str(getattr(Settings.read(), setting.name)) == chosen != str(setting.default)


def test_without_variables_the_defaults_hold() -> None:
    assert Settings.read() == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CARNET_PORT", "eighty"),
        ("CARNET_PORT", "0"),
        ("CARNET_PORT", "65536"),
        ("CARNET_PROCESSES", "0"),
        ("CARNET_LOG_LEVEL", "loud"),
        ("CARNET_SECRET_KEY", "too short"),
        ("CARNET_BODY_LIMIT", "1e6"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name):
        Settings.read()


def test_a_master_secret_is_made_once_for_its_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    make_secret(settings)
    [secret] = settings.secrets.read()
    assert len(secret) >= 43
    make_secret(settings)
    assert settings.secrets.read() == (secret,)
    assert (tmp_path / "var" / "secret.key").stat().st_mode & 0o777 == 0o600
    printed = capsys.readouterr().err
    assert printed.count("keep a copy") == 1
    assert secret not in printed


def test_a_secret_that_was_set_is_taken_and_none_is_made(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var", secret_key="x" * 32)
    make_secret(settings)
    assert settings.secrets.read() == ("x" * 32,)
    assert not (tmp_path / "var").exists()
