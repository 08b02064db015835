"""What the bot needs of a platform: an outlet takes messages, an adapter also hears people."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot.chat.bot import Bot
from bot.chat.commands import Command
from bot.chat.diagnosis import Diagnosis
from bot.chat.views import View
from bot.errors import DeliveryError, UsageError
from bot.models import Membership, Person, Place, Poll, Sent

__all__ = ["Adapter", "Membership", "Outlet", "Poll", "Sent"]


class Outlet(ABC):
    """A platform that messages can be sent to.

    `repeatable` is how long after an attempt the same key cannot be said twice there. `pace` is how
    many messages a second it takes in all; None where it says so itself when there are too many.
    `addresses` are the places that there are, where people do not come with places of their own. A
    digest comes as one message where it is `whole`. It is `lasting` unless it ends with the person
    who uses it, as a terminal does. Where it `broadcasts`, messages ping roles and are published,
    and there are polls.
    """

    platform: str
    whole: bool = False
    lasting: bool = True
    broadcasts: bool = False
    repeatable: timedelta = timedelta()
    pace: float | None = None
    addresses: Collection[str] = ()

    @property
    def trouble(self) -> str:
        """What keeps it from sending anything, and what an admin can do; "" if nothing does."""
        return ""

    @abstractmethod
    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Send a message; one with the same key is not sent again while `repeatable`.

        Raises DeliveryError.
        """

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:  # noqa: ARG002  # for those that can look
        """Look for a message after an attempt that may have reached the place; None is certain.

        Raises DeliveryError, permanent where the place cannot be read.
        """
        raise DeliveryError("Messages there cannot be looked up.", permanent=True)

    async def edit(self, sent: Sent, view: View) -> bool:  # noqa: ARG002  # for those that can
        """Show another view in a message; False where messages cannot be changed.

        Raises DeliveryError.
        """
        return False

    async def check_broadcast(
        self,
        person: Person,  # noqa: ARG002  # for those that broadcast
        place: Place,  # noqa: ARG002
        *,
        ping: str = "",
        publish: bool = False,  # noqa: ARG002
    ) -> None:
        """Find out whether a person may have a role pinged in a place, or messages published.

        Raises UsageError.
        """
        sentence = "Only at Discord can a digest ping a role, or be published."
        raise UsageError(sentence, argument="ping" if ping else "publish")

    async def publish(self, sent: Sent) -> None:  # noqa: ARG002  # as above
        """Publish a message for those who follow its place; again does no harm.

        Raises DeliveryError.
        """
        raise DeliveryError("Messages there can't be published.", permanent=True)

    async def post_poll(self, place: Place, poll: Poll, key: str) -> Sent:  # noqa: ARG002  # as above
        """Post a poll; one with the same key is not posted again while `repeatable`.

        Raises UsageError if there can be none, DeliveryError.
        """
        raise UsageError("Only Discord has polls. Vote with 👍 or “vote”, then say “pick”.")

    async def read_poll(self, sent: Sent) -> tuple[tuple[Person, ...], ...] | None:  # noqa: ARG002  # as above
        """Return who chose each answer of a poll, None while it is open or being counted.

        Raises DeliveryError.
        """
        raise DeliveryError("There are no polls there.", permanent=True)

    async def thread(self, sent: Sent, name: str) -> Place:  # noqa: ARG002  # for those that have threads
        """Return the thread of a message, opened if need be, or its place where there are none.

        Asking again gives the same thread. Raises DeliveryError.
        """
        return sent.place

    async def diagnose(
        self,
        places: Sequence[Place],  # noqa: ARG002  # for those that can look
        commands: Mapping[str, Command],  # noqa: ARG002  # for those that register them
    ) -> Diagnosis:
        """Find out, changing nothing, whether all works and messages can be posted in `places`.

        Needs no connection. Raises DeliveryError.
        """
        return Diagnosis()

    def link(self, sent: Sent) -> str | None:  # noqa: ARG002  # for those whose messages have one
        """Return the web address of a message, None if the platform has no such links."""
        return None


class Adapter(Outlet):
    """A chat platform: it translates what people do, renders views, and decides nothing."""

    @property
    def connected(self) -> bool:
        """Whether people can reach it now."""
        return True

    @abstractmethod
    async def run(self, bot: Bot) -> None:
        """Listen until cancelled."""

    @abstractmethod
    async def place(self, words: str, person: Person) -> Place:
        """Return the place of the person's own tenant that is named, "me" for their own.

        Raises UsageError.
        """

    @abstractmethod
    async def membership(self, person: Person, place: Place) -> Membership:
        """Tell what a person is in a place, as the platform knows it now. Raises DeliveryError."""

    async def name(self, person: Person) -> str:  # noqa: ARG002  # for those that know
        """Return what people call a person, "" if the platform does not tell."""
        return ""
