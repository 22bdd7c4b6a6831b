"""WooCommerce's packed cells: `key:value` pairs joined by `|`, and lists of such items, whatever their values hold.

A line item is `name:..|product_id:..|sku:..|quantity:..|total:..|sub_total:..` with more behind; its name and SKU may
hold colons and bars themselves, so it is found from its figures backwards. Other items are lists: each begins with the
key that the first began with. Values are HTML: `&amp;` is a plain `&`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from html import unescape

FIGURES = ("quantity", "total", "sub_total")
LINE_KEYS = ("name", "product_id", "sku", *FIGURES, "tax", "total_tax", "refunded")
TAX_KEYS = ("rate_id", "code", "title", "label", "total", "rate_percent", "compound", "tax_rate_compound")
COUPON_KEYS = ("code", "amount")
REFUND_KEYS = ("amount", "reason", "date")
SHIPPING_KEYS = ("items", "method_id", "method_title", "total", "taxes")
FEE_KEYS = ("name", "total", "tax", "tax_data")
NOTE_KEYS = ("content", "date", "customer", "added_by")

_FREE = frozenset({"name", "sku", "code", "title", "label", "reason", "items", "method_title", "content"})
_NUMBER = re.compile(r"\s*-?[0-9.,]*\s*", re.ASCII)
_DIGITS = re.compile(r"\s*[0-9]*\s*", re.ASCII)


def read_line(cell: str) -> dict[str, str]:
    """A line item's values by their keys; one that does not begin like a line item has none."""
    segments = cell.split("|")
    products = [at for at in range(1, len(segments)) if _is_product(segments[at : at + 2])]
    begin = products[0] + 2 if products else len(segments)
    figures = next((at for at in range(begin, len(segments)) if _are_figures(segments[at : at + 3])), None)
    if figures is None or not segments[0].lstrip().startswith("name:"):
        return _pairs(segments, LINE_KEYS)
    product = max(at for at in products if at + 2 <= figures)
    told = _pairs(segments[figures:], LINE_KEYS)
    told["name"] = plain("|".join(segments[:product]).lstrip().removeprefix("name:"))
    told["sku"] = plain("|".join(segments[product + 1 : figures]).lstrip().removeprefix("sku:"))
    return told


def read_items(cell: str, separator: str, keys: Sequence[str]) -> list[dict[str, str]]:
    """The items of a list, each with its values by their keys."""
    first = cell.partition(":")[0].strip()
    if first not in keys:
        return []
    begins = re.compile(rf"{re.escape(separator)}\s*(?={re.escape(first)}:)")
    return [_pairs(item.split("|"), keys) for item in begins.split(cell)]


def plain(text: str) -> str:
    """A value as people read it, on one line."""
    return " ".join(unescape(text).split())


def _pairs(segments: Sequence[str], keys: Collection[str]) -> dict[str, str]:
    """Values by their keys; what follows a free text without a key of its own belongs to it, else it is of no use."""
    told: dict[str, list[str]] = {}
    last = ""
    for segment in segments:
        key, colon, value = segment.partition(":")
        key = key.strip()
        if colon and key in keys and key not in told:
            told[key], last = [value], key
        elif last in _FREE:
            told[last].append(segment)
        else:
            last = ""
    whole = {key: "|".join(parts) for key, parts in told.items()}
    return {key: unescape(text).strip() if key == "content" else plain(text) for key, text in whole.items()}


def _are_figures(segments: Sequence[str]) -> bool:
    """Whether a quantity, a total and a subtotal stand here one after the other."""
    return len(segments) == len(FIGURES) and all(
        _holds(segment, key, _NUMBER) for segment, key in zip(segments, FIGURES, strict=True)
    )


def _is_product(segments: Sequence[str]) -> bool:
    return len(segments) == 2 and _holds(segments[0], "product_id", _DIGITS) and segments[1].lstrip().startswith("sku:")


def _holds(segment: str, wanted: str, form: re.Pattern[str]) -> bool:
    key, colon, value = segment.partition(":")
    return bool(colon) and key.strip() == wanted and form.fullmatch(value) is not None
