"""Lines of every kind through the API: several taxes, exempt, weighed, with options, without a SKU, as discounts."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import ORDERS, SETTINGS, News, create, eur, line, place

GST = {"name": "GST", "rate": "5"}
QST = {"name": "QST", "rate": "9.975"}
PST = {"name": "PST", "rate": "9.5", "compound": True}
TEA = {"name": "Green tea", "quantity": "0.350", "unit": "kg", "unit_price": eur("40.00")}
HIGH = [{"name": "A", "rate": "60"}, {"name": "B", "rate": "60"}]
REBATE = {"name": "Rebate", "quantity": 1, "unit_price": eur("-3.00")}


def defaults(client: FlaskClient, **facts: Any) -> None:
    answer = client.put(f"{SETTINGS}/defaults", json=facts)
    assert answer.status_code == 200, answer.get_json()


def refused(client: FlaskClient, code: str, pointer: str, *lines: dict[str, Any], **facts: Any) -> None:
    answer = client.post(ORDERS, json={"items": list(lines), **facts})
    problem = answer.get_json()
    told = [(one["pointer"], one["code"]) for one in problem.get("errors", [])]
    assert (answer.status_code, (pointer, code) in told) == (422, True), problem


class TestTheShopsDefault:
    def test_a_line_and_shipping_that_tell_no_rate_bear_it(self, client: FlaskClient) -> None:
        defaults(client, tax_rate="8.875")
        order = create(client, line(1, "100.00"), prices_include_tax=False, shipping_charge=eur("10.00"))
        assert (order["items"][0]["tax_rate"], order["items"][0]["tax"]) == ("8.875", eur("8.87"))
        assert (order["shipping_tax_rate"], order["shipping_total"], order["tax"]) == (
            "8.875",
            eur("10.89"),
            eur("9.76"),
        )
        added = client.post(f"{ORDERS}/{order['id']}/items", json=line(1, "5.00")).get_json()
        charged = client.put(f"{ORDERS}/{order['id']}/shipping-charge", json={"amount": eur("4.00")}).get_json()
        assert (added["items"][1]["tax_rate"], charged["shipping_tax_rate"]) == ("8.875", "8.875")
        assert charged["notices"] == []

    def test_several_taxes_may_be_the_default(self, client: FlaskClient) -> None:
        defaults(client, taxes=[GST, QST])
        assert client.get(SETTINGS).get_json()["defaults"]["tax_rate"] == "14.975"
        assert [tax["name"] for tax in create(client, line())["items"][0]["taxes"]] == ["GST", "QST"]

    def test_without_a_default_no_tax_is_taken_and_the_order_and_the_quote_say_so(self, client: FlaskClient) -> None:
        order = create(client, line(), line(tax_rate="0"), shipping_charge=eur("4.00"))
        (notice,) = order["notices"]
        assert notice["code"] == "taxes-assumed"
        assert "line 1, shipping" in notice["detail"]
        quote = client.post(f"{ORDERS}/quote", json={"items": [line()]}).get_json()
        assert [one["code"] for one in quote["notices"]] == ["taxes-assumed"]
        told = client.patch(f"{ORDERS}/{order['id']}/items/1", json={"tax_rate": "0"}).get_json()
        assert "line 1" not in told["notices"][0]["detail"]


class TestSeveralTaxes:
    def test_each_is_told_by_its_name_and_rate_and_summed_up(self, client: FlaskClient) -> None:
        order = place(
            client, line(1, "100.00", taxes=[GST, QST]), line(1, "50.00", taxes=[GST]), prices_include_tax=False
        )
        told = [(tax["name"], tax["rate"], tax["amount"]["amount"]) for tax in order["items"][0]["taxes"]]
        assert told == [("GST", "5.00", "5.00"), ("QST", "9.975", "9.98")]
        sums = [(tax["name"], tax["net"]["amount"], tax["tax"]["amount"]) for tax in order["taxes"]]
        assert sums == [("GST", "150.00", "7.50"), ("QST", "100.00", "9.98")]
        assert order["total"] == eur("167.48")

    @pytest.mark.parametrize(
        ("included", "total", "taxes"), [(False, "114.98", ["5.00", "9.98"]), (True, "100.00", ["4.35", "8.68"])]
    )
    def test_a_compound_one_is_taken_on_those_before_it(
        self, client: FlaskClient, included: bool, total: str, taxes: list[str]
    ) -> None:
        order = place(client, line(1, "100.00", taxes=[GST, PST]), prices_include_tax=included)
        assert order["total"] == eur(total)
        assert [tax["amount"]["amount"] for tax in order["items"][0]["taxes"]] == taxes
        assert order["items"][0]["tax_rate"] == "14.975"
        assert order["taxes"][1]["net"] == eur("105.00" if not included else "91.32")

    def test_refunding_all_units_in_steps_gives_back_all_of_every_tax(self, client: FlaskClient) -> None:
        order = place(client, line(3, "33.33", taxes=[GST, QST]), prices_include_tax=False)
        url = f"{ORDERS}/{order['id']}"
        client.post(f"{url}/payments", json={"method": "card"})
        for _ in range(3):
            answer = client.post(f"{url}/refunds", json={"items": [{"item": "1", "quantity": 1}]})
            assert answer.status_code == 201, answer.get_json()
        after = answer.get_json()
        assert (after["payment_status"], after["balance"], after["kept"]) == ("refunded", eur("0.00"), eur("0.00"))

    def test_an_exempt_line_says_why(self, client: FlaskClient) -> None:
        defaults(client, tax_rate="20")
        order = place(client, line(1, "10.00", exemption="Books for schools"), line(1, "12.00"))
        assert (order["items"][0]["tax"], order["items"][0]["exemption"]) == (eur("0.00"), "Books for schools")
        assert [(tax["rate"], tax["exemption"]) for tax in order["taxes"]] == [
            ("0.00", "Books for schools"),
            ("20.00", None),
        ]

    @pytest.mark.parametrize(
        ("facts", "pointer", "code"),
        [
            ({"taxes": [{"name": "A", "rate": "100.0001"}]}, "/items/0/taxes/0/rate", "wrong-rate"),
            ({"taxes": [{"name": "A", "rate": "-1"}]}, "/items/0/taxes/0/rate", "wrong-rate"),
            ({"tax_rate": "8.87501"}, "/items/0/tax_rate", "wrong-rate"),
            ({"taxes": [PST]}, "/items/0/taxes/0/compound", "compound-without-base"),
            ({"taxes": [GST, GST]}, "/items/0/taxes/1/name", "tax-name-missing"),
            ({"taxes": [GST, {"rate": "3"}]}, "/items/0/taxes/1/name", "tax-name-missing"),
            ({"taxes": HIGH}, "/items/0/taxes", "tax-rate-out-of-bounds"),
            ({"taxes": [GST], "tax_rate": "5"}, "/items/0/taxes", "taxes-twice"),
            ({"tax_rate": "5", "exemption": "Books"}, "/items/0/exemption", "exempt-with-tax"),
            ({"quantity": 0.35}, "/items/0/quantity", "not-an-integer"),
            ({"quantity": "0.5"}, "/items/0/quantity", "quantity-too-fine"),
            ({**TEA, "quantity": "0.3505"}, "/items/0/quantity", "quantity-too-fine"),
            ({**TEA, "quantity": "0.000"}, "/items/0/quantity", "quantity-out-of-bounds"),
            ({"unit": "stone"}, "/items/0/unit", "unknown-unit"),
            ({"options": [{"name": "size", "value": "L"}] * 2}, "/items/0/options/1/name", "option-twice"),
            ({"unit_price": eur("-1.00")}, "/items", "discount-above-goods"),
        ],
    )  # fmt: skip
    def test_what_makes_no_sense_is_refused(
        self, client: FlaskClient, facts: dict[str, Any], pointer: str, code: str
    ) -> None:
        refused(client, code, pointer, line() | facts)

    @pytest.mark.parametrize(
        ("facts", "pointer"),
        [
            ({"taxes": [{"name": f"T{number}", "rate": "1"} for number in range(6)]}, "/items/0/taxes"),
            ({"options": [{"name": f"o{number}", "value": "v"} for number in range(21)]}, "/items/0/options"),
            ({"options": [{"name": "n" * 65, "value": "v"}]}, "/items/0/options/0/name"),
        ],
    )
    def test_lists_and_texts_have_bounds(self, client: FlaskClient, facts: dict[str, Any], pointer: str) -> None:
        answer = client.post(ORDERS, json={"items": [line() | facts]})
        assert answer.status_code == 422
        assert pointer in [one["pointer"] for one in answer.get_json()["errors"]]


class TestCorrecting:
    def test_name_sku_options_and_taxes_change_by_one_event_with_its_reason(
        self, client: FlaskClient, runtime: Runtime
    ) -> None:
        order = place(client, line(1, "12.00", tax_rate="20"))
        change = {
            "name": "Green cup",
            "sku": "CUP-2",
            "options": [{"name": "colour", "value": "green"}],
            "tax_rate": "5.5",
            "reason": "Wrong article",
        }
        news = News(runtime)
        answer = client.patch(f"{ORDERS}/{order['id']}/items/1", json=change)
        assert answer.status_code == 200, answer.get_json()
        item = answer.get_json()["items"][0]
        assert (item["name"], item["sku"], item["tax_rate"]) == ("Green cup", "CUP-2", "5.50")
        assert item["options"] == change["options"]
        (event,) = news.events()
        assert (event.TOPIC, event.metadata.reason) == ("order.item-corrected", "Wrong article")

    def test_once_units_were_refunded_the_taxes_stay_and_once_they_were_sent_the_sku(self, client: FlaskClient) -> None:
        order = place(client, line(2, "12.00", tax_rate="20"))
        url = f"{ORDERS}/{order['id']}"
        client.post(f"{url}/payments", json={"method": "card"})
        client.post(f"{url}/shipments", json={"carrier": "dhl", "items": [{"item": "1", "quantity": 1}]})
        sent = client.patch(f"{url}/items/1", json={"sku": "CUP-2"})
        assert (sent.status_code, sent.get_json()["type"]) == (422, "/problems/sku-fixed")
        client.post(f"{url}/refunds", json={"items": [{"item": "1", "quantity": 1}]})
        refunded = client.patch(f"{url}/items/1", json={"tax_rate": "5.5"})
        assert (refunded.status_code, refunded.get_json()["type"]) == (422, "/problems/taxes-fixed")
        assert client.patch(f"{url}/items/1", json={"name": "Mug"}).status_code == 200


class TestWeighed:
    def test_a_part_of_a_unit_is_sold_sent_refunded_and_taken_back(self, client: FlaskClient) -> None:
        order = place(client, TEA)
        url, item = f"{ORDERS}/{order['id']}", order["items"][0]
        assert (item["quantity"], item["unit"], item["sku"], item["total"]) == ("0.350", "kg", "", eur("14.00"))
        client.post(f"{url}/payments", json={"method": "card"})
        part = {"items": [{"item": "1", "quantity": "0.100"}]}
        sent = client.post(f"{url}/shipments", json={"carrier": "dhl", **part})
        assert sent.get_json()["shipments"][0]["items"][0]["quantity"] == "0.100"
        assert sent.get_json()["fulfilment_status"] == "partially_shipped"
        rest = client.post(f"{url}/shipments", json={"carrier": "dhl"}).get_json()
        assert rest["shipments"][1]["items"] == [{"item": "1", "quantity": "0.250"}]
        back = client.post(f"{url}/returns", json=part).get_json()
        assert back["returns"][0]["items"] == [{"item": "1", "quantity": "0.100"}]
        received = client.post(f"{url}/returns/1/receipt", json=part)
        assert received.status_code in (200, 201), received.get_json()
        refunded = client.post(f"{url}/refunds", json=part).get_json()
        assert (refunded["refunds"][0]["amount"], refunded["items"][0]["kept"]) == (eur("4.00"), "0.250")
        fine = client.post(f"{url}/refunds", json={"items": [{"item": "1", "quantity": "0.0001"}]})
        assert fine.get_json()["errors"][0] | {"detail": ""} == {
            "pointer": "/items/0/quantity", "code": "quantity-too-fine", "detail": "",
        }  # fmt: skip

    def test_a_sku_whose_stock_is_counted_in_whole_units_cannot_be_weighed(self, client: FlaskClient) -> None:
        stocked = client.post("/api/v1/stock/TEA-1/receipts", json={"quantity": 5})
        assert stocked.status_code in (200, 201), stocked.get_json()
        answer = client.post(ORDERS, json={"items": [TEA | {"sku": "TEA-1"}], "place": True})
        assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/stock-in-whole-units")
        assert place(client, TEA | {"sku": "TEA-2"})["items"][0]["quantity"] == "0.350"


class TestDiscountLines:
    def test_one_takes_off_goods_of_its_taxes_and_no_parcel_or_refund_names_it(self, client: FlaskClient) -> None:
        order = place(client, line(2, "6.00", tax_rate="20"), REBATE | {"tax_rate": "20"}, prices_include_tax=False)
        url = f"{ORDERS}/{order['id']}"
        assert [item["total"]["amount"] for item in order["items"]] == ["14.40", "-3.60"]
        assert (order["subtotal"], order["tax"], order["total"]) == (eur("9.00"), eur("1.80"), eur("10.80"))
        client.post(f"{url}/payments", json={"method": "card"})
        shipped = client.post(f"{url}/shipments", json={"carrier": "dhl"}).get_json()
        assert shipped["shipments"][0]["items"] == [{"item": "1", "quantity": 2}]
        assert shipped["fulfilment_status"] == "shipped"
        named = client.post(f"{url}/refunds", json={"items": [{"item": "2", "quantity": 1}]})
        assert (named.status_code, named.get_json()["type"]) == (422, "/problems/refund-above-line")
        half = client.post(f"{url}/refunds", json={"items": [{"item": "1", "quantity": 1}]}).get_json()
        assert half["refunds"][0]["amount"] == eur("5.40")
        whole = client.post(f"{url}/refunds", json={"items": [{"item": "1", "quantity": 1}]}).get_json()
        assert (whole["payment_status"], whole["balance"]) == ("refunded", eur("0.00"))

    def test_goods_never_fall_below_it(self, client: FlaskClient) -> None:
        order = create(client, line(1, "6.00"), line(1, "2.00", sku="LID-1"), REBATE)
        url = f"{ORDERS}/{order['id']}"
        for answer in (
            client.delete(f"{url}/items/1", json={}),
            client.patch(f"{url}/items/1", json={"unit_price": eur("0.99")}),
            client.patch(f"{url}/items/3", json={"unit_price": eur("-8.01")}),
            client.patch(f"{url}/items/1", json={"tax_rate": "20"}),
            client.post(f"{url}/items", json=REBATE | {"unit_price": eur("-5.01")}),
        ):
            assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/discount-above-goods")
        assert client.get(url).get_json()["version"] == order["version"]
        flipped = client.patch(f"{url}/items/3", json={"unit_price": eur("3.00")})
        assert flipped.get_json()["type"] == "/problems/discount-stays"


def test_shipping_without_tax_beside_prices_that_hold_it(client: FlaskClient) -> None:
    facts = {"shipping_charge": eur("5.00"), "shipping_tax_rate": "20", "shipping_includes_tax": False}
    order = place(client, line(1, "12.00", tax_rate="20"), **facts)
    assert (order["shipping_total"], order["total"], order["tax"]) == (eur("6.00"), eur("18.00"), eur("3.00"))
    assert (order["shipping_charge"], order["shipping_includes_tax"]) == (eur("5.00"), False)
