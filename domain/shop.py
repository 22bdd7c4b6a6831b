"""The desk as a shop has set it up: what its statuses, ways to pay and to send, carriers and defaults are now."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from msgspec import Struct, field

from domain.addresses import Address
from domain.errors import Rejected
from domain.statuses import STANDARD_STATUSES, MerchantStatus, UnknownStatus
from domain.taxes import Taxes
from domain.texts import CODE

LOCALES = ("en", "fr")
PROVIDERS = ("manual", "sandbox", "stripe")
AT_ONCE, LATER = CAPTURES = ("at-once", "later")
GUIDE_STEPS = ("seller", "methods", "catalogue", "mail", "order")


class UnknownMethod(Rejected):
    """There is no {kind} {method}; known: {known}."""

    code = "unknown-method"


class UnknownLocale(Rejected):
    """There is no language {locale}; known: en, fr."""

    code = "unknown-locale"


class PaymentMethod(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A way to pay; `provider` is who takes the money, `manual` when it is the shop itself.

    `capture` is when a provider takes it: `at-once`, or `later`, when somebody asks for what was promised.
    """

    code: str
    label: str
    provider: str = field(default_factory=lambda: "manual")  # always stored, unlike what it has by default
    capture: str = AT_ONCE


class ShippingMethod(Struct, frozen=True, kw_only=True):
    """A way to send an order, with the carrier that usually takes it."""

    code: str
    label: str
    carrier: str = ""


class Carrier(Struct, frozen=True, kw_only=True):
    """Who carries parcels; `tracking_url` holds `{code}` where the tracking code goes."""

    code: str
    label: str
    tracking_url: str = ""


class Template(Struct, frozen=True, kw_only=True):
    """What the mail of a status says in a language; without `text` it is made from the `html`."""

    status: str
    locale: str
    version: int
    subject: str
    html: str
    text: str = ""


class Defaults(Struct, frozen=True, kw_only=True):
    """What a new order starts from; `taxes` are those of lines and shipping that tell none (None: nothing was said)."""

    currency: str = "EUR"
    prices_include_tax: bool = True
    locale: str = "en"
    number_prefix: str = "C"
    timezone: str = "UTC"
    taxes: Taxes | None = None


class TagRule(Struct, frozen=True, kw_only=True):
    """Whoever buys a SKU of this pattern (`*` stands for any characters) is tagged, on `placed` or on `paid`."""

    pattern: str
    tags: tuple[str, ...]
    on: str


class ImportMapping(Struct, frozen=True, kw_only=True):
    """How a kind of import file is read, as TOML under a name; `columns` are those of a file that it speaks of."""

    name: str
    text: str
    columns: tuple[str, ...]


class Legal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the law asks of a seller's papers besides name, address and VAT number.

    Rates are hundredths of a percent. `late_penalty` 0: the rate of the European Central Bank plus ten points, which
    holds where nothing is told (code de commerce L441-10). `exemption` is the mention under which no VAT is charged.
    `factur_x`: issued documents are electronic invoices as well.
    """

    legal_form: str = ""
    capital: str = ""
    register: str = ""
    siren: str = ""
    siret: str = ""
    operation: str = "goods"
    tax_on_debits: bool = False
    exemption: str = ""
    payment_days: int = 30
    late_penalty: int = 0
    early_discount: int = 0
    iban: str = ""
    bic: str = ""
    footer: str = ""
    factur_x: bool = False


class PackingSlip(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What packing slips carry besides goods and address: an order's notes, where goods are picked from, and the file
    names of their pictures.
    """

    notes: bool = False
    places: bool = False
    pictures: bool = False


class Series(Struct, frozen=True, kw_only=True):
    """Numbers of one kind of document without a gap; `yearly` begins each year anew and puts the year into them."""

    code: str
    kind: str
    prefix: str
    yearly: bool = True
    first: int = 1

    def number(self, year: int, count: int) -> str:
        """A number as it stands on paper: `F2026-00042`, or `F00042` where years do not matter."""
        return f"{self.prefix}{year}-{count:05d}" if self.yearly else f"{self.prefix}{count:05d}"


class Logo(Struct, frozen=True, kw_only=True):
    """The picture at the head of every document, and its size in pixels."""

    media_type: str
    image: bytes
    width: int
    height: int


