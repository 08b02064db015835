"""A chat platform as it is asked about people and places; it keeps what is sent there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.chat.bot import Bot
from bot.chat.outlet import Adapter, Membership, Sent
from bot.chat.views import View
from bot.errors import DeliveryError, UsageError
from bot.models import Person, Place


@dataclass
class Chat(Adapter):
    """Some people manage some channels, and everybody has a conversation of their own.

    `names` are those of channels, `managing` and `zones` are by the ids of people; `gone` channels
    are refused. `people` are names by id.
    """

    names: Mapping[str, Place]
    managing: Mapping[str, set[Place]]
    zones: Mapping[str, str] = field(default_factory=dict)
    gone: set[Place] = field(default_factory=set)
    people: Mapping[str, str] = field(default_factory=dict)
    platform: str = "chat"
    sent: list[tuple[Place, View]] = field(default_factory=list)

    async def run(self, bot: Bot) -> None:
        raise NotImplementedError

    async def send(self, place: Place, view: View, key: str) -> Sent:
        self.sent.append((place, view))
        return Sent(place, key)

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:  # noqa: ARG002  # the protocol's arguments
        return None

    async def thread(self, sent: Sent, name: str) -> Place:  # noqa: ARG002  # as above
        return sent.place

    async def place(self, words: str, person: Person) -> Place:
        own = Place(self.platform, person.tenant, f"@{person.id}")
        found = own if words == "me" else self.names.get(words)
        if found is None or found.tenant != person.tenant:
            raise UsageError(f"There is no channel {words}.")
        return found

    async def membership(self, person: Person, place: Place) -> Membership:
        if place in self.gone:
            raise DeliveryError("The channel is gone.", permanent=True)
        own = place.address in {f"@{person.id}", f"talk with {person.id}"}
        name = next((name for name, known in self.names.items() if known == place), "")
        manages = place in self.managing.get(person.id, ())
        return Membership(manages, "channel managers", own, self.zones.get(person.id, ""), name)

    async def name(self, person: Person) -> str:
        return self.people.get(person.id, "")
