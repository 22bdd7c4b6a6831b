"""The views that a command can be told by name: ours, and those from outside that the database knows of."""

from __future__ import annotations

import click

from projections.engine.projection import Projection
from projections.outside import catalogue
from projections.outside.limits import Limits
from projections.outside.loading import load
from projections.outside.served import NAME, Refused
from projections.runtime import Runtime
from projections.views import PROJECTIONS

STDERR = 2


class ViewName(click.ParamType[str]):
    """The name of a view; whether there is one from outside is only known to the database."""

    name = "view"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it was given."""
        if value not in PROJECTIONS and not NAME.fullmatch(value):
            self.fail(f"There is no view {value}.", param, ctx)
        return value


def is_from_outside(name: str) -> bool:
    """Whether a view that there is comes from outside."""
    return name not in PROJECTIONS


def projection_of(runtime: Runtime, name: str) -> Projection:
    """The view of a name; the file of one from outside is read, and bounded as in its own process."""
    if name in PROJECTIONS:
        return PROJECTIONS[name]
    settings = runtime.settings
    limits = Limits(settings.projection_seconds, settings.projection_megabytes, STDERR)
    with runtime.pool.connection() as connection:
        found = catalogue.find(connection, name)
        if found is None:
            raise click.UsageError(f"There is no view {name}.")
        try:
            with limits.guarding():
                return load(connection, found.source, limits).projection
        except Refused as refused:
            raise click.ClickException(str(refused)) from None
