"""What is guessed is accepted by the importer that guesses: no cell is refused that proved what its column is."""

from __future__ import annotations

import csv
from datetime import UTC
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from importers.faults import UnusableFile
from importers.guessing.fields import HOLDS
from importers.guessing.guess import guess
from importers.guessing.proposal import Guess
from importers.guessing.text import mapping_text
from importers.mapping.mapping import parsed_mapping
from importers.profile import Choices
from tests.importers.trying import import_file

KINDS = {
    "Order date": ["2025-01-02", "2025-01-31 10:15", "Dec 8, 2024", "8. Dezember 2024", "2025-01-02T10:00:00Z"],
    "Order total": ["10.00", "1,250.00", "-3.00", "\u20ac4.50", "12", "0"],
    "Qty": ["1", "2", "3.0", "-1", "0"],
    "Unit price": ["4.50", "12.00", "0.99", "(1.50)", "7"],
    "Shipping cost": ["4.90", "0", "\u20ac5.00", ""],
    "Discount": ["0.00", "1.50", "-1.50", ""],
    "VAT rate": ["20 %", "5.5", "0", "19%", ""],
    "Tax amount": ["0.90", "1.00", ""],
    "Currency": ["EUR", "eur", "EUR "],
    "E-mail": ["ada@example.com", "a.b+c@example.org", "", "x@y", "a b@example.com"],
    "Billing country": ["FR", "DEU", "Suisse", "United States", "Deutschland", "Italia", ""],
    "Customer name": ["Ada Muster", "Bo", ""],
    "SKU": ["K-1", "0042", ""],
    "Product": ["Cup", "Bowl, blue"],
    "Paid at": ["2025-02-03", "", "2025-02-03 10:00"],
    "Order time": ["9:15:51 AM", "23:59", "0:00:10", ""],
}
OF_CELLS = {
    "not-an-amount", "not-a-whole-number", "date-form-unknown", "not-a-date", "not-a-time", "unknown-country",
    "bad-email", "unknown-currency", "tax-rate-too-fine",
    "ambiguous-amount", "cell-missing", "discount-with-other-sign",
}  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_what_is_guessed_is_accepted(data: st.DataObject) -> None:
    others = data.draw(st.lists(st.sampled_from(sorted(KINDS.keys() - {"Order date"})), unique=True, max_size=8))
    columns = data.draw(st.permutations(["Order number", "Order date", *others]))
    count = data.draw(st.integers(1, 5))
    rows = [
        [f"N{row}" if name == "Order number" else data.draw(st.sampled_from(KINDS[name])) for name in columns]
        for row in range(count)
    ]
    text = StringIO(newline="")
    csv.writer(text).writerows([columns, *rows])
    with TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        file.write_text(text.getvalue(), encoding="utf-8")
        told = guess(file)
        try:
            result = import_file(
                file, mapping=parsed_mapping(mapping_text(told), "guess"), choices=Choices(zone=UTC, currency="EUR")
            )
        except UnusableFile:
            return  # what only the caller can say
    refused = {(row["error_column"], row["error_code"]) for row in result.errors}
    assert not [one for one in refused if one[1] in OF_CELLS and _fits(told, one[0])]


def _fits(told: Guess, column: str) -> bool:
    """Whether all cells of a column proved what it was taken for, and discounts have one sign."""
    for one in told.guessed:
        if one.column.name == column and one.field in HOLDS:
            mixed = one.field.endswith("discount") and not told.negative_discounts and one.column.negative
            return one.column.share(HOLDS[one.field][0]) == 1.0 and not mixed
    return False
