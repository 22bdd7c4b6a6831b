"""`carnet print` and till printers: what comes out, what is told, and that nothing is called printed that is not."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader

from domain.orders.prints import DocumentPrinted
from printing import escpos
from printing.documents.raster import picture_of
from projections.engine.filling import Source
from projections.runtime import Runtime
from projections.views.orders import Orders
from scripts.print import print_orders
from scripts.printers import ARE_YOU_DONE, ARE_YOU_THERE, PrinterUnreachable, printer_at
from tests.api.desk import NOBODY, line, place
from tests.api.invoices import issue, set_up
from tests.api.test_orders_bulk import built
from tests.fixtures_database import TEST_SECRET
from tests.printing import papers
from tests.workers.working import eventually
from workers.projecting import Projecting

ONLINE = b"\x12"
Print = Callable[..., Result]


@pytest.fixture(scope="module", autouse=True)
def _listing(shared_runtime: Runtime) -> Iterator[None]:
    """Orders are found by their numbers."""
    source = Source(shared_runtime.settings.database_url, shared_runtime.settings.secrets)
    following = Projecting(source, shared_runtime.log, (Orders(),))
    following.start()
    eventually(partial(built, shared_runtime, "orders"), "orders")
    yield
    following.stop()


@pytest.fixture
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for this file; each test looks at orders of its own."""
    return shared_runtime


@pytest.fixture
def command(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Print:
    """The command on that installation, in a folder of its own, once the list shows every order."""
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    monkeypatch.chdir(tmp_path)

    def run(*told: str) -> Result:
        runtime.views.wait_for("orders", runtime.log.head())
        return CliRunner().invoke(print_orders, [*told])

    return run


def pages(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(path.read_bytes())).pages]


def in_order(path: Path, *orders: dict[str, Any]) -> bool:
    """Whether each page is of the order that stands in its place."""
    return all(order["number"] in page for order, page in zip(orders, pages(path), strict=True))


def prints_of(runtime: Runtime, order: dict[str, Any]) -> list[DocumentPrinted]:
    events = (one.event for one in runtime.log.stream(UUID(order["id"])))
    return [event for event in events if isinstance(event, DocumentPrinted)]


class TillPrinter:
    """A printer of a test on a port of its own: it keeps what it is sent and answers as often as it is told to."""

    def __init__(self, answers: int = 2, *, reads: bool = True) -> None:
        self.jobs: list[bytes] = []
        self._answers, self._reads = answers, reads
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"
        self._held: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._held.append(connection)
            if self._reads:
                with connection:
                    self._take(connection)

    def _take(self, connection: socket.socket) -> None:
        got, answered = b"", 0
        self.jobs.append(got)
        while more := connection.recv(1 << 16):
            got += more
            self.jobs[-1] = got
            asked = got.startswith(ARE_YOU_THERE) + got.endswith(ARE_YOU_DONE)
            while answered < min(asked, self._answers):
                connection.sendall(ONLINE)
                answered += 1

    def close(self) -> None:
        for connection in (self._listening, *self._held):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


@contextmanager
def printer(answers: int = 2, *, reads: bool = True) -> Iterator[TillPrinter]:
    made = TillPrinter(answers, reads=reads)
    with closing(made):
        yield made


