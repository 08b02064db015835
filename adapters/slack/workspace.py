"""One workspace: signing in, listening, and what happens when it removes the app."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.backfill import backfill
from adapters.slack.channels import Channels
from adapters.slack.connection import BACKOFF, OFFLINE_PAUSE, Connections
from adapters.slack.errors import DEACTIVATED, TOKEN_REFUSED, SlackError
from adapters.slack.events import Events, Parts, Session, build_app
from adapters.slack.ids import PLATFORM
from adapters.slack.interactions import Interactions
from adapters.slack.messages import Messages
from adapters.slack.people import People
from adapters.slack.previews import Previews
from adapters.slack.requests import Requests
from adapters.slack.responses import Responses
from adapters.slack.scopes import explain_missing
from adapters.slack.web import Web, require
from bot.chat.bot import Bot
from bot.errors import SettingsError
from bot.settings.platforms import SlackSettings

log = logging.getLogger(__name__)

QUIET_SECONDS = 3.0  # after the last new connection before missed reactions are asked for
# between two backfills: a connection that flaps must not use up Slack's rate limit
BACKFILL_SECONDS = 60.0
TOKEN_CHECK_SECONDS = 600.0  # between two tries with a token that is refused
REMOVAL_AFTER = timedelta(days=1)  # for which the bot's user is deactivated
REMOVED = (
    "The workspace removed Paperboy, or Slack no longer accepts its token. Reinstall the app, set "
    "SLACK_BOT_TOKEN to the new token and start again."
)


class Removed(SettingsError):
    """The workspace has removed the app."""


@dataclass(frozen=True, slots=True)
class Client:
    """What the adapter asks Slack with, in and out of a session."""

    web: Web
    people: People
    channels: Channels
    messages: Messages


def build_client(settings: SlackSettings) -> Client:
    """Return a client for a workspace."""
    web = Web(settings)
    people = People(web)
    channels = Channels(web, people)
    return Client(web, people, channels, Messages(web, channels))


class Workspace:
    """The session in one workspace."""

    def __init__(self, settings: SlackSettings, client: Client, bot: Bot) -> None:
        self._settings = settings
        self._web = client.web
        self._web.on_revocation = self.check_token
        self._people = client.people
        self._channels = client.channels
        self._messages = client.messages
        self._bot = bot
        self._checked_scopes = False
        self.trouble = ""  # what an admin has to do before the session can go on
        # resolved when the token is refused: True if Slack said that the app was removed
        self._lost: asyncio.Future[bool] | None = None
        self._connections: Connections | None = None

    @property
    def connected(self) -> bool:
        """Whether at least one connection is open."""
        return self._connections is not None and self._connections.is_open

    async def run(self) -> None:
        """Listen as long as the workspace has the app, then wait until its data is purged.

        Raises SettingsError.
        """
        try:
            while True:
                me = await self._sign_in()
                self.trouble = ""
                token = self._settings.bot_token
                await self._bot.tenants.welcomed(PLATFORM, str(me.team_id), token)
                await self._listen(me)
        except Removed as error:
            log.critical("%s", error)
            await self._bot.tenants.until_purged(PLATFORM)
            raise

    def check_token(self) -> None:
        """Sign in again: Slack has refused the token."""
        self._lose(removed=False)

    async def _sign_in(self) -> AuthorizeResult:
        """Ask Slack who we are, until it answers. Raises SettingsError."""
        failures = 0
        while True:
            try:
                return await self._identify()
            except SlackError as error:
                if error.code == DEACTIVATED:
                    await self._wait_for_token(error)
                elif error.permanent or error.code in TOKEN_REFUSED:
                    raise _refusal(error) from error
                else:
                    failures += 1
                    await self._rest(error, failures)

    async def _rest(self, error: SlackError, failures: int) -> None:
        """Wait before signing in again."""
        luck = random.random()  # noqa: S311  # spreads tries
        pause = min(BACKOFF.pause(failures, luck), OFFLINE_PAUSE)
        pause = max(pause, error.retry_after or 0.0)
        log.warning("%s Signing in again in %.1f s.", error, pause)
        await asyncio.sleep(pause)

    async def _wait_for_token(self, error: SlackError) -> None:
        """Wait before a deactivated bot signs in again; its digests wait too.

        Raises Removed if it has been deactivated for REMOVAL_AFTER: until then it may be a token
        that was revoked by mistake, or a workspace that is suspended.
        """
        since = await self._bot.tenants.refused(PLATFORM, self._settings.bot_token)
        if self._bot.now() - since >= REMOVAL_AFTER:
            await self._note_removal()
            raise Removed(REMOVED) from error
        if not self.trouble:
            self.trouble = f"Slack: {error} Digests wait until then."
            log.critical("%s", self.trouble)
        await asyncio.sleep(TOKEN_CHECK_SECONDS)

    async def _note_removal(self) -> None:
        if self._web.team:
            await self._bot.tenants.removed(PLATFORM, self._web.team)
        else:  # this process has never signed in
            await self._bot.tenants.lost(PLATFORM, self._settings.bot_token)

    async def _identify(self) -> AuthorizeResult:
        me = await self._web.call(self._read_identity)
        team, user = require(me, "team_id"), require(me, "user_id")
        self._web.url = str(me.get("url") or "")
        self._web.bot = str(me.get("user") or self._web.bot)
        self._web.team, self._web.user = team, user
        self._web.team_name = str(me.get("team") or team)
        return AuthorizeResult(
            enterprise_id=me.get("enterprise_id"),
            team_id=team,
            bot_user_id=user,
            bot_id=me.get("bot_id"),
        )

    async def _read_identity(self) -> AsyncSlackResponse:
        """Ask Slack who we are, and note once in the log which permissions are missing."""
        answer = await self._web.client.auth_test()
        granted = answer.headers.get("x-oauth-scopes", "")
        if granted and not self._checked_scopes:
            self._checked_scopes = True
            scopes = [scope.strip() for scope in granted.split(",")]
            if missing := explain_missing(scopes, previews=self._settings.link_previews):
                log.warning("%s", missing)
        return answer

    async def _listen(self, me: AuthorizeResult) -> None:
        """Listen until Slack refuses the token.

        Raises Removed if it says that the workspace removed the app.
        """

        async def handle(request: SocketModeRequest) -> BoltResponse:
            response: BoltResponse = await run_async_bolt_app(app, request)
            return response

        self._lost = asyncio.get_running_loop().create_future()
        catch_up = CatchUp(self._bot, self._web, self._people)

        def catch_up_after_gap() -> None:
            log.info("Connected to Slack as @%s in %s.", self._web.bot, self._web.team_name)
            catch_up.start()

        connections = Connections(self._web, self._settings.app_token, handle, catch_up_after_gap)
        self._connections = connections
        session = Session(me, connections.hold, lambda: self._lose(removed=True), self.check_token)
        app = self._build_app(session)
        try:
            await _run_until(self._lost, connections.run())
        finally:
            await catch_up.stop()

    def _build_app(self, session: Session) -> AsyncApp:
        """Return the Bolt app with all listeners."""
        requests = Requests(self._web, self._people, self._channels)
        responses = Responses(self._bot, self._web, self._messages, self._channels)
        previews = Previews(self._bot, self._web) if self._settings.link_previews else None
        parts = Parts(requests, responses, self._people, self._messages, previews)
        app = build_app(session.me, f"{self._settings.api_url}/")
        Interactions(self._bot, requests, responses, session.hold).register(app)
        Events(self._bot, parts, session).register(app)
        return app

    def _lose(self, *, removed: bool) -> None:
        if self._lost and not self._lost.done():
            self._lost.set_result(removed)


class CatchUp:
    """Asks for missed reactions once the connections are quiet, at most once a minute."""

    def __init__(self, bot: Bot, web: Web, people: People) -> None:
        self._bot = bot
        self._web = web
        self._people = people
        self._last = monotonic() - BACKFILL_SECONDS
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Ask soon, instead of what was planned before."""
        if self._task:
            self._task.cancel()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop asking."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await asyncio.sleep(max(QUIET_SECONDS, self._last + BACKFILL_SECONDS - monotonic()))
        self._last = monotonic()
        sweep = partial(backfill, self._bot, self._web, self._people)
        await self._bot.once(f"sweep of {PLATFORM} {self._web.team}", sweep)


def _refusal(error: SlackError) -> SettingsError:
    return SettingsError(
        f"Slack refuses SLACK_BOT_TOKEN ({error.code}). Copy it again from OAuth & Permissions."
    )


async def _run_until(lost: asyncio.Future[bool], work: Coroutine[Any, Any, None]) -> None:
    """Do `work` until the token is refused. Raises Removed if the app was removed."""
    task = asyncio.create_task(work)
    both: set[asyncio.Future[Any]] = {task, lost}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    if not lost.done():
        task.result()
    elif lost.result():
        raise Removed(REMOVED)
