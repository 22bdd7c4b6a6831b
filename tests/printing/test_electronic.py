"""Electronic invoices: the same amounts as on paper, as the schema and the rules of EN 16931 want them."""

from __future__ import annotations

import sys
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from facturx import get_facturx_xml_from_pdf, xml_check_xsd
from flask.testing import FlaskClient
from hypothesis import given as drawn
from hypothesis import settings as drawing
from hypothesis import strategies as st
from msgspec.structs import replace
from pypdf import PdfReader

from domain.addresses import Address
from domain.events import Erased
from domain.handlers import HANDLERS
from domain.orders.issuing import IssueCreditNote, SeveralTaxesElectronic
from domain.orders.items import Option
from domain.orders.order import Order
from domain.orders.refund_parts import RefundLine
from domain.orders.refunded import RefundOrder
from domain.shop import Legal, Shop
from domain.taxes import single
from printing.cii import cii
from printing.documents import print_a4, sheet_of
from printing.electronic import factur_x, is_electronic
from printing.extras import ExtraMissing
from tests.api.desk import SETTINGS, place
from tests.api.invoices import issue, set_up
from tests.api.test_problems import refused
from tests.printing import papers

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
EXEMPT = Legal(siren="732829320", operation="services", exemption="TVA non applicable, art. 293 B du CGI")


def told(order: Order, shop: Shop | None = None) -> Element:
    """The XML of the order's last document, once the schema has let it pass."""
    data = cii(order, shop or papers.shop(), order.documents[-1])
    assert xml_check_xsd(data, flavor="factur-x", level="en16931")
    return fromstring(data)  # noqa: S314 (our own)


def texts(element: Element, *path: str) -> list[str]:
    return [found.text or "" for found in element.findall(".//" + "/".join(RAM + name for name in path))]


def sums(element: Element) -> dict[str, Decimal]:
    """The totals; of two totals of tax the first, which is in the document's currency."""
    [total] = element.iter(f"{RAM}SpecifiedTradeSettlementHeaderMonetarySummation")
    return {child.tag.removeprefix(RAM): Decimal(child.text or "0") for child in reversed(total)}


def add_up(element: Element) -> None:
    """The sums of EN 16931 (BR-CO-10, 13 to 16) and of its breakdown of tax (BR-S-8, BR-CO-17)."""
    total = sums(element)
    lines = element.findall(f".//{RAM}IncludedSupplyChainTradeLineItem")
    nets = [Decimal(net) for net in texts(element, "LineTotalAmount")[: len(lines)]]
    for line, net in zip(lines, nets, strict=True):
        told = (line.findtext(f".//{RAM}{name}") or "0" for name in ("ChargeAmount", "BilledQuantity", "ActualAmount"))
        price, units, cut = map(Decimal, told)
        smallest = Decimal(1).scaleb(int(net.as_tuple().exponent))
        assert abs(price * units - cut - net) <= smallest * (1 + units / 200)
    taxes = element.findall(f".//{RAM}ApplicableHeaderTradeSettlement/{RAM}ApplicableTradeTax")
    assert sum(nets) == total["LineTotalAmount"] == total["TaxBasisTotalAmount"]
    assert sum(Decimal(tax.findtext(f"{RAM}CalculatedAmount") or "") for tax in taxes) == total["TaxTotalAmount"]
    assert sum(Decimal(tax.findtext(f"{RAM}BasisAmount") or "") for tax in taxes) == total["TaxBasisTotalAmount"]
    assert total["GrandTotalAmount"] == total["TaxBasisTotalAmount"] + total["TaxTotalAmount"]
    due = total["GrandTotalAmount"] - total["TotalPrepaidAmount"] + total.get("RoundingAmount", 0)
    assert total["DuePayableAmount"] == due


def invoiced(**facts: object) -> Order:
    bought = {"billing_address": papers.WORKS, "shipping_address": papers.NORA, **facts}
    rate = {"euro_rate": bought.pop("euro_rate")} if "euro_rate" in bought else {}
    command = papers.invoiced(buyer_registration="000 000 000", buyer_reference="BC-17", **rate)
    return papers.decided(command, **bought)


def credited() -> Order:
    back = papers.asked(RefundOrder, lines=(RefundLine(item="1", quantity=1),), shipping=590, goodwill=100)
    note = papers.asked(IssueCreditNote, document_number="A2026-00007", refund="1", **papers.ISSUED)
    return papers.decided(papers.invoiced(), papers.paid(), back, note)


