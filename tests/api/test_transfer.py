"""How answers travel: long JSON compressed for who takes it so, and nothing again that a client has already."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.api.desk import API, ORDERS, create, line

GZIP = {"Accept-Encoding": "br, gzip"}


def test_long_json_is_compressed_for_who_takes_it(client: FlaskClient) -> None:
    url = f"{ORDERS}/{create(client)['id']}"
    plain, packed = client.get(url), client.get(url, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert json.loads(gzip.decompress(packed.data)) == plain.get_json()
    assert "Content-Encoding" not in client.get(url, headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_short_answers_and_other_kinds_go_as_they_are(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers=GZIP).headers
    assert "Content-Encoding" not in client.get("/metrics", headers=GZIP).headers


def test_what_is_masked_stays_masked_when_compressed(
    client: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    url = f"{ORDERS}/{create(client, *[line()] * 5)['id']}"
    packed = client_as("analyst").get(url, headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert b"Nora" not in gzip.decompress(packed.data)
    assert b"Nora" in client.get(url).data


@pytest.mark.parametrize("tag", ['"{}"', 'W/"{}"', '"0", "{}"', "*"])
def test_a_version_that_a_client_has_is_not_sent_again(client: FlaskClient, tag: str) -> None:
    order = create(client)
    url, headers = f"{ORDERS}/{order['id']}", {"If-None-Match": tag.format(order["version"])}
    same = client.get(url, headers=headers)
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", f'"{order["version"]}"')
    client.post(f"{url}/notes", json={"text": "Changed"})
    if tag != "*":
        assert client.get(url, headers=headers).status_code == 200


def test_a_write_is_never_answered_with_not_modified(client: FlaskClient) -> None:
    order = create(client)
    answer = client.post(f"{ORDERS}/{order['id']}/notes", json={"text": "x"}, headers={"If-None-Match": '"2"'})
    assert answer.status_code == 201
    assert client.get(f"{API}/settings", headers={"If-None-Match": '"1"'}).status_code == 200
