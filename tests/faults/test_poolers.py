"""A shop under load whose connections lead through pgbouncer in transaction mode."""

from __future__ import annotations

import re
import time
import urllib.request
from pathlib import Path

import pytest

from projections.postgres.migrate import migrate
from projections.settings import Settings
from projections.views import PROJECTIONS
from tests.faults.clusters import HOST, clusters
from tests.faults.oracle import Findings
from tests.faults.pooler import pooled, version
from tests.faults.shop import SOME_VIEWS, open_shop
from tests.faults.tables import write_row
from tests.fixtures_database import TEST_SECRET

_ERRORS = re.compile(r'carnet_requests_total\{(.*status="5\d\d")\} (\S+)')
SESSIONS = 6  # fewer than the processes have connections


def loaded(seconds: float, folder: Path, views: tuple[str, ...]) -> Findings:
    """What is wrong with a shop after so many seconds of load through a pooler."""
    with clusters() as house:
        primary = house.primary()
        migrate(primary.url(), primary.owner_url())
        with pooled(primary, sessions=SESSIONS) as pooler:
            settings = Settings(
                database_url=pooler.url,
                database_direct_url=primary.url(),
                secret_key=TEST_SECRET,
                data_dir=folder,
            )
            with open_shop(settings, 1) as shop:
                began = time.monotonic()
                while time.monotonic() - began < seconds:
                    shop.work(1)
                findings = shop.judged(primary.url(), views)
                for route, count in errors(shop.port).items():
                    findings.add("errors of the API", f"{count} x {route}")
            for name in (
                pooler.left() if version() < (1, 21) else ()
            ):  # later ones keep statements under their own names
                findings.add("things left in a session", name)
    for name in shop.record.ended:
        findings.add("processes that ended", name)
    write_row(f"{seconds:.0f} s through pgbouncer {'.'.join(map(str, version()))}", findings)
    return findings


def errors(port: int) -> dict[str, str]:
    """How often each route answered 500 or more."""
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=10) as answer:
        return dict(_ERRORS.findall(answer.read().decode()))


def test_a_shop_behind_pgbouncer_loses_nothing_and_leaves_nothing_in_its_sessions(tmp_path: Path) -> None:
    findings = loaded(10, tmp_path, SOME_VIEWS)
    assert not findings.counts, str(findings)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_ten_minutes_of_load_through_pgbouncer_end_without_a_single_error(tmp_path: Path) -> None:
    findings = loaded(600, tmp_path, tuple(PROJECTIONS))
    assert not findings.counts, str(findings)
