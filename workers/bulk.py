"""The same asked of many orders, part by part: some are decided on in each transaction, with their results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

from domain.errors import DomainError
from domain.events import Context, Event
from domain.messages import Message, MessageNotFound, sent_again
from domain.orders import bulk
from domain.orders.bulk import ExportOrders, LinkOrders, NoAddress, PrintOrders, ResendMails, WorkedOnSince
from domain.orders.order import Order, OrderNotFound
from domain.orders.payment_links import link_for, mail_with_link
from projections.log import Session, VersionConflict, again_when_overtaken
from projections.payments.providers import link_address
from projections.views.messages import MessageFilters, list_messages
from projections.work import jobs
from projections.work.jobs import Held, Result
from workers.jobs import part_performer
from workers.tools import Tools

AT_ONCE = 20  # orders decided on in one transaction
NOT_AGAIN = ("administrators", "test")  # messages to others than the customer
MOST_MESSAGES = 50  # of one order that are looked through for the one to send again

Item = Callable[[Session, int], Result]


def act_on_orders(tools: Tools, held: Held) -> None:
    """Does a part of a bulk action, and notes what became of each order."""
    action = bulk.action_of(held.parameters)
    ids = [UUID(told) for told in held.content["ids"]]
    seen = held.content.get("versions")  # of the orders when they were looked at; left out by who did not look

    def act(session: Session, number: int) -> Result:
        order_id = ids[number]
        given = _context(tools, held, order_id, action.reason)
        order = session.load_or_blank(Order, order_id)

        def decided() -> dict[str, Any]:
            if seen is not None:
                _require_untouched(order, session.open(streams=(order_id,)).events[order_id], seen[number])
            return _act(tools, session, action, order, given)

        return _result(number, order, decided)

    for numbers in _batches(number for number in range(len(ids)) if number not in held.finished):
        _save(tools, held, numbers, lambda session, chosen: session.open(streams=[ids[one] for one in chosen]), act)


def take_back(tools: Tools, held: Held) -> None:
    """Takes a part of a bulk action back, on the orders nobody worked on since."""
    action = bulk.action_of(held.parameters)
    if not isinstance(action, bulk.Reversible):
        raise TypeError(f"{type(action).__name__} has no opposite")
    of = jobs.ResultFilters(job_id=UUID(held.content["undoes"]), part=held.content["part"], outcome="done")
    with tools.runtime.reading() as connection:
        done = {row.number: row for row in jobs.RESULTS.page(connection, of, limit=held.total).items}

    def act(session: Session, number: int) -> Result:
        row = done[number]
        order_id = UUID(row.item)
        events = session.open(streams=(order_id,)).events[order_id]
        order, given = session.load_or_blank(Order, order_id), _context(tools, held, order_id, None)

        def decided() -> dict[str, Any]:
            _require_untouched(order, events, row.facts["version"])
            after = tools.runtime.desk.handle_within(session, bulk.opposite(action, row.facts, order, given))
            return {"version": after.version}

        return _result(number, order, decided)

    for numbers in _batches(number for number in sorted(done) if number not in held.finished):
        _save(tools, held, numbers, lambda session, chosen: None, act)


def _save(
    tools: Tools,
    held: Held,
    numbers: Sequence[int],
    prepare: Callable[[Session, Sequence[int]], object],
    item: Item,
) -> None:
    """Decides on some orders and commits them with their results; overtaken, they are decided on anew."""

    def decide() -> None:
        with tools.runtime.log.session() as session:
            session.begin()
            jobs.hold(session.connection, held)
            prepare(session, numbers)
            results = [item(session, number) for number in numbers]
            jobs.record(session.connection, held.job_id, held.part, results)
            session.commit()

    again_when_overtaken(decide)


def _result(number: int, order: Order, decide: Callable[[], dict[str, Any]]) -> Result:
    """What became of an order: what its decision tells, or why it was refused."""
    told: dict[str, Any] = {"number": order.number}
    try:
        if not order.exists:
            raise OrderNotFound
        told |= decide()
    except VersionConflict:
        raise
    except DomainError as error:
        return Result(number, str(order.id), "refused", error.code, told)
    done = told.get("version", 0) != order.version
    return Result(number, str(order.id), "done" if done else "unchanged", None, told)


def _act(tools: Tools, session: Session, action: bulk.Action, order: Order, given: Context) -> dict[str, Any]:
    match action:
        case PrintOrders() | ExportOrders():
            raise TypeError(f"{type(action).__name__} makes one file, by a job of its own kind")
        case LinkOrders():
            return _mail_link(tools, session, action, order, given)
        case ResendMails():
            return _resend(tools, session, action, order, given)
    after = tools.runtime.desk.handle_within(session, bulk.command_for(action, order, given))
    return {"version": after.version, **bulk.trace(action, order, after)}


def _mail_link(tools: Tools, session: Session, action: LinkOrders, order: Order, given: Context) -> dict[str, Any]:
    """Issues a link for what is due and asks for the mail that carries it."""
    if not order.mails_to:
        raise NoAddress(number=order.number)
    desk, command = tools.runtime.desk, link_for(order.id, given, action.hours, action.method)
    after = desk.handle_within(session, command)
    mail = mail_with_link(order, given, link_address(tools.runtime, order, command))
    desk.handle_within(session, mail)
    return {"version": after.version, "message": str(mail.message_id)}


def _resend(tools: Tools, session: Session, action: ResendMails, order: Order, given: Context) -> dict[str, Any]:
    """Asks for the last mail of the order once more, as it was written."""
    with tools.runtime.reading() as connection:
        found = list_messages(connection, MessageFilters(order_id=order.id), limit=MOST_MESSAGES).items
    heads = (one for one in found if one.purpose not in NOT_AGAIN and action.template in ("", one.template))
    head = next(heads, None)
    if head is None:
        raise MessageNotFound
    first = session.load(Message, head.id)
    again = sent_again(first, uuid5(given.command_id, "message"), given)
    tools.runtime.desk.handle_within(session, again)
    return {"message": str(again.message_id), "resend_of": str(first.id)}


def _require_untouched(order: Order, events: Sequence[Event], version: int) -> None:
    if bulk.worked_on_since(events, version):
        raise WorkedOnSince(number=order.number)


def _context(tools: Tools, held: Held, order_id: UUID, reason: str | None) -> Context:
    """By whom and why an order is worked on; the same job gives the same order the same command."""
    command_id = uuid5(held.job_id, str(order_id))
    return Context(command_id=command_id, actor=held.actor, at=tools.now(), reason=reason)


def _batches(numbers: Iterator[int]) -> Iterator[list[int]]:
    while batch := list(islice(numbers, AT_ONCE)):
        yield batch


BULK = {
    "orders.bulk" + jobs.PART: part_performer(act_on_orders),
    "orders.bulk-undo" + jobs.PART: part_performer(take_back),
}
