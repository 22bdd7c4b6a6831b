"""Started by root, the parts run as somebody else, on an installation that was root's before as well."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from projections.postgres.binaries import find_binaries, myself, server_user, user_named
from projections.postgres.embedded import ADMINISTRATOR, EmbeddedServer
from projections.settings import Settings
from scripts.accounts import UnusableAccount, hand_over, run_as, warning
from tests.api.desk import cart
from tests.importers.importing import HEADER, order
from tests.setup import running as running_module
from tests.setup.interpreters import copied, is_reachable
from tests.setup.running import ROOT, Running, eventually, free_port
from tests.workers.mail_servers import Inbox, serving

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user"),
]
UNPRIVILEGED = user_named("daemon") or user_named("nobody") or myself()
API = "/api/v1"


class Python(NamedTuple):
    """A Python that everybody may run, and its variables."""

    program: str
    variables: dict[str, str]

    def carnet(self, data_dir: Path, *words: str, **more: str) -> str:
        """What a command says that root gives."""
        variables = os.environ | self.variables | {"CARNET_DATA_DIR": str(data_dir)} | more
        command = [self.program, "-m", "scripts.cli", *words]
        return subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.fixture(scope="module")
def python() -> Iterator[Python]:
    if is_reachable(UNPRIVILEGED):
        yield Python(sys.executable, {})
        return
    folder = Path(tempfile.mkdtemp(prefix="carnet-python-"))
    yield Python(*copied(folder))
    shutil.rmtree(folder)


class Client:
    """Asks a server that runs, with a token."""

    def __init__(self, port: int, token: str) -> None:
        self._address, self._token = f"http://127.0.0.1:{port}{API}", token

    def ask(self, path: str, body: Any = None, kind: str = "application/json") -> bytes:
        content = json.dumps(body).encode() if isinstance(body, dict) else body
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind}
        request = urllib.request.Request(f"{self._address}{path}", content, headers)  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own
            return bytes(answer.read())

    def told(self, path: str, body: Any = None, kind: str = "application/json") -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.ask(path, body, kind))
        return told

    def imported(self, body: bytes) -> str:
        """The id of an import that workers took in."""
        import_id: str = self.told("/imports", body, "text/csv")["id"]
        eventually(lambda: self.told(f"/imports/{import_id}")["state"] == "completed", "the file is taken in")
        return import_id


def uids_below(pid: int) -> set[int]:
    """The users of all processes that a process started, and of those that they did."""
    found: set[int] = set()
    with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found |= uids_of(int(child)) | uids_below(int(child))
    return found


def uids_of(pid: int) -> set[int]:
    """The real, effective, saved and file user of a process."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {int(uid) for line in status if line.startswith("Uid:") for uid in line.split()[1:]}


def export(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows, "")).encode()


@pytest.mark.skipif(UNPRIVILEGED.uid == 0, reason="no unprivileged user on this machine")
def test_what_was_roots_goes_on_as_somebody_elses_and_every_part_works(
    python: Python, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_module, "PATIENCE", 120.0)  # two starts of a Python whose code nobody compiled before
    inbox = Inbox()
    with serving(inbox) as address:
        mail = {"CARNET_SMTP_URL": f"smtp://{address}", "CARNET_MAIL_FROM": "shop@example.com"}
        supervise = (python.program, "-m", "scripts.supervise")
        before = Running(data_dir, free_port(), supervise, CARNET_RUN_AS="root", **python.variables)
        try:
            before.wait_until_ready()
            words = ("tokens", "create", "tests", "--role", "admin")
            token = python.carnet(data_dir, *words, CARNET_RUN_AS="root").strip()
            first = Client(before.port, token).imported(export(order(1), order(2, **{"Lineitem quantity": "x"})))
        finally:
            assert before.stop() == 0, before.said()
        assert (data_dir / "files").stat().st_uid == 0

        running = Running(data_dir, free_port(), supervise, **mail, **python.variables)
        try:
            running.wait_until_ready()
            client = Client(running.port, token)
            placed = client.told("/orders", cart(place=True))
            assert client.ask(f"/orders/{placed['id']}/receipt.pdf").startswith(b"%PDF")
            assert b"Lineitem quantity" in client.ask(f"/imports/{first}/errors.csv")
            client.imported(export(order(3)))
            eventually(lambda: bool(inbox.mails), "the mail of the order came", running.said)
            server = (data_dir / "postgres").stat().st_uid
            assert uids_below(running.process.pid) == {server, UNPRIVILEGED.uid}, running.said()
            python.carnet(data_dir, "audit", "seal")  # root's commands leave nothing that the parts cannot use
            left = [path for path in (data_dir / "outside").iterdir() if path.stat().st_uid != UNPRIVILEGED.uid]
            assert left == []
            assert "permission" not in running.said().lower()
            assert '"level":"error"' not in running.said()
        finally:
            assert running.stop() == 0, running.said()
    secret = (data_dir / "secret.key").stat()
    assert (secret.st_uid, secret.st_mode & 0o777) == (UNPRIVILEGED.uid, 0o600)


