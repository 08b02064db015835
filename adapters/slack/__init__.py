"""Slack, over Socket Mode with slack-bolt: no public address is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import aiohttp

from adapters.slack.diagnosis import diagnose
from adapters.slack.errors import SlackError
from adapters.slack.ids import PLATFORM, channel_of
from adapters.slack.limits import LINE
from adapters.slack.reactions import Reactions
from adapters.slack.web import TIMEOUT
from adapters.slack.workspace import Workspace, build_client
from bot.chat.bot import Bot
from bot.chat.commands import Command
from bot.chat.diagnosis import Diagnosis
from bot.chat.outlet import Adapter, Membership, Sent
from bot.chat.views import View
from bot.errors import SettingsError
from bot.models import Person, Place
from bot.settings.platforms import SlackSettings


class Slack(Adapter):
    """The adapter for one workspace."""

    platform = PLATFORM

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._client = build_client(settings)
        self._reactions = Reactions(self._client.web)
        self._bot: Bot | None = None
        self._workspace: Workspace | None = None
        self._refusal = ""  # why the last session ended for good

    @property
    def trouble(self) -> str:
        """What keeps it from sending anything, and what an admin can do; "" if nothing does."""
        return self._workspace.trouble if self._workspace else self._refusal

    @property
    def connected(self) -> bool:
        """Whether Slack can reach the bot now."""
        return self._workspace is not None and self._workspace.connected

    async def run(self, bot: Bot) -> None:
        """Listen until cancelled. Raises SettingsError where Slack refuses a token."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:
            self._client.web.client.session = session
            self._bot = bot
            self._workspace = Workspace(self._settings, self._client, bot)
            try:
                await self._workspace.run()
            except SettingsError as error:
                self._refusal = f"Slack is off: {error}"
                raise
            finally:
                await self._reactions.stop()
                self._bot = self._workspace = self._client.web.client.session = None

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Post a message once. Raises DeliveryError."""
        folded = await self._bot.fold(view, place, LINE) if self._bot else view
        sent = await self._client.messages.post(place, folded, key)
        if self._bot:
            live = await self._client.channels.is_internal(sent.place.address)
            await self._bot.shown(sent.place, sent.message, view, live=live)
            self._reactions.add(sent, view.reactions)
        return sent

    async def edit(self, sent: Sent, view: View) -> bool:
        """Show another view in a message. Raises DeliveryError."""
        folded = await self._bot.fold(view, sent.place, LINE) if self._bot else view
        await self._client.messages.edit(sent, folded)
        return True

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        """Look in the place for what was posted under `key`. Raises DeliveryError."""
        return await self._client.messages.find(place, key, since)

    async def thread(self, sent: Sent, name: str) -> Place:  # noqa: ARG002  # Slack's have no names
        """Return the thread in which a message stands, or the one that it starts.

        Raises DeliveryError.
        """
        return await self._client.messages.thread_of(sent)

    async def diagnose(
        self,
        places: Sequence[Place],
        commands: Mapping[str, Command],  # noqa: ARG002  # Slack doesn't tell which it has
    ) -> Diagnosis:
        """Ask Slack what the tokens may do, and whether the bot can post in `places`."""
        return await diagnose(self._client, self._settings, places)

    def link(self, sent: Sent) -> str | None:
        """Return the web address of a message, None before the first sign-in."""
        base, channel = self._client.web.url, channel_of(sent.place).address
        return f"{base}archives/{channel}/p{sent.message.replace('.', '')}" if base else None

    async def place(self, words: str, person: Person) -> Place:
        """Return the channel or thread that is named, or the conversation with the person.

        Raises UsageError.
        """
        return await self._client.channels.resolve(words, person)

    async def membership(self, person: Person, place: Place) -> Membership:
        """Return what a person may do in a place, as Slack knew it within the last minute.

        Raises DeliveryError.
        """
        return await self._client.channels.membership(person, place)

    async def name(self, person: Person) -> str:
        """Return what people call a person, "" if Slack doesn't tell."""
        try:
            return (await self._client.people.profile(person.id)).name
        except SlackError:
            return ""
