"""Any CSV file comes in as its mapping tells."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain.addresses import Address
from domain.taxes import single
from importers.faults import UnusableFile
from importers.mapping.mapping import AddressColumns, CsvMapping, OrderColumns, Rule
from importers.profile import Choices
from tests.importers.trying import Imported, import_file, write

MAPPING = CsvMapping(
    source="till",
    currency="EUR",
    timezone="Europe/Paris",
    date_format="%d/%m/%Y %H:%M",
    decimal=",",
    paid=True,
    columns=OrderColumns(
        number="Commande",
        created_at="Date",
        customer_name="Client",
        customer_email="Courriel",
        sku="Réf",
        name="Article",
        quantity="Qté",
        unit_price="Prix",
        tax_rate="TVA",
        status="État",
    ),
    statuses={"livrée": "completed", "annulée": "cancelled"},
)
HEADER = "Commande;Date;Client;Courriel;Réf;Article;Qté;Prix;TVA;État"
FIRST = "C1;03/04/2025 10:00;Ada Exemple;ada@example.com;R1;Théière;2;1.234,50;20;livrée"

BARE = CsvMapping(
    source="till",
    currency="EUR",
    timezone="UTC",
    columns=OrderColumns(
        number="No", created_at="Date", customer_id="Customer", quantity="Qty", name="Name", unit_price="Price"
    ),
)
BARE_HEADER = "No,Date,Customer,Name,Qty,Price"


def bare(folder: Path, *lines: str, mapping: CsvMapping = BARE) -> Imported:
    return import_file(write(folder, BARE_HEADER, *lines), mapping=mapping)


def test_a_french_file_in_windows_1252_comes_in(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER, FIRST, "C1;03/04/2025 10:00;;;R2;Tasse;1;5,00;5,5;", encoding="cp1252")
    result = import_file(file, mapping=MAPPING)
    order = result.book.numbered("C1")
    assert not result.errors
    assert order.created_at == datetime(2025, 4, 3, 8, 0, tzinfo=UTC)
    assert [(item.name, item.unit_price, item.taxes) for item in order.items.values()] == [
        ("Théière", 123450, single(200_000)),
        ("Tasse", 500, single(55_000)),
    ]
    assert (order.stage, order.price.total, order.payment_status) == ("completed", 247400, "paid")
    assert order.billing_address == Address(name="Ada Exemple", email="ada@example.com")


def test_a_row_per_order_needs_no_lines(tmp_path: Path) -> None:
    mapping = CsvMapping(
        source="ledger",
        timezone="UTC",
        columns=OrderColumns(
            number="No",
            created_at="Date",
            total="Total",
            currency="Cur",
            paid="Paid",
            refunded="Back",
            billing=AddressColumns(city="City", country="Country"),
        ),
    )
    file = write(tmp_path, "No,Date,Total,Cur,Paid,Back,City,Country", "1,2025-01-01,12.00,eur,10.00,4.00,Bern,Suisse")
    order = import_file(file, mapping=mapping).book.numbered("1")
    assert (order.price.total, order.paid, order.refunded, order.currency) == (1200, 1000, 400, "EUR")
    assert order.billing_address == Address(city="Bern", country="CH")


def test_rows_from_all_over_the_file_come_together_only_where_the_mapping_says_so(tmp_path: Path) -> None:
    rows = ("1,2025-01-02,,A,1,1.00", "2,2025-01-02,,B,1,1.00", "1,2025-01-01,,C,1,1.00")
    together = bare(tmp_path, *rows)
    assert together.codes == ["duplicate-order"] * 2, "half an order never comes in"
    assert [order.number for order in together.book.orders.values()] == ["2"]
    scattered = bare(tmp_path, *rows, mapping=_with(rows="scattered"))
    order = scattered.book.numbered("1")
    assert [item.name for item in order.items.values()] == ["A", "C"]
    assert order.created_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert scattered.totals.accepted_rows == 3


def test_sorting_on_disk_gives_the_same_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"{number % 7},2025-01-02,,L{number},1,1.00" for number in range(100)]
    rows[50] += ",surplus"
    quiet = bare(tmp_path, *rows, mapping=_with(rows="scattered"))
    monkeypatch.setattr("importers.reading.grouping.RUN", 9)
    sorted_on_disk = bare(tmp_path, *rows, mapping=_with(rows="scattered"))
    assert quiet.totals == sorted_on_disk.totals
    assert [list(order.items) for order in quiet.book.orders.values()] == [
        list(order.items) for order in sorted_on_disk.book.orders.values()
    ]
    assert quiet.totals.refused == 1


def test_a_customer_number_makes_one_customer(tmp_path: Path) -> None:
    book = bare(tmp_path, "1,2025-01-02,77,A,1,1.00", "2,2025-01-02,77,A,1,1.00", "3,2025-01-02,,A,1,1.00").book
    first, second, nobody = (book.numbered(number) for number in "123")
    assert first.customer_id == second.customer_id
    assert first.customer_id
    assert first.customer_name == "77"
    assert nobody.customer_id is None


def test_a_price_finer_than_a_cent_keeps_the_exact_total(tmp_path: Path) -> None:
    order = bare(tmp_path, "1,2025-01-02,,A,1000,0.0125").book.numbered("1")
    assert (order.items["1"].unit_price, order.price.total) == (1, 1250)
    assert order.imported
    assert order.imported.remarks == ("unit-price-rounded: 2.50",)


def test_an_order_without_total_and_prices_is_refused(tmp_path: Path) -> None:
    assert bare(tmp_path, "1,2025-01-02,,A,1,").codes == ["total-unknown"]


def test_a_credit_note_is_paid_refunded_and_cancelled(tmp_path: Path) -> None:
    mapping = _with(rules=(Rule(when={"number": "^C"}, then="credit_note"),))
    order = bare(tmp_path, "C1,2025-01-02,,A,-3,2.00", mapping=mapping).book.numbered("C1")
    assert [item.quantity for item in order.items.values()] == [3]
    assert (order.stage, order.price.total, order.paid, order.refunded) == ("cancelled", 600, 600, 600)
    assert order.imported
    assert order.imported.remarks == ("credit-note",)


def test_a_credit_note_that_sells_as_well_is_refused(tmp_path: Path) -> None:
    mapping = _with(rules=(Rule(when={"number": "^C"}, then="credit_note"),))
    result = bare(tmp_path, "C1,2025-01-02,,A,-3,2.00", "C1,2025-01-02,,B,1,2.00", mapping=mapping)
    assert result.codes == ["order-refused", "quantity-out-of-bounds"]


def test_a_rule_refuses_in_its_own_words_and_only_where_every_row_fits(tmp_path: Path) -> None:
    rule = Rule(when={"unit_price": "^0$"}, then="refuse", code="free", message="All free.", fix="Charge.")
    rows = ("1,2025-01-02,,A,1,0", "2,2025-01-02,,A,1,0", "2,2025-01-02,,B,1,5")
    result = bare(tmp_path, *rows, mapping=_with(rules=(rule,)))
    (row,) = result.errors
    assert [row[f"error_{part}"] for part in ("row", "column", "code", "message", "fix")] == [
        "2", "Price", "free", "All free.", "Charge.",
    ]  # fmt: skip
    assert result.book.numbered("2").price.total == 500


def test_what_the_mapping_leaves_open_the_caller_says(tmp_path: Path) -> None:
    file = write(tmp_path, BARE_HEADER, "1,2025-01-02,,A,1,5")
    open_mapping = _with(currency="")
    assert import_file(file, mapping=open_mapping).codes == ["currency-unknown"]
    told = import_file(file, mapping=open_mapping, choices=Choices(currency="CHF"))
    assert told.book.numbered("1").currency == "CHF"


def test_a_status_or_amount_the_mapping_does_not_explain_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER, FIRST.replace("livrée", "perdue"), FIRST.replace("C1", "C2").replace(";20;", ";x;"))
    result = import_file(file, mapping=MAPPING)
    assert [(row["error_code"], row["error_column"]) for row in result.errors] == [
        ("unknown-status", "État"),
        ("not-an-amount", "TVA"),
    ]


def test_the_status_of_the_payment_says_what_came_in_and_what_went_back(tmp_path: Path) -> None:
    mapping = _with(
        columns=replace(BARE.columns, payment_status="Money", paid="In"),
        payments={"réglé": "paid", "rendu": "refunded"},
    )
    texts = ("réglé,", "rendu,", "Unpaid,", ",", "réglé,2.00", "perdu,")
    rows = [f"{number},2025-01-02,,A,1,5.00,{text}" for number, text in enumerate(texts)]
    result = import_file(write(tmp_path, BARE_HEADER + ",Money,In", *rows), mapping=mapping)
    money = {number: (order.paid, order.refunded) for number in "01234" if (order := result.book.numbered(number))}
    assert money == {"0": (500, 0), "1": (500, 500), "2": (0, 0), "3": (0, 0), "4": (200, 0)}
    assert [(row["error_code"], row["error_column"]) for row in result.errors] == [("unknown-payment-status", "Money")]


def test_an_orders_status_says_it_where_no_other_does(tmp_path: Path) -> None:
    mapping = _with(
        columns=replace(BARE.columns, status="State"),
        statuses={"Paid": "processing", "New": "pending"}, payments={"Paid": "paid"},
    )  # fmt: skip
    rows = ("1,2025-01-02,,A,1,5.00,Paid", "2,2025-01-02,,A,1,5.00,New")
    book = import_file(write(tmp_path, BARE_HEADER + ",State", *rows), mapping=mapping).book
    assert [book.numbered(number).payment_status for number in "12"] == ["paid", "unpaid"]


def test_columns_that_are_missing_or_stand_twice_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="Price"):
        import_file(write(tmp_path, "No,Date,Customer,Name,Qty", "1,2,3,4,5"), mapping=BARE)
    with pytest.raises(UnusableFile, match="Date stands"):
        import_file(write(tmp_path, BARE_HEADER + ",Date", "1,2,3,4,5,6,7"), mapping=BARE)


def _with(**changes: object) -> CsvMapping:
    return replace(BARE, **changes)
