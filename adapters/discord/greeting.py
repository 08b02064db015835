"""What the bot says once in a server that it is invited to."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import discord

from adapters.discord import messages
from adapters.discord.connection import Connection
from adapters.discord.errors import missing_permissions
from adapters.discord.ids import PLATFORM, place
from bot.chat.bot import Bot
from bot.chat.views import Block, Button, Buttons, View, line
from bot.errors import DeliveryError
from bot.models import Person, Place

log = logging.getLogger(__name__)

ONCE = timedelta(days=30)  # in which a server is greeted once, however often the bot is invited
HELLO = (
    "Hello! I’m Paperboy. I bring Hugging Face’s daily papers, find them again and keep them for "
    "your team. Here is the latest list; “help” shows everything else."
)
# Discord does not tell people's time zones, so the form asks for it
DAILY = Button("Get this every morning", "subscribe ? at:9:00 zone:?")
HELP = Button("Help", "help")


async def greet(client: Connection, guild: discord.Guild) -> None:
    """Say hello in a server, with the latest papers; once only, as far as can be known."""
    channel = next(_greetable(guild), None)
    if channel is None:
        log.info("the server %s has no channel in which Paperboy may say hello", guild.id)
        return
    where, key = place(str(guild.id), channel.id, f"#{channel.name}"), f"hello {guild.id}"
    try:
        if await messages.find(client, where, key, client.bot.now() - ONCE):
            return
        view = client.dialect.translate(View((line(HELLO),)))
        latest = await _latest(client.bot, where)
        buttons = Buttons((DAILY, HELP))
        view = View((*view.blocks, *latest, buttons))
        await messages.post(client, where, view, key, live=False)
    except DeliveryError as error:
        log.info("the server %s was not greeted: %s", guild.id, error)


def _greetable(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """Yield the channels in which the bot may write, the one for news of the server first."""
    every = [guild.system_channel, *guild.text_channels]
    return (one for one in every if one is not None and not missing_permissions(one))


async def _latest(bot: Bot, where: Place) -> tuple[Block, ...]:
    """Return the latest list, made for no person and no team: everyone sees it."""
    latest = await bot.handle(bot.read("today", Person(PLATFORM, "", ""), where))
    return latest.blocks if latest.papers else ()
