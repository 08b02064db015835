"""Bolt's listeners: what Slack sends becomes a command line, a reaction or a completion."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.emoji import parse_emoji
from adapters.slack.errors import SlackError
from adapters.slack.forms import FORM, Submission, build_options, parse_action_id, read_form
from adapters.slack.ids import PLATFORM, moment, person, place
from adapters.slack.limits import Json
from adapters.slack.previews import Previews
from adapters.slack.requests import extract_text, read_command, read_interaction, unescape
from adapters.slack.responses import PATIENCE, Responses
from adapters.slack.windows import LOADING, WINDOW
from bot.chat.bot import Bot
from bot.chat.views import Outcome, View, plain

log = logging.getLogger(__name__)

ANY = re.compile("")
SAVE_PAPER = "save_paper"  # the message shortcut, as slack-manifest.yaml names it
SEND_AGAIN = 503  # the status of an event that is not acknowledged
CLOCK_SKEW = 60.0  # seconds between Slack's clock and ours

Next = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the listeners need of the connection: `hold` lets a task finish before it closes.

    `on_removal` is called when the workspace has removed the app.
    """

    hold: Callable[[Any], None]
    on_removal: Callable[[], None]


class Events:
    """The listeners of one workspace; `me` is the bot's own identity there."""

    def __init__(
        self,
        bot: Bot,
        me: AuthorizeResult,
        responses: Responses,
        previews: Previews | None,
        hooks: Hooks,
    ) -> None:
        self._bot = bot
        self._me = me
        self._team = str(me.team_id)
        self._responses = responses
        self._previews = previews
        self._hooks = hooks
        self._since = time.time() - CLOCK_SKEW

    def app(self, base_url: str) -> AsyncApp:
        """Return the Bolt app, which finds the listener for a payload and acknowledges it."""

        async def authorize() -> AuthorizeResult:
            return self._me

        # it warns of a token in the environment, which is ours, and of events without a listener
        bolt_log = log.getChild("bolt")
        bolt_log.setLevel(logging.ERROR)
        app = AsyncApp(
            name="paperboy",
            logger=bolt_log,
            client=AsyncWebClient(base_url=base_url),
            authorize=authorize,
            request_verification_enabled=False,  # Socket Mode: no request comes from outside
            attaching_conversation_kwargs_enabled=False,
        )
        app.command(ANY)(self.on_command)
        app.action(ANY)(self.on_action)
        app.shortcut(SAVE_PAPER)(self.on_save_shortcut)
        app.view(FORM)(self.on_form)
        app.view(WINDOW)(self.on_window)
        app.options(ANY)(self.on_options)
        for event in ("reaction_added", "reaction_removed"):
            app.event(event, middleware=[self.commit_reaction])(self.on_reaction)
        for event in ("app_uninstalled", "tokens_revoked"):
            app.event(event, middleware=[self.commit_removal])(self.on_removal)
        app.event("app_home_opened")(self.on_home)
        app.event("link_shared")(self.on_link)
        return app

    async def on_command(self, ack: AsyncAck, body: Json) -> None:
        """Run a slash command."""
        await ack()
        words = unescape(str(body.get("text", "")))
        await self._finish(self._responses.run_line(words, read_command(body, self._team)))

    async def on_action(self, ack: AsyncAck, body: Json) -> None:
        """Run the command line of a button, or one typed into a field."""
        await ack()
        request = read_interaction(body, self._team)
        for action in body["actions"]:
            kind, _, begun = action["action_id"].partition(".")
            value = str(action.get("value") or "")
            words = f"{begun} {value}" if kind == "field" else value
            block_id = action.get("block_id", "")
            work = self._responses.run_line(words, request, turns=kind == "turn", block_id=block_id)
            await self._finish(work)

    async def on_save_shortcut(self, ack: AsyncAck, body: Json) -> None:
        """Save the papers that a message links to."""
        await ack()
        words = extract_text(body["message"]) or "…"
        request = read_interaction(body, self._team)
        await self._finish(self._responses.run_line(f"collect {words}", request))

    async def on_form(self, ack: AsyncAck, body: Json) -> None:
        """Run the command of a form; an error is shown under the input that it is about."""
        request = read_interaction(body, self._team)
        form = read_form(body, request, self._responses.files.describe)
        work = asyncio.create_task(self._bot.handle(form.intent))
        self._hooks.hold(work)
        await asyncio.wait({work}, timeout=PATIENCE)
        if work.done() and work.result().outcome is Outcome.REFUSED:
            sentence = plain(View(work.result().blocks[:1]))
            await ack(response_action="errors", errors={form.input_for(sentence): sentence})
        elif form.request.response_url:
            await ack()
            await self._finish(self._send(work, form))
        else:
            await self._show_in_window(ack, work, form)

    async def on_window(self, ack: AsyncAck) -> None:
        """Acknowledge that a person closed a window."""
        await ack()

    async def on_options(self, ack: AsyncAck, body: Json) -> None:
        """Complete what a person types into a form."""
        command, param = parse_action_id(body["action_id"])
        typed = str(body.get("value", "")).strip()
        user = person(self._team, body["user"]["id"])
        found = await self._bot.suggest(command, param, typed, user)
        await ack(options=build_options([(one.label, one.value) for one in found], typed))

    async def commit_reaction(
        self, body: Json, context: AsyncBoltContext, next_: Next
    ) -> BoltResponse | None:
        """Do what a reaction means before it is acknowledged; one that fails comes again."""
        event = body["event"]
        item = event.get("item", {})
        if item.get("type") == "message":
            view = await self._bot.react(
                place(self._team, item["channel"]),
                item["ts"],
                parse_emoji(event["reaction"]),
                person(self._team, event["user"]),
                added=event["type"] == "reaction_added",
                at=moment(event["event_ts"]),
            )
            if view and view.outcome is Outcome.FAILED:
                return BoltResponse(status=SEND_AGAIN)
            context["view"] = view
        await next_()
        return None

    async def on_reaction(self, body: Json, context: AsyncBoltContext) -> None:
        """Tell a person what their reaction did."""
        event = body["event"]
        if view := context.get("view"):
            where = place(self._team, event["item"]["channel"])
            user = person(self._team, event["user"])
            await self._finish(self._responses.send_ephemeral(view, where, user))

    async def commit_removal(self, body: Json, next_: Next) -> None:
        """Note that the workspace removed the app before that is acknowledged."""
        event = body["event"]
        revoked = event.get("tokens", {}).get("bot", ())
        is_ours = event["type"] == "app_uninstalled" or self._me.bot_user_id in revoked
        # Slack repeats an event for minutes: one from before the sign-in is about an earlier
        # installation
        if is_ours and float(body.get("event_time") or time.time()) >= self._since:
            await self._bot.tenants.removed(PLATFORM, self._team)
            self._hooks.on_removal()
        await next_()

    async def on_removal(self) -> None:
        """Do nothing more: the removal is noted."""

    async def on_home(self, body: Json) -> None:
        """Show the Home to a person who opens it."""
        event = body["event"]
        if event.get("tab") == "home":
            user = person(self._team, event["user"])
            await self._finish(self._responses.homes.publish(user, "home"))

    async def on_link(self, body: Json) -> None:
        """Show a card under a link to a paper, if previews are switched on."""
        if self._previews:
            await self._finish(self._previews.show(body["event"]))

    async def _send(self, work: asyncio.Task[View], form: Submission) -> None:
        await self._responses.send(await work, form.intent, form.request)

    async def _show_in_window(
        self, ack: AsyncAck, work: asyncio.Task[View], form: Submission
    ) -> None:
        """Show the answer to a form in its own window, at first that it takes a moment."""
        windows = self._responses.windows
        view, window = LOADING, form.request.surface["id"]
        if work.done():
            view, window = work.result(), ""
        await ack(response_action="update", view=await windows.build(view, form.request.place))
        await self._finish(self._send_to_window(work, form, window))

    async def _send_to_window(
        self, work: asyncio.Task[View], form: Submission, window: str
    ) -> None:
        view = await work
        await self._responses.send_to_window(view, form.intent, form.request, window=window)

    async def _finish(self, work: Awaitable[None]) -> None:
        """Do what was begun even if the connection closes; log what fails."""
        task = asyncio.current_task()
        if task:
            self._hooks.hold(task)
        try:
            await work
        except SlackError as error:
            log.warning("an answer was not delivered: %s", error)
        except Exception:
            log.exception("an answer was not delivered")
