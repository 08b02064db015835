"""Answers: sent privately, to everyone, in place of what is shown, or in a window."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import PurePath

from adapters.slack.channels import Channels
from adapters.slack.errors import RATE_LIMITED, SlackError
from adapters.slack.files import Files
from adapters.slack.forms import Form, build_form, redraw_form
from adapters.slack.home import Homes
from adapters.slack.ids import channel_of, join_address, place, random_prefix, split_address
from adapters.slack.limits import LINE, MESSAGE, Json, name_blocks, prefix_of
from adapters.slack.messages import Messages
from adapters.slack.pages import read_page
from adapters.slack.private import PrivateMessages, with_button
from adapters.slack.render import fallback_text, fits_message, render
from adapters.slack.requests import EVERYONE, Request, drop_ids
from adapters.slack.web import Web
from adapters.slack.windows import LOADING, Windows, frame, is_page
from bot.chat.bot import Bot
from bot.chat.commands import Blank, Param
from bot.chat.intents import Intent
from bot.chat.parts import split
from bot.chat.views import Outcome, View, line, note, plain

log = logging.getLogger(__name__)

PATIENCE = 1.5  # seconds; a window has to open within three of the press that leads to it


class Responses:
    """Handles command lines and sends the answers."""

    def __init__(self, bot: Bot, web: Web, messages: Messages, channels: Channels) -> None:
        self._bot = bot
        self._web = web
        self._channels = channels
        self._messages = messages
        self._private = PrivateMessages(bot, web, messages)
        self.windows = Windows(bot, web)
        self.homes = Homes(bot, web, self.windows)
        self.files = Files(web)

    async def run_line(
        self, words: str, request: Request, *, turns: bool = False, block_id: str = ""
    ) -> None:
        """Run a command line and show its answer, or open a form for what it lacks.

        `turns` replaces the page with the button in the block `block_id`.
        """
        async with self.reporting(request):
            await self._run_line(words, request, turns=turns, block_id=block_id)

    async def turn_page(self, value: str, request: Request) -> None:
        """Show another page of what is shown in a window or the Home."""
        number, key = read_page(value)
        async with self.reporting(request):
            if request.surface["type"] == "home":
                await self.homes.publish(request.person, key, number)
            else:
                modal = self.windows.build_page(key, number)
                await self.windows.update(request.surface["id"], modal)

    @asynccontextmanager
    async def reporting(self, request: Request) -> AsyncIterator[None]:
        """Tell a person of an answer that Slack did not show, where they look or in a message."""
        try:
            yield
        except SlackError as error:
            log.warning("an answer was not shown: %s", error)
            view = View((line(f"I couldn’t show you the answer. {error}"),), outcome=Outcome.FAILED)
            await self._open_or_write(view, request)

    async def _run_line(self, words: str, request: Request, *, turns: bool, block_id: str) -> None:
        intent = await self._bot.unfold(self._read(words, request))
        if await self._open_form(intent, await self._bot.form(intent), request):
            return
        if request.surface:
            await self._answer_on_surface(intent, words, request, turns=turns)
            return
        view = await self.handle(intent)
        if request.alone and (turns or view.becomes):
            await self._answer_in_place(view, words, request, turns=turns, block_id=block_id)
        else:
            await self.send(view, intent, request)

    async def redraw(self, form: Form, window: str) -> None:
        """Draw an open form again, as it is filled in now."""
        async with self.reporting(form.request):
            if modal := redraw_form(form, await self._bot.form(form.known)):
                await self.windows.update(window, lambda _: modal)

    async def refuse(self, view: View, form: Form) -> Json:
        """Return the acknowledgement of a form whose command was refused: the error at its input.

        For an input that is not shown, or for none, the form is drawn again with the error in it.
        """
        error = plain(View(view.blocks[:1]))
        shown = view.argument
        if shown not in form.values:
            marked = replace(form, open=form.open or bool(shown), error=(shown, error))
            if modal := redraw_form(marked, await self._bot.form(form.known)):
                return {"response_action": "update", "view": modal}
            shown = next(iter(form.values), "")
        return {"response_action": "errors", "errors": {shown: error}}

    async def handle(self, intent: Intent) -> View:
        """Return the answer to an intent; its file, if it has one, is sent to the person first."""
        view = await self._bot.handle(intent)
        if view.file is None:
            return view
        name = PurePath(view.file.name).name or "file"
        try:
            await self._web.upload(intent.person.id, name, view.file.content)
        except SlackError as error:
            log.warning("%s was not delivered: %s", name, error)
            sentence = f"I couldn’t send you {name}. {error}"
            return View((line(sentence),), outcome=Outcome.FAILED)
        return replace(view, blocks=(*view.blocks, note("The file is in your messages with me.")))

    async def send(self, view: View, intent: Intent, request: Request) -> None:
        """Show an answer in the conversation of its request. Raises SlackError."""
        if not await self._share(view, intent, request):
            await self._private.send(view, request)
        await self.homes.refresh(view, request.person)

    async def send_to_window(
        self, view: View, intent: Intent, request: Request, *, window: str = ""
    ) -> None:
        """Do what is left for an answer in a window; `window` is the one still to be updated.

        Raises SlackError.
        """
        await self._share(view, intent, request)
        if window:
            await self.windows.update(window, await self.windows.build(view, request.place))
        at_home = request.surface.get("type") == "home"
        await self.homes.refresh(view, request.person, at_home=at_home)

    async def answer_reaction(self, view: View, request: Request, ts: str) -> None:
        """Show one person what a reaction did, in the thread of the message `ts`.

        Raises SlackError.
        """
        channel, _ = split_address(request.place.address)
        thread = await self._thread_around(channel, ts)
        address = join_address(channel, thread)
        request = replace(request, place=replace(request.place, address=address), thread=thread)
        await self._private.send(view, request)
        await self.homes.refresh(view, request.person)

    async def _thread_around(self, channel: str, ts: str) -> str:
        """Return the thread of a message, "" also where Slack makes us wait to ask for it."""
        try:
            return await self._messages.thread_around(channel, ts)
        except SlackError as error:
            if error.code != RATE_LIMITED:
                raise
            return ""  # an answer in the channel now is better than one in its thread in a minute

    def _read(self, words: str, request: Request) -> Intent:
        """Read a line in which channels and people have ids, which only their arguments keep."""
        intent = self._bot.read(words, request.person, request.place)
        known = self._bot.commands.get(intent.command)
        keep = {param.name for param in (known.params if known else ()) if _takes_id(param)}
        args = {
            name: text if name in keep else drop_ids(text) for name, text in intent.args.items()
        }
        return replace(intent, args=args)

    async def _open_form(self, intent: Intent, blanks: Sequence[Blank], request: Request) -> bool:
        """Open a form; False if nothing is blank or it can't open: the command says it then."""
        form = build_form(intent, blanks, request) if blanks and request.trigger else None
        if form is None:
            return False
        try:
            await self.windows.open(request, lambda _: form)
        except SlackError as error:  # nearly always: too late for it
            log.info("no form was opened: %s", error)
            return False
        return True

    async def _answer_in_place(
        self, view: View, words: str, request: Request, *, turns: bool, block_id: str
    ) -> None:
        """Change the message with the button that was pressed, which nobody else sees."""
        prefix = prefix_of(block_id)
        if turns and is_page(view):
            await self._private.send(view, request, replaces=True)
            if request.message:
                await self._bot.shown(channel_of(request.place), request.message_ts, view)
        elif view.becomes and self._private.knows(prefix, request):
            await self._private.change_button(prefix, words, view, request)
        else:
            await self._private.send(view, request)
        await self.homes.refresh(view, request.person)

    async def _answer_on_surface(
        self, intent: Intent, words: str, request: Request, *, turns: bool
    ) -> None:
        """Answer where there is no conversation: in the Home itself, or in a window."""
        is_home = request.surface["type"] == "home"
        if is_home and turns:
            await self.homes.turn(request, words)
            return
        work = asyncio.create_task(self.handle(intent))
        await asyncio.wait({work}, timeout=PATIENCE)
        window = "" if work.done() else await self._open_window(LOADING, request)
        view = await work
        if not window:
            await self._show_on_surface(view, words, request, turns=turns)
        await self.send_to_window(view, intent, request, window=window)

    async def _show_on_surface(
        self, view: View, words: str, request: Request, *, turns: bool
    ) -> None:
        """Show a view in the window with the button that led to it, or in a new one."""
        if request.surface["type"] == "home":
            if not view.becomes:  # else the Home is updated
                await self._open_or_write(view, request)
        elif turns and is_page(view):
            modal = await self.windows.build(view, request.place)
            await self.windows.update(request.surface["id"], modal)
        elif view.becomes:
            blocks = with_button(request.surface["blocks"], words, view.becomes)
            changed = frame(name_blocks(blocks, random_prefix()))
            await self.windows.update(request.surface["id"], lambda _: changed)
        else:
            await self._open_or_write(view, request)

    async def _open_or_write(self, view: View, request: Request) -> None:
        """Show a view in a new window, or in a direct message if no window opens."""
        if not (request.surface and await self._open_window(view, request)):
            own = place(self._web.team, request.person.id)
            await self._private.send(view, replace(request, place=own, response_url=""))

    async def _open_window(self, view: View, request: Request) -> str:
        """Open a window that shows a view, and return its id, "" if it came too late."""
        try:
            modal = await self.windows.build(view, request.place)
            return await self.windows.open(request, modal)
        except SlackError as error:
            log.info("no window was opened: %s", error)
            return ""

    async def _share(self, view: View, intent: Intent, request: Request) -> bool:
        """Post an answer for everyone; False if it is for the person alone. Raises SlackError."""
        command = self._bot.commands.get(intent.command)
        if command is None or not command.shared or view.outcome is not Outcome.DONE:
            return False
        folded = await self._bot.fold(view, request.place, LINE)
        for part in split(folded, fits_message):
            try:
                sent = await self._messages.post_reliably(request.place, part, random_prefix())
            except SlackError as error:
                await self._share_otherwise(part, request, error)
            else:
                live = await self._channels.is_internal(sent.place.address)
                await self._bot.shown(sent.place, sent.message, part, live=live)
        return True

    async def _share_otherwise(self, view: View, request: Request, error: SlackError) -> None:
        """Show an answer to everyone where the bot is no member, or say why that fails."""
        is_outside = error.code in {"not_in_channel", "channel_not_found"}
        hint = None
        if is_outside and request.response_url:
            # where a command was given the bot may answer; it just hears of no reactions there
            prefix = f"{EVERYONE}-{random_prefix()}"
            draw = partial(render, view, prefix, MESSAGE)
            hint = View((note(f"I can’t see reactions to this. {error}"),))
            try:
                await self._private.respond(request, draw, fallback_text(view), to_everyone=True)
            except SlackError as failure:
                hint, error = None, failure if failure.ambiguous else error
        if hint is None:
            log.warning("%s: %s", request.place.address, error)
            failed = "It may not have been posted." if error.ambiguous else "I couldn’t post it."
            hint = View((line(f"{failed} {error}"),))
        await self._private.send(hint, request)


def _takes_id(param: Param) -> bool:
    """Return whether an argument is a channel or a person, by their id in Slack."""
    return param.argument.suggest == "place" or param.argument.noun == "a person"
