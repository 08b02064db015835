"""What the bot needs of a platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.chat.views import View
from bot.models import Person, Place

if TYPE_CHECKING:
    from bot.chat.bot import Bot


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that stands in a place, by the platform's own id."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Membership:
    """What somebody is in a place: whether they manage it, who does (in words), and their own time zone.

    `own` is a conversation of theirs with nobody else. `zone` is an IANA name, "" where the
    platform does not tell; `name` is what people call the place, as in #papers, "" likewise.
    """

    manages: bool
    managers: str = "its owner"
    own: bool = False
    zone: str = ""
    name: str = ""


class Adapter(Protocol):
    """A platform: it listens, translates, renders and sends, and decides nothing.

    `repeatable` is how long after an attempt the same key cannot be said twice there. `pace` is how
    many messages a second it takes in all; None where it says so itself when there are too many.
    """

    platform: str
    repeatable: timedelta
    pace: float | None

    async def run(self, bot: Bot) -> None:
        """Listen until cancelled."""

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Say something unasked; the key of something said before is not said again where `repeatable`.

        Raises DeliveryError.
        """

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        """Look whether `key` was said, after an attempt that may have reached the place; None is certain.

        Raises DeliveryError, permanent where the place cannot be read.
        """

    async def thread(self, sent: Sent, name: str) -> Place:
        """Return the thread of a message, made if need be, or the place itself where there are none.

        Asking again gives the same thread. Raises DeliveryError.
        """

    async def place(self, words: str, person: Person) -> Place:
        """Return the place of the person's own tenant that is named, "me" for a conversation with them alone.

        Raises UsageError.
        """

    async def standing(self, person: Person, place: Place) -> Membership:
        """Tell what somebody is in a place, as the platform knows it now. Raises DeliveryError."""
