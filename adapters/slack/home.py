"""The Home tab of each person."""

from __future__ import annotations

import logging
from collections import OrderedDict
from functools import partial

from adapters.slack.errors import SlackError
from adapters.slack.ids import place, random_prefix
from adapters.slack.limits import LINE, SURFACE
from adapters.slack.render import render
from adapters.slack.requests import Request
from adapters.slack.web import Web
from adapters.slack.windows import Windows, is_page, show_view
from bot.chat.bot import Bot
from bot.chat.views import View
from bot.models import Person

log = logging.getLogger(__name__)

MAX_HOMES = 1000  # people whose Home follows what changes


class Homes:
    """Publishes Homes, and updates those that people have opened."""

    def __init__(self, bot: Bot, web: Web, windows: Windows) -> None:
        self._bot = bot
        self._web = web
        self._windows = windows
        self._lines: OrderedDict[str, str] = OrderedDict()  # the command that each Home shows

    async def publish(self, person: Person, line: str = "") -> None:
        """Show in a person's Home what `line` says, or what it showed last. Raises SlackError."""
        line = line or self._lines.get(person.id, "home")
        await self._publish(person, line, await self._answer(person, line))

    async def turn(self, request: Request, line: str) -> None:
        """Show another page in the Home; an error opens in a window instead. Raises SlackError."""
        view = await self._answer(request.person, line)
        if is_page(view):
            await self._publish(request.person, line, view)
        else:
            await self._windows.open(request, await self._windows.build(view, request.place))

    async def refresh(self, view: View, person: Person, *, at_home: bool = False) -> None:
        """Update a person's Home after an answer that changed something, if they have opened it."""
        if view.becomes and (at_home or person.id in self._lines):
            try:
                await self.publish(person)
            except SlackError as error:
                log.info("the Home of %s was not updated: %s", person.id, error)

    async def _answer(self, person: Person, line: str) -> View:
        return await self._bot.handle(self._bot.read(line, person, place(person.tenant, person.id)))

    async def _publish(self, person: Person, line: str, view: View) -> None:
        self._lines[person.id] = line
        self._lines.move_to_end(person.id)
        if len(self._lines) > MAX_HOMES:
            self._lines.popitem(last=False)
        folded = await self._bot.fold(view, place(person.tenant, person.id), LINE)
        home = {"type": "home", "blocks": render(folded, random_prefix(), SURFACE)}
        call = partial(self._web.client.views_publish, user_id=person.id)
        await show_view(self._web, call, home)
