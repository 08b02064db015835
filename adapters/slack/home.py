"""Where an answer stands that is no message: windows, and everybody's Home."""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Coroutine
from functools import partial
from typing import Any

from adapters.slack import forms
from adapters.slack.errors import SlackError
from adapters.slack.limits import Json
from adapters.slack.requests import Asked
from adapters.slack.web import Web
from bot.chat.bot import Bot
from bot.chat.views import Outcome, View
from bot.models import Person, Place

log = logging.getLogger(__name__)

LONGEST_LINE = 2000  # a button's value
HOMES = 1000  # people whose Home is kept fresh


class Surfaces:
    """Opens and changes windows, and publishes Homes."""

    def __init__(self, bot: Bot, web: Web) -> None:
        self._bot = bot
        self._web = web
        self._lines: OrderedDict[str, str] = OrderedDict()  # what the Home of each person shows

    async def window(self, view: View, place: Place) -> Json:
        """Make a window of a view."""
        return forms.window(await self._bot.fold(view, place, LONGEST_LINE), new_name())

    async def open(self, asked: Asked, made: Json) -> str:
        """Open a window, over the one that is open; where three are open already, in its place.

        Returns its id.
        """
        over = asked.surface.get("type") == "modal"
        client = self._web.client
        try:
            return await self._show(
                partial(client.views_push if over else client.views_open, trigger_id=asked.trigger),
                made,
            )
        except SlackError as error:
            if error.code != "push_limit_reached":
                raise
            return await self.update(asked.surface["id"], made)

    async def update(self, window: str, made: Json) -> str:
        """Show something else in a window that is open."""
        return await self._show(partial(self._web.client.views_update, view_id=window), made)

    async def publish_home(self, person: Person, line: str = "") -> None:
        """Show a person's Home: what `line` says, or what it showed last."""
        line = line or self._lines.get(person.id, "home")
        await self._publish(person, line, await self._answer(person, line))

    async def turn_home(self, asked: Asked, line: str) -> None:
        """Show another page in the Home; what failed is said in a window, and leaves the Home as it is."""
        view = await self._answer(asked.person, line)
        if is_page(view):
            await self._publish(asked.person, line, view)
        else:
            await self.open(asked, await self.window(view, asked.place))

    async def refresh(self, view: View, person: Person, *, at_home: bool = False) -> None:
        """Show somebody's Home afresh where an answer changed something, if they look at it or did so before."""
        if view.becomes and (at_home or person.id in self._lines):
            try:
                await self.publish_home(person)
            except SlackError as error:
                log.info("the Home of %s stays as it was: %s", person.id, error)

    async def _answer(self, person: Person, line: str) -> View:
        return await self._bot.handle(self._bot.read(line, person, _home_of(person)))

    async def _publish(self, person: Person, line: str, view: View) -> None:
        self._lines[person.id] = line
        self._lines.move_to_end(person.id)
        if len(self._lines) > HOMES:
            self._lines.popitem(last=False)
        made = forms.home(await self._bot.fold(view, _home_of(person), LONGEST_LINE), new_name())
        await self._show(partial(self._web.client.views_publish, user_id=person.id), made)

    async def _show(self, call: partial[Coroutine[Any, Any, Any]], made: Json) -> str:
        async def say(rendered: list[Json]) -> Json:
            return await self._web.ask(partial(call, view={**made, "blocks": rendered}))

        answer = await self._web.pictured(say, made["blocks"])
        return str(answer.get("view", {}).get("id", ""))


def new_name() -> str:
    """Make a name for the blocks of one message or view."""
    return secrets.token_hex(8)


def is_page(view: View) -> bool:
    """Tell whether a view may take the place of the page before it: what went wrong may not."""
    return view.outcome in {Outcome.DONE, Outcome.NOTHING}


def _home_of(person: Person) -> Place:
    return Place(person.platform, person.tenant, person.id, private=True)
