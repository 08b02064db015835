"""Files that people attach, read only from Discord's own addresses, and files that go to them."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import partial
from pathlib import PurePath
from typing import Any

import aiohttp
import discord
import yarl
from discord import ui
from discord.http import Route

from adapters.discord.errors import DISCORD_ERRORS, delivery_error
from bot.chat.intents import File
from bot.chat.views import Attachment
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
            aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,  # for a proxy
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


def show_file(layout: ui.LayoutView, file: Attachment | None) -> None:
    """Let a message show the file that goes with it."""
    if file:
        layout.add_item(ui.File(f"attachment://{_safe_name(file)}"))


def uploads(file: Attachment | None) -> list[discord.File]:
    """Return what to upload of a file: sending it again needs another one."""
    if not file:
        return []
    return [discord.File(io.BytesIO(file.content.encode()), _safe_name(file))]


def _safe_name(file: Attachment) -> str:
    """Return a name that Discord does not change, as the message refers to the file by it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", PurePath(file.name).name).strip("._") or "file"
