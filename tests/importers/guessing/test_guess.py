"""A mapping is proposed from columns' names and cells; it says how sure it is, and never tells of a person."""

from __future__ import annotations

import csv
import time
import tomllib
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.faults import UnusableFile
from importers.guessing.guess import guess
from importers.guessing.text import mapping_text
from importers.guessing.words import LANGUAGES, PARTS, WORDS, bare, meanings
from importers.mapping.generic import Generic
from importers.mapping.mapping import AddressColumns, CsvMapping, OrderColumns, parsed_mapping
from importers.profile import Choices
from tests.importers.trying import import_file, write


def proposed(folder: Path, *lines: str, encoding: str = "utf-8") -> str:
    return mapping_text(guess(write(folder, *lines, encoding=encoding)))


def told(folder: Path, *lines: str, encoding: str = "utf-8") -> dict[str, Any]:
    """What the proposal says, leaving comments aside."""
    return tomllib.loads(proposed(folder, *lines, encoding=encoding))


@pytest.mark.parametrize(
    "header",
    [
        "Order number;Order date;Customer name;E-mail;SKU;Product name;Qty;Unit price;Status",
        "N° de commande;Date de commande;Nom du client;Courriel;Réf. produit;Désignation;Qté;Prix unitaire;État",
        "Bestellnummer;Bestelldatum;Kundenname;E-Mail-Adresse;Artikelnummer;Bezeichnung;Menge;Einzelpreis;Status",
        "Número de pedido;Fecha de pedido;Nombre del cliente;Correo;SKU;Producto;Cantidad;Precio unitario;Estado",
        "Numero ordine;Data ordine;Nome cliente;E-mail;Codice articolo;Descrizione;Quantità;Prezzo unitario;Stato",
    ],
)
def test_columns_are_known_in_five_languages_and_the_proposal_imports(tmp_path: Path, header: str) -> None:
    rows = ("7;31.12.2025;Ada Exemple;ada@example.com;R-1;Cup;2;1.234,50;neu", "7;31.12.2025;;;R-2;Pot;1;5,00;neu")
    text = proposed(tmp_path, header, *rows, encoding="cp1252")
    mapping = parsed_mapping(text, "guess")
    fields = list(mapping.columns.named())
    assert sorted(fields) == sorted(
        ("number", "created_at", "customer_name", "customer_email", "sku", "name", "quantity", "unit_price", "status")
    )
    assert (mapping.decimal, mapping.date_format, mapping.statuses) == (",", "day-first", {"neu": "pending"})
    corrected = parsed_mapping(text.replace("# currency", "currency").replace("# timezone", "timezone"), "corrected")
    order = import_file(tmp_path / "orders.csv", mapping=corrected).book.numbered("7")
    assert (order.price.total, len(order.items)) == (247400, 2)


def test_what_a_status_says_of_the_money_is_proposed_too(tmp_path: Path) -> None:
    header = "Order number;Order date;Product name;Qty;Unit price;Status"
    row = "{};2025-12-31;Cup;2;4.50;{};{}"
    texts = (("Done", "Paid"), ("Done", "refunded"), ("New", "awaiting payment"), ("New", "?!x"))
    rows = [row.format(number, *pair) for number, pair in enumerate(texts)]
    text = proposed(tmp_path, f"{header};Payment status", *rows)
    assert '# "?!x" = "..."  # not known: say paid, unpaid or refunded' in text
    assert tomllib.loads(text)["payments"] == {"Paid": "paid", "refunded": "refunded", "awaiting payment": "unpaid"}
    alone = told(tmp_path, header, *(one.rpartition(";")[0] for one in (rows[0], "9;2025-12-31;Cup;1;1.00;Paid;")))
    assert (alone["statuses"]["Paid"], alone["payments"]) == ("processing", {"Paid": "paid"})


