"""However often the database is killed under load, the log is whole and everything that was acknowledged is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from projections.settings import Settings
from projections.views import PROJECTIONS
from tests.faults.oracle import Findings
from tests.faults.shop import PARTS, SOME_VIEWS, Shop, open_shop
from tests.faults.slow_disk import SlowServer, slow_server
from tests.faults.tables import write_row
from tests.fixtures_database import TEST_SECRET

BETWEEN = (2, 40)  # acknowledged writes between two kills
ALSO = 0.25  # of the kills come together with that of something else
ALONE = 0.25  # of the kills hit the postmaster and leave its other processes to notice


def killed(milliseconds: int, kills: int, seed: int, folder: Path, views: tuple[str, ...]) -> Findings:
    """What is wrong after so many kills of the postmaster of a shop on a disk that slow."""
    with slow_server(milliseconds) as server:
        settings = Settings(database_url=server.url(), secret_key=TEST_SECRET, data_dir=folder)
        with open_shop(settings, seed) as shop:
            for _ in range(kills):
                shop.work(shop.chance.randint(*BETWEEN))
                disturb(shop, server)
            shop.work(BETWEEN[1])
            findings = shop.judged(server.url(), views)
    write_row(f"{milliseconds} ms, {kills} kills, seed {seed}", findings)
    return findings


def disturb(shop: Shop, server: SlowServer) -> None:
    """Kills the postmaster, now and then something else just before it."""
    chance = shop.chance
    if chance.random() < ALSO:
        other = chance.choice(("a backend", *PARTS))
        if other == "a backend":
            server.kill_backend(chance)
        else:
            shop.kill(other)
        shop.work(chance.randint(0, BETWEEN[1]))
    server.kill(alone=chance.random() < ALONE)
    server.restart()


def test_a_database_on_a_slow_disk_that_is_killed_loses_nothing_and_has_no_holes(tmp_path: Path) -> None:
    findings = killed(100, 3, 7, tmp_path, SOME_VIEWS)
    assert not findings.counts, str(findings)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("milliseconds", [200, 20, 0])
def test_two_hundred_kills_leave_the_log_whole(milliseconds: int, seed: int, tmp_path: Path) -> None:
    findings = killed(milliseconds, 23, seed, tmp_path, tuple(PROJECTIONS))
    assert not findings.counts, str(findings)
