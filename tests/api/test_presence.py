"""Who else has an order open: told by heart-beats, forgotten after half a minute, and part of no history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from projections.access.presence import MOST
from projections.access.presence import beat as note_beat
from projections.runtime import Runtime
from tests.api.desk import API, News, place
from tests.api.test_problems import refused
from tests.damage import as_owner

pytestmark = pytest.mark.usefixtures("projecting")


def beat(client: FlaskClient, order_id: str) -> list[str]:
    answer = client.post(f"{API}/orders/{order_id}/presence")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    assert told["seconds"] == 30
    return [each["actor"] for each in told["others"]]


def who(client: FlaskClient) -> str:
    actor: str = client.get(f"{API}/session").get_json()["actor"]
    return actor


def seen_before(runtime: Runtime, seconds: int) -> None:
    with as_owner(runtime.settings.database_url) as connection:
        connection.execute("UPDATE access.presence SET seen_at = seen_at - make_interval(secs => %s)", [seconds])


def test_each_hears_of_the_others_and_of_nobody_elsewhere(client_as: Callable[..., FlaskClient], news: News) -> None:
    ada, bob = client_as("operator"), client_as("operator")
    order, other = place(ada)["id"], place(ada)["id"]
    news.events()
    assert beat(ada, order) == []
    assert beat(bob, order) == [who(ada)]
    assert beat(ada, order) == [who(bob)]
    assert beat(bob, other) == []
    assert news.events() == []


def test_who_closes_it_is_no_longer_there(client_as: Callable[..., FlaskClient]) -> None:
    ada, bob = client_as("operator"), client_as("operator")
    order = place(ada)["id"]
    beat(bob, order)
    assert bob.delete(f"{API}/orders/{order}/presence").status_code == 204
    assert beat(ada, order) == []


def test_who_is_silent_for_half_a_minute_is_no_longer_there(
    client_as: Callable[..., FlaskClient], runtime: Runtime
) -> None:
    ada, bob = client_as("operator"), client_as("operator")
    order = place(ada)["id"]
    beat(bob, order)
    seen_before(runtime, 29)
    assert beat(ada, order) == [who(bob)]
    seen_before(runtime, 2)
    assert beat(ada, order) == []
    with runtime.reading() as connection:
        assert connection.execute("SELECT count(*) FROM access.presence").fetchone() == (1,)


def test_a_heart_beat_waits_for_no_other_that_clears_the_same_silence(
    client_as: Callable[..., FlaskClient], runtime: Runtime
) -> None:
    ada, bob = client_as("operator"), client_as("operator")
    order = place(ada)["id"]
    beat(bob, order)
    seen_before(runtime, 31)
    with (
        as_owner(runtime.settings.database_url) as other,
        other.transaction(),
        runtime.pool.connection() as connection,
        connection.transaction(),
    ):
        other.execute("SELECT FROM access.presence FOR UPDATE")
        connection.execute("SET LOCAL lock_timeout = '1s'")
        assert note_beat(connection, UUID(order), who(ada)) == []


def test_nobody_is_in_more_orders_than_one_can_have_open(
    client_as: Callable[..., FlaskClient], runtime: Runtime
) -> None:
    ada = client_as("operator")
    for _ in range(MOST + 3):
        beat(ada, place(ada)["id"])
    with runtime.reading() as connection:
        assert connection.execute("SELECT count(*) FROM access.presence").fetchone() == (MOST,)


def test_of_an_order_that_there_is_not_nothing_is_kept(client: FlaskClient) -> None:
    refused(client.post(f"{API}/orders/{uuid4()}/presence"), 404, "order-not-found")