def test_every_field_of_a_mapping_has_words_in_every_language_and_each_word_means_it() -> None:
    fields = set(OrderColumns.__struct_fields__) - {"billing", "shipping"}
    assert set(WORDS) == fields
    assert set(PARTS) == set(AddressColumns.__struct_fields__)
    for field, texts in WORDS.items():
        assert len(texts) == len(LANGUAGES)
        for word in ",".join(texts).split(","):
            assert bare(word)
            assert field in [meaning.field for meaning in meanings(word.strip(" ?"))], (field, word)
    for part, texts in PARTS.items():
        assert len(texts) == len(LANGUAGES)
        for word in ",".join(texts).split(","):
            assert f"shipping/{part}" in [meaning.field for meaning in meanings(f"shipping {word}")], (part, word)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Rechnungsort", "billing/city"),
        ("Lieferland", "shipping/country"),
        ("Code postal de livraison", "shipping/postcode"),
        ("billing_address_1", "billing/line1"),
        ("Teléfono de facturación", "billing/phone"),
        ("Cap spedizione", "shipping/postcode"),
        ("InvoiceNo", "number"),
        ("MwSt.-Satz (%)", "tax_rate"),
    ],
)
def test_an_address_is_told_by_the_word_beside_its_part(name: str, field: str) -> None:
    assert meanings(name)[0].field == field


def test_an_amount_of_tax_is_not_taken_for_its_rate(tmp_path: Path) -> None:
    text = proposed(tmp_path, "No,Date,Total,Tax", "1,2025-01-02,$12.06,$2.06", "2,2025-01-03,$6.00,$1.00")
    assert "tax_rate =" not in text
    rates = proposed(tmp_path, "No,Date,Total,VAT", "1,2025-01-02,12.06,20 %", "2,2025-01-03,6,5.5")
    assert 'tax_rate = "VAT"' in rates


def test_samples_of_what_tells_of_a_person_show_their_shape_alone(tmp_path: Path) -> None:
    header = "No,Date,Customer name,Email,Phone,Address,IP,Secret"
    text = proposed(tmp_path, header, "1,2025-01-02,Ada Exemple,ada@example.com,0612345678,1 rue X,203.0.113.7,Zoé")
    for word in ("Ada", "ada@", "0612345678", "1 rue X", "203.0.113", "Zoé"):
        assert word not in text
    assert "Xxx Xxxxxxx" in text
    assert '# - "Secret": Xxx' in text


