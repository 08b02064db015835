"""What Slack tells us, as Bolt's listeners: each becomes a command line, a reaction or a question for suggestions."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import forms
from adapters.slack import requests as payloads
from adapters.slack.emoji import emoji
from adapters.slack.errors import SlackError
from adapters.slack.limits import Json
from adapters.slack.previews import Previews
from adapters.slack.requests import PLATFORM
from adapters.slack.responses import SOON, Answers
from bot.chat.bot import Bot
from bot.chat.views import Outcome, View, plain
from bot.models import Person

log = logging.getLogger(__name__)

ANY = re.compile("")
SAVE_PAPER = "save_paper"  # the message shortcut, as slack-manifest.yaml names it
UNHEARD = 503
CLOCKS = 60.0  # seconds that ours and Slack’s may differ


class Hearing:
    """Listens for one workspace."""

    def __init__(
        self,
        bot: Bot,
        me: AuthorizeResult,
        answers: Answers,
        previews: Previews | None,
        hold: Callable[[Any], None],
        removed: Callable[[], None],
    ) -> None:
        self._bot = bot
        self._me = me
        self._team = str(me.team_id)
        self._answers = answers
        self._previews = previews
        self._hold = hold
        self._removed = removed
        self._since = time.time() - CLOCKS

    def app(self, base_url: str) -> AsyncApp:
        """Make the Bolt app: all that it does is to find the listener for a payload, and to acknowledge."""

        async def authorize() -> AuthorizeResult:
            return self._me

        # it warns of a token in the environment, which is ours, and of what nobody listens for
        quiet = log.getChild("bolt")
        quiet.setLevel(logging.ERROR)
        app = AsyncApp(
            name="paperboy",
            logger=quiet,
            client=AsyncWebClient(base_url=base_url),
            authorize=authorize,
            request_verification_enabled=False,  # Socket Mode: there is no request from outside
            attaching_conversation_kwargs_enabled=False,
        )
        app.command(ANY)(self.command)
        app.action(ANY)(self.action)
        app.shortcut(SAVE_PAPER)(self.save_paper)
        app.view(forms.FORM)(self.form)
        app.view(forms.WINDOW)(self.window)
        app.options(ANY)(self.options)
        for event in ("reaction_added", "reaction_removed"):
            app.event(event, middleware=[self.commit_reaction])(self.reaction)
        for event in ("app_uninstalled", "tokens_revoked"):
            app.event(event, middleware=[self.commit_removal])(self.removal)
        app.event("app_home_opened")(self.home_opened)
        app.event("link_shared")(self.link_shared)
        return app

    async def command(self, ack: AsyncAck, body: Json) -> None:
        """Hear a slash command."""
        await ack()
        asked = payloads.slash(body, self._team)
        await self._held(self._answers.line(payloads.typed(str(body.get("text", ""))), asked))

    async def action(self, ack: AsyncAck, body: Json) -> None:
        """Hear a button, or a line typed into a field."""
        await ack()
        asked = payloads.pressed(body, self._team)
        for action in body["actions"]:
            how, _, line = action["action_id"].partition(".")
            words = (
                f"{line} {action.get('value') or ''}"
                if how == "field"
                else str(action.get("value", ""))
            )
            answer = self._answers.line(
                words, asked, turns=how == "turn", block_id=action.get("block_id", "")
            )
            await self._held(answer)

    async def save_paper(self, ack: AsyncAck, body: Json) -> None:
        """Hear the message shortcut: what the message links to is collected."""
        await ack()
        words = payloads.words_of(body["message"]) or "…"
        await self._held(self._answers.line(f"collect {words}", payloads.pressed(body, self._team)))

    async def form(self, ack: AsyncAck, body: Json) -> None:
        """Hear a form; what is wrong in it is said under the input that it is about."""
        filled = forms.filled(body, payloads.pressed(body, self._team), self._answers.files.given)
        work = asyncio.create_task(self._bot.handle(filled.intent))
        self._hold(work)
        await asyncio.wait({work}, timeout=SOON)
        if work.done() and work.result().outcome is Outcome.REFUSED:
            sentence = plain(View(work.result().blocks[:1]))
            await ack(response_action="errors", errors={filled.blamed(sentence): sentence})
        elif filled.asked.response_url:
            await ack()
            await self._held(self._answered(work, filled))
        else:
            shown = await self._answers.surfaces.window(
                work.result() if work.done() else forms.WAITING, filled.asked.place
            )
            waiting = "" if work.done() else filled.asked.surface["id"]
            await ack(response_action="update", view=shown)
            await self._held(self._answered_in_window(work, filled, waiting))

    async def window(self, ack: AsyncAck) -> None:
        """Hear that somebody is done with a window."""
        await ack()

    async def _answered(self, work: asyncio.Task[View], filled: forms.Filled) -> None:
        await self._answers.show(await work, filled.intent, filled.asked)

    async def _answered_in_window(
        self, work: asyncio.Task[View], filled: forms.Filled, waiting: str
    ) -> None:
        await self._answers.show_in_window(await work, filled.intent, filled.asked, waiting=waiting)

    async def options(self, ack: AsyncAck, body: Json) -> None:
        """Complete what is typed into a form."""
        command, param = forms.asked_for(body["action_id"])
        typed = str(body.get("value", "")).strip()
        found = await self._bot.suggest(
            command, param, typed, Person(PLATFORM, self._team, body["user"]["id"])
        )
        await ack(options=forms.options([(one.label, one.value) for one in found], typed))

    async def commit_reaction(
        self, body: Json, context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        """Do what a reaction means before it is acknowledged; what fails is not, and comes again."""
        event = body["event"]
        item = event.get("item", {})
        if item.get("type") == "message":
            view = await self._bot.react(
                payloads.place(self._team, item["channel"]),
                item["ts"],
                emoji(event["reaction"]),
                Person(PLATFORM, self._team, event["user"]),
                added=event["type"] == "reaction_added",
                at=payloads.moment(event["event_ts"]),
            )
            if view and view.outcome is Outcome.FAILED:
                return BoltResponse(status=UNHEARD)
            context["view"] = view
        await next_()
        return None

    async def reaction(self, body: Json, context: AsyncBoltContext) -> None:
        """Tell whoever reacted what came of it."""
        event = body["event"]
        if view := context.get("view"):
            place = payloads.place(self._team, event["item"]["channel"])
            await self._held(
                self._answers.whisper(view, place, Person(PLATFORM, self._team, event["user"]))
            )

    async def commit_removal(self, body: Json, next_: Callable[[], Awaitable[None]]) -> None:
        """Note that the workspace removed the app before that is acknowledged; what cannot be noted comes again."""
        event = body["event"]
        ours = event["type"] == "app_uninstalled" or self._me.bot_user_id in event.get(
            "tokens", {}
        ).get("bot", ())
        # Slack tells an event again for minutes: one from before we signed in is about an earlier
        # installation
        if ours and float(body.get("event_time") or time.time()) >= self._since:
            await self._bot.tenants.removed(PLATFORM, self._team)
            self._removed()
        await next_()

    async def removal(self) -> None:
        """Do nothing more: it was noted."""

    async def home_opened(self, body: Json) -> None:
        """Show the Home to whoever opens it."""
        event = body["event"]
        if event.get("tab") == "home":
            await self._held(
                self._answers.surfaces.publish_home(
                    Person(PLATFORM, self._team, event["user"]), "home"
                )
            )

    async def link_shared(self, body: Json) -> None:
        """Show a card under a link to a paper, where previews are switched on."""
        if self._previews:
            await self._held(self._previews.show(body["event"]))

    async def _held(self, work: Awaitable[None]) -> None:
        """Finish what was begun, whatever becomes of the connection; what fails is logged in a line."""
        task = asyncio.current_task()
        if task:
            self._hold(task)
        try:
            await work
        except SlackError as error:
            log.warning("an answer did not arrive: %s", error)
        except Exception:
            log.exception("an answer did not arrive")
