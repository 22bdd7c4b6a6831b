"""Orders are read from shops themselves, whatever happens on the way: all of them, each once, and then what changed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from domain.orders.order import Order
from importers.live import calls
from importers.orders import order_id
from projections.log import NothingRecorded
from projections.postgres.leases import LEADER, Leases
from projections.runtime import Runtime
from scripts.import_ import import_orders
from tests.fixtures_database import TEST_SECRET
from tests.importers.live.shops import (
    SHOPIFY_TOKEN,
    WOOCOMMERCE_TOKEN,
    Shop,
    Shopify,
    WooCommerce,
    opened,
    refusal,
    shopify_order,
    woocommerce_order,
)


@pytest.fixture
def folder(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of the commands, with the tokens and the database told."""
    told = {
        "DATABASE_URL": runtime.settings.database_url, "SECRET_KEY": TEST_SECRET, "WEBHOOKS_PRIVATE": "true",
        "SHOPIFY_TOKEN": SHOPIFY_TOKEN, "WOOCOMMERCE_TOKEN": WOOCOMMERCE_TOKEN, "DATA_DIR": str(tmp_path / "data"),
    }  # fmt: skip
    for name, value in told.items():
        monkeypatch.setenv(f"CARNET_{name}", value)
    monkeypatch.setattr(calls, "PAUSES", (0.0,) * calls.ATTEMPTS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shopify(folder: Path) -> Iterator[Shop]:
    """A Shopify shop of five orders on three pages."""
    shop = Shopify()
    shop.orders = {number: shopify_order(number) for number in range(1, 6)}
    with opened(shop):
        yield shop


@pytest.fixture
def woocommerce(folder: Path) -> Iterator[Shop]:
    """A WooCommerce shop of five orders on three pages."""
    shop = WooCommerce()
    shop.orders = {number: woocommerce_order(number) for number in range(1, 6)}
    with opened(shop):
        yield shop


def load(platform: str, shop: Shop, *options: str) -> Result:
    """The command's end."""
    return CliRunner().invoke(import_orders, [platform, "--url", shop.url, *options])


def loaded(platform: str, shop: Shop, *options: str) -> dict[str, Any]:
    """The totals of a command that went well."""
    result = load(platform, shop, "--json", *options)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def stored(runtime: Runtime, source: str, external_id: str) -> Order:
    return runtime.log.load(Order, order_id(source, external_id))


def test_all_orders_come_in_whatever_happens_on_the_way(runtime: Runtime, shopify: Shop) -> None:
    shopify.troubles = {
        1: lambda told: refusal(429, Retry_After="0"),
        3: lambda told: refusal(500),
        4: lambda told: None,
        5: lambda told: (200, {}, b'{"orders": [{"na'),
    }
    totals = loaded("shopify", shopify)
    assert (totals["orders"]["new"], totals["totals"], totals["adjustments"]) == (5, {"EUR": "60.00"}, {})
    assert len(shopify.asked) == 3 + 4, "each page once more for each trouble"
    order = stored(runtime, "shopify", "#1001")
    assert (order.number, order.paid, order.price.total, order.shipping_charge) == ("#1001", 1200, 1200, 200)
    assert (order.price.tax, order.customer_name, order.shipping_method) == (200, "Nora Example 1", "Post")


def test_the_next_time_only_what_changed_is_read(runtime: Runtime, shopify: Shop) -> None:
    loaded("shopify", shopify)
    shopify.orders[2] |= {
        "updated_at": "2026-04-01T09:00:00-05:00",
        "financial_status": "partially_refunded",
        "refunds": [{"transactions": [{"kind": "refund", "status": "success", "amount": "5.00"}]}],
    }
    shopify.asked.clear()
    totals = loaded("shopify", shopify)
    assert totals["rows"]["read"] == 2, "the one that changed, and the last of before, whose time is asked from"
    assert (totals["orders"]["updated"], totals["orders"]["known"]) == (1, 1)
    assert len(shopify.asked) == 1
    assert "updated_at_min=2026-03-05T15%3A58" in shopify.asked[0]
    assert stored(runtime, "shopify", "#1002").refunded == 500


def test_a_revoked_token_is_told_and_what_was_read_is_not_read_again(runtime: Runtime, shopify: Shop) -> None:
    shopify.troubles = {2: lambda told: refusal(401)}
    result = load("shopify", shopify)
    assert (result.exit_code, len(shopify.asked)) == (1, 2)
    assert "refuses the token (401)" in result.stderr
    assert SHOPIFY_TOKEN not in result.output
    with pytest.raises(NothingRecorded):
        stored(runtime, "shopify", "#1001")
    assert loaded("shopify", shopify)["orders"]["new"] == 5
    assert len(shopify.asked) == 4, "the two pages that were missing"


def test_an_order_that_changes_between_pages_comes_in_once_and_as_it_is_now(runtime: Runtime, shopify: Shop) -> None:
    def change(told: Any) -> Any:
        shopify.orders[1] |= {"updated_at": "2026-04-01T09:00:00-05:00", "tags": "late"}
        return told

    shopify.troubles = {1: change}
    totals = loaded("shopify", shopify)
    assert (totals["rows"]["read"], totals["orders"]["new"]) == (5, 5)
    assert stored(runtime, "shopify", "#1001").tags == ("late",)


def test_a_dry_run_stores_nothing_and_is_no_last_time(runtime: Runtime, shopify: Shop) -> None:
    head = runtime.log.head()
    assert loaded("shopify", shopify, "--dry-run")["orders"]["new"] == 5
    with pytest.raises(NothingRecorded):
        stored(runtime, "shopify", "#1001")
    assert runtime.log.head() > head, "the import itself is written down"
    assert loaded("shopify", shopify)["orders"]["new"] == 5


def test_what_looks_wrong_is_asked_and_bad_orders_are_refused(runtime: Runtime, shopify: Shop, folder: Path) -> None:
    shopify.orders[2] |= {"billing_address": {"name": "Cup"}}
    shopify.orders[3] |= {"line_items": [{"name": "Cup", "quantity": 0, "price": "x"}]}
    asked = load("shopify", shopify)
    assert asked.exit_code == 4
    assert "names-of-products" in asked.stdout
    result = load("shopify", shopify, "--json", "--yes-i-checked", "names-of-products")
    assert result.exit_code == 3, result.output
    assert len(shopify.asked) == 3, "the answer goes on with what was read"
    totals = json.loads(result.stdout)
    assert (totals["orders"]["new"], totals["orders"]["refused"]) == (4, 1)
    with (folder / "shopify-errors.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["error_column"].split("\n") == ["Lineitem price", "Lineitem quantity"]
    assert [fault["column"] for fault in totals["refused_rows"][0]["faults"]] == row["error_column"].split("\n")
    undone = CliRunner().invoke(import_orders, ["undo", totals["import"], "--json"])
    assert json.loads(undone.stdout)["undone"] == 4


def test_two_do_not_read_one_source_at_once_and_a_source_is_one_shop(runtime: Runtime, shopify: Shop) -> None:
    with Leases(runtime.settings.direct_url) as leases:
        assert leases.take(LEADER, "live/shopify")
        result = load("shopify", shopify)
        assert (result.exit_code, shopify.asked) == (1, [])
        assert "Another process reads the source shopify" in result.stderr
    loaded("shopify", shopify)
    other = Shopify()
    other.orders = {1: shopify_order(1)}
    with opened(other):
        result = load("shopify", other)
        assert (result.exit_code, other.asked) == (1, [])
        assert "say another --source" in result.stderr
        assert loaded("shopify", other, "--source", "second")["orders"]["new"] == 1


def test_a_shop_that_does_not_answer_is_given_up_and_told(shopify: Shop) -> None:
    shopify.troubles = dict.fromkeys(range(1, 20), lambda told: refusal(503))
    result = load("shopify", shopify)
    assert (result.exit_code, len(shopify.asked)) == (1, calls.ATTEMPTS)
    assert "it answered 503" in result.stderr


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (refusal(301, Location="https://elsewhere.example"), "is at another address (301)"),
        (refusal(404), "There is no such API"),
        ((200, {}, b'{"orders": 7}'), "answers otherwise than Shopify's API"),
        ((200, {"Link": '<https://elsewhere.example/x>; rel="next"'}, b'{"orders": []}'), "at another address"),
    ],
)
def test_what_is_no_shop_is_told_at_once(shopify: Shop, trouble: Any, told: str) -> None:
    shopify.troubles = {1: lambda answer: trouble}
    result = load("shopify", shopify)
    assert (result.exit_code, len(shopify.asked)) == (1, 1)
    assert told in result.stderr