class TestTheXml:
    def test_an_invoice_tells_the_amounts_of_its_paper(self) -> None:
        order = invoiced(discount=300)
        element = told(order)
        add_up(element)
        document = order.documents[-1]
        total = sums(element)
        assert total["GrandTotalAmount"] * 100 == document.total
        assert total["TaxTotalAmount"] * 100 == document.tax
        assert total["DuePayableAmount"] == total["GrandTotalAmount"]
        assert texts(element, "ExchangedDocument", "TypeCode") == []
        assert element.findtext(f".//{RAM}TypeCode") == "380"
        assert texts(element, "SpecifiedLegalOrganization", "ID") == ["732829320", "000000000"]
        assert texts(element, "SpecifiedTaxRegistration", "ID") == ["FR00732829320", "FR00000000000"]
        assert texts(element, "BuyerOrderReferencedDocument", "IssuerAssignedID") == ["BC-17"]
        assert texts(element, "IncludedNote", "SubjectCode") == ["PMD", "PMT", "AAB"]
        assert texts(element, "ShipToTradeParty", "Name") == ["Élodie Exemple"]
        assert texts(element, "IBANID") == ["FR0000000000000000000000000"]

    def test_a_credit_note_refers_to_its_invoice(self) -> None:
        order = credited()
        element = told(order)
        add_up(element)
        assert sums(element)["GrandTotalAmount"] * 100 == order.documents[-1].total
        assert element.findtext(f".//{RAM}TypeCode") == "381"
        assert texts(element, "InvoiceReferencedDocument", "IssuerAssignedID") == ["F2026-00042"]
        assert sums(element)["DuePayableAmount"] == 0

    def test_a_correction_adds_up_as_well(self) -> None:
        order = papers.corrected()
        element = told(order)
        add_up(element)
        assert sums(element)["GrandTotalAmount"] * 100 == order.documents[-1].total == 500 + 1_300 + 4_500
        assert texts(element, "InvoiceReferencedDocument", "IssuerAssignedID") == ["F2026-00042"]

    @pytest.mark.parametrize(
        ("exemption", "category", "country"),
        [("reverse-charge", "AE", "DE"), ("intra-community", "K", "DE"), ("export", "G", "US"), ("", "E", "FR")],
    )
    def test_what_is_not_taxed_says_why(self, exemption: str, category: str, country: str) -> None:
        buyer = replace(papers.WORKS, country=country, vat_number="DE000000000")
        free = {"items": (papers.cup(taxes=single(0)),), "shipping_taxes": single(0), "billing_address": buyer}
        order = papers.decided(papers.invoiced(exemption=exemption), **free)
        shop = papers.shop(legal=EXEMPT) if not exemption else papers.shop()
        element = told(order, shop)
        add_up(element)
        assert set(texts(element, "CategoryCode")) == {category}
        [reason] = texts(element, "ExemptionReason")
        sheet = sheet_of(order, shop, "invoice", document=order.documents[-1])
        assert reason in sheet.small_print

    def test_a_currency_without_decimals_and_names_of_all_kinds_pass(self) -> None:
        names = ("Κούπα – kubek źdźbło", "Verylongname" * 16 + "<&>")
        items = tuple(papers.cup(name, 3, 1_200, taxes=single(100_000)) for name in names)
        element = told(invoiced(items=items, currency="JPY", locale="en", shipping_charge=800, euro_rate=160_500_000))
        add_up(element)
        assert "." not in texts(element, "GrandTotalAmount")[0]
        assert texts(element, "SpecifiedTradeProduct", "Name")[:2] == list(names)

    def test_tax_in_another_currency_is_told_in_euros_as_well(self) -> None:
        order = invoiced(currency="USD", euro_rate=1_085_000)
        element, sheet = told(order), sheet_of(order, papers.shop(), "invoice", document=order.documents[-1])
        assert texts(element, "TaxCurrencyCode") == ["EUR"]
        taxes = [one for one in element.iter(f"{RAM}TaxTotalAmount")]
        cents = round(Decimal(order.price.tax) / Decimal("1.085"))
        assert [(one.get("currencyID"), one.text) for one in taxes] == [
            ("USD", str(Decimal(order.price.tax).scaleb(-2))),
            ("EUR", str(Decimal(cents).scaleb(-2))),
        ]
        [figure] = [one for one in sheet.figures if "1 EUR = 1,085 USD" in one.label]
        assert figure.value.startswith(str(Decimal(cents).scaleb(-2)).replace(".", ","))

    def test_a_buyer_who_was_erased_long_ago_is_told_as_such(self) -> None:
        order = invoiced()
        gone = replace(order.documents[-1], buyer=Erased(), delivery=Erased(), buyer_registration=Erased())
        data = cii(order, papers.shop(), gone)
        assert xml_check_xsd(data, flavor="factur-x", level="en16931")
        assert "Effacé" in data.decode()
        assert "Ateliers" not in data.decode()

    @drawing(max_examples=60, deadline=None)
    @drawn(
        st.lists(
            st.tuples(st.integers(1, 40), st.integers(0, 99_999), st.sampled_from([0, 210, 550, 1_000, 2_000])),
            min_size=1,
            max_size=6,
        ),
        st.integers(0, 500),
        st.booleans(),
    )
    def test_its_sums_always_add_up(self, lines: list[tuple[int, int, int]], discount: int, included: bool) -> None:
        items = tuple(papers.cup("Tasse", quantity, price, taxes=single(rate)) for quantity, price, rate in lines)
        bought = sum(quantity * price for quantity, price, _ in lines)
        add_up(told(invoiced(items=items, discount=min(discount, bought), prices_include_tax=included)))

    def test_weights_options_exempt_lines_and_discounts_are_told_as_the_standard_has_them(self) -> None:
        items = (
            papers.cup("Tasse", 3, 1_999, options=(Option("couleur", "bleu"),)),
            papers.cup("Thé", Decimal("0.350"), 4_000, unit="kg", sku=""),
            papers.cup("Manuel", 1, 1_500, taxes=(), exemption="Livre scolaire"),
            papers.cup("Fidélité", 1, -500, sku=""),
        )
        element = told(papers.decided(papers.invoiced(), items=items))
        add_up(element)
        units = [(one.text, one.get("unitCode")) for one in element.iter(f"{RAM}BilledQuantity")]
        assert units == [("3", "C62"), ("0.350", "KGM"), ("1", "C62"), ("-1", "C62"), ("1", "C62")]
        assert texts(element, "ApplicableProductCharacteristic", "Value") == ["bleu"]
        assert texts(element, "ExemptionReason") == ["Livre scolaire"]
        assert sorted(set(texts(element, "CategoryCode"))) == ["E", "S"]
        assert all(not price.startswith("-") for price in texts(element, "ChargeAmount"))

    def test_lines_of_several_taxes_are_no_electronic_invoice(self) -> None:
        electronic = papers.shop(legal=replace(papers.shop().legal, factur_x=True))
        order, command = papers.every_kind_of_line(), papers.invoiced(euro_rate=1_500_000)
        with pytest.raises(SeveralTaxesElectronic):
            HANDLERS[type(command)].decide(order, command, electronic)


