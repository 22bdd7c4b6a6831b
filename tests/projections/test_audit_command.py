"""`carnet audit`: what it says where it cannot answer."""

from __future__ import annotations

import json
import os
import pwd

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from projections.runtime import Runtime
from scripts.actors import actor_of
from scripts.audit import audit
from tests.api.desk import ORDERS, place
from tests.fixtures_database import TEST_SECRET


@pytest.mark.parametrize("command", ["replay", "history"])
def test_an_order_that_cannot_be_looked_up_by_its_number_yet_is_told_in_a_sentence(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    told = CliRunner().invoke(audit, [command, "C1001"])
    assert told.exit_code == 1
    assert told.output.startswith("Error: Numbers cannot be looked up yet (orders is not built yet): start the server")


def test_events_are_looked_for_and_questions_answered_on_the_command_line(
    runtime: Runtime, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    monkeypatch.setenv("CARNET_DATA_DIR", str(runtime.settings.data_dir))
    order, other = place(client), place(client)
    paid = client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "card", "reason": "at the desk"})
    assert paid.status_code == 201
    cancelled = {"status": "cancelled", "stock": "leave", "balance": "accept"}
    client.post(f"{ORDERS}/{order['id']}/status", json=cancelled)

    def run(*words: str) -> str:
        told = CliRunner().invoke(audit, words)
        assert told.exit_code == 0, told.output
        return told.stdout

    lines = [json.loads(line) for line in run("events", order["id"], "--reason", "present").splitlines()]
    assert [line["topic"] for line in lines] == ["order.payment-recorded"]
    assert "Nora Example" not in run("events")
    assert "Nora Example" in run("events", other["id"], "--with-personal-data")
    table = run("events", "--topic", "order.placed", "--format", "csv", "--to", "2099-01-01").splitlines()
    assert len(table) == 3
    assert table[0].startswith("position,occurred_at,recorded_at,topic,stream,version,actor")
    assert len(run("events", "--limit", "2").splitlines()) == 2
    assert run("events", "--from", "2099-01-01") == run("events", "--occurred-to", "2001-01-01") == ""
    assert "gaps-in-documents" in run("ask")
    assert [json.loads(line)["stream"] for line in run("ask", "cancelled-after-payment").splitlines()] == [order["id"]]


def test_a_command_names_the_user_of_the_operating_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert actor_of("users") == f"process:users@{pwd.getpwuid(os.getuid()).pw_name}"
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "nora")
    assert actor_of("users") == "process:users@nora"
    monkeypatch.setenv("SUDO_USER", "no body; or worse")
    assert "worse" not in actor_of("users")