def test_private_addresses_and_missing_tokens_are_refused(
    shopify: Shop, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setenv("CARNET_WEBHOOKS_PRIVATE", "false")
    assert "must begin with https" in load("shopify", shopify).stderr
    secret = Shopify()
    secret.url = shopify.url.replace("http:", "https:")
    assert "private network" in load("shopify", secret).stderr
    monkeypatch.delenv("CARNET_SHOPIFY_TOKEN")
    assert "There is no token" in load("shopify", shopify).stderr
    assert not shopify.asked
    monkeypatch.setenv("CARNET_WEBHOOKS_PRIVATE", "true")
    (folder / "token").write_text(f"{SHOPIFY_TOKEN}\n")
    assert loaded("shopify", shopify, "--token-file", str(folder / "token"))["orders"]["new"] == 5


def test_woocommerce_comes_in_with_its_taxes_coupons_and_fees(runtime: Runtime, woocommerce: Shop) -> None:
    woocommerce.orders[2] |= {"refunds": [{"id": 1, "reason": "broken | cup", "total": "-4.00"}]}
    totals = loaded("woocommerce", woocommerce)
    assert (totals["orders"]["new"], totals["totals"], totals["adjustments"]) == (5, {"EUR": "72.00"}, {})
    assert (totals["refunded"], totals["orders_unpaid"]) == ({"EUR": "4.00"}, 0)
    order = stored(runtime, "woocommerce", "701")
    assert (order.price.total, order.price.tax, order.paid, order.shipping_charge) == (1440, 240, 1440, 200)
    assert [item.name for item in order.items.values()] == ["Cup; blue | new", "Gift, wrap / red"]
    assert [terms.code for terms in order.coupons] == ["ONE"]
    assert stored(runtime, "woocommerce", "702").refunded == 400
    woocommerce.asked.clear()
    woocommerce.orders[4] |= {"date_modified_gmt": "2026-05-01T08:00:00", "status": "completed"}
    again = loaded("woocommerce", woocommerce)
    assert (again["orders"]["updated"], again["orders"]["known"], len(woocommerce.asked)) == (1, 1, 1)
    assert "modified_after=2026-03-05T10%3A58%3A00" in woocommerce.asked[0]


def test_orders_left_out_where_one_is_taken_away_are_read_again(runtime: Runtime, woocommerce: Shop) -> None:
    def take_away(told: Any) -> Any:
        woocommerce.orders.pop(1, None)
        return told

    woocommerce.troubles = {1: take_away}
    totals = loaded("woocommerce", woocommerce)
    assert totals["orders"]["new"] == 4
    assert all(stored(runtime, "woocommerce", number).exists for number in ("702", "703", "704", "705"))
    assert len(woocommerce.asked) == 2 + 2


def test_woocommerces_token_has_two_parts(woocommerce: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARNET_WOOCOMMERCE_TOKEN", "ck_1")
    assert "consumer key and secret" in load("woocommerce", woocommerce).stderr
    monkeypatch.setenv("CARNET_WOOCOMMERCE_TOKEN", "ck_1:other")
    assert "refuses the token (401)" in load("woocommerce", woocommerce).stderr
