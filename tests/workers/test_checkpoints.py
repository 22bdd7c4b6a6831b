"""Checkpoints go out: into a folder, to a webhook, to a time-stamp authority that OpenSSL stands for."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.log.notes import read_note
from projections.log.seals import seal
from projections.log.timestamps import BadTimestamp, read_timestamp, timestamp_query
from projections.runtime import Runtime
from tests.api.desk import create
from workers.checkpoints import Publisher

Answering = Callable[[bytes], tuple[int, bytes]]


class Standing:
    """A server that answers as it is told, and what it was sent."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.answer: Answering = lambda body: (200, b"")
        standing = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                standing.received.append(body)
                status, content = standing.answer(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/checkpoints?book=1"


@pytest.fixture
def standing() -> Iterator[Standing]:
    standing = Standing()
    thread = Thread(target=standing.server.serve_forever, args=(0.01,))
    thread.start()
    yield standing
    standing.server.shutdown()
    thread.join()
    standing.server.server_close()


class Authority:
    """A time-stamp authority made with OpenSSL: its certificate, and its answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        config = folder / "tsa.cnf"
        config.write_text(
            "[req]\ndistinguished_name=name\nprompt=no\nx509_extensions=tsa\n[name]\nCN=An authority of the tests\n"
            "[tsa]\nextendedKeyUsage=critical,timeStamping\n"
            f"[ts]\ndefault_tsa=here\n[here]\nserial={folder}/serial\ndefault_policy=1.2.3.4.1\n"
            f"signer_cert={folder}/tsa.pem\nsigner_key={folder}/tsa.key\nsigner_digest=sha256\ndigests=sha256\n"
            "ordering=yes\ntsa_name=yes\ness_cert_id_alg=sha256\n"
        )
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                 "-keyout", folder / "tsa.key", "-out", folder / "tsa.pem", "-config", config)  # fmt: skip
        (folder / "serial").write_text("01\n")
        self.config = config

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["openssl", *words], capture_output=True, check=True, timeout=30)

    def stamp(self, query: bytes) -> bytes:
        """Its answer to a query."""
        asked, told = self.folder / "query.tsq", self.folder / "answer.tsr"
        asked.write_bytes(query)
        self.run("ts", "-reply", "-config", self.config, "-section", "here", "-queryfile", asked, "-out", told)
        return told.read_bytes()

    def verifies(self, answer: Path, content: Path) -> bool:
        """Whether OpenSSL finds the answer to be this authority's, and for this content."""
        told = self.run("ts", "-verify", "-in", answer, "-data", content, "-CAfile", self.folder / "tsa.pem")
        return b"Verification: OK" in told.stdout + told.stderr


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    folder = tmp_path / "authority"
    folder.mkdir()
    return Authority(folder)


def publisher(runtime: Runtime, **told: Any) -> Publisher:
    return Publisher(runtime.log, replace(runtime.settings, **told))


def sealed(runtime: Runtime, client: FlaskClient) -> int:
    create(client)
    made = seal(runtime)
    assert made
    return made.position


def due(runtime: Runtime) -> None:
    """Makes the interval be over."""
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE work.published SET tried_at = tried_at - interval '2 hours'")


def _given(answer: bytes, _: bytes) -> tuple[int, bytes]:
    return 200, answer


def faults(runtime: Runtime) -> list[str | None]:
    with runtime.pool.connection() as connection:
        return [row[0] for row in connection.execute("SELECT fault FROM work.published ORDER BY destination")]


def test_a_checkpoint_goes_into_the_folder_at_its_interval(
    runtime: Runtime, client: FlaskClient, tmp_path: Path
) -> None:
    outgoing = publisher(runtime, checkpoint_folder=str(tmp_path / "kept"))
    assert outgoing.work() == 0
    due(runtime)
    position = sealed(runtime, client)
    assert outgoing.work() == 1
    later = sealed(runtime, client)
    assert outgoing.work() == 0
    due(runtime)
    assert publisher(runtime, checkpoint_folder=str(tmp_path / "kept")).work() == 1
    notes = sorted((tmp_path / "kept").iterdir())
    assert [read_note(file.read_bytes())[0].size for file in notes] == [position, later]
    due(runtime)
    assert outgoing.work() == 0  # nothing was sealed since


def test_a_checkpoint_is_posted_to_an_address_and_again_where_it_was_not_taken(
    runtime: Runtime, client: FlaskClient, standing: Standing
) -> None:
    position = sealed(runtime, client)
    outgoing = publisher(runtime, checkpoint_url=standing.url)
    standing.answer = lambda body: (503, b"")
    assert outgoing.work() == 0
    assert faults(runtime) == ["127.0.0.1 answered 503"]
    assert outgoing.work() == 0
    standing.answer = lambda body: (204, b"")
    due(runtime)
    assert outgoing.work() == 1
    assert [read_note(body)[0].size for body in standing.received] == [position, position]
    assert faults(runtime) == [None]


def test_a_server_that_is_not_there_keeps_nobody_from_going_on(
    runtime: Runtime, client: FlaskClient, tmp_path: Path
) -> None:
    sealed(runtime, client)
    outgoing = publisher(runtime, checkpoint_url="http://127.0.0.1:9/", checkpoint_folder=str(tmp_path / "kept"))
    assert outgoing.work() == 1
    assert "cannot be reached" in str(faults(runtime))


def test_an_authority_stamps_a_checkpoint_and_openssl_verifies_it(
    runtime: Runtime, client: FlaskClient, standing: Standing, authority: Authority
) -> None:
    position = sealed(runtime, client)
    standing.answer = lambda body: (200, authority.stamp(body))
    assert publisher(runtime, checkpoint_tsa_url=standing.url).work() == 1
    note = runtime.settings.data_dir / "checkpoints" / f"checkpoint-{position:012}.txt"
    assert authority.verifies(note.with_suffix(".tsr"), note)


def test_an_answer_of_an_authority_that_is_none_is_not_kept(
    runtime: Runtime, client: FlaskClient, standing: Standing, authority: Authority
) -> None:
    sealed(runtime, client)
    another = authority.stamp(timestamp_query(b"another content", 7))
    for answer in (b"", b"no", b"\x30\x03\x02\x01\x02", another, another[:200]):
        standing.answer = partial(_given, answer)
        due(runtime)
        assert publisher(runtime, checkpoint_tsa_url=standing.url).work() == 0
        assert faults(runtime) != [None]
    assert not (runtime.settings.data_dir / "checkpoints").exists()


def test_a_time_stamp_is_for_its_bytes_and_its_question_alone(authority: Authority) -> None:
    for nonce in (1, 127, 128, 2**63 - 1):
        answer = authority.stamp(timestamp_query(b"content", nonce))
        assert read_timestamp(answer, b"content", nonce).answer == answer
        with pytest.raises(BadTimestamp, match="for other bytes"):
            read_timestamp(answer, b"other", nonce)
        with pytest.raises(BadTimestamp, match="another question"):
            read_timestamp(answer, b"content", nonce + 1)
    with pytest.raises(BadTimestamp, match="refused: status 2"):
        read_timestamp(bytes.fromhex("3005300302 0102"), b"content", 1)
