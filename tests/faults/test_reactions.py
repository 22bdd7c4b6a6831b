"""Whatever is killed, in the end every order has what it would have in a quiet run, and nothing is done twice."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from domain.orders.notes import NoteAdded
from projections.postgres.embedded import EmbeddedServer
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from tests.faults.aftermath import Figures, figures, left_to_do, states_of, sums_of_movements
from tests.faults.buying import Buyer
from tests.faults.installation import Mortal, parts
from tests.faults.parts import TOLD
from tests.faults.shop import waited_for
from tests.fixtures_api import issue
from tests.fixtures_database import TEST_SECRET, copied
from tests.setup.running import free_port
from tests.workers.brokers import ADDRESSES, address, forget
from tests.workers.mail_servers import Inbox, serving

BROKERS = [pytest.param(name, marks=[pytest.mark.broker] if ADDRESSES[name] else []) for name in sorted(ADDRESSES)]


@pytest.fixture(params=BROKERS)
def installation(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Settings]:
    """An installation on one of the brokers, which gives up a lost worker after a second."""
    chosen = replace(settings, broker_url=address(request.param), lease_seconds=1)
    yield chosen
    forget(chosen)


def run(settings: Settings, folder: Path, orders: int, chance: Random, kills: int, patience: float) -> Figures:
    """Places the orders while parts are killed, lets the rest be worked off, and looks at what came of it."""
    inbox, port = Inbox(), free_port()
    with serving(inbox) as at, open_runtime(replace(settings, smtp_url=f"smtp://{at}")) as runtime:
        buyer = Buyer(port, issue(runtime, "client", "admin"))
        with parts(runtime.settings, port, folder) as running, ThreadPoolExecutor(1) as client:
            buyer.prepare()
            buying = client.submit(buyer.buy, orders)
            try:
                disturb(running, chance, kills)
                buying.result(patience)
                assert waited_for(lambda: tended(running) or left_to_do(runtime), patience) == []
            finally:
                buyer.stopped.set()
        assert len(set(buyer.orders)) == orders
        told_once(runtime, folder, buyer.orders)
        written_once(runtime, inbox)
        found = figures(runtime)
        assert found["stock"] == sums_of_movements(runtime)
        return found


def tended(running: dict[str, Mortal]) -> list[str]:
    """The parts that ended by themselves, begun again as the supervisor of an installation does."""
    return [f"{name} had ended" for name, part in running.items() if part.tend()]


def disturb(running: dict[str, Mortal], chance: Random, kills: int) -> None:
    """Kills the parts at random, each in its turn before any is killed again."""
    victims: list[str] = []
    for _ in range(kills):
        victims = victims or chance.sample(sorted(running), len(running))
        time.sleep(chance.uniform(0.2, 1.6))
        running[victims.pop()].kill()


def told_once(runtime: Runtime, folder: Path, orders: list[UUID]) -> None:
    """Every order was noted once; every one was told once, or it is unknown and was told at most once."""
    for order_id in orders:
        events = [one.event for one in runtime.log.stream(order_id)]
        assert sum(isinstance(event, NoteAdded) for event in events) == 1, order_id
    done_once(states_of(runtime, "tell"), Counter((folder / TOLD).read_text().split()))


def written_once(runtime: Runtime, inbox: Inbox) -> None:
    """Every mail arrived once; only one that is shown as unknown may be missing."""
    keys = [str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in inbox.mails]
    done_once(states_of(runtime, "mail.send"), Counter(keys))


def done_once(states: dict[str, str], times: Counter[str]) -> None:
    assert set(states.values()) <= {"done", "unknown"}
    assert times.keys() <= states.keys()
    assert max(times.values()) == 1
    assert all(times[key] == 1 for key, state in states.items() if state == "done")


@cache
def quiet_run(server: EmbeddedServer, template: str, folder: Path, orders: int) -> Figures:
    """What so many orders leave behind where nothing is killed."""
    folder.mkdir()
    with copied(server, template) as url:
        settings = Settings(database_url=url, secret_key=TEST_SECRET, data_dir=folder)
        return run(settings, folder, orders, Random(0), kills=0, patience=900)


@pytest.fixture
def quiet(server: EmbeddedServer, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """What the orders of the short run leave behind where nothing is killed."""
    return quiet_run(server, template_database, tmp_path_factory.getbasetemp() / "quiet-40", 40)


@pytest.fixture
def long_quiet(server: EmbeddedServer, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """What the orders of the campaign leave behind where nothing is killed."""
    return quiet_run(server, template_database, tmp_path_factory.getbasetemp() / "quiet-2000", 2_000)


def test_forty_orders_survive_the_killing_of_every_part(installation: Settings, tmp_path: Path, quiet: Figures) -> None:
    assert run(installation, tmp_path, 40, Random(1), kills=8, patience=240) == quiet


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_two_thousand_orders_survive_the_killing_of_every_part(
    installation: Settings, tmp_path: Path, long_quiet: Figures
) -> None:
    assert run(installation, tmp_path, 2_000, Random(11), kills=120, patience=900) == long_quiet
