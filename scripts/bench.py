"""`carnet bench`: measures this program, every figure beside its reference from the same run, one JSON line each."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

FOLDER = Path(__file__).parent.parent / "tests" / "benchmarks"


@click.command()
@click.argument("names", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="Name the benchmarks and stop.")
@click.option("--orders", type=click.IntRange(100), help="Orders of the big book; a million unless given.")
@click.option("--json", "as_json", is_flag=True, help="Nothing but the JSON lines, also on a terminal.")
def bench(names: tuple[str, ...], listing: bool, orders: int | None, as_json: bool) -> None:
    """Run the benchmarks NAMES, or all of them; they start servers and databases of their own.

    Each figure is one line of JSON, beside its reference from the same run; on a terminal a readable line follows.
    """
    known = known_benchmarks()
    if listing:
        click.echo("\n".join(known))
        return
    if unknown := sorted(set(names) - set(known)):
        raise click.UsageError(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(known)}.")
    if orders:
        os.environ["CARNET_BENCH_ORDERS"] = str(orders)
    missed = 0
    for name in names or known:
        for figure in figures(name):
            missed += not figure.get("passed", True)
            click.echo(json.dumps({"benchmark": name, **figure}))
            if sys.stdout.isatty() and not as_json:
                click.echo(readable(figure), err=True)
    if missed:
        click.echo(f"{missed} figures fell short of their targets.", err=True)


def known_benchmarks() -> list[str]:
    """The benchmarks of a checkout, by name; a program installed without its tests has none."""
    if not FOLDER.is_dir():
        raise click.ClickException("The benchmarks stand in tests/benchmarks: run this in a checkout.")
    return sorted(file.stem.removeprefix("bench_") for file in FOLDER.glob("bench_*.py"))


def figures(name: str) -> Iterator[dict[str, Any]]:
    """The figures of one benchmark, as they come."""
    sys.path.insert(0, str(FOLDER.parent.parent))
    yield from importlib.import_module(f"tests.benchmarks.bench_{name}").run()


def readable(figure: dict[str, Any]) -> str:
    """A figure in one line."""
    verdict = {True: "passed", False: "missed", None: ""}[figure.get("passed")]
    beside = f" beside {figure['reference_value']} of {figure['reference']}" if "reference_value" in figure else ""
    return (
        f"{figure['name']}: {figure['value']} {figure['unit']}{beside} ({figure.get('target', 'no target')}) {verdict}"
    )
