"""Migrations of a database to the newest version.

Apart from the rest, because importing Alembic takes as long as all else together.
"""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.calendar.clock import utc_now
from bot.errors import StoreError
from bot.store.backup import copy_database, newer_database

log = logging.getLogger(__name__)


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
        raise StoreError(newer_database(name, version))
    command.upgrade(config, "head")


def keep_earlier(database: Path, revision: str) -> None:
    """Copy a database beside itself before it is updated from a version. Raises StoreError.

    The copy of a file that was updated from the same version before is replaced.
    """
    earlier = database.with_name(f"{database.name}.before-update-{revision}")
    try:
        copy_database(database, earlier, utc_now(), replace=True)
    except StoreError as error:
        raise StoreError(f"{error} Nothing was updated: it is copied first.") from error
    log.warning("The database is updated; %s is as it was before.", earlier)


def versions(config: Config) -> list[str]:
    """Return all versions that there are, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
