"""How an import that a command began comes to its end, and what is told of it."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import click
from msgspec import to_builtins

from domain.errors import DomainError
from domain.imports import NEEDS_ANSWER
from importers import local, service
from importers.faults import UnusableFile
from importers.intakes import ImportRequest, opened
from importers.report import Totals
from projections.runtime import Runtime
from projections.work.import_files import RefusedRow
from projections.work.imports import Progress
from scripts.import_maps import read_by
from scripts.undoing import ACTOR

SOME_REFUSED, NEEDS_LOOK = 3, 4
SECONDS_BETWEEN_LINES = 5.0
MOST_ROWS_TOLD = 20


def run(runtime: Runtime, import_id: UUID, checked: Sequence[str], processes: int) -> None:
    """Brings the import to its end; what looks wrong is answered by the names of what was checked."""
    with _progress() as tell:
        try:
            local.run(runtime, import_id, tell, processes=processes)
        except local.AnswerNeeded as needed:
            names = {finding.name for finding in needed.findings}
            if not names <= set(checked):
                raise
            service.answer(runtime, import_id, names, ACTOR)
            local.run(runtime, import_id, tell, processes=processes)


def begun(runtime: Runtime, files: Sequence[Path], asked: ImportRequest, map_file: Path | None) -> UUID:
    """The import of these files, with its mapping kept beside its ranges."""
    mapping = map_file.read_bytes() if map_file and map_file.is_file() else str(map_file or "").encode()
    asked = read_by(runtime, asked, map_file)
    fingerprint = service.fingerprint_of(files, asked, mapping)
    with opened(runtime, uuid4(), asked) as table:  # what cannot be read at all is told before anything begins
        for warning in table.warnings:
            click.secho(f"Warning: {warning}", fg="yellow", err=True)
        settled = table.asked
    size = sum(file.stat().st_size for file in files)
    return service.begin(runtime, settled, fingerprint, size, ACTOR)


def end(runtime: Runtime, import_id: UUID, report: Path, *, as_json: bool) -> None:
    """Tells what the import came to, and gives the refused rows their file."""
    totals = service.totals_so_far(runtime, import_id)
    dry_run = service.state_of(runtime, import_id).choices.dry_run
    if totals.refused_rows:
        _write_report(runtime, import_id, report)
    told = service.standing_of(runtime, import_id).told
    unused, findings = ImportRequest.restored(told).unused, told.get(service.EXAMINED, []) if dry_run else []
    refused = service.first_refused(runtime, import_id, MOST_ROWS_TOLD)
    _print(totals, import_id, unused, findings, refused, dry_run=dry_run, as_json=as_json)
    if totals.refused_rows:
        click.echo(f"The refused rows are in {report}: correct them there and load that file.", err=True)
        sys.exit(SOME_REFUSED)


def _print(
    totals: Totals,
    import_id: UUID,
    unused: Sequence[str],
    findings: Sequence[Mapping[str, Any]],
    refused: Sequence[RefusedRow],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    if as_json:
        head = {"import": str(import_id), "dry_run": dry_run, "columns_not_used": unused, "findings": findings}
        rows = [{"row": one.row, "faults": [fault._asdict() for fault in one.faults]} for one in refused]
        click.echo(json.dumps({**head, **totals.as_dict(), "refused_rows": rows}))
        return
    asked = [f"{'Looks wrong':<24}{finding['name']}: {finding['detail']}" for finding in findings]
    lines = [f"{'Import':<24}{import_id}", *asked, *totals.as_lines(unused), *_told_rows(refused)]
    click.echo("\n".join(["Nothing was stored.", *lines] if dry_run else lines))


def _told_rows(refused: Sequence[RefusedRow]) -> Iterator[str]:
    """What is wrong with the first refused rows, a line for each cell at fault."""
    for one in refused:
        for fault in one.faults:
            where = f"{fault.column}: " if fault.column else ""
            yield f"{f'Row {one.row}':<24}{where}{fault.message} {fault.fix}"


def _write_report(runtime: Runtime, import_id: UUID, report: Path) -> None:
    partial = report.with_name(report.name + ".partial")
    try:
        partial.touch(mode=0o600)
        with partial.open("wb") as file:
            for chunk in service.error_report(runtime, import_id):
                file.write(chunk)
        shutil.move(partial, report)
    except OSError as error:
        raise UnusableFile(f"The error report cannot be written to {report}: {error.strerror}.") from None


@contextmanager
def told_faults(*, as_json: bool = False) -> Iterator[None]:
    """Faults of the file and refusals, told as such."""
    try:
        yield
    except local.AnswerNeeded as needed:
        _ask(needed, as_json=as_json)
        sys.exit(NEEDS_LOOK)
    except (UnusableFile, local.WorkerLost, DomainError) as error:
        raise click.ClickException(str(error)) from None


def _ask(needed: local.AnswerNeeded, *, as_json: bool) -> None:
    """Tells what looks wrong, and how to say that it is right."""
    if as_json:
        findings = [to_builtins(finding) for finding in needed.findings]
        click.echo(json.dumps({"import": str(needed.import_id), "state": NEEDS_ANSWER, "findings": findings}))
        return
    click.echo("Nothing was stored: look at this first.")
    for finding in needed.findings:
        click.echo(f"{finding.name:<24}{finding.detail}")
    names = " ".join(f"--yes-i-checked {finding.name}" for finding in needed.findings)
    click.echo(f"Correct the map or the file; or, where all of it is right, say {names} as well.", err=True)


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, else a line every few seconds; both on standard error."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task("Importing", total=1.0)
            yield lambda now: bar.update(task, completed=_share(now), description=f"{now.rows} rows read")
        return
    last = time.monotonic()

    def line(now: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            click.echo(f"{now.rows} rows read, {100 * _share(now):.0f} % taken in", err=True)

    yield line


def _share(now: Any) -> float:
    """How much of the whole file is taken in: of what is read, as much as was read of all."""
    read = 1.0 if now.is_read else now.read_bytes / max(1, now.size)
    return float(read * now.done_bytes / max(1, now.bytes))
