"""Watching itself: what is wrong with syncing and digests is told in the log, and where an admin looks."""

from __future__ import annotations

import asyncio
import logging
from datetime import date

from bot.chat.bot import Bot
from bot.chat.views import View, line
from bot.errors import PaperboyError
from bot.models import Place

log = logging.getLogger(__name__)

EVERY = 600.0  # seconds between two looks


async def watch(bot: Bot, place: Place | None) -> None:
    """Tell of every kind of trouble once a day, until cancelled."""
    told: dict[str, date] = {}
    while True:
        told = await look(bot, place, told)
        await asyncio.sleep(EVERY)


async def look(bot: Bot, place: Place | None, told: dict[str, date]) -> dict[str, date]:
    """Tell of the trouble that there is, but for what was `told` today; return what was told when."""
    today = bot.now().date()
    told = {kind: day for kind, day in told.items() if day == today}
    for kind, sentence in (await bot.planner.troubles()).items():
        if kind in told:
            continue
        told[kind] = today
        log.warning("%s", sentence)
        if place and place.platform in bot.adapters:
            try:
                await bot.adapters[place.platform].send(
                    place, View((line(sentence),)), f"trouble {kind} {today}"
                )
            except PaperboyError as error:
                log.warning("the admin could not be told: %s", error)
    return told
