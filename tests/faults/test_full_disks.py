"""A disk that is full, of the data or of the WAL: a clear refusal, nothing half stored, and it goes on with room."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient

from api.app import create_app
from projections.postgres.migrate import migrate
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from scripts.mappings import FileMappings
from tests.faults.clusters import Cluster, clusters
from tests.fixtures_api import TokenClient, issue
from tests.fixtures_database import TEST_SECRET
from tests.setup.running import eventually

SOURCE = Path(__file__).with_name("full_disk.c")
RECEIPTS = "/api/v1/stock/CUP/receipts"
STORED = "SELECT count(*) FROM log.events WHERE topic = 'stock.received'"
NOT_ANSWERED_FOR = ("/problems/database-unavailable", "/problems/outcome-unknown")  # before its end, or in its midst
MOST = 400  # receipts; a table grows long before


class Disk:
    """The server's disk: `fill` makes it full for the files of a folder, `clear` makes room again."""

    def __init__(self, flag: Path) -> None:
        self._flag = flag

    def fill(self, folder: str) -> None:
        """Lets no file of the folder grow any more."""
        self._flag.symlink_to(folder)

    def clear(self) -> None:
        """Makes room."""
        self._flag.unlink()


@contextmanager
def filling(folder: Path) -> Iterator[tuple[Cluster, Disk, Runtime, FlaskClient]]:
    """A server on such a disk, and a client of an API on it."""
    compiler = shutil.which("cc")
    if compiler is None:
        message = "there is no C compiler (`cc`) to fill the disk with"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    with clusters() as house:
        flag, library = house.folder / "full", house.folder / "full_disk.so"
        define = f'-DFLAG="{flag}"'
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", define, "-o", library, SOURCE, "-ldl"], check=True)
        library.chmod(0o755)
        server = house.primary(preload=str(library))
        migrate(server.url(), server.owner_url())
        with open_runtime(Settings(database_url=server.url(), secret_key=TEST_SECRET, data_dir=folder)) as runtime:
            app = create_app(runtime, FileMappings())
            client = TokenClient(app, app.response_class)
            client.token = issue(runtime, "client", "admin")
            yield server, Disk(flag), runtime, client


def received(client: FlaskClient, number: int) -> tuple[int, str]:
    """Status and kind of the answer to one receipt."""
    answer = client.post(RECEIPTS, json={"quantity": 1}, headers={"Idempotency-Key": f"receipt-{number}"})
    return answer.status_code, str((answer.get_json() or {}).get("type", ""))


def until_refused(client: FlaskClient) -> tuple[int, str]:
    """Sends receipts until one is refused: how many were taken, and the refusal's kind."""
    for number in range(MOST):
        status, kind = received(client, number)
        if status >= 400:
            assert status == 503, kind
            return number, kind
    raise AssertionError("the disk was never full")


def test_a_full_disk_of_the_data_refuses_writes_and_stores_nothing_of_them(tmp_path: Path) -> None:
    with filling(tmp_path) as (server, disk, _, client):
        assert received(client, -1)[0] < 400
        disk.fill("/base/")
        taken, kind = until_refused(client)
        assert kind == "/problems/database-full"
        assert server.execute(STORED, "carnet") == [(taken + 1,)]
        assert client.get("/api/v1/operators").status_code == 200, "what is there can be read"
        disk.clear()
        assert received(client, taken)[0] < 400, "the same request goes through"
        assert server.execute(STORED, "carnet") == [(taken + 2,)]


def test_a_full_disk_of_the_wal_ends_the_server_and_everything_acknowledged_is_there_once_it_starts(
    tmp_path: Path,
) -> None:
    with filling(tmp_path) as (server, disk, runtime, client):
        assert received(client, -1)[0] < 400
        disk.fill("/pg_wal/")
        with pytest.raises(psycopg.OperationalError):
            use_up_wal(server)
        status, kind = received(client, 0)
        assert status == 503
        assert kind in NOT_ANSWERED_FOR
        disk.clear()
        if not server.alive():
            server.start()
        eventually(lambda: received(client, 0)[0] < 400, "it goes on")
        assert server.execute(STORED, "carnet") == [(2,)]
        assert runtime.log.head() > 0


def use_up_wal(server: Cluster) -> None:
    """Writes one file of WAL after the other."""
    for _ in range(100):
        server.execute("SELECT pg_switch_wal()")
        server.execute("CREATE TABLE more (); DROP TABLE more")
