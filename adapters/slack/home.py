"""The Home tab of each person."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Collection, Sequence

from adapters.slack.errors import SlackError
from adapters.slack.ids import place
from adapters.slack.limits import LINE, Json
from adapters.slack.pages import paginate, render_page
from adapters.slack.requests import Request
from adapters.slack.web import Web
from adapters.slack.windows import Windows, is_page, show_view
from bot.chat.bot import Bot
from bot.chat.views import Button, Buttons, View
from bot.chat.views import line as text_line
from bot.models import Person

log = logging.getLogger(__name__)

MAX_HOMES = 1000  # people whose Home follows what changes
AGAIN = Buttons((Button("Try again", "home", turns=True),))


class Homes:
    """Publishes Homes, and updates those that people have opened."""

    def __init__(self, bot: Bot, web: Web, windows: Windows) -> None:
        self._bot = bot
        self._web = web
        self._windows = windows
        # the command that each Home shows, and the page of its answer, counted from 0
        self._shown: OrderedDict[str, tuple[str, int]] = OrderedDict()

    async def publish(self, person: Person, line: str = "", page: int = 0) -> None:
        """Show in a person's Home what `line` says, or what it showed last. Raises SlackError."""
        if not line:
            line, page = self._shown.get(person.id, ("home", 0))
        await self._publish(person, line, await self._answer(person, line), page)

    async def turn(self, request: Request, line: str) -> None:
        """Show another page in the Home; an error opens in a window instead. Raises SlackError."""
        view = await self._answer(request.person, line)
        if is_page(view):
            await self._publish(request.person, line, view)
        else:
            await self._windows.open(request, await self._windows.build(view, request.place))

    async def refresh(self, view: View, person: Person, *, at_home: bool = False) -> None:
        """Update a person's Home after an answer that changed something, if they have opened it."""
        if view.becomes and (at_home or person.id in self._shown):
            try:
                await self.publish(person)
            except SlackError as error:
                log.info("the Home of %s was not updated: %s", person.id, error)

    async def _answer(self, person: Person, line: str) -> View:
        return await self._bot.handle(self._bot.read(line, person, place(person.tenant, person.id)))

    async def _publish(self, person: Person, line: str, view: View, page: int = 0) -> None:
        self._shown[person.id] = (line, page)
        self._shown.move_to_end(person.id)
        if len(self._shown) > MAX_HOMES:
            self._shown.popitem(last=False)
        pages = paginate(await self._bot.fold(view, place(person.tenant, person.id), LINE))
        try:
            await self._send(person, pages, page, line)
        except SlackError as error:
            if not error.permanent:
                raise
            log.warning("the Home of %s was not shown: %s", person.id, error)
            sorry = View((text_line(f"I couldn’t show your Home. {error}"), AGAIN))
            await self._send(person, (sorry,), 0, line)

    async def _send(self, person: Person, pages: Sequence[View], page: int, line: str) -> None:
        def draw(newer: Collection[str]) -> Json:
            return {"type": "home", "blocks": render_page(pages, page, line, newer)}

        method = self._web.client.views_publish
        await show_view(self._web, method, draw, repeatable=True, user_id=person.id)
