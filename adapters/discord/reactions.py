"""Reactions under the bot's messages: what they mean, and telling the person who reacted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from secrets import token_hex

import discord

from adapters.discord.backfill import Backfill
from adapters.discord.custom_ids import MAX_LINE
from adapters.discord.emoji import Tones
from adapters.discord.errors import DISCORD_ERRORS, DMS_CLOSED
from adapters.discord.ids import PLATFORM, place
from adapters.discord.marks import NOTE
from adapters.discord.notes import Notes
from adapters.discord.render import render
from adapters.discord.web import MAX_NONCE, repeat
from bot.chat.bot import Bot
from bot.chat.outlet import Sent
from bot.chat.views import Buttons, Field, View, note
from bot.models import Person, Place, ReactionEvent

log = logging.getLogger(__name__)


class Reactions:
    """Handles reactions over one connection."""

    def __init__(self, client: discord.Client, bot: Bot, backfill: Backfill, notes: Notes) -> None:
        self._client = client
        self._bot = bot
        self._backfill = backfill
        self._notes = notes
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
            view = await self._bot.react(reaction)
            if view is not None:
                await self._notify(reaction.person, where, view)

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

    async def _notify(self, person: Person, where: Place, view: View) -> None:
        """Tell a person in a direct message; if they accept none, in the channel for a moment."""
        folded = await self._bot.fold(view, where, MAX_LINE)
        try:
            direct = await self._client.create_dm(discord.Object(int(person.id)))
            elsewhere = direct.id != int(where.address)
            layout = render(folded, where.tenant if elsewhere else "")
            key = token_hex(MAX_NONCE // 2)  # by which Discord recognises a repeat
            await repeat(lambda: direct.send(view=layout, nonce=key))
        except DISCORD_ERRORS as error:
            if isinstance(error, discord.HTTPException) and error.code == DMS_CLOSED:
                await self._notify_in_channel(person, where, view)
            else:  # it may be only a moment's trouble, and everyone would see a note in the channel
                log.warning("%s was not told about a reaction: %s", person.id, error)

    async def _notify_in_channel(self, person: Person, where: Place, view: View) -> None:
        # without buttons: everyone could press them
        blocks = tuple(block for block in view.blocks if not isinstance(block, Buttons | Field))
        why = note(
            f"For {person.name or 'you'}, shown for a moment: your direct messages are closed."
        )
        layout = render(View((*blocks, why), outcome=view.outcome), mark=NOTE)
        try:
            await self._notes.show(int(where.address), layout)
        except DISCORD_ERRORS as error:
            log.info("%s was not told about a reaction: %s", person.id, error)


async def put_reactions(message: discord.Message, emoji: Sequence[str]) -> None:
    """Put reactions under a message, for people to press."""
    try:
        for one in emoji:
            await repeat(partial(message.add_reaction, one))
    except DISCORD_ERRORS as error:
        log.info("message %s gets no reactions to press: %s", message.id, error)
