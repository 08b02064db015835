"""Files that people give in a form: read from Slack's own addresses, which alone get to see our token."""

from __future__ import annotations

from functools import partial

import aiohttp
import yarl

from adapters.slack.errors import SlackError, trouble
from adapters.slack.limits import Json
from adapters.slack.web import TIMEOUT, Web
from bot.chat.intents import File

SLACK = "slack.com"
PIECE = 2**16  # bytes
SHUT = "Slack did not hand it over: the app needs the permission files:read (see the README), and the file to be there."


class Files:
    """Makes files of what Slack tells of them."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def given(self, told: Json) -> File:
        """Name a file that came with a form."""
        return File(
            str(told.get("name") or ""), int(told.get("size") or 0), partial(self._fetch, told)
        )

    async def _fetch(self, told: Json, most: int) -> bytes:
        if told.get("file_access") == "check_file_info" or not _address(told):
            answer = await self._web.ask(
                partial(self._web.client.files_info, file=str(told.get("id", "")))
            )
            told = answer.get("file") or {}
        url = _address(told)
        if not is_slacks(url, self._web.client.base_url):
            raise SlackError("It does not stand at Slack.", permanent=True)
        try:
            return await self._read(url, most)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise trouble(error, self._web.bot) from error

    async def _read(self, url: str, most: int) -> bytes:
        content = bytearray()
        headers = {"Authorization": f"Bearer {self._web.client.token}"}
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        async with (
            # of its own: what Slack's Web API has set in the other one is not for this
            aiohttp.ClientSession(timeout=timeout) as session,
            # a redirect leads to a page to sign in at, and could lead anywhere
            session.get(
                yarl.URL(url, encoded=True),
                headers=headers,
                allow_redirects=False,
                proxy=self._web.client.proxy,
            ) as answer,
        ):
            if answer.status != 200:
                raise SlackError(SHUT, permanent=True)
            async for piece in answer.content.iter_chunked(PIECE):
                content += piece
                if len(content) >= most:
                    break
        return bytes(content[:most])


def is_slacks(url: str, base_url: str) -> bool:
    """Tell whether an address is Slack's, or of what is set in its place."""
    try:
        where, ours = yarl.URL(url), yarl.URL(base_url)
        if where.origin() == ours.origin():
            return True
    except ValueError:
        return False
    host = where.host or ""
    known = any(host == one or host.endswith(f".{one}") for one in (SLACK, ours.host or SLACK))
    return known and where.scheme == "https" and where.port == 443 and not where.user


def _address(told: Json) -> str:
    return str(told.get("url_private_download") or told.get("url_private") or "")
