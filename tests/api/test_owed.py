"""What is owed, through the API: every case in which a balance, a payment status or a document once told otherwise."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from domain.orders.payments import RecordPayment
from projections.runtime import Runtime
from tests.api.desk import ORDERS, SETTINGS, News, coupon, eur, line
from tests.api.invoices import issue, set_up
from tests.api.owed import OrderOnTheDesk, figures, three
from tests.api.test_payment_links import WEBHOOKS, begun, path, told
from tests.api.test_problems import refused
from tests.fixtures_api import context_of
from tests.workers.working import eventually, working
from workers.effects import PERFORMED


@pytest.fixture(scope="module")
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for the whole file."""
    return shared_runtime


class TestWhatIsKept:
    @pytest.mark.parametrize("first", ["refund", "delete"])
    def test_a_refunded_line_and_a_deleted_one_are_both_not_kept(self, client: FlaskClient, first: str) -> None:
        order = three(client)
        order.pay("30.00")
        steps = [lambda: order.refund(("1", 1)), lambda: order.ask("DELETE", "/items/3")]
        for step in steps if first == "refund" else reversed(steps):
            step()
        assert figures(order.read()) == ("-10.00", "10.00", "overpaid")
        assert order.read()["kept"] == eur("10.00")

    def test_a_refund_of_a_line_gives_back_nothing_of_what_was_paid_twice(self, client: FlaskClient) -> None:
        order = three(client)
        order.pay("30.00")
        order.pay("30.00")
        assert figures(order.refund(("1", 1))) == ("-30.00", "30.00", "overpaid")

    def test_a_quantity_says_how_many_are_kept_from_now_on(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(3, "10.00"))
        order.pay("30.00")
        order.refund(("1", 1))
        [told] = order.change("1", quantity=2)["items"]
        assert (told["quantity"], told["refunded"], told["kept"]) == (3, 1, 2)
        assert figures(order.change("1", unit_price=eur("12.00"))) == ("4.00", "0.00", "partially_paid")
        order.refuses("/refunds", "refund-above-line", "/items/0", items=[{"item": "1", "quantity": 3}])
        order.pay()
        assert order.refund(("1", 2))["refunds"][-1]["amount"] == eur("24.00")
        assert figures(order.read()) == ("0.00", "0.00", "refunded")

    def test_taking_a_line_off_leaves_its_refunded_units(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(3, "10.00"), line(1, "5.00"))
        order.pay()
        order.refund(("1", 1))
        shown = order.ask("DELETE", "/items/1")
        assert [(one["quantity"], one["refunded"], one["kept"]) for one in shown["items"]] == [(1, 1, 0), (1, 0, 1)]
        assert figures(shown) == ("-20.00", "20.00", "overpaid")

    def test_goodwill_and_shipping_lower_what_is_kept(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(2, "10.00"), shipping_charge=eur("6.00"))
        order.pay()
        shown = order.refund(shipping=eur("6.00"), goodwill=eur("2.00"))
        assert (shown["kept"], figures(shown)) == (eur("18.00"), ("0.00", "0.00", "partially_refunded"))


class TestCancelled:
    @pytest.mark.usefixtures("projecting")
    def test_a_cancelled_order_that_was_paid_is_to_be_given_back(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(1, "12.00"))
        order.pay()
        assert figures(order.move("cancelled")) == ("-12.00", "12.00", "overpaid")
        row = order.client.get(f"{ORDERS}?q={order.read()['number']}", headers=fresh(order)).get_json()["items"][0]
        assert (figures(row), row["kept"]) == (("-12.00", "12.00", "overpaid"), eur("0.00"))
        shown = order.refund(amount=eur("12.00"))
        assert (shown["refunds"][0]["credit"], figures(shown)) == (eur("12.00"), ("0.00", "0.00", "refunded"))

    def test_a_cancelled_order_that_was_not_paid_owes_nothing(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(1, "12.00"))
        assert figures(order.move("cancelled")) == ("0.00", "0.00", "unpaid")

    def test_cancelled_while_its_payment_page_is_open_then_paid(
        self, client: FlaskClient, runtime: Runtime, stranger: FlaskClient
    ) -> None:
        online(client)
        order = OrderOnTheDesk(client, line(1, "12.00"))
        charge = begun(stranger, path(order.ask("POST", "/payment-link")["url"]))
        order.move("cancelled")
        pay_page(runtime, stranger, charge)
        with working(runtime, {"webhook.process": PERFORMED["webhook.process"]}):
            eventually(lambda: order.read()["paid"] == eur("12.00"), "the payment came in")
        assert figures(order.read()) == ("-12.00", "12.00", "overpaid")


