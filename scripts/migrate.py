"""`carnet migrate`: brings the database up to this version."""

from __future__ import annotations

import click

from projections.postgres.migrate import migrate as apply_migrations
from scripts.installation import installation


@click.command()
def migrate() -> None:
    """Apply the migrations that are missing; none are applied twice."""
    with installation() as settings:
        applied = apply_migrations(settings.database_url)
    click.echo("\n".join(f"Applied {name}." for name in applied) or "The database is up to date.")
