"""Bugs in watches: told twice, to the wrong place, too much, or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update

from bot.digests import watches as watching
from bot.digests.watches import Watches
from bot.store import watches as stored
from bot.store.schema import store
from bot.store.watches import Matched, Message, Plan, Progress
from bot.store.watches import Watches as Stored
from tests.planted_around import Patches


def told_with_each_vote() -> Patches:
    """Tell of a paper again when it gains votes."""

    async def known(*_: object) -> frozenset[tuple[int, str]]:
        return frozenset()

    return ((Stored, "known", known),)


def whoever_looks_tells() -> Patches:
    """Let each process tell, whichever was first."""
    advance = update(store).values(watched=bindparam("reached"))
    advance = advance.where(bindparam("was") >= 0, bindparam("changes") >= 0)
    return ((stored, "_ADVANCE", advance),)


def each_sums_up() -> Patches:
    """Let each process that looks at the same time sum up what was held back."""
    advance = update(store).values(watched=bindparam("reached"))
    advance = advance.where(store.c.watched == bindparam("was"), bindparam("changes") >= 0)
    return ((stored, "_ADVANCE", advance),)


def read_before_told() -> Patches:
    """Note that papers were matched first, and hand over the messages in a second step."""
    announce = Stored.announce

    async def twice(self: Stored, progress: Progress, plan: Plan, now: datetime) -> bool:
        if not await announce(self, progress, Plan(), now):
            return False
        now_at = await self.progress()
        return await announce(self, replace(now_at, newest=now_at.watched), plan, now)

    return ((Stored, "announce", twice),)


def no_summary() -> Patches:
    """Say nothing of the papers that were too many for their day."""

    async def nothing(*_: object) -> None:
        return None

    return ((Watches, "_plan_summaries", nothing),)


def watch_elsewhere() -> Patches:
    """Tell of every fifth match in another channel."""
    numbers, made = itertools.count(1), watching._message  # noqa: SLF001

    def message(watch: Any, *others: Any) -> Message:
        wrong = next(numbers) % 5 == 0
        place = replace(watch.place, address="C9") if wrong else watch.place
        return made(replace(watch, place=place), *others)

    return ((watching, "_message", message),)


def tells_what_was_there() -> Patches:
    """Tell also of what was there before the watch began."""
    add = Stored.add

    async def forgetful(self: Stored, new: Any, there: Matched, reached: int) -> Any:
        return await add(self, new, replace(there, papers=()), reached)

    return ((Stored, "add", forgetful),)


BUGS_OF_WATCHES: tuple[Callable[[], Patches], ...] = (
    told_with_each_vote,
    whoever_looks_tells,
    each_sums_up,
    read_before_told,
    no_summary,
    watch_elsewhere,
    tells_what_was_there,
)
