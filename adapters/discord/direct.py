"""Answers to what is no interaction: for the person alone, in a direct message if possible."""

from __future__ import annotations

import logging
from secrets import token_hex

import discord

from adapters.discord.custom_ids import MAX_LINE
from adapters.discord.errors import DISCORD_ERRORS, DMS_CLOSED
from adapters.discord.files import show_file, uploads
from adapters.discord.ids import place
from adapters.discord.marks import NOTE
from adapters.discord.notes import Notes
from adapters.discord.render import render
from adapters.discord.web import MAX_NONCE, repeat
from bot.chat.bot import Bot
from bot.chat.views import Buttons, Field, View, note
from bot.models import Person, Place

log = logging.getLogger(__name__)


class Direct:
    """Tells people over one connection."""

    def __init__(self, client: discord.Client, bot: Bot, notes: Notes) -> None:
        self._client = client
        self._bot = bot
        self._notes = notes

    async def tell(self, person: Person, where: Place, view: View) -> None:
        """Tell a person in a direct message; if they accept none, in `where` for a moment."""
        folded = await self._bot.fold(view, where, MAX_LINE)
        try:
            direct = await self._client.create_dm(discord.Object(int(person.id)))
            elsewhere = direct.id != int(where.address)
            layout = render(folded, where.tenant if elsewhere else "")
            show_file(layout, view.file)
            key = token_hex(MAX_NONCE // 2)  # by which Discord recognises a repeat
            sent = await repeat(
                lambda: direct.send(view=layout, nonce=key, files=uploads(view.file))
            )
        except DISCORD_ERRORS as error:
            if isinstance(error, discord.HTTPException) and error.code == DMS_CLOSED:
                await self._tell_in_channel(person, where, view)
            else:  # it may be only a moment's trouble, and everyone would see a note in the channel
                log.warning("%s was not told about a reaction: %s", person.id, error)
        else:
            await self._bot.shown(place("", direct.id, private=True), str(sent.id), view)

    async def _tell_in_channel(self, person: Person, where: Place, view: View) -> None:
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
