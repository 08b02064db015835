"""Reactions made while nobody listened, looked up when we are back."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from adapters.slack.emoji import emoji
from adapters.slack.errors import SlackError
from adapters.slack.limits import Json
from adapters.slack.requests import PLATFORM
from adapters.slack.web import Web, patiently
from bot.chat.bot import Bot
from bot.chat.outlet import Sent
from bot.models import Person

log = logging.getLogger(__name__)

AS_FAR_BACK_AS = timedelta(days=7)
MOST = 200  # messages; Slack answers for about 50 a minute


async def sweep(bot: Bot, web: Web, team: str, me: str) -> None:
    """Make up for the reactions to our recent messages that were missed; `me` is our own user's id."""
    recent = await bot.recent(PLATFORM, bot.now() - AS_FAR_BACK_AS, MOST)
    for sent in recent:
        if sent.place.tenant != team:
            continue
        asked = bot.now()
        try:
            answer = await patiently(partial(_reactions, web, sent), repeatable=True)
        except SlackError as error:
            log.info("reactions in %s are not known: %s", sent.place.address, error)
            continue
        present = [
            (emoji(one["name"]), Person(PLATFORM, team, user))
            for one in answer.get("message", {}).get("reactions", [])
            for user in one["users"]
            if user != me
        ]
        await bot.sweep(sent.place, sent.message, present, asked)
    log.info("looked for missed reactions to %d messages", len(recent))


async def _reactions(web: Web, sent: Sent) -> Json:
    channel = sent.place.address.partition("/")[0]
    return await web.ask(
        partial(web.client.reactions_get, channel=channel, timestamp=sent.message, full=True)
    )
