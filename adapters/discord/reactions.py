"""Reactions: heard as they are made, told to who made them, and made up for where they were missed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import discord

from adapters.discord.custom_ids import LONGEST_LINE
from adapters.discord.errors import TROUBLE
from adapters.discord.ids import PLATFORM, person, place
from adapters.discord.render import render
from bot.chat.bot import Bot
from bot.chat.outlet import Sent
from bot.chat.views import Buttons, Field, View, note
from bot.models import Person, Place

log = logging.getLogger(__name__)

SWEPT = timedelta(days=7)  # older messages get few reactions
MOST_SWEPT = 500  # messages: one request each, and one for each emoji
CLOSED = 50007  # Discord's code where somebody takes no direct messages
MOST_LOOKS = 5  # at a message that is reacted to meanwhile
STAYS = 30.0  # seconds that a note in the channel stays


class Reacting:
    """What reactions do, over one connection."""

    def __init__(self, client: discord.Client, bot: Bot) -> None:
        self._client = client
        self._bot = bot
        self._heard: Counter[tuple[int, int]] = (
            Counter()
        )  # reactions by message, while a sweep looks at it
        self._swept: set[tuple[int, int]] = set()

    async def heard(self, event: discord.RawReactionActionEvent, *, added: bool) -> None:
        """Do what a reaction means and tell who made it."""
        if self._client.user is not None and event.user_id == self._client.user.id:
            return
        if (one := (event.channel_id, event.message_id)) in self._swept:
            self._heard[one] += 1
        where = place(str(event.guild_id or ""), event.channel_id, private=event.guild_id is None)
        name = event.member.display_name if event.member else ""
        who = Person(PLATFORM, where.tenant, str(event.user_id), name)
        # nothing is awaited before this: reactions are heeded in the order in which they come
        view = await self._bot.react(where, str(event.message_id), str(event.emoji), who, added)
        if view is not None:
            await self._tell(who, where, view)

    async def put(self, message: discord.Message, emoji: Sequence[str]) -> None:
        """Put reactions under a message, to be pressed."""
        try:
            for one in emoji:
                await message.add_reaction(one)
        except TROUBLE as error:
            log.info("message %s has no reactions to press: %s", message.id, error)

    async def missed(self, shard: int, shards: int) -> None:
        """Sweep what was sent lately in the servers of a shard, after a gap in its connection."""
        for sent in await self._bot.recent(PLATFORM, self._bot.now() - SWEPT, MOST_SWEPT):
            if (
                int(sent.place.tenant or 0) >> 22
            ) % shards == shard:  # https://discord.com/developers/docs/events/gateway#sharding
                await self.look_at(sent)

    async def look_at(self, sent: Sent) -> None:
        """Sweep one message; again where it was reacted to meanwhile."""
        one = (int(sent.place.address), int(sent.message))
        self._swept.add(one)
        try:
            for _ in range(MOST_LOOKS):
                before = self._heard[one]
                await self._bot.sweep(sent.place, sent.message, await self._present(sent))
                if self._heard[one] == before:
                    return
        except (discord.NotFound, discord.Forbidden):
            log.info("message %s is not to be seen any more", sent.message)
        except TROUBLE as error:
            log.warning("message %s could not be looked at: %s", sent.message, error)
        finally:
            self._swept.discard(one)
            del self._heard[one]

    async def _present(self, sent: Sent) -> list[tuple[str, Person]]:
        channel = self._client.get_partial_messageable(int(sent.place.address))
        message = await channel.fetch_message(int(sent.message))
        found: list[tuple[str, Person]] = []
        for reaction in message.reactions:
            emoji = str(reaction.emoji)
            users = [user async for user in reaction.users(limit=None) if user != self._client.user]
            found += [(emoji, person(user, sent.place.tenant)) for user in users]
        return found

    async def _tell(self, who: Person, where: Place, view: View) -> None:
        """Say it privately; where that is not possible, in the channel for a moment."""
        folded = await self._bot.fold(view, where, LONGEST_LINE)
        try:
            direct = await self._client.create_dm(discord.Object(int(who.id)))
            await direct.send(
                view=render(folded, where.tenant if direct.id != int(where.address) else "")
            )
        except TROUBLE as error:
            if isinstance(error, discord.HTTPException) and error.code == CLOSED:
                await self._tell_there(who, where, view)
            else:  # it may be a moment's trouble, and a note in the channel is seen by everybody
                log.warning("%s could not be told about a reaction: %s", who.id, error)

    async def _tell_there(self, who: Person, where: Place, view: View) -> None:
        said = tuple(block for block in view.blocks if not isinstance(block, Buttons | Field))
        why = note(f"For {who.name or 'you'}, here for a moment: your direct messages are closed.")
        channel = self._client.get_partial_messageable(int(where.address))
        try:
            # no buttons: everybody could press them
            await channel.send(
                view=render(View((*said, why), outcome=view.outcome)),
                delete_after=STAYS,
                silent=True,
            )
        except TROUBLE as error:
            log.info("%s could not be told about a reaction: %s", who.id, error)
