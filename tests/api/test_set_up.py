"""What the settings' screens stand on: versions of what was read, names by language, the logo, roles."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.roles import ROLES
from printing.logo import read_logo
from tests.api.desk import API, ORDERS, SETTINGS, create
from tests.api.test_problems import refused
from tests.printing.papers import logo

PAPERS = f"{SETTINGS}/papers"
STATUS: dict[str, Any] = {"label": "Being packed", "stage": "processing", "names": {"fr": "En emballage"}}


@pytest.mark.parametrize("path", [SETTINGS, PAPERS, f"{API}/templates/pending/en"])
def test_what_is_decided_on_is_the_version_that_was_read(client: FlaskClient, path: str) -> None:
    before = client.get(path).headers["ETag"]
    client.put(f"{SETTINGS}/carriers/bicycle", json={"label": "Bicycle"})
    assert client.get(path).headers["ETag"] != before
    late = client.put(f"{SETTINGS}/carriers/barge", json={"label": "Barge"}, headers={"If-Match": before})
    refused(late, 412, "stale-version")


def test_a_status_is_called_otherwise_in_a_language(client: FlaskClient) -> None:
    answer = client.put(f"{SETTINGS}/statuses/packing", json=STATUS).get_json()
    [made] = [one for one in answer["statuses"] if one["code"] == "packing"]
    assert made["names"] == {"fr": "En emballage"}
    assert made["labels"] == {"en": "Being packed", "fr": "En emballage"}
    order = create(client, place=True)
    [action] = [one for one in order["next_actions"] if one["code"] == "status:packing"]
    assert action["labels"]["fr"] == "En emballage"
    preview = client.post(f"{ORDERS}/{order['id']}/messages/preview", json={"status": "packing", "locale": "fr"})
    assert preview.status_code == 200


@pytest.mark.parametrize(
    ("names", "pointer"), [({"xx": "Odd"}, "/names/xx"), ({"fr": ""}, "/names/fr"), ({"fr": 1}, "/names/fr")]
)
def test_a_name_that_cannot_be_is_refused_at_its_language(client: FlaskClient, names: Any, pointer: str) -> None:
    problem = client.put(f"{SETTINGS}/statuses/packing", json={**STATUS, "names": names}).get_json()
    assert problem["status"] == 422
    assert problem["errors"][0]["pointer"] == pointer


def test_the_logo_is_shown_as_documents_carry_it(client: FlaskClient) -> None:
    picture = logo().image
    refused(client.get(f"{PAPERS}/logo"), 404, "logo-not-found")
    assert client.put(f"{PAPERS}/logo", json={"image": b64encode(picture).decode()}).status_code == 200
    answer = client.get(f"{PAPERS}/logo")
    assert answer.mimetype == "image/png"
    assert read_logo(answer.data) == read_logo(picture)


def test_every_role_is_told_with_what_it_may_do(client: FlaskClient) -> None:
    told = client.get(f"{API}/operators/roles").get_json()["items"]
    assert {one["role"]: set(one["permissions"]) for one in told} == ROLES