class TestPaidTwiceOrAgain:
    def test_the_second_payment_given_back_leaves_a_paid_order(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(1, "12.00"))
        order.pay()
        order.pay("12.00")
        shown = order.refund(credit=eur("12.00"))
        assert (figures(shown), shown["items"][0]["kept"]) == (("0.00", "0.00", "paid"), 1)

    def test_an_amount_alone_is_first_credit_then_goodwill_and_the_answer_says_so(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(1, "12.00"))
        order.pay("20.00")
        shown = order.refund(amount=eur("10.00"))
        [refund] = shown["refunds"]
        assert (refund["amount"], refund["credit"], refund["goodwill"]) == (eur("10.00"), eur("8.00"), eur("2.00"))
        assert figures(shown) == ("0.00", "0.00", "partially_refunded")

    def test_refunded_in_full_and_paid_another_way(self, client: FlaskClient) -> None:
        online(client)
        order = OrderOnTheDesk(client, line(1, "12.00"))
        order.pay()
        assert figures(order.refund(("1", 1))) == ("0.00", "0.00", "refunded")
        link = order.ask("POST", "/payment-link", reason="Pays by transfer")
        assert link["amount"] == eur("12.00")
        shown = order.read()
        assert (figures(shown), shown["items"][0]["kept"]) == (("12.00", "0.00", "unpaid"), 1)
        assert shown["refunds"][0]["pay_again"]
        assert figures(order.pay(method="transfer")) == ("0.00", "0.00", "paid")

    def test_money_that_comes_in_another_way_after_a_full_refund_pays_the_order(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(1, "12.00"))
        order.pay()
        order.refund(goodwill=eur("12.00"))
        assert figures(order.pay("12.00", method="transfer")) == ("0.00", "0.00", "paid")

    def test_money_that_is_only_to_be_given_back_again_does_not(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(1, "12.00"))
        order.pay()
        order.refund(("1", 1))
        assert figures(order.pay("12.00", pay_again=False)) == ("-12.00", "12.00", "overpaid")

    def test_a_refund_may_say_at_once_that_it_is_paid_another_way(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(2, "6.00"))
        order.pay()
        assert figures(order.refund(("1", 1), pay_again=True)) == ("6.00", "0.00", "partially_paid")
        assert figures(order.pay(method="transfer")) == ("0.00", "0.00", "paid")


class TestWithdrawing:
    @pytest.mark.usefixtures("projecting")
    def test_a_refund_written_down_wrongly_is_withdrawn_with_a_reason(
        self, client: FlaskClient, runtime: Runtime
    ) -> None:
        order = OrderOnTheDesk(client, line(2, "6.00"))
        order.pay()
        order.refund(("1", 1))
        news = News(runtime)
        shown = order.ask("POST", "/refunds/1/withdraw", reason="Wrong order")
        assert news.topics() == ["order.refund-withdrawn"]
        assert (figures(shown), shown["items"][0]["kept"]) == (("0.00", "0.00", "paid"), 2)
        [refund] = shown["refunds"]
        assert (refund["state"], refund["withdrawn_because"]) == ("withdrawn", "Wrong order")
        entry = client.get(f"{order.url}/timeline", headers=fresh(order)).get_json()["items"][-2]
        assert (entry["topic"], entry["reason"]) == ("order.refund-withdrawn", "Wrong order")
        order.refuses(
            "/refunds/1/withdraw", "refund-already-withdrawn", "/refund", status=409, reason="Wrong order, again"
        )

    def test_a_refund_of_a_provider_is_not_withdrawn(self, client: FlaskClient, runtime: Runtime) -> None:
        order = provider_paid(client, runtime)
        order.refund(credit=eur("12.00"), payment="1")
        order.refuses("/refunds/1/withdraw", "refund-with-provider", "/refund", reason="Wrong order")

    def test_a_withdrawal_says_why(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client)
        order.pay()
        order.refund(goodwill=eur("1.00"))
        order.refuses("/refunds/1/withdraw", "invalid-fields", "/reason")
        order.refuses("/refunds/2/withdraw", "refund-not-on-order", "/refund", reason="Wrong order")

    def test_a_refund_with_a_credit_note_is_not_withdrawn(self, client: FlaskClient) -> None:
        set_up(client)
        order = OrderOnTheDesk(client)
        order.pay()
        order.refund(("1", 1))
        order.ask("POST", "/documents", kind="invoice")
        order.ask("POST", "/documents", kind="credit_note", refund="1")
        order.refuses("/refunds/1/withdraw", "refund-credited", "/refund", reason="Wrong order")

    def test_a_return_that_was_settled_by_it_is_open_again(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client)
        order.pay()
        order.ask("POST", "/shipments", carrier="dhl")
        order.ask("POST", "/returns", items=[{"item": "1", "quantity": 1}])
        order.ask("POST", "/returns/1/receipt", items=[{"item": "1", "quantity": 1}])
        order.refund(("1", 1))
        assert order.ask("POST", "/returns/1/settlement", refund="1")["return_status"] == "settled"
        assert order.ask("POST", "/refunds/1/withdraw", reason="Wrong line")["return_status"] == "received"


