"""Cards under links to papers that people share (Slack calls that unfurling)."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.slack.ids import block_prefix, person, place
from adapters.slack.limits import Json
from adapters.slack.render import render
from adapters.slack.web import Web
from bot.chat.bot import Bot
from bot.chat.views import View
from bot.models import Person, Place

MAX_CARDS = 3  # under one message; more would bury it


class Previews:
    """Unfolds links into the cards of their papers."""

    def __init__(self, bot: Bot, web: Web) -> None:
        self._bot = bot
        self._web = web

    async def show(self, body: Json) -> None:
        """Add cards to the links of a message. Raises SlackError."""
        event = body["event"]
        where = place(self._web.team, event["channel"])
        # everyone sees a card, so it is made for no person in particular; where other companies
        # can read, or where it is not known who does, it is made for no team either
        is_ours = body.get("is_ext_shared_channel") is False and "ts" in _target(event)
        reader = person(self._web.team if is_ours else "", "")
        cards = await self._cards(where, reader, [link["url"] for link in event["links"]])
        if not cards:
            return

        async def send(blocks: list[Json]) -> Json:
            unfurls = {url: {"blocks": _blocks_of(blocks, url)} for url in cards}
            method = self._web.client.chat_unfurl
            return await self._web.call(method, unfurls=unfurls, **_target(event))

        blocks = [block for url, view in cards.items() for block in render(view, block_prefix(url))]
        await self._web.send_drawn(send, lambda _: blocks)
        if len(cards) == 1 and "ts" in _target(event):
            # a reaction to the message is then about the paper under it
            await self._bot.shown(where, event["message_ts"], next(iter(cards.values())))

    async def _cards(self, where: Place, reader: Person, urls: Sequence[str]) -> dict[str, View]:
        """Return the cards of the first papers among the links, by address."""
        cards: dict[str, View] = {}
        for url in urls:
            if len(cards) == MAX_CARDS:
                break
            view = await self._bot.handle(self._bot.read(f"paper {url}", reader, where))
            if view.papers:
                cards[url] = view
        return cards


def _target(event: Json) -> Json:
    """Return what names the message of a link: one that is still being written has no ts."""
    if event.get("unfurl_id") and event.get("source") == "composer":
        return {"unfurl_id": event["unfurl_id"], "source": event["source"]}
    return {"channel": event["channel"], "ts": event["message_ts"]}


def _blocks_of(blocks: list[Json], url: str) -> list[Json]:
    return [block for block in blocks if block["block_id"].startswith(f"{block_prefix(url)}.")]
