"""Migrations of a database to the newest version.

Apart from the rest, because importing Alembic takes as long as all else together.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.errors import StoreError


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the migrations that come with the program."""
    config = Config(attributes={"connection": connection})
    folder = Path(__file__).with_name("migrations")
    # a configparser would fill in %(…)s
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def upgrade(connection: Connection, version: str | None, name: str) -> None:
    """Migrate the database `name` from a version, None if it is empty, to the newest.

    All of it happens in the transaction that the connection is in.
    """
    config = configuration(connection)
    if version is not None and version not in versions(config):
        raise StoreError(
            f"The database {name} was made by a newer Paperboy: update this one or name another."
        )
    command.upgrade(config, "head")


def versions(config: Config) -> list[str]:
    """Return all versions that there are, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
