"""What the door needs of the rooms below it, as protocols: it imports none of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias

from bot.chat.budgets import Budgets
from bot.chat.reactions import Reactions
from bot.models import Person, Place, Reaction, ReactionEvent, Suggestion

Clock: TypeAlias = Callable[[], datetime]
# completes what was typed of an argument, for a person where it is known who types
Completion: TypeAlias = Callable[[str, Person | None], Awaitable[tuple[Suggestion, ...]]]


class ShownPapers(Protocol):
    """Which papers the messages to a tenant show."""

    async def record(
        self,
        address: str,
        message: str,
        papers: Sequence[str],
        at: datetime,
        view: Mapping[str, Any] | None = None,
    ) -> None:
        """Note which papers a message shows, in their order, and what it shows if it is live."""

    async def papers(self, address: str, message: str) -> tuple[str, ...]:
        """Return the papers that a message shows; none where it is not known."""


class ReactionLog(Protocol):
    """The last event about each reaction to a tenant's messages."""

    async def record(
        self, address: str, message: str, emoji: str, person: str, reaction: Reaction
    ) -> bool:
        """Note what became of a reaction; False if something later is noted."""

    async def last(self, address: str, message: str, emoji: str, person: str) -> Reaction | None:
        """Return what is known of a reaction."""

    async def present(
        self, address: str, message: str, seen: Collection[str] = ()
    ) -> frozenset[tuple[str, str]]:
        """Return the known reactions to a message, each an emoji and a person."""


class ReactionEventLog(Protocol):
    """Reactions that were heard and are not worked off yet."""

    async def add(self, event: ReactionEvent, heard: datetime) -> str:
        """Write an event down and return its key."""

    async def remove(self, key: str) -> None:
        """Forget an event that is worked off."""

    async def waiting(
        self, platform: str, until: datetime, limit: int
    ) -> tuple[tuple[str, ReactionEvent], ...]:
        """Return the events of a platform heard until then, each with its key."""


class CommandLines(Protocol):
    """Command lines under short keys, for platforms whose buttons hold little."""

    async def keep(self, line: str) -> str:
        """Keep a line and return its key, the same each time."""

    async def get(self, key: str) -> str | None:
        """Return the line of a key."""


class PersonalData(Protocol):
    """When people of a tenant were forgotten."""

    async def forgotten(self, person: str) -> datetime | None:
        """Return when a person asked to be forgotten, None where they did not."""


class TenantMemory(Protocol):
    """What the door remembers for one tenant."""

    @property
    def messages(self) -> ShownPapers:
        """Which papers messages show."""

    @property
    def reactions(self) -> ReactionLog:
        """The reactions to messages."""

    @property
    def lines(self) -> CommandLines:
        """The lines of buttons that have no room for them."""

    @property
    def personal(self) -> PersonalData:
        """Who was forgotten when."""


class RecentMessage(Protocol):
    """A message that shows papers, and where it stands."""

    @property
    def tenant(self) -> str:
        """The tenant that it was sent to."""

    @property
    def address(self) -> str:
        """The address of its place."""

    @property
    def message(self) -> str:
        """Its id on the platform."""


class RecentMessages(Protocol):
    """The messages of all tenants."""

    async def recent(self, platform: str, since: datetime, limit: int) -> tuple[RecentMessage, ...]:
        """Return the messages of a platform sent since then, newest first."""


class Memory(Protocol):
    """What the door remembers between two requests."""

    @property
    def messages(self) -> RecentMessages:
        """The messages of all tenants."""

    @property
    def reaction_events(self) -> ReactionEventLog:
        """The reactions of all tenants that wait to be worked off."""

    def tenant(self, platform: str, tenant: str) -> TenantMemory:
        """Return what is remembered for one tenant."""


class Tenants(Protocol):
    """Which servers and workspaces have the bot."""

    async def gone(self, platform: str, tenant: str) -> bool:
        """Tell whether a tenant removed the bot."""

    async def removed(self, platform: str, tenant: str, *, told: bool = True) -> None:
        """End everything that goes to a tenant that removed the bot."""

    async def welcomed(self, platform: str, tenant: str, credential: str = "") -> None:
        """Resume what belongs to a tenant that has the bot, by a credential of its own if any."""

    async def refused(self, platform: str, credential: str) -> datetime:
        """Note that a platform refuses a credential, and return since when."""

    async def compare(
        self, platform: str, present: Callable[[], Awaitable[Collection[str]]]
    ) -> None:
        """Find out who removed the bot or invited it again while it was away."""

    async def lost(self, platform: str, credential: str) -> None:
        """Take the tenant of a credential, or the only one, for one that removed the bot."""

    async def until_purged(self, platform: str) -> None:
        """Wait until nothing is left of the tenants of a platform that removed the bot."""


class Places(Protocol):
    """The places that digests go to."""

    async def reopened(self, place: Place) -> None:
        """Send what a place, or a thread in it, refused: it takes messages again."""


class LiveCounts(Protocol):
    """Messages that show how many saved their papers."""

    def note(self, platform: str, tenant: str, papers: Collection[str] = ()) -> None:
        """Note that the counts of these papers may have changed, or those of all papers."""


async def at_once(_: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do work where there is one process."""
    await work()


@dataclass(frozen=True, slots=True)
class Ports:
    """What a bot is connected to. `today` is the day that the feed is at.

    `once` does work of some name, unless another process does it after it was called.
    """

    memory: Memory
    tenants: Tenants
    places: Places
    live_counts: LiveCounts
    clock: Clock
    today: Callable[[], date]
    reactions: Reactions = field(default_factory=Reactions)
    completions: Mapping[str, Completion] = field(default_factory=dict)
    budgets: Budgets = field(default_factory=Budgets)
    once: Callable[[str, Callable[[], Awaitable[object]]], Awaitable[None]] = at_once
