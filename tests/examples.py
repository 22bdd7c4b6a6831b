"""One canonical example of every command and of every event; whatever needs one of each takes it from here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain import (
    coupons,
    customers,
    enrolments,
    imports,
    messages,
    operators,
    papers,
    sequences,
    settings,
    stock,
    tag_rules,
    templates,
    tokens,
)
from domain.addresses import Address
from domain.coupons import CouponRules, coupon_id_of
from domain.customers import CustomerCard
from domain.events import Command, Event, Metadata
from domain.operators import operator_id
from domain.orders import (
    archive,
    cart,
    creation,
    details,
    disputes,
    documents,
    exchanges,
    issuing,
    lines,
    moves,
    notes,
    payment_links,
    payments,
    prints,
    provider_payments,
    refunds,
    returns,
    shipments,
    stuck,
)
from domain.orders import imports as order_imports
from domain.orders.order import Print, RefundedLine, ShippedItem
from domain.pricing import CouponTerms
from domain.shop import Carrier, Defaults, Legal, Logo, PaymentMethod, Series, ShippingMethod, TagRule, Template
from domain.statuses import MerchantStatus
from domain.tokens import token_id
from tests.given import NOW, context

ORDER = UUID(int=0x0D0)
CUSTOMER = UUID(int=0xC05)
OTHER_CUSTOMER = UUID(int=0xC06)
EXCHANGE = UUID(int=0x0D1)
COUPON = coupon_id_of("SPRING")
STOCK = stock.stock_id_of("CUP-1")
MESSAGE = UUID(int=0x3A11)
OPERATOR = operator_id("nora")
TOKEN = token_id("till")
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
CUP = lines.NewItem(sku="CUP-1", name="Blue cup", quantity=3, unit_price=1_250, discount=250, tax_rate=2_000)
TENTH = CouponTerms(code="SPRING", kind="percent", value=1_000)
RULES = CouponRules(kind="percent", value=1_000, valid_until=LATER, limit=100)
PACKED = MerchantStatus(code="packed", label="Packed", stage="processing", colour="#336699", position=25)
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
MERCI = Template(status="pending", locale="fr", version=7, subject="Merci", html="<p>Merci</p>", text="Merci")
DEFAULTS = Defaults(currency="CHF", prices_include_tax=False, locale="fr", number_prefix="S", timezone="Europe/Zurich")

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
CHOSEN = imports.Choices(dry_run=True, stock="apply", automations=True, on_change="update")
TOTALS = {"rows": {"read": 9, "accepted": 8, "refused": 1}}

SAID = context("example", reason="The customer rang")
_ORDER: dict[str, Any] = {"order_id": ORDER, "context": SAID}
_CUSTOMER: dict[str, Any] = {"customer_id": CUSTOMER, "context": SAID}
_COUPON: dict[str, Any] = {"coupon_id": COUPON, "context": SAID}
_STOCK: dict[str, Any] = {"stock_id": STOCK, "context": SAID}
_MESSAGE: dict[str, Any] = {"message_id": MESSAGE, "context": SAID}
_SEQUENCE: dict[str, Any] = {"sequence_id": SEQUENCE, "context": SAID}
_ENROLMENT: dict[str, Any] = {"enrolment_id": ENROLMENT, "context": SAID}
_OPERATOR: dict[str, Any] = {"operator_id": OPERATOR, "context": SAID}
_TOKEN: dict[str, Any] = {"token_id": TOKEN, "context": SAID}
_IMPORT: dict[str, Any] = {"import_id": IMPORT, "context": SAID}

CREATE = creation.CreateOrder(
    **_ORDER,
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
    shipping_tax_rate=2_000,
    tags=("gift",),
    notes=("Ring twice",),
)

COMMANDS: tuple[Command, ...] = (
    CREATE,
    cart.AddItem(**_ORDER, item=CUP),
    cart.ChangeItem(**_ORDER, item="1", quantity=2, unit_price=1_300),
    cart.RemoveItem(**_ORDER, item="1"),
    cart.ApplyCoupon(**_ORDER, coupon_code="SPRING", terms=TENTH),
    cart.RemoveCoupon(**_ORDER, coupon="SPRING"),
    cart.SetDiscount(**_ORDER, amount=500),
    cart.SetShippingCharge(**_ORDER, amount=590, tax_rate=2_000),
    details.AssignCustomer(**_ORDER, customer_id=CUSTOMER, name="Nora Example", email="nora@example.com"),
    details.AssignOperator(**_ORDER, operator="nora"),
    details.SetSource(**_ORDER, source="telephone"),
    details.ChangeBillingAddress(**_ORDER, address=ADDRESS),
    details.ChangeShippingAddress(**_ORDER, address=ADDRESS),
    details.ChoosePaymentMethod(**_ORDER, method="card"),
    details.ChooseShippingMethod(**_ORDER, method="standard"),
    moves.ChangeStatus(**_ORDER, status="processing"),
    payments.RecordPayment(**_ORDER, method="card", amount=4_000, reference="T-1", paid_at=NOW),
    payments.AuthorizePayment(**_ORDER, method="card", amount=4_000, reference="A-1"),
    payments.VoidPayment(**_ORDER, payment="1"),
    payments.RefundOrder(
        **_ORDER,
        lines=(payments.RefundLine(item="1", quantity=1),),
        shipping=590,
        goodwill=100,
        method="card",
        restock=True,
    ),
    payments.CapturePayment(**_ORDER, payment="2"),
    payment_links.IssuePaymentLink(**_ORDER, link="https://pay.example.com/1", expires_at=LATER, method="online"),
    provider_payments.RequestPayment(**_ORDER, method="online", token="tok_1", amount=4_000),
    provider_payments.RequestCapture(**_ORDER, payment="2", amount=3_000),
    provider_payments.RequestVoid(**_ORDER, payment="2"),
    provider_payments.ConfirmVoid(**_ORDER, provider="stripe", reference="A-1"),
    provider_payments.FailPayment(**_ORDER, payment="2", action="capture", failure="expired"),
    stuck.ReportStuck(**_ORDER, kind="refund", entry="1", effect=UUID(int=7), failure="busy"),
    refunds.RequestRefund(**_ORDER, payment="1", lines=(payments.RefundLine(item="1", quantity=1),), restock=True),
    refunds.ConfirmRefund(**_ORDER, refund="1", reference="re_1"),
    refunds.FailRefund(**_ORDER, refund="1", failure="account-closed"),
    disputes.OpenDispute(**_ORDER, dispute="dp_1", provider="sandbox", reference="T-1", amount=4_000),
    disputes.CloseDispute(**_ORDER, dispute="dp_1", provider="sandbox", reference="T-1", amount=4_000, won=True),
    shipments.ShipOrder(
        **_ORDER, carrier="dhl", tracking_code="TRACK1", lines=(shipments.ShipLine(item="1", quantity=2),)
    ),
    shipments.CorrectTracking(**_ORDER, shipment=1, tracking_code="TRACK2"),
    shipments.DeliverShipment(**_ORDER, shipment=1),
    shipments.CancelShipment(**_ORDER, shipment=1),
    returns.RequestReturn(**_ORDER, lines=(BACK,)),
    returns.ReceiveReturn(**_ORDER, return_number=1, lines=(RECEIVED,)),
    returns.SettleReturn(**_ORDER, return_number=1, refund="1", exchange=EXCHANGE),
    returns.CancelReturn(**_ORDER, return_number=1),
    exchanges.ExchangeReturn(**_ORDER, return_number=1, replacement=EXCHANGE, items=()),
    archive.ArchiveOrder(**_ORDER),
    archive.UnarchiveOrder(**_ORDER),
    notes.AddNote(**_ORDER, text="Ring twice", written_at=NOW),
    notes.ReviseNote(**_ORDER, note="1", text="Ring once"),
    notes.RemoveNote(**_ORDER, note="1"),
    notes.SetTags(**_ORDER, tags=("gift", "urgent")),
    documents.NumberDocument(**_ORDER, kind="invoice", series="invoices", document_number="2026-0001"),
    issuing.IssueInvoice(**_ORDER, series="invoices", payment_days=30, buyer_registration="SIREN", **ISSUED),
    issuing.IssueCreditNote(**_ORDER, series="credit-notes", refund="1", **ISSUED),
    documents.VoidDocument(**_ORDER, document_number="F2026-00001"),
    prints.RecordPrint(**_ORDER, printed=PRINTED),
    notes.RecordMessage(**_ORDER, message="M-1", template="order-shipped", recipient="nora@example.com"),
    customers.CreateCustomer(**_CUSTOMER, card=CARD),
    customers.UpdateCustomer(**_CUSTOMER, card=CARD),
    customers.TakeBillingData(**_CUSTOMER, order_id=ORDER, billing=ADDRESS),
    customers.EraseCustomer(**_CUSTOMER),
    customers.GiveConsent(**_CUSTOMER, proof="Yes, write to Nora Example", source="newsletter form"),
    customers.WithdrawConsent(**_CUSTOMER, source="unsubscribe link"),
    customers.TagCustomer(**_CUSTOMER, tags=("regular",)),
    customers.UntagCustomer(**_CUSTOMER, tags=("regular",)),
    customers.MergeCustomers(**_CUSTOMER, into=OTHER_CUSTOMER, into_version=3),
    customers.AbsorbCustomer(**_CUSTOMER, merged=OTHER_CUSTOMER),
    customers.UndoMerge(**_CUSTOMER),
    customers.ReleaseCustomer(**_CUSTOMER, merged=OTHER_CUSTOMER),
    coupons.CreateCoupon(context=SAID, code="spring", rules=RULES),
    coupons.ChangeCoupon(**_COUPON, rules=RULES),
    coupons.DisableCoupon(**_COUPON),
    coupons.EnableCoupon(**_COUPON),
    coupons.RedeemCoupon(**_COUPON, order_id=ORDER, customer_id=CUSTOMER),
    coupons.ReleaseCoupon(**_COUPON, order_id=ORDER),
    stock.ReceiveStock(context=SAID, sku="CUP-1", quantity=40, reference="D-7"),
    stock.ReserveStock(**_STOCK, quantity=3, cause=CAUSE),
    stock.ReleaseStock(**_STOCK, quantity=1, cause=CAUSE),
    stock.DeductStock(**_STOCK, quantity=3, cause=CAUSE),
    stock.RestoreStock(**_STOCK, quantity=1, cause=CAUSE),
    stock.AdjustStock(**_STOCK, counted=38),
    stock.SetStockPolicy(**_STOCK, policy="backorder", low_at=5),
    settings.DefineStatus(context=SAID, status=PACKED),
    settings.RetireStatus(context=SAID, code="packed"),
    settings.DefinePaymentMethod(context=SAID, method=CHEQUE),
    settings.RetirePaymentMethod(context=SAID, code="cheque"),
    settings.DefineShippingMethod(context=SAID, method=COURIER),
    settings.RetireShippingMethod(context=SAID, code="express"),
    settings.DefineCarrier(context=SAID, carrier=POST),
    settings.RetireCarrier(context=SAID, code="ups"),
    settings.SetSeller(context=SAID, seller=ADDRESS),
    settings.SetDefaults(context=SAID, defaults=DEFAULTS),
    tag_rules.SetTagRules(context=SAID, rules=(CUPS,)),
    papers.SetLegal(context=SAID, legal=LEGAL),
    papers.SetLogo(context=SAID, logo=LOGO),
    papers.RemoveLogo(context=SAID),
    papers.DefineSeries(context=SAID, series=SERIES),
    messages.RequestMessage(
        **_MESSAGE,
        template="status:packed",
        purpose="resend",
        order_id=ORDER,
        customer_id=CUSTOMER,
        to="nora@example.com",
        locale="fr",
        facts={"link": "https://pay.example.com/1"},
        resend_of=UUID(int=0x3A10),
    ),
    messages.StoreCopy(**_MESSAGE, copy=COPY),
    messages.ConfirmSent(**_MESSAGE),
    messages.KeepMessage(**_MESSAGE),
    messages.RefuseMessage(**_MESSAGE, code="550", reply="5.1.1 no such mailbox"),
    messages.DoubtMessage(**_MESSAGE),
    messages.ReportBounce(**_MESSAGE, code="5.2.2", reply="The mailbox is full"),
    templates.SetTemplate(context=SAID, status="pending", locale="fr", subject="Merci", html="<p>Merci</p>"),
    templates.RemoveTemplate(context=SAID, status="pending", locale="fr"),
    templates.SetNotifications(context=SAID, administrators=("shop@example.com",)),
    sequences.DefineSequence(**_SEQUENCE, definition=AFTER_SALE, secrets=SIGNED),
    sequences.ReviseSequence(**_SEQUENCE, definition=AFTER_SALE, secrets=SIGNED),
    sequences.StartSequence(**_SEQUENCE),
    sequences.StopSequence(**_SEQUENCE),
    enrolments.StartEnrolment(**_SEQUENCE, sequence_version=1, order_id=ORDER, customer_id=CUSTOMER),
    enrolments.CompleteStep(**_ENROLMENT, step=2, outcome="no-consent"),
    enrolments.EndEnrolment(**_ENROLMENT, reason="completed"),
    operators.AddOperator(**_OPERATOR, username="nora", role="operator"),
    operators.ChangeOperatorRole(**_OPERATOR, role="manager"),
    operators.DisableOperator(**_OPERATOR),
    operators.EnableOperator(**_OPERATOR),
    operators.ChangeOperatorPassword(**_OPERATOR, temporary=True),
    tokens.IssueToken(**_TOKEN, name="till", role="operator", scopes=("orders:read",), expires_at=LATER),
    tokens.RevokeToken(**_TOKEN),
    order_imports.RetellOrder(**_ORDER, told=CREATE),
    order_imports.UndoOrderImport(**_ORDER, since=("order.note-added",)),
    customers.UndoCardImport(**_CUSTOMER, before=CARD),
    imports.StartImport(**_IMPORT, kind="orders", source="shopify", choices=CHOSEN),
    imports.ReadImport(**_IMPORT, profile="shopify", source="shopify", rows=9, orders=3),
    imports.PauseImport(**_IMPORT),
    imports.ResumeImport(**_IMPORT),
    imports.CancelImport(**_IMPORT),
    imports.FailImport(**_IMPORT, code="disk-fault", detail="The disk is full."),
    imports.CompleteImport(**_IMPORT, totals=TOTALS),
    imports.BeginUndo(**_IMPORT),
    imports.CompleteUndo(**_IMPORT, totals={"undone": 3, "kept": 0}),
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


def _of_order(kind: type[Event], /, **facts: Any) -> Event:
    return event(kind, ORDER, CUSTOMER, **facts)


EVENTS: tuple[Event, ...] = (
    _of_order(
        creation.OrderCreated,
        number="C1001",
        currency="EUR",
        prices_include_tax=True,
        locale="en",
        operator="nora",
        source="telephone",
        payment_method="card",
        shipping_method="standard",
    ),
    _of_order(
        creation.OrderImported,
        source="shopify",
        external_id="#1001",
        content_hash="5f3a",
        total=4_000,
        adjustment=-90,
        remarks=("The lines do not add up to the total",),
    ),
    _of_order(
        cart.ItemAdded,
        item="1",
        sku="CUP-1",
        name="Blue cup",
        quantity=3,
        unit_price=1_250,
        discount=250,
        tax_rate=2_000,
    ),
    _of_order(cart.ItemQuantityChanged, item="1", quantity=2, was=3),
    _of_order(cart.ItemPriceChanged, item="1", unit_price=1_300, discount=0, was=1_250, discount_was=250),
    _of_order(cart.ItemRemoved, item="1", sku="CUP-1", quantity=3),
    _of_order(cart.CouponApplied, terms=TENTH),
    _of_order(cart.CouponRemoved, coupon="SPRING"),
    _of_order(cart.DiscountSet, amount=500, was=100),
    _of_order(cart.ShippingChargeSet, amount=590, was=0, tax_rate=2_000),
    _of_order(details.CustomerAssigned, customer_id=CUSTOMER, name="Nora Example", email="nora@example.com"),
    _of_order(details.OperatorAssigned, operator="nora", was=""),
    _of_order(details.SourceSet, source="telephone", was="shop"),
    _of_order(details.BillingAddressChanged, address=ADDRESS),
    _of_order(details.ShippingAddressChanged, address=ADDRESS),
    _of_order(details.PaymentMethodChosen, method="card", was="cash"),
    _of_order(details.ShippingMethodChosen, method="standard", was="pickup"),
    _of_order(moves.OrderPlaced, status="pending", stage="pending", was="quote", stock="leave", notify=("customer",)),
    _of_order(
        moves.OrderStatusChanged,
        status="packed",
        stage="processing",
        was="pending",
        stage_was="pending",
        stock="apply",
        notify=("customer",),
    ),
    _of_order(
        moves.OrderStatusForced,
        status="pending",
        stage="pending",
        was="cancelled",
        stage_was="cancelled",
        stock="leave",
        notify=("administrators",),
    ),
    _of_order(
        payments.PaymentRecorded,
        payment="1",
        amount=4_000,
        method="card",
        reference="T-1",
        provider="sandbox",
        paid_at=NOW,
    ),
    _of_order(payments.PaymentAuthorized, payment="2", amount=4_000, method="card", reference="A-1", provider="stripe"),
    _of_order(payments.PaymentVoided, payment="2", amount=4_000),
    _of_order(
        payments.OrderRefunded,
        refund="1",
        amount=1_857,
        lines=(RefundedLine(item="1", quantity=1, amount=1_167),),
        shipping=590,
        goodwill=100,
        method="card",
        reference="R-1",
        payment="1",
        restock=True,
    ),
    _of_order(payments.PaymentCaptured, payment="2", amount=4_000),
    _of_order(
        payment_links.PaymentLinkIssued,
        link="https://pay.example.com/1",
        amount=4_000,
        expires_at=LATER,
        method="online",
    ),
    _of_order(
        provider_payments.PaymentRequested,
        payment="2",
        amount=4_000,
        method="online",
        provider="stripe",
        token="tok_1",
        capture_later=True,
    ),
    _of_order(provider_payments.CaptureRequested, payment="2", amount=3_000),
    _of_order(provider_payments.VoidRequested, payment="2", amount=4_000),
    _of_order(provider_payments.PaymentFailed, payment="2", amount=3_000, action="capture", failure="expired"),
    _of_order(stuck.ProviderStuck, kind="refund", entry="1", effect=UUID(int=7), failure="busy"),
    _of_order(
        refunds.RefundRequested,
        refund="1",
        payment="1",
        amount=1_857,
        lines=(RefundedLine(item="1", quantity=1, amount=1_167),),
        shipping=590,
        goodwill=100,
        method="online",
        restock=True,
    ),
    _of_order(refunds.RefundFailed, refund="1", amount=1_857, failure="account-closed"),
    _of_order(disputes.DisputeOpened, dispute="dp_1", payment="1", amount=4_000),
    _of_order(disputes.DisputeClosed, dispute="dp_1", payment="1", amount=4_000, won=True),
    _of_order(
        shipments.OrderShipped,
        shipment=1,
        carrier="dhl",
        tracking_code="TRACK1",
        items=(ShippedItem(item="1", quantity=2),),
    ),
    _of_order(
        shipments.TrackingCorrected,
        shipment=1,
        carrier="ups",
        tracking_code="TRACK2",
        carrier_was="dhl",
        tracking_code_was="TRACK1",
    ),
    _of_order(shipments.ShipmentDelivered, shipment=1),
    _of_order(shipments.ShipmentCancelled, shipment=1),
    _of_order(returns.ReturnRequested, return_number=1, lines=(BACK,)),
    _of_order(returns.ReturnReceived, return_number=1, lines=(RECEIVED,)),
    _of_order(returns.ReturnSettled, return_number=1, refund="1", exchange=EXCHANGE),
    _of_order(returns.ReturnCancelled, return_number=1),
    _of_order(exchanges.ExchangeBegun, origin=EXCHANGE, origin_number="1001", return_number=1, credit=1_167),
    _of_order(archive.OrderArchived),
    _of_order(archive.OrderUnarchived),
    _of_order(notes.NoteAdded, note="1", text="Ring twice", written_at=NOW),
    _of_order(notes.NoteRevised, note="1", text="Ring once"),
    _of_order(notes.NoteRemoved, note="1"),
    _of_order(notes.OrderTagged, tags=("gift", "urgent")),
    _of_order(notes.OrderUntagged, tags=("urgent",)),
    _of_order(
        documents.DocumentNumbered,
        kind="credit_note",
        series="credit-notes",
        number="A2026-00001",
        settings_version=4,
        issued_on=NOW.date(),
        due_on=LATER.date(),
        refund="1",
        refers_to="F2026-00001",
        tax=310,
        total=1_857,
        buyer_registration="Nora Example's number",
        buyer_reference="PO-7",
        exemption="export",
        buyer=ADDRESS,
        delivery=ADDRESS,
    ),
    _of_order(documents.DocumentVoided, number="F2026-00001"),
    _of_order(prints.DocumentPrinted, printed=PRINTED),
    _of_order(notes.MessageSent, message="M-1", template="order-shipped", recipient="nora@example.com"),
    event(customers.CustomerCreated, CUSTOMER, CUSTOMER, origin="billing"),
    event(
        customers.CustomerUpdated,
        CUSTOMER,
        CUSTOMER,
        fields=("name", "email", "city", "country"),
        card=CARD,
        origin="billing",
        order_id=ORDER,
    ),
    event(customers.CustomerForgotten, CUSTOMER, CUSTOMER),
    event(
        customers.ConsentGiven,
        CUSTOMER,
        CUSTOMER,
        channel="email",
        proof="Yes, write to Nora Example",
        source="newsletter form",
    ),
    event(customers.ConsentWithdrawn, CUSTOMER, CUSTOMER, channel="email", source="unsubscribe link"),
    event(customers.CustomerTagged, CUSTOMER, CUSTOMER, tags=("regular",)),
    event(customers.CustomerUntagged, CUSTOMER, CUSTOMER, tags=("regular",)),
    event(customers.CustomersMerged, CUSTOMER, CUSTOMER, into=OTHER_CUSTOMER),
    event(customers.CustomerAbsorbed, CUSTOMER, CUSTOMER, merged=OTHER_CUSTOMER),
    event(customers.MergeUndone, CUSTOMER, CUSTOMER, into=OTHER_CUSTOMER),
    event(customers.CustomerReleased, CUSTOMER, CUSTOMER, merged=OTHER_CUSTOMER),
    event(coupons.CouponCreated, COUPON, code="SPRING", rules=RULES),
    event(coupons.CouponChanged, COUPON, rules=RULES, was=CouponRules(kind="free_shipping")),
    event(coupons.CouponDisabled, COUPON),
    event(coupons.CouponEnabled, COUPON),
    event(coupons.CouponRedeemed, COUPON, order_id=ORDER, customer_id=CUSTOMER),
    event(coupons.CouponReleased, COUPON, order_id=ORDER),
    event(stock.StockReceived, STOCK, sku="CUP-1", quantity=40, reference="D-7"),
    event(stock.StockReserved, STOCK, quantity=3, cause=CAUSE),
    event(stock.StockReleased, STOCK, quantity=1, cause=CAUSE),
    event(stock.StockDeducted, STOCK, quantity=3, cause=CAUSE, promised=2),
    event(stock.StockRestored, STOCK, quantity=1, cause=CAUSE),
    event(stock.StockAdjusted, STOCK, change=-2, counted=38),
    event(stock.StockPolicySet, STOCK, policy="backorder", low_at=5),
    event(settings.StatusDefined, settings.SETTINGS_ID, status=PACKED),
    event(settings.StatusRetired, settings.SETTINGS_ID, code="packed"),
    event(settings.PaymentMethodDefined, settings.SETTINGS_ID, method=CHEQUE),
    event(settings.PaymentMethodRetired, settings.SETTINGS_ID, code="cheque"),
    event(settings.ShippingMethodDefined, settings.SETTINGS_ID, method=COURIER),
    event(settings.ShippingMethodRetired, settings.SETTINGS_ID, code="express"),
    event(settings.CarrierDefined, settings.SETTINGS_ID, carrier=POST),
    event(settings.CarrierRetired, settings.SETTINGS_ID, code="ups"),
    event(settings.SellerSet, settings.SETTINGS_ID, seller=ADDRESS),
    event(settings.DefaultsSet, settings.SETTINGS_ID, defaults=DEFAULTS),
    event(tag_rules.TagRulesSet, settings.SETTINGS_ID, rules=(CUPS,)),
    event(papers.LegalSet, settings.SETTINGS_ID, legal=LEGAL),
    event(papers.LogoSet, settings.SETTINGS_ID, logo=LOGO),
    event(papers.LogoRemoved, settings.SETTINGS_ID),
    event(papers.SeriesDefined, settings.SETTINGS_ID, series=SERIES),
    event(
        messages.MessageRequested,
        MESSAGE,
        CUSTOMER,
        template="status:packed",
        purpose="resend",
        order_id=ORDER,
        customer_id=CUSTOMER,
        to="nora@example.com",
        locale="fr",
        facts={"link": "https://pay.example.com/1"},
        resend_of=UUID(int=0x3A10),
    ),
    event(
        messages.MessageRendered,
        MESSAGE,
        CUSTOMER,
        recipient="nora@example.com",
        subject_line="Your order C1001",
        html="<p>Nora Example</p>",
        text="Nora Example",
        template_version=7,
    ),
    event(messages.MessageSent, MESSAGE, CUSTOMER),
    event(messages.MessageKept, MESSAGE, CUSTOMER),
    event(messages.MessageRefused, MESSAGE, CUSTOMER, code="550", reply="5.1.1 no such mailbox"),
    event(messages.MessageUncertain, MESSAGE, CUSTOMER),
    event(messages.MessageBounced, MESSAGE, CUSTOMER, code="5.2.2", reply="The mailbox is full"),
    event(templates.TemplateSet, settings.SETTINGS_ID, template=MERCI),
    event(templates.TemplateRemoved, settings.SETTINGS_ID, status="pending", locale="fr"),
    event(templates.NotificationsSet, settings.SETTINGS_ID, administrators=("shop@example.com",)),
    event(
        sequences.SequenceDefined,
        sequences.SEQUENCES_ID,
        CUSTOMER,
        sequence_id=SEQUENCE,
        definition=AFTER_SALE,
        secrets=SIGNED,
    ),
    event(
        sequences.SequenceRevised,
        sequences.SEQUENCES_ID,
        CUSTOMER,
        sequence_id=SEQUENCE,
        version=2,
        definition=AFTER_SALE,
        secrets=SIGNED,
    ),
    event(sequences.SequenceStarted, sequences.SEQUENCES_ID, sequence_id=SEQUENCE),
    event(sequences.SequenceStopped, sequences.SEQUENCES_ID, sequence_id=SEQUENCE),
    event(
        enrolments.EnrolmentStarted,
        ENROLMENT,
        sequence_id=SEQUENCE,
        sequence_version=1,
        order_id=ORDER,
        customer_id=CUSTOMER,
    ),
    event(enrolments.StepDone, ENROLMENT, step=2, outcome="done"),
    event(enrolments.EnrolmentEnded, ENROLMENT, reason="completed"),
    _of_order(
        order_imports.OrderImportUpdated,
        content_hash="bb",
        content_hash_was="aa",
        total=4_000,
        adjustment=-10,
        remarks=("total-as-told: -0.10",),
    ),
    _of_order(order_imports.OrderImportUndone, number="C1001", source="shopify", external_id="#1001"),
    event(customers.CardImportUndone, CUSTOMER, CUSTOMER, made_by="import"),
    event(imports.ImportStarted, IMPORT, kind="orders", source="shopify", choices=CHOSEN),
    event(imports.ImportRead, IMPORT, profile="shopify", source="shopify", rows=9, orders=3),
    event(imports.ImportPaused, IMPORT),
    event(imports.ImportResumed, IMPORT, was="paused"),
    event(imports.ImportCancelled, IMPORT),
    event(imports.ImportFailed, IMPORT, code="disk-fault", detail="The disk is full."),
    event(imports.ImportCompleted, IMPORT, totals=TOTALS),
    event(imports.UndoBegun, IMPORT, was="completed"),
    event(imports.ImportUndone, IMPORT, totals={"undone": 3, "kept": 0}),
    event(operators.OperatorAdded, OPERATOR, username="nora", role="operator"),
    event(operators.OperatorRoleChanged, OPERATOR, role="manager"),
    event(operators.OperatorDisabled, OPERATOR),
    event(operators.OperatorEnabled, OPERATOR),
    event(operators.OperatorPasswordChanged, OPERATOR, temporary=True),
    event(tokens.TokenIssued, TOKEN, name="till", role="operator", scopes=("orders:read",), expires_at=LATER),
    event(tokens.TokenRevoked, TOKEN),
)