class TestCash:
    def test_cash_is_a_payment_what_was_handed_over_and_change(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(7, "10.00"))
        shown = order.pay(method="cash", handed_over=eur("200.00"))
        [payment] = shown["payments"]
        told = [payment[name]["amount"] for name in ("amount", "handed_over", "change")]
        assert (told, figures(shown)) == (["70.00", "200.00", "130.00"], ("0.00", "0.00", "paid"))
        for form, locale, words in (
            ("a4", "en", "Change"), ("80mm", "en", "Change"), ("a4", "fr", "Monnaie rendue"),
            ("80mm", "fr", "Monnaie rendue"),
        ):  # fmt: skip
            printed = receipt(order, f"format={form}&locale={locale}")
            assert words in printed
            assert "130" in printed
            assert "200" in printed

    def test_change_and_amount_follow_from_each_other(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(7, "10.00"))
        cash: dict[str, Any] = {"method": "cash", "handed_over": eur("50.00")}
        [payment] = order.pay(**cash, change=eur("20.00"))["payments"]
        assert (payment["amount"], payment["change"]) == (eur("30.00"), eur("20.00"))
        assert order.pay("10.00", **cash)["payments"][1]["change"] == eur("40.00")
        assert order.pay(**cash)["payments"][2]["amount"] == eur("30.00")

    @pytest.mark.parametrize(
        ("facts", "code", "pointer"),
        [
            ({"handed_over": "20.00", "change": "20.01"}, "change-above-handed-over", "/change"),
            ({"handed_over": "20.00", "change": "20.00"}, "amount-not-positive", "/amount"),
            ({"handed_over": "10.00", "amount": "20.00"}, "handed-over-below-amount", "/handed_over"),
            ({"handed_over": "50.00", "amount": "20.00", "change": "20.00"}, "change-differs", "/change"),
            ({"amount": "20.00", "change": "5.00"}, "handed-over-missing", "/handed_over"),
            ({"handed_over": "0.00"}, "amount-not-positive", "/handed_over"),
        ],
    )
    def test_cash_that_does_not_add_up_is_refused(
        self, client: FlaskClient, facts: dict[str, str], code: str, pointer: str
    ) -> None:
        cash: dict[str, Any] = {name: eur(amount) for name, amount in facts.items()}
        OrderOnTheDesk(client).refuses("/payments", code, pointer, method="cash", **cash)


class TestPapers:
    def test_invoice_and_credit_note_tell_what_is_kept(self, client: FlaskClient) -> None:
        set_up(client)
        order = OrderOnTheDesk(client, line(1, "12.00", sku="A"), line(1, "12.00", sku="B"))
        order.pay()
        order.refund(("1", 1))
        coupon(client, "HALFOFF", kind="percent", percent="50")
        order.ask("POST", "/coupons", code="HALFOFF")
        assert order.ask("POST", "/documents", kind="invoice")["total"] == eur("12.00")
        assert order.ask("POST", "/documents", kind="credit_note", refund="1")["total"] == eur("6.00")
        shown = order.read()
        assert (shown["kept"], figures(shown)) == (eur("6.00"), ("-6.00", "6.00", "overpaid"))

    def test_what_was_paid_too_much_is_not_credited(self, client: FlaskClient) -> None:
        set_up(client)
        order = OrderOnTheDesk(client)
        order.pay("25.00")
        order.refund(amount=eur("5.00"))
        order.ask("POST", "/documents", kind="invoice")
        order.refuses("/documents", "nothing-credited", "/refund", kind="credit_note", refund="1")

    def test_the_money_of_a_cancelled_order_is_credited(self, client: FlaskClient) -> None:
        set_up(client)
        order = OrderOnTheDesk(client)
        order.pay("25.00")
        order.ask("POST", "/documents", kind="invoice")
        order.move("cancelled")
        order.refund(amount=eur("25.00"))
        assert order.ask("POST", "/documents", kind="credit_note", refund="1")["total"] == eur("20.00")

    def test_an_order_credited_in_full_and_paid_another_way_is_invoiced_anew(self, client: FlaskClient) -> None:
        set_up(client)
        order = OrderOnTheDesk(client)
        order.pay()
        order.ask("POST", "/documents", kind="invoice")
        order.refund(("1", 2))
        order.ask("POST", "/documents", kind="credit_note", refund="1")
        refused(issue(client, order.read()), 422, "already-invoiced")
        order.pay("20.00", method="transfer")
        assert order.ask("POST", "/documents", kind="invoice")["total"] == eur("20.00")

    def test_a_receipt_of_a_cancelled_order_says_what_is_to_be_given_back(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client, line(1, "12.00"))
        order.pay()
        order.move("cancelled")
        printed = receipt(order, "locale=en")
        assert "Credit" in printed


