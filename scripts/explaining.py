"""`carnet import --explain`: how files would be read, on the screen or as JSON, before any of it is taken in."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from importers.explain import HIDDEN, ColumnRead, Explanation, explained
from importers.intakes import ImportRequest, choices_of
from importers.mapping.mapping import MAPS, CsvMapping, parsed_mapping, read_mapping
from importers.reading.table import open_table
from scripts.import_maps import read_by
from scripts.installation import opened_runtime

NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MASKED = "(not shown outside a terminal)"


def explain(asked: ImportRequest, map_file: Path | None, *, as_json: bool) -> None:
    """Shows what is made of the files; what may be a person's only on a terminal, where its owner sits."""
    mapping = _mapping(asked, map_file) if map_file else None
    with open_table([Path(name) for name in asked.files]) as table:
        told = explained(table, mapping, choices_of(asked))
    if as_json:
        click.echo(json.dumps(told.shown(persons=False)))
    else:
        click.echo("\n".join(_lines(told, persons=sys.stdout.isatty())))
    if told.asks:
        raise click.ClickException(told.asks)


def _mapping(asked: ImportRequest, map_file: Path) -> CsvMapping:
    """The mapping in a file or one that comes along; only one that is kept under a name needs the database."""
    if map_file.is_file() or (MAPS / f"{map_file}.toml").is_file():
        return read_mapping(map_file)
    with opened_runtime() as runtime:
        told = read_by(runtime, asked, map_file)
    return parsed_mapping(told.mapping_text, told.mapping) if told.mapping_text else read_mapping(map_file)


def _lines(told: Explanation, *, persons: bool) -> Sequence[str]:
    lines = [
        f"Profile     {told.profile}. {told.why}",
        f"Rows        {told.rows}",
        f"Dates       {told.dates}",
        f"Decimals    {told.decimal or 'each amount by itself'}",
    ]
    for number, file in enumerate(told.files, 1):
        delimiter = NAMES.get(file.delimiter, file.delimiter)
        lines.append(f"File {number:<7}{file.encoding}, {delimiter}, {file.columns} columns, {file.bytes} bytes")
        lines += [f"            Warning: {warning}" for warning in file.warnings]
    lines += [f"            {count} rows: {code}" for code, count in sorted(told.broken_rows.items())]
    read = [column for column in told.columns if column.read_as]
    width = min(40, max((len(column.column) for column in read), default=0))
    lines.append("")
    lines += [_column(column, width, persons=persons) for column in read]
    if ignored := told.ignored:
        lines += ["", f"Ignored     {', '.join(ignored)}"]
    return lines


def _column(column: ColumnRead, width: int, *, persons: bool) -> str:
    forms = ", ".join(f"{count} {form}" for form, count in sorted(column.forms.items()))
    samples = " | ".join(column.samples)
    if column.samples and column.read_as in HIDDEN and not persons:
        samples = MASKED
    return f"{column.column:<{width}}  {column.read_as:<9} {f'[{forms}] ' if forms else ''}{samples}".rstrip()