@pytest.mark.skipif(UNPRIVILEGED.uid == 0, reason="no unprivileged user on this machine")
@pytest.mark.parametrize("part", ["serve", "project", "worker"])
def test_a_part_that_root_starts_by_hand_runs_as_somebody_else(python: Python, data_dir: Path, part: str) -> None:
    variables = os.environ | python.variables | {"CARNET_DATA_DIR": str(data_dir), "CARNET_PORT": str(free_port())}
    command = (python.program, "-m", "scripts.cli", part)
    with subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.DEVNULL) as root:
        try:
            eventually(lambda: UNPRIVILEGED.uid in uids_below(root.pid), "it runs as somebody else")
            assert 0 not in uids_below(root.pid)
            root.send_signal(signal.SIGTERM)
            assert root.wait(120) in (0, 128 + signal.SIGTERM)
        finally:
            root.kill()


@pytest.mark.skipif(UNPRIVILEGED.uid in (0, 65534), reason="no unprivileged user beside the database's")
def test_that_user_is_the_application_in_the_database_and_nothing_more(data_dir: Path) -> None:
    with EmbeddedServer(data_dir, application=UNPRIVILEGED) as server:
        psql = find_binaries(server_user(server.cluster)).program("psql")

        def said(url: str) -> str:
            command = [psql, url, "-Atc", "SELECT current_user"]
            identity = UNPRIVILEGED.identity
            told = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **identity)
            return str(told.stdout.strip() or told.stderr)

        assert said(server.url()) == "carnet"
        for other in (server.owner_url(), server.url(user=ADMINISTRATOR)):
            assert "Peer authentication failed" in said(other)
        assert not UNPRIVILEGED.enters(server.cluster)


def chosen(folder: Path, **told: Any) -> Settings:
    return replace(Settings(data_dir=folder), **told)


def test_a_user_who_cannot_reach_what_is_run_is_done_without_and_root_is_told(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = data_dir / "python"
    program.touch(mode=0o755)
    monkeypatch.setattr("scripts.accounts._code", lambda: [program])
    without = run_as(chosen(data_dir))
    assert without.user == myself()
    assert f"cannot reach {program}" in warning(without)
    with pytest.raises(UnusableAccount, match="cannot reach"):
        run_as(chosen(data_dir, run_as=UNPRIVILEGED.name))
    assert warning(run_as(chosen(data_dir, run_as="root"))) == ""


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that everybody reaches, whatever Python runs the tests."""
    monkeypatch.setattr("scripts.accounts._code", lambda: [Path("/bin/sh")])


@pytest.mark.usefixtures("reached")
def test_what_stands_in_the_way_of_a_user_is_named(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_as(chosen(data_dir)).user == UNPRIVILEGED
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    (closed / "key").write_text("x" * 32)
    for told, words in (
        ({"data_dir": closed / "var" / "deep"}, "CARNET_DATA_DIR"),
        ({"files_dir": str(closed / "files")}, "CARNET_FILES_DIR"),
        ({"secret_key_file": str(closed / "key")}, "CARNET_SECRET_KEY_FILE"),
        ({"run_as": "nobody-of-that-name"}, "There is no user `nobody-of-that-name`"),
    ):
        with pytest.raises(UnusableAccount, match=words):
            run_as(chosen(data_dir, **({"run_as": UNPRIVILEGED.name} | told)))
    monkeypatch.setattr("scripts.accounts._lowest_port", lambda: 1024)
    assert "port 80" in run_as(chosen(data_dir, port=80)).obstacle


@pytest.mark.usefixtures("reached")
def test_a_folder_of_somebodys_is_worked_on_by_them(data_dir: Path) -> None:
    somebody = user_named("bin") or myself()
    os.chown(data_dir, somebody.uid, somebody.gid)
    assert run_as(chosen(data_dir)).user == somebody
    hand_over(chosen(data_dir), somebody)
    assert {path.stat().st_uid for path in data_dir.iterdir()} == {somebody.uid}


def test_only_what_is_roots_alone_is_given_away(data_dir: Path, tmp_path: Path) -> None:
    files, elsewhere = data_dir / "files", tmp_path / "elsewhere"
    files.mkdir()
    elsewhere.mkdir()
    for path in (files / "upload", files / "linked", elsewhere / "secret", data_dir / "lock"):
        path.touch(mode=0o600)
    os.link(files / "linked", elsewhere / "second-name")
    (files / "way-out").symlink_to(elsewhere)
    hand_over(chosen(data_dir), UNPRIVILEGED)
    owners = {path.name: path.lstat().st_uid for path in (*files.iterdir(), *elsewhere.iterdir(), *data_dir.iterdir())}
    given = {name for name, uid in owners.items() if uid == UNPRIVILEGED.uid}
    assert given == {"files", "upload", "metrics", "outside"}
    assert data_dir.stat().st_mode & 0o7777 == 0o1771
