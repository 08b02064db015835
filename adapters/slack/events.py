"""What Slack tells unasked: reactions, mentions, direct messages, links, the Home, removal."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.emoji import parse_emoji
from adapters.slack.greeting import greet
from adapters.slack.ids import PLATFORM, join_address, moment, place
from adapters.slack.limits import Json
from adapters.slack.messages import Messages
from adapters.slack.people import People
from adapters.slack.previews import Previews
from adapters.slack.requests import Request, Requests
from adapters.slack.responses import Responses
from adapters.slack.work import finish
from bot.chat.bot import Bot
from bot.errors import PaperboyError
from bot.models import ReactionEvent

log = logging.getLogger(__name__)

SEND_AGAIN = 503  # the status of an event that is not acknowledged
CLOCK_SKEW = 60.0  # seconds between Slack's clock and ours
# the subtypes of messages that people write; all others are edits and notices
WRITTEN = (None, "file_share", "thread_broadcast")

Next = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Session:
    """What the listeners need of the connection: who the bot is there, and three callbacks.

    `hold` lets a task finish before the connection closes. `on_removal` is called when the
    workspace has removed the app, `on_revocation` when it has revoked the bot's token.
    """

    me: AuthorizeResult
    hold: Callable[[Any], None]
    on_removal: Callable[[], None]
    on_revocation: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the listeners pass events on to."""

    requests: Requests
    responses: Responses
    people: People
    messages: Messages
    previews: Previews | None


