"""More ways in which good files are damaged: what becomes of amounts, dates and codes in their cells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from random import Random

from tests.importers.damages import MONEY, Sheet, cells, damage, dates, one_cell


@damage
def decimal_commas(sheet: Sheet, random: Random) -> Sheet:
    return cells(replace(sheet, delimiter=";"), MONEY, lambda text: text.replace(".", ","))


@damage
def thousands(sheet: Sheet, random: Random) -> Sheet:
    return cells(sheet, MONEY, lambda text: f"{float(text):,.2f}")


@damage
def one_decimal_comma(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, MONEY, lambda text: text.replace(".", ","))


@damage
def signs_of_currency(sheet: Sheet, random: Random) -> Sheet:
    return cells(sheet, MONEY, lambda text: f"€{text}")


@damage
def another_sign_of_currency(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, ["total"], lambda text: f"£{text}")


@damage
def one_price_ten_times(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, ["price"], lambda text: f"{float(text) * 10:.2f}")


@damage
def one_total_below_zero(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, ["total"], lambda text: f"-{text}")


@damage
def discounts_below_zero(sheet: Sheet, random: Random) -> Sheet:
    return cells(sheet, ["discount"], lambda text: f"-{text}" if float(text) else text)


@damage
def one_quantity_below_zero(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, ["quantity"], lambda text: f"-{text}")


@damage
def one_quantity_in_parts(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, ["quantity"], lambda text: "1.5")


@damage
def quantities_with_units(sheet: Sheet, random: Random) -> Sheet:
    return cells(sheet, ["quantity"], lambda text: f"{text} pcs")


@damage
def day_first(sheet: Sheet, random: Random) -> Sheet:
    return dates(sheet, "%d/%m/%Y %H:%M")


@damage
def month_first(sheet: Sheet, random: Random) -> Sheet:
    return dates(sheet, "%m/%d/%Y %H:%M")


@damage
def months_by_name(sheet: Sheet, random: Random) -> Sheet:
    return dates(sheet, "%b %d, %Y %I:%M:%S %p")


@damage
def years_of_two_digits(sheet: Sheet, random: Random) -> Sheet:
    return dates(sheet, "%m/%d/%y %H:%M")


@damage
def dates_as_numbers(sheet: Sheet, random: Random) -> Sheet:
    return cells(sheet, ["date"], lambda text: str((datetime.fromisoformat(text).date() - date(1899, 12, 30)).days))


@damage
def one_date_as_a_number(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, ["date"], lambda text: "46082.4166")


@damage
def one_day_there_is_not(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, ["date"], lambda text: "2026-02-30 10:00")


@damage
def one_date_to_come(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, ["date"], lambda text: "2062" + text[4:])


@damage
def time_in_a_column(sheet: Sheet, random: Random) -> Sheet:
    at = sheet.at("date")
    rows = [[*row[:at], row[at][:10], row[at][11:], *row[at + 1 :]] for row in sheet.rows]
    return replace(sheet, columns=[*sheet.columns[: at + 1], "Order time", *sheet.columns[at + 1 :]], rows=rows)


@damage
def zeros_lost(sheet: Sheet, random: Random) -> Sheet:
    return cells(sheet, ["postcode"], lambda text: text.lstrip("0") or "0")


@damage
def phones_shortened(sheet: Sheet, random: Random) -> Sheet:
    return cells(sheet, ["phone"], lambda text: f"{float(text):.4E}")


@damage
def one_article_shortened(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, ["sku"], lambda text: "4.05E+12")


@damage
def one_article_a_date(sheet: Sheet, random: Random) -> Sheet:
    return one_cell(sheet, random, ["sku"], lambda text: "1-Mar")


@damage
def guarded_by_equals(sheet: Sheet, random: Random) -> Sheet:
    return cells(sheet, ["number", "postcode", "sku"], lambda text: f'="{text}"')
