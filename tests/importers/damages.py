"""Ways in which good files are damaged on their way, by spreadsheets, scripts, languages and hands: rows and form.

Each takes a sheet and a random source and gives a damaged one. What a damage leads to is for the importer to see: the
sheet says nothing of it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import StringIO
from random import Random

Rows = list[list[str]]
Damage = Callable[["Sheet", Random], "Sheet"]
DAMAGES: dict[str, Damage] = {}
MONEY = ("price", "discount", "shipping", "total")
OF_ORDERS = (
    "date", "name", "email", "postcode", "country", "phone", "shipping", "total", "currency", "status", "paid",
)  # fmt: skip
NAMES = {
    "en": {
        "number": "Order number", "date": "Order date", "name": "Customer name", "email": "E-mail", "sku": "SKU",
        "product": "Product name", "quantity": "Quantity", "price": "Unit price", "discount": "Line discount",
        "paid": "Payment status", "shipping": "Shipping cost", "total": "Order total", "currency": "Currency",
        "status": "Status", "postcode": "Shipping postcode", "country": "Shipping country",
        "phone": "Shipping phone",
    },
    "fr": {
        "number": "Numéro de commande", "date": "Date de commande", "name": "Nom du client", "email": "Courriel",
        "sku": "Référence produit", "product": "Désignation", "quantity": "Quantité", "price": "Prix unitaire",
        "paid": "Statut du paiement", "discount": "Remise ligne", "shipping": "Frais de port",
        "total": "Total commande", "currency": "Devise", "status": "Statut", "postcode": "Code postal de livraison",
        "country": "Pays de livraison", "phone": "Téléphone de livraison",
    },
    "de": {
        "number": "Bestellnummer", "date": "Bestelldatum", "name": "Kundenname", "email": "E-Mail-Adresse",
        "sku": "Artikelnummer", "product": "Bezeichnung", "quantity": "Menge", "price": "Einzelpreis",
        "paid": "Zahlungsstatus", "discount": "Positionsrabatt", "shipping": "Versandkosten",
        "total": "Gesamtbetrag", "currency": "Währung", "status": "Bestellstatus", "postcode": "Lieferplz",
        "country": "Lieferland", "phone": "Liefertelefon",
    },
}  # fmt: skip


@dataclass
class Sheet:
    """A table and how it is written; columns go by what they hold, `before` and `behind` are lines around it."""

    columns: list[str]
    rows: Rows
    language: str = "en"
    delimiter: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL
    before: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None

    def bytes(self) -> bytes:
        """The file."""
        text = StringIO(newline="")
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end, quoting=self.quoting)  # type: ignore[arg-type]
        writer.writerow([self.headers.get(name) or NAMES[self.language].get(name, name) for name in self.columns])
        writer.writerows(self.rows)
        lines = [*(line + self.line_end for line in self.before), text.getvalue()]
        lines += [line + self.line_end for line in self.behind]
        return "".join(lines).encode(self.encoding, errors="replace")[: self.cut]

    def at(self, name: str) -> int:
        """Where a column is."""
        return self.columns.index(name)


def damage(done: Damage) -> Damage:
    """Adds a damage under its name."""
    DAMAGES[done.__name__] = done
    return done


def cells(sheet: Sheet, names: Sequence[str], change: Callable[[str], str]) -> Sheet:
    """The sheet with cells of these columns changed where they hold something."""
    places = {sheet.at(name) for name in names if name in sheet.columns}
    rows = [[change(cell) if at in places and cell else cell for at, cell in enumerate(row)] for row in sheet.rows]
    return replace(sheet, rows=rows)


def one_cell(sheet: Sheet, random: Random, names: Sequence[str], change: Callable[[str], str]) -> Sheet:
    """The sheet with one cell of these columns changed."""
    rows = [list(row) for row in sheet.rows]
    at = sheet.at(random.choice([name for name in names if name in sheet.columns]))
    row = random.choice([row for row in rows if row[at]])
    row[at] = change(row[at])
    return replace(sheet, rows=rows)


def ordered(sheet: Sheet, columns: Sequence[str]) -> Sheet:
    places = [sheet.at(name) for name in columns]
    return replace(sheet, columns=list(columns), rows=[[row[at] for at in places] for row in sheet.rows])


def without(sheet: Sheet, name: str) -> Sheet:
    return ordered(sheet, [one for one in sheet.columns if one != name])


def dates(sheet: Sheet, form: str) -> Sheet:
    return cells(sheet, ["date"], lambda text: datetime.fromisoformat(text).strftime(form))


@damage
def columns_reversed(sheet: Sheet, random: Random) -> Sheet:
    return ordered(sheet, sheet.columns[::-1])


@damage
def columns_shuffled(sheet: Sheet, random: Random) -> Sheet:
    return ordered(sheet, random.sample(sheet.columns, len(sheet.columns)))


@damage
def rows_shuffled(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, rows=random.sample(sheet.rows, len(sheet.rows)))


@damage
def rows_reversed(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, rows=sheet.rows[::-1])


@damage
def rows_sorted_by_product(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, rows=sorted(sheet.rows, key=lambda row: row[sheet.at("sku")]))


@damage
def row_doubled(sheet: Sheet, random: Random) -> Sheet:
    at = random.randrange(len(sheet.rows))
    return replace(sheet, rows=[*sheet.rows[: at + 1], sheet.rows[at], *sheet.rows[at + 1 :]])


@damage
def file_doubled(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, rows=sheet.rows * 2)


@damage
def file_appended_with_its_header(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, rows=[*sheet.rows, list(NAMES[sheet.language][name] for name in sheet.columns), *sheet.rows])


@damage
def row_lost(sheet: Sheet, random: Random) -> Sheet:
    at = random.randrange(len(sheet.rows))
    return replace(sheet, rows=sheet.rows[:at] + sheet.rows[at + 1 :])


@damage
def cut_in_a_row(sheet: Sheet, random: Random) -> Sheet:
    size = len(sheet.bytes())
    return replace(sheet, cut=random.randrange(size * 6 // 10, size - 2))


@damage
def cut_behind_a_row(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, rows=sheet.rows[: random.randrange(3, len(sheet.rows))])


@damage
def utf_16(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, encoding="utf-16")


@damage
def windows_1252(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, encoding="cp1252")


@damage
def byte_order_mark(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, encoding="utf-8-sig")


@damage
def read_as_latin(sheet: Sheet, random: Random) -> Sheet:
    """UTF-8 taken for Latin 1 and written as UTF-8 again: it cannot be seen, but in the letters themselves."""
    return cells(sheet, ["phone"], lambda text: text.encode().decode("latin-1"))


@damage
def windows_lines(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, line_end="\r\n")


@damage
def old_lines(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, line_end="\r")


@damage
def semicolons(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, delimiter=";")


@damage
def tabs(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, delimiter="\t")


@damage
def bars(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, delimiter="|")


@damage
def all_quoted(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, quoting=csv.QUOTE_ALL)


@damage
def quotes_lost(sheet: Sheet, random: Random) -> Sheet:
    """A product's comma cuts its row."""
    at, hit = sheet.at("product"), random.randrange(len(sheet.rows))
    rows = [
        [*row[: at + 1], "in blue", *row[at + 1 :]] if number == hit else row for number, row in enumerate(sheet.rows)
    ]
    return replace(sheet, rows=rows)


