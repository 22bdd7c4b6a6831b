"""The facts that examples are made of, and how an event is made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain import (
    enrolments,
    imports,
    messages,
    products,
    sequences,
    stock,
)
from domain.addresses import Address
from domain.closings import Figures, MoneyClosed, SeriesClosed, TaxClosed
from domain.coupons import CouponRules, coupon_id_of
from domain.customers import CustomerCard
from domain.events import Event, Metadata
from domain.findings import Finding
from domain.operators import operator_id
from domain.orders import (
    creation,
    lines,
    returns,
)
from domain.orders.order import Print, RefundedLine
from domain.orders.papers import CreditPart
from domain.pricing import CouponTerms
from domain.shop import (
    Carrier,
    Defaults,
    Guide,
    ImportMapping,
    Legal,
    Logo,
    PackingSlip,
    PaymentMethod,
    Series,
    ShippingMethod,
    TagRule,
    Template,
)
from domain.statuses import MerchantStatus, StatusName
from domain.taxes import single
from domain.tokens import token_id
from domain.webhook_endpoints import WebhookTerms
from tests.given import NOW, context

ORDER = UUID(int=0x0D0)
CUSTOMER = UUID(int=0xC05)
OTHER_CUSTOMER = UUID(int=0xC06)
EXCHANGE = UUID(int=0x0D1)
COUPON = coupon_id_of("SPRING")
STOCK = stock.stock_id_of("CUP-1")
PRODUCT = products.product_id_of("CUP-1")
FACTS = products.ProductFacts(
    names=(products.ProductName("en", "Blue cup"), products.ProductName("fr", "Tasse bleue")),
    prices=(products.ProductPrice("EUR", 1_250), products.ProductPrice("USD", 1_400)),
    options=(products.ProductOption("colour", ("blue", "white")),),
    taxes=single(200_000),
    weight=310,
    barcode="4006381333931",
    picture="https://pictures.example/cup.jpg",
)
GUIDE = Guide(confirmed=("methods",), skipped=("mail",), put_away=True)
SLIP = PackingSlip(notes=True, places=True, pictures=True)
PLAIN_FACTS = products.ProductFacts(names=(products.ProductName("en", "Cup"),))
MESSAGE = UUID(int=0x3A11)
OPERATOR = operator_id("nora")
TOKEN = token_id("till")
ENDPOINT = UUID(int=0xEB)
LATER = datetime(2026, 3, 9, 18, 0, tzinfo=UTC)
ADDRESS = Address(
    name="Nora Example",
    company="Example Works",
    line1="1 Sample Street",
    postcode="00001",
    city="Sampleton",
    country="FR",
    phone="+33 1 00 00 00 00",
    email="nora@example.com",
)
CARD = CustomerCard(name="Nora Example", email="nora@example.com", city="Sampleton", country="FR")
CUP = lines.NewItem(sku="CUP-1", name="Blue cup", quantity=3, unit_price=1_250, discount=250, taxes=single(200_000))
TENTH = CouponTerms(code="SPRING", kind="percent", value=1_000)
RULES = CouponRules(kind="percent", value=1_000, valid_until=LATER, limit=100)
PACKED = MerchantStatus(
    code="packed", label="Packed", stage="processing", colour="#336699", position=25,
    names=(StatusName("fr", "Emballée"),),
)  # fmt: skip
CHEQUE = PaymentMethod(code="cheque", label="Cheque by post")
COURIER = ShippingMethod(code="courier", label="Courier", carrier="dhl")
POST = Carrier(code="post", label="The post", tracking_url="https://post.example.com/{code}")
COPY = messages.Copy(
    recipient="nora@example.com",
    subject="Your order C1001",
    html="<p>Nora Example</p>",
    text="Nora Example",
    template_version=7,
)
TILL = ImportMapping(
    name="till",
    text='source = "till"\n\n[columns]\nnumber = "No"\ncreated_at = "Date"\n',
    columns=("No", "Date"),
)
MERCI = Template(status="pending", locale="fr", version=7, subject="Merci", html="<p>Merci</p>", text="Merci")
DEFAULTS = Defaults(
    currency="CHF",
    prices_include_tax=False,
    locale="fr",
    number_prefix="S",
    timezone="Europe/Zurich",
    taxes=single(81_000),
)
LEGAL = Legal(
    legal_form="SARL",
    capital="10 000 EUR",
    register="RCS Sampleton",
    siren="732829320",
    siret="73282932000074",
    operation="both",
    tax_on_debits=True,
    exemption="TVA non applicable, art. 293 B du CGI",
    payment_days=45,
    late_penalty=1_200,
    early_discount=200,
    iban="FR0000000000000000000000000",
    bic="SAMPLEXX",
    footer="Open every day",
)
LOGO = Logo(media_type="image/png", image=b"\x89PNG\r\n\x1a\n", width=2, height=1)
SERIES = Series(code="shop", kind="invoice", prefix="S", yearly=False, first=100)
ISSUED: dict[str, Any] = {"document_number": "F2026-00001", "issued_on": NOW.date(), "settings_version": 4}
PRINTED = Print(
    kind="receipt",
    number="1",
    form="a4",
    locale="fr",
    order_version=2,
    settings_version=4,
    layout=1,
    sha256="5f" * 32,
)
CAUSE = stock.StockCause(order_id=ORDER, number="C1001", line="1", name="status", version=3, reference="processing")
GIVEN_BACK = RefundedLine(item="1", quantity=1, amount=1_167, worth=1_200, line_total=3_500, line_quantity=3, unsent=1)
CREDITED = CreditPart(kind="line", item="1", quantity=1, net=1_547, taxes=single(200_000), tax_parts=(310,))
BACK = returns.ReturnLine(item="1", quantity=2)
RECEIVED = returns.ReceivedLine(item="1", quantity=1, condition="opened", restock=True)
CUPS = TagRule(pattern="CUP-*", tags=("cups",), on="paid")
WORDS = sequences.Words(subject="How is your cup?", html="<p>Tell us.</p>")
CALLED = "https://example.com/hook"
SIGNED = {CALLED: "a secret of the tests"}
AFTER_SALE = sequences.Definition(
    name="After the sale",
    beginning=sequences.Beginning(on="status", status="completed"),
    filter=sequences.Filter(sku="CUP-*", currency="EUR", total_min=1_000),
    steps=(
        sequences.Wait(minutes=1_440),
        sequences.SendMail(words={"en": WORDS}),
        sequences.PutTags(owner="customer", tags=("asked",)),
        sequences.CallWebhook(url=CALLED),
    ),
)
SEQUENCE = UUID(int=0x5E9)
ENROLMENT = enrolments.enrolment_id_of(SEQUENCE, ORDER)
IMPORT = UUID(int=0x1A9)
FOUND = (Finding(name="adjustments", orders=2, looked_at=9, detail="Their parts come to other totals."),)
CHOSEN = imports.Choices(dry_run=True, stock="apply", automations=True, on_change="update")
TOTALS = {"rows": {"read": 9, "accepted": 8, "refused": 1}}
SAID = context("example", reason="The customer rang")
OF_THE_ORDER: dict[str, Any] = {"order_id": ORDER, "context": SAID}
CREATE = creation.CreateOrder(
    **OF_THE_ORDER,
    number="C1001",
    currency="EUR",
    place=True,
    buyer=creation.Buyer(id=CUSTOMER, name="Nora Example", email="nora@example.com"),
    operator="nora",
    source="telephone",
    payment_method="card",
    shipping_method="standard",
    billing_address=ADDRESS,
    shipping_address=ADDRESS,
    items=(CUP,),
    coupons=(TENTH,),
    discount=100,
    shipping_charge=590,
    shipping_taxes=single(200_000),
    tags=("gift",),
    notes=("Ring twice",),
)


def event(kind: type[Event], originator_id: UUID, subject: UUID | None = None, /, **facts: Any) -> Event:
    """An event as it would be stored third of its aggregate."""
    metadata = Metadata(
        event_id=UUID(int=0xE7),
        actor=SAID.actor,
        cause=SAID.command_id,
        reason=SAID.reason,
        import_id=UUID(int=0x11),
        subject=subject,
    )
    return kind(originator_id=originator_id, originator_version=3, timestamp=NOW, metadata=metadata, **facts)


TERMS = WebhookTerms(
    url="https://example.com/hook", description="The warehouse", topics=("order.shipped",), personal=True, enabled=False
)

CLOSED_SERIES = (SeriesClosed(series="invoices", first="F2031-00007", last="F2031-00008", count=2),)
CLOSED_FIGURES = (
    Figures(
        currency="EUR", invoiced=5760, credited=1200, net=3800, taxes=(TaxClosed(rate=200_000, name="", amount=760),),
        money=(MoneyClosed(method="card", amount=4560),), perpetual=912_000, turned_over=1_152_000, received=911_000,
    ),
)  # fmt: skip
