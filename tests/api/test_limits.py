"""Requests beyond a limit are refused with 429, and every answer tells what is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.limits import WINDOW, Limit
from projections.runtime import Runtime
from tests.api.test_problems import refused
from tests.fixtures_api import hire, issue, sign_in

AFAR = {"REMOTE_ADDR": "192.0.2.1"}
LIST = "/api/v1/tokens"


def limited(runtime: Runtime, **quotas: Any) -> FlaskClient:
    """A client of an application with other limits."""
    limited_runtime = replace(runtime, settings=replace(runtime.settings, **quotas))
    return create_app(limited_runtime).test_client()


def test_a_token_beyond_its_limit_is_refused_and_another_is_not(runtime: Runtime) -> None:
    client = limited(runtime, caller_requests=3)
    first, second = ({"Authorization": f"Bearer {issue(runtime, name, 'admin')}"} for name in ("first", "second"))
    answers = [client.get(LIST, headers=first) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers] == [
        f'"caller";r={remaining}' for remaining in (2, 1, 0, 0)
    ]
    assert answers[0].headers["RateLimit-Policy"] == '"caller";q=3;w=60'
    refused(answers[3], 429, "too-many-requests")
    assert 0 < int(answers[3].headers["Retry-After"]) <= 20
    assert client.get(LIST, headers=second).status_code == 200


def test_an_operator_is_limited_over_all_sessions(runtime: Runtime) -> None:
    hire(runtime, "ada", "admin")
    client = limited(runtime, caller_requests=2)
    answers = []
    for _ in range(3):
        sign_in(client)
        answers.append(client.get(LIST).status_code)
    assert answers == [200, 200, 429]


def test_an_address_beyond_its_limit_is_refused_whoever_asks_and_health_is_answered(runtime: Runtime) -> None:
    client = limited(runtime, address_requests=3)
    token = {"Authorization": f"Bearer {issue(runtime, 'one', 'admin')}"}
    assert client.get(LIST, environ_base=AFAR).status_code == 401
    answer = client.get(LIST, environ_base=AFAR, headers=token)
    assert answer.headers["RateLimit-Policy"] == '"address";q=3;w=60, "caller";q=30000;w=60'
    assert client.post("/api/v1/webhooks/stripe", environ_base=AFAR).status_code == 404
    refused(client.get(LIST, environ_base=AFAR, headers=token), 429, "too-many-requests")
    refused(client.post("/api/v1/webhooks/stripe", environ_base=AFAR), 429, "too-many-requests")
    refused(client.get("/no/such/address", environ_base=AFAR), 429, "too-many-requests")
    health = client.get("/healthz", environ_base=AFAR)
    assert health.status_code == 200
    assert "RateLimit" not in health.headers
    assert client.get(LIST, environ_base={"REMOTE_ADDR": "192.0.2.2"}, headers=token).status_code == 200
    assert "address" not in client.get(LIST, headers=token).headers["RateLimit"]


def test_behind_a_proxy_the_address_is_the_clients_and_none_that_it_invents(runtime: Runtime) -> None:
    client = limited(runtime, address_requests=1, trusted_proxies=1)

    def from_(forwarded: str) -> int:
        return client.get(LIST, environ_base=AFAR, headers={"X-Forwarded-For": forwarded}).status_code

    assert [from_("198.51.100.1"), from_("198.51.100.1"), from_("198.51.100.2")] == [401, 429, 401]
    assert from_("203.0.113.7, 198.51.100.2") == 429


def test_without_limits_nothing_is_told(runtime: Runtime) -> None:
    client = limited(runtime, address_requests=0, caller_requests=0)
    token = {"Authorization": f"Bearer {issue(runtime, 'one', 'admin')}"}
    assert "RateLimit" not in client.get(LIST, environ_base=AFAR, headers=token).headers


def test_a_quota_comes_back_evenly() -> None:
    now = [1000.0]
    limit = Limit("caller", 60, clock=lambda: now[0])
    assert [bool(limit.take("one").wait) for _ in range(61)] == [False] * 60 + [True]
    assert limit.take("one").wait == pytest.approx(1, abs=1e-3)
    now[0] += 1
    assert [bool(limit.take("one").wait) for _ in range(2)] == [False, True]
    now[0] += WINDOW
    standing = limit.take("one")
    assert (standing.remaining, standing.wait) == (59, 0)


def test_of_many_callers_those_unheard_of_for_longest_are_forgotten() -> None:
    limit = Limit("caller", 1, most=3)
    for caller in ("a", "b", "c", "a", "d"):
        limit.take(caller)
    assert limit.take("d").wait
    assert limit.take("c").wait
    assert limit.take("a").wait
    assert not limit.take("b").wait
    assert len(limit._full_at) == 3
