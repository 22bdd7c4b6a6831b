"""Effects are claimed by key, held while they are worked on, tried again, and never done twice where that does harm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from projections.runtime import Runtime
from projections.work import effects
from tests.damage import as_owner
from tests.workers.working import ask, becomes, counts, effect, working
from workers.handed_over import HandedOver
from workers.performing import FIRST_PAUSE, LONGEST_PAUSE, Performing, pause
from workers.tools import GiveUp, Job, LostClaim, Performer, Retry, Tools, Unknown

SOON = timedelta(milliseconds=10)


class Seen:
    """A performer that notes its jobs, and ends as it is told for each attempt in turn."""

    def __init__(self, *ends: Exception) -> None:
        self.jobs: list[Job] = []
        self.ends = list(ends)

    def __call__(self, tools: Tools, job: Job) -> None:
        self.jobs.append(job)
        if self.ends:
            raise self.ends.pop(0)


def job(key: UUID | None = None, attempt: int = 1) -> Job:
    return Job(key or uuid4(), "test", {}, None, attempt, 0)


def performing(runtime: Runtime, performer: Performer) -> Performing:
    return Performing(runtime, {"test": performer})


def test_an_effect_is_done_with_what_it_was_asked_with(runtime: Runtime) -> None:
    seen, order = Seen(), uuid4()
    key = ask(runtime, "test", payload={"message_id": "m"}, order_id=order, position=7)
    performing(runtime, Performer(seen, repeatable=True)).perform([key])
    assert seen.jobs == [Job(key, "test", {"message_id": "m"}, order, 1, 7)]
    assert effect(runtime, key).state == "done"


def test_a_key_that_comes_twice_is_done_once(runtime: Runtime) -> None:
    seen, key = Seen(), ask(runtime, "test")
    running = performing(runtime, Performer(seen, repeatable=True))
    running.perform([key])
    running.perform([key])
    assert len(seen.jobs) == 1


def test_the_same_key_asked_for_twice_is_one_effect(runtime: Runtime) -> None:
    key = ask(runtime, "test", payload={"n": 1})
    ask(runtime, "test", key, payload={"n": 2})
    assert effect(runtime, key).payload == {"n": 1}
    assert counts(runtime) == {"waiting": 1}


def test_one_that_is_not_due_is_left_alone(runtime: Runtime) -> None:
    seen = Seen()
    key = ask(runtime, "test", due_at=datetime.now(UTC) + timedelta(hours=1))
    performing(runtime, Performer(seen, repeatable=True)).perform([key])
    assert not seen.jobs
    assert effect(runtime, key).state == "waiting"


def test_a_failure_is_tried_again_later_with_its_reason_shown(runtime: Runtime) -> None:
    key = ask(runtime, "test")
    performing(runtime, Performer(Seen(Retry("greylisted")), repeatable=False)).perform([key])
    row = effect(runtime, key)
    assert (row.state, row.attempts, row.error) == ("waiting", 1, "greylisted")
    assert timedelta() < row.due_at - row.changed_at <= FIRST_PAUSE


def test_an_unexpected_fault_is_tried_again_under_its_name(runtime: Runtime) -> None:
    key = ask(runtime, "test")
    performing(runtime, Performer(Seen(ZeroDivisionError("secret")), repeatable=False)).perform([key])
    row = effect(runtime, key)
    assert (row.state, row.error) == ("waiting", "ZeroDivisionError")


def test_giving_up_fails_at_once(runtime: Runtime) -> None:
    key = ask(runtime, "test")
    performing(runtime, Performer(Seen(GiveUp("no such mailbox")), repeatable=True)).perform([key])
    row = effect(runtime, key)
    assert (row.state, row.attempts, row.error) == ("failed", 1, "no such mailbox")


def test_the_last_attempt_fails(runtime: Runtime) -> None:
    seen = Seen(Retry("once", SOON), Retry("twice", SOON))
    with working(runtime, {"test": Performer(seen, repeatable=True, attempts=2)}):
        row = becomes(runtime, ask(runtime, "test"), "failed")
    assert (row.attempts, row.error) == (2, "twice")
    assert [one.attempt for one in seen.jobs] == [1, 2]


def test_nobody_knows_what_a_performer_says_it_does_not_know(runtime: Runtime) -> None:
    key = ask(runtime, "test")
    performing(runtime, Performer(Seen(Unknown("cut after DATA")), repeatable=False)).perform([key])
    row = effect(runtime, key)
    assert (row.state, row.error) == ("unknown", "cut after DATA")


@pytest.mark.parametrize(("repeatable", "state"), [(True, "waiting"), (False, "unknown")])
def test_a_fault_past_the_point_of_no_return_is_repeated_only_where_that_does_no_harm(
    runtime: Runtime, repeatable: bool, state: str
) -> None:
    def acts(tools: Tools, job: Job) -> None:
        tools.act(job)
        raise OSError

    key = ask(runtime, "test")
    performing(runtime, Performer(acts, repeatable=repeatable)).perform([key])
    assert effect(runtime, key).state == state


def test_a_kind_that_nobody_performs_fails_visibly(runtime: Runtime) -> None:
    key = ask(runtime, "unheard-of")
    performing(runtime, Performer(Seen(), repeatable=True)).perform([key])
    assert effect(runtime, key).error == "unknown-kind"


@pytest.mark.parametrize(("repeatable", "state"), [(True, "waiting"), (False, "unknown")])
def test_a_worker_lost_while_acting_leaves_an_unknown_unless_it_may_be_repeated(
    runtime: Runtime, repeatable: bool, state: str
) -> None:
    key, token = ask(runtime, "test"), uuid4()
    with runtime.reading() as connection:
        effects.claim(connection, [key], token, 30, runtime.log.ready(connection))
        effects.act(connection, [key], token, 30, runtime.log.ready(connection))
        run_out(runtime, key)
        effects.lapse(connection, ["test"] if repeatable else [])
    row = effect(runtime, key)
    assert (row.state, row.error) == (state, "worker-lost")


def test_a_worker_lost_before_it_acted_is_followed_by_another(runtime: Runtime) -> None:
    key, seen = ask(runtime, "test"), Seen()
    with runtime.reading() as connection:
        effects.claim(connection, [key], uuid4(), 30, runtime.log.ready(connection))
    run_out(runtime, key)
    with working(runtime, {"test": Performer(seen, repeatable=False)}):
        assert becomes(runtime, key, "done").attempts == 2


def test_nothing_is_done_in_a_database_that_was_not_looked_at(runtime: Runtime) -> None:
    """After a crash, a promotion or a restore what is due may have been done: first it is looked what came back."""
    key, token = ask(runtime, "test"), uuid4()
    with runtime.pool.connection() as connection:
        before = runtime.log.ready(connection)
        with as_owner(runtime.settings.database_url) as keeper:
            keeper.execute("DELETE FROM log.incarnation")
        assert effects.hand_out(connection, 30, (), before) == []
        assert effects.claim(connection, [key], token, 30, before) == []
        now = runtime.log.ready(connection)
        assert effects.claim(connection, [key], token, 30, now)
        assert effects.act(connection, [key], token, 30, before) == set()
        assert effects.act(connection, [key], token, 30, now) == {key}


def test_who_lost_the_claim_may_not_act(runtime: Runtime) -> None:
    key = ask(runtime, "test")
    with runtime.reading() as connection:
        effects.claim(connection, [key], uuid4(), 30, runtime.log.ready(connection))
    with pytest.raises(LostClaim):
        Tools(runtime, uuid4(), HandedOver(runtime.settings.data_dir)).act(job(key))


def test_an_effect_that_was_dropped_meanwhile_is_not_acted_on(runtime: Runtime) -> None:
    acted = []

    def slow(tools: Tools, job: Job) -> None:
        run_out(runtime, job.key)
        tools.act(job)
        acted.append(job)

    key = ask(runtime, "test")
    performing(runtime, Performer(slow, repeatable=False)).perform([key])
    assert not acted
    assert effect(runtime, key).state == "claimed"


def test_a_late_success_settles_what_was_thought_unknown(runtime: Runtime) -> None:
    def slow(tools: Tools, job: Job) -> None:
        tools.act(job)
        run_out(runtime, job.key)
        with runtime.reading() as connection:
            effects.lapse(connection, [])

    key = ask(runtime, "test")
    performing(runtime, Performer(slow, repeatable=False)).perform([key])
    assert effect(runtime, key).state == "done"


def test_what_takes_longer_than_the_lease_is_held(runtime: Runtime) -> None:
    short = replace(runtime, settings=replace(runtime.settings, lease_seconds=1))
    running: list[Performing] = []

    def slow(tools: Tools, job: Job) -> None:
        began = effect(runtime, job.key)
        limit = datetime.now(UTC) + timedelta(seconds=1.5)
        while datetime.now(UTC) < limit:
            with runtime.reading() as connection:
                assert effects.lapse(connection, []) == 0
        assert began.attempts == 1

    key = ask(runtime, "test")
    running.append(Performing(short, {"test": Performer(slow, repeatable=False)}))
    running[0].start()
    running[0].perform([key])
    running[0].stop()
    assert effect(runtime, key).state == "done"


def test_one_orders_effects_of_an_ordered_kind_go_in_turn(runtime: Runtime) -> None:
    order, seen = uuid4(), Seen(Retry("busy", timedelta(seconds=0.3)))
    first = ask(runtime, "test", order_id=order, position=1)
    second = ask(runtime, "test", order_id=order, position=2)
    with working(runtime, {"test": Performer(seen, repeatable=True, ordered=True)}):
        becomes(runtime, second, "done")
    assert [one.key for one in seen.jobs] == [first, first, second]


def test_pauses_grow_and_differ_from_effect_to_effect() -> None:
    pauses = [pause(job(attempt=attempt)) for attempt in range(1, 40)]
    assert all(timedelta(seconds=1) <= one <= LONGEST_PAUSE for one in pauses)
    assert pauses[-1] >= LONGEST_PAUSE / 2
    assert len({pause(job()) for _ in range(10)}) > 1
    assert pause(job(UUID(int=1))) == pause(job(UUID(int=1)))


class TestTogether:
    """Effects of which many are done in one transaction."""

    @staticmethod
    def ending(tools: Tools, jobs: Sequence[Job]) -> list[UUID]:
        """Ends every job but those that are told to be left."""
        keys = [job.key for job in jobs if not job.payload.get("left")]
        with tools.runtime.pool.connection() as connection:
            effects.finish_all(connection, keys, tools.claim)
        return keys

    def test_what_is_left_of_them_is_done_one_by_one(self, runtime: Runtime) -> None:
        seen = Seen()
        ordinary, special = ask(runtime, "test"), ask(runtime, "test", payload={"left": 1})
        running = performing(runtime, Performer(seen, repeatable=False, together=self.ending))
        running.perform([ordinary, special])
        assert [one.key for one in seen.jobs] == [special]
        assert counts(runtime) == {}

    def test_when_they_cannot_be_done_together_each_is_done_by_itself(self, runtime: Runtime) -> None:
        def together(_tools: Tools, _jobs: Sequence[Job]) -> list[UUID]:
            raise LostClaim

        seen, keys = Seen(), [ask(runtime, "test") for _ in range(3)]
        performing(runtime, Performer(seen, repeatable=False, together=together)).perform(keys)
        assert [one.key for one in seen.jobs] == keys

    def test_when_none_of_them_can_be_begun_all_are_tried_again_later(self, runtime: Runtime) -> None:
        def together(_tools: Tools, _jobs: Sequence[Job]) -> list[UUID]:
            raise Retry("server-away")

        seen, keys = Seen(), [ask(runtime, "test") for _ in range(3)]
        performing(runtime, Performer(seen, repeatable=False, together=together)).perform(keys)
        rows = [effect(runtime, key) for key in keys]
        assert {(row.state, row.attempts, row.error) for row in rows} == {("waiting", 1, "server-away")}
        assert not seen.jobs

    def test_those_past_the_point_of_no_return_are_unknown_when_it_is_broken_off(self, runtime: Runtime) -> None:
        def together(tools: Tools, jobs: Sequence[Job]) -> list[UUID]:
            tools.act(jobs[0])
            raise OSError

        seen, acted, other = Seen(), ask(runtime, "test"), ask(runtime, "test")
        performing(runtime, Performer(seen, repeatable=False, together=together)).perform([acted, other])
        assert [one.key for one in seen.jobs] == [other]
        assert (effect(runtime, acted).state, effect(runtime, acted).error) == ("unknown", "broken-off")

    def test_what_certainly_was_not_done_is_safe_to_begin_again(self, runtime: Runtime) -> None:
        def together(tools: Tools, jobs: Sequence[Job]) -> list[UUID]:
            assert tools.act_all(jobs) == {job.key for job in jobs}
            tools.stand_back(jobs)
            raise OSError

        seen, keys = Seen(), [ask(runtime, "test") for _ in range(2)]
        performing(runtime, Performer(seen, repeatable=False, together=together)).perform(keys)
        assert [one.key for one in seen.jobs] == keys

    def test_what_would_wait_long_for_its_turn_is_let_go_and_that_counts_as_no_attempt(
        self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("workers.performing.TURN", -1.0)
        seen, (first, second) = Seen(), [ask(runtime, "test") for _ in range(2)]
        performing(runtime, Performer(seen, repeatable=False)).perform([first, second])
        assert [one.key for one in seen.jobs] == [first]
        row = effect(runtime, second)
        assert (row.state, row.attempts) == ("waiting", 0)


def run_out(runtime: Runtime, key: UUID) -> None:
    """Lets an effect's lease end now."""
    with runtime.reading() as connection:
        connection.execute("UPDATE work.effects SET claimed_until = now() - interval '1 s' WHERE key = %s", (key,))
