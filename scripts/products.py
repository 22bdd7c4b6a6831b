"""`carnet products`: the catalogue of what is sold."""

from __future__ import annotations

import json
from collections import Counter
from typing import NamedTuple, TextIO

import click

from domain.errors import DomainError
from projections.desk.learning import learned, take_in
from projections.exports.catalogue import written
from projections.runtime import Runtime
from scripts.actors import actor_of
from scripts.installation import opened_runtime


class Learned(NamedTuple):
    """How many products came in, how many were there already, and which could not be kept."""

    added: int
    known: int
    refused: dict[str, str]


@click.group()
def products() -> None:
    """Keep the catalogue of what is sold."""


@products.command()
@click.option("--dry-run", is_flag=True, help="Say what would come in, store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def learn(dry_run: bool, as_json: bool) -> None:
    """Take every SKU that past orders name into the catalogue, by the name, price and rate it was sold at last.

    Products that are there already stay as they are, so this can be run again at any time.
    """
    with opened_runtime() as runtime:
        outcome = learn_from_orders(runtime, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, **outcome._asdict()}))
        return
    for sku, why in outcome.refused.items():
        click.echo(f"{sku}: {why}", err=True)
    would = "would come in" if dry_run else "came in"
    click.echo(f"{outcome.added} products {would}, {outcome.known} were there, {len(outcome.refused)} were refused.")


@products.command()
@click.option("--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="Where it goes.")
def export(output: TextIO) -> None:
    """Write the whole catalogue as CSV, as `carnet import products` takes it in."""
    with opened_runtime() as runtime:
        for lines in written(runtime):
            output.write(lines)


def learn_from_orders(runtime: Runtime, *, dry_run: bool = False) -> Learned:
    """Takes what past orders tell of goods into the catalogue."""
    with runtime.reading() as connection:
        found = list(learned(connection, runtime.desk.shop().defaults.locale))
    told = Counter[str]()
    refused = {}
    for sku, facts in found:
        try:
            told[take_in(runtime, sku, facts, actor_of("products"), dry_run=dry_run)] += 1
        except DomainError as error:
            refused[sku] = str(error)
    return Learned(told["added"], told["known"], refused)
