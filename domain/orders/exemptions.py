"""Why an invoice charges no tax, and where that has to be said.

The buyer owes it, the goods went to a business in another member state, or out of the Union. What holds for all of a
shop's documents stands among its legal details.
"""

from __future__ import annotations

from domain.addresses import Address
from domain.errors import Rejected
from domain.orders.order import Order
from domain.settings import Shop
from domain.vat_numbers import in_union, territory_of, vat_territory

# CGI, art. 283; art. 262 ter, I; art. 262, I.
REVERSE_CHARGE, INTRA_COMMUNITY, EXPORT = EXEMPTIONS = ("reverse-charge", "intra-community", "export")


class UnknownExemption(Rejected):
    """No tax is charged for one of these reasons: {known}."""

    code = "unknown-exemption"


class TaxCharged(Rejected):
    """Order {number} charges tax: an invoice without tax needs lines without it."""

    code = "tax-charged"


class BuyerVatMissing(Rejected):
    """For {exemption} the billing address needs the buyer's VAT number."""

    code = "buyer-vat-missing"


class BuyerVatWrong(Rejected):
    """For {exemption} the buyer's VAT number is one of another member state: {number} is none, by its form."""

    code = "buyer-vat-wrong"


class ExemptionMissing(Rejected):
    """A sale without VAT to {country} says why there is none: {known}."""

    code = "exemption-missing"


class ExemptionMisplaced(Rejected):
    """For {exemption} the goods or their bill go {where}."""

    code = "exemption-misplaced"


def check_exemption(order: Order, exemption: str, bill: Address, shop: Shop) -> None:
    """Refuses a reason that does not fit the order, and a sale without tax that needs one and has none."""
    if exemption:
        _check_told(order, exemption, bill, shop)
    else:
        _require(order, bill, shop)


def _territories(order: Order, bill: Address, shop: Shop) -> tuple[str, list[str]]:
    """Whose VAT the seller is under, and where the goods and their bill go, as far as that is told, the goods first."""
    countries = dict.fromkeys(country for country in (order.delivery.country, bill.country) if country)
    return vat_territory(shop.seller.country), [vat_territory(country) for country in countries]


def _require(order: Order, bill: Address, shop: Shop) -> None:
    """A sale of the Union that leaves the seller's country without tax says why, and the invoice says it on.

    Directive 2006/112/EC, art. 226 (11) and (11a): the invoice refers to the exemption, or says "reverse charge".
    """
    seller, buyers = _territories(order, bill, shop)
    if not (in_union(seller) and buyers) or order.price.tax or not order.price.total or shop.legal.exemption:
        return
    if all(item.exemption for item in order.items.values()) and order.items:
        return  # each line says why by itself
    if buyers[0] != seller:
        known = (INTRA_COMMUNITY, REVERSE_CHARGE) if in_union(buyers[0]) else (EXPORT, REVERSE_CHARGE)
        raise ExemptionMissing("/exemption", country=buyers[0], known=", ".join(known))


def _check_told(order: Order, exemption: str, bill: Address, shop: Shop) -> None:
    if exemption not in EXEMPTIONS:
        raise UnknownExemption("/exemption", known=", ".join(EXEMPTIONS))
    if order.price.tax:
        raise TaxCharged("/exemption", number=order.number)
    if exemption != EXPORT and not bill.vat_number:
        raise BuyerVatMissing("/billing_address/vat_number", exemption=exemption)
    seller, buyers = _territories(order, bill, shop)
    if exemption == EXPORT and buyers and all(in_union(buyer) for buyer in buyers):
        raise ExemptionMisplaced("/exemption", exemption=exemption, where="out of the Union")
    if exemption == INTRA_COMMUNITY:
        _check_acquirer(seller, buyers, bill.vat_number)


def _check_acquirer(seller: str, buyers: list[str], vat_number: str) -> None:
    """Goods exempt within the Union go to who is registered in another member state than the seller's.

    Directive 2006/112/EC, art. 138 (1) (b); Northern Ireland is one for goods, under the prefix XI.
    """
    registered = territory_of(vat_number)
    if registered == seller or not (in_union(registered) or registered == "XI"):
        raise BuyerVatWrong("/billing_address/vat_number", exemption=INTRA_COMMUNITY, number=vat_number)
    if buyers and not any(buyer != seller and (in_union(buyer) or registered == "XI") for buyer in buyers):
        raise ExemptionMisplaced("/exemption", exemption=INTRA_COMMUNITY, where="to another member state")
