"""A chat platform in memory that logs what people can read in it, and fails on demand."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import count

from bot.chat.bot import Bot
from bot.chat.outlet import Adapter, Membership, Sent
from bot.chat.views import View, plain
from bot.errors import DeliveryError
from bot.models import Person, Place

PLATFORM = "fake"


class Fault(Enum):
    """What becomes of one request."""

    NONE = "taken and answered"
    BUSY = "429"
    DOWN = "5xx before it is taken"
    ANSWER_LOST = "5xx after it is taken"
    RESET = "a reset after it is taken"
    LOST = "a request that hangs and is never taken"
    TAKEN_LATE = "a request that hangs and is taken after the client has given up"
    SLOW = "taken and answered after half a minute"
    REFUSED = "refused for good"
    BROKEN = "an error inside the adapter"


@dataclass(frozen=True)
class Message:
    """A message that stands in a place."""

    id: str
    at: datetime
    place: Place
    key: str
    text: str


class Platform:
    """Takes messages; `fault` says what becomes of a request ("send", "find", "thread") to a place.

    It knows a key again for `repeatable` after it took it. `silent` are addresses where nobody can
    read, and `threads` whether messages have threads.
    """

    def __init__(self, now: Callable[[], datetime], repeatable: timedelta = timedelta()) -> None:
        self.now = now
        self.repeatable = repeatable
        self.log: list[Message] = []
        self.fault: Callable[[str, Place], Fault] = lambda _, __: Fault.NONE
        self.silent: set[str] = set()
        self.retry_after = 30.0
        self.late = 5.0  # seconds after the client has given up that a late request is taken
        self.asked: list[str] = []
        self._ids = count(1)
        self._known: dict[tuple[Place, str], tuple[datetime, Message]] = {}
        self._by_place: dict[Place, list[Message]] = defaultdict(list)

    def take(self, place: Place, view: View, key: str) -> Message:
        """Let a message stand in a place, unless it is known that it does."""
        now = self.now()
        if known := self._known.get((place, key)):
            at, message = known
            if now - at < self.repeatable:
                return message
        message = Message(str(next(self._ids)), now, place, key, plain(view))
        self._known[place, key] = now, message
        self.log.append(message)
        self._by_place[place].append(message)
        return message

    def look(self, place: Place, key: str, since: datetime) -> Message | None:
        """Find a message as a reader of the place would."""
        return next(
            (
                m
                for m in reversed(self._by_place[place])
                if m.key == key and m.at >= since - timedelta(seconds=5)
            ),
            None,
        )

    def texts(self, address: str) -> list[str]:
        """Return what stands in a place, in order."""
        return [message.text for message in self.log if message.place.address == address]


class Client(Adapter):
    """The adapter of that platform."""

    platform = PLATFORM

    def __init__(self, platform: Platform, pace: float | None = None) -> None:
        self._platform = platform
        self.repeatable = platform.repeatable
        self.pace = pace

    async def run(self, bot: Bot) -> None:  # noqa: ARG002
        await asyncio.Future()

    async def send(self, place: Place, view: View, key: str) -> Sent:
        platform = self._platform
        fault = await self._fault("send", place)
        if fault in {Fault.LOST, Fault.TAKEN_LATE}:
            try:
                await asyncio.sleep(3600)
            finally:
                if fault is Fault.TAKEN_LATE:
                    asyncio.get_running_loop().call_later(
                        platform.late, platform.take, place, view, key
                    )
        if fault is Fault.SLOW:
            taken: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_later(
                15, lambda: _answer(taken, platform.take(place, view, key))
            )
            message = await taken
            await asyncio.sleep(15)
        else:
            message = platform.take(place, view, key)
            await asyncio.sleep(0.1)
        if fault in {Fault.ANSWER_LOST, Fault.RESET}:
            raise DeliveryError("The connection was lost.", ambiguous=True)
        return Sent(place, message.id)

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        await self._fault("find", place)
        if place.address in self._platform.silent:
            raise DeliveryError("Nobody can read there.", permanent=True)
        message = self._platform.look(place, key, since)
        await asyncio.sleep(0.1)
        return Sent(place, message.id) if message else None

    async def thread(self, sent: Sent, name: str) -> Place:
        await self._fault("thread", sent.place)
        self._platform.asked.append(f"thread {name}")
        return replace(sent.place, address=f"{sent.place.address}/{sent.message}")

    async def place(self, words: str, person: Person) -> Place:
        return Place(person.platform, person.tenant, f"{words} {person.id}")

    async def membership(self, person: Person, place: Place) -> Membership:  # noqa: ARG002
        return Membership(manages=True)

    async def _fault(self, request: str, place: Place) -> Fault:
        platform = self._platform
        platform.asked.append(f"{request} {place.address}")
        fault = platform.fault(request, place)
        await asyncio.sleep(0.1)
        match fault:
            case Fault.BUSY:
                raise DeliveryError("Too many requests.", retry_after=platform.retry_after)
            case Fault.REFUSED:
                raise DeliveryError("The bot is not in that channel.", permanent=True)
            case Fault.DOWN:
                raise DeliveryError("The platform is down.", ambiguous=True)
            case Fault.BROKEN:
                raise ZeroDivisionError
            case _:
                return fault


def one_after_the_other(
    faults: Iterable[Fault], request: str = "send"
) -> Callable[[str, Place], Fault]:
    """Let the first requests of a kind fail in turn, and all others go well."""
    turns = iter(faults)
    return lambda asked, _: next(turns, Fault.NONE) if asked == request else Fault.NONE


def _answer(waiting: asyncio.Future[Message], message: Message) -> None:
    if not waiting.done():
        waiting.set_result(message)
