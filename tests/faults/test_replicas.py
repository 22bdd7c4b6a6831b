"""The API beside a replica that lags: nobody misses their own write who asks for it by its position."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from projections.engine.filling import Source
from projections.exports import Reading
from projections.postgres.migrate import migrate
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from projections.views import PROJECTIONS
from scripts.mappings import FileMappings
from tests.api.desk import API, BILLING, ORDERS, cart, line
from tests.faults.clusters import Cluster, clusters
from tests.fixtures_api import TokenClient, issue
from tests.fixtures_database import TEST_SECRET
from tests.setup.running import eventually
from workers.projecting import Projecting

CLIENTS = 3
PAUSE = 0.1  # seconds between two orders of a client


class House:
    """A primary, its replica, and the API with the views in this process."""

    def __init__(self, primary: Cluster, replica: Cluster, runtime: Runtime) -> None:
        self.primary = primary
        self.replica = replica
        self.runtime = runtime
        self.app: Flask = create_app(runtime, FileMappings())
        self._token = issue(runtime, "client", "admin")

    def client(self) -> FlaskClient:
        """A client that may do everything."""
        client = TokenClient(self.app, self.app.response_class)
        client.token = self._token
        return client

    def catch_up(self) -> None:
        """Returns once the replica shows what the primary does now."""
        head = self.runtime.log.head()
        for name in PROJECTIONS:
            self.runtime.views.wait_for(name, head, timeout=30)
        self.replica.wait_for(self.primary)


@contextmanager
def opened(folder: Path, delay: float = 0) -> Iterator[House]:
    """The house; from when the block begins the replica replays everything so many seconds late."""
    with clusters() as servers:
        primary = servers.primary()
        migrate(primary.url(), primary.owner_url())
        replica = primary.standby("replica", {"hot_standby_feedback": "on"})
        settings = Settings(
            database_url=primary.url(),
            database_replica_url=replica.url(),
            secret_key=TEST_SECRET,
            data_dir=folder,
            exports=CLIENTS,
        )
        with open_runtime(settings) as runtime:
            projecting = Projecting(Source(primary.url(), settings.secrets), runtime.log, PROJECTIONS.values())
            projecting.start()
            try:
                built = "SELECT count(*) FROM views.positions"
                eventually(lambda: primary.execute(built, "carnet") == [(len(PROJECTIONS),)], "the views are built")
                house = House(primary, replica, runtime)
                house.catch_up()
                if delay:
                    replica.configure(recovery_min_apply_delay=f"{delay:.0f}s")
                yield house
            finally:
                projecting.stop()


def place(client: FlaskClient) -> tuple[str, dict[str, str]]:
    """Places an order: its number, and the header that asks for it."""
    answer = client.post(ORDERS, json=cart(line(1), place=True, billing_address=BILLING))
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()["number"], {"X-Min-Position": answer.headers["X-Position"]}


def listed(client: FlaskClient, number: str, headers: dict[str, str] | None = None) -> bool:
    answer = client.get(ORDERS, query_string={"number": number}, headers=headers or {})
    assert answer.status_code == 200, answer.get_json()
    return [order["number"] for order in answer.get_json()["items"]] == [number]


def exported(client: FlaskClient, number: str, headers: dict[str, str]) -> bool:
    answer = client.get(f"{ORDERS}/export", query_string={"number": number, "columns": "number"}, headers=headers)
    assert answer.status_code == 200
    return number in answer.get_data(as_text=True).split()


def fed(client: FlaskClient, position: str, headers: dict[str, str]) -> bool:
    after = int(position.partition(";")[0]) - 1
    answer = client.get(f"{API}/events", query_string={"after": after, "limit": 1}, headers=headers)
    assert answer.status_code == 200
    return [item["position"] for item in answer.get_json()["items"]] == [after + 1]


def shopped(house: House, until: float) -> Counter[str]:
    """Places orders and looks for each at once: how many were placed, missing, and not shown to who does not ask."""
    client, counts = house.client(), Counter[str]()
    while time.monotonic() < until:
        number, headers = place(client)
        counts["placed"] += 1
        counts["missing"] += not listed(client, number, headers)
        counts["missing"] += not fed(client, headers["X-Min-Position"], headers)
        counts["not yet shown"] += not listed(client, number)
        if counts["placed"] % 20 == 1:
            counts["missing"] += not exported(client, number, headers)
        time.sleep(PAUSE)
    return counts


def lagging(seconds: float, delay: float, folder: Path) -> Counter[str]:
    with opened(folder, delay) as house, ThreadPoolExecutor(CLIENTS) as threads:
        until = time.monotonic() + seconds
        counts = sum(threads.map(lambda _: shopped(house, until), range(CLIENTS)), Counter[str]())
    print(f"{seconds:.0f} s with a replica {delay:.0f} s late: {dict(counts)}")
    return counts


def test_nobody_misses_their_own_write_on_a_replica_that_lags(tmp_path: Path) -> None:
    counts = lagging(10, 30, tmp_path)
    assert counts["placed"] > 10
    assert counts["missing"] == 0
    assert counts["not yet shown"] == counts["placed"], "who does not ask is served by the replica"


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_in_ten_minutes_on_a_replica_thirty_seconds_late_nobody_misses_their_own_write(tmp_path: Path) -> None:
    counts = lagging(600, 30, tmp_path)
    assert counts["placed"] > 500
    assert counts["missing"] == 0
    assert counts["not yet shown"] > 500


def test_lists_feed_and_exports_come_from_a_replica_that_is_fresh(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        client = house.client()
        number, headers = place(client)
        house.catch_up()
        assert listed(client, number, headers)
        assert fed(client, headers["X-Min-Position"], headers)
        reading = Reading.of(house.runtime, "orders")
        assert reading.url == house.replica.url()
        assert exported(client, number, headers)
        replica = house.runtime.replica
        assert replica is not None
        assert replica.shows("orders", int(headers["X-Min-Position"].partition(";")[0]))
        assert [one.position for one in replica.log.read(0, 1000)][-1] == house.runtime.log.head()


def test_a_replica_that_is_away_or_promoted_is_not_read_and_nobody_notices(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        client = house.client()
        house.replica.stop()
        number, headers = place(client)
        assert listed(client, number, headers)
        assert listed(client, number)
        house.replica.start()
        house.catch_up()
        house.replica.promote()
        former = house.runtime.replica
        assert former is not None
        number, headers = place(client)
        house.runtime.views.wait_for("orders", house.runtime.log.head())
        eventually(lambda: listed(client, number), "the primary is read again")
        for _ in range(5):
            assert listed(client, number)
        assert not former.shows("orders", 0)


def test_the_feed_of_a_replica_ends_where_its_views_do(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        client = house.client()
        _, headers = place(client)
        house.catch_up()
        house.primary.execute("UPDATE views.positions SET position = 1 WHERE position > 1", "carnet")
        house.replica.wait_for(house.primary)
        replica = house.runtime.replica
        assert replica is not None
        assert [one.position for one in replica.log.read(0, 1000)] == [1]
        assert fed(client, headers["X-Min-Position"], headers), "what it does not show the primary gives"


def test_a_list_that_the_replica_breaks_off_is_read_from_the_primary(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        client = house.client()
        number, headers = place(client)
        house.catch_up()
        replica: Any = house.runtime.replica
        replica._open().pool.drain()
        house.replica.crash()
        assert listed(client, number, headers)
