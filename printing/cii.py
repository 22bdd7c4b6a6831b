"""Invoices and credit notes as XML: UN/CEFACT Cross Industry Invoice in the profile EN 16931, as Factur-X carries it.

Amounts are those of the paper. Codes: document types UNTDID 1001, notes UNTDID 4451, tax categories UNTDID 5305, means
of payment UNTDID 4461, identifiers of companies ISO/IEC 6523 (0002: SIREN), units UN/ECE Rec. 20 (C62: piece), and the
process that French electronic invoicing asks for: goods, services or both, already paid or not.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

# allowed parser: elements are made and written, nothing is parsed
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from domain.addresses import Address
from domain.events import Erased
from domain.money import DECIMALS
from domain.orders.documents import CREDIT_NOTE
from domain.orders.exemptions import EXPORT, INTRA_COMMUNITY, REVERSE_CHARGE
from domain.orders.issuing import EURO
from domain.orders.order import Document, Order
from domain.shop import Shop
from domain.taxes import WHOLE_RATE, combined, rate_text
from domain.units import PIECE, UNECE_CODES, quantity_text
from printing.documents.bills import Bill, BillLine, bill_of
from printing.documents.invoices import as_issued
from printing.documents.legal import conditions_of
from printing.documents.words import Words

PROFILE = "urn:cen.eu:en16931:2017"
_STANDARD = "urn:un:unece:uncefact:data:standard"
_SPACES = {
    "rsm": f"{_STANDARD}:CrossIndustryInvoice:100",
    "ram": f"{_STANDARD}:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_STANDARD}:UnqualifiedDataType:100",
    "qdt": f"{_STANDARD}:QualifiedDataType:100",
}
_CATEGORIES = {REVERSE_CHARGE: "AE", INTRA_COMMUNITY: "K", EXPORT: "G"}
_PROCESSES = {"goods": "B", "services": "S", "both": "M"}  # and 1, or 2 where it is paid
ON_DEBITS = "5"

for _prefix, _uri in _SPACES.items():
    register_namespace(_prefix, _uri)


def cii(order: Order, shop: Shop, document: Document, locale: str = "") -> bytes:
    """The XML of an issued document."""
    words = Words(locale or order.locale, order.currency, shop.defaults.timezone)
    root = _Writer(as_issued(order, document), shop, document, words).invoice()
    return bytes(tostring(root, "utf-8", xml_declaration=True))


class _Writer:
    """Writes one document; each part adds itself to its parent, in the order of the schema."""

    def __init__(self, order: Order, shop: Shop, document: Document, words: Words) -> None:
        self.order, self.shop, self.document, self.words = order, shop, document, words
        self.bill: Bill = bill_of(order, document, words)
        self.places = DECIMALS[order.currency]

    def invoice(self) -> Element:
        """The whole of it."""
        root = Element(_name("rsm:CrossIndustryInvoice"))
        self._context(_add(root, "rsm:ExchangedDocumentContext"))
        self._head(_add(root, "rsm:ExchangedDocument"))
        trade = _add(root, "rsm:SupplyChainTradeTransaction")
        for number, line in enumerate(self.bill.lines, start=1):
            self._line(_add(trade, "ram:IncludedSupplyChainTradeLineItem"), number, line)
        self._agreement(_add(trade, "ram:ApplicableHeaderTradeAgreement"))
        self._delivery(_add(trade, "ram:ApplicableHeaderTradeDelivery"))
        self._settlement(_add(trade, "ram:ApplicableHeaderTradeSettlement"))
        return root

    def _context(self, parent: Element) -> None:
        settled = "2" if self.bill.paid >= self.bill.total else "1"
        process = _PROCESSES[self.shop.legal.operation] + settled
        _add(_add(parent, "ram:BusinessProcessSpecifiedDocumentContextParameter"), "ram:ID", process)
        _add(_add(parent, "ram:GuidelineSpecifiedDocumentContextParameter"), "ram:ID", PROFILE)

    def _head(self, parent: Element) -> None:
        document = self.document
        _add(parent, "ram:ID", document.number)
        _add(parent, "ram:TypeCode", "381" if document.kind == CREDIT_NOTE else "380")
        _day(_add(parent, "ram:IssueDateTime"), document.issued_on)
        for code, text in conditions_of(self.shop, self.words) if document.kind != CREDIT_NOTE else ():
            note = _add(parent, "ram:IncludedNote")
            _add(note, "ram:Content", text.lstrip(" ;"))
            _add(note, "ram:SubjectCode", code)

    def _line(self, parent: Element, number: int, line: BillLine) -> None:
        _add(_add(parent, "ram:AssociatedDocumentLineDocument"), "ram:LineID", str(number))
        product = _add(parent, "ram:SpecifiedTradeProduct")
        if line.item and line.item.sku:
            _add(product, "ram:SellerAssignedID", line.item.sku)
        _add(product, "ram:Name", line.name or self.words["item"])
        for option in line.item.options if line.item else ():
            chosen = _add(product, "ram:ApplicableProductCharacteristic")
            _add(chosen, "ram:Description", option.name)
            _add(chosen, "ram:Value", option.value)
        price = _add(_add(parent, "ram:SpecifiedLineTradeAgreement"), "ram:NetPriceProductTradePrice")
        _add(price, "ram:ChargeAmount", self._amount(abs(line.price), line.extra))
        delivery = _add(parent, "ram:SpecifiedLineTradeDelivery")
        quantity = -line.quantity if line.price < 0 else line.quantity  # prices are never below zero there (BR-27)
        code = UNECE_CODES.get(line.unit.code, UNECE_CODES[PIECE.code])
        _add(delivery, "ram:BilledQuantity", quantity_text(quantity, line.unit), unitCode=code)
        settlement = _add(parent, "ram:SpecifiedLineTradeSettlement")
        self._category(_add(settlement, "ram:ApplicableTradeTax"), *_charged(line))
        if line.cut:
            self._cut(_add(settlement, "ram:SpecifiedTradeAllowanceCharge"), line.cut)
        total = _add(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
        _add(total, "ram:LineTotalAmount", self._amount(line.net))

    def _cut(self, parent: Element, cut: int) -> None:
        _add(_add(parent, "ram:ChargeIndicator"), "udt:Indicator", "false" if cut > 0 else "true")
        _add(parent, "ram:ActualAmount", self._amount(abs(cut)))
        _add(parent, "ram:Reason", self.words["discount"])

    def _agreement(self, parent: Element) -> None:
        self._seller(_add(parent, "ram:SellerTradeParty"))
        self._buyer(_add(parent, "ram:BuyerTradeParty"))
        if self.document.buyer_reference:
            reference = _add(parent, "ram:BuyerOrderReferencedDocument")
            _add(reference, "ram:IssuerAssignedID", self.document.buyer_reference)

    def _seller(self, parent: Element) -> None:
        seller, legal = self.shop.seller, self.shop.legal
        _add(parent, "ram:Name", seller.company or seller.name)
        if legal.siren:
            _add(_add(parent, "ram:SpecifiedLegalOrganization"), "ram:ID", legal.siren, schemeID="0002")
        _address(_add(parent, "ram:PostalTradeAddress"), seller)
        if seller.vat_number:
            _add(_add(parent, "ram:SpecifiedTaxRegistration"), "ram:ID", _vat(seller.vat_number), schemeID="VA")
        elif legal.siren:
            _add(_add(parent, "ram:SpecifiedTaxRegistration"), "ram:ID", legal.siren, schemeID="FC")

    def _buyer(self, parent: Element) -> None:
        buyer, number = self.order.billing_address, self.document.buyer_registration
        _add(parent, "ram:Name", self._name(buyer))
        if isinstance(number, str) and (told := "".join(number.split())):
            french = len(told) in (9, 14) and told.isdigit()
            scheme = {"schemeID": "0002"} if french else {}
            _add(_add(parent, "ram:SpecifiedLegalOrganization"), "ram:ID", told[:9] if french else told, **scheme)
        if isinstance(buyer, Address):
            _address(_add(parent, "ram:PostalTradeAddress"), buyer)
            if buyer.vat_number:
                _add(_add(parent, "ram:SpecifiedTaxRegistration"), "ram:ID", _vat(buyer.vat_number), schemeID="VA")

    def _name(self, party: Address | Erased) -> str:
        told = (party.company or party.name) if isinstance(party, Address) else self.words["erased"]
        return told or self.words["no_address"]

    def _delivery(self, parent: Element) -> None:
        place = self.order.shipping_address or self.order.billing_address
        if isinstance(place, Address) and place.country:
            party = _add(parent, "ram:ShipToTradeParty")
            _add(party, "ram:Name", self._name(place))
            _address(_add(party, "ram:PostalTradeAddress"), place)
        if sold := self.order.placed_at or self.order.created_at:
            event = _add(parent, "ram:ActualDeliverySupplyChainEvent")
            _day(_add(event, "ram:OccurrenceDateTime"), self.words.local_day(sold))

    def _settlement(self, parent: Element) -> None:
        bill, document, legal = self.bill, self.document, self.shop.legal
        _add(parent, "ram:PaymentReference", document.number)
        if bill.euro_tax is not None:
            _add(parent, "ram:TaxCurrencyCode", EURO)
        _add(parent, "ram:InvoiceCurrencyCode", self.order.currency)
        if legal.iban and document.kind != CREDIT_NOTE and bill.paid < bill.total:
            self._means(_add(parent, "ram:SpecifiedTradeSettlementPaymentMeans"))
        for rate, exemption in sorted({_charged(line) for line in bill.lines}):
            self._tax(_add(parent, "ram:ApplicableTradeTax"), rate, exemption)
        if document.due_on:
            terms = _add(parent, "ram:SpecifiedTradePaymentTerms")
            _day(_add(terms, "ram:DueDateDateTime"), document.due_on)
        self._sums(_add(parent, "ram:SpecifiedTradeSettlementHeaderMonetarySummation"))
        if document.refers_to:
            self._origin(_add(parent, "ram:InvoiceReferencedDocument"))

    def _means(self, parent: Element) -> None:
        legal = self.shop.legal
        _add(parent, "ram:TypeCode", "30")
        account = _add(parent, "ram:PayeePartyCreditorFinancialAccount")
        _add(account, "ram:IBANID", "".join(legal.iban.split()))
        if legal.bic:
            _add(_add(parent, "ram:PayeeSpecifiedCreditorFinancialInstitution"), "ram:BICID", legal.bic)

    def _tax(self, parent: Element, rate: Fraction, exemption: str) -> None:
        """One rate's line of the summary of taxes, with the reason where nothing is charged."""
        shares = (one for one in self.bill.taxes if Fraction(one.rate, WHOLE_RATE) == rate)
        tax = sum(one.tax for one in shares)
        net = sum(line.net for line in self.bill.lines if _charged(line) == (rate, exemption))
        _add(parent, "ram:CalculatedAmount", self._amount(tax))
        _add(parent, "ram:TypeCode", "VAT")
        if reason := self._reason(rate, exemption):
            _add(parent, "ram:ExemptionReason", reason)
        _add(parent, "ram:BasisAmount", self._amount(net))
        _add(parent, "ram:CategoryCode", self._category_of(rate, exemption))
        if self.shop.legal.tax_on_debits:
            _add(parent, "ram:DueDateTypeCode", ON_DEBITS)
        _add(parent, "ram:RateApplicablePercent", rate_text(rate))

    def _category(self, parent: Element, rate: Fraction, exemption: str) -> None:
        _add(parent, "ram:TypeCode", "VAT")
        _add(parent, "ram:CategoryCode", self._category_of(rate, exemption))
        _add(parent, "ram:RateApplicablePercent", rate_text(rate))

    def _category_of(self, rate: Fraction, exemption: str) -> str:
        """S: taxed, E: exempt, Z: taxed at nothing; or why this one document has no tax."""
        if rate:
            return "S"
        if exemption:
            return "E"
        return _CATEGORIES.get(self.document.exemption) or ("E" if self.shop.legal.exemption else "Z")

    def _reason(self, rate: Fraction, exemption: str) -> str:
        if rate or exemption:
            return exemption
        of_all = self.document.exemption
        return self.words[f"exempt_{of_all}"] if of_all else self.shop.legal.exemption

    def _sums(self, parent: Element) -> None:
        bill, currency = self.bill, self.order.currency
        _add(parent, "ram:LineTotalAmount", self._amount(sum(line.net for line in bill.lines)))
        _add(parent, "ram:TaxBasisTotalAmount", self._amount(bill.net))
        _add(parent, "ram:TaxTotalAmount", self._amount(bill.tax), currencyID=currency)
        if bill.euro_tax is not None:
            cents = bill.euro_tax
            _add(parent, "ram:TaxTotalAmount", f"{cents // 100}.{cents % 100:02d}", currencyID=EURO)
        if bill.adjustment:
            _add(parent, "ram:RoundingAmount", self._amount(bill.adjustment))
        _add(parent, "ram:GrandTotalAmount", self._amount(bill.net + bill.tax))
        _add(parent, "ram:TotalPrepaidAmount", self._amount(bill.paid))
        _add(parent, "ram:DuePayableAmount", self._amount(bill.total - bill.paid))

    def _origin(self, parent: Element) -> None:
        _add(parent, "ram:IssuerAssignedID", self.document.refers_to)
        origin = (one for one in self.order.documents if one.number == self.document.refers_to)
        day = next((one.issued_on for one in origin), None)
        if day:
            _day(_add(parent, "ram:FormattedIssueDateTime"), day, "qdt")

    def _amount(self, minor: int, extra: int = 0) -> str:
        places = self.places + extra
        whole, part = divmod(abs(minor), 10**places)
        sign = "-" if minor < 0 else ""
        return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def _name(tag: str) -> str:
    prefix, _, name = tag.partition(":")
    return f"{{{_SPACES[prefix]}}}{name}"


def _add(parent: Element, tag: str, text: str | None = None, **attributes: Any) -> Element:
    child = SubElement(parent, _name(tag), attributes)
    child.text = text
    return child


def _address(parent: Element, address: Address) -> None:
    told = (
        ("PostcodeCode", address.postcode),
        ("LineOne", address.line1),
        ("LineTwo", address.line2),
        ("CityName", address.city),
        ("CountryID", address.country),
        ("CountrySubDivisionName", address.region),
    )
    for name, text in told:
        if text:
            _add(parent, f"ram:{name}", text)


def _day(parent: Element, day: date | None, space: str = "udt") -> None:
    _add(parent, f"{space}:DateTimeString", f"{day:%Y%m%d}" if day else "", format="102")


def _charged(line: BillLine) -> tuple[Fraction, str]:
    """What a line's taxes come to, or why there are none."""
    return combined(line.taxes or ()), line.exemption


def _vat(number: str) -> str:
    return "".join(number.split()).upper()
