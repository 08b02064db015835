"""Cards under links to papers that people share."""

from __future__ import annotations

from functools import partial

from adapters.slack.limits import Json
from adapters.slack.messages import name_for
from adapters.slack.render import blocks
from adapters.slack.requests import PLATFORM
from adapters.slack.web import Web
from bot.chat.bot import Bot
from bot.chat.views import View
from bot.models import Person, Place

MOST = 3  # cards under one message; more would bury it


class Previews:
    """Unfolds links into the cards of their papers."""

    def __init__(self, bot: Bot, web: Web, team: str) -> None:
        self._bot = bot
        self._web = web
        self._team = team

    async def show(self, event: Json) -> None:
        """Unfold the links of a message. Raises SlackError."""
        place = Place(PLATFORM, self._team, event["channel"])
        cards: dict[str, View] = {}
        for link in event["links"]:
            if len(cards) == MOST:
                break
            # everyone sees it, so it is nobody's own: no shelf is looked at for it
            nobody = Person(PLATFORM, self._team, "")
            view = await self._bot.handle(self._bot.read(f"paper {link['url']}", nobody, place))
            if view.papers:
                cards[link["url"]] = view
        if not cards:
            return
        where = {"channel": event["channel"], "ts": event["message_ts"]}
        if (
            event.get("unfurl_id") and event.get("source") == "composer"
        ):  # not sent yet, so it has no time
            where = {"unfurl_id": event["unfurl_id"], "source": event["source"]}

        async def say(rendered: list[Json]) -> Json:
            unfurls = {url: {"blocks": _of(rendered, url)} for url in cards}
            return await self._web.ask(
                partial(self._web.client.chat_unfurl, unfurls=unfurls, **where)
            )

        every = [block for url, view in cards.items() for block in blocks(view, name_for(url))]
        await self._web.pictured(say, every)
        if len(cards) == 1 and "ts" in where:  # a reaction to the message finds the paper under it
            await self._bot.shown(place, event["message_ts"], next(iter(cards.values())))


def _of(rendered: list[Json], url: str) -> list[Json]:
    return [block for block in rendered if block["block_id"].startswith(f"{name_for(url)}.")]
