"""What is particular to PostgreSQL: its engines, turns over several processes, repeated work.

Nothing outlives a transaction on a connection, so that a pooler such as pgbouncer can stand
between: locks and limits are the transaction's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from bot.store.database_url import Address
from bot.store.turns import ALL, ROWS

T = TypeVar("T")
IsolationLevel: TypeAlias = Literal["READ COMMITTED", "AUTOCOMMIT"]

WRITERS = READERS = 4  # connections of a process; those that write leave the others free to read
CONNECT_SECONDS = 10.0
SECONDS = 30.0  # for one statement, or until a connection is free
MAX_TRIES = 5  # of a transaction that the server ends because of another one
# could not serialize; deadlock: https://www.postgresql.org/docs/current/errcodes-appendix.html
_AGAIN = ("40001", "40P01")

# Which lock is ours among those of a database: any number does. A process that is stopped within a
# transaction would keep all others waiting, so the server ends it.
_LIMITS = """
SELECT set_config('statement_timeout', '30s', true), set_config('lock_timeout', '20s', true),
       set_config('idle_in_transaction_session_timeout', '15s', true),
"""
_TAKE = {
    ALL: text(f"{_LIMITS} pg_advisory_xact_lock(170603762)"),
    ROWS: text(f"{_LIMITS} pg_advisory_xact_lock_shared(170603762)"),
}
_TAKE_TENANT = text(
    f"{_LIMITS} pg_advisory_xact_lock_shared(170603762), "
    "pg_advisory_xact_lock(170603762, hashtext(:turn))"
)


def create_engines(address: Address) -> tuple[Engine, Engine]:
    """Return the engine that writes and the one that reads; nothing is opened yet."""
    return (
        _engine(address, WRITERS, "READ COMMITTED"),
        _engine(address, READERS, "AUTOCOMMIT"),
    )


def take_turn(connection: Connection, turn: str) -> None:
    """Wait for the turn of a transaction, which lasts until its end."""
    if turn in _TAKE:
        connection.execute(_TAKE[turn])
    else:
        connection.execute(_TAKE_TENANT, {"turn": turn})


def try_again(work: Callable[[], T]) -> T:
    """Do work again if the server ended it because of another transaction: nothing was changed."""
    for _ in range(MAX_TRIES - 1):
        try:
            return work()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _AGAIN:
                raise
    return work()


def _engine(address: Address, connections: int, isolation: IsolationLevel) -> Engine:
    return create_engine(
        address.url,
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,  # a server that was restarted has closed what the pool holds
        pool_timeout=SECONDS,
        isolation_level=isolation,
        connect_args={"timeout": CONNECT_SECONDS, "command_timeout": SECONDS},
        _is_async=True,
    )
