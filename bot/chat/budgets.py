"""Budgets: a workspace that asks for too much slows down only itself.

Each workspace has a few things done at once, and gives so many commands and files; what goes
beyond that waits, or is told when to come again. Reactions are never refused, only made to wait.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from math import ceil
from time import monotonic
from typing import TypeAlias

from bot.errors import PaperboyError
from bot.models import Person
from bot.text import count

Owner: TypeAlias = tuple[str, str]

AT_ONCE = 4  # things done for a workspace at the same time
MAX_WAITING = 1000  # things of a workspace that wait; those of a person are told long before
MAX_OWNERS = 10_000  # workspaces to remember
# set while something is done: a command that runs another one has its turn already
_HAS_TURN: ContextVar[bool] = ContextVar("_HAS_TURN", default=False)


class TooMuch(PaperboyError):
    """A workspace asks for more than its share; the sentence says when to try again."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So much at once, and then so much a second."""

    burst: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What each workspace may ask of one process."""

    commands: Allowance = Allowance(60, 10)
    file_bytes: Allowance = Allowance(20_000_000, 200_000)  # 5 MB take three seconds to read


@dataclass(slots=True)
class _Bucket:
    """What is left of an allowance."""

    allowance: Allowance
    left: float
    at: float

    def take(self, wanted: float, now: float) -> float:
        """Take something, and return 0; take nothing, and return for how long to wait.

        What is more than all of it takes all of it.
        """
        burst, per_second = self.allowance.burst, self.allowance.per_second
        self.left = min(burst, self.left + (now - self.at) * per_second)
        self.at = now
        missing = min(wanted, burst) - self.left
        if missing > 0:
            return missing / per_second
        self.left -= min(wanted, burst)
        return 0.0


@dataclass(slots=True)
class _Account:
    """What one workspace has used."""

    commands: _Bucket
    file_bytes: _Bucket
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    files: asyncio.Lock = field(default_factory=asyncio.Lock)
    busy: int = 0  # things under way or waiting


class Budgets:
    """The accounts of all workspaces; direct messages outside of one count for their person."""

    def __init__(
        self, limits: Limits | None = None, seconds: Callable[[], float] = monotonic
    ) -> None:
        self._limits = limits  # None: there are none
        self._seconds = seconds
        self._accounts: OrderedDict[Owner, _Account] = OrderedDict()

    @asynccontextmanager
    async def command(self, person: Person, file_bytes: int = 0) -> AsyncIterator[None]:
        """Wait for the turn of a command, with files of so many bytes. Raises TooMuch."""
        if self._limits is None or _HAS_TURN.get():
            yield
            return
        account, now = self._account(person), self._seconds()
        if wait := account.commands.take(1, now):
            raise TooMuch(_too_many(wait))
        if file_bytes and (wait := account.file_bytes.take(file_bytes, now)):
            raise TooMuch(_too_large(wait))
        async with self._turn(account):
            if not file_bytes:
                yield
                return
            async with account.files:
                yield

    @asynccontextmanager
    async def reaction(self, person: Person) -> AsyncIterator[None]:
        """Wait for the turn of a reaction. Raises TooMuch where very many wait."""
        if self._limits is None or _HAS_TURN.get():
            yield
            return
        async with self._turn(self._account(person)):
            yield

    @asynccontextmanager
    async def _turn(self, account: _Account) -> AsyncIterator[None]:
        if account.busy >= MAX_WAITING:
            raise TooMuch(_too_many(1))
        account.busy += 1
        try:
            async with account.turns:
                token = _HAS_TURN.set(True)
                try:
                    yield
                finally:
                    _HAS_TURN.reset(token)
        finally:
            account.busy -= 1

    def _account(self, person: Person) -> _Account:
        owner = person.platform, person.tenant or person.id
        if owner not in self._accounts:
            assert self._limits  # noqa: S101  # asked before
            now, limits = self._seconds(), self._limits
            self._accounts[owner] = _Account(
                _Bucket(limits.commands, limits.commands.burst, now),
                _Bucket(limits.file_bytes, limits.file_bytes.burst, now),
            )
            self._forget_one()
        self._accounts.move_to_end(owner)
        return self._accounts[owner]

    def _forget_one(self) -> None:
        """Forget the workspace that asked for nothing for the longest time, if there are many."""
        if len(self._accounts) > MAX_OWNERS:
            idle = (owner for owner, one in self._accounts.items() if not one.busy)
            if (owner := next(idle, None)) is not None:
                del self._accounts[owner]


def _too_many(wait: float) -> str:
    return (
        "Your workspace is asking for more than Paperboy can do at once. Please try again in "
        f"{count(ceil(wait), 'second')}."
    )


def _too_large(wait: float) -> str:
    return (
        "Your workspace has sent many files just now. Please send this one again in "
        f"{count(ceil(wait), 'second')}."
    )
