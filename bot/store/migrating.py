"""Bringing a database up to date. Apart from the rest, because importing Alembic takes as long as all else together."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.errors import StoreError


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the migrations that come with the program."""
    config = Config(attributes={"connection": connection})
    folder = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))  # a configparser would fill in %(…)s
    return config


def upgrade(connection: Connection, name: str) -> None:
    """Bring the database `name` to the newest version, inside the transaction that the connection is in."""
    config = configuration(connection)
    try:
        command.upgrade(config, ScriptDirectory.from_config(config).get_current_head() or "head")
    except CommandError as error:
        # the only version that cannot be found among ours is one from the future
        raise StoreError(f"The database {name} was made by a newer Paperboy: update this one.") from error
