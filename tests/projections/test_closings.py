"""Closings of the French books: nothing is missed or doubled, each follows the one before, a forged one shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from msgspec.structs import replace
from pypdf import PdfReader

from domain.closings import (
    BOOKS_ID,
    DAY,
    MONTH,
    YEAR,
    Books,
    BooksMovedOn,
    CloseDay,
    Closing,
    DayNotBegun,
    DayNotNext,
    Figures,
    MoneyClosed,
    PeriodClosed,
    SeriesClosed,
    TaxClosed,
    close_day,
    faults_of,
    hash_of,
)
from domain.errors import DomainError
from domain.events import Event, fold
from domain.settings import Shop
from projections.books import closing as closing_module
from projections.books.closing import books_of, close_until, closing_of, faults
from projections.runtime import Runtime
from scripts.cli import carnet
from tests.api.desk import API, ORDERS, eur, line, place
from tests.api.invoices import issue, set_up
from tests.api.test_problems import refused
from tests.fixtures_api import context_of
from workers.books import close_books

CLOSINGS = f"{API}/books/closings"
TODAY = datetime.now(UTC).date()


def of_day(day: date, after: int, until: int, invoiced: int = 0, **told: Any) -> CloseDay:
    tax = (TaxClosed(rate=200_000, name="", amount=invoiced // 6),) if invoiced else ()
    money = (MoneyClosed(method="card", amount=invoiced),) if invoiced else ()
    one = Figures(currency="EUR", invoiced=invoiced, net=invoiced - invoiced // 6, taxes=tax, money=money)
    facts: dict[str, Any] = {
        "begun": date(2032, 1, 1),
        "bookings": 2 if invoiced else 0,
        "series": (),
        "context": context_of(),
    }
    facts["figures"] = (one,) if invoiced else ()
    return CloseDay(day=day, after=after, until=until, **{**facts, **told})


def closed(books: Books, *commands: CloseDay) -> Books:
    for command in commands:
        close_day(books, command, Shop())
    return books


def blank() -> Books:
    return Books.blank(BOOKS_ID)


def days(first: date, count: int, invoiced: int = 600) -> list[CloseDay]:
    return [of_day(first + timedelta(days=at), at * 10, at * 10 + 10, invoiced) for at in range(count)]


def test_a_month_and_a_year_are_closed_with_their_last_day_and_are_the_sum_of_what_is_in_them() -> None:
    books = closed(blank(), *days(date(2031, 11, 30), 32))
    kinds = [(one.kind, one.period) for one in books.closings if one.kind != DAY]
    assert kinds == [(MONTH, "2031-11"), (MONTH, "2031-12"), (YEAR, "2031")]
    december, year = (one for one in books.closings if one.period in ("2031-12", "2031"))
    [figures] = december.figures
    assert (figures.invoiced, figures.net, figures.taxes[0].amount) == (31 * 600, 31 * 500, 31 * 100)
    assert (figures.perpetual, figures.received) == (32 * 600, 32 * 600)
    assert (december.after, december.until, december.bookings) == (10, 320, 62)
    assert year.figures[0].invoiced == 32 * 600
    assert year.figures[0].perpetual == 32 * 600
    assert faults_of(books.closings) == []


def test_running_totals_go_on_through_days_without_anything_and_currencies_that_come_later() -> None:
    dollars = (Figures(currency="USD", credited=50, net=-50),)
    books = closed(
        blank(),
        of_day(date(2031, 5, 1), 0, 3, 1200),
        of_day(date(2031, 5, 2), 3, 3),
        of_day(date(2031, 5, 3), 3, 9, figures=dollars, bookings=1),
    )
    totals = [[(one.currency, one.perpetual, one.turned_over) for one in told.figures] for told in books.closings]
    assert totals == [[("EUR", 1200, 1200)], [("EUR", 1200, 1200)], [("EUR", 1200, 1200), ("USD", -50, 50)]]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (of_day(date(2031, 5, 3), 3, 9), DayNotNext),
        (of_day(date(2031, 5, 2), 2, 9), BooksMovedOn),
        (of_day(date(2031, 5, 2), 3, 2), BooksMovedOn),
        (of_day(date(2031, 5, 2), 3, 9, begun=date(2031, 5, 1)), DayNotBegun),
    ],
)
def test_no_day_is_left_out_begun_early_or_made_of_other_positions(command: CloseDay, error: type[DomainError]) -> None:
    books = closed(blank(), of_day(date(2031, 5, 1), 0, 3))
    with pytest.raises(error):
        closed(books, command)


def test_a_day_closed_again_stays_as_it_is() -> None:
    books = closed(blank(), of_day(date(2031, 5, 1), 0, 3), of_day(date(2031, 5, 1), 3, 9, 600))
    assert [one.until for one in books.closings] == [3]


def forged(number: int, **facts: Any) -> list[Closing]:
    books = closed(blank(), *days(date(2031, 5, 1), 3))
    return [replace(one, **facts) if one.number == number else one for one in books.closings]


def test_a_closing_that_was_changed_left_out_or_made_anew_shows() -> None:
    assert faults_of(forged(2, bookings=3)) == ["closing 2 (day 2031-05-02): not what was closed"]
    assert faults_of(forged(2, after=9))[-1].endswith("begins after position 9, not after 10")
    assert len(faults_of(forged(2)[:1] + forged(2)[2:])) > 0
    remade = forged(2, bookings=3)
    remade[1] = replace(remade[1], hash=hash_of(remade[1]))
    assert faults_of(remade) == ["closing 3 (day 2031-05-03): does not follow the one before"]


def sale(client: FlaskClient) -> dict[str, Any]:
    order = place(client, line(1, tax_rate="20.00", unit_price=eur("12.00")))
    assert issue(client, order).status_code == 201
    assert client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "card"}).status_code == 201
    return order


def test_days_of_the_log_hold_each_document_once_and_hold_against_it(
    client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(client)
    sale(client)
    first = list(close_until(runtime, TODAY, "process:tests", begins=True))
    for _ in range(2):
        sale(client)
    assert list(close_until(runtime, TODAY, "process:tests", begins=True)) == []

    class Tomorrow:
        @staticmethod
        def now(zone: Any) -> datetime:
            return datetime.now(zone) + timedelta(days=1)

    monkeypatch.setattr(closing_module, "datetime", Tomorrow)
    second = list(close_until(runtime, TODAY + timedelta(days=1), "process:tests", begins=False))
    today, tomorrow = ([one for one in made if one.kind == DAY] for made in (first, second))
    assert [(one.count, one.first, one.last) for one in today[0].series] == [
        (1, f"F{TODAY.year}-00001", f"F{TODAY.year}-00001")
    ]
    assert [(one.count, one.first, one.last) for one in tomorrow[0].series] == [
        (2, f"F{TODAY.year}-00002", f"F{TODAY.year}-00003")
    ]
    [figures] = tomorrow[0].figures
    assert (figures.invoiced, figures.net, figures.perpetual, figures.received) == (2400, 2000, 3600, 3600)
    assert faults(runtime) == []


def test_the_log_is_looked_at_and_not_the_closing_alone(client: FlaskClient, runtime: Runtime) -> None:
    set_up(client)
    sale(client)
    until = runtime.log.head()
    told = of_day(TODAY, 0, until, 9_900, begun=TODAY, series=(SeriesClosed(series="x", first="1", last="1", count=1),))
    runtime.desk.handle(told)
    assert faults(runtime)[0] == f"closing 1 (day {TODAY}): not what the log has of its positions"


def test_the_night_goes_on_only_where_somebody_has_begun(
    client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Held:
        pass

    tools: Any = Held()
    tools.runtime = runtime
    close_books(tools, tools)
    assert books_of(runtime).closings == ()
    past = TODAY - timedelta(days=3)
    assert [one.period for one in close_until(runtime, past, "process:tests", begins=True) if one.kind == DAY] == [
        past.isoformat()
    ]
    close_books(tools, tools)
    close_books(tools, tools)
    made = [one for one in books_of(runtime).closings if one.kind == DAY]
    assert [one.period for one in made] == [(past + timedelta(days=at)).isoformat() for at in range(3)]
    events = runtime.log.stream(BOOKS_ID)
    assert {one.event.metadata.actor for one in events[-1:]} == {"process:books"}


def test_closings_are_read_and_printed_over_http(
    client_as: Callable[..., FlaskClient], client: FlaskClient, runtime: Runtime
) -> None:
    set_up(client)
    sale(client)
    list(close_until(runtime, TODAY, "process:tests", begins=True))
    auditor = client_as("auditor")
    first = auditor.get(f"{CLOSINGS}?limit=1").get_json()["items"][0]
    assert (first["kind"], first["period"], first["series"][0]["count"]) == ("day", TODAY.isoformat(), 1)
    assert first["figures"][0]["invoiced"] == eur("12.00")
    assert first["figures"][0]["taxes"] == [{"rate": "20.00", "name": "", "amount": eur("2.00")}]
    answer = auditor.get(f"{CLOSINGS}/1.pdf")
    assert answer.data.startswith(b"%PDF")
    refused(auditor.get(f"{CLOSINGS}/99.pdf"), 404, "closing-not-found")
    refused(client_as("analyst").get(CLOSINGS), 403, "permission-missing")


def test_the_command_closes_lists_proves_and_prints(
    client: FlaskClient, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(client)
    sale(client)
    for name in ("database_url", "secret_key", "data_dir"):
        monkeypatch.setenv(f"CARNET_{name.upper()}", str(getattr(runtime.settings, name)))
    run = CliRunner().invoke
    answer = run(carnet, ["books", "close", "--today"])
    assert answer.exit_code == 0, answer.output
    assert f"Closed day {TODAY}: 2 bookings, closing 1." in answer.output
    assert '"kind":"day"' in run(carnet, ["books", "list"]).output
    assert " hold." in run(carnet, ["books", "verify"]).output
    paper = tmp_path / "closing.pdf"
    assert run(carnet, ["books", "print", "1", "-o", str(paper)]).exit_code == 0
    told = "".join(page.extract_text() for page in PdfReader(BytesIO(paper.read_bytes())).pages)
    assert "Clôture journalière" in told
    assert closing_of(runtime, 1).hash in told.replace("\n", "")
    assert run(carnet, ["books", "print", "99", "-o", str(paper)]).exit_code == 1


def test_the_event_brings_the_closing_back(runtime: Runtime) -> None:
    books = closed(blank(), *days(date(2031, 5, 1), 2))
    events = list(books.collect_events())
    assert all(isinstance(event, PeriodClosed) for event in events)
    assert fold(blank(), cast("list[Event]", events)).closings == books.closings