class Events:
    """The listeners for events."""

    def __init__(self, bot: Bot, parts: Parts, session: Session) -> None:
        self._bot = bot
        self._parts = parts
        self._session = session
        self._team = str(session.me.team_id)
        self._since = time.time() - CLOCK_SKEW
        self._mention = re.compile(rf"<@{session.me.bot_user_id}(?:\|[^>]*)?>")

    def register(self, app: AsyncApp) -> None:
        """Add the listeners to a Bolt app."""
        for event in ("reaction_added", "reaction_removed"):
            app.event(event, middleware=[self.commit_reaction])(self.on_reaction)
        app.event("app_uninstalled", middleware=[self.commit_removal])(self.on_removal)
        app.event("tokens_revoked")(self.on_revocation)
        app.event("app_home_opened")(self.on_home)
        app.event("app_mention")(self.on_mention)
        app.event("message")(self.on_message)
        app.event("member_joined_channel")(self.on_join)
        for event in ("channel_unarchive", "group_unarchive"):
            app.event(event)(self.on_unarchive)
        app.event("link_shared")(self.on_link)
        app.event("user_change")(self.on_user_change)

    async def commit_reaction(
        self, body: Json, context: AsyncBoltContext, next_: Next
    ) -> BoltResponse | None:
        """Write a reaction down before it is acknowledged; if that fails, it comes again."""
        try:
            event = await self._read_reaction(body)
            key = await self._bot.reactions.log(event) if event else ""
        except PaperboyError as error:
            log.warning("a reaction was not written down: %s", error)
            return BoltResponse(status=SEND_AGAIN)
        context["reaction"] = (event, key)
        await next_()
        return None

    async def on_reaction(self, context: AsyncBoltContext) -> None:
        """Do what a reaction means."""
        event, key = context["reaction"]
        if key:
            await finish(self._react(event, key), self._session.hold)

    async def commit_removal(self, body: Json, next_: Next) -> None:
        """Note that the workspace removed the app before that is acknowledged."""
        if self._is_recent(body):
            await self._bot.tenants.removed(PLATFORM, self._team)
            self._session.on_removal()
        await next_()

    async def on_removal(self) -> None:
        """Do nothing more: the removal is noted."""

    async def on_revocation(self, body: Json) -> None:
        """Sign in again after the bot's token was revoked; that alone is no removal."""
        revoked = body["event"].get("tokens", {}).get("bot", ())
        if self._session.me.bot_user_id in revoked and self._is_recent(body):
            self._session.on_revocation()

    async def on_home(self, body: Json) -> None:
        """Show the Home to a person who opens it."""
        if body["event"].get("tab") == "home":
            await finish(self._publish_home(body), self._session.hold)

    async def on_mention(self, body: Json) -> None:
        """Run the command line after a mention of the bot in a channel."""
        event = body["event"]
        if not event.get("bot_id"):
            await finish(self._run_message(body), self._session.hold)

    async def on_message(self, body: Json) -> None:
        """Run the command line in a direct message."""
        event = body["event"]
        is_written = event.get("subtype") in WRITTEN and not event.get("bot_id")
        is_own = event.get("user") in {None, self._session.me.bot_user_id}
        if event.get("channel_type") == "im" and is_written and not is_own:
            await finish(self._run_message(body), self._session.hold)

    async def on_join(self, body: Json) -> None:
        """Greet a channel that the bot was invited to, and send what waits for it."""
        if body["event"].get("user") == self._session.me.bot_user_id:
            await self.on_unarchive(body)
            where = place(self._team, str(body["event"]["channel"]))
            greeting = greet(self._bot, self._parts.messages, where)
            await finish(greeting, self._session.hold)

    async def on_unarchive(self, body: Json) -> None:
        """Send what waits for a channel that takes messages again."""
        channel = str(body["event"]["channel"])
        self._parts.requests.forget_channel(channel)
        reopened = self._bot.places.reopened(place(self._team, channel))
        await finish(reopened, self._session.hold)

    async def on_link(self, body: Json) -> None:
        """Show a card under a link to a paper, if previews are switched on."""
        if self._parts.previews:
            await finish(self._parts.previews.show(body), self._session.hold)

    async def on_user_change(self, body: Json) -> None:
        """Follow the new name of a person."""
        self._parts.people.update(body["event"]["user"])

    def _is_recent(self, body: Json) -> bool:
        """Return whether an event is about this installation.

        Slack repeats events for minutes: one from before the sign-in is about an earlier one.
        """
        return float(body.get("event_time") or time.time()) >= self._since

    async def _read_reaction(self, body: Json) -> ReactionEvent | None:
        """Return the reaction of an event, None if it means nothing. Raises SlackError."""
        event, item = body["event"], body["event"].get("item", {})
        emoji, me = parse_emoji(event["reaction"]), self._session.me.bot_user_id
        is_ours = event["user"] == me or not self._bot.ports.reactions.may_mean(emoji)
        if item.get("type") != "message" or is_ours:
            return None
        return ReactionEvent(
            place(self._team, item["channel"]),
            item["ts"],
            emoji,
            await self._parts.requests.read_actor(body, event["user"]),
            added=event["type"] == "reaction_added",
            at=moment(event["event_ts"]),
            by_bot=await self._parts.people.is_bot(event["user"]),
            own=event.get("item_user") == me,
        )

    async def _react(self, event: ReactionEvent, key: str) -> None:
        """Do what a reaction means, and say so in the thread in which the person sees the message.

        Raises SlackError.
        """
        where = await self._parts.requests.read_place(event.place.address)
        view = await self._bot.react(replace(event, place=where), key)
        if view:
            request = Request(event.person, where)
            await self._parts.responses.answer_reaction(view, request, event.message)

    async def _publish_home(self, body: Json) -> None:
        person = await self._parts.requests.read_actor(body, body["event"]["user"])
        await self._parts.responses.homes.publish(person, "home")

    async def _run_message(self, body: Json) -> None:
        event = body["event"]
        words = self._mention.sub(" ", str(event.get("text", ""))).strip()
        thread = str(event.get("thread_ts") or "")
        person = await self._parts.requests.read_actor(body, event["user"])
        where = await self._parts.requests.read_place(join_address(event["channel"], thread))
        request = Request(person, where, thread=thread)
        line = await self._parts.requests.unescape(words)
        await self._parts.responses.run_line(line, request)


def build_app(me: AuthorizeResult, base_url: str) -> AsyncApp:
    """Return a Bolt app, which finds the listener for a payload and acknowledges it."""

    async def authorize() -> AuthorizeResult:
        return me

    # it warns of a token in the environment, which is ours, and of events without a listener
    bolt_log = log.getChild("bolt")
    bolt_log.setLevel(logging.ERROR)
    return AsyncApp(
        name="paperboy",
        logger=bolt_log,
        client=AsyncWebClient(base_url=base_url),
        authorize=authorize,
        request_verification_enabled=False,  # Socket Mode: no request comes from outside
        attaching_conversation_kwargs_enabled=False,
    )
