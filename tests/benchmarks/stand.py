"""An installation to measure: a durable embedded server, `carnet serve` and `carnet project` as users start them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
from psycopg import sql

from projections.postgres.embedded import ADMINISTRATOR, EmbeddedServer
from projections.postgres.migrate import migrate
from projections.views import PROJECTIONS
from tests.benchmarks.load import HOST, Client, request
from tests.fixtures_database import TEST_SECRET
from tests.setup.running import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
PROCESSES = 2
TICK = os.sysconf("SC_CLK_TCK")

SENT = re.compile(r"LOG:  (?:statement|execute [^:]*): ")
SETTLED = 0.3  # seconds until every server process follows a changed setting
BEHIND = """
    SELECT (SELECT coalesce(max(position), 0) FROM log.events) - min(position), count(*)
    FROM views.positions WHERE schema = 'views'
"""


class Program:
    """A program that runs while it is measured; what it says goes to a file."""

    def __init__(self, folder: Path, name: str, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
        self.said = folder / f"{name}.log"
        self.began = time.perf_counter()
        self.answered_in = 0.0
        with self.said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=ROOT, env=dict(variables), stdout=output, stderr=output
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_for(self, port: int, path: str) -> None:
        """Waits until it answers; `answered_in` is then the seconds that took from its start."""
        while True:
            try:
                with closing(Client(port)) as client:
                    if client.ask(request("GET", path)).status == 200:
                        self.answered_in = time.perf_counter() - self.began
                        return
            except OSError:
                pass
            if self.process.poll() is not None or time.perf_counter() - self.began > PATIENCE:
                raise RuntimeError(f"no answer from {path}; it said: {self.said.read_text()[-2000:]}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Ends it in its own good time."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True)
class Stand:
    """What is measured: where it answers, with which token, and the processes whose work counts."""

    database_url: str
    folder: Path
    port: int
    token: str
    server: Program
    variables: Mapping[str, str]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @contextmanager
    def running(self, name: str, *arguments: str) -> Iterator[Program]:
        """One more program on the same installation."""
        program = Program(self.folder, name, arguments, self.variables)
        try:
            yield program
        finally:
            program.stop()


@contextmanager
def durable_server() -> Iterator[EmbeddedServer]:
    """A migrated database with its ordinary, durable settings on a server of its own."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-bench-"))
    try:
        with EmbeddedServer(folder) as server:
            migrate(server.url(), server.owner_url())
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def statements_sent(server: EmbeddedServer, work: Callable[[], object]) -> int:
    """How many statements reach the server while the work is done, counted in the server's own log."""
    with psycopg.connect(server.url(ADMINISTRATOR, ADMINISTRATOR), autocommit=True) as connection:
        try:
            _log_statements(connection, "all")
            before = server.log.stat().st_size
            work()
            with server.log.open("rb") as log:
                log.seek(before)
                return len(SENT.findall(log.read().decode(errors="replace")))
        finally:
            _log_statements(connection, "none")


@contextmanager
def stand(database_url: str, **more: str) -> Iterator[Stand]:
    """`carnet serve` on a database, ready, with an administrator's token; `more` are further variables."""
    compile_all()
    folder = Path(tempfile.mkdtemp(prefix="carnet-bench-"))
    port = free_port()
    variables = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")} | {
        "CARNET_DATABASE_URL": database_url,
        "CARNET_SECRET_KEY": TEST_SECRET,
        "CARNET_DATA_DIR": str(folder),
        "CARNET_HOST": HOST,
        "CARNET_PORT": str(port),
        **more,
    }
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        server = Program(folder, "serve", ("scripts.cli", "serve"), variables)
        try:
            server.wait_for(port, "/healthz")
            yield Stand(database_url, folder, port, new_token(variables), server, variables)
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compile_all() -> None:
    """Compiles everything, as an installation has it, so that no start counts the compiling."""
    folders = ("domain", "projections", "printing", "importers", "workers", "api", "scripts")
    subprocess.run([sys.executable, "-m", "compileall", "-q", *folders], cwd=ROOT, check=False)


def new_token(variables: Mapping[str, str]) -> str:
    """A token that may do everything."""
    command = [sys.executable, "-m", "scripts.cli", "tokens", "create", f"bench-{uuid4().hex}", "--role", "admin"]
    made = subprocess.run(command, cwd=ROOT, env=dict(variables), capture_output=True, text=True, check=True)
    return made.stdout.strip()


def workers(program: Program) -> list[int]:
    """The processes that a server's master has started."""
    return children(program.pid)


def children(pid: int) -> list[int]:
    """The living children of a process, whichever of its threads started them."""
    found = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it, or a thread of it, ended meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """The processor time of these processes, of their descendants, and of those of them that have ended."""
    return sum(_ticks(pid) + TICK * cpu_seconds(children(pid)) for pid in roots) / TICK


def memory_mb(pid: int) -> tuple[float, float]:
    """What a process takes of the memory: its proportional share of what it shares, and all it has resident."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith("kB")}
    return sizes["Pss"] / 1024, sizes["Rss"] / 1024


def wait_for_views(connection: psycopg.Connection) -> float:
    """Waits until every view shows everything; gives the seconds that took."""
    began = time.perf_counter()
    while True:
        [(behind, views)] = connection.execute(BEHIND).fetchall()
        if behind == 0 and views >= len(PROJECTIONS):
            return time.perf_counter() - began
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError(f"the views stay {behind} events behind")
        time.sleep(0.01)


def _log_statements(connection: psycopg.Connection, which: LiteralString) -> None:
    connection.execute(sql.SQL("ALTER SYSTEM SET log_statement = {}").format(which))
    connection.execute("SELECT pg_reload_conf()")
    time.sleep(SETTLED)


def _ticks(pid: int) -> int:
    """User and system time of a process and of its children that have ended; 0 for one that has ended itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(field) for field in fields[11:15])
