"""How an answer reaches whoever asked: privately, to everyone, in place of what is shown, or in a window."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

from adapters.slack import forms
from adapters.slack.limits import Json, name_of, named, with_button
from adapters.slack.payloads import Asked
from adapters.slack.posting import Posting
from adapters.slack.render import LABEL, blocks, notice, plain_text
from adapters.slack.troubles import SlackError
from adapters.slack.web import Web, patiently
from bot.app import Bot
from bot.intents import Intent, Person, Place
from bot.views import Button, Outcome, Text, View

log = logging.getLogger(__name__)

LONGEST_LINE = 2000  # a button's value
SOON = 1.5  # seconds; what leads to a window has to open within three
REMEMBERED = 500  # private messages whose buttons can still turn: Slack does not tell what they show
HOMES = 1000  # people whose Home is kept fresh


class Answers:
    """Does what is wanted and shows what comes of it."""

    def __init__(self, bot: Bot, web: Web, posting: Posting) -> None:
        self._bot = bot
        self._web = web
        self._posting = posting
        self._private: OrderedDict[str, list[Json]] = OrderedDict()
        self._homes: OrderedDict[str, str] = OrderedDict()  # the line that each person's Home shows

    async def line(self, words: str, asked: Asked, *, turns: bool = False, block_id: str = "") -> None:
        """Do what a command line says, asking for what it lacks."""
        intent = self._bot.read(words, asked.person, asked.place)
        missing = self._bot.missing(intent)
        if missing and asked.trigger and (form := forms.form(intent, missing, asked)):
            await self._open(asked, form)
        elif asked.surface:
            await self._on_surface(intent, words, asked, turns=turns)
        else:
            await self.show(await self._bot.handle(intent), intent, asked, words, turns=turns, block_id=block_id)

    async def show(
        self, view: View, intent: Intent, asked: Asked, words: str = "", *, turns: bool = False, block_id: str = ""
    ) -> None:
        """Show the answer to what was asked in a conversation."""
        view = await self._bot.fold(view, asked.place, LONGEST_LINE)
        command = self._bot.commands.get(intent.command)
        if command and command.shared and view.outcome is Outcome.DONE:
            await self._to_everyone(view, asked)
        elif view.becomes and asked.alone and (rendered := self._rendered(asked, block_id)):
            await self._respond(asked, self._turned(rendered, words, view.becomes), notice(view), replace_it=True)
        else:
            name = _new_name()
            await self._respond(asked, blocks(view, name), notice(view), replace_it=turns and asked.alone)
            if turns and asked.alone and asked.message:
                await self._bot.shown(asked.place, asked.message_ts, view)
        await self._refresh(view, asked.person)

    async def submitted(self, view: View, filled: forms.Filled) -> None:
        """Show the answer to a form."""
        await self.show(view, filled.intent, filled.asked)

    async def window(self, view: View, place: Place) -> Json:
        """Make a window of a view."""
        return forms.window(await self._bot.fold(view, place, LONGEST_LINE), _new_name())

    async def update(self, surface: str, view: View, asked: Asked) -> None:
        """Show a view in a window that is open."""
        made = await self.window(view, asked.place)
        await self._view(partial(self._web.client.views_update, view_id=surface), made)
        await self._refresh(view, asked.person)

    async def whisper(self, view: View, place: Place, person: Person) -> None:
        """Tell one person in a place something that they did not ask for in words."""
        view = await self._bot.fold(view, place, LONGEST_LINE)
        name = _new_name()

        async def say(rendered: list[Json]) -> Json:
            channel, text = place.address.partition("/")[0], notice(view)
            call = partial(self._web.client.chat_postEphemeral, channel=channel, user=person.id, text=text)
            return await self._web.ask(partial(call, blocks=rendered, mrkdwn=False))

        await self._web.pictured(say, self._remember(blocks(view, name), name))
        await self._refresh(view, person)

    async def publish_home(self, person: Person, line: str = "") -> None:
        """Show a person's Home, as it was last or as `line` says."""
        line = line or self._homes.get(person.id, "home")
        self._homes[person.id] = line
        self._homes.move_to_end(person.id)
        if len(self._homes) > HOMES:
            self._homes.popitem(last=False)
        place = Place(person.platform, person.tenant, person.id)
        view = await self._bot.handle(self._bot.read(line, person, place))
        made = forms.home(await self._bot.fold(view, place, LONGEST_LINE), _new_name())
        await self._view(partial(self._web.client.views_publish, user_id=person.id), made)

    async def _on_surface(self, intent: Intent, words: str, asked: Asked, *, turns: bool) -> None:
        """Answer where there is no conversation: in the Home itself, or in a window."""
        at_home = asked.surface["type"] == "home"
        if at_home and turns:
            await self.publish_home(asked.person, words)
            return
        work = asyncio.create_task(self._bot.handle(intent))
        await asyncio.wait({work}, timeout=SOON)
        opened = None if work.done() else await self._open(asked, forms.window(forms.WAITING, _new_name()))
        view = await work
        command = self._bot.commands.get(intent.command)
        if command and command.shared and view.outcome is Outcome.DONE:
            folded = await self._bot.fold(view, asked.place, LONGEST_LINE)
            await self._to_everyone(folded, asked)
        if opened:
            await self.update(opened, view, asked)
        elif view.becomes and at_home:
            await self.publish_home(asked.person)
        elif view.becomes:
            rendered = self._turned(asked.surface["blocks"], words, view.becomes)
            await self._view(
                partial(self._web.client.views_update, view_id=asked.surface["id"]), forms.framed(rendered)
            )
            await self._refresh(view, asked.person)
        elif turns:
            await self.update(asked.surface["id"], view, asked)
        else:
            await self._open(asked, await self.window(view, asked.place))

    async def _open(self, asked: Asked, made: Json) -> str:
        """Open a window, over the one that is open; where three are open already, in its place."""
        over = asked.surface.get("type") == "modal"
        client = self._web.client
        opening = partial(client.views_push if over else client.views_open, trigger_id=asked.trigger)
        try:
            return await self._view(opening, made)
        except SlackError as error:
            if error.code != "push_limit_reached":
                raise
            return await self._view(partial(client.views_update, view_id=asked.surface["id"]), made)

    async def _view(self, call: partial[Coroutine[Any, Any, Any]], made: Json) -> str:
        async def say(rendered: list[Json]) -> Json:
            return await self._web.ask(partial(call, view={**made, "blocks": rendered}))

        answer = await self._web.pictured(say, made["blocks"])
        return str(answer.get("view", {}).get("id", ""))

    async def _to_everyone(self, view: View, asked: Asked) -> None:
        try:
            sent = await self._posting.post_surely(asked.place, view, _new_name())
        except SlackError as error:
            if error.code not in {"not_in_channel", "channel_not_found"} or not asked.response_url:
                raise
            # a slash command may speak where its bot is no member; only reactions are not told to it there
            log.info("%s: %s", asked.place.address, error)
            await self._respond(asked, blocks(view, _new_name()), notice(view), to_everyone=True)
            hint = f"I do not see reactions to this: {error}"
            await self._respond(asked, blocks(View((Text((hint,), quiet=True),)), _new_name()), hint)
        else:
            await self._bot.shown(sent.place, sent.message, view)

    async def _respond(
        self, asked: Asked, rendered: list[Json], text: str, *, replace_it: bool = False, to_everyone: bool = False
    ) -> None:
        if not to_everyone:
            self._remember(rendered, name_of(rendered[0]["block_id"]))
        message = {
            "response_type": "in_channel" if to_everyone else "ephemeral",
            "replace_original": replace_it,
            "text": text,
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            **({"thread_ts": asked.thread} if asked.thread else {}),
        }

        async def say(some: list[Json]) -> Json:
            await self._web.respond(asked.response_url, {**message, "blocks": some})
            return {}

        # a private answer that comes twice does less harm than one that is lost
        await patiently(lambda: self._web.pictured(say, rendered), repeatable=not to_everyone)

    async def _refresh(self, view: View, person: Person) -> None:
        """Show somebody's Home afresh where something in it changed, if they looked at it before."""
        if view.becomes and person.id in self._homes:
            try:
                await self.publish_home(person)
            except SlackError as error:
                log.info("the Home of %s stays as it was: %s", person.id, error)

    def _remember(self, rendered: list[Json], name: str) -> list[Json]:
        self._private[name] = rendered
        if len(self._private) > REMEMBERED:
            self._private.popitem(last=False)
        return rendered

    def _rendered(self, asked: Asked, block_id: str) -> list[Json] | None:
        """Return what the message shows in which a button was pressed, or None where that is not known any more."""
        return self._private.pop(name_of(block_id), None) or asked.message.get("blocks")

    def _turned(self, rendered: Sequence[Json], words: str, becomes: Button) -> list[Json]:
        # a changed message wants new ids: https://docs.slack.dev/reference/block-kit/blocks
        return named(with_button(rendered, words, plain_text(becomes.label, LABEL), becomes.line), _new_name())


def _new_name() -> str:
    return secrets.token_hex(8)
