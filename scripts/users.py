"""`carnet users`: the people who may sign in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import click

from domain.errors import DomainError
from domain.events import Command, Context
from domain.operators import (
    AddOperator,
    ChangeOperatorPassword,
    ChangeOperatorRole,
    DisableOperator,
    EnableOperator,
    operator_id,
)
from domain.roles import ROLES
from projections.access.credentials import Credentials, keep_operator, keep_password
from projections.access.passwords import hash_password, new_password
from projections.runtime import Runtime
from scripts.actors import actor_of
from scripts.installation import opened_runtime

MOST = 10_000
ROLE = click.Choice(sorted(ROLES))


def context() -> Context:
    """The context of a command given on this machine."""
    return Context(command_id=uuid4(), actor=actor_of("users"), at=datetime.now(UTC))


@contextmanager
def refusals() -> Iterator[None]:
    """Says what a rule refused in one line."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from None


def _change(command: Command) -> None:
    with opened_runtime() as runtime, refusals():
        runtime.desk.handle(command, beside=keep_operator)


def _give_password(runtime: Runtime, command: Command) -> str:
    """The one-time password that the command's account now has."""
    password = new_password()
    hashed = hash_password(password)
    with refusals():
        runtime.desk.handle(
            command, beside=lambda saving, operator: keep_password(saving, operator, hashed, temporary=True)
        )
    return password


@click.group()
def users() -> None:
    """Manage the people who may sign in."""


@users.command()
@click.argument("name")
@click.option("--role", type=ROLE, required=True, help="What they may do.")
def add(name: str, role: str) -> None:
    """Add an operator and print the one-time password, to be changed at the first sign-in."""
    command = AddOperator(operator_id=operator_id(name), context=context(), username=name, role=role)
    with opened_runtime(begins=True) as runtime:
        click.echo(_give_password(runtime, command))


@users.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_users(as_json: bool) -> None:
    """List the operators."""
    with opened_runtime() as runtime:
        rows = Credentials(runtime.pool).operators("", MOST)
    if as_json:
        click.echo(json.dumps([row._asdict() for row in rows], default=str))
        return
    for row in rows:
        state = "disabled" if row.disabled else "one-time password" if row.temporary else ""
        click.echo(f"{row.username:40} {row.role:10} {state}".rstrip())


@users.command()
@click.argument("name")
@click.argument("role", type=ROLE)
def role(name: str, role: str) -> None:
    """Give an operator another role."""
    _change(ChangeOperatorRole(operator_id=operator_id(name), context=context(), role=role))


@users.command()
@click.argument("name")
def password(name: str) -> None:
    """Give an operator a new one-time password and print it; their sessions end."""
    command = ChangeOperatorPassword(operator_id=operator_id(name), context=context(), temporary=True)
    with opened_runtime() as runtime:
        click.echo(_give_password(runtime, command))


@users.command()
@click.argument("name")
def disable(name: str) -> None:
    """Shut an operator out; their sessions end."""
    _change(DisableOperator(operator_id=operator_id(name), context=context()))


@users.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let an operator in again."""
    _change(EnableOperator(operator_id=operator_id(name), context=context()))


@users.command("ensure-admin")
def ensure_admin() -> None:
    """Add the operator `admin` where there is no operator at all, and print name and one-time password."""
    with opened_runtime(begins=True) as runtime:
        if Credentials(runtime.pool).operators("", 1):
            return
        command = AddOperator(operator_id=operator_id("admin"), context=context(), username="admin", role="admin")
        click.echo(f"admin {_give_password(runtime, command)}")
