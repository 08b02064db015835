"""What the bot says once in a channel that it is invited to."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from adapters.slack.errors import SlackError
from adapters.slack.ids import person
from adapters.slack.limits import LINE
from adapters.slack.messages import Messages
from bot.chat.bot import Bot
from bot.chat.views import Button, Buttons, View, line
from bot.models import Place

log = logging.getLogger(__name__)

ONCE = timedelta(days=30)  # in which a channel is greeted once, however often the bot is invited
HELLO = (
    "Hello! I’m Paperboy. I bring Hugging Face’s daily papers, find them again and keep them for "
    "your team. Here is the latest list; type /papers for everything else."
)
DAILY = Buttons(
    (
        Button("Get this every morning", "subscribe at:9:00"),
        Button("Only on some topics", "subscribe at:9:00 topics:?"),
        Button("Help", "help"),
    )
)


async def greet(bot: Bot, messages: Messages, where: Place) -> None:
    """Say hello in a channel, with the latest papers; once only, as far as can be known.

    Raises SlackError.
    """
    key = f"hello {where.address}"
    if await _was_greeted(bot, messages, where, key):
        return
    # everyone sees it, so it is made for no person and no team in particular
    latest = await bot.handle(bot.read("today", person("", ""), where))
    papers = latest.blocks if latest.papers else ()
    view = View((line(HELLO), *papers, DAILY), arranged="cards")
    sent = await messages.post_reliably(where, await bot.fold(view, where, LINE), key)
    await bot.shown(sent.place, sent.message, replace(view, blocks=papers))


async def _was_greeted(bot: Bot, messages: Messages, where: Place, key: str) -> bool:
    try:
        return await messages.find(where, key, bot.now() - ONCE) is not None
    except SlackError as error:
        log.info("%s: whether there was a greeting is not known: %s", where.address, error)
        return False
