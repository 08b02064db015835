"""What goes wrong at Discord, in sentences that say what to do."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from bot.errors import DeliveryError
from bot.network.connection_errors import describe_failure
from bot.text import listed

UNKNOWN_CHANNEL, DMS_CLOSED, THREAD_EXISTS = 10003, 50007, 160004
# by Discord's codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes
SENTENCES = {
    UNKNOWN_CHANNEL: "That channel no longer exists; choose another one.",
    10004: "Paperboy is no longer in that server; invite it again.",
    40067: "Posts in that forum need a tag; name one with the channel, as in #forum:tag.",
    50001: "Paperboy can't see that channel: allow it View Channel there. "
    "If it is a private thread, add Paperboy to it by mentioning it there.",
    DMS_CLOSED: "That person doesn't accept direct messages from Paperboy.",
    50013: "Paperboy may not post there; allow it {missing}.",
    50083: "That thread is locked; unlock it, or choose another channel.",
    160005: "That thread is locked; unlock it, or choose another channel.",
}
POSTING = discord.Permissions(view_channel=True, send_messages=True)
POSTING_IN_THREADS = discord.Permissions(view_channel=True, send_messages_in_threads=True)
BAD_TOKEN = (
    "Discord does not accept DISCORD_TOKEN; copy it again from the Developer Portal, under Bot."  # noqa: S105  # a sentence
)
# everything that a request to Discord can raise
DISCORD_ERRORS = (discord.DiscordException, aiohttp.ClientError, OSError, asyncio.TimeoutError)
BLOCKED_SECONDS = 600.0  # for an address that Discord blocks without saying for how long
RATE_LIMIT_SECONDS = 60.0  # before a message is tried again that had to pause several times


class AnswerLost(aiohttp.ClientError):
    """Whether Discord did what a request asked for is unknown, and a repeat could do it twice."""


class AddressBlocked(aiohttp.ClientError):
    """Discord accepts nothing from this address for some seconds. The request was not sent."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"blocked for {seconds:.0f} s")
        self.seconds = seconds


def delivery_error(error: BaseException, missing: str = "", *, sent: bool = True) -> DeliveryError:
    """Say why a message did not arrive; `missing` names the permissions that Paperboy lacks.

    Without `sent`, nothing was sent that could have arrived, so the error is not ambiguous.
    """
    found = _delivery_error(error, missing)
    found.ambiguous = found.ambiguous and sent
    return found


def unknown_channel() -> DeliveryError:
    """Say that a channel does not exist."""
    return DeliveryError(SENTENCES[UNKNOWN_CHANNEL], permanent=True)


def _delivery_error(error: BaseException, missing: str) -> DeliveryError:
    match error:
        case discord.RateLimited():
            sentence = f"Discord asks for a pause of {error.retry_after:.0f} seconds."
            return DeliveryError(sentence, retry_after=error.retry_after)
        case AddressBlocked():
            sentence = f"Discord blocks this address for {error.seconds:.0f} seconds."
            return DeliveryError(sentence, retry_after=error.seconds)
        case discord.HTTPException():
            return _refusal(error, missing)
        case aiohttp.ClientConnectorError() | aiohttp.ClientHttpProxyError():
            return DeliveryError(describe_failure(error))
        case _:
            sentence = "The connection to Discord was lost; trying again."
            return DeliveryError(sentence, ambiguous=True)


def _refusal(error: discord.HTTPException, missing: str) -> DeliveryError:
    """Say why Discord answered with an error."""
    if error.status == 429:  # after several pauses, each as long as Discord asked for
        sentence = "Discord asks for a pause; trying again."
        return DeliveryError(sentence, retry_after=RATE_LIMIT_SECONDS)
    if error.status >= 500:
        return DeliveryError("Discord has an internal problem; trying again.", ambiguous=True)
    if error.status == 401:
        sentence = "Discord no longer accepts DISCORD_TOKEN; copy a new one."
        return DeliveryError(sentence, permanent=True)
    sentence = SENTENCES.get(error.code) or f"Discord refused the message ({_reason(error)})."
    sentence = sentence.replace("{missing}", missing or "View Channel and Send Messages")
    return DeliveryError(sentence, permanent=True)


def _reason(error: discord.HTTPException) -> str:
    return error.text or str(error.status)


def missing_permissions(channel: object) -> str:
    """Name the permissions that Paperboy lacks in a channel; "" if it has all, or unknown."""
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return ""
    me: discord.Member | None = channel.guild.me
    if me is None:  # the server is that of another process's shard
        return ""
    needed = POSTING_IN_THREADS if isinstance(channel, discord.Thread) else POSTING
    try:
        has = channel.permissions_for(me)
    except discord.ClientException:  # a thread in a channel that Paperboy cannot see
        return "View Channel"
    return listed(
        [permission_name(flag) for flag, need in needed if need and not getattr(has, flag)]
    )


def permission_name(flag: str) -> str:
    """Write a permission as Discord's settings show it."""
    if flag in {"read_messages", "view_channel"}:
        return "View Channel"
    return flag.replace("_", " ").title().replace(" In ", " in ")
