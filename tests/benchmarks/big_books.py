"""The big book on a server of its own, filled once for each form of the code and kept for the benches that follow."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from projections.engine import generations
from projections.engine.filling import Source
from projections.engine.rebuild import Rebuild
from projections.postgres.embedded import EmbeddedServer
from projections.postgres.migrate import migrate
from projections.secrets import Secrets
from projections.views import PROJECTIONS
from tests.benchmarks.book import fill
from tests.fixtures_database import TEST_SECRET

ORDERS = int(os.environ.get("CARNET_BENCH_ORDERS", "1000000"))
# Whose books they are: of processes that test side by side each has its own, or one ends the server that another reads.
_OWNER = f"{os.getuid()}{os.environ.get('PYTEST_XDIST_WORKER', '')}"
_ROOT = Path(__file__).parents[2]
_FORMS = (
    "domain/**/*.py",
    "projections/log/*.py",
    "projections/migrations/*.sql",
    "projections/views/orders/view.py",
    "tests/benchmarks/book.py",
    "tests/benchmarks/life.py",
    "tests/benchmarks/names.py",
)


@contextmanager
def big_book(orders: int = ORDERS, views: tuple[str, ...] = ("orders",)) -> Iterator[Source]:
    """A log of so many orders with these views built; the first time takes minutes, later ones a second.

    It stays in the folder for temporary files, as `carnet-book-*`, until the code has another form.
    """
    folder = Path(tempfile.gettempdir()) / f"carnet-book-{_OWNER}-{orders}-{_form()}"
    server = EmbeddedServer(folder)
    if server.answers():
        yield Source(server.url(), Secrets((TEST_SECRET,)))
        return
    for outdated in folder.parent.glob(f"carnet-book-{_OWNER}-{orders}-*"):
        if outdated != folder and not EmbeddedServer(outdated).answers():
            shutil.rmtree(outdated, ignore_errors=True)
    with server:
        source = Source(server.url(), Secrets((TEST_SECRET,)))
        migrate(source.database_url, server.owner_url())
        filled = folder / "filled"
        if not filled.exists():
            fill(server.owner_url(), orders)
            filled.touch()
        for name in views:
            with source.connect() as connection:
                stands = generations.find(connection, name)
            if stands is None or stands.version != PROJECTIONS[name].version:
                Rebuild(source, PROJECTIONS[name]).run()
        yield source


def _form() -> str:
    """A digest of the code that the book follows from, so that another form of it makes another book."""
    digest = blake2b(digest_size=6)
    for pattern in _FORMS:
        for file in sorted(_ROOT.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()
