"""Turns: which writes wait for each other where several processes write at once.

SQLite has one writer, so each waits for all. On PostgreSQL a write of one tenant's rows waits for
other writes of this tenant, whatever process they are in, and one of ALL for every other.
"""

from __future__ import annotations

ALL = "all"
# one statement that says itself what it expects of the rows that it changes
ROWS = "rows"


def of_tenant(platform: str, tenant: str) -> str:
    """Return the turn of what changes rows of one tenant."""
    return f"{platform} {tenant}"
