"""The address of the database, as SQLAlchemy writes it, checked before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import StoreError

SHAPE = (
    "sqlite+aiosqlite:////folder/paperboy.sqlite3 or "
    "postgresql+asyncpg://user:password@host/paperboy"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A valid address. `name` is shown to people and has no password; `file` is SQLite's file."""

    url: URL
    name: str
    file: Path | None = None


def read_address(text: str) -> Address:
    """Check an address.

    Raises StoreError, which does not repeat the address: a password can be anywhere in it.
    """
    if not text.strip():
        raise StoreError(f"No database is named: give its address, like {SHAPE}.")
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError) as error:
        raise StoreError(
            f"The address of the database cannot be read: write it like {SHAPE}."
        ) from error
    match url.drivername:
        case "sqlite+aiosqlite":
            return _sqlite(url)
        case "postgresql+asyncpg":
            return Address(url, f"{url.database or ''} on {url.host or 'this computer'}")
        case other:
            raise StoreError(
                f"The address of a database cannot begin with {other}: write it like {SHAPE}."
            )


def _sqlite(url: URL) -> Address:
    path = url.database or ""
    if url.query.get("uri"):  # as in https://www.sqlite.org/uri.html
        path = urlsplit(path).path
    elif unknown := url.query.keys() - {"timeout"}:
        raise StoreError(
            f"The address of a SQLite database takes no {min(unknown)}: leave that out, or add "
            "uri=true."
        )
    if url.host or not path.strip() or path == ":memory:" or "\0" in path:
        raise StoreError(f"The address of the database names no file: write it like {SHAPE}.")
    file = Path(path).absolute()
    return Address(url, str(file), None if url.query.get("vfs") == "memdb" else file)
