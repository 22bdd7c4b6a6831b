"""Positions are told with their epoch, and one of another epoch is refused with what to do."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, cart, create, position_of
from tests.api.test_problems import refused

EVENTS, EPOCHS = f"{API}/events", f"{API}/epochs"


def test_a_position_names_its_epoch(client: FlaskClient, runtime: Runtime) -> None:
    answer = client.post(ORDERS, json=cart())
    assert answer.headers["X-Position"] == f'{runtime.log.head()};epoch="{runtime.log.epoch().id}"'


@pytest.mark.usefixtures("projecting")
def test_a_list_takes_a_position_with_its_epoch_and_without(client: FlaskClient) -> None:
    told = client.post(ORDERS, json=cart()).headers["X-Position"]
    for position in (told, told.partition(";")[0], told.replace(";", " ; ")):
        assert client.get(ORDERS, headers={"X-Min-Position": position}).status_code == 200
    for position in ("11;epoch=", '11;epoch="a";x="b"', 'epoch="a"', "11;", "-1"):
        refused(client.get(ORDERS, headers={"X-Min-Position": position}), 400, "malformed-request")


@pytest.mark.usefixtures("projecting")
def test_a_position_of_an_epoch_that_has_ended_is_refused_with_the_last_one_in_common(
    client: FlaskClient, runtime: Runtime
) -> None:
    before = client.post(ORDERS, json=cart()).headers["X-Position"]
    common = runtime.log.head()
    runtime.log.begin_epoch("a test brought the log back")
    problem = refused(client.get(ORDERS, headers={"X-Min-Position": before}), 409, "epoch-changed")
    assert problem["details"] == {"epoch": runtime.log.epoch().id, "common_position": common}
    assert str(common) in problem["detail"]
    after = client.post(ORDERS, json=cart())
    assert after.headers["X-Position"] == f'{position_of(after)};epoch="{runtime.log.epoch().id}"'
    assert client.get(ORDERS, headers={"X-Min-Position": after.headers["X-Position"]}).status_code == 200


def test_a_follower_of_the_feed_is_told_that_its_epoch_has_ended(client: FlaskClient, runtime: Runtime) -> None:
    create(client)
    page = client.get(f"{EVENTS}?limit=1000").get_json()
    runtime.log.begin_epoch("a test brought the log back")
    create(client)
    asked = f"{EVENTS}?after={page['next']}"
    problem = refused(client.get(f"{asked}&epoch={page['epoch']}"), 409, "epoch-changed")
    assert problem["details"]["common_position"] == page["next"]
    again = client.get(f"{asked}&epoch={problem['details']['epoch']}").get_json()
    assert again["items"][0]["position"] == page["next"] + 1
    assert again["epoch"] == problem["details"]["epoch"] != page["epoch"]


def test_an_epoch_that_the_log_does_not_know_has_no_position_in_common(client: FlaskClient) -> None:
    problem = refused(client.get(f"{EVENTS}?epoch=of-another-shop"), 409, "epoch-changed")
    assert problem["details"]["common_position"] is None
    assert "from the beginning" in problem["detail"]


@pytest.mark.usefixtures("projecting")
def test_a_page_of_a_list_does_not_go_on_in_another_epoch(client: FlaskClient, runtime: Runtime) -> None:
    last = [client.post(ORDERS, json=cart()) for _ in range(2)][-1]
    seen = {"X-Min-Position": last.headers["X-Position"]}
    cursor = client.get(f"{ORDERS}?limit=1", headers=seen).get_json()["next"]
    assert client.get(f"{ORDERS}?limit=1&cursor={cursor}").status_code == 200
    runtime.log.begin_epoch("a test brought the log back")
    refused(client.get(f"{ORDERS}?limit=1&cursor={cursor}"), 409, "epoch-changed")


def test_epochs_are_listed_with_what_they_have_in_common(client: FlaskClient, runtime: Runtime) -> None:
    create(client)
    head = runtime.log.head()
    runtime.log.begin_epoch("a test brought the log back")
    first, second = client.get(EPOCHS).get_json()["items"]
    assert (first["number"], first["began_after"]) == (1, 0)
    assert (second["number"], second["began_after"]) == (2, head)
    assert second["reason"] == "a test brought the log back"
    assert re.fullmatch("[0-9a-f]{16}", second["id"])
    assert second["id"] == client.get(f"{API}/projections").get_json()["epoch"]
    assert second["id"] == client.get(f"{API}/audit/seals").get_json()["epoch"]
