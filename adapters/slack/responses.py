"""How an answer reaches whoever asked: privately, to everyone, in place of what is shown, or in a window."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePath

from adapters.slack import forms
from adapters.slack.errors import SlackError
from adapters.slack.files import Files
from adapters.slack.home import LONGEST_LINE, Surfaces, is_page, new_name
from adapters.slack.limits import Json, name_of, named, with_button
from adapters.slack.messages import Posting, channel_of
from adapters.slack.render import LABEL, blocks, notice, plain_text
from adapters.slack.requests import EVERYONE, Asked, without_ids
from adapters.slack.web import Web, patiently
from bot.chat.bot import Bot
from bot.chat.commands import Blank
from bot.chat.intents import Intent
from bot.chat.views import Button, Outcome, View, line, note
from bot.models import Person, Place

log = logging.getLogger(__name__)

SOON = 1.5  # seconds; a window has to open within three of the press that leads to it
REMEMBERED = (
    500  # private messages whose buttons can turn: Slack does not tell what such a message shows
)


class Answers:
    """Does what is wanted, and shows what comes of it."""

    def __init__(self, bot: Bot, web: Web, posting: Posting) -> None:
        self._bot = bot
        self._web = web
        self._posting = posting
        self._private: OrderedDict[str, list[Json]] = OrderedDict()
        self.surfaces = Surfaces(bot, web)
        self.files = Files(web)

    async def line(
        self, words: str, asked: Asked, *, turns: bool = False, block_id: str = ""
    ) -> None:
        """Do what a command line says, asking for what it lacks."""
        intent = await self._bot.unfold(self._read(words, asked))
        if await self._form(intent, await self._bot.form(intent), asked):
            return
        if asked.surface:
            await self._on_surface(intent, words, asked, turns=turns)
            return
        view = await self._bot.handle(intent)
        if asked.alone and (turns or view.becomes):
            await self._in_place(view, asked, words, turns=turns, block_id=block_id)
        else:
            await self.show(view, intent, asked)

    def _read(self, words: str, asked: Asked) -> Intent:
        """Read a line in which channels have ids; only an argument that is a place keeps them."""
        intent = self._bot.read(words, asked.person, asked.place)
        known = self._bot.commands.get(intent.command)
        places = (
            {param.name for param in known.params if param.argument.suggest == "place"}
            if known
            else set()
        )
        args = {
            name: text if name in places else without_ids(text)
            for name, text in intent.args.items()
        }
        return replace(intent, args=args)

    async def show(self, view: View, intent: Intent, asked: Asked) -> None:
        """Show an answer in the conversation in which it was asked for."""
        if not await self._shared(view, intent, asked):
            folded = await self._bot.fold(view, asked.place, LONGEST_LINE)
            await self._respond(asked, self._remember(folded), notice(view))
        await self._after(view, asked.person)

    async def show_in_window(
        self, view: View, intent: Intent, asked: Asked, *, waiting: str = ""
    ) -> None:
        """Do the rest for an answer that is shown in a window; `waiting` is the window that still has to show it."""
        await self._shared(view, intent, asked)
        if waiting:
            await self.surfaces.update(waiting, await self.surfaces.window(view, asked.place))
        await self._after(view, asked.person, at_home=asked.surface.get("type") == "home")

    async def whisper(self, view: View, place: Place, person: Person) -> None:
        """Tell one person in a channel what came of something that they did there without words."""
        rendered = self._remember(await self._bot.fold(view, place, LONGEST_LINE))
        await self._whisper(rendered, notice(view), place, person)
        await self._after(view, person)

    async def _after(self, view: View, person: Person, *, at_home: bool = False) -> None:
        """Bring up to date what else shows it, and hand a file over where nobody else sees it."""
        await self.surfaces.refresh(view, person, at_home=at_home)
        if view.file:
            await self._web.hand_over(
                person.id, PurePath(view.file.name).name or "file", view.file.content
            )

    async def _whisper(self, rendered: list[Json], text: str, place: Place, person: Person) -> None:
        channel, _, thread = place.address.partition("/")

        async def say(some: list[Json]) -> Json:
            call = partial(self._web.client.chat_postEphemeral, channel=channel, user=person.id)
            return await self._web.ask(
                partial(call, thread_ts=thread or None, blocks=some, text=text, mrkdwn=False)
            )

        await self._web.pictured(say, rendered)

    async def _form(self, intent: Intent, blanks: Sequence[Blank], asked: Asked) -> bool:
        """Ask for what is blank; False where nothing is, or it cannot be asked for: the command says it then."""
        form = forms.form(intent, blanks, asked) if blanks and asked.trigger else None
        if form is None:
            return False
        try:
            await self.surfaces.open(asked, form)
        except SlackError as error:  # too late for it, as a rule
            log.info("no form was opened: %s", error)
            return False
        return True

    async def _in_place(
        self, view: View, asked: Asked, words: str, *, turns: bool, block_id: str
    ) -> None:
        """Change the message in which a button was pressed, which nobody else sees."""
        before = name_of(block_id)
        folded = await self._bot.fold(view, asked.place, LONGEST_LINE)
        if turns and is_page(view):
            await self._respond(asked, self._remember(folded), notice(view), replaces=True)
            if asked.message:
                await self._bot.shown(channel_of(asked.place), asked.message_ts, view)
        elif view.becomes and (shown := self._private.get(before) or asked.message.get("blocks")):
            name = (
                new_name()
            )  # a changed message wants new ids: https://docs.slack.dev/reference/block-kit/blocks
            # under the old name too: the next button may be pressed before this change is seen
            self._private[name] = self._private[before] = named(
                _turned(shown, words, view.becomes), name
            )
            await self._respond(asked, self._private[name], notice(view), replaces=True)
        else:
            await self._respond(asked, self._remember(folded), notice(view))
        await self._after(view, asked.person)

    async def _on_surface(self, intent: Intent, words: str, asked: Asked, *, turns: bool) -> None:
        """Answer where there is no conversation: in the Home itself, or in a window."""
        at_home = asked.surface["type"] == "home"
        if at_home and turns:
            await self.surfaces.turn_home(asked, words)
            return
        work = asyncio.create_task(self._bot.handle(intent))
        await asyncio.wait({work}, timeout=SOON)
        waiting = (
            ""
            if work.done()
            else await self.surfaces.open(asked, forms.window(forms.WAITING, new_name()))
        )
        view = await work
        window = await self.surfaces.window(view, asked.place)
        if view.becomes and not turns and not at_home and not waiting:
            window = forms.framed(
                named(_turned(asked.surface["blocks"], words, view.becomes), new_name())
            )
        if not waiting and not at_home and ((turns and is_page(view)) or view.becomes):
            await self.surfaces.update(asked.surface["id"], window)
        elif not waiting and not view.becomes:
            await self.surfaces.open(asked, window)
        await self.show_in_window(view, intent, asked, waiting=waiting)

    async def _shared(self, view: View, intent: Intent, asked: Asked) -> bool:
        """Post what everyone is to see; False where only whoever asked is."""
        command = self._bot.commands.get(intent.command)
        if command is None or not command.shared or view.outcome is not Outcome.DONE:
            return False
        folded = await self._bot.fold(view, asked.place, LONGEST_LINE)
        try:
            sent = await self._posting.post_surely(asked.place, folded, new_name())
        except SlackError as error:
            if not asked.response_url:
                raise
            if error.code not in {"not_in_channel", "channel_not_found"}:
                log.warning("%s: %s", asked.place.address, error)
                sorry = View((line(f"It could not be posted. {error}"),))
                await self._respond(asked, self._remember(sorry), notice(sorry))
                return True
            # where a command was given it may be answered, member or not; only reactions are not
            # told to a stranger
            await self._respond(
                asked, blocks(folded, f"{EVERYONE}-{new_name()}"), notice(view), to_everyone=True
            )
            hint = View((note(f"Reactions to this are not seen. {error}"),))
            await self._respond(asked, self._remember(hint), notice(hint))
        else:
            await self._bot.shown(sent.place, sent.message, view)
        return True

    async def _respond(
        self,
        asked: Asked,
        rendered: list[Json],
        text: str,
        *,
        replaces: bool = False,
        to_everyone: bool = False,
    ) -> None:
        message = {
            "response_type": "in_channel" if to_everyone else "ephemeral",
            "replace_original": replaces,
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
        try:
            await patiently(lambda: self._web.pictured(say, rendered), repeatable=not to_everyone)
        except SlackError as error:
            if not error.permanent or to_everyone:
                raise
            log.info("said beside it: %s", error)  # half an hour old, or used five times
            await self._whisper(rendered, text, asked.place, asked.person)

    def _remember(self, view: View) -> list[Json]:
        """Render what one person will see, and keep it, so that its buttons can turn."""
        name = new_name()
        self._private[name] = blocks(view, name)
        while len(self._private) > REMEMBERED:
            self._private.popitem(last=False)
        return self._private[name]


def _turned(rendered: Sequence[Json], words: str, becomes: Button) -> list[Json]:
    return with_button(rendered, words, plain_text(becomes.label, LABEL), becomes.line)
