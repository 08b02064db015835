"""INSERT … ON CONFLICT, which SQLAlchemy builds separately for SQLite and PostgreSQL."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import sqlite


def insert_of(dialect: str, table: Table) -> Any:
    """Return the dialect's own INSERT, which knows ON CONFLICT."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # 30 ms that SQLite need not wait for

        return postgresql.insert(table)
    return sqlite.insert(table)


@cache
def insert_or_replace(dialect: str, table: Table) -> Insert:
    """Insert a row, or update the row with the same key."""
    statement = insert_of(dialect, table)
    rest = {
        column.name: statement.excluded[column.name] for column in table.c if not column.primary_key
    }
    if not rest:
        return insert_or_keep(dialect, table)
    upsert: Insert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key), set_=rest
    )
    return upsert


@cache
def insert_or_keep(dialect: str, table: Table) -> Insert:
    """Insert a row unless there is one with the same key."""
    upsert: Insert = insert_of(dialect, table).on_conflict_do_nothing(
        index_elements=list(table.primary_key)
    )
    return upsert


@cache
def insert_or_update(dialect: str, table: Table, column: str) -> Insert:
    """Insert a row, or update one column of the row with the same key if it differs."""
    statement = insert_of(dialect, table)
    value = statement.excluded[column]
    upsert: Insert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column: value},
        where=table.c[column] != value,
    )
    return upsert
