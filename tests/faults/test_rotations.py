"""The master secret is replaced under load, and whatever is killed meanwhile: nothing is lost, everything opens."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

from projections.postgres.embedded import EmbeddedServer
from projections.runtime import open_runtime
from projections.settings import Settings
from tests.damage import owner
from tests.faults.installation import ROOT
from tests.faults.oracle import Findings
from tests.faults.shop import SOME_VIEWS, Shop, open_shop

SUBJECTS = 4_000  # more keys, so that a rotation takes a while
KILLS = 6


def rotation(settings: Settings) -> subprocess.Popen[str]:
    """`carnet keys rotate`, begun."""
    variables = {
        "CARNET_DATABASE_URL": settings.database_url,
        "CARNET_DATABASE_OWNER_URL": owner(settings.database_url),
        "CARNET_DATA_DIR": str(settings.data_dir),
    }
    command = (sys.executable, "-m", "scripts.cli", "keys", "rotate")
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def rotated_under_kills(shop: Shop, settings: Settings) -> int:
    """Kills rotations at random moments, now and then a part of the shop with them, and lets the last one end.

    Gives how many masters there were to be retired.
    """
    ended = 0
    for _ in range(KILLS):
        running = rotation(settings)
        time.sleep(shop.chance.uniform(0.3, 2.0))
        if running.poll() is None:
            running.kill()
        elif running.returncode == 0:
            ended += 1
        running.communicate()
        if shop.chance.random() < 0.5:
            shop.kill(shop.chance.choice(("API", "views", "worker")))
        shop.work(10)
    last = rotation(settings)
    said, _ = last.communicate(timeout=120)
    assert last.returncode == 0, said
    return ended + 1


def test_a_rotation_that_is_killed_again_and_again_under_load_loses_nothing(
    server: EmbeddedServer, database: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=database, data_dir=tmp_path)
    settings.secret_file.write_text(f"{uuid4().hex}{uuid4().hex}\n")
    first = settings.secret_file.read_text()
    with open_runtime(settings) as runtime, runtime.log.session() as session:
        session.ensure_subjects([uuid4() for _ in range(SUBJECTS)])
        session.commit()
    with open_shop(settings, seed=5) as shop:
        shop.work(20)
        rotations = rotated_under_kills(shop, settings)
        shop.work(40)
        findings: Findings = shop.judged(database, SOME_VIEWS)
    assert not findings.counts, str(findings)
    now = settings.secret_file.read_text()
    assert len(now.splitlines()) == 1
    assert now != first
    with open_runtime(settings) as runtime, runtime.reading() as connection:
        [(living, retired)] = connection.execute(
            "SELECT count(*) FILTER (WHERE retired_at IS NULL), count(retired_at) FROM log.masters"
        ).fetchall()
        [(older,)] = connection.execute(
            "SELECT count(*) FROM log.subject_keys WHERE wrapped IS NOT NULL AND log.master_of(wrapped) <> %s",
            (retired + 1,),
        ).fetchall()
    assert (living, older) == (1, 0)
    assert retired >= rotations
