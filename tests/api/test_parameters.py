"""Query parameters: what a route does not name is refused, not passed over; choices repeat, other things do not."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import fields

from projections.engine import freshness as views
from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, News, cart, create, place, position_of
from tests.api.roles_and_routes import rows
from tests.api.test_problems import refused
from tests.api.test_roles_and_routes import address

# Customers' pages and health take what mail programs and probes add to an address; the console reads its own.
PLACES = ("/orders", "/imports", "/sequences", "/settings", "/customers", "/products", "/stock")
ALONE = ("/", "/dashboard", "/new", "/work", "/returns", "/payments", "/tag-rules", "/guide", "/audit")
CONSOLE = (*ALONE, "/assets/<path:name>", "/icon.svg", *(f"{place}/<path:rest>" for place in PLACES))
TAKE_ANYTHING = ("/pay/", "/unsubscribe/", "/sandbox/", "/healthz", "/readyz", "/metrics")
PICTURE = "/api/docs/<any('swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'):name>"


def addresses() -> list[tuple[str, str]]:
    """Method and address of every route, of nothing that is there."""
    served = [row for row in rows() if row.rule not in CONSOLE and not row.rule.startswith(TAKE_ANYTHING)]
    plain = [(row.method, "/api/docs/swagger-ui.css" if row.rule == PICTURE else row.rule) for row in served]
    return [(method, rule if rule.startswith("/api/") else address(rule)) for method, rule in plain]


def test_no_route_passes_over_a_parameter_that_it_does_not_name(
    client: FlaskClient, news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views.Views.wait_for, "__defaults__", (0, 0.0))  # nobody follows the log here
    wrong = []
    for method, path in addresses():
        answer = client.open(f"{path}?nonsense=1", method=method)
        told = answer.get_json() if (answer.mimetype or "").endswith("json") else {}
        if answer.status_code != 422 or told["errors"][0].get("parameter") != "nonsense":
            wrong.append((method, path, answer.status_code))
    assert wrong == []
    assert news.events() == []


def test_no_route_takes_the_first_of_a_parameter_told_twice(app: Flask, client: FlaskClient) -> None:
    """Every route with a query, by what its description says of it."""
    tried = 0
    for rule in app.url_map.iter_rules():
        told = getattr(app.view_functions[rule.endpoint], "_apidoc", {}).get("arguments", {}).get("parameters", ())
        forms = [one["schema"] for one in told if one["in"] == "query"]
        names = [
            field.data_key or name
            for form in forms
            for name, field in form.load_fields.items()
            if not isinstance(field, fields.List)
        ]
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"} if names else ():
            query = urlencode([(names[0], "1"), (names[0], "2")])
            problem = refused(
                client.open(f"{address(rule.rule.replace(API, ''))}?{query}", method=method), 422, "invalid-fields"
            )
            assert problem["errors"][0]["code"] == "repeated-parameter", rule
            tried += 1
    assert tried > 25


def test_a_dry_run_that_a_route_does_not_know_writes_nothing(client: FlaskClient, news: News) -> None:
    refused(client.post(f"{ORDERS}?dry_run=true", json=cart()), 422, "invalid-fields")
    order = create(client)
    news.events()
    refused(client.post(f"{ORDERS}/{order['id']}/notes?dry_run=true", json={"text": "x"}), 422, "invalid-fields")
    assert news.events() == []


def test_a_stranger_is_turned_away_before_their_parameters_are_read(stranger: FlaskClient) -> None:
    assert stranger.get(f"{ORDERS}?nonsense=1").status_code == 401
    assert stranger.post(f"{ORDERS}?nonsense=1").status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/unsubscribe/x", "/pay/x"])
def test_what_a_mail_program_adds_to_a_customers_link_does_no_harm(stranger: FlaskClient, path: str) -> None:
    bare, followed = stranger.get(API.removesuffix("/api/v1") + path), stranger.get(f"{path}?utm_source=mail&fbclid=1")
    assert followed.status_code == bare.status_code != 422


@pytest.mark.usefixtures("projecting")
def test_choices_that_repeat_are_any_of_them(client: FlaskClient) -> None:
    place(client, source="shop", tags=["gift", "vip"])
    place(client, source="telephone", tags=["gift"])
    last = client.post(ORDERS, json=cart(source="fair"))
    headers = {"X-Min-Position": str(position_of(last))}

    def found(query: str) -> list[str]:
        listed = client.get(f"{ORDERS}?{query}&sort=created_at", headers=headers)
        assert listed.status_code == 200, listed.get_data(as_text=True)
        return [order["source"] for order in listed.get_json()["items"]]

    assert found("source=shop&source=fair") == ["shop", "fair"]
    assert found("stage=draft&stage=pending") == ["shop", "telephone", "fair"]
    assert found("payment_status=unpaid&payment_status=paid&source=fair") == ["fair"]
    assert found("tag=gift&tag=vip") == ["shop"]
    assert found("tag_any=vip&tag_any=gift") == ["shop", "telephone"]
    problem = refused(client.get(f"{ORDERS}?status=draft&status=nothing"), 422, "invalid-fields")
    assert problem["errors"] == [
        {"parameter": "status", "code": "unknown-choice", "detail": problem["errors"][0]["detail"]}
    ]


@pytest.mark.usefixtures("projecting")
def test_a_page_larger_than_allowed_is_refused_not_cut(client: FlaskClient, runtime: Runtime) -> None:
    most = runtime.settings.page_limit
    for path in ("/tokens", "/operators", "/orders"):
        problem = refused(client.get(f"{API}{path}?limit={most + 1}"), 422, "invalid-fields")
        assert problem["details"] == {"limit": most}
        assert problem["errors"][0]["parameter"] == "limit"
    assert client.get(f"{API}/tokens?limit={most}").status_code == 200
