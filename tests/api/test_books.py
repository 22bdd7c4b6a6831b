"""The French books: the file of entries, held against the rules of the law by a reader of the tests' own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from api.app import create_app
from projections.books.accounts import Accounts
from projections.runtime import Runtime
from scripts.cli import carnet
from tests.api.desk import API, ORDERS, eur, line, place
from tests.api.invoices import issue, refund, set_up
from tests.api.test_problems import refused
from tests.fixtures_api import TokenClient
from tests.fixtures_api import issue as token_of

FEC = f"{API}/books/fec"
TODAY = datetime.now(UTC).date()
PERIOD = f"from={TODAY - timedelta(days=1)}&to={TODAY + timedelta(days=1)}"
HEAD = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
]
AMOUNT, DAY = re.compile(r"\d+,\d\d"), re.compile(r"20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
Row = dict[str, str]


def rows_of(content: bytes) -> list[Row]:
    """The file's rows; breaks where it is not as article A47 A-1 of the Livre des procédures fiscales has it."""
    text = content.decode("utf-8")
    assert text.endswith("\r\n")
    head, *lines = [one.split("\t") for one in text[:-2].split("\r\n")]
    assert head == HEAD
    assert {len(one) for one in lines} <= {18}
    rows = [dict(zip(HEAD, one, strict=True)) for one in lines]
    entries: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        filled = set(HEAD) - {"CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"}
        assert [name for name in filled if not row[name]] == []
        assert AMOUNT.fullmatch(row["Debit"])
        assert AMOUNT.fullmatch(row["Credit"])
        assert (money(row["Debit"]) == 0) != (money(row["Credit"]) == 0)
        assert all(DAY.fullmatch(row[name]) for name in ("EcritureDate", "PieceDate", "ValidDate"))
        assert re.fullmatch(r"[0-9]{3}[0-9A-Za-z]*", row["CompteNum"])
        assert bool(row["CompAuxNum"]) == bool(row["CompAuxLib"])
        assert bool(row["Montantdevise"]) == bool(row["Idevise"])
        entries[row["EcritureNum"]].append(row)
    assert list(entries) == [str(number) for number in range(1, len(entries) + 1)]  # no gap, none out of order
    for lines_of in entries.values():
        assert sum(money(row["Debit"]) - money(row["Credit"]) for row in lines_of) == 0
        for name in ("JournalCode", "EcritureDate", "PieceRef", "ValidDate"):
            assert len({row[name] for row in lines_of}) == 1
    days = [row["EcritureDate"] for row in rows]
    assert days == sorted(days)
    assert len({(row["CompteNum"], row["CompAuxNum"]) for row in rows}) == len(
        {(row["CompteNum"], row["CompteLib"], row["CompAuxNum"], row["CompAuxLib"]) for row in rows}
    )
    return rows


def money(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def booked(client: FlaskClient, query: str = PERIOD) -> list[list[tuple[str, str, str]]]:
    """Account, debit and credit of every line, by entry."""
    answer = client.get(f"{FEC}?{query}", buffered=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in rows_of(answer.get_data()):
        found[row["EcritureNum"]].append((row["CompteNum"], row["Debit"], row["Credit"]))
    return list(found.values())


def sale(client: FlaskClient, **facts: Any) -> dict[str, Any]:
    """An order of 24.00 with 20 % of tax in it and 4.80 of shipping that bears none, invoiced."""
    order = place(client, line(2, tax_rate="20.00", unit_price=eur("12.00")), shipping_charge=eur("4.80"), **facts)
    answer = issue(client, order)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return order


def test_an_invoice_its_payment_a_refund_and_its_credit_note_are_entries_that_balance(client: FlaskClient) -> None:
    set_up(client)
    order = sale(client)
    refund(client, order, items=[{"item": "1", "quantity": 1}])
    note = client.post(f"{ORDERS}/{order['id']}/documents", json={"kind": "credit_note", "refund": "1"})
    assert note.status_code == 201, note.get_data(as_text=True)
    assert booked(client) == [
        [("411", "28,80", "0,00"), ("707", "0,00", "20,00"), ("708", "0,00", "4,80"), ("445711", "0,00", "4,00")],
        [("411", "0,00", "28,80"), ("512", "28,80", "0,00")],
        [("411", "12,00", "0,00"), ("512", "0,00", "12,00")],
        [("411", "0,00", "12,00"), ("707", "10,00", "0,00"), ("445711", "2,00", "0,00")],
    ]


def test_a_void_books_the_other_way_round_and_a_payment_taken_back_too(client: FlaskClient, projecting: object) -> None:
    set_up(client)
    order = sale(client)
    number = client.get(f"{ORDERS}/{order['id']}/documents").get_json()["items"][0]["number"]
    client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "cash", "amount": eur("5.00")})
    client.delete(f"{ORDERS}/{order['id']}/payments/1", json={"reason": "typed twice"})
    assert client.post(f"{API}/documents/{number}/void", json={"reason": "wrong buyer"}).status_code == 200
    sold, paid, unpaid, void = booked(client)
    assert paid == [("411", "0,00", "5,00"), ("530", "5,00", "0,00")]
    assert unpaid == [("411", "5,00", "0,00"), ("530", "0,00", "5,00")]
    assert void == [(account, credit, debit) for account, debit, credit in sold]


