"""The database and the outlets of a process that can die or be stopped at each step."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot.chat.outlet import Outlet, Sent
from bot.chat.views import View
from bot.errors import DeliveryError
from bot.models import MAIL, Place
from tests.rigs.platform import Client, Fault
from tests.rigs.virtual import Direct

if TYPE_CHECKING:
    from tests.simulation.process import Process
    from tests.simulation.world import World

NO_ANSWER_SECONDS = 20.0
CLOCK_TROUBLE = 0.5  # the share of messages without an answer after which a clock is set back


@dataclass(frozen=True)
class Refusal:
    """A place that took nothing for good, and the process that was told so."""

    at: datetime
    place: Place
    key: str
    process: Process


class Stalling(Direct):
    """A database whose process can be stopped before a commit."""

    def __init__(
        self,
        connection: Connection,
        passing: Callable[[str], None],
        stall: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(connection, passing)
        self._stall = stall

    async def _pass(self, point: str) -> None:
        await super()._pass(point)
        if point == "before a commit":
            await self._stall()


class Mortal(Client):
    """A client whose process can die before each request and after each answer."""

    def __init__(self, process: Process, world: World) -> None:
        super().__init__(world.platform)
        self._process, self._world = process, world

    async def send(self, place: Place, view: View, key: str) -> Sent:
        await self._process.pass_("before sending")
        try:
            sent = await super().send(place, view, key)
        except DeliveryError as error:
            if error.permanent:
                self._world.refusals.append(Refusal(self._world.now(), place, key, self._process))
            if error.ambiguous and self._world.luck.random() < CLOCK_TROUBLE:
                self._world.unanswered.set()
            await self._process.pass_("after a refusal")
            raise
        await self._process.pass_("after sending")
        return sent

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        await self._process.pass_("before looking")
        found = await super().find(place, key, since)
        await self._process.pass_("after looking")
        return found

    async def thread(self, sent: Sent, name: str) -> Place:
        await self._process.pass_("before a thread")
        try:
            thread = await super().thread(sent, name)
        except DeliveryError as error:
            if error.permanent:
                key = next(m.key for m in self._world.platform.log if m.id == sent.message)
                self._world.threadless.add(key)
            raise
        await self._process.pass_("after a thread")
        return thread


class Mail(Outlet):
    """E-mail as its adapter does it: nothing can be looked up, and no key is known again."""

    platform = MAIL
    whole = True

    def __init__(self, process: Process, world: World) -> None:
        self._process, self._world = process, world

    async def send(self, place: Place, view: View, key: str) -> Sent:
        world = self._world
        await self._process.pass_("before sending")
        world.mailed.append((world.now(), place))
        fault = world.platform.fault("send", place)
        await asyncio.sleep(0.1)
        try:
            sent = await self._answer(fault, place, view, key)
        except DeliveryError as error:
            if error.permanent:
                world.refusals.append(Refusal(world.now(), place, key, self._process))
            await self._process.pass_("after a refusal")
            raise
        await self._process.pass_("after sending")
        return sent

    async def _answer(self, fault: Fault, place: Place, view: View, key: str) -> Sent:
        relay = self._world.relay
        match fault:
            case Fault.BUSY | Fault.DOWN:
                raise DeliveryError("The mail server answers 451: try later.", retry_after=600)
            case Fault.REFUSED:
                refused = "The mail server refuses the address (550)."
                raise DeliveryError(refused, permanent=True, pauses=True)
            case Fault.LOST | Fault.BROKEN:
                raise DeliveryError("The mail server can’t be reached (no connection).")
            case Fault.TAKEN_LATE:
                loop = asyncio.get_running_loop()
                late = NO_ANSWER_SECONDS + self._world.platform.late
                loop.call_later(late, relay.take, place, view, key)
                await asyncio.sleep(NO_ANSWER_SECONDS)
                raise DeliveryError("The mail server gave no answer.", ambiguous=True)
            case _:
                pass
        message = relay.take(place, view, key)
        if fault in {Fault.ANSWER_LOST, Fault.RESET}:
            raise DeliveryError("The mail server gave no answer.", ambiguous=True)
        await asyncio.sleep(15 if fault is Fault.SLOW else 0)
        return Sent(place, message.id)
