"""What only one person sees: answers, and the buttons in them that change when pressed."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Collection, Sequence

from adapters.slack.elements import LABEL, plain_text
from adapters.slack.errors import SlackError
from adapters.slack.ids import place, random_prefix, split_address
from adapters.slack.limits import LINE, OPTION, Json, change_buttons, name_blocks
from adapters.slack.messages import Messages
from adapters.slack.render import fallback_text, fits_message, render
from adapters.slack.requests import Request
from adapters.slack.web import Draw, Web, retry
from bot.chat.bot import Bot
from bot.chat.parts import split
from bot.chat.views import Button, View
from bot.models import Person, Place

log = logging.getLogger(__name__)

_OF_ONE_LINE = ("style", "confirm")  # what a button has for the line that it runs
MAX_PRIVATE = 500  # private messages whose buttons can change: Slack does not tell their blocks


class PrivateMessages:
    """Sends messages to one person, through a response_url or otherwise."""

    def __init__(self, bot: Bot, web: Web, messages: Messages) -> None:
        self._bot = bot
        self._web = web
        self._messages = messages
        self._blocks: OrderedDict[str, list[Json]] = OrderedDict()  # by their prefix

    async def send(self, view: View, request: Request, *, replaces: bool = False) -> None:
        """Show a view to one person, in several messages if it is long. Raises SlackError."""
        for part in split(view, fits_message):
            draw = await self._drawing(part, request)
            await self.respond(request, draw, fallback_text(part), replaces=replaces)
            replaces = False

    async def respond(
        self,
        request: Request,
        draw: Draw,
        text: str,
        *,
        replaces: bool = False,
        to_everyone: bool = False,
    ) -> None:
        """Send blocks through the response_url of a request, or otherwise. Raises SlackError."""
        if not request.response_url:
            await self._send_directly(request, draw, text)
            return
        message = {
            "response_type": "in_channel" if to_everyone else "ephemeral",
            "replace_original": replaces,
            "text": text,
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            **({"thread_ts": request.thread} if request.thread else {}),
        }

        async def send(some: list[Json]) -> Json:
            await self._web.respond(request.response_url, {**message, "blocks": some})
            return {}

        # a private answer that comes twice does less harm than one that is lost
        try:
            await retry(lambda: self._web.send_drawn(send, draw), repeatable=not to_everyone)
        except SlackError as error:
            if to_everyone:
                raise
            log.info("answered without response_url: %s", error)  # 30 minutes old, or used 5 times
            await self._send_directly(request, draw, text)

    def knows(self, prefix: str, request: Request) -> bool:
        """Return whether the blocks of the message with a pressed button are known."""
        return bool(self._shown(prefix, request))

    async def change_button(self, prefix: str, words: str, view: View, request: Request) -> None:
        """Change the button of a command line to what its answer says. Raises SlackError."""
        # a changed message wants new ids: https://docs.slack.dev/reference/block-kit/blocks
        name = random_prefix()
        shown = self._shown(prefix, request)
        blocks = name_blocks(with_button(shown, words, view.becomes), name)
        # under the old id too: the next button may be pressed before this change is seen
        self._blocks[name] = self._blocks[prefix] = blocks
        await self.respond(request, lambda _: blocks, fallback_text(view), replaces=True)

    def _shown(self, prefix: str, request: Request) -> list[Json]:
        return self._blocks.get(prefix) or request.message.get("blocks") or []

    async def _send_directly(self, request: Request, draw: Draw, text: str) -> None:
        """Send blocks to one person: where they asked, or in a direct message.

        Raises SlackError.
        """
        try:
            if request.place.private:
                await self._messages.post_blocks(request.place, draw, text)
            else:
                await self._send_ephemeral(request.place, request.person, draw, text)
        except SlackError as error:
            log.info("answered in a direct message: %s", error)  # the bot is not there
            own = place(request.place.tenant, request.person.id)
            await self._messages.post_blocks(own, draw, text)

    async def _send_ephemeral(self, place: Place, person: Person, draw: Draw, text: str) -> None:
        channel, thread = split_address(place.address)
        await self._web.post(
            self._web.client.chat_postEphemeral,
            draw,
            channel=channel,
            user=person.id,
            thread_ts=thread or None,
            text=text,
            mrkdwn=False,
        )

    async def _drawing(self, view: View, request: Request) -> Draw:
        """Return a private answer; its blocks are remembered, so that buttons can change."""
        prefix = random_prefix()
        folded = await self._bot.fold(view, request.place, LINE)

        def draw(newer: Collection[str]) -> list[Json]:
            self._blocks[prefix] = render(folded, prefix, newer=newer)
            while len(self._blocks) > MAX_PRIVATE:
                self._blocks.popitem(last=False)
            return self._blocks[prefix]

        return draw


def with_button(blocks: Sequence[Json], words: str, becomes: Button | None) -> list[Json]:
    """Return blocks in which the button of a command line has become another one."""

    def change(button: Json) -> Json:
        if becomes is None or button.get("value") != words:
            return button
        spoken = button.get("accessibility_label", "").partition(": ")[2]
        plain = {name: part for name, part in button.items() if name not in _OF_ONE_LINE}
        label = plain_text(becomes.label, LABEL)
        about = {"accessibility_label": f"{label['text']}: {spoken}"[:OPTION]} if spoken else {}
        return {**plain, "text": label, "value": becomes.line, **about}

    return change_buttons(blocks, change)
