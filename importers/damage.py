"""What a spreadsheet did to a file that was opened in it: zeros and texts that are not what they were.

Digits cut off (`4.05E+12`) and dates turned into numbers are refused as they are read; what is still there in another
form is taken with a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.addresses import Address
from importers.drafts import Draft

POSTCODE_SHORT = "postcode-lost-zero"
SKU_AS_DATE = "sku-looks-like-a-date"

# Countries whose postcodes have so many digits and may begin with 0.
_DIGITS = {
    **dict.fromkeys(("US", "DE", "FR", "ES", "IT", "MX", "TR", "MY", "FI", "EE", "HR", "KR", "UA"), 5),
    **dict.fromkeys(("NO", "DK", "AU"), 4),
    **dict.fromkeys(("RO", "SG", "CN"), 6),
    **dict.fromkeys(("JP", "IL"), 7),
    "BR": 8,
}
_DAY_OF_MONTH = re.compile(
    r"\d{1,2}[-.](?:Jan|Feb|Mar|Mrz|Apr|May|Mai|Jun|Jul|Aug|Sep|Oct|Okt|Nov|Dec|Dez|janv|févr|mars|avr|mai|juin|juil|"
    r"août|sept|oct|nov|déc)|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d"
)


def damage_in(draft: Draft) -> Iterator[str]:
    """A remark for each thing that a spreadsheet seems to have changed; none repeats what a cell holds of a person."""
    for kind, address in (("billing", draft.billing), ("shipping", draft.shipping)):
        if lost_zero(address):
            yield f"{POSTCODE_SHORT}: {kind}"
    for line in draft.lines:
        if _DAY_OF_MONTH.fullmatch(line.sku):
            yield f"{SKU_AS_DATE}: {line.sku}"


def lost_zero(address: Address) -> bool:
    """Whether a postcode is a digit or two short where its country's may begin with 0."""
    digits = _DIGITS.get(address.country)
    return digits is not None and address.postcode.isdigit() and digits - 2 <= len(address.postcode) < digits
