"""`carnet import guess` and `carnet import maps`: mappings proposed for a file, kept under a name and used again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from msgspec.structs import replace

from domain.errors import DomainError
from domain.mappings import LONGEST, RemoveMapping, SaveMapping, mapping_named, mappings_for
from importers.faults import UnusableFile
from importers.guessing.guess import guess as guessed
from importers.guessing.text import mapping_text
from importers.intakes import ImportRequest
from importers.mapping.mapping import columns_of, parsed_mapping
from importers.profiles import profile_claiming
from importers.reading.rows import open_sheet
from projections.runtime import Runtime
from scripts.installation import opened_runtime
from scripts.undoing import now

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Where the mapping goes.")
def guess(file: Path, output: Path | None) -> None:
    """Propose a mapping for FILE from its columns' names and cells; nothing is imported.

    Read the proposal, correct it, and give it to the import by --map, or keep it by `carnet import maps save`.
    """
    with _told():
        text = mapping_text(guessed(file))
        with open_sheet(file) as sheet, opened_runtime() as runtime:
            kept = mappings_for(runtime.desk.shop(), sheet.header)
            known = profile_claiming((sheet.header,))
        if known:
            click.echo(f"The profile {known} knows this file: it comes in without a mapping.", err=True)
        for name in kept:
            click.echo(f"The mapping {name} that is kept fits this file: say --map {name}.", err=True)
        if output is None:
            click.echo(text, nl=False)
            return
        _write(output, text)
        click.echo(f"Read {output}, correct it, and import by --map {output}.", err=True)


@click.group()
def maps() -> None:
    """Keep mappings under a name, to import by --map NAME."""


@maps.command()
@click.argument("name")
@click.argument("file", type=FILE)
def save(name: str, file: Path) -> None:
    """Keep the mapping in FILE under NAME, in the place of one of that name."""
    with _told(), opened_runtime(begins=True) as runtime:
        text = _text_of(file)
        columns = columns_of(parsed_mapping(text, str(file)))
        runtime.desk.handle(SaveMapping(context=now(), name=name, text=text, columns=columns))
    click.echo(f"Kept: import by --map {name}.")


@maps.command("list")
def list_() -> None:
    """List the mappings that are kept."""
    with _told(), opened_runtime() as runtime:
        kept = runtime.desk.shop().mappings
    for name in sorted(kept):
        click.echo(f"{name}: {', '.join(kept[name].columns)}")


@maps.command()
@click.argument("name")
def show(name: str) -> None:
    """Print the mapping that is kept under NAME."""
    with _told(), opened_runtime() as runtime:
        click.echo(mapping_named(runtime.desk.shop(), name).text, nl=False)


@maps.command()
@click.argument("name")
def remove(name: str) -> None:
    """Keep the mapping NAME no longer."""
    with _told(), opened_runtime() as runtime:
        runtime.desk.handle(RemoveMapping(context=now(), name=name))
    click.echo("Removed.")


def read_by(runtime: Runtime, asked: ImportRequest, mapping: Path | None) -> ImportRequest:
    """What is asked with its mapping: the file, else the one kept under that name, else one that comes along."""
    if mapping is None:
        return asked
    if mapping.is_file():
        return replace(asked, mapping=str(mapping.resolve()))
    kept = runtime.desk.shop().mappings.get(str(mapping))
    return replace(asked, mapping=str(mapping), mapping_text=kept.text if kept else "")


def _text_of(file: Path) -> str:
    if file.stat().st_size > LONGEST:
        raise UnusableFile(f"The mapping {file} has more than {LONGEST} bytes.")
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UnusableFile(f"The mapping {file} is not UTF-8.") from None


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnusableFile(f"The mapping cannot be written to {output}: {error.strerror}.") from None


@contextmanager
def _told() -> Iterator[None]:
    """Faults of the file and refusals, told as such."""
    try:
        yield
    except (UnusableFile, DomainError) as error:
        raise click.ClickException(str(error)) from None
