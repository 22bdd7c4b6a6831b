"""What hostile clients send: invented methods, keys that cannot be written, broken chunks; and headers against them."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from gunicorn.http.body import Body, ChunkedReader
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from tests.api.desk import API, CUSTOMERS, ORDERS, cart
from tests.api.test_problems import refused
from tests.fixtures_api import SESSION

HALF = "\ud800"


def test_invented_methods_do_not_make_the_metrics_grow(client: FlaskClient) -> None:
    for number in range(5):
        client.open(ORDERS, method=f"INVENTED{number}")
    text = client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).get_data(as_text=True)
    assert "INVENTED" not in text
    assert 'method="other"' in text


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "half"}])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        (ORDERS, '{"%s": 1}'),
        (ORDERS, '{"items": [{"%s": 1}]}'),
        (f"{API}/exports", '{"list": "orders", "filter": {"%s": "x"}}'),
        (f"{ORDERS}/bulk", '{"action": "archive", "filter": {"%s": 1}}'),
        (SESSION, '{"%s": 1}'),
    ],
)
def test_a_key_with_half_a_character_is_malformed(
    client: FlaskClient, path: str, body: str, headers: dict[str, str]
) -> None:
    text = body % "\\ud800"
    problem = refused(
        client.post(path, data=text, content_type="application/json", headers=headers), 400, "malformed-request"
    )
    assert HALF not in str(problem)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{API}/exports", '{"list": "orders", "filter": {"source": "%s"}}'),
        (f"{API}/exports", '{"list": "orders", "columns": ["%s"]}'),
        (f"{ORDERS}/bulk", '{"action": "archive", "filter": {"number": "%s"}}'),
        (f"{ORDERS}/bulk", '{"action": "archive", "reason": "%s", "ids": []}'),
        (ORDERS, '{"source": "%s"}'),
    ],
)
def test_half_a_character_in_a_value_is_refused_under_a_key_as_well(client: FlaskClient, path: str, body: str) -> None:
    for headers in ({}, {"Idempotency-Key": "half"}):
        answer = client.post(path, data=body % "\\ud800", content_type="application/json", headers=headers)
        assert answer.status_code == 422, answer.get_data(as_text=True)


@pytest.mark.parametrize("sign", ["<", "{{", "\u202e", "\x1b", "`", "\u2028"])
def test_a_refusal_names_a_code_without_the_signs_that_anything_takes_for_its_own(
    client: FlaskClient, sign: str
) -> None:
    odd = f"a{sign}b"
    answers = (
        client.get(f"{API}/coupons/{quote(odd)}"),
        client.get(f"{API}/templates/{quote(odd)}/en"),
        client.put(f"{API}/imports/mappings/m", json={"mapping": f"stage = '{odd}'\nsource = 's'\n"}),
        client.post(f"{ORDERS}/bulk", json={"action": "status", "ids": [], "status": odd}),
    )
    for answer in answers:
        assert 400 <= answer.status_code < 500
        assert odd not in str(answer.get_json())


def chunked(*parts: bytes) -> Any:
    """A body in chunks as the server hands it over."""
    request = Request.__new__(Request)
    request.trailers = []
    return Body(ChunkedReader(request, IterUnreader(iter(parts))))


@pytest.mark.parametrize(
    "parts",
    [
        (b"zz\r\n{}\r\n0\r\n\r\n",),
        (b"2\r\n{}XX0\r\n\r\n",),
        (b"ff\r\n{}",),
        (b"-1\r\n{}\r\n",),
        (b"\r\n\r\n",),
    ],
)
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (ORDERS, "application/json"),
        (SESSION, "application/json"),
        (f"{API}/imports", "text/csv"),
        (f"{API}/imports", "multipart/form-data; boundary=x"),
        (f"{API}/imports/mappings/guess", "text/csv"),
        (f"{API}/webhooks/sandbox", "application/json"),
        ("/unsubscribe/x", "application/x-www-form-urlencoded"),
        ("/pay/x", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_badly_cut_into_chunks_is_no_fault_of_ours(
    client: FlaskClient, path: str, kind: str, parts: tuple[bytes, ...]
) -> None:
    environ = {"wsgi.input": chunked(*parts), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = client.post(path, content_type=kind, environ_overrides=environ)
    assert 400 <= answer.status_code < 500, answer.get_data(as_text=True)


def test_a_body_in_good_chunks_is_read(client: FlaskClient) -> None:
    text = b'{"items": []}'
    parts = (b"%x\r\n%b\r\n0\r\n\r\n" % (len(text), text),)
    environ = {"wsgi.input": chunked(*parts), "wsgi.input_terminated": True}
    assert client.post(ORDERS, content_type="application/json", environ_overrides=environ).status_code == 201


def test_no_page_is_let_do_what_none_of_ours_needs(stranger: FlaskClient) -> None:
    for path in ("/healthz", "/nowhere", ORDERS, "/api/docs/"):
        headers = stranger.get(path).headers
        assert {"camera=()", "geolocation=()", "payment=()"} <= set(headers["Permissions-Policy"].split(", "))
        assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("mapping", ["/etc/passwd", "../../etc/passwd", "..\\x", ".profile"])
def test_a_mapping_is_named_and_no_file_of_the_machine_is_looked_at(client: FlaskClient, mapping: str) -> None:
    for answer in (
        client.post(f"{API}/imports", query_string={"mapping": mapping}, data=b"a\n1\n", content_type="text/csv"),
        client.post(f"{API}/imports", data={"file": (BytesIO(b"a\n1\n"), "a.csv"), "mapping": mapping}),
    ):
        problem = refused(answer, 422, "invalid-fields")
        assert mapping not in str(problem)


def test_one_person_under_many_writings_of_an_address_is_one_customer(client: FlaskClient) -> None:
    def buyer(email: str) -> str:
        answer = client.post(ORDERS, json=cart(billing_address={"name": "Zo\u00e9", "email": email}))
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["customer"]["id"])

    written = ("zo\u00e9@ex\u00e4mple.com", "zoe\u0301@exa\u0308mple.com", "ZO\u00c9@EX\u00c4MPLE.COM")
    assert len({buyer(email) for email in written}) == 1
    for email in ("zo\u200b\u00e9@example.com", "z\u043e\u00e9@example.com"):
        for answer in (
            client.post(ORDERS, json=cart(billing_address={"name": "Zo\u00e9", "email": email})),
            client.post(CUSTOMERS, json={"name": "Zo\u00e9", "email": email}),
        ):
            assert answer.status_code == 422
            assert email not in answer.get_data(as_text=True)