def test_a_sample_cannot_leave_its_comment(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    with file.open("w", newline="") as text:
        csv.writer(text).writerows([["No", "Date", 'Odd"\n[x]'], ["1", "2025-01-02", "a\nsource = 'evil'\u2028b"]] * 9)
    assert tomllib.loads(mapping_text(guess(file)))["source"] == "orders"


def test_cells_that_say_otherwise_than_the_name_are_left_out_with_the_reason(tmp_path: Path) -> None:
    text = proposed(tmp_path, "No,Date,Qty,Total,Empty", "1,2025-01-02,many,5.00,", "1,2025-01-02,few,6.00,")
    mapping = parsed_mapping(text, "guess")
    assert list(mapping.columns.named()) == ["number", "created_at"]
    assert '"Qty" (its name says quantity, its cells do not)' in text
    assert '"Total" (its name says total, but the rows of one order tell different ones)' in text
    assert '"Empty" (it is empty)' in text


def test_a_column_without_a_telling_name_is_known_by_its_cells(tmp_path: Path) -> None:
    mapping = parsed_mapping(
        proposed(tmp_path, "No,A,B,C", "1,2025-01-02,ada@example.com,EUR", "2,2025-01-03,nora@example.com,CHF"), "guess"
    )
    assert mapping.columns == OrderColumns(number="No", created_at="A", customer_email="B", currency="C")


@pytest.mark.parametrize(
    ("dates", "form"),
    [
        (("2025-01-02", "2025-12-31"), None),
        (("31/12/2025", "01/02/2025"), "day-first"),
        (("12/31/2025", "01/02/2025"), "month-first"),
        (("01/02/2025", "03/04/2025"), None),
        (("31/12/2025", "12/31/2025"), None),
    ],
)
def test_the_form_of_dates_is_told_only_where_one_proves_it(
    tmp_path: Path, dates: tuple[str, ...], form: str | None
) -> None:
    text = proposed(tmp_path, "No,Date", *(f"{at},{date}" for at, date in enumerate(dates, 1)))
    assert tomllib.loads(text).get("date_format") == form
    assert ("# date_format" in text) == (form is None and "/" in dates[0])


@pytest.mark.parametrize(
    ("amounts", "decimal", "currency"),
    [
        (("1,50", "1.234,00"), ",", None),
        (("€1.50", "€12.00"), ".", "EUR"),
        (("£1.50", "£2,000.00"), ".", "GBP"),
        (("1.234", "2"), None, None),
        (("$5.00", "$1.10"), ".", None),
    ],
)
def test_signs_are_told_only_where_amounts_prove_them(
    tmp_path: Path, amounts: tuple[str, ...], decimal: str | None, currency: str | None
) -> None:
    values = told(tmp_path, "No;Date;Total", *(f"{at};2025-01-02;{amount}" for at, amount in enumerate(amounts)))
    assert (values.get("decimal"), values.get("currency")) == (decimal, currency)


def test_a_surer_identity_is_the_number_where_both_are_weak(tmp_path: Path) -> None:
    values = told(tmp_path, "Order id,Reference,Date", "7,R1,2025-01-02", "8,R2,2025-01-02")
    assert values["columns"] == {"number": "Order id", "created_at": "Date"}


def test_amounts_that_prove_both_signs_prove_none(tmp_path: Path) -> None:
    text = proposed(tmp_path, "No;Date;Total", "1;2025-01-02;1,50", "2;2025-01-02;1.50")
    assert "decimal" not in tomllib.loads(text)


def test_words_for_nothing_mean_an_empty_cell(tmp_path: Path) -> None:
    rows = [f"{at},2025-01-02,{who}" for at, who in enumerate(("77", "n/a", "78", "-"), 1)]
    assert told(tmp_path, "No,Date,Customer no", *rows)["nothing"] == {"Customer no": ["-", "n/a"]}


def test_addresses_of_the_network_are_a_persons(tmp_path: Path) -> None:
    text = proposed(tmp_path, "No,Date,Whence", *(f"{at},2025-01-02,203.0.113.7" for at in range(1, 9)))
    assert "203.0.113.7" not in text


def test_rows_of_an_order_that_lie_apart_are_seen(tmp_path: Path) -> None:
    rows = ("1,2025-01-02,A", "2,2025-01-02,B", "1,2025-01-02,C")
    assert told(tmp_path, "No,Date,Product", *rows)["rows"] == "scattered"
    assert told(tmp_path, "No,Date,Product", *sorted(rows))["rows"] == "together"


def test_without_a_number_the_proposal_cannot_be_used_and_says_why(tmp_path: Path) -> None:
    text = proposed(tmp_path, "A,Date", "x,2025-01-02")
    with pytest.raises(UnusableFile, match="number"):
        parsed_mapping(text, "guess")
    assert '# number = "..."  # needed' in text


def test_a_header_alone_is_no_file_to_guess_at(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="no rows"):
        guess(write(tmp_path, "No,Date"))


HEADERS = st.sampled_from(
    [
        "No",
        "Order id",
        "Date",
        "Total",
        "Qty",
        "Price",
        "Land",
        "E-Mail",
        "SKU",
        "Name",
        "x\ny",
        'q"',
        "É\x7f",
        "Status",
    ]
)
CELLS = st.sampled_from(
    [
        "",
        "1",
        "-2",
        "2025-01-02",
        "31/12/2025",
        "1,5",
        "€3.00",
        "a@b.example",
        "EUR",
        "FR",
        "N/A",
        "neu",
        "'\"\\",
        "\x0b",
        "true",
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(HEADERS, min_size=1, max_size=6), st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=5)
)
def test_whatever_the_file_holds_the_proposal_is_toml_that_opens_it(header: list[str], rows: list[list[str]]) -> None:
    text = StringIO(newline="")
    csv.writer(text).writerows([header, *(row[: len(header)] for row in rows)])
    with TemporaryDirectory() as folder:
        file = Path(folder) / "any file.csv"
        file.write_bytes(text.getvalue().encode())
        try:
            found = guess(file)
        except UnusableFile:
            return
    written = mapping_text(found)
    values = tomllib.loads(written)
    if found.column("number") and found.column("created_at"):
        mapping: CsvMapping = parsed_mapping(written, "guess")
        Generic(mapping, [tuple(name.strip() for name in header)], Choices())
    else:
        assert not {"number", "created_at"} <= set(values["columns"])


def test_a_header_of_a_thousand_columns_is_read_at_once(tmp_path: Path) -> None:
    row = "\t".join("=HYPERLINK(invented)" for _ in range(1_000))
    file = write(tmp_path, *[row] * 5)
    began = time.perf_counter()
    assert mapping_text(guess(file, "shop"))
    assert time.perf_counter() - began < 2


def test_a_name_without_end_in_a_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="cannot be cut into names"):
        guess(write(tmp_path, "a" * 900_000, "1"), "shop")
