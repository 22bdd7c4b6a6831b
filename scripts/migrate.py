"""`carnet migrate`: brings the database up to this version."""

from __future__ import annotations

import click

from projections.log.masters import check_secret
from projections.postgres.migrate import migrate as apply_migrations
from scripts.installation import installation


@click.command()
def migrate() -> None:
    """Apply the migrations that are missing, none twice; the master secret must be the database's.

    With CARNET_DATABASE_OWNER_URL the log is that role's, and what the application may do to it is granted anew.
    """
    with installation(begins=True) as settings:
        applied = apply_migrations(settings.direct_url, settings.database_owner_url)
        check_secret(settings.direct_url, settings.secrets)
    click.echo("\n".join(f"Applied {name}." for name in applied) or "The database is up to date.")