class Guide(Struct, frozen=True, kw_only=True):
    """Where the guide through the first day stands: steps that were confirmed as they are, or skipped."""

    confirmed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    put_away: bool = False


def _by_code(*things: Any) -> dict[str, Any]:
    return {thing.code: thing for thing in things}


class Shop(Struct, frozen=True, kw_only=True):
    """The desk as it is set up now; every decision about an order sees one."""

    statuses: dict[str, MerchantStatus] = field(default_factory=lambda: _by_code(*STANDARD_STATUSES))
    payment_methods: dict[str, PaymentMethod] = field(
        default_factory=lambda: _by_code(
            PaymentMethod(code="card", label="Card"),
            PaymentMethod(code="transfer", label="Bank transfer"),
            PaymentMethod(code="cheque", label="Cheque"),
            PaymentMethod(code="cash", label="Cash"),
        )
    )
    shipping_methods: dict[str, ShippingMethod] = field(
        default_factory=lambda: _by_code(
            ShippingMethod(code="standard", label="Standard delivery"),
            ShippingMethod(code="express", label="Express delivery"),
            ShippingMethod(code="pickup", label="Pick-up at the shop"),
        )
    )
    carriers: dict[str, Carrier] = field(
        default_factory=lambda: _by_code(
            Carrier(
                code="colissimo",
                label="Colissimo",
                tracking_url="https://www.laposte.fr/outils/suivre-vos-envois?code={code}",
            ),
            Carrier(code="dhl", label="DHL", tracking_url="https://www.dhl.com/en/express/tracking.html?AWB={code}"),
            Carrier(code="ups", label="UPS", tracking_url="https://www.ups.com/track?tracknum={code}"),
            Carrier(code="fedex", label="FedEx", tracking_url="https://www.fedex.com/fedextrack/?trknbr={code}"),
        )
    )
    seller: Address = field(default_factory=Address)
    defaults: Defaults = field(default_factory=Defaults)
    templates: dict[str, Template] = field(default_factory=dict)
    administrators: tuple[str, ...] = ()
    payment_received: bool = True  # whether customers are mailed that their payment came
    refund_made: bool = True  # and that money was given back
    tag_rules: tuple[TagRule, ...] = ()
    mappings: dict[str, ImportMapping] = field(default_factory=dict)
    legal: Legal = field(default_factory=Legal)
    logo: Logo | None = None
    packing_slip: PackingSlip = field(default_factory=PackingSlip)
    guide: Guide = field(default_factory=Guide)
    series: dict[str, Series] = field(
        default_factory=lambda: _by_code(
            Series(code="invoices", kind="invoice", prefix="F"),
            Series(code="credit-notes", kind="credit_note", prefix="A"),
        )
    )

    def status(self, code: str, pointer: str = "/status") -> MerchantStatus:
        """The merchant's status of that code, or `UnknownStatus` with the known ones."""
        try:
            return self.statuses[code]
        except KeyError:
            raise UnknownStatus(pointer, status=code[:CODE], known=", ".join(self.statuses)) from None

    def first_status(self, stage: str) -> MerchantStatus:
        """The first of the merchant's statuses on a stage."""
        return min((s for s in self.statuses.values() if s.stage == stage), key=lambda s: (s.position, s.code))

    def require_payment_method(self, code: str, pointer: str = "/payment_method") -> None:
        """Refuses a payment method that the shop does not know."""
        if code not in self.payment_methods:
            raise UnknownMethod(
                pointer, kind="payment method", method=code[:CODE], known=", ".join(self.payment_methods)
            )

    def require_shipping_method(self, code: str, pointer: str = "/shipping_method") -> None:
        """Refuses a shipping method that the shop does not know."""
        if code not in self.shipping_methods:
            known = ", ".join(self.shipping_methods)
            raise UnknownMethod(pointer, kind="shipping method", method=code[:CODE], known=known)

    def tracking_url(self, carrier: str, tracking_code: str) -> str:
        """Where a parcel can be followed, empty when the carrier is free text or has no address."""
        known = self.carriers.get(carrier)
        if known is None or not known.tracking_url or not tracking_code:
            return ""
        return known.tracking_url.replace("{code}", quote(tracking_code, safe=""))
