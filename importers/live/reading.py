"""A shop read page by page: each page is on disk before the next is asked for; what was stopped goes on there."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec

from importers.faults import UnusableFile
from importers.files import DiskFault
from importers.live.calls import Caller
from importers.live.platform import LivePlatform, Order, Page
from projections.postgres.leases import LEADER, Leases
from projections.runtime import Runtime
from projections.work import live_imports as work
from projections.work.live_imports import LiveImport

MOST_PAGES = 200_000
TURNS = 3  # how often all is read anew where orders were taken away meanwhile
OVERLAP = timedelta(minutes=2)  # by which the next reading begins before the last change that was seen

Tell = Callable[[int], None]


class Reading(NamedTuple):
    """The orders that were read as a file of the platform's export, and up to which change."""

    file: Path
    orders: int
    upto: datetime | None


class LiveReader:
    """Reads one shop under the name of a source; one process at a time."""

    def __init__(self, runtime: Runtime, platform: LivePlatform, url: str, source: str, caller: Caller) -> None:
        self._runtime = runtime
        self._platform = platform
        self._url = url.rstrip("/")
        self._source = source
        self._caller = caller

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps every other process from this source until its orders are taken in."""
        with Leases(self._runtime.settings.direct_url) as leases:
            if not leases.take(LEADER, f"live/{self._source}"):
                raise UnusableFile(f"Another process reads the source {self._source}: wait for its end.")
            yield

    def read(self, tell: Tell) -> Reading:
        """What changed since the last time, all of it read; raises `UnusableFile` where the shop does not answer."""
        try:
            return self._read(tell)
        except OSError as error:
            raise DiskFault(error) from None

    def end(self, upto: datetime | None) -> None:
        """Forgets what was read; told `upto`, it was taken in, and the next reading begins there."""
        reading = self._standing().reading
        with self._runtime.pool.connection() as connection:
            work.end_reading(connection, self._source, upto and upto - OVERLAP)
        if reading:
            shutil.rmtree(self._folder(reading), ignore_errors=True)

    def _read(self, tell: Tell) -> Reading:
        for _ in range(TURNS):
            standing = self._begun()
            while standing.next:
                standing = self._next(standing)
                tell(standing.pages)
            latest = self._latest(standing)
            if standing.total is None or len(latest) >= standing.total:
                return self._written(standing, latest)
            self._anew(standing)
        raise UnusableFile("Orders were taken away while they were read, time and again: read the shop later.")

    def _standing(self) -> LiveImport:
        with self._runtime.pool.connection() as connection:
            standing = work.found_or_added(connection, self._source, self._platform.name, self._url)
        if (standing.platform, standing.url) != (self._platform.name, self._url):
            raise UnusableFile(
                f"The source {self._source} is the shop at {standing.url}: say another --source for this one."
            )
        return standing

    def _begun(self) -> LiveImport:
        standing = self._standing()
        if not standing.reading or not self._folder(standing.reading).is_dir():
            self._anew(standing)
        return self._standing()

    def _anew(self, standing: LiveImport) -> None:
        if standing.reading:
            shutil.rmtree(self._folder(standing.reading), ignore_errors=True)
        reading = uuid4().hex
        self._folder(reading).mkdir(mode=0o700, parents=True)
        with self._runtime.pool.connection() as connection:
            work.begin_reading(connection, self._source, reading, self._platform.first(self._url, standing.since))

    def _next(self, standing: LiveImport) -> LiveImport:
        """Puts the next page on disk."""
        answer, body = self._caller.page(standing.next)
        page = self._platform.page(standing.next, answer.headers, body)
        self._require_same_shop(page)
        if standing.pages >= MOST_PAGES:
            raise UnusableFile(f"The shop tells of more than {MOST_PAGES} pages.")
        number = standing.pages + 1
        with _private(self._page(standing.reading, number)) as file:
            file.write(msgspec.json.encode(page.orders))
        known = [total for total in (standing.total, page.total) if total is not None]
        total = max(known, default=None)  # the most that were told: one that went left a gap behind it
        with self._runtime.pool.connection() as connection:
            work.go_on(connection, self._source, page.next, number, total)
        return standing._replace(next=page.next, pages=number, total=total)

    def _require_same_shop(self, page: Page) -> None:
        """Refuses a next page elsewhere: the token is for this shop alone."""
        if page.next and urlsplit(page.next)[:2] != urlsplit(self._url)[:2]:
            raise UnusableFile("The shop tells of a next page at another address.")

    def _latest(self, standing: LiveImport) -> dict[str, tuple[datetime, int]]:
        """For each order when it changed last, and the page that tells of it as it was then."""
        latest: dict[str, tuple[datetime, int]] = {}
        for number in range(1, standing.pages + 1):
            for order in self._orders(standing, number):
                told = (self._changed_at(order), number)
                key = self._platform.identity(order)
                latest[key] = max(told, latest.get(key, told))
        return latest

    def _changed_at(self, order: Order) -> datetime:
        try:
            return self._platform.changed_at(order)
        except (KeyError, TypeError, ValueError):
            raise UnusableFile("The shop tells of an order without the time it changed.") from None

    def _orders(self, standing: LiveImport, number: int) -> list[Order]:
        orders: list[Order] = msgspec.json.decode(self._page(standing.reading, number).read_bytes())
        return orders

    def _written(self, standing: LiveImport, latest: dict[str, tuple[datetime, int]]) -> Reading:
        """The orders as a file of the platform's export, each once and as it was last told."""
        path = self._folder(standing.reading) / "orders.csv"
        written: set[str] = set()
        with _private(path) as file:
            lines = _Encoded(file.write)
            rows = csv.writer(lines)
            rows.writerow(self._platform.header)
            for number in range(1, standing.pages + 1):
                for order in self._orders(standing, number):
                    key = self._platform.identity(order)
                    if latest[key][1] == number and key not in written:
                        written.add(key)
                        rows.writerows(self._platform.rows(order))
        return Reading(path, len(written), max((at for at, _ in latest.values()), default=None))

    def _folder(self, reading: str) -> Path:
        return self._runtime.settings.files / "live" / reading

    def _page(self, reading: str, number: int) -> Path:
        return self._folder(reading) / f"{number:06d}.json"


class _Encoded:
    """Text of a CSV writer as bytes."""

    def __init__(self, write: Callable[[bytes], int]) -> None:
        self._write = write

    def write(self, text: str) -> int:
        """Passes a line on."""
        return self._write(text.encode())


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A file for its owner alone, which takes its name once it is whole and on disk."""
    partial = path.with_suffix(".partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
