"""A database as text, to look for what must not be in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def dump(folder: Path) -> str:
    """Return all of the database in a folder."""
    connection = sqlite3.connect(folder / "paperboy.sqlite3")
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()
