"""Many orders printed as one file by a job: drawn in their order, kept, and then written down in their histories.

What an order was printed from stands in its result, so that a job taken up again draws the same, and one whose file is
there only goes on writing down. An order is not called printed before the file is whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.errors import DomainError
from domain.orders import bulk
from domain.orders.bulk import PrintOrders
from domain.orders.documents import size_of
from domain.orders.order import Print
from printing.documents import LAYOUT, Bundle
from printing.press import LIST, sheet_on
from projections.log import Session
from projections.papers.prints import Paper, Papers, Pin
from projections.work import job_files, jobs
from projections.work.job_files import FILE
from projections.work.jobs import Held, Result
from workers.jobs import part_performer
from workers.tools import Tools

AT_ONCE = 50  # orders whose documents are drawn before their results are told
MOST_LINES = 200_000  # of one file: some 8,000 pages
TOO_LONG = "too-many-lines"


def print_orders(tools: Tools, held: Held) -> Mapping[str, Any] | None:
    """Does the one part of a job that prints: the file, then what the orders' histories say of it."""
    job = _job(tools, held)
    file = job.get(FILE) or Printing(tools, held).file()
    if file is None:
        return None
    prints = list(_prints(tools, held, file["sha256"]))
    papers = Papers(tools.runtime)

    def keep_running(session: Session) -> None:
        session.begin()
        jobs.hold(session.connection, held)

    for start in range(0, len(prints), AT_ONCE):
        papers.write_down(prints[start : start + AT_ONCE], held.actor, tools.now(), keep_running)
    return None


class Printing:
    """Draws one file, order by order."""

    def __init__(self, tools: Tools, held: Held) -> None:
        action = bulk.action_of(held.parameters)
        if not isinstance(action, PrintOrders):
            raise TypeError(f"{type(action).__name__} prints nothing")
        self._tools = tools
        self._held = held
        self._action = action
        self._ids = [UUID(told) for told in held.content["ids"]]
        self._papers = Papers(tools.runtime)
        self._bundle = Bundle(size_of(action.kind, action.paper))
        self._documents = self._lines = 0

    def file(self) -> dict[str, Any] | None:
        """Draws all of it and tells the job of its file; None where no order had anything to print."""
        before = {row.number: row.facts for row in _done(self._tools, self._held)}
        numbers = range(len(self._ids))
        for start in range(0, len(numbers), AT_ONCE):
            self._draw(numbers[start : start + AT_ONCE], before)
        if not self._documents:
            return None
        settings, job_id = self._tools.settings, self._held.job_id
        name = f"{self._action.kind.replace('_', '-')}-{self._documents}.pdf"
        with job_files.writing(settings, job_id, name) as file:
            file.write(self._bundle.finished())
        told = job_files.described(settings, job_id, name, "application/pdf").outcome()
        with self._tools.runtime.pool.connection() as connection, connection.transaction():
            jobs.hold(connection, self._held)
            jobs.tell(connection, job_id, told)
        return dict(told[FILE])

    def _draw(self, numbers: Sequence[int], before: Mapping[int, Mapping[str, Any]]) -> None:
        """Draws some orders: those that were drawn once from what they were drawn from, the others as they are now."""
        new = [number for number in numbers if number not in self._held.finished]
        found = dict(self._papers.found([self._ids[number] for number in new], self._action.kind))
        results = []
        for number in numbers:
            if number in before:
                pins = [Pin(self._ids[number], *told[:3]) for told in before[number]["prints"]]
                self._add(self._papers.pinned(pins, self._action.kind))
            elif number in new:
                results.append(self._drawn(number, found[self._ids[number]]))
        held = self._held
        with self._tools.runtime.pool.connection() as connection, connection.transaction():
            jobs.hold(connection, held)
            jobs.record(connection, held.job_id, held.part, results)

    def _drawn(self, number: int, papers: list[Paper] | DomainError) -> Result:
        item = str(self._ids[number])
        if isinstance(papers, DomainError):
            return Result(number, item, "refused", papers.code)
        told: dict[str, Any] = {"number": papers[0].order.number}
        if self._lines + sum(len(paper.order.items) for paper in papers) > MOST_LINES:
            return Result(number, item, "refused", TOO_LONG, told)
        return Result(number, item, "done", None, {**told, "prints": self._add(papers)})

    def _add(self, papers: Sequence[Paper]) -> list[tuple[str, int, int, str]]:
        """Draws an order's documents; gives what each was drawn from, and its language."""
        told = []
        for paper in papers:
            sheet = sheet_on(paper, self._action.kind, self._action.locale)
            self._bundle.add(sheet)
            self._documents += 1
            self._lines += len(paper.order.items)
            told.append((*paper.pin[1:], sheet.locale))
        return told


def _job(tools: Tools, held: Held) -> dict[str, Any]:
    with tools.runtime.reading() as connection:
        row = jobs.find(connection, held.job_id)
    return row.outcome if row else {}


def _done(tools: Tools, held: Held) -> list[jobs.ResultRow]:
    of = jobs.ResultFilters(job_id=held.job_id, part=held.part, outcome="done")
    with tools.runtime.reading() as connection:
        return jobs.RESULTS.page(connection, of, limit=max(held.total, 1)).items


def _prints(tools: Tools, held: Held, sha256: str) -> Iterator[tuple[UUID, Print]]:
    """What is to be written down of each document in the file."""
    kind = held.parameters.get("kind", PrintOrders().kind)
    for row in _done(tools, held):
        for number, order_version, settings_version, locale in row.facts["prints"]:
            yield (
                UUID(row.item),
                Print(
                    kind=kind,
                    number=number,
                    form=LIST,
                    locale=locale,
                    order_version=order_version,
                    settings_version=settings_version,
                    layout=LAYOUT,
                    sha256=sha256,
                ),
            )


PRINTS = {"orders.print" + jobs.PART: part_performer(print_orders)}