@damage
def quote_open(sheet: Sheet, random: Random) -> Sheet:
    text = sheet.bytes().decode().splitlines()
    at = random.randrange(1, len(text))
    return replace(
        sheet, rows=[], columns=sheet.columns, before=[], behind=[*text[1:at], f'"{text[at]}', *text[at + 1 :]]
    )


@damage
def merged_numbers(sheet: Sheet, random: Random) -> Sheet:
    """Cells of an order's rows made one, as spreadsheets do: what stands in the first row stands there alone."""
    seen: set[str] = set()
    rows = []
    for row in sheet.rows:
        blank = {sheet.at(name) for name in ("number", *OF_ORDERS)} if row[sheet.at("number")] in seen else set()
        seen.add(row[sheet.at("number")])
        rows.append(["" if at in blank else cell for at, cell in enumerate(row)])
    return replace(sheet, rows=rows)


@damage
def capitals(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, headers={name: NAMES[sheet.language].get(name, name).upper() for name in sheet.columns})


@damage
def french(sheet: Sheet, random: Random) -> Sheet:
    return cells(
        replace(dates(sheet, "%d/%m/%Y %H:%M"), language="fr", delimiter=";"),
        MONEY,
        lambda text: text.replace(".", ","),
    )


@damage
def german(sheet: Sheet, random: Random) -> Sheet:
    return cells(
        replace(dates(sheet, "%d.%m.%Y %H:%M"), language="de", delimiter=";"),
        MONEY,
        lambda text: text.replace(".", ","),
    )


@damage
def preamble(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, before=['"Orders of the shop, made on demand"', "All amounts in EUR"])


@damage
def footer(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, behind=["", f"{len(sheet.rows)} rows"])


@damage
def row_of_sums(sheet: Sheet, random: Random) -> Sheet:
    whole = sum(float(row[sheet.at("total")] or 0) for row in sheet.rows)
    return replace(sheet, rows=[*sheet.rows, [f"{whole:.2f}" if name == "total" else "" for name in sheet.columns]])


@damage
def blank_rows(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, rows=[line for row in sheet.rows for line in (row, [""] * len(row))])


@damage
def empty_columns(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, columns=[*sheet.columns, "", ""], rows=[[*row, "", ""] for row in sheet.rows])


@damage
def spaces(sheet: Sheet, random: Random) -> Sheet:
    return cells(sheet, sheet.columns, lambda text: f" {text}\u00a0 ")


@damage
def words_for_nothing(sheet: Sheet, random: Random) -> Sheet:
    return cells(sheet, ["discount"], lambda text: text if float(text) else "N/A")


@damage
def column_twice(sheet: Sheet, random: Random) -> Sheet:
    at = sheet.at(random.choice(["price", "total", "number"]))
    rows = [[*row, row[at]] for row in sheet.rows]
    return replace(sheet, columns=[*sheet.columns, sheet.columns[at]], rows=rows)


@damage
def without_quantities(sheet: Sheet, random: Random) -> Sheet:
    return without(sheet, "quantity")


@damage
def without_prices(sheet: Sheet, random: Random) -> Sheet:
    return without(sheet, "price")


@damage
def without_shipping(sheet: Sheet, random: Random) -> Sheet:
    return without(sheet, "shipping")


@damage
def quantities_unnamed(sheet: Sheet, random: Random) -> Sheet:
    return replace(sheet, headers={"quantity": "Column7"})
