"""Where the database is: an address of SQLAlchemy's kind, checked before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import StoreError

SQLITE = "sqlite+aiosqlite"
POSTGRESQL = "postgresql+asyncpg"
EXAMPLES = f"for example {SQLITE}:////srv/paperboy.sqlite3 or {POSTGRESQL}://user:password@host/paperboy"


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address; `name` is what people are shown, without a password; `file` is where SQLite keeps it."""

    url: URL
    name: str
    file: Path | None = None

    @property
    def sqlite(self) -> bool:
        """Whether it leads to SQLite rather than to PostgreSQL."""
        return self.url.drivername == SQLITE


def read_address(text: str) -> Address:
    """Check an address; StoreError says what is wrong with it."""
    if not text.strip():
        raise StoreError(f"No database is named: give its address, {EXAMPLES}.")
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError) as error:
        # the text is not repeated: nobody knows where in it the password stands
        raise StoreError(f"The address of the database cannot be read: write it as {EXAMPLES}.") from error
    match url.drivername:
        case "sqlite+aiosqlite":
            return _sqlite(url)
        case "postgresql+asyncpg":
            return Address(url, f"{url.database or ''} on {url.host or 'this computer'}")
        case other:
            raise StoreError(f"A database address cannot begin with {other}: write it as {EXAMPLES}.")


def _sqlite(url: URL) -> Address:
    if url.host or url.username or url.port:
        raise StoreError(
            f"The path of a SQLite database begins after three slashes, an absolute one with a fourth: {EXAMPLES}."
        )
    if not url.database or url.database == ":memory:":
        raise StoreError(f"The address of the database names no file: write it as {EXAMPLES}.")
    if not url.query.get("uri"):
        if unknown := set(url.query) - {"timeout"}:
            raise StoreError(
                f"The address of a SQLite database takes no {min(unknown)}: leave it out, or add uri=true."
            )
        file = Path(url.database).absolute()
        return Address(url, str(file), file)
    path = unquote(urlsplit(url.database).path)
    return Address(url, path, None if url.query.get("vfs") == "memdb" else Path(path).absolute())