class TestThePdf:
    def test_it_carries_the_xml_and_reads_as_before(self) -> None:
        order, shop = invoiced(), papers.shop()
        document = order.documents[-1]
        sheet = sheet_of(order, shop, "invoice", document=document)
        data = factur_x(sheet, order, shop, document)
        assert data == factur_x(sheet, order, shop, document)
        name, xml = get_facturx_xml_from_pdf(data)
        assert (name, xml) == ("factur-x.xml", cii(order, shop, document))
        reader = PdfReader(BytesIO(data))
        assert reader.pages[0].extract_text() == PdfReader(BytesIO(print_a4(sheet))).pages[0].extract_text()
        root: Any = reader.trailer["/Root"].get_object()
        assert root["/AF"][0]["/AFRelationship"] == "/Alternative"
        assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
        about = root["/Metadata"].get_object().get_data().decode()
        for said in ("<pdfaid:part>3<", "<fx:ConformanceLevel>EN 16931<", "F2026-00042"):
            assert said in about

    def test_a_voided_document_is_no_electronic_invoice_any_more(self) -> None:
        shop = papers.shop(legal=Legal(siren="732829320", factur_x=True))
        document = invoiced().documents[-1]
        assert is_electronic(shop, document)
        assert not is_electronic(shop, replace(document, voided_at=papers.NOW))
        assert not is_electronic(papers.shop(), document)
        assert not is_electronic(shop, None)

    def test_without_the_library_it_is_said_how_to_get_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "facturx", None)
        order, shop = invoiced(), papers.shop()
        sheet = sheet_of(order, shop, "invoice", document=order.documents[-1])
        with pytest.raises(ExtraMissing, match=r"pip install 'carnet\[factur-x\]'"):
            factur_x(sheet, order, shop, order.documents[-1])


def test_a_shop_switches_it_on_for_what_it_issues_from_then_on(client: FlaskClient, projecting: object) -> None:
    set_up(client)
    before = issue(client, place(client)).get_json()["number"]
    legal = {"siren": "732829320", "factur_x": True}
    assert client.put(f"{SETTINGS}/papers/legal", json=legal).get_json()["legal"]["factur_x"] is True
    issued = issue(client, place(client))
    seen = {"X-Min-Position": issued.headers["X-Position"]}
    for number, electronic in ((before, False), (issued.get_json()["number"], True)):
        data = client.get(f"/api/v1/documents/{number}.pdf", headers=seen).data
        assert (b"factur-x.xml" in data) is electronic


def test_it_cannot_be_switched_on_without_the_library(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "facturx", None)
    answer = client.put(f"{SETTINGS}/papers/legal", json={"siren": "732829320", "factur_x": True})
    assert "carnet[factur-x]" in refused(answer, 409, "extra-missing")["detail"]


def test_a_seller_without_a_vat_number_is_known_by_its_siren() -> None:
    seller = Address(company="Maison Exemple", line1="1 rue", city="Exempleville", country="FR")
    element = told(invoiced(), papers.shop(seller=seller, legal=EXEMPT))
    assert texts(element, "SellerTradeParty", "SpecifiedTaxRegistration", "ID") == ["732829320"]
