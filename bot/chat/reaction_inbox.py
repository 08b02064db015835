"""Reactions: logged before they are acknowledged, handled in order, and swept up if missed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.chat.ports import Ports, TenantMemory
from bot.chat.reactions import same_emoji
from bot.chat.views import Outcome, View
from bot.models import Person, Place, Reaction, ReactionEvent

CLOCK_SKEW = timedelta(minutes=1)  # that a platform's clock and ours may differ
TICK = timedelta(microseconds=1)
LEFT_AFTER = timedelta(minutes=1)  # an event that is older is not worked on any more
EARLY_SECONDS = 5.0  # that a reaction may come before its message is recorded
MAX_UNFINISHED = 1000  # events that are worked off after a start

Message: TypeAlias = tuple[Place, str]
# runs a command line for a person in a place
Run: TypeAlias = Callable[[str, Person, Place], Awaitable[View]]


@dataclass(slots=True)
class _Turns:
    """A lock for each message that is worked on, and how many want it."""

    locks: dict[Message, asyncio.Lock] = field(default_factory=dict)
    wanted: dict[Message, int] = field(default_factory=lambda: defaultdict(int))

    @asynccontextmanager
    async def take(self, message: Message) -> AsyncIterator[None]:
        """Wait for a turn at a message."""
        self.wanted[message] += 1
        try:
            async with self.locks.setdefault(message, asyncio.Lock()):
                yield
        finally:
            self.wanted[message] -= 1
            if not self.wanted[message]:
                del self.wanted[message], self.locks[message]


class ReactionInbox:
    """Turns reactions into command lines, each once, those to one message one after the other."""

    def __init__(self, ports: Ports, run: Run) -> None:
        self._ports = ports
        self._run = run
        self._turns = _Turns()
        self._recorded: dict[Message, asyncio.Event] = {}

    async def log(self, event: ReactionEvent) -> str:
        """Write an event down before it is acknowledged; return its key, "" if it means nothing.

        Raises TooMuch where very many of its workspace wait already.
        """
        if event.by_bot or not self._ports.reactions.may_mean(event.emoji):
            return ""
        async with self._ports.budgets.reaction(event.person):
            return await self._ports.memory.reaction_events.add(event, self._ports.clock())

    async def receive(self, event: ReactionEvent) -> View | None:
        """Write an event down in its turn, and do what it means; see `handle`.

        For platforms that want no acknowledgement and do not tell when it was: those to one message
        have to come in their order.
        """
        if event.by_bot or not self._ports.reactions.may_mean(event.emoji):
            return None
        async with self._turns.take((event.place, event.message)):
            key = await self.log(event)
            return await self._finish(event, key)

    async def handle(self, event: ReactionEvent, key: str = "") -> View | None:
        """Do what an event means, and remove the one that was logged under `key`.

        None where it means nothing, is repeated, or was overtaken: without the time of the event,
        what is there already cannot be added, nor taken away what is not. If the view is FAILED,
        nothing is noted, and the same event can be given again.
        """
        if event.by_bot or not self._ports.reactions.may_mean(event.emoji):
            return None
        async with self._turns.take((event.place, event.message)):
            return await self._finish(event, key)

    async def _finish(self, event: ReactionEvent, key: str) -> View | None:
        """Do what an event means, and remove the one that was logged under `key`."""
        view = await self._handle(replace(event, emoji=same_emoji(event.emoji)))
        if key and (view is None or view.outcome is not Outcome.FAILED):
            await self._ports.memory.reaction_events.remove(key)
        return view

    async def keep_finishing(self, platforms: Collection[str]) -> None:
        """Handle every minute what failed, or was left by a process that ended."""
        while True:
            for platform in platforms:
                await self.finish(platform)
            await asyncio.sleep(LEFT_AFTER.total_seconds())

    async def finish(self, platform: str) -> None:
        """Handle what was logged a while ago and is not finished."""
        events, until = self._ports.memory.reaction_events, self._ports.clock() - LEFT_AFTER
        for key, event in await events.waiting(platform, until, MAX_UNFINISHED):
            await self.handle(event, key)
            await events.remove(key)  # what fails twice would fail for ever

    def record(self, place: Place, message: str) -> None:
        """Let reactions go on that came before the papers of their message were recorded."""
        if recorded := self._recorded.pop((place, message), None):
            recorded.set()

    async def sweep(
        self,
        place: Place,
        message: str,
        present: Collection[tuple[str, Person]],
        asked: datetime | None = None,
    ) -> None:
        """Handle missed reactions; `present` are all that a message has, with their people.

        `asked` is when the platform was asked for them: what was heard since then is left as it is.
        """
        asked = asked or self._ports.clock()
        there = {(same_emoji(emoji), person.id): person for emoji, person in present}
        reactions = self._memory(place).reactions
        seen = {person.id for _, person in present}
        known = await reactions.present(place.address, message, seen)
        for emoji, person_id in known ^ there.keys():
            last = await reactions.last(place.address, message, emoji, person_id)
            if last and last.at > asked:
                continue
            # the platform's clock and ours differ: what it tells next must not seem older than this
            at = max(asked - CLOCK_SKEW, last.at + TICK) if last else asked - CLOCK_SKEW
            nameless = Person(place.platform, place.tenant, person_id)
            person = there.get((emoji, person_id), nameless)
            added = (emoji, person_id) in there
            await self.handle(ReactionEvent(place, message, emoji, person, added=added, at=at))

    async def _handle(self, event: ReactionEvent) -> View | None:
        if await self._is_void(event):
            return None
        reactions, key = self._memory(event.place).reactions, _key(event)
        papers = await self._papers(event)
        line = self._ports.reactions.line_for(event.emoji, papers, added=event.added)
        last = await reactions.last(*key)
        if line is None or not _is_new(event, last):
            return None
        reaction = Reaction(event.added, event.at or self._ports.clock())
        if not event.added and last and last.present and not last.effect:
            # what was done before in another way stays done
            await reactions.record(*key, reaction)
            return None
        view = await self._run(line, event.person, event.place)
        if view.outcome is not Outcome.FAILED:
            reaction = replace(reaction, effect=_has_effect(view, last))
            if not await reactions.record(*key, reaction):
                await self._repeat_last(event, papers)
        return view

    async def _repeat_last(self, event: ReactionEvent, papers: tuple[str, ...]) -> None:
        """Repeat what another process did in between: its event is later than this one."""
        last = await self._memory(event.place).reactions.last(*_key(event))
        if last and (last.present or last.effect):
            line = self._ports.reactions.line_for(event.emoji, papers, added=last.present)
            if line:
                await self._run(line, event.person, event.place)

    async def _is_void(self, event: ReactionEvent) -> bool:
        """Tell whether the bot was removed, or the person has had their data deleted since."""
        place, at = event.place, event.at
        if await self._ports.tenants.gone(place.platform, place.tenant):
            return True
        if at is None:
            return False
        forgotten = await self._memory(place).personal.forgotten(event.person.id)
        return forgotten is not None and at <= forgotten

    async def _papers(self, event: ReactionEvent) -> tuple[str, ...]:
        """Return the papers of a message; one of our own is recorded soon after it is sent."""
        messages = self._memory(event.place).messages
        papers = await messages.papers(event.place.address, event.message)
        if papers or not event.own:
            return papers
        message = (event.place, event.message)
        recorded = self._recorded.setdefault(message, asyncio.Event())
        with suppress(TimeoutError):
            async with asyncio.timeout(EARLY_SECONDS):
                await recorded.wait()
        self._recorded.pop(message, None)
        return await messages.papers(event.place.address, event.message)

    def _memory(self, place: Place) -> TenantMemory:
        return self._ports.memory.tenant(place.platform, place.tenant)


def _key(event: ReactionEvent) -> tuple[str, str, str, str]:
    return event.place.address, event.message, event.emoji, event.person.id


def _has_effect(view: View, last: Reaction | None) -> bool:
    """Tell whether a reaction changed something, or the end of one that did was missed."""
    was_there = last is not None and last.present and last.effect
    return was_there or (view.data or {}).get("new") is not False


def _is_new(event: ReactionEvent, last: Reaction | None) -> bool:
    """Tell whether an event is neither repeated nor overtaken by the last one that is known."""
    if last is None:
        return True
    if event.at is None:
        return last.present != event.added
    return last.at <= event.at and last != Reaction(event.added, event.at)