class TestAFile:
    def test_orders_come_out_in_the_order_they_are_named(
        self, client: FlaskClient, runtime: Runtime, command: Print, tmp_path: Path
    ) -> None:
        one, two = place(client), place(client)
        result = command(two["number"], one["id"], two["id"], "--output", "out.pdf", "--locale", "fr")
        assert result.exit_code == 0, result.output
        assert result.stderr == "2 printed to out.pdf.\n"
        assert [
            number in page
            for number, page in zip((two["number"], one["number"]), pages(tmp_path / "out.pdf"), strict=True)
        ] == [True] * 2
        assert (tmp_path / "out.pdf").stat().st_mode & 0o777 == 0o600
        assert [len(prints_of(runtime, order)) for order in (one, two)] == [1, 1]
        assert {path.name for path in tmp_path.iterdir()} - {"var"} == {"out.pdf"}, "beside the data folder"

    def test_a_filter_picks_and_sorts_them_as_the_list_does(
        self, client: FlaskClient, command: Print, tmp_path: Path
    ) -> None:
        orders = [place(client, line(units), source="fair", tags=["gift", "red"]) for units in (1, 3)]
        place(client, source="fair", tags=["gift"])
        told = ("--filter", "source=fair", "--filter", "tag=gift", "--filter", "tag=red", "--sort", "-total")
        result = command(*told, "--kind", "packing-slip", "--output", "slips.pdf")
        assert result.exit_code == 0, result.output
        numbers = [orders[1]["number"], orders[0]["number"]]
        assert [number in page for number, page in zip(numbers, pages(tmp_path / "slips.pdf"), strict=True)] == [
            True
        ] * 2

    def test_a_filter_that_leaves_no_order_is_told(self, command: Print, tmp_path: Path) -> None:
        result = command("--filter", "source=nowhere", "--output", "none.pdf")
        assert (result.exit_code, result.stderr) == (1, "Nothing was printed: the filter leaves no order.\n")
        assert {path.name for path in tmp_path.iterdir()} <= {"var"}, "nothing but the data folder"

    def test_receipts_for_the_till_are_as_wide_as_its_paper(
        self, client: FlaskClient, command: Print, tmp_path: Path
    ) -> None:
        numbers = [place(client)["number"] for _ in range(2)]
        command(*numbers, "--format", "80mm", "--output", "till.pdf")
        widths = [float(page.mediabox.width) for page in PdfReader(tmp_path / "till.pdf").pages]
        assert [round(width * 25.4 / 72) for width in widths] == [80, 80]

    def test_an_issued_document_is_the_one_given_out_before(
        self, client: FlaskClient, command: Print, tmp_path: Path
    ) -> None:
        set_up(client)
        order = place(client)
        issue(client, order)
        for name in ("one.pdf", "two.pdf"):
            assert command(order["number"], "--kind", "invoice", "--output", name).exit_code == 0
        assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()

    def test_what_cannot_be_printed_is_told_and_the_rest_printed(
        self, client: FlaskClient, command: Print, tmp_path: Path
    ) -> None:
        set_up(client)
        invoiced, bare = place(client), place(client)
        issue(client, invoiced)
        told = ("--kind", "invoice", "--output", "out.pdf")
        result = command(bare["number"], "C0", NOBODY, invoiced["number"], *told)
        assert result.exit_code == 3
        assert f"Order {bare['number']} has no invoice." in result.stderr
        assert "C0: There is no such order." in result.stderr
        assert len(pages(tmp_path / "out.pdf")) == 1
        as_json = json.loads(command(bare["number"], invoiced["number"], *told, "--json").stderr)
        assert (as_json["printed"], [one["code"] for one in as_json["refused"]]) == (1, ["nothing-to-print"])
        assert command(bare["number"], "--kind", "invoice", "--output", "none.pdf").exit_code == 1
        assert not (tmp_path / "none.pdf").exists()

    def test_a_place_that_cannot_be_written_is_one_line(self, client: FlaskClient, command: Print) -> None:
        result = command(place(client)["number"], "--output", "nowhere/out.pdf")
        assert (result.exit_code, result.stderr) == (
            1,
            "Error: nowhere/out.pdf cannot be written: No such file or directory.\n",
        )

    @pytest.mark.parametrize(
        ("told", "said"),
        [
            ((), "Name the orders"),
            (("C1", "--filter", "q=x"), "Name the orders"),
            (("C1",), "--output FILE, or --printer URL"),
            (("C1", "--output", "a", "--sort", "total"), "--sort is for a --filter"),
            (("C1", "--output", "a", "--drawer"), "opened by a --printer"),
            (("C1", "--output", "a", "--format", "80mm", "--kind", "invoice"), "printed on a4 alone"),
            (("C1", "--printer", "lp://x"), "tcp://host:9100 or file:///dev/usb/lp0"),
            (("--filter", "colour", "--output", "a"), "NAME=VALUE"),
            (("--filter", "colour=red", "--output", "a"), "colour: Unknown field."),
            (("--filter", "stage=lost", "--output", "a"), "stage: "),
            (("--filter", "total_min=cheap", "--output", "a"), "cheap"),
        ],
    )
    def test_what_is_told_wrongly_is_said_in_a_line(self, command: Print, told: tuple[str, ...], said: str) -> None:
        result = command(*told)
        assert result.exit_code == 2, result.output
        assert said in result.stderr


