"""What we ask of Slack's Web API, once or patiently; every failure is a DeliveryError."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.errors import SlackError, refusal, trouble
from adapters.slack.limits import Json, has_pictures, without_pictures
from bot.settings import SlackSettings

log = logging.getLogger(__name__)

TIMEOUT = 15  # seconds for one request
TRIES = 4
PAUSE = 0.5  # seconds before the second try; twice as long before each further one
LONGEST_WAIT = 60.0  # seconds; whoever asked has gone by then

T = TypeVar("T")
Call = Callable[[], Awaitable[AsyncSlackResponse]]


class Web:
    """Slack's Web API with our token, without the SDK's silent repeats: a message sent twice is read twice."""

    def __init__(self, settings: SlackSettings) -> None:
        # at the level debug the SDK logs what it is told: tickets of connections, and addresses to
        # answer at
        self._discreet = log.getChild("sdk")
        self._discreet.setLevel(logging.INFO)
        self.client = AsyncWebClient(
            token=settings.bot_token,
            base_url=f"{settings.api_url}/",
            timeout=TIMEOUT,
            retry_handlers=[],
            logger=self._discreet,
        )
        self.bot = "Paperboy"  # the name that people see, once Slack has told it

    async def ask(self, call: Call) -> Json:
        """Ask once. Raises SlackError."""
        try:
            answer = (await call()).data
        except (SlackApiError, aiohttp.ClientError, OSError, ValueError, AttributeError) as error:
            # the SDK lets an answer that is no JSON object escape as the last two; TimeoutError is
            # an OSError
            raise trouble(error, self.bot) from error
        return answer if isinstance(answer, dict) else {}

    async def hand_over(self, person: str, name: str, content: str) -> None:
        """Put a file into the conversation with a person. Raises SlackError."""
        opened = await self.ask(partial(self.client.conversations_open, users=person))
        channel = told(opened.get("channel") or {}, "id")
        upload = partial(
            self.client.files_upload_v2, channel=channel, filename=name, title=name, content=content
        )
        try:
            await self.ask(upload)
        except (
            SlackRequestError
        ) as error:  # the upload itself, which the SDK tells in a way of its own
            raise SlackError(f"Slack did not take the file {name}; ask for it again.") from error

    async def respond(self, url: str, message: Json) -> None:
        """Answer through a response_url. Raises SlackError."""
        hook = AsyncWebhookClient(
            url,
            timeout=TIMEOUT,
            session=self.client.session,
            retry_handlers=[],
            logger=self._discreet,
        )
        try:
            answer = await hook.send_dict(message)
        except (aiohttp.ClientError, OSError) as error:
            raise trouble(error, self.bot) from error
        if answer.status_code != 200:
            # used up, expired, or refused: its body is the bare word
            code = (
                answer.body.strip()[:80]
                if answer.status_code < 500 or "invalid_blocks" in answer.body
                else ""
            )
            raise refusal(
                answer.status_code,
                "invalid_blocks" if "invalid_blocks" in code else code,
                answer.headers,
                self.bot,
            )

    async def pictured(
        self, say: Callable[[list[Json]], Awaitable[Json]], blocks: Sequence[Json]
    ) -> Json:
        """Say blocks, and once more without pictures where Slack cannot fetch one of them."""
        try:
            return await say(list(blocks))
        except SlackError as error:
            if error.code != "invalid_blocks" or not has_pictures(blocks):
                raise
            log.warning("Slack could not fetch a picture; the message goes without")
            return await say(without_pictures(blocks))


def told(answer: Json, key: str) -> str:
    """Return what an answer has to hold. Raises SlackError."""
    if not answer.get(key):
        raise SlackError(f"Slack’s answer lacks its {key}.", ambiguous=True)
    return str(answer[key])


async def patiently(say: Callable[[], Awaitable[T]], *, repeatable: bool = False) -> T:
    """Say something, and again while Slack asks to wait or cannot be reached; raises the last SlackError.

    What may have arrived is said again only where a repeat does no harm.
    """
    for attempt in range(TRIES):
        try:
            return await say()
        except SlackError as error:
            wait = (
                error.retry_after
                if error.retry_after is not None
                else PAUSE * 2**attempt * (0.5 + random.random())  # noqa: S311  # spreads repeats
            )
            hopeless = (
                error.permanent or (error.ambiguous and not repeatable) or wait > LONGEST_WAIT
            )
            if hopeless or attempt == TRIES - 1:
                raise
            log.info("%s Waiting %.1f s.", error, wait)
            await asyncio.sleep(wait)
    raise AssertionError  # the last attempt returns or raises
