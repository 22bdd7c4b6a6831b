"""Filters as a command line tells them: the query of a list, read and refused as the API does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from marshmallow import ValidationError, fields

from api.lists import ListForm, ListRequest
from api.problems import Problem
from domain.errors import DomainError


def filters_told(form: ListForm, filters: Sequence[str], sort: str | None) -> ListRequest[Any]:
    """What filters told as `name=value` say in a list's query; what is wrong is a usage error."""
    told: dict[str, Any] = {"sort": sort} if sort else {}
    for one in filters:
        name, equals, value = one.partition("=")
        if not equals:
            raise click.UsageError(f"A filter is told as NAME=VALUE, not {one!r}.")
        if isinstance(form.fields.get(name), fields.List):
            told.setdefault(name, []).append(value)
        else:
            told[name] = value
    with refusals():
        query: ListRequest[Any] = form.load(told)
        return query


@contextmanager
def refusals() -> Iterator[None]:
    """What the API would refuse, as usage errors."""
    try:
        yield
    except ValidationError as error:
        raise click.UsageError(_said(error.messages)) from None
    except Problem as problem:
        raise click.UsageError(str(problem.detail)) from None
    except DomainError as error:
        raise click.UsageError(str(error)) from None


def _said(messages: Any) -> str:
    """The faults of a filter in one line."""
    return "; ".join(f"{name}: {_first(told)}" for name, told in messages.items())


def _first(told: Any) -> str:
    while isinstance(told, (list, dict)):
        told = next(iter(told.values() if isinstance(told, dict) else told))
    return str(told)
