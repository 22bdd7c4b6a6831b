"""Hostile requests by the thousand do no harm: no fault, no hang, no echo; and those who work go on working."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from projections.settings import Settings
from tests.faults import cheap
from tests.faults.assault import assault
from tests.faults.besieged import Besieged, besieged
from tests.faults.installation import ROOT

COUNT = int(os.environ.get("CAMPAIGN_REQUESTS", "20000"))
CHEAP = int(os.environ.get("CAMPAIGN_CHEAP_REQUESTS", "200000"))
ROUNDS = int(os.environ.get("CAMPAIGN_ROUNDS", "5"))
ROUND_SECONDS = float(os.environ.get("CAMPAIGN_ROUND_SECONDS", "12"))
KEPT = 0.8  # of their throughput
SEED = int(os.environ.get("CAMPAIGN_SEED", "1"))


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_hostile_requests_do_no_harm(settings: Settings, tmp_path: Path) -> None:
    with besieged(settings) as shop:
        samples = [shop.memory()]

        def tell(done: int) -> None:
            if done % (COUNT // 20 or 1) < 200:
                samples.append(shop.memory())
                print(done, {name: round(mb) for name, mb in samples[-1].items()}, flush=True)

        outcome = assault(shop.port, shop.target, SEED, COUNT, tell)
        print(sorted(outcome.answers.items()))
        print(f"slow once: {outcome.slow_once}, slowest {outcome.slowest:.2f} s")
        faults = shop.faults()
        seen: Counter[str] = Counter()
        for judged in outcome.wrong:
            seen[judged.why] += 1
            if seen[judged.why] <= 60:
                print(judged)
        print(seen, faults)
        assert not seen
        assert not faults


def variables(shop: Besieged) -> dict[str, str]:
    return os.environ | {"TOKEN": shop.token, "ORDER": shop.target.orders[0]}


def worked(shop: Besieged) -> dict[str, Any]:
    """What honest clients were answered in one round."""
    command = (sys.executable, "-m", "tests.faults.honest", str(shop.port), str(ROUND_SECONDS))
    ran = subprocess.run(command, cwd=ROOT, env=variables(shop), capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(ran.stdout)
    assert not told["refused"], told
    return told


def worked_under_siege(shop: Besieged) -> dict[str, Any]:
    command = (sys.executable, "-m", "tests.faults.siege", str(shop.port))
    with subprocess.Popen(
        command, cwd=ROOT, env=variables(shop), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as siege:
        assert siege.stdout is not None
        assert siege.stdout.readline() == "begun\n"
        told = worked(shop)
        attacks, _ = siege.communicate()
    print("attacks", attacks.strip())
    return told


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_who_works_is_answered_while_slow_clients_patterns_and_bombs_attack(settings: Settings) -> None:
    with besieged(settings) as shop:
        worked(shop)
        calm, sieged = [worked(shop)], []
        for _ in range(ROUNDS):
            sieged.append(worked_under_siege(shop))
            calm.append(worked(shop))
            print("calm", calm[-1], "siege", sieged[-1], flush=True)
        ratios = [
            under["answered"] / ((before["answered"] + after["answered"]) / 2)
            for under, before, after in zip(sieged, calm, calm[1:], strict=False)
        ]
        print("ratios", [round(ratio, 2) for ratio in ratios], "median", round(median(ratios), 2))
        assert not shop.faults()
        assert median(ratios) >= KEPT


@pytest.mark.campaign
@pytest.mark.timeout(14_400)
def test_the_memory_of_every_part_stays_flat_over_many_cheap_requests(settings: Settings) -> None:
    with besieged(settings) as shop:
        statuses, samples = cheap.run(shop, SEED, CHEAP)
        print(sorted(statuses.items()))
        assert all(status < 500 for status in statuses)
        assert not shop.faults()
        assert not cheap.grown(samples)