def test_the_file_is_called_by_siren_and_last_day_and_tells_customers_of_their_own(client: FlaskClient) -> None:
    set_up(client)
    sale(client)
    answer = client.get(f"{FEC}?{PERIOD}", buffered=True)
    last = (TODAY + timedelta(days=1)).strftime("%Y%m%d")
    assert f"filename=732829320FEC{last}.txt" in answer.headers["Content-Disposition"]
    [customer] = [row for row in rows_of(answer.get_data()) if row["CompteNum"] == "411"]
    assert re.fullmatch(r"C[0-9A-F]{16}|CDIVERS", customer["CompAuxNum"])
    assert (customer["JournalCode"], customer["JournalLib"]) == ("VE", "Ventes")
    assert customer["EcritureLib"].startswith("Facture ")


def test_another_currency_is_told_in_euros_at_the_invoices_rate_and_beside_it(client: FlaskClient) -> None:
    set_up(client)
    dollars = {"amount": "12.00", "currency": "USD"}
    order = place(client, line(3, tax_rate="20.00", unit_price=dollars), currency="USD")
    refused(client.get(f"{FEC}?{PERIOD}&rate=USD"), 422, "invalid-fields")
    client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "card", "amount": {**dollars, "amount": "1.00"}})
    refused(client.get(f"{FEC}?{PERIOD}"), 422, "rate-missing")
    assert booked(client, f"{PERIOD}&rate=USD=1.25") == [[("411", "0,00", "0,80"), ("512", "0,80", "0,00")]]
    assert issue(client, order, euro_rate="1.1").status_code == 201
    rows = rows_of(client.get(f"{FEC}?{PERIOD}&rate=USD=1.25", buffered=True).get_data())
    invoice = [(row["CompteNum"], row["Debit"], row["Credit"], row["Montantdevise"]) for row in rows[2:]]
    assert invoice == [
        ("411", "32,73", "0,00", "36,00"), ("707", "0,00", "27,27", "30,00"), ("445711", "0,00", "5,46", "6,00"),
    ] or invoice == [
        ("411", "32,73", "0,00", "36,00"), ("707", "0,00", "27,28", "30,00"), ("445711", "0,00", "5,45", "6,00"),
    ]  # fmt: skip
    assert {row["Idevise"] for row in rows} == {"USD"}


def test_accounts_are_the_shops_own_where_it_says_so(runtime: Runtime) -> None:
    settings = replace(runtime.settings, accounts="customers=4111, vat.20=4457120,method.card=5115")
    own = replace(runtime, settings=settings)
    client = TokenClient(create_app(own), create_app(own).response_class)
    client.token = token_of(runtime, "own", "admin")
    set_up(client)
    order = sale(client)
    client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "card"})
    accounts = [account for entry in booked(client) for account, *_ in entry]
    assert accounts == ["4111", "707", "708", "4457120", "4111", "5115"]


@pytest.mark.parametrize("told", ["customers", "nobody=411", "goods=12", "vat.20=", "goods=707;shipping=708"])
def test_accounts_that_are_none_are_refused(told: str) -> None:
    with pytest.raises(ValueError, match="NAME=NUMBER"):
        Accounts(told)


def test_a_period_without_anything_is_a_file_with_a_head_alone(client: FlaskClient) -> None:
    set_up(client)
    sale(client)
    assert booked(client, "from=2020-01-01&to=2020-12-31") == []
    refused(client.get(f"{FEC}?from=2020-12-31&to=2020-01-01"), 422, "invalid-fields")


def test_without_a_siren_and_without_the_permission_there_is_none(
    client_as: Callable[..., FlaskClient], client: FlaskClient
) -> None:
    refused(client.get(f"{FEC}?{PERIOD}"), 409, "siren-missing")
    refused(client_as("analyst").get(f"{FEC}?{PERIOD}"), 403, "permission-missing")


def test_many_orders_in_any_order_are_numbered_without_a_gap(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.books.reading.AT_ONCE", 2)
    set_up(client)
    orders = [sale(client) for _ in range(3)]
    for order in reversed(orders):
        client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "card"})
    entries = booked(client)
    assert len(entries) == 6
    assert sum(money(debit) for entry in entries for account, debit, _ in entry if account == "512") == 3 * Decimal(
        "28.80"
    )


def test_the_command_writes_the_same_file(
    client: FlaskClient, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(client)
    sale(client)
    for name in ("database_url", "secret_key", "data_dir"):
        monkeypatch.setenv(f"CARNET_{name.upper()}", str(getattr(runtime.settings, name)))
    options = ["--from", str(TODAY - timedelta(days=1)), "--to", str(TODAY + timedelta(days=1))]
    folder = tmp_path / "books"
    answer = CliRunner().invoke(carnet, ["export", "fec", *options, "--output", str(folder)])
    assert answer.exit_code == 0, answer.output
    [file] = folder.iterdir()
    assert file.read_bytes() == client.get(f"{FEC}?{PERIOD}", buffered=True).get_data()
    assert "1 entries written" in answer.output
    assert CliRunner().invoke(carnet, ["export", "fec", *options, "--rate", "x"]).exit_code == 2
