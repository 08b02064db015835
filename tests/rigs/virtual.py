"""A clock that stands still while something happens, and jumps to what is next otherwise.

With it goes a database whose statements run where they are awaited, so that nothing depends on
threads: the same seed gives the same course of events.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, StaticPool, create_engine, event

from bot.errors import StoreError
from bot.store.engine import NOTHING, Database
from bot.store.schema import metadata, store

T = TypeVar("T")
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class _Jumping(selectors.DefaultSelector):  # type: ignore[misc, valid-type, unused-ignore]  # differs by system
    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("Nothing is left to wait for.")
        self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(  # type: ignore[override]
        self, _: object, work: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Run work of a thread at once."""
        done = self.create_future()
        try:
            done.set_result(work(*args))
        except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
            done.set_exception(error)
        return done


def virtually(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a clock of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


class Clock:
    """Tells the time of the loop as a date, `ahead` of it where somebody has set it."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return START + self.ahead + timedelta(seconds=asyncio.get_running_loop().time())


class _Executing:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, statement: Any, values: Any = None) -> Any:
        return self._connection.execute(statement, values)


class Direct(Database):
    """A database in memory; `passing` is called before and after each step, and may raise."""

    def __init__(
        self, connection: Connection, passing: Callable[[str], None] = lambda _: None
    ) -> None:
        self.name = "memory"
        self.dialect = "sqlite"
        self._connection = connection
        self._passing = passing
        self.trouble: StoreError | None = None

    async def read(self, statement: Any, values: Any = NOTHING) -> Any:
        await self._pass("before reading")
        rows = self._connection.execute(statement, values).all()
        await self._pass("after reading")
        return rows

    def of_tenant(self, platform: str, tenant: str) -> Self:  # noqa: ARG002 - one task writes
        return self

    async def write(self, work: Any, *, turn: str = "") -> Any:  # noqa: ARG002
        await self._pass("before a commit")
        self._connection.exec_driver_sql("BEGIN")
        try:
            result = await work(_Executing(self._connection))
        except BaseException:
            self._connection.exec_driver_sql("ROLLBACK")
            raise
        self._connection.exec_driver_sql("COMMIT")
        await self._pass("after a commit")
        return result

    async def close(self) -> None:
        """Leave the connection to whoever gave it."""

    async def _pass(self, point: str) -> None:
        await asyncio.sleep(0)
        self._passing(point)
        if self.trouble and point.startswith("before"):
            raise self.trouble


@cache
def _connection() -> Connection:
    engine = create_engine("sqlite://", poolclass=StaticPool, isolation_level="AUTOCOMMIT")

    def configure(raw: Any, _: object) -> None:
        raw.execute("PRAGMA foreign_keys=ON")

    event.listen(engine, "connect", configure)
    metadata.create_all(engine)
    return engine.connect()


def empty() -> Connection:
    """Return the one connection to a database with all tables and no rows but its own."""
    connection = _connection()
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())
    connection.exec_driver_sql("DELETE FROM sqlite_sequence")  # numbers begin anew too
    connection.execute(store.insert().values(id=1, identity="simulated", revision=0))
    return connection
