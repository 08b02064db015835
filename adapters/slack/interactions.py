"""What people do on purpose: commands, buttons, shortcuts and forms, acknowledged within 3 s."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.slack.forms import FORM, MORE_OPTIONS, Form, build_options, parse_action_id, read_form
from adapters.slack.limits import Json
from adapters.slack.pages import PAGE
from adapters.slack.requests import Requests, extract_text
from adapters.slack.responses import PATIENCE, Responses
from adapters.slack.windows import LOADING, WINDOW
from adapters.slack.work import ANY, finish
from bot.chat.bot import Bot
from bot.chat.views import Outcome, View

# the shortcuts, as slack-manifest.yaml names them
SAVE_PAPER = "save_paper"
FIND_PAPER = "find_paper"


class Interactions:
    """The listeners for commands, buttons, shortcuts and forms.

    `hold` lets a task finish before the connection closes.
    """

    def __init__(
        self, bot: Bot, requests: Requests, responses: Responses, hold: Callable[[Any], None]
    ) -> None:
        self._bot = bot
        self._requests = requests
        self._responses = responses
        self._hold = hold

    def register(self, app: AsyncApp) -> None:
        """Add the listeners to a Bolt app."""
        app.command(ANY)(self.on_command)
        app.action(ANY)(self.on_action)
        app.shortcut(ANY)(self.on_shortcut)
        app.view(FORM)(self.on_form)
        app.view(WINDOW)(self.on_window)
        app.options(ANY)(self.on_options)

    async def on_command(self, ack: AsyncAck, body: Json) -> None:
        """Run a slash command."""
        await ack()
        await finish(self._run_command(body), self._hold)

    async def on_action(self, ack: AsyncAck, body: Json) -> None:
        """Run the command line of a button, or one typed into a field."""
        await ack()
        for action in body["actions"]:
            is_form = (body.get("view") or {}).get("callback_id") == FORM
            work = self._redraw if is_form else self._run_action
            await finish(work(body, action), self._hold)

    async def on_shortcut(self, ack: AsyncAck, body: Json) -> None:
        """Save the papers that a message links to, or ask for what to search."""
        await ack()
        await finish(self._run_shortcut(body), self._hold)

    async def on_form(self, ack: AsyncAck, body: Json) -> None:
        """Run the command of a form; an error is shown under the input that it is about."""
        request = await self._requests.read_interaction(body)
        form = read_form(body, request, self._responses.files.describe)
        work = asyncio.create_task(self._responses.handle(form.intent))
        self._hold(work)
        await asyncio.wait({work}, timeout=PATIENCE)
        if work.done() and work.result().outcome is Outcome.REFUSED:
            await ack(**await self._responses.refuse(work.result(), form))
        elif form.request.surface:
            await self._show_in_window(ack, work, form)
        else:
            await ack()
            await finish(self._send(work, form), self._hold)

    async def on_window(self, ack: AsyncAck) -> None:
        """Acknowledge that a person closed a window."""
        await ack()

    async def on_options(self, ack: AsyncAck, body: Json) -> None:
        """Complete what a person types into a form."""
        command, param = parse_action_id(body["action_id"])
        typed = str(body.get("value", "")).strip()
        person = await self._requests.read_person(body)
        found = await self._bot.suggest(command, param, typed, person)
        await ack(options=build_options([(one.label, one.value) for one in found], typed))

    async def _run_command(self, body: Json) -> None:
        words = await self._requests.unescape(str(body.get("text", "")))
        await self._responses.run_line(words, await self._requests.read_command(body))

    async def _run_action(self, body: Json, action: Json) -> None:
        kind, _, begun = action["action_id"].partition(".")
        chosen = action.get("selected_option") or action
        value = str(chosen.get("value") or "")
        request = await self._requests.read_interaction(body)
        if kind == PAGE:
            await self._responses.turn_page(value, request)
            return
        await self._responses.run_line(
            f"{begun} {value}" if kind == "field" else value,
            request,
            turns=kind == "turn",
            block_id=action.get("block_id", ""),
        )

    async def _redraw(self, body: Json, action: Json) -> None:
        """Draw a form again after a press in it."""
        request = await self._requests.read_interaction(body)
        form = read_form(body, request, self._responses.files.describe)
        if action["action_id"] == MORE_OPTIONS:
            form = replace(form, open=True)
        await self._responses.redraw(form, str(body["view"]["id"]))

    async def _run_shortcut(self, body: Json) -> None:
        line = "find"
        if body["callback_id"] != FIND_PAPER:
            line = f"collect {extract_text(body['message']) or '…'}"
        await self._responses.run_line(line, await self._requests.read_interaction(body))

    async def _send(self, work: asyncio.Task[View], form: Form) -> None:
        async with self._responses.reporting(form.request):
            await self._responses.send(await work, form.intent, form.request)

    async def _show_in_window(self, ack: AsyncAck, work: asyncio.Task[View], form: Form) -> None:
        """Show the answer to a form in its own window, at first that it takes a moment."""
        windows = self._responses.windows
        view, window = LOADING, form.request.surface["id"]
        if work.done():
            view, window = work.result(), ""
        await ack(response_action="update", view=await windows.build_sure(view, form.request.place))
        await finish(self._send_to_window(work, form, window), self._hold)

    async def _send_to_window(self, work: asyncio.Task[View], form: Form, window: str) -> None:
        view = await work
        async with self._responses.reporting(form.request):
            await self._responses.send_to_window(view, form.intent, form.request, window=window)
