"""Files that people attach: read from Discord's own addresses, with nothing that tells who asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import aiohttp
import yarl
from discord.http import Route

from adapters.discord.errors import TROUBLE, delivery_error
from bot.chat.intents import File
from bot.errors import DeliveryError

# where the address of an attachment leads:
# https://discord.com/developers/docs/resources/message#attachment-object
HOSTS = frozenset(("cdn.discordapp.com", "media.discordapp.net"))
PATIENCE = 20.0  # seconds
PIECE = 2**16  # bytes


def attached(data: Mapping[str, Any], id_: str) -> File | None:
    """Return the file of that id among those that came with an interaction; None where there is none."""
    found = data.get("resolved", {}).get("attachments", {}).get(id_)
    if not isinstance(found, dict):
        return None
    return File(
        str(found.get("filename", "")),
        int(found.get("size", 0)),
        partial(fetch, str(found.get("url", ""))),
    )


async def fetch(url: str, most: int) -> bytes:
    """Read at most so many bytes of a file at Discord. Raises DeliveryError."""
    if not _is_discords(url):
        raise DeliveryError("It does not stand at Discord.", permanent=True)
    content = bytearray()
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session,
            session.get(yarl.URL(url, encoded=True), allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise DeliveryError(
                    f"Discord did not hand it over (HTTP {answer.status}); attach it again."
                )
            async for piece in answer.content.iter_chunked(PIECE):
                content += piece
                if len(content) >= most:
                    break
    except TROUBLE as error:
        raise delivery_error(error, sent=False) from error
    return bytes(content[:most])


def _is_discords(url: str) -> bool:
    """Tell whether an address is one of Discord's, or of what is set in its place."""
    try:
        where = yarl.URL(url)
        if where.origin() == yarl.URL(Route.BASE).origin():
            return True
    except ValueError:
        return False
    return where.scheme == "https" and where.host in HOSTS and where.port == 443
