"""Reactions made while the bot was away, asked for when it is back."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial

from adapters.slack.emoji import parse_emoji
from adapters.slack.errors import SlackError
from adapters.slack.ids import PLATFORM, channel_of
from adapters.slack.limits import Json
from adapters.slack.people import People
from adapters.slack.web import Web, retry
from bot.chat.bot import Bot
from bot.models import Person

log = logging.getLogger(__name__)

MAX_AGE = timedelta(days=7)  # of the messages that are asked about
MAX_MESSAGES = 200  # Slack answers for about 50 a minute


async def backfill(bot: Bot, web: Web, people: People) -> None:
    """Catch up on the reactions of people to the bot's recent messages."""
    recent = await bot.recent(PLATFORM, bot.now() - MAX_AGE, MAX_MESSAGES)
    for sent in recent:
        if sent.place.tenant != web.team:
            continue
        asked = bot.now()
        try:
            message: Json = {"channel": channel_of(sent.place).address, "timestamp": sent.message}
            ask = partial(web.call, web.client.reactions_get, full=True, **message)
            answer = await retry(ask, repeatable=True)
            reactions = answer.get("message", {}).get("reactions", [])
            present = [reaction async for reaction in _present(reactions, web, people)]
        except SlackError as error:
            log.info("the reactions in %s can't be read: %s", sent.place.address, error)
            continue
        await bot.sweep(sent.place, sent.message, present, asked)
    log.debug("checked %d messages for missed reactions", len(recent))


async def _present(
    reactions: Sequence[Json], web: Web, people: People
) -> AsyncIterator[tuple[str, Person]]:
    """Yield the reactions of people, each an emoji and who made it. Raises SlackError."""
    for reaction in reactions:
        for user in reaction["users"]:
            if user != web.user and not await people.is_bot(user):
                yield parse_emoji(reaction["name"]), await people.identify(user)
