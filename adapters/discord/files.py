"""Files that people attach: read only from Discord's own addresses, without any credentials."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import aiohttp
import yarl
from discord.http import Route

from adapters.discord.errors import DISCORD_ERRORS, delivery_error
from bot.chat.intents import File
from bot.errors import DeliveryError

# where attachments are served:
# https://discord.com/developers/docs/resources/message#attachment-object
HOSTS = frozenset(("cdn.discordapp.com", "media.discordapp.net"))
TIMEOUT_SECONDS = 20.0
CHUNK_BYTES = 2**16


def attached_file(data: Mapping[str, Any], id_: str) -> File | None:
    """Return the attachment with that id from an interaction's data; None if there is none."""
    attachment = (data.get("resolved") or {}).get("attachments", {}).get(id_)
    if not isinstance(attachment, dict):
        return None
    return File(
        str(attachment.get("filename", "")),
        int(attachment.get("size", 0)),
        partial(fetch, str(attachment.get("url", ""))),
    )


async def fetch(url: str, max_bytes: int) -> bytes:
    """Read at most `max_bytes` of a file at Discord. Raises DeliveryError."""
    if not _is_at_discord(url):
        raise DeliveryError("That file is not stored at Discord.", permanent=True)
    content = bytearray()
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(yarl.URL(url, encoded=True), allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise DeliveryError(
                    f"Discord didn't return the file (HTTP {response.status}); attach it again."
                )
            async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                content += chunk
                if len(content) >= max_bytes:
                    break
    except DISCORD_ERRORS as error:
        raise delivery_error(error, sent=False) from error
    return bytes(content[:max_bytes])


def _is_at_discord(url: str) -> bool:
    """Tell whether an address is one of Discord's, or of the API that the settings name."""
    try:
        address = yarl.URL(url)
        if address.origin() == yarl.URL(Route.BASE).origin():
            return True
    except ValueError:
        return False
    return address.scheme == "https" and address.host in HOSTS and address.port == 443
