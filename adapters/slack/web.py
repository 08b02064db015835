"""Slack's Web API: one call, or one that is repeated; every failure is a SlackError."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection
from time import monotonic
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from adapters.slack.errors import REVOKED, SlackError, translate_code, translate_exception
from adapters.slack.limits import Json, drop_pictures, has_pictures
from bot.network.backoff import Backoff
from bot.settings.platforms import SlackSettings

log = logging.getLogger(__name__)

TIMEOUT = 15  # seconds for one request
MAX_TRIES = 4
BACKOFF = Backoff(0.5, 60)  # seconds before the next try
MAX_WAIT = 60.0  # seconds; a person does not wait longer for an answer
# the types of blocks that not every workspace takes yet
NEWER = frozenset(("alert", "card", "carousel", "context_actions"))
REFUSED_SECONDS = 86_400.0  # before a refused type is tried again

T = TypeVar("T")
Method = Callable[..., Awaitable[AsyncSlackResponse]]  # one of the SDK's
SendBlocks = Callable[[list[Json]], Awaitable[Json]]
# returns blocks in which newer types are used, of those given
Draw = Callable[[Collection[str]], list[Json]]


class Web:
    """Slack's Web API with our token and without the SDK's own retries, which post twice."""

    def __init__(self, settings: SlackSettings) -> None:
        # at the level debug the SDK logs connection tickets and response_urls
        self._sdk_log = log.getChild("sdk")
        self._sdk_log.setLevel(logging.INFO)
        self.client = AsyncWebClient(
            token=settings.bot_token,
            base_url=f"{settings.api_url}/",
            timeout=TIMEOUT,
            retry_handlers=[],
            logger=self._sdk_log,
        )
        # the SDK takes HTTPS_PROXY for every address, and knows no NO_PROXY
        self._proxies = settings.proxies
        self.client.proxy = self.proxy_for(settings.api_url)
        self._refused: dict[str, float] = {}  # until when newer types of blocks are not used
        self.accepted: set[str] = set()  # the newer types of blocks that Slack has taken
        self.on_revocation: Callable[[], None] | None = None  # called if Slack refuses the token
        # the bot's name and id, and the id and address of the workspace, once Slack has told them
        self.bot, self.user, self.team, self.url = "Paperboy", "", "", ""
        self.team_name = ""

    def proxy_for(self, url: str) -> str | None:
        """Return the proxy for an address, None if it is reached directly."""
        return self._proxies.proxy_for(url)

    async def call(self, method: Method, *, as_app: bool = False, **arguments: Any) -> Json:
        """Send one request and return its answer. Raises SlackError.

        `as_app` tells that it carries the app-level token in place of the bot's.
        """
        try:
            answer = (await method(**arguments)).data
        except (SlackApiError, aiohttp.ClientError, OSError, ValueError, AttributeError) as error:
            # for an answer that is not a JSON object the SDK raises the last two;
            # TimeoutError is an OSError
            failure = translate_exception(error, self.bot)
            if failure.code in REVOKED and self.on_revocation and not as_app:
                self.on_revocation()
            raise failure from error
        return answer if isinstance(answer, dict) else {}

    async def upload(self, user: str, name: str, content: str) -> None:
        """Put a file into the conversation with a person. Raises SlackError."""
        opened = await self.call(self.client.conversations_open, users=user)
        channel = require(opened.get("channel") or {}, "id")
        file: Json = {"channel": channel, "filename": name, "title": name, "content": content}
        try:
            await self.call(self.client.files_upload_v2, **file)
        except SlackRequestError as error:  # the SDK's own error for the upload itself
            raise SlackError(f"Slack did not accept the file {name}. Try again.") from error

    async def respond(self, url: str, message: Json) -> None:
        """Post a message to a response_url. Raises SlackError."""
        hook = AsyncWebhookClient(
            url,
            timeout=TIMEOUT,
            session=self.client.session,
            retry_handlers=[],
            logger=self._sdk_log,
        )
        hook.proxy = self.proxy_for(url)
        try:
            answer = await hook.send_dict(message)
        except (aiohttp.ClientError, OSError) as error:
            raise translate_exception(error, self.bot) from error
        if answer.status_code != 200:
            raise self._webhook_error(answer)

    async def post(self, method: Method, draw: Draw, **arguments: Any) -> Json:
        """Send one request with blocks, and return its answer. Raises SlackError."""

        async def send(blocks: list[Json]) -> Json:
            return await self.call(method, blocks=blocks, **arguments)

        return await self.send_drawn(send, draw)

    async def send_drawn(self, send: SendBlocks, draw: Draw) -> Json:
        """Send blocks of newer types, or of older ones where Slack refuses these.

        They are sent once more without pictures if Slack can't fetch one of them.
        """
        newer = {kind for kind in NEWER if self._refused.get(kind, 0.0) < monotonic()}
        blocks = draw(newer)
        if used := {str(block["type"]) for block in blocks} & NEWER:
            try:
                answer = await send(blocks)
            except SlackError as error:
                if error.code != "invalid_blocks":
                    raise
            else:
                self.accepted |= used
                return answer
            blocks = draw(newer - used)
        try:
            answer = await send(blocks)
        except SlackError as error:
            if error.code != "invalid_blocks" or not has_pictures(blocks):
                raise
            log.warning("Slack could not fetch a picture; the message is sent without pictures")
            return await send(drop_pictures(blocks))
        if used:
            log.info("Slack does not take %s blocks here yet", ", ".join(sorted(used)))
            self._refused |= dict.fromkeys(used, monotonic() + REFUSED_SECONDS)
            self.accepted -= used
        return answer

    def _webhook_error(self, answer: WebhookResponse) -> SlackError:
        """Return why a response_url was refused: used up, expired or invalid.

        The body is Slack's bare code; that of a 5xx can be a page of HTML.
        """
        if "invalid_blocks" in answer.body:
            code = "invalid_blocks"
        else:
            code = answer.body.strip()[:80] if answer.status_code < 500 else ""
        return translate_code(code, self.bot, status=answer.status_code, headers=answer.headers)


def require(answer: Json, key: str) -> str:
    """Return a value that an answer must contain. Raises SlackError."""
    if not answer.get(key):
        raise SlackError(f"Slack’s answer has no {key}.", ambiguous=True)
    return str(answer[key])


async def retry(send: Callable[[], Awaitable[T]], *, repeatable: bool = False) -> T:
    """Send until Slack takes it: up to MAX_TRIES times, MAX_WAIT seconds apart at most.

    What may have arrived is sent again only if it is `repeatable`. Raises the last SlackError.
    """
    for attempt in range(MAX_TRIES):
        try:
            return await send()
        except SlackError as error:
            wait = _pause(error, attempt)
            uncertain = error.ambiguous and not repeatable
            if error.permanent or uncertain or wait > MAX_WAIT or attempt == MAX_TRIES - 1:
                raise
            log.info("%s Trying again in %.1f s.", error, wait)
            await asyncio.sleep(wait)
    raise AssertionError  # the last attempt returns or raises


def _pause(error: SlackError, attempt: int) -> float:
    """Return the seconds before the next try: what Slack asks for, or a growing random pause."""
    if error.retry_after is not None:
        return error.retry_after
    return BACKOFF.pause(attempt + 1, random.random())  # noqa: S311  # spreads repeats
