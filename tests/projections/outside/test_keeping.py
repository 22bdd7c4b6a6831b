"""Views from outside are built, kept and verified as ours are; a faulty one is halted, and nothing of ours waits."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import line, place
from tests.projections.outside.files import await_position, await_state, kept, python_view, sql_view
from tests.workers.working import eventually
from workers.projecting import Projecting

SUMMED = """
    SELECT lines, currency, count(*), sum(total)::bigint FROM views.baskets_orders GROUP BY 1, 2 ORDER BY 1
"""


def rows(runtime: Runtime, statement: str) -> list[tuple[object, ...]]:
    with runtime.pool.connection() as connection:
        return connection.execute(statement.encode()).fetchall()


def states(runtime: Runtime) -> list[object]:
    return [state for (state,) in rows(runtime, "SELECT state FROM views.outside ORDER BY 1")]


def test_a_view_in_python_and_one_in_sql_are_kept(runtime: Runtime, client: FlaskClient, tmp_path: Path) -> None:
    files = python_view(tmp_path), sql_view(tmp_path)
    place(client, line(quantity=2), line(quantity=1, sku="POT-1"))
    with kept(runtime, *files):
        for file in files:
            await_state(runtime, file, "following")
        for _ in range(3):
            place(client, line(quantity=3))
        await_position(runtime, "baskets")
        await_position(runtime, "units_by_sku")
        assert rows(runtime, "SELECT lines, currency, orders, total FROM views.baskets ORDER BY 1") == [
            (1, "EUR", 3, 9000), (2, "EUR", 1, 3000),
        ]  # fmt: skip
        assert rows(runtime, "SELECT sku, units, lines FROM views.units_by_sku ORDER BY 1") == [
            ("CUP-1", 11, 4), ("POT-1", 1, 1),
        ]  # fmt: skip
        states = {one.projection: one for one in runtime.views.status(runtime.log.head())}
        assert (states["baskets"].behind, states["units_by_sku"].trouble) == (0, None)


def test_a_fold_that_raises_parks_its_events_and_goes_on(runtime: Runtime, client: FlaskClient, tmp_path: Path) -> None:
    file = python_view(tmp_path, "assert len(order.items) < 2")
    place(client, line(), line(sku="POT-1"))
    place(client, line())
    with kept(runtime, file):
        await_position(runtime, "baskets")
    assert rows(runtime, "SELECT lines, orders FROM views.baskets") == [(1, 2)]
    [status] = [one for one in runtime.views.status(runtime.log.head()) if one.projection == "baskets"]
    assert status.parked > 0
    assert status.held_keys == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("while True: pass", "It took longer than 1 s, in baskets.py"),
        ("__import__('re').match('(a+)+b', 'a' * 60)", "It took longer than 1 s, in baskets.py"),
        ("hoard = [bytes(1 << 20) for _ in range(100_000)]", "It took more than 256 MB."),
    ],
)
def test_a_view_that_loops_or_hoards_is_halted_and_ours_go_on(
    runtime: Runtime, client: FlaskClient, projecting: Projecting, tmp_path: Path, fault: str, reason: str
) -> None:
    file = python_view(tmp_path, fault)
    place(client, line())
    with kept(runtime, file, projection_seconds=1, projection_megabytes=256):
        halted = await_state(runtime, file, "halted")
        place(client, line())
        runtime.views.wait_for("orders", runtime.log.head(), timeout=5)
    assert halted.reason.startswith(reason)
    [status] = [one for one in runtime.views.status(runtime.log.head()) if one.projection == "baskets"]
    assert status.trouble == halted.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise ValueError(1)", "It cannot be loaded: ValueError: 1"),
        ("x = 1", "It names no PROJECTION"),
        ("def f(:", "It cannot be loaded: SyntaxError"),
        ("class PROJECTION: name = 'x'", "Its view lacks version, tables, aggregates, topics, fold."),
    ],
)
def test_a_file_that_is_no_view_is_refused(runtime: Runtime, tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "broken.py"
    file.write_text(text)
    with kept(runtime, file):
        assert await_state(runtime, file, "refused").reason.startswith(reason)


def test_names_of_ours_and_of_another_file_are_refused(runtime: Runtime, tmp_path: Path) -> None:
    ours = tmp_path / "ours.py"
    ours.write_text(python_view(tmp_path).read_text().replace('name = "baskets"', 'name = "sales"'))
    table = tmp_path / "table.py"
    table.write_text(python_view(tmp_path).read_text().replace('name = "baskets"', 'name = "bread"'))
    first, second = python_view(tmp_path), tmp_path / "again.py"
    second.write_text(first.read_text())
    with kept(runtime, ours, table, first):
        refused = await_state(runtime, ours, "refused")
        assert refused.reason == "The name sales is that of a view of Carnet's own: choose another."
        assert "has to be called bread" in await_state(runtime, table, "refused").reason
        await_state(runtime, first, "following")
    with kept(runtime, first, second):
        eventually(lambda: states(runtime) == ["following", "refused"], "one of the two has the name")


def test_a_process_that_is_killed_is_started_again(runtime: Runtime, client: FlaskClient, tmp_path: Path) -> None:
    file = python_view(tmp_path)
    with kept(runtime, file) as running:
        for _ in range(2):
            place(client, line())
            await_position(runtime, "baskets")
            [process] = running._processes
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
        place(client, line())
        await_position(runtime, "baskets")
        assert rows(runtime, "SELECT lines, currency, orders, total FROM views.baskets") == rows(runtime, SUMMED)
        assert rows(runtime, SUMMED)[0][2] == 3
