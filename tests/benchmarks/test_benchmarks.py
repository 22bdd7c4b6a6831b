"""Every benchmark runs in a tiny form and tells its figures as told; how fast anything is decides no test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from scripts import bench as command
from scripts.bench import bench, known_benchmarks, readable
from tests.benchmarks import (
    bench_append,
    bench_bulk,
    bench_catalogue,
    bench_counts,
    bench_desk,
    bench_doctor,
    bench_engine,
    bench_export,
    bench_feed,
    bench_http,
    bench_http_list,
    bench_idle,
    bench_import,
    bench_list,
    bench_past,
    bench_printing,
    bench_reactions,
    bench_rebuild,
    bench_reports,
    bench_sealed_list,
    bench_start,
    bench_verify,
    bench_waiting,
)
from tests.benchmarks.load import Answer

ORDERS = 400
TINY: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "append": bench_append.run,
    "bulk": lambda: bench_bulk.run(orders=20, printed=5, single=2),
    "catalogue": lambda: bench_catalogue.run(products=ORDERS, rounds=2),
    "counts": lambda: bench_counts.run(ORDERS, rounds=2),
    "desk": lambda: bench_desk.run(ORDERS, rounds=2, scrolled=300),
    "doctor": lambda: bench_doctor.run(ORDERS),
    "engine": bench_engine.run,
    "export": lambda: bench_export.run(ORDERS),
    "feed": lambda: bench_feed.run(ORDERS),
    "http": lambda: bench_http.run(rounds=1, jobs=2),
    "http_list": lambda: bench_http_list.run(ORDERS, rounds=2),
    "idle": lambda: bench_idle.run(seconds=0.5, settles=0.1, orders=1),
    "import": lambda: bench_import.run(ORDERS),
    "list": lambda: bench_list.run(ORDERS, rounds=2),
    "past": lambda: bench_past.run(ORDERS, rounds=2),
    "printing": bench_printing.run,
    "reactions": lambda: bench_reactions.run(jobs=5, ways=bench_reactions.WAYS[:2]),
    "rebuild": lambda: bench_rebuild.run(ORDERS),
    "reports": lambda: bench_reports.run(ORDERS, rounds=2),
    "sealed_list": lambda: bench_sealed_list.run(ORDERS, rounds=2),
    "start": lambda: bench_start.run(starts=1, jobs=1),
    "verify": lambda: bench_verify.run(ORDERS),
    "waiting": lambda: bench_waiting.run(rounds=1, jobs=2, desks=4),
}
FIGURES = {
    "append": 1,
    "bulk": 2,
    "catalogue": 6,
    "counts": 1,
    "desk": 7,
    "doctor": 2,
    "engine": 1,
    "export": 2,
    "feed": 2,
    "http": 4,
    "http_list": 8,
    "idle": 3,
    "import": 3,
    "list": 8,
    "past": 25,
    "printing": 20,
    "reactions": 4,
    "rebuild": 3,
    "reports": 5,
    "sealed_list": 5,
    "start": 2,
    "verify": 1,
    "waiting": 1,
}


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks that take no sizes are made small by their constants."""
    monkeypatch.setattr(bench_append, "SAVES", 2)
    monkeypatch.setattr(bench_append, "ROUNDS", 1)
    monkeypatch.setattr(bench_engine, "PARCELS", 20)
    monkeypatch.setattr(bench_engine, "ROUNDS", 1)
    monkeypatch.setattr(bench_idle, "QUIET", 0.1)
    monkeypatch.setattr(bench_printing, "RECEIPTS", 3)


def test_every_benchmark_has_a_tiny_form() -> None:
    assert sorted(TINY) == known_benchmarks()


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("name", sorted(TINY))
def test_a_benchmark_tells_each_figure_beside_its_reference(name: str) -> None:
    figures = list(TINY[name]())
    assert len(figures) >= FIGURES[name]
    assert len({figure["name"] for figure in figures}) == len(figures)
    for figure in figures:
        json.dumps(figure)
        assert figure["value"] >= 0
        assert isinstance(figure["passed"], bool)
        assert all(figure[part] for part in ("name", "unit", "target"))
        assert "reference" not in figure or figure["reference_value"] >= 0
        assert str(figure["value"]) in readable(figure)


def test_figures_of_many_clients_tell_their_processor_time_and_statements() -> None:
    taken = [bench_http.Taken(rate, core_ms, []) for rate, core_ms in ((90.0, 5.0), (110.0, 7.0), (100.0, 6.0))]
    floor = [bench_http.Taken(200.0, 3.0, [])]
    taken[0].answers.append(Answer(4.0, 201, {}, b""))
    least = [bench_http.Taken(400.0, 2.0, [])]
    figure = bench_http.at_many("job", taken, floor, least, 7.0)
    assert (figure["value"], figure["ratio"], figure["core_ms"], figure["statements"]) == (100.0, 0.5, 6.0, 7.0)
    assert figure["beside_ratio"] == 0.25
    assert not figure["passed"]
    assert bench_http.at_many("job", taken, [bench_http.Taken(150.0, 3.0, [])], least, 7.0)["passed"]
    assert not bench_http.at_many("job", taken, [bench_http.Taken(150.0, 3.0, [])], least, 11.0)["passed"]


def test_the_command_prints_a_line_of_json_for_each_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = {"name": "a", "value": 1, "unit": "s", "target": "< 2 s", "passed": False}
    monkeypatch.setattr(command, "figures", lambda name: iter([figure]))
    result = CliRunner().invoke(bench, ["append"])
    assert json.loads(result.stdout) == {"benchmark": "append", **figure}
    assert "1 figures fell short" in result.stderr


def test_an_unknown_benchmark_is_refused_with_those_there_are() -> None:
    result = CliRunner().invoke(bench, ["nothing"])
    assert result.exit_code != 0
    assert "http_list" in result.stderr