class TestBadInput:
    def test_parts_that_do_not_come_to_the_amount_are_refused(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client)
        order.pay()
        lines = [{"item": "1", "quantity": 1}]
        order.refuses("/refunds", "refund-parts-differ", "/amount", items=lines, amount=eur("9.99"))
        order.refuses("/refunds", "refund-parts-differ", "/amount", goodwill=eur("1.00"), amount=eur("2.00"))
        order.refuses("/refunds", "amount-not-positive", "/amount", amount=eur("0.00"))
        assert order.refund(("1", 1), amount=eur("10.00"))["refunded"] == eur("10.00")

    def test_no_more_credit_goes_back_than_was_overpaid(self, client: FlaskClient) -> None:
        order = OrderOnTheDesk(client)
        order.pay("25.00")
        order.refuses("/refunds", "credit-above-overpaid", "/credit", credit=eur("5.01"))
        order.refund(credit=eur("5.00"))
        order.refuses("/refunds", "credit-above-overpaid", "/credit", credit=eur("0.01"))

    def test_credit_that_a_provider_was_asked_for_is_not_given_twice(
        self, client: FlaskClient, runtime: Runtime
    ) -> None:
        order = provider_paid(client, runtime)
        order.refund(credit=eur("12.00"), payment="1")
        order.refuses("/refunds", "credit-above-overpaid", "/credit", credit=eur("0.01"))


@pytest.mark.parametrize(
    ("method", "route", "body"),
    [
        ("POST", "/payments", {"method": "card"}),
        ("DELETE", "/payments/1", {}),
        ("POST", "/payments/2/void", {}),
        ("POST", "/payments/2/capture", {}),
        ("POST", "/payment-requests", {"token": "tok_ok", "method": "online"}),
        ("POST", "/payment-link", {}),
        ("POST", "/refunds", {"goodwill": eur("1.00")}),
    ],
)
def test_every_route_of_money_keeps_its_reason(
    client: FlaskClient, runtime: Runtime, method: str, route: str, body: dict[str, Any]
) -> None:
    online(client)
    order = OrderOnTheDesk(client)
    order.pay("5.00")
    order.pay("5.00", state="authorized")
    news = News(runtime)
    order.ask(method, route, **body, reason="As agreed on the telephone")
    assert {event.metadata.reason for event in news.events()} == {"As agreed on the telephone"}


def online(client: FlaskClient) -> None:
    """The shop takes money by the sandbox."""
    method = {"label": "Card online", "provider": "sandbox"}
    assert client.put(f"{SETTINGS}/payment-methods/online", json=method).status_code == 200


def pay_page(runtime: Runtime, stranger: FlaskClient, charge: str) -> None:
    """Pays on the sandbox's page and has the shop told."""
    assert stranger.post(charge, data={"choice": "pay"}).status_code == 303
    body, headers = told(runtime, charge)
    assert stranger.post(WEBHOOKS, data=body, headers=headers).status_code == 204


def provider_paid(client: FlaskClient, runtime: Runtime) -> OrderOnTheDesk:
    """An order of 12.00 paid with a provider, then once more by hand."""
    online(client)
    order = OrderOnTheDesk(client, line(1, "12.00"))
    identity = UUID(order.url.rpartition("/")[2])
    payment = RecordPayment(
        order_id=identity, context=context_of(), method="online", provider="sandbox", reference=f"ch {identity}"
    )
    runtime.desk.handle(payment)
    order.pay("12.00")
    return order


def receipt(order: OrderOnTheDesk, query: str) -> str:
    answer = order.client.get(f"{order.url}/receipt.pdf?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)


def fresh(order: OrderOnTheDesk) -> dict[str, str]:
    """What asks for a view that shows the order as it is."""
    answer = order.client.post(f"{order.url}/notes", json={"text": "Looked at"})
    return {"X-Min-Position": answer.headers["X-Position"]}
