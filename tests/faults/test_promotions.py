"""A primary is killed while its standby lags, and the standby takes its place under the running processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from projections.postgres.migrate import migrate
from projections.settings import Settings
from projections.views import PROJECTIONS
from tests.faults.clusters import Cluster, House, addresses, clusters
from tests.faults.oracle import Findings
from tests.faults.shop import SOME_VIEWS, Shop, open_shop
from tests.faults.tables import write_row
from tests.fixtures_database import TEST_SECRET

BETWEEN = (10, 40)  # acknowledged writes between two promotions
LONGEST_STALL = 4.0  # seconds


def promoted(
    promotions: int, seed: int, folder: Path, views: tuple[str, ...], *, synchronous: bool, stall: float = LONGEST_STALL
) -> Findings:
    """What is wrong after so many standbys were promoted, one after the other."""
    with clusters() as house:
        primary = house.primary("server0")
        migrate(primary.url(), primary.owner_url())
        standby = follow(primary, 1, synchronous=synchronous)
        url = addresses(primary, standby)
        with open_shop(Settings(database_url=url, secret_key=TEST_SECRET, data_dir=folder), seed) as shop:
            for number in range(1, promotions + 1):
                shop.work(shop.chance.randint(*BETWEEN))
                stalled(shop, primary, stall)
                primary, standby = fail_over(house, primary, standby, number + 1, synchronous=synchronous)
            shop.work(BETWEEN[1])
            findings = shop.judged(url, views)
    kind = "synchronous" if synchronous else "asynchronous"
    write_row(f"{promotions} promotions, {kind}, seed {seed}", findings)
    return findings


def stalled(shop: Shop, primary: Cluster, longest: float) -> None:
    """Nothing reaches the standby from now on: the process that sends to it stands still, for a random while."""
    for sender in primary.backends("walsender"):
        os.kill(sender, signal.SIGSTOP)
    time.sleep(shop.chance.uniform(0, longest))


def fail_over(
    house: House, primary: Cluster, standby: Cluster, number: int, *, synchronous: bool
) -> tuple[Cluster, Cluster]:
    """Kills the primary, promotes its standby, and puts a new standby where the primary was; gives both."""
    primary.kill()
    standby.promote()
    return standby, follow(standby, number, synchronous=synchronous, port=primary.port)


def follow(primary: Cluster, number: int, *, synchronous: bool, port: int = 0) -> Cluster:
    """A new standby of the primary."""
    return primary.standby(f"server{number}", synchronous=synchronous, port=port)


def test_a_promoted_synchronous_standby_has_every_acknowledged_write_and_no_holes(tmp_path: Path) -> None:
    findings = promoted(2, 3, tmp_path, SOME_VIEWS, synchronous=True, stall=1.0)
    assert not findings.counts, str(findings)


def test_a_promoted_asynchronous_standby_tells_every_consumer_what_did_not_arrive(tmp_path: Path) -> None:
    findings = promoted(1, 5, tmp_path, SOME_VIEWS, synchronous=False, stall=1.0)
    assert findings.told_lost
    assert not findings.counts, str(findings)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(1, 6))
def test_forty_promotions_of_a_synchronous_standby_leave_the_log_whole(seed: int, tmp_path: Path) -> None:
    findings = promoted(8, seed, tmp_path, tuple(PROJECTIONS), synchronous=True)
    assert not findings.counts, str(findings)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(11, 14))
def test_promotions_of_an_asynchronous_standby_lose_exactly_what_they_tell(seed: int, tmp_path: Path) -> None:
    findings = promoted(5, seed, tmp_path, tuple(PROJECTIONS), synchronous=False)
    assert findings.told_lost
    assert not findings.counts, str(findings)
