"""Reactions under the bot's messages: what they mean, and telling the person who reacted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

import discord

from adapters.discord.backfill import Backfill
from adapters.discord.direct import Direct
from adapters.discord.emoji import Tones
from adapters.discord.errors import DISCORD_ERRORS
from adapters.discord.ids import PLATFORM, place
from adapters.discord.web import repeat
from bot.chat.bot import Bot
from bot.chat.outlet import Sent
from bot.models import Person, Place, ReactionEvent

log = logging.getLogger(__name__)


class Reactions:
    """Handles reactions over one connection."""

    def __init__(
        self, client: discord.Client, bot: Bot, backfill: Backfill, direct: Direct
    ) -> None:
        self._client = client
        self._bot = bot
        self._backfill = backfill
        self._direct = direct
        self._tones = Tones()

    async def handle(self, event: discord.RawReactionActionEvent, *, added: bool) -> None:
        """Do what a reaction means, and tell the person who made it."""
        self._backfill.note(event.channel_id, event.message_id)
        tenant = str(event.guild_id or "")
        where = place(tenant, event.channel_id, private=event.guild_id is None)
        other_tone = self._other_tone(event, added=added)
        if other_tone is None:  # look what is there
            await self._backfill.sweep(Sent(where, str(event.message_id)))
        elif not other_tone:
            # nothing else is awaited before: reactions are handled in the order in which they come
            reaction = self._read(event, where, added=added)
            view = await self._bot.reactions.receive(reaction)
            if view is not None:
                await self._direct.tell(reaction.person, where, view)

    def _read(
        self, event: discord.RawReactionActionEvent, where: Place, *, added: bool
    ) -> ReactionEvent:
        me = self._client.user.id if self._client.user else 0
        name = event.member.display_name if event.member else ""
        # Discord names no member for a removal, but what was not noted cannot be taken away
        by_bot = event.user_id == me or bool(event.member and event.member.bot)
        return ReactionEvent(
            where,
            str(event.message_id),
            str(event.emoji),
            Person(PLATFORM, where.tenant, str(event.user_id), name),
            added,
            by_bot=by_bot,
            own=event.message_author_id == me,
        )

    def _other_tone(self, event: discord.RawReactionActionEvent, *, added: bool) -> bool | None:
        """Tell whether the same reaction stays in another skin tone; None if that is unknown."""
        emoji = str(event.emoji)
        if added:
            self._tones.add(event.message_id, event.user_id, emoji)
            return False
        return self._tones.remove(event.message_id, event.user_id, emoji)


async def put_reactions(message: discord.Message, emoji: Sequence[str]) -> None:
    """Put reactions under a message, for people to press."""
    try:
        for one in emoji:
            await repeat(partial(message.add_reaction, one))
    except DISCORD_ERRORS as error:
        log.info("message %s gets no reactions to press: %s", message.id, error)
