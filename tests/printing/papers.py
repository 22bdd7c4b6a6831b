"""Orders to print in tests: French, long, without decimals, Greek and Polish, refunded, cancelled; and a shop."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from msgspec.structs import replace
from PIL import Image, ImageDraw

from domain.addresses import Address
from domain.events import Command
from domain.handlers import HANDLERS
from domain.orders.cart import RemoveItem
from domain.orders.creation import Buyer, CreateOrder
from domain.orders.documents import VoidDocument
from domain.orders.issuing import IssueCorrection, IssueCreditNote, IssueInvoice
from domain.orders.items import Option
from domain.orders.line_changes import ChangeItem
from domain.orders.lines import NewItem
from domain.orders.moves import ChangeStatus
from domain.orders.notes import AddNote
from domain.orders.order import Order
from domain.orders.payments import RecordPayment
from domain.orders.quantities import LineUnits
from domain.orders.refund_parts import RefundLine
from domain.orders.refunded import RefundOrder
from domain.orders.returns import RequestReturn
from domain.orders.shipments import ShipOrder
from domain.shop import Defaults, Legal, Logo, PackingSlip, Shop
from domain.taxes import Tax, single
from domain.units import Quantity
from printing.documents import Sheet, sheet_of
from printing.documents.picking import picking_sheet
from projections.papers.goods import Goods
from tests.examples.facts import CUSTOMER, ORDER
from tests.given import NOW as NOW
from tests.given import context

ISSUED: dict[str, Any] = {"issued_on": date(2026, 3, 2), "settings_version": 4}
NORA = Address(
    name="Élodie Exemple",
    line1="12 allée des Échantillons",
    line2="Bâtiment Ç, 3ᵉ étage",
    postcode="00011",
    city="Exempleville-sur-Œuvre",
    country="FR",
    email="elodie@example.com",
)
WORKS = Address(
    company="Ateliers Exemple",
    name="Service achats",
    line1="4 quai des Modèles",
    postcode="00012",
    city="Exempleville",
    country="FR",
    vat_number="FR00000000000",
)


def logo() -> Logo:
    """A picture drawn here: a mark and three bars."""
    picture = Image.new("RGB", (360, 120), "white")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((6, 10, 106, 110), fill=(28, 54, 84))
    pen.ellipse((36, 40, 76, 80), fill="white")
    for number, width in enumerate((220, 160, 190)):
        pen.rectangle((126, 22 + number * 32, 126 + width, 36 + number * 32), fill=(28, 54, 84))
    written = BytesIO()
    picture.save(written, "PNG")
    return Logo(media_type="image/png", image=written.getvalue(), width=360, height=120)


def shop(**facts: Any) -> Shop:
    """A seller with every detail the law asks for."""
    told = {
        "seller": Address(
            company="Maison Exemple",
            line1="1 rue de l’Échantillon",
            postcode="00010",
            city="Exempleville",
            country="FR",
            phone="+33 1 00 00 00 00",
            email="bonjour@example.com",
            vat_number="FR00732829320",
        ),
        "defaults": Defaults(locale="fr", timezone="Europe/Paris"),
        "legal": Legal(
            legal_form="SARL",
            capital="10 000 €",
            register="RCS Exempleville 732 829 320",
            siren="732829320",
            siret="73282932000074",
            iban="FR00 0000 0000 0000 0000 0000 000",
            bic="EXEMPLXX",
        ),
        "logo": logo(),
        **facts,
    }
    return Shop(**told)


def cup(name: str = "Tasse bleue émaillée", quantity: Quantity = 2, price: int = 1_250, **facts: Any) -> NewItem:
    return NewItem(
        **{"sku": "CUP-1", "name": name, "quantity": quantity, "unit_price": price, "taxes": single(200_000), **facts}
    )


def decided(*commands: Command, **facts: Any) -> Order:
    """A placed French order and what was asked of it since."""
    told = {
        "number": "C1001",
        "currency": "EUR",
        "locale": "fr",
        "place": True,
        "prices_include_tax": True,
        "payment_method": "card",
        "shipping_method": "standard",
        "billing_address": NORA,
        "buyer": Buyer(id=CUSTOMER, name="Élodie Exemple", email="elodie@example.com"),
        "items": (
            cup(),
            cup("Théière en grès « Forêt de Brocéliande »", 1, 4_990, sku="POT-7", discount=490),
            cup("Carnet à spirale, papier recyclé", 3, 650, sku="NOTE-3", taxes=single(55_000)),
        ),
        "shipping_charge": 590,
        "shipping_taxes": single(200_000),
        **facts,
    }
    order = Order.blank(ORDER)
    for command in (asked(CreateOrder, **told), *commands):
        HANDLERS[type(command)].decide(order, command, shop())
    order.collect_events()
    return order


def asked(kind: Any, because: str | None = None, **facts: Any) -> Any:
    return kind(order_id=ORDER, context=context(f"{kind.__name__} {facts}", reason=because), **facts)


def paid() -> RecordPayment:
    command: RecordPayment = asked(RecordPayment, method="card", amount=None)
    return command


def invoiced(**facts: Any) -> IssueInvoice:
    command: IssueInvoice = asked(IssueInvoice, document_number="F2026-00042", **ISSUED, **facts)
    return command


def _numbered(order: Order, kind: str, **facts: Any) -> Sheet:
    return sheet_of(order, shop(**facts), kind, document=[one for one in order.documents if one.kind == kind][-1])


def french() -> Sheet:
    """A French order with accents, discounts and two rates."""
    return sheet_of(decided(discount=300), shop(), "receipt", link="https://pay.example.com/pay/Zm9yIHRlc3Rz")


def long() -> Sheet:
    """200 lines, over pages."""
    items = tuple(
        cup(f"Article de démonstration n° {n}", n % 4 + 1, 100 + 7 * n, sku=f"ART-{n:03d}") for n in range(200)
    )
    return sheet_of(decided(items=items), shop(), "receipt")


def yen() -> Sheet:
    """A currency without decimals."""
    items = (
        cup("Blue cup", 3, 1_200, taxes=single(100_000)),
        cup("Paper lantern", 12, 15_800, taxes=single(100_000), sku="LAN-2"),
    )
    order = decided(items=items, currency="JPY", locale="en", shipping_charge=800, shipping_taxes=single(100_000))
    return sheet_of(order, shop(), "receipt")


def names() -> Sheet:
    """Greek and Polish names, a script the font does not hold, a picture sign, and 500 characters without a space."""
    bill = Address(
        name="Παράδειγμα Ελένη", company="Łódź Przykład Żółć", line1="Οδός Δοκιμής 5", city="Θεσσαλονίκη", country="GR"
    )
    items = (
        cup("Κούπα μπλε – kubek niebieski, źdźbło i gęś"),
        cup("שולחן 🙂 mixed with العربية and a café"),
        cup("Verylongname" * 16 + "end.", 1),
        cup("Long words that have spaces between them and go on " * 3, 1),
    )
    return sheet_of(decided(items=items, billing_address=bill, locale="en", currency="PLN"), shop(), "receipt")


def named(name: str) -> Sheet:
    """The receipt of a buyer and of a thing of this name."""
    order = decided(items=(cup(name),), billing_address=replace(NORA, name=name))
    return sheet_of(order, shop(), "receipt")


def refunded() -> Sheet:
    """Paid and given back."""
    everything = tuple(RefundLine(item=str(n), quantity=q) for n, q in ((1, 2), (2, 1), (3, 3)))
    back = asked(RefundOrder, lines=everything, shipping=590)
    return sheet_of(decided(paid(), back), shop(), "receipt")


def cancelled() -> Sheet:
    """Called off."""
    return sheet_of(decided(asked(ChangeStatus, status="cancelled", stock="leave")), shop(), "receipt")


def invoice() -> Sheet:
    """To a business, with its numbers."""
    order = decided(
        invoiced(buyer_registration="000 000 000", buyer_reference="BC-2026-17"),
        billing_address=WORKS,
        shipping_address=NORA,
    )
    return _numbered(order, "invoice")


def every_kind_of_line(*commands: Command, **facts: Any) -> Order:
    """Lines of several taxes, one on another, of none for a reason, weighed, with options, and one that takes off."""
    gst, qst = Tax(50_000, "GST"), Tax(99_750, "QST")
    items = (
        cup("Blue cup", 3, 1_999, taxes=(gst, qst), options=(Option("colour", "blue"), Option("size", "large"))),
        cup("Green tea, loose", Decimal("0.350"), 4_000, sku="", unit="kg", taxes=(gst,)),
        cup("Field guide", 1, 2_500, taxes=(gst, Tax(95_000, "PST", compound=True))),
        cup("School book", 1, 1_500, taxes=(), exemption="Books for schools"),
        cup("Loyal customer", 1, -500, sku="", taxes=(gst, qst)),
    )
    told = {
        "items": items,
        "shipping_taxes": (gst, qst),
        "currency": "CAD",
        "prices_include_tax": False,
        "locale": "en",
    }
    return decided(*commands, **{**told, **facts})


def several_taxes() -> Sheet:
    """An invoice of all of them."""
    return _numbered(every_kind_of_line(invoiced(euro_rate=1_500_000), billing_address=WORKS), "invoice")


def several_taxes_receipt() -> Sheet:
    """Their receipt."""
    return sheet_of(every_kind_of_line(), shop(), "receipt")


def several_taxes_credited() -> Sheet:
    """A part of them given back."""
    lines = (RefundLine(item="1", quantity=1), RefundLine(item="2", quantity=Decimal("0.100")))
    back = asked(RefundOrder, "Broken", lines=lines, goodwill=200)
    note = asked(IssueCreditNote, document_number="A2026-00008", refund="1", **ISSUED)
    order = every_kind_of_line(invoiced(euro_rate=1_500_000), paid(), back, note, billing_address=WORKS)
    return _numbered(order, "credit_note")


def void_invoice() -> Sheet:
    """Voided, by a seller without VAT."""
    void = asked(VoidDocument, because="Adresse erronée", document_number="F2026-00042")
    items = (cup(taxes=single(0)), cup("Réparation d’une théière", 1, 3_500, taxes=single(0), sku=""))
    order = decided(invoiced(), void, items=items, shipping_taxes=single(0))
    exempt = Legal(siren="732829320", operation="both", exemption="TVA non applicable, art. 293 B du CGI")
    return _numbered(order, "invoice", legal=exempt, logo=None)


def credit_note() -> Sheet:
    """Of a part of an order."""
    back = asked(RefundOrder, "Tasse ébréchée", lines=(RefundLine(item="1", quantity=1),), shipping=590, goodwill=100)
    note = asked(IssueCreditNote, document_number="A2026-00007", refund="1", **ISSUED)
    return _numbered(decided(invoiced(), paid(), back, note), "credit_note")


def corrected() -> Order:
    """An order of lower prices, fewer units and a line less than its invoice tells."""
    cheaper = asked(ChangeItem, item="1", unit_price=1_000)
    fewer = asked(ChangeItem, item="3", quantity=1)
    gone = asked(RemoveItem, item="2")
    note = asked(IssueCorrection, "Prix convenu par téléphone", document_number="A2026-00009", **ISSUED)
    return decided(invoiced(), cheaper, fewer, gone, note)


def correction() -> Sheet:
    """The credit note that corrects it, without a refund."""
    return _numbered(corrected(), "credit_note")


def packing() -> Sheet:
    """What goes into the parcel."""
    sent = asked(ShipOrder, carrier="colissimo", tracking_code="6A00000000001")
    return sheet_of(
        decided(asked(ChangeStatus, status="processing", stock="leave"), sent, shipping_address=WORKS),
        shop(),
        "packing_slip",
    )


def label() -> Sheet:
    """Where a parcel goes."""
    sent = asked(ShipOrder, carrier="colissimo", tracking_code="6A00000000001")
    order = decided(asked(ChangeStatus, status="processing", stock="leave"), sent, shipping_address=WORKS)
    return sheet_of(order, shop(), "shipping_label", parcel=1)


def slip() -> Sheet:
    """A packing slip that tells all it may."""
    goods = {"CUP-1": Goods("A-12-3", "https://pictures.example/blue-cup.jpg?size=2"), "POT-7": Goods("B-01")}
    note = asked(AddNote, text="C’est un cadeau : merci de joindre la carte, et pas de facture.")
    carried = PackingSlip(notes=True, places=True, pictures=True)
    return sheet_of(decided(note), shop(packing_slip=carried), "packing_slip", goods=goods)


def picking() -> Sheet:
    """What two orders still need, with places for some of it."""
    goods = {"CUP-1": Goods("A-12-3"), "NOTE-3": Goods("A-02-1")}
    other = decided(number="C1002", items=(cup(quantity=5), cup("Lampe à suspension en papier", 1, sku="LAMP")))
    sheet = picking_sheet([decided(), other], goods, shop())
    assert sheet
    return sheet


def returned() -> Sheet:
    """What comes back."""
    sent = asked(ShipOrder, carrier="colissimo", tracking_code="6A00000000001")
    back = asked(RequestReturn, "La théière fuit", lines=(LineUnits(item="2", quantity=1),))
    order = decided(asked(ChangeStatus, status="processing", stock="leave"), sent, back)
    return sheet_of(order, shop(), "return_slip", return_number=1)


def bare() -> Sheet:
    """No address, no lines, no seller, no logo."""
    order = decided(
        items=(),
        place=False,
        billing_address=Address(),
        buyer=None,
        shipping_charge=0,
        payment_method="",
        shipping_method="",
    )
    return sheet_of(order, Shop(), "receipt")


def unreadable() -> Sheet:
    """A logo that was broken after it was set."""
    return replace(french(), logo=Logo(media_type="image/png", image=b"\x89PNG\r\n\x1a\nbroken", width=10, height=10))
