"""Reactions made while the bot was away, asked for when it is back."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from adapters.slack.emoji import parse_emoji
from adapters.slack.errors import SlackError
from adapters.slack.ids import PLATFORM, channel_of, person
from adapters.slack.limits import Json
from adapters.slack.web import Web, retry
from bot.chat.bot import Bot
from bot.chat.outlet import Sent

log = logging.getLogger(__name__)

MAX_AGE = timedelta(days=7)  # of the messages that are asked about
MAX_MESSAGES = 200  # Slack answers for about 50 a minute


async def backfill(bot: Bot, web: Web, team: str, me: str) -> None:
    """Catch up on reactions to the bot's recent messages; `me` is its own user id."""
    recent = await bot.recent(PLATFORM, bot.now() - MAX_AGE, MAX_MESSAGES)
    for sent in recent:
        if sent.place.tenant != team:
            continue
        asked = bot.now()
        try:
            answer = await retry(partial(_ask_reactions, web, sent), repeatable=True)
        except SlackError as error:
            log.info("the reactions in %s can't be read: %s", sent.place.address, error)
            continue
        present = [
            (parse_emoji(reaction["name"]), person(team, user))
            for reaction in answer.get("message", {}).get("reactions", [])
            for user in reaction["users"]
            if user != me
        ]
        await bot.sweep(sent.place, sent.message, present, asked)
    log.info("checked %d messages for missed reactions", len(recent))


async def _ask_reactions(web: Web, sent: Sent) -> Json:
    channel = channel_of(sent.place).address
    call = partial(web.client.reactions_get, channel=channel, timestamp=sent.message, full=True)
    return await web.call(call)
