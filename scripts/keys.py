"""`carnet keys`: which master secrets there are, and how one takes another's place while the shop runs."""

from __future__ import annotations

import os
import secrets as tokens
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from projections.log import Connection
from projections.log.masters import known, masters
from projections.log.rotation import RotationRefused, begin, finish, left, living, require_right
from projections.postgres.connections import PATIENT, connect
from projections.runtime import Runtime, open_runtime
from projections.settings import SHORTEST_SECRET, Settings
from scripts.installation import installation, opened_runtime
from scripts.progress import progress


@click.group()
def keys() -> None:
    """Look at the master secret and replace it."""


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for a program.")
def status(as_json: bool) -> None:
    """The master secrets this database had, how far a replacement is, and the keys that check its seals."""
    with opened_runtime() as runtime, runtime.pool.connection() as connection:
        rows, waiting = masters(connection), left(connection)
    facts = [
        {
            "number": row.number,
            "made_at": row.made_at,
            "retired_at": row.retired_at,
            "verify_key": row.verify_key.hex(),
        }
        for row in rows
    ]
    if as_json:
        click.echo(msgspec.json.encode({"masters": facts, "left": waiting}).decode())
        return
    for row in rows:
        state = f"replaced {row.retired_at:%Y-%m-%d %H:%M}" if row.retired_at else "in use"
        click.echo(f"{row.number}  made {row.made_at:%Y-%m-%d %H:%M}  {state}  seals: {row.verify_key.hex()}")
    if waiting:
        click.echo(f"{waiting} keys are still wrapped under an older secret: run carnet keys rotate.")


@keys.command()
@click.option(
    "--new-secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File whose only line is the new secret.",
)
@click.option("--ask", is_flag=True, help="Ask for the new secret on the terminal.")
def rotate(new_secret_file: Path | None, ask: bool) -> None:
    """Put a new master secret in the place of the one in use, while the shop runs.

    A secret in a file is replaced there: by the one given, or by one made now. One in CARNET_SECRET_KEY is replaced by
    giving every process the new one there and the old one as CARNET_SECRET_KEY_PREVIOUS first. Whatever stops it, run
    it again: it goes on where it was.
    """
    with installation() as settings:
        try:
            _rotate(settings, _given(settings, new_secret_file, ask))
        except RotationRefused as error:
            raise click.ClickException(str(error)) from None


def _rotate(settings: Settings, given: str | None) -> None:
    url = settings.database_owner_url or settings.database_url
    with open_runtime(settings) as runtime, connect(url, "carnet keys", session=PATIENT) as connection:
        require_right(connection)
        if len(living(connection)) == 1:
            begin(connection, settings.secrets.read(), _fresh(settings, connection, given))
        elif given:
            raise RotationRefused("A rotation was begun and not ended: run this without a new secret to end it first.")
        _finish(runtime, connection)
        number = living(connection)[0].number
        if not settings.secret_key:
            _write(settings.secret_file, [known(masters(connection), settings.secrets.read())[number]])
    click.echo("Every key is wrapped under the new secret; the old one opens nothing any more.")
    if settings.secret_key:
        click.echo("Take CARNET_SECRET_KEY_PREVIOUS away where it is set, and start those processes again.")


def _given(settings: Settings, file: Path | None, ask: bool) -> str | None:
    """The new secret as it was given to this command; None where it stands where secrets stand, or is to be made."""
    if not (file or ask):
        return None
    if settings.secret_key:
        raise RotationRefused(
            "CARNET_SECRET_KEY is set: give every process the new secret there and the old one as "
            "CARNET_SECRET_KEY_PREVIOUS, then run this with both set and without options."
        )
    text = file.read_text() if file else click.prompt("New secret", hide_input=True, confirmation_prompt=True)
    secret = str(text).strip()
    if len(secret) < SHORTEST_SECRET or len(secret.splitlines()) != 1:
        raise RotationRefused(f"A secret is one line of at least {SHORTEST_SECRET} characters.")
    return secret


def _fresh(settings: Settings, connection: Connection, given: str | None) -> str:
    """The secret to rotate to, in the place where every process finds it."""
    accepted = settings.secrets.read()
    found = known(masters(connection), accepted).values()
    if accepted[0] not in found and not given:
        return accepted[0]
    if settings.secret_key:
        raise RotationRefused(
            "There is no new secret: give every process the new one as CARNET_SECRET_KEY and the one in use as "
            "CARNET_SECRET_KEY_PREVIOUS, start them again one by one, then run this with both set."
        )
    fresh = given or tokens.token_urlsafe(32)
    _write(settings.secret_file, [fresh, *(secret for secret in accepted if secret in found)])
    return fresh


def _finish(runtime: Runtime, connection: Connection) -> None:
    runtime.log.keys.renew()
    waiting = left(connection)
    with progress("Keys wrapped anew") as tell:
        finish(connection, runtime.log.keys, lambda done: tell(done, waiting))


def _write(file: Path, secrets: Sequence[str]) -> None:
    """Puts the secrets into the file, readable by its owner alone: either the old lines stand there or the new."""
    fresh = file.with_name(f"{file.name}.{tokens.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as lines:
        status = file.stat()
        os.fchown(descriptor, status.st_uid, status.st_gid)
        lines.writelines(f"{secret}\n" for secret in secrets)
        lines.flush()
        os.fsync(descriptor)
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