class TestATillPrinter:
    def test_it_is_sent_the_receipt_as_a_picture_with_a_cut(
        self, client: FlaskClient, runtime: Runtime, command: Print
    ) -> None:
        orders = [place(client) for _ in range(2)]
        with printer() as till:
            result = command(*(order["number"] for order in orders), "--printer", till.url, "--drawer")
        assert result.exit_code == 0, result.output
        assert len(till.jobs) == 2
        for order, job in zip(orders, till.jobs, strict=True):
            assert job.startswith(ARE_YOU_THERE + b"\x1b@\x1dv0\x00\x48\x00")
            assert job.endswith(b"\x1dV\x00\x1bp\x0022" + ARE_YOU_DONE)
            [event] = prints_of(runtime, order)
            assert event.printed.form == "till-printer"

    @pytest.mark.parametrize(("answers", "reads"), [(0, True), (1, True), (0, False)])
    def test_one_that_does_not_answer_has_printed_nothing(
        self, client: FlaskClient, runtime: Runtime, command: Print, answers: int, reads: bool
    ) -> None:
        order = place(client)
        with printer(answers, reads=reads) as till:
            result = command(order["number"], "--printer", till.url, "--timeout", "0.4")
        assert result.exit_code == 1
        assert (
            result.stderr == f"Error: The printer {till.url} does not answer within 0.4 seconds. Nothing was printed.\n"
        )
        assert prints_of(runtime, order) == []
        assert [job for job in till.jobs if len(job) > 3] == till.jobs[:answers]

    def test_one_that_reads_no_more_is_given_up_on(self) -> None:
        with printer(reads=False) as till, pytest.raises(PrinterUnreachable, match="does not answer within"):
            printer_at(f"{till.url}?answers=no").send(b"\0" * 50_000_000, 0.5)

    def test_one_that_refuses_is_told_at_once(self, client: FlaskClient, runtime: Runtime, command: Print) -> None:
        order = place(client)
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port = taken.getsockname()[1]
        result = command(order["number"], "--printer", f"tcp://127.0.0.1:{port}")
        assert "cannot be reached: connection refused. Nothing was printed." in result.stderr
        assert (result.exit_code, prints_of(runtime, order)) == (1, [])

    def test_one_that_fails_in_between_leaves_the_rest_to_be_printed(
        self, client: FlaskClient, runtime: Runtime, command: Print, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = place(client), place(client)
        with printer() as till:
            take = escpos.receipt
            sent: list[bytes] = []

            def breaks(*told: Any, **more: Any) -> bytes:
                if sent:
                    till.close()
                sent.append(take(*told, **more))
                return sent[-1]

            monkeypatch.setattr(escpos, "receipt", breaks)
            result = command(first["number"], second["number"], "--printer", till.url)
        assert f"1 of 2 receipts were printed: go on with order {second['number']}." in result.stderr
        assert [len(prints_of(runtime, order)) for order in (first, second)] == [1, 0]

    def test_a_device_takes_the_same_bytes_without_being_asked(self, tmp_path: Path) -> None:
        device = tmp_path / "lp 0"
        device.touch()
        printer_at(f"file://{tmp_path}/lp%200").send(b"some bytes", 1)
        assert device.read_bytes() == b"some bytes"

    def test_a_device_that_is_not_there_or_takes_nothing_is_told(self, tmp_path: Path) -> None:
        device = tmp_path / "lp0"
        with pytest.raises(PrinterUnreachable, match="no such file"):
            printer_at(f"file://{device}").send(b"bytes", 1)
        os.mkfifo(device)
        with pytest.raises(PrinterUnreachable, match="cannot be reached"):
            printer_at(f"file://{device}").send(b"bytes", 1)
        reading = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
        try:
            with pytest.raises(PrinterUnreachable, match="does not answer within"):
                printer_at(f"file://{device}").send(b"\0" * 1_000_000, 0.3)
        finally:
            os.close(reading)

    def test_without_the_library_it_is_said_how_to_get_it(
        self, client: FlaskClient, command: Print, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "escpos.printer", None)
        result = command(place(client)["number"], "--printer", "tcp://127.0.0.1:1")
        assert result.stderr == "Error: This needs one more library: pip install 'carnet[escpos]'.\n"


class TestThePicture:
    def test_it_is_as_wide_as_the_printer_and_holds_ink(self) -> None:
        for make in (papers.french, papers.names, papers.yen, papers.bare, papers.unreadable):
            picture = picture_of(make())
            assert (picture.width, picture.mode) == (576, "1")
            assert 0 < picture.histogram()[0] < picture.width * picture.height // 3

    def test_the_bytes_are_the_picture_row_by_row(self) -> None:
        sheet = papers.french()
        rest, rows = escpos.receipt(sheet).removeprefix(b"\x1b@"), b""
        while rest.startswith(b"\x1dv0\x00"):
            wide, high = int.from_bytes(rest[4:6], "little"), int.from_bytes(rest[6:8], "little")
            rows += rest[8 : 8 + wide * high]
            rest = rest[8 + wide * high :]
        picture = picture_of(sheet)
        shown = Image.frombytes("1", picture.size, bytes(255 - byte for byte in rows))
        assert shown.tobytes() == picture.tobytes()
