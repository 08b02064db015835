"""Files that people attach to a form, read from Slack's own addresses alone: they get the token."""

from __future__ import annotations

from functools import partial

import aiohttp
import yarl

from adapters.slack.errors import SlackError, translate_exception
from adapters.slack.limits import Json
from adapters.slack.web import TIMEOUT, Web
from bot.chat.intents import File

SLACK_HOST = "slack.com"
CHUNK = 2**16  # bytes
REFUSED = (
    "Slack did not hand the file over. The app needs the permission files:read (see README), and "
    "the file must still exist."
)


class Files:
    """Reads files that Slack describes."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def describe(self, info: Json) -> File:
        """Return a file that came with a form; it is fetched later."""
        name, size = str(info.get("name") or ""), int(info.get("size") or 0)
        return File(name, size, partial(self._fetch, info))

    async def _fetch(self, info: Json, limit: int) -> bytes:
        if info.get("file_access") == "check_file_info" or not _address(info):
            file = str(info.get("id", ""))
            info = (await self._web.call(self._web.client.files_info, file=file)).get("file") or {}
        url = _address(info)
        if not is_slack_address(url, self._web.client.base_url):
            raise SlackError("The file is not stored at Slack.", permanent=True)
        try:
            return await self._download(url, limit)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise translate_exception(error, self._web.bot) from error

    async def _download(self, url: str, limit: int) -> bytes:
        content = bytearray()
        headers = {"Authorization": f"Bearer {self._web.client.token}"}
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        async with (
            # a session of its own, without what the Web API has set in the other one
            aiohttp.ClientSession(timeout=timeout) as session,
            # a redirect leads to a page to sign in at, and could lead anywhere
            session.get(
                yarl.URL(url, encoded=True),
                headers=headers,
                allow_redirects=False,
                proxy=self._web.proxy_for(url),
            ) as answer,
        ):
            if answer.status != 200:
                raise SlackError(REFUSED, permanent=True)
            async for chunk in answer.content.iter_chunked(CHUNK):
                content += chunk
                if len(content) >= limit:
                    break
        return bytes(content[:limit])


def is_slack_address(url: str, base_url: str) -> bool:
    """Return whether an address belongs to Slack, or to the server set as SLACK_API_URL."""
    try:
        address, ours = yarl.URL(url), yarl.URL(base_url)
        if address.origin() == ours.origin():
            return True
    except ValueError:
        return False
    host = address.host or ""
    hosts = (SLACK_HOST, ours.host or SLACK_HOST)
    is_known = any(host == one or host.endswith(f".{one}") for one in hosts)
    return is_known and address.scheme == "https" and address.port == 443 and not address.user


def _address(info: Json) -> str:
    return str(info.get("url_private_download") or info.get("url_private") or "")
