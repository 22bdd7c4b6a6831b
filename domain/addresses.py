"""Postal addresses as they stand on orders and customer cards."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from domain.errors import Rejected
from domain.texts import LINE, NAME, check_text

# ISO 3166-1 alpha-2, officially assigned codes (2024), and XK, which posts and banks use for Kosovo.
_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())


class UnknownCountry(Rejected):
    """{country} is not an ISO 3166-1 alpha-2 country code."""

    code = "unknown-country"


class Address(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where something is billed or sent; every field is text, the country an ISO 3166-1 alpha-2 code."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "name", "company", "line1", "line2", "postcode", "city", "region", "country", "phone", "email", "vat_number",
    )  # fmt: skip

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    vat_number: str = ""

    def __bool__(self) -> bool:
        return self != NOWHERE


NOWHERE = Address()


def check_address(address: Address, pointer: str) -> None:
    """Refuses an address with over-long text, control characters or a country that does not exist."""
    for field in Address.FIELDS:
        check_text(getattr(address, field), LINE if field.startswith("line") else NAME, f"{pointer}/{field}")
    if address.country and address.country not in COUNTRIES:
        raise UnknownCountry(f"{pointer}/country", country=address.country)
