"""What goes wrong at Discord, in a sentence that says what to do."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from bot.errors import DeliveryError
from bot.text import listed

# by Discord's codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes
_SENTENCES = {
    10003: "That channel is gone; choose another one.",
    10004: "Paperboy is no longer in that server; invite it again.",
    40067: "That forum wants a tag on every post; name one with the channel.",
    50001: "Paperboy cannot see that channel; allow it View Channel there.",
    50007: "That person takes no direct messages from Paperboy.",
    50013: "Paperboy may not post there; allow it {missing}.",
    50083: "That thread is locked; unlock it, or choose another channel.",
    160005: "That thread is locked; unlock it, or choose another channel.",
}
POSTING = discord.Permissions(view_channel=True, send_messages=True)
POSTING_IN_THREADS = discord.Permissions(view_channel=True, send_messages_in_threads=True)
TROUBLE = (discord.DiscordException, aiohttp.ClientError, OSError, asyncio.TimeoutError)


def delivery_error(error: BaseException, missing: str = "", *, sent: bool = True) -> DeliveryError:
    """Say what kept a message from its place; `missing` are the permissions that Paperboy lacks there.

    Where nothing was `sent` yet that could have arrived, it is not ambiguous.
    """
    kept = _delivery_error(error, missing)
    kept.ambiguous = kept.ambiguous and sent
    return kept


def gone() -> DeliveryError:
    """Say that a channel is not there."""
    return DeliveryError(_SENTENCES[10003], permanent=True)


def _delivery_error(error: BaseException, missing: str) -> DeliveryError:  # noqa: PLR0911  # one line a case
    match error:
        case discord.RateLimited():
            sentence = f"Discord asks for a pause of {error.retry_after:.0f} seconds."
            return DeliveryError(sentence, retry_after=error.retry_after)
        case discord.HTTPException(status=429):
            # without its usual header: the whole address is shut out for a while
            return DeliveryError(
                "Discord takes nothing from this address for now; it is tried again.",
                retry_after=600,
            )
        case discord.HTTPException(status=401):
            return DeliveryError(
                "Discord does not take DISCORD_TOKEN any more; copy a new one.", permanent=True
            )
        case discord.HTTPException(status=status) if status >= 500:
            return DeliveryError(
                "Discord has trouble of its own; it is tried again.", ambiguous=True
            )
        case discord.HTTPException(code=code) if code in _SENTENCES:
            named = missing or "View Channel and Send Messages"
            return DeliveryError(_SENTENCES[code].format(missing=named), permanent=True)
        case discord.HTTPException():
            return DeliveryError(
                f"Discord refused the message ({error.text or error.status}).", permanent=True
            )
        case aiohttp.ClientConnectorError():
            return DeliveryError("Discord is out of reach; it is tried again.")
        case _:
            return DeliveryError(
                "The connection to Discord broke off; it is tried again.", ambiguous=True
            )


def lacking(channel: object) -> str:
    """Name the permissions that Paperboy lacks in a channel, or "" where that cannot be told."""
    guild = getattr(channel, "guild", None)
    if (
        not isinstance(channel, discord.abc.GuildChannel | discord.Thread)
        or guild is None
        or guild.me is None
    ):
        return ""
    wanted = POSTING_IN_THREADS if isinstance(channel, discord.Thread) else POSTING
    try:
        has = channel.permissions_for(guild.me)
    except discord.ClientException:  # a thread whose channel is not to be seen
        return "View Channel"
    return listed(
        [permission_name(flag) for flag, needed in wanted if needed and not getattr(has, flag)]
    )


def permission_name(flag: str) -> str:
    """Write a permission as Discord's settings show it."""
    names = {"read_messages": "View Channel", "view_channel": "View Channel"}
    return names.get(flag) or flag.replace("_", " ").title().replace(" In ", " in ")
