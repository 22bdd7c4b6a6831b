"""`carnet tokens`: keys of programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

import click

from domain.events import Context
from domain.roles import PERMISSIONS
from domain.tokens import LASTS, MAX_DAYS, IssueToken, RevokeToken, token_id
from projections.access.credentials import Credentials, dropping, keep_token, new_token
from scripts.actors import actor_of
from scripts.installation import opened_runtime
from scripts.users import MOST, ROLE, refusals

NEVER = "never"


def _context() -> Context:
    return Context(command_id=uuid4(), actor=actor_of("tokens"), at=datetime.now(UTC))


def _instant(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """An ISO 8601 date or instant, UTC where it names no zone; a year from now unless told."""
    if value is None:
        return datetime.now(UTC) + LASTS
    if value == NEVER:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("write a date such as 2031-01-31 or an instant such as 2031-01-31T12:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@click.group()
def tokens() -> None:
    """Give programs access and take it away."""


@tokens.command()
@click.argument("name")
@click.option("--role", type=ROLE, required=True, help="What it may do.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(sorted(PERMISSIONS)), metavar="PERMISSION",
              help="Only this of what its role may do; give it again for more.")  # fmt: skip
@click.option(
    "--expires",
    callback=_instant,
    metavar="INSTANT",
    help=f"When it ends, within {MAX_DAYS} days, or `never`; in a year unless given.",
)
def create(name: str, role: str, scopes: tuple[str, ...], expires: datetime | None) -> None:
    """Issue a token and print it alone; it is shown this once."""
    text, context = new_token(), _context()
    command = IssueToken(
        token_id=token_id(name), context=context, name=name, role=role, scopes=scopes, expires_at=expires
    )
    with opened_runtime(begins=True) as runtime, refusals():
        runtime.desk.handle(
            command, beside=lambda saving, token: keep_token(saving, token, text, context.at, context.actor)
        )
    click.echo(text)


@tokens.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_tokens(as_json: bool) -> None:
    """List the tokens that are good."""
    with opened_runtime() as runtime:
        rows = Credentials(runtime.pool).tokens("", MOST)
    if as_json:
        click.echo(json.dumps([row._asdict() for row in rows], default=str))
        return
    for row in rows:
        until = f"until {row.expires_at:%Y-%m-%d %H:%M}" if row.expires_at else "for ever"
        used = f"used {row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never used"
        click.echo(f"{row.name:40} {row.role:10} {','.join(row.scopes) or 'all of its role'} {until}, {used}")


@tokens.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Make a token, and all that were made by it, worthless at once."""
    with opened_runtime() as runtime, refusals():
        command = RevokeToken(token_id=token_id(name), context=_context())
        runtime.desk.handle(command, beside=dropping(runtime.desk, command.context))
