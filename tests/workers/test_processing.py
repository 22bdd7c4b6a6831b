"""What follows from an event is committed once, together with the process's position."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from domain.addresses import Address
from domain.coupons import Coupon, DisableCoupon, coupon_id_of
from domain.customers import EraseCustomer
from domain.enrolments import Enrolment, enrolment_id_of
from domain.events import Context, Erased
from domain.orders.creation import CreateOrder, OrderCreated
from domain.orders.imports import OrderImportUndone, UndoOrderImport
from domain.orders.lines import NewItem
from domain.orders.moves import ChangeStatus
from domain.orders.notes import AddNote, NoteAdded
from domain.orders.order import Imported
from domain.orders.past import Past
from domain.processes.enrol_on_order import ENROL_ON_ORDER
from domain.processes.exit_on_order import EXIT_ON_ORDER
from domain.processes.process import Effect, Process, Reaction, Trigger, effect_key
from domain.sequences import Beginning, DefineSequence, Definition, PutTags, StartSequence, Wait
from projections.engine.feed import BATCH, Feed
from projections.log import Found
from projections.postgres.connections import SESSION
from projections.runtime import Runtime, open_runtime
from projections.work import positions
from projections.work.positions import Superseded
from tests.fixtures_api import context_of
from tests.workers.working import counts, effect, eventually, telling, working
from workers import processing
from workers.orders import Orders
from workers.processing import Processing
from workers.schedule import Recurring, Schedule, occurrence
from workers.tools import Performer

TAGS = PutTags(owner="order", tags=("asked",))


def create(runtime: Runtime, **facts: Any) -> UUID:
    """The id of a new order: a draft unless told otherwise."""
    order_id = uuid4()
    import_id = facts.pop("import_id", None)
    context = Context(command_id=uuid4(), actor="operator:ada", at=datetime.now(UTC), import_id=import_id)
    item = NewItem(sku="CUP-1", name="Blue cup", quantity=1, unit_price=1_000)
    items = (item,) if facts.get("place") else ()
    runtime.desk.handle(CreateOrder(order_id=order_id, context=context, currency="EUR", items=items, **facts))
    return order_id


def noting(text: str = "Seen", times: int = 1) -> Process:
    """A process that puts a note on every new order."""

    def react(trigger: Trigger) -> Reaction:
        order = trigger.order()
        commands = tuple(AddNote(order_id=order.id, context=trigger.context(str(n)), text=text) for n in range(times))
        return Reaction(commands=commands)

    return Process("note_on_created", (OrderCreated,), react)


class Straight(Feed):
    """Reads the log itself, so that nothing has to follow it."""

    def read(self, after: int, *, catching_up: bool) -> Found:
        return self._log.next(after, BATCH)


class Standing:
    """Processes that take what a test hands them, from where the log stands now."""

    def __init__(self, runtime: Runtime, *processes: Process) -> None:
        self.runtime = runtime
        with runtime.reading() as connection:
            positions.begin(connection, [one.name for one in processes])
            connection.execute("UPDATE work.positions SET position = %s", (runtime.log.head(),))
        feed = Straight(runtime.log, runtime.settings.database_url)
        self.running = Processing({one.name: one for one in processes}, runtime, feed)
        self.begin()

    def begin(self) -> None:
        with self.runtime.reading() as connection:
            self.running.begin(connection)

    def take(self) -> None:
        """Takes all that was recorded until now, or goes as far as it can."""
        head = self.runtime.log.head()
        while min(self.positions().values()) < head:
            self.running.step()

    def positions(self) -> dict[str, int]:
        with self.runtime.reading() as connection:
            return {one.process: one.position for one in positions.every(connection)}


def notes(runtime: Runtime, order_id: UUID) -> list[str]:
    events = [one.event for one in runtime.log.stream(order_id)]
    return [str(event.text) for event in events if isinstance(event, NoteAdded)]


def test_events_effects_and_position_are_committed_together(runtime: Runtime) -> None:
    def react(trigger: Trigger) -> Reaction:
        both = noting().react(trigger)
        return Reaction(commands=both.commands, effects=(Effect(kind="tell", payload={"n": 1}),))

    process = Process("note_and_tell", (OrderCreated,), react)
    running = Standing(runtime, process)
    order_id = create(runtime)
    head = runtime.log.head()
    running.take()
    assert running.positions() == {process.name: head}
    assert notes(runtime, order_id) == ["Seen"]
    created = runtime.log.stream(order_id)[0].event
    key = effect_key(created, "note_and_tell", Effect(kind="tell", payload={}))
    assert effect(runtime, key).position == head


def test_its_commands_name_the_process_and_what_led_to_them(runtime: Runtime) -> None:
    running = Standing(runtime, noting())
    order_id = create(runtime)
    running.take()
    created, *_, added = [one.event for one in runtime.log.stream(order_id)]
    assert added.metadata.actor == "process:note_on_created"
    assert added.metadata.cause == uuid5(created.metadata.event_id, "note_on_created/0")
    assert added.timestamp == created.timestamp


def test_a_position_that_was_moved_by_another_takes_nothing_twice(runtime: Runtime) -> None:
    running, other = Standing(runtime, noting()), Standing(runtime, noting())
    order_id = create(runtime)
    running.take()
    with pytest.raises(Superseded):
        other.take()
    assert notes(runtime, order_id) == ["Seen"]


def test_commands_for_one_order_follow_from_each_other_within_a_batch(runtime: Runtime) -> None:
    running = Standing(runtime, noting(times=3))
    order_ids = [create(runtime) for _ in range(5)]
    running.take()
    assert [len(notes(runtime, order_id)) for order_id in order_ids] == [3] * 5


def test_a_batch_that_others_overtook_is_decided_anew(runtime: Runtime) -> None:
    looks: list[UUID] = []

    def react(trigger: Trigger) -> Reaction:
        looks.append(trigger.event.originator_id)
        if len(looks) == 2:
            context = Context(command_id=uuid4(), actor="operator:ada", at=datetime.now(UTC))
            runtime.desk.handle(AddNote(order_id=looks[0], context=context, text="Quicker"))
        return noting().react(trigger)

    running = Standing(runtime, Process("late", (OrderCreated,), react))
    first, second = create(runtime), create(runtime)
    running.take()
    assert looks == [first, second, first, second]
    assert (notes(runtime, first), notes(runtime, second)) == (["Quicker", "Seen"], ["Seen"])


def test_a_refused_command_is_noted_and_the_rest_goes_on(runtime: Runtime) -> None:
    refusing: list[UUID] = []

    def react(trigger: Trigger) -> Reaction:
        if trigger.event.originator_id not in refusing:
            return noting().react(trigger)
        absent = DisableCoupon(coupon_id=coupon_id_of("NONE"), context=trigger.context())
        return Reaction(commands=(absent, *noting().react(trigger).commands))

    process = Process("ask_too_much", (OrderCreated,), react)
    running = Standing(runtime, process)
    order_ids = [create(runtime) for _ in range(6)]
    refusing.extend(order_ids[2:4])
    running.take()
    assert [notes(runtime, order_id) for order_id in order_ids] == [["Seen"]] * 6
    with runtime.reading() as connection:
        found = positions.refusals(connection, 10)
    assert [(one.process, one.command, one.code) for one in found] == [
        ("ask_too_much", "DisableCoupon", "coupon-not-found")
    ] * 2


def test_an_order_is_seen_as_it_was_after_its_event(runtime: Runtime) -> None:
    seen = []

    def react(trigger: Trigger) -> Reaction:
        seen.append(trigger.order().version)
        assert not trigger.load(Coupon, coupon_id_of("NONE")).exists
        return Reaction()

    running = Standing(runtime, Process("look", (OrderCreated, NoteAdded), react))
    order_id = create(runtime)
    for text in ("one", "two"):
        context = Context(command_id=uuid4(), actor="operator:ada", at=datetime.now(UTC))
        runtime.desk.handle(AddNote(order_id=order_id, context=context, text=text))
    running.take()
    assert seen == [1, 2, 3]


def test_imported_past_orders_set_nothing_off_unless_asked_for(runtime: Runtime) -> None:
    quiet, curious = (
        telling("tell", OrderCreated),
        telling("tell", OrderCreated, name="tell_all")._replace(imported=True),
    )
    running = Standing(runtime, quiet, curious)
    create(runtime, import_id=uuid4())
    running.take()
    assert counts(runtime) == {"waiting": 1}


def test_history_sets_nothing_off_in_a_process_that_is_new(runtime: Runtime) -> None:
    create(runtime)
    with runtime.reading() as connection:
        positions.begin(connection, ("first",))
        assert positions.find(connection, "first") == 0
        positions.begin(connection, ("first", "second"))
        assert positions.find(connection, "second") == runtime.log.head()


def test_what_is_due_later_waits_in_the_schedule(runtime: Runtime) -> None:
    due = datetime.now(UTC) + timedelta(hours=1)

    def react(trigger: Trigger) -> Reaction:
        return Reaction(effects=(Effect(kind="remind", payload={}, due_at=due),))

    running = Standing(runtime, Process("remind", (OrderCreated,), react))
    create(runtime)
    running.take()
    clock = Schedule(runtime, {})
    clock.tick(due - timedelta(seconds=1))
    assert counts(runtime) == {}
    clock.tick(due)
    clock.tick(due)
    assert counts(runtime) == {"waiting": 1}


def test_recurring_work_comes_once_for_each_occurrence(runtime: Runtime) -> None:
    clock = Schedule(runtime, {"count": Recurring("count", every=timedelta(minutes=10))})
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for minutes in (0, 1, 9, 10, 11):
        clock.tick(noon + timedelta(minutes=minutes))
    assert counts(runtime) == {"waiting": 2}


def test_daily_work_is_that_of_its_last_time_of_day() -> None:
    nightly = Recurring("reconcile", daily=datetime(2026, 1, 1, 3).time())
    keys = [occurrence("nightly", nightly, datetime(2026, 3, 2, hour, tzinfo=UTC)).key for hour in (2, 3, 23)]
    assert keys[0] != keys[1] == keys[2]


def test_a_fault_of_a_process_is_shown_and_the_others_go_on(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    def react(_trigger: Trigger) -> Reaction:
        raise ZeroDivisionError

    monkeypatch.setattr(processing, "FIRST_BACK_OFF", 0.01)
    broken = Process("broken", (OrderCreated,), react)
    done: list[UUID] = []
    performed = {"tell": Performer(lambda _tools, job: done.append(job.key), repeatable=True)}
    with working(runtime, performed, (broken, telling("tell", OrderCreated))):
        create(runtime)
        eventually(lambda: done, "the other process's effect was done")
        eventually(lambda: _trouble(runtime, "broken") == "ZeroDivisionError", "the trouble is shown")


def _trouble(runtime: Runtime, name: str) -> str | None:
    with runtime.reading() as connection:
        return {one.process: one.trouble for one in positions.every(connection)}[name]


def test_a_machine_too_slow_for_a_whole_batch_gets_on_with_less(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SESSION, "idle_in_transaction_session_timeout", "300ms")
    seen = []

    def react(trigger: Trigger) -> Reaction:
        time.sleep(0.02)
        seen.append(trigger.position)
        return Reaction()

    with open_runtime(runtime.settings) as slow:
        running = Standing(slow, Process("slow", (OrderCreated,), react))
        feed = Straight(slow.log, slow.settings.database_url)
        for _ in range(60):
            create(runtime)
        with slow.reading() as connection:
            processes = Processing({"slow": Process("slow", (OrderCreated,), react)}, slow, feed)
            processes.begin(connection)
        stopping = Event()
        thread = Thread(target=processes.run, args=(stopping,))
        monkeypatch.setattr(feed, "wait", lambda _after, timeout: time.sleep(timeout))
        thread.start()
        eventually(lambda: running.positions()["slow"] == slow.log.head(), "all was decided on")
        stopping.set()
        thread.join()
    assert len(set(seen)) == 60 < len(seen)


def test_a_process_at_fault_rests_alone_and_comes_up_with_the_others_again(runtime: Runtime) -> None:
    faults = [ZeroDivisionError(), ZeroDivisionError()]

    def react(trigger: Trigger) -> Reaction:
        if faults:
            raise faults.pop()
        return noting("Late").react(trigger)

    late = Process("late", (OrderCreated,), react)
    running = Standing(runtime, late, noting())
    before, order_id = runtime.log.head(), create(runtime)
    running.running.step()
    stood = running.positions()
    assert (stood["late"], notes(runtime, order_id)) == (before, ["Seen"])
    assert stood["note_on_created"] > before
    assert _trouble(runtime, "late") == "ZeroDivisionError"
    running.take()
    assert (running.positions()["late"], _trouble(runtime, "late")) == (running.positions()["note_on_created"], None)
    assert notes(runtime, order_id) == ["Seen", "Late"]


def test_an_order_cancelled_at_once_leaves_the_sequence_that_it_began(runtime: Runtime) -> None:
    sequence_id, handle = uuid4(), runtime.desk.handle
    plan = Definition(name="Thanks", beginning=Beginning(on="placed"), steps=(Wait(minutes=5), TAGS))
    handle(DefineSequence(sequence_id=sequence_id, context=context_of(), definition=plan))
    handle(StartSequence(sequence_id=sequence_id, context=context_of()))
    running = Standing(runtime, ENROL_ON_ORDER, EXIT_ON_ORDER)
    order_id = create(runtime, place=True)
    handle(ChangeStatus(order_id=order_id, context=context_of(), status="cancelled"))
    running.take()
    enrolment = runtime.log.load(Enrolment, enrolment_id_of(sequence_id, order_id))
    assert enrolment.reason == "cancelled"


class TestOrders:
    def test_an_order_is_kept_from_its_first_event_and_brought_forward(self, runtime: Runtime) -> None:
        order_id = create(runtime)
        runtime.desk.handle(AddNote(order_id=order_id, context=context_of(), text="one"))
        recorded, orders = runtime.log.stream(order_id), Orders(runtime.log)
        orders.begin(recorded)
        for one in recorded:
            orders.see(one.event)
            order = orders.after(one)
            assert order.version == one.event.originator_version
        assert [note.text for note in order.notes.values()] == ["one"]

    def test_one_that_is_imported_again_after_it_was_taken_back_goes_on(self, runtime: Runtime) -> None:
        order_id = uuid4()
        past = Past(
            imported=Imported(source="shop", external_id="#1", content_hash="aa", total=0),
            placed_at=datetime(2024, 1, 1, tzinfo=UTC),
        )
        for _ in range(2):
            runtime.desk.handle(
                CreateOrder(order_id=order_id, context=context_of(), number="1001", currency="EUR", past=past)
            )
            runtime.desk.handle(UndoOrderImport(order_id=order_id, context=context_of()))
        recorded = runtime.log.stream(order_id)
        again = max(at for at, one in enumerate(recorded) if isinstance(one.event, OrderCreated))
        assert again > 0
        for seen in (recorded, recorded[again:]):
            orders = Orders(runtime.log)
            orders.begin(recorded)
            for one in seen:
                orders.see(one.event)
                order = orders.after(one)
                assert order.version == one.event.originator_version
                assert order.undone == isinstance(one.event, OrderImportUndone)

    def test_one_that_was_seen_further_is_read_as_it_was(self, runtime: Runtime) -> None:
        order_id = create(runtime)
        runtime.desk.handle(AddNote(order_id=order_id, context=context_of(), text="one"))
        recorded, orders = runtime.log.stream(order_id), Orders(runtime.log)
        orders.begin(recorded)
        for one in recorded:
            orders.see(one.event)
        assert orders.after(recorded[0]).version == 1
        assert orders.after(recorded[-1]).version == recorded[-1].event.originator_version

    def test_whoever_is_erased_is_forgotten_here_as_well(self, runtime: Runtime) -> None:
        order_id = create(runtime, billing_address=Address(name="Ada", email="ada@example.com", country="FR"))
        recorded, orders = runtime.log.stream(order_id), Orders(runtime.log)
        orders.begin(recorded)
        for one in recorded:
            orders.see(one.event)
        customer_id = orders.after(recorded[-1]).customer_id
        assert customer_id is not None
        runtime.desk.handle(EraseCustomer(customer_id=customer_id, context=context_of()))
        for forgotten in runtime.log.stream(customer_id):
            orders.see(forgotten.event)
        assert isinstance(orders.after(recorded[-1]).customer_email, Erased)
