"""Invoices and credit notes over HTTP: numbered without a gap, frozen when issued, refused where wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from domain.orders.issuing import IssueInvoice
from printing import press
from projections.papers import kept_prints
from projections.papers.kept_prints import DocumentAltered
from projections.runtime import Runtime
from tests.api.desk import API, BILLING, ORDERS, SETTINGS, eur, line, place
from tests.api.invoices import SELLER, frozen, issue, refund, set_up, text
from tests.api.test_problems import refused
from tests.damage import as_owner
from tests.fixtures_api import context_of, dump
from tests.given import NOW


def test_fifty_invoices_at_once_have_fifty_numbers_without_a_gap(client: FlaskClient, runtime: Runtime) -> None:
    set_up(client)
    orders = [place(client) for _ in range(50)]
    refused_one = place(client, billing_address={})

    def invoice(order: dict[str, Any]) -> str:
        command = IssueInvoice(order_id=UUID(order["id"]), context=context_of())
        document = runtime.desk.handle(command).aggregate.documents[0]
        return str(document.number)

    refused(issue(client, refused_one), 422, "buyer-missing")
    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(pool.map(invoice, orders))
    year = numbers[0][1:5]
    assert numbers == [f"F{year}-{count:05d}" for count in range(1, 51)]


def test_an_issued_invoice_stays_as_it_was_and_a_void_says_so(client: FlaskClient) -> None:
    set_up(client)
    order = place(client)
    issued = issue(client, order)
    assert issued.status_code == 201, issued.get_data(as_text=True)
    number = issued.get_json()["number"]
    refused(issue(client, order), 422, "already-invoiced")
    kept = frozen(client, order, number)
    client.put(f"{SETTINGS}/seller", json={**SELLER, "company": "Renamed", "vat_number": "FR00732829320"})
    client.post(f"{ORDERS}/{order['id']}/notes", json={"text": "Later"})
    assert frozen(client, order, number) == kept


@pytest.mark.parametrize(("name", "told"), [("\U00010a00", "KHAROSHTHI LETTER A"), ("Zoé \ue000", "U+E000")])
def test_an_invoice_with_a_character_that_cannot_be_printed_is_refused_and_takes_no_number(
    client: FlaskClient, name: str, told: str
) -> None:
    set_up(client)
    order = place(client, billing_address={**BILLING, "name": name})
    problem = refused(issue(client, order), 422, "unprintable-characters")
    assert told in problem["detail"]
    receipt = client.get(f"{ORDERS}/{order['id']}/receipt.pdf")
    assert receipt.status_code == 200, "a receipt is printed, and says what is written by its number"
    first = issue(client, place(client)).get_json()["number"]
    assert first.endswith("00001")


def test_one_key_issues_one_invoice(client: FlaskClient) -> None:
    set_up(client)
    order, key = place(client), {"Idempotency-Key": "once"}
    first, again = (
        client.post(f"{ORDERS}/{order['id']}/documents", json={"kind": "invoice"}, headers=key) for _ in range(2)
    )
    assert (first.status_code, again.get_json()) == (201, first.get_json())
    next_one = issue(client, place(client)).get_json()["number"]
    assert int(next_one[-5:]) == int(first.get_json()["number"][-5:]) + 1


def test_a_credit_note_refers_to_the_invoice_and_never_exceeds_it(client: FlaskClient) -> None:
    set_up(client)
    order = place(client)
    refund(client, order, items=[{"item": "1", "quantity": 1}])
    refused(issue(client, order, kind="credit_note", refund="1"), 422, "not-invoiced")
    number = issue(client, order).get_json()["number"]
    note = issue(client, order, kind="credit_note", refund="1")
    assert note.status_code == 201, note.get_data(as_text=True)
    assert (note.get_json()["refers_to"], note.get_json()["total"]["amount"]) == (number, "10.00")
    refused(issue(client, order, kind="credit_note", refund="1"), 422, "already-credited")
    printed = text(
        client.post(f"{API}/documents", json={"orders": [order["id"]], "kind": "credit_note", "locale": "en"})
    )
    assert note.get_json()["number"] in printed
    assert number in printed


def test_an_invoice_says_why_it_has_no_tax(client: FlaskClient) -> None:
    set_up(client)
    taxed, free = place(client, line(tax_rate="20.00")), place(client, line(tax_rate="0.00"))
    refused(issue(client, taxed, exemption="export"), 422, "tax-charged")
    refused(issue(client, free, exemption="charity"), 422, "invalid-fields")
    problem = refused(issue(client, free, exemption="export"), 422, "exemption-misplaced")
    assert problem["errors"][0]["pointer"] == "/exemption"
    abroad = {**BILLING, "country": "US"}
    client.put(f"{ORDERS}/{free['id']}/billing-address", json=abroad)
    problem = refused(issue(client, free), 422, "exemption-missing")
    assert problem["details"] == {"country": "US", "known": "export, reverse-charge"}
    assert issue(client, free, exemption="export").status_code == 201
    told = text(client.post(f"{API}/documents", json={"orders": [free["id"]], "kind": "invoice", "locale": "fr"}))
    assert "Exonération de TVA, art. 262, I du CGI" in told


def test_an_invoice_in_another_currency_tells_its_tax_in_euros(client: FlaskClient) -> None:
    set_up(client)
    dollars = {"amount": "10.00", "currency": "USD"}
    items = [{"sku": "CUP-1", "name": "Blue cup", "quantity": 2, "unit_price": dollars, "tax_rate": "20.00"}]
    order = place(client, *items, currency="USD")
    refused(issue(client, order), 422, "euro-rate-missing")
    refused(issue(client, order, euro_rate="about 1"), 422, "invalid-fields")
    refused(issue(client, order, euro_rate="0"), 422, "euro-rate-missing")
    assert issue(client, order, euro_rate="1.085").status_code == 201
    told = text(client.post(f"{API}/documents", json={"orders": [order["id"]], "kind": "invoice", "locale": "en"}))
    assert "1 EUR = 1.085 USD" in told


def test_a_series_begun_elsewhere_goes_on_with_its_numbers(client: FlaskClient) -> None:
    set_up(client)
    shop = {"kind": "invoice", "prefix": "SHOP-", "yearly": False, "first": 410}
    assert client.put(f"{SETTINGS}/papers/series/shop", json=shop).status_code == 200
    numbers = [issue(client, place(client), series="shop").get_json()["number"] for _ in range(2)]
    assert numbers == ["SHOP-00410", "SHOP-00411"]
    refused(issue(client, place(client), series="market"), 422, "unknown-series")
    changed = client.put(f"{SETTINGS}/papers/series/shop", json={**shop, "prefix": "S-"})
    refused(changed, 422, "series-fixed")
    clash = client.put(f"{SETTINGS}/papers/series/other", json={"kind": "credit_note", "prefix": "SHOP-"})
    refused(clash, 422, "prefix-taken")


class TestAnIssuedDocument:
    """An invoice, printed before and after everything around it has changed."""

    def issued(self, client: FlaskClient, order: dict[str, Any]) -> str:
        set_up(client)
        answer = issue(client, order)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["number"])

    def printed(self, client: FlaskClient, number: str) -> Any:
        order_id = self.order["id"]
        with client.application.test_request_context():
            paper = client.application.extensions["carnet.papers"].paper(UUID(order_id), "invoice", number)
            return press.printed(
                client.application.extensions["carnet.papers"], paper, "invoice", "a4", "", "operator:ada", NOW
            )

    order: dict[str, Any]

    def test_it_prints_in_its_first_bytes_whatever_the_program_draws_now(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.order = place(client)
        number = self.issued(client, self.order)
        first = self.printed(client, number)
        monkeypatch.setattr("printing.documents.pages.FOOT", 270.0)
        assert self.printed(client, number) == first
        assert first.differs_from == ""

    def test_it_prints_with_its_buyer_after_the_customer_was_erased(
        self, client: FlaskClient, runtime: Runtime
    ) -> None:
        self.order = place(client, shipping_address={**BILLING, "line1": "5 Other Street", "email": ""})
        number = self.issued(client, self.order)
        customer = f"{API}/customers/{self.order['customer']['id']}"
        erased = client.delete(customer, headers={"If-Match": client.get(customer).headers["ETag"]})
        assert erased.status_code in (200, 204), erased.get_data(as_text=True)
        receipt = text(client.get(f"{ORDERS}/{self.order['id']}/receipt.pdf"))
        assert "Nora" not in receipt
        [page] = PdfReader(BytesIO(self.printed(client, number).data)).pages
        told = page.extract_text()
        assert "Nora Example" in told
        assert "5 Other Street" in told
        assert "Nora" not in dump(runtime)

    def test_its_bytes_changed_outside_are_told_and_not_given(self, client: FlaskClient, runtime: Runtime) -> None:
        self.order = place(client)
        number = self.issued(client, self.order)
        self.printed(client, number)
        with as_owner(runtime.settings.database_url) as connection:
            connection.execute(
                "UPDATE log.kept_prints SET content = set_byte(content, 40, 255 - get_byte(content, 40))"
            )
        with pytest.raises(DocumentAltered):
            self.printed(client, number)

    def test_it_is_let_go_when_nobody_has_to_keep_it_any_more(self, client: FlaskClient, runtime: Runtime) -> None:
        self.order = place(client)
        number = self.issued(client, self.order)
        self.printed(client, number)
        today = datetime.now(UTC).date()
        with runtime.pool.connection() as connection, as_owner(runtime.settings.database_url) as keeper:
            keeper.execute("UPDATE log.issued_documents SET issued_on = issued_on - 3652")
            assert kept_prints.release(connection, today, 10) == 0
            keeper.execute("UPDATE log.issued_documents SET issued_on = issued_on - 8")
            assert kept_prints.release(connection, today, 10) == 1
        assert "Erased" in PdfReader(BytesIO(self.printed(client, number).data)).pages[0].extract_text()


class TestInvoicesThatDiffer:
    """An invoice is frozen, its order goes on: whoever edits it is told, and the register lists it."""

    @pytest.fixture
    def order(self, client: FlaskClient) -> dict[str, Any]:
        set_up(client)
        order = place(client, line(2, tax_rate="20.00"), line(1, "5.00", sku="LID-1", tax_rate="20.00"))
        assert issue(client, order).get_json()["differs"] is False
        return order

    def notices(self, client: FlaskClient, order: dict[str, Any]) -> list[str]:
        told = client.get(f"{ORDERS}/{order['id']}").get_json()["notices"]
        return [one["detail"].partition(": ")[0] for one in told if one["code"] == "invoice-differs"]

    def listed(self, client: FlaskClient, differs: str, after: Any) -> list[str]:
        """The numbers that the register lists once it has a write."""
        fresh = {"X-Min-Position": after.headers["X-Position"]}
        found = client.get(f"{API}/documents?differs={differs}", headers=fresh).get_json()["items"]
        assert all(one["differs"] is (differs == "true") for one in found)
        return [one["number"] for one in found]

    @pytest.mark.parametrize(
        ("method", "path", "body", "differs"),
        [
            ("patch", "items/1", {"quantity": 1}, "amount, lines"),
            ("patch", "items/1", {"unit_price": eur("9.00")}, "amount"),
            ("delete", "items/2", {}, "amount, lines"),
            ("patch", "items/1", {"name": "Green cup"}, "lines"),
            ("patch", "items/1", {"options": [{"name": "colour", "value": "green"}]}, "lines"),
            ("post", "items", line(1, "0.00", sku="GIFT"), "lines"),
            ("put", "discount", {"amount": eur("1.00")}, "amount"),
            ("put", "shipping-charge", {"amount": eur("1.00")}, "amount"),
            ("put", "billing-address", {**BILLING, "company": "Example Works"}, "buyer"),
            ("put", "shipping-address", {**BILLING, "city": "Lyon"}, "delivery"),
            ("post", "status", {"status": "cancelled"}, "amount"),
        ],
    )
    def test_an_edit_says_so(
        self, client: FlaskClient, order: dict[str, Any], method: str, path: str, body: dict[str, Any], differs: str
    ) -> None:
        answer = getattr(client, method)(f"{ORDERS}/{order['id']}/{path}", json=body)
        assert answer.status_code in (200, 201)
        assert self.notices(client, order) == [f"Invoice F2026-00001 no longer tells the order ({differs})"]

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("put", "billing-address", {**BILLING, "phone": "+33 1"}),
            ("put", "source", {"source": "telephone"}),
            ("post", "payments", {"method": "card"}),
            ("put", "tags", {"tags": ["gift"]}),
        ],
    )
    def test_what_no_paper_shows_changes_nothing(
        self, client: FlaskClient, order: dict[str, Any], method: str, path: str, body: dict[str, Any]
    ) -> None:
        assert getattr(client, method)(f"{ORDERS}/{order['id']}/{path}", json=body).status_code in (200, 201)
        assert self.notices(client, order) == []

    def test_a_refund_differs_until_it_is_credited(self, client: FlaskClient, order: dict[str, Any]) -> None:
        refund(client, order, items=[{"item": "1", "quantity": 1}])
        assert self.notices(client, order) == ["Invoice F2026-00001 no longer tells the order (amount, lines)"]
        assert issue(client, order, kind="credit_note", refund="1").status_code == 201
        assert self.notices(client, order) == []

    @pytest.mark.usefixtures("projecting")
    def test_the_register_lists_them_and_compares_nobody_who_was_forgotten(
        self, client: FlaskClient, order: dict[str, Any]
    ) -> None:
        url, number = f"{ORDERS}/{order['id']}", "F2026-00001"
        edited = client.put(f"{url}/source", json={"source": "telephone"})
        assert (self.listed(client, "true", edited), self.listed(client, "false", edited)) == ([], [number])
        edited = client.put(f"{url}/billing-address", json={**BILLING, "company": "Example Works"})
        assert (self.listed(client, "true", edited), self.listed(client, "false", edited)) == ([number], [])
        card = f"{API}/customers/{order['customer']['id']}"
        forgotten = client.delete(card, headers={"If-Match": "*"})
        assert self.listed(client, "true", forgotten) == []
        assert self.notices(client, order) == []
