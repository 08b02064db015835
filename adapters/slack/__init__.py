"""Slack, over Socket Mode with slack-bolt: no public address is needed."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.backfill import sweep
from adapters.slack.channels import Places
from adapters.slack.connection import Connections, pause_after
from adapters.slack.errors import REVOKED, SlackError
from adapters.slack.events import Hearing
from adapters.slack.home import LONGEST_LINE
from adapters.slack.messages import Posting
from adapters.slack.previews import Previews
from adapters.slack.reactions import Reacting
from adapters.slack.requests import PLATFORM
from adapters.slack.responses import Answers
from adapters.slack.web import TIMEOUT, Web, told
from bot.chat.bot import Bot
from bot.chat.outlet import Membership, Sent
from bot.chat.views import View
from bot.errors import SettingsError
from bot.models import Person, Place
from bot.settings import SlackSettings

log = logging.getLogger(__name__)

SETTLED = 3.0  # seconds without a new beginning after which missed reactions are looked for
# seconds between two such searches: a connection that flaps must not use up what Slack grants
EVERY = 60.0


GONE = (
    "The workspace removed Paperboy, or Slack refuses its token: install the app again, set "
    "SLACK_BOT_TOKEN to its new "
    "token, and start again."
)


class Removed(SettingsError):
    """The workspace has the app no more."""


class Slack:
    """One workspace."""

    platform = PLATFORM
    repeatable = timedelta()  # Slack has no key by which it would know a message again
    pace: float | None = None  # each channel has its own, and Slack tells

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._web = Web(settings)
        self._places = Places(self._web)
        self._posting = Posting(self._web, self._places)
        self._reacting = Reacting(self._web)
        self._bot: Bot | None = None
        self._left: asyncio.Future[bool] | None = (
            None  # that nobody is there any more, and whether Slack told so
        )

    async def run(self, bot: Bot) -> None:
        """Listen until cancelled. Raises SettingsError where Slack refuses a token."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:
            self._web.client.session = session
            self._bot = bot
            try:
                await self._serve(bot)
            finally:
                await self._reacting.stop()
                self._bot = self._web.client.session = None

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Post once. Raises DeliveryError."""
        folded = await self._bot.fold(view, place, LONGEST_LINE) if self._bot else view
        try:
            sent = await self._posting.post(place, folded, key)
        except SlackError as error:
            if error.code in REVOKED and self._left and not self._left.done():
                self._left.set_result(False)
            raise
        if self._bot:
            await self._bot.shown(sent.place, sent.message, view)
            self._reacting.put(sent, view.reactions)
        return sent

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        """Look in the place for what was posted under `key`. Raises DeliveryError."""
        return await self._posting.find(place, key, since)

    async def thread(self, sent: Sent, name: str) -> Place:  # noqa: ARG002  # the protocol's arguments
        """Return the thread in which a message stands, or the one that hangs from it.

        Raises DeliveryError.
        """
        return await self._posting.thread_of(sent)

    async def place(self, words: str, person: Person) -> Place:
        """Return the channel or thread that is named, or the conversation with the person.

        Raises UsageError.
        """
        return await self._places.named(words, person)

    async def standing(self, person: Person, place: Place) -> Membership:
        """Tell what somebody is in a place, as Slack knew it within the last minute.

        Raises DeliveryError.
        """
        return await self._places.standing(person, place)

    async def _serve(self, bot: Bot) -> None:
        """Listen as long as the workspace has the app; where it has not, rest until all of its data is purged.

        Raises SettingsError.
        """
        try:
            while True:
                me = await self._sign_in(bot)
                await bot.tenants.welcomed(PLATFORM, str(me.team_id))
                await self._listen(bot, me)
        except Removed as error:
            log.critical("%s", error)
            await bot.tenants.until_purged(PLATFORM)
            raise

    async def _sign_in(self, bot: Bot) -> AuthorizeResult:
        """Ask Slack who we are, until it answers."""
        failures = 0
        while True:
            try:
                me = await self._web.ask(self._web.client.auth_test)
                team, user = told(me, "team_id"), told(me, "user_id")
            except SlackError as error:
                if error.code in REVOKED:
                    await bot.tenants.lost(PLATFORM)
                    raise Removed(GONE) from error
                if error.permanent:
                    again = "copy it again from OAuth & Permissions."
                    raise SettingsError(
                        f"Slack refuses SLACK_BOT_TOKEN ({error.code}): {again}"
                    ) from error
                failures += 1
                pause = pause_after(failures, random.random(), error.retry_after)  # noqa: S311  # spreads tries
                log.warning("%s (in %.1f s)", error, pause)
                await asyncio.sleep(pause)
            else:
                self._web.bot = str(me.get("user") or self._web.bot)
                return AuthorizeResult(
                    enterprise_id=me.get("enterprise_id"),
                    team_id=team,
                    bot_user_id=user,
                    bot_id=me.get("bot_id"),
                )

    async def _listen(self, bot: Bot, me: AuthorizeResult) -> None:
        """Listen until Slack refuses our token.

        Raises Removed where it tells that the workspace removed the app.
        """
        team = str(me.team_id)
        sweeping: set[asyncio.Task[None]] = set()

        async def answer(request: SocketModeRequest) -> BoltResponse:
            response: BoltResponse = await run_async_bolt_app(app, request)
            return response

        last = monotonic() - EVERY

        async def sweep_soon() -> None:
            nonlocal last
            await asyncio.sleep(max(SETTLED, last + EVERY - monotonic()))
            last = monotonic()
            await sweep(bot, self._web, team, str(me.bot_user_id))

        def back() -> None:
            for earlier in sweeping:
                earlier.cancel()
            task = asyncio.create_task(sweep_soon())
            sweeping.add(task)
            task.add_done_callback(sweeping.discard)

        connections = Connections(self._web, self._settings.app_token, answer, back)
        previews = Previews(bot, self._web, team) if self._settings.link_previews else None
        answers = Answers(bot, self._web, self._posting)
        left = self._left = asyncio.get_running_loop().create_future()

        def removed() -> None:
            if not left.done():
                left.set_result(True)

        app = Hearing(bot, me, answers, previews, connections.hold, removed).app(
            f"{self._settings.api_url}/"
        )
        try:
            await _until(left, connections.stay())
        finally:
            for task in tuple(sweeping):
                task.cancel()
            await asyncio.gather(*sweeping, return_exceptions=True)


async def _until(left: asyncio.Future[bool], work: Coroutine[Any, Any, None]) -> None:
    """Do `work` until it turns out that nobody is there any more.

    Raises Removed where Slack told so.
    """
    task = asyncio.create_task(work)
    both: set[asyncio.Future[Any]] = {task, left}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    if not left.done():
        task.result()
    elif left.result():
        raise Removed(GONE)
