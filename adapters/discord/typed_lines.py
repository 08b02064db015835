"""Messages that are command lines: those to the bot alone, and those that mention it."""

from __future__ import annotations

import re

import discord

from adapters.discord.dialect import Dialect
from adapters.discord.direct import Direct
from adapters.discord.ids import person, place
from adapters.discord.tree import read_line
from bot.chat.bot import Bot

# Discord tells a bot without privileges the content of these two kinds of messages, and of no other


class TypedLines:
    """Runs the command lines that come as messages over one connection."""

    def __init__(self, client: discord.Client, bot: Bot, direct: Direct, dialect: Dialect) -> None:
        self._client = client
        self._bot = bot
        self._direct = direct
        self._dialect = dialect

    async def handle(self, message: discord.Message) -> None:
        """Run the command line of a message, if it is one, and answer the person who wrote it."""
        line = self._line(message)
        if line is None:
            return
        tenant = str(message.guild.id) if message.guild else ""
        name = getattr(message.channel, "name", None) or ""
        where = place(
            tenant, message.channel.id, f"#{name}" if name and tenant else "", private=not tenant
        )
        asker = person(message.author, tenant)
        intent = self._bot.read(line, asker, where)
        view = await self._bot.handle(intent)
        await self._direct.tell(asker, where, self._dialect.translate(view, intent.command))

    def _line(self, message: discord.Message) -> str | None:
        """Return the command line in a message, None if it is none."""
        if message.author.bot or self._client.user is None or not message.content.strip():
            return None
        mention = rf"<@!?{self._client.user.id}>"
        if message.guild and not re.search(mention, message.content):
            return None
        return read_line(re.sub(mention, " ", message.content))
