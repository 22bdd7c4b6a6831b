"""Invoices and credit notes: what is asked before one is issued, what is frozen, and what a refund takes back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from domain.addresses import Address
from domain.errors import DomainError
from domain.orders.details import ChangeBillingAddress
from domain.orders.documents import (
    DocumentNotFound,
    DocumentNumbered,
    DocumentVoided,
    NothingToPrint,
    VoidNeedsReason,
    document_subject,
    numbers_of,
)
from domain.orders.exemptions import (
    BuyerVatMissing,
    BuyerVatWrong,
    ExemptionMisplaced,
    ExemptionMissing,
    TaxCharged,
    UnknownExemption,
)
from domain.orders.issuing import (
    AlreadyInvoiced,
    BuyerMissing,
    EuroRateMissing,
    EuroRateOutOfBounds,
    NotInvoiced,
    SellerIncomplete,
    TermOutOfBounds,
    UnknownSeries,
)
from domain.orders.order import Document, Order
from domain.orders.payments import NotYetPlaced
from domain.orders.prints import DocumentPrinted, RecordPrint, WrongHash
from domain.orders.returns import RefundNotOnOrder
from domain.settings import Shop
from domain.taxes import single
from domain.texts import TextMissing, TextTooLong
from domain.vat_numbers import WrongVatNumber
from tests.domain.invoices import BILLED, DAY, SELLER, SHOP, credit, document, invoice, invoiced, void
from tests.domain.orders import add, ask, create, line, pay, placed, refund
from tests.examples.facts import ORDER, PRINTED
from tests.given import NOW, given


class TestNumbersGivenElsewhere:
    def test_a_document_is_numbered_once(self) -> None:
        order = given(Order, placed()).when(document()).then((DocumentNumbered, {"number": "2026-1"}))
        assert order.documents == (Document(kind="invoice", series="invoices", number="2026-1"),)
        given(Order, placed(), document()).when(document()).then_nothing()

    @pytest.mark.parametrize("field", ["kind", "series", "document_number"])
    def test_its_words_have_their_bounds(self, field: str) -> None:
        assert given(Order, placed()).when(document(**{field: ""})).then_refused(TextMissing).pointer == f"/{field}"
        given(Order, placed()).when(document(**{field: "x" * 65})).then_refused(TextTooLong)


class TestInvoices:
    def test_an_invoice_freezes_its_day_its_amounts_and_the_set_up(self) -> None:
        order = given(Order, placed(**BILLED)).when(invoice(), SHOP).then(DocumentNumbered)
        issued = order.documents[0]
        assert (issued.version, issued.settings_version, issued.total) == (order.version, 4, 2_000)
        assert (issued.issued_on, issued.due_on) == (DAY, date(2026, 4, 16))

    def test_the_same_command_issues_one_invoice(self) -> None:
        given(Order, placed(**BILLED), *invoiced()).when(invoice(), SHOP).then_nothing()

    @pytest.mark.parametrize(
        ("past", "command", "shop", "error"),
        [
            ([create(**BILLED)], invoice(), SHOP, NotYetPlaced),
            ([placed()], invoice(), SHOP, BuyerMissing),
            ([placed(**BILLED)], invoice(), Shop(), SellerIncomplete),
            ([placed(**BILLED)], invoice(series="credit-notes"), SHOP, UnknownSeries),
            ([placed(**BILLED)], invoice(payment_days=367), SHOP, TermOutOfBounds),
            ([placed(**BILLED)], credit(), SHOP, RefundNotOnOrder),
            ([placed(**BILLED), pay(), refund(("1", 1))], credit(), SHOP, NotInvoiced),
        ],
    )
    def test_what_cannot_be_issued_is_refused(
        self, past: list[Any], command: Any, shop: Shop, error: type[DomainError]
    ) -> None:
        given(Order, *past).when(command, shop).then_refused(error)

    def test_a_seller_is_told_all_that_is_missing(self) -> None:
        refusal = given(Order, placed(**BILLED)).when(invoice(), Shop()).then_refused(SellerIncomplete)
        assert refusal.details["missing"] == "name, line1, city, country, vat_number"
        assert "settings/seller" in str(refusal)
        assert "settings/papers/legal" in str(refusal)

    @pytest.mark.parametrize("form", ["SARL", "S.A.S.", "sa"])
    def test_a_company_with_a_capital_tells_it_and_its_register(self, form: str) -> None:
        shop = replace(SHOP, legal=replace(SHOP.legal, legal_form=form))
        refusal = given(Order, placed(**BILLED)).when(invoice(), shop).then_refused(SellerIncomplete)
        assert refusal.details["missing"] == "capital, register"
        told = replace(shop.legal, capital="10 000 EUR", register="RCS Sampleton")
        given(Order, placed(**BILLED)).when(invoice(), replace(shop, legal=told)).then(DocumentNumbered)

    def test_a_person_needs_neither(self) -> None:
        shop = replace(SHOP, legal=replace(SHOP.legal, legal_form="EI"))
        given(Order, placed(**BILLED)).when(invoice(), shop).then(DocumentNumbered)

    def test_an_order_has_one_invoice_until_it_is_voided(self) -> None:
        again = invoice("F2026-00002", buyer_reference="PO-1")
        given(Order, placed(**BILLED), *invoiced()).when(again, SHOP).then_refused(AlreadyInvoiced)
        voided = given(Order, placed(**BILLED), *invoiced()).when(void(), SHOP).then(DocumentVoided)
        assert voided.documents[0].voided_at == NOW
        assert voided.documents[0].void_reason == "Wrong buyer"
        given(Order, placed(**BILLED), *invoiced(), void()).when(again, SHOP).then(DocumentNumbered)

    def test_a_void_needs_a_reason_and_a_document(self) -> None:
        past: list[Any] = [placed(**BILLED), *invoiced()]
        given(Order, *past).when(void(because=None)).then_refused(VoidNeedsReason)
        given(Order, *past).when(void("F2026-00009")).then_refused(DocumentNotFound)
        given(Order, *past, void()).when(void()).then_nothing()


class TestWhoIsInvoiced:
    ADDRESS = Address(
        name="Nora Example", country="DE", vat_number="DE123456789", phone="+49 1", email="nora@example.com"
    )
    ABROAD = Address(name="Nora Example", city="Elsewhere", country="US")

    def test_the_buyer_is_kept_as_it_was_without_what_paper_does_not_show(self) -> None:
        elsewhere = Address(name="Otto Sample", city="Elsewhere")
        facts = {"billing_address": self.ADDRESS, "shipping_address": elsewhere}
        order = given(Order, placed(line(taxes=single(200_000)), **facts)).when(invoice(), SHOP).then(DocumentNumbered)
        assert order.documents[0].buyer == replace(self.ADDRESS, phone="", email="")
        assert order.documents[0].delivery == elsewhere

    def test_where_the_goods_go_is_told_only_when_it_is_elsewhere(self) -> None:
        facts = {"billing_address": self.ADDRESS, "shipping_address": self.ADDRESS}
        order = given(Order, placed(line(taxes=single(200_000)), **facts)).when(invoice(), SHOP).then(DocumentNumbered)
        assert order.documents[0].delivery is None

    def test_its_event_is_sealed_under_a_key_of_the_document(self) -> None:
        [event] = invoiced()
        assert event.metadata.subject == document_subject(ORDER, "F2026-00001")
        assert document_subject(ORDER, "F2026-00001") != document_subject(ORDER, "F2026-00002")

    def test_a_credit_note_goes_to_whom_the_invoice_went(self) -> None:
        facts = {"billing_address": self.ADDRESS}
        past: list[Any] = [placed(line(taxes=single(0)), **facts)]
        past += given(Order, *past).when(invoice(exemption="reverse-charge"), SHOP).events
        past += [pay(), refund(("1", 1))]
        moved = ask(ChangeBillingAddress, address=Address(name="Somebody Else"))
        note = given(Order, *past, moved).when(credit(), SHOP).then(DocumentNumbered).documents[-1]
        assert (note.buyer, note.exemption) == (replace(self.ADDRESS, phone="", email=""), "reverse-charge")

    @pytest.mark.parametrize(
        ("exemption", "bill", "rate", "error"),
        [
            ("charity", ADDRESS, 0, UnknownExemption),
            ("export", ADDRESS, 2_000, TaxCharged),
            ("reverse-charge", replace(ADDRESS, vat_number=""), 0, BuyerVatMissing),
            ("intra-community", replace(ADDRESS, vat_number=""), 0, BuyerVatMissing),
            ("intra-community", replace(ADDRESS, vat_number="DE12345678"), 0, BuyerVatWrong),
            ("intra-community", replace(ADDRESS, vat_number="FR00732829320"), 0, BuyerVatWrong),
            ("intra-community", replace(ADDRESS, vat_number="GB123456782"), 0, BuyerVatWrong),
            ("intra-community", replace(ADDRESS, country="FR"), 0, ExemptionMisplaced),
            ("intra-community", replace(ADDRESS, country="US"), 0, ExemptionMisplaced),
            ("export", ADDRESS, 0, ExemptionMisplaced),
            ("export", replace(ADDRESS, country="MC"), 0, ExemptionMisplaced),
        ],
    )
    def test_no_tax_needs_a_reason_that_fits(
        self, exemption: str, bill: Address, rate: int, error: type[DomainError]
    ) -> None:
        past = placed(line(taxes=single(rate)), billing_address=bill)
        given(Order, past).when(invoice(exemption=exemption), SHOP).then_refused(error)

    @pytest.mark.parametrize(
        ("exemption", "bill"),
        [
            ("reverse-charge", ADDRESS),
            ("reverse-charge", replace(ABROAD, vat_number="CHE-123.456.788 MWST")),
            ("intra-community", ADDRESS),
            ("intra-community", replace(ADDRESS, country="GR", vat_number="EL 123456789")),
            ("intra-community", replace(ADDRESS, country="GB", vat_number="XI123456782")),
            ("export", ABROAD),
        ],
    )
    def test_each_reason_is_taken_where_it_fits(self, exemption: str, bill: Address) -> None:
        past = placed(line(taxes=single(0)), billing_address=bill)
        order = given(Order, past).when(invoice(exemption=exemption), SHOP).then(DocumentNumbered)
        assert order.documents[0].exemption == exemption

    @pytest.mark.parametrize(
        ("bill", "ship", "known"),
        [
            (ADDRESS, Address(), "intra-community, reverse-charge"),
            (Address(name="Nora Example", country="FR"), ADDRESS, "intra-community, reverse-charge"),
            (ABROAD, Address(), "export, reverse-charge"),
        ],
    )
    def test_a_sale_without_tax_that_leaves_the_country_says_why(
        self, bill: Address, ship: Address, known: str
    ) -> None:
        past = given(Order, placed(line(taxes=single(0)), billing_address=bill, shipping_address=ship))
        error = past.when(invoice(), SHOP).then_refused(ExemptionMissing, known=known)
        assert error.pointer == "/exemption"
        exempt = replace(SHOP, legal=replace(SHOP.legal, exemption="TVA non applicable, art. 293 B du CGI"))
        past.when(invoice(), exempt).then(DocumentNumbered)

    def test_a_sale_without_tax_at_home_and_one_with_tax_abroad_need_no_reason(self) -> None:
        home = Address(name="Nora Example", country="FR")
        for bill, rate in ((home, 0), (self.ADDRESS, 190_000), (self.ABROAD, 200_000)):
            past = placed(line(taxes=single(rate)), billing_address=bill)
            given(Order, past).when(invoice(), SHOP).then(DocumentNumbered)

    def test_a_seller_outside_the_union_is_not_held_to_its_rules(self) -> None:
        seller = replace(SELLER, country="CH", vat_number="CHE-123.456.788 TVA")
        past = placed(line(taxes=single(0)), billing_address=self.ADDRESS)
        given(Order, past).when(invoice(), replace(SHOP, seller=seller)).then(DocumentNumbered)

    def test_a_sellers_number_that_none_can_be_is_on_no_invoice(self) -> None:
        seller = replace(SELLER, vat_number="FR00")
        given(Order, placed(**BILLED)).when(invoice(), replace(SHOP, seller=seller)).then_refused(WrongVatNumber)


class TestOtherCurrencies:
    def past(self, currency: str = "USD", rate: int = 200_000) -> Any:
        return placed(line(taxes=single(rate)), currency=currency, **BILLED)

    def test_a_french_seller_tells_the_tax_in_euros_and_so_what_a_euro_costs(self) -> None:
        refusal = given(Order, self.past()).when(invoice(), SHOP).then_refused(EuroRateMissing)
        assert (refusal.pointer, refusal.details) == ("/euro_rate", {"currency": "USD"})
        order = given(Order, self.past()).when(invoice(euro_rate=1_085_000), SHOP).then(DocumentNumbered)
        assert order.documents[0].euro_rate == 1_085_000

    def test_it_is_not_asked_for_where_there_is_no_tax_or_no_french_seller(self) -> None:
        given(Order, self.past(rate=0)).when(invoice(), SHOP).then(DocumentNumbered)
        abroad = replace(SHOP, seller=replace(SHOP.seller, country="BE"))
        given(Order, self.past()).when(invoice(), abroad).then(DocumentNumbered)

    @pytest.mark.parametrize(("currency", "rate"), [("EUR", 1_000_000), ("USD", -1), ("USD", 10**12 + 1)])
    def test_a_rate_that_cannot_be_one_is_refused(self, currency: str, rate: int) -> None:
        given(Order, self.past(currency)).when(invoice(euro_rate=rate), SHOP).then_refused(EuroRateOutOfBounds)


class TestWhatAnOrderHasToPrint:
    def test_every_order_has_one_receipt_and_one_packing_slip(self) -> None:
        order = given(Order, placed()).when(add()).aggregate
        assert [numbers_of(order, kind) for kind in ("receipt", "packing_slip")] == [("",), ("",)]

    def test_only_documents_that_count_are_printed(self) -> None:
        past: list[Any] = [placed(**BILLED), *invoiced(), void()]
        past += given(Order, *past).when(invoice("F2026-00002", buyer_reference="again"), SHOP).events
        order = given(Order, *past, pay()).when(refund(("1", 1))).aggregate
        assert numbers_of(order, "invoice") == ("F2026-00002",)

    @pytest.mark.parametrize("kind", ["invoice", "credit_note", "return_slip"])
    def test_what_there_is_none_of_is_told(self, kind: str) -> None:
        order = given(Order, placed()).when(add()).aggregate
        with pytest.raises(NothingToPrint, match=f"Order C1001 has no {kind.replace('_', ' ')}"):
            numbers_of(order, kind)


class TestPrints:
    def test_the_same_bytes_are_written_down_once(self) -> None:
        printed = ask(RecordPrint, printed=PRINTED)
        given(Order, placed()).when(printed).then((DocumentPrinted, {"printed": PRINTED}))
        given(Order, placed(), printed).when(ask(RecordPrint, called="again", printed=PRINTED)).then_nothing()

    def test_a_hash_is_64_hexadecimal_digits(self) -> None:
        wrong = ask(RecordPrint, printed=replace(PRINTED, sha256="x"))
        given(Order, placed()).when(wrong).then_refused(WrongHash)

    def test_printing_does_not_change_what_was_decided_on(self) -> None:
        order = given(Order, placed()).when(ask(RecordPrint, printed=PRINTED)).then(DocumentPrinted)
        assert order.content_version == order.version - 1
        assert order.is_at(order.version - 1)
        assert order.is_at(order.version)
        assert not order.is_at(order.version - 2)
        noted = given(Order, placed(), ask(RecordPrint, printed=PRINTED)).when(add()).aggregate
        assert noted.content_version == noted.version
        assert not noted.is_at(noted.version - 1)
