"""Web hooks: each message as JSON, sent to an address that the operator has set.

With a secret it is signed. `Paperboy-Signature` is `sha256=` and the HMAC-SHA256 of
`Paperboy-Timestamp`, a dot and the body; a receiver refuses what is unsigned or minutes old.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientProxyConnectionError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
)
from aiohttp import ConnectionTimeoutError as NotConnected

from bot.chat.commands import Command
from bot.chat.diagnosis import Diagnosis
from bot.chat.outlet import Outlet, Sent
from bot.chat.ports import Clock
from bot.chat.views import Item, Link, View, plain
from bot.clock import utc_now
from bot.connection_errors import PROXY_PASSWORD, describe_failure, describe_proxy_refusal
from bot.errors import DeliveryError
from bot.models import Place
from bot.settings import WebhookSettings

TIMEOUT = ClientTimeout(total=30, connect=10)  # seconds; a delivery may take 60


class Webhook(Outlet):
    """Sends to web hooks; the address of a place is the name of one."""

    platform = "webhook"

    def __init__(self, settings: WebhookSettings, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._clock = clock
        self.addresses = tuple(settings.urls)

    async def diagnose(
        self,
        places: Sequence[Place],
        commands: Mapping[str, Command],  # noqa: ARG002  # people don't type here
    ) -> Diagnosis:
        """Connect to each address without a request: any request could count as a message."""
        lacking = {
            place: "" if place.address in self._settings.urls else _unknown(place.address)
            for place in places
        }
        problems = [await self._connect(name) for name in self._settings.urls]
        names = ", ".join(self._settings.urls)
        unsigned = "" if self._settings.secret else " (unsigned: PAPERBOY_WEBHOOK_SECRET isn’t set)"
        identity = f"{names}{unsigned}"
        return Diagnosis(identity, problems=tuple(filter(None, problems)), lacking=lacking)

    async def _connect(self, name: str) -> str:
        """Say why a web hook can't be reached, "" if it can. One behind a proxy isn't tried."""
        url = urlsplit(self._settings.urls[name])
        if self._settings.proxies.proxy_for(self._settings.urls[name]):
            return ""
        tls = url.scheme == "https"
        try:
            async with asyncio.timeout(TIMEOUT.connect):
                _, writer = await asyncio.open_connection(
                    url.hostname, url.port or (443 if tls else 80), ssl=tls or None
                )
        except OSError as error:  # a TimeoutError is one
            cause = error.strerror or type(error).__name__
            return f"The web hook {name} can’t be reached ({cause}). Check PAPERBOY_WEBHOOKS."
        writer.close()
        return ""

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Post a message and wait for the answer; a redirect is not followed."""
        name, url = place.address, self._settings.urls.get(place.address)
        if url is None:
            raise DeliveryError(_unknown(name), permanent=True)
        body = json.dumps(content(view, key), ensure_ascii=False).encode()
        headers = self._headers(body, key)
        try:
            async with (
                ClientSession(timeout=TIMEOUT) as session,
                session.post(
                    url,
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                    proxy=self._settings.proxies.proxy_for(url),
                ) as response,
            ):
                _check(name, response)
        # errors name the address, which can hold a secret: none of them goes into the log
        except (ClientProxyConnectionError, ClientHttpProxyError) as error:
            raise DeliveryError(f"Web hook “{name}”: {describe_failure(error)}") from None
        except (ClientConnectorError, NotConnected):
            raise DeliveryError(f"Web hook “{name}” can’t be reached.") from None
        except (ClientError, TimeoutError):
            raise DeliveryError(f"Web hook “{name}” gave no answer.", ambiguous=True) from None
        return Sent(place, key)

    def _headers(self, body: bytes, key: str) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Paperboy-Delivery": key}
        if secret := self._settings.secret:
            timestamp = str(int(self._clock().timestamp()))
            signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
            headers["Paperboy-Timestamp"] = timestamp
            headers["Paperboy-Signature"] = f"sha256={signed.hexdigest()}"
        return headers


def content(view: View, key: str) -> dict[str, Any]:
    """Return a message as JSON values: its text, and its papers in their order."""
    items = [block for block in view.blocks if isinstance(block, Item) and block.paper]
    return {"key": key, "title": view.title, "text": plain(view), "papers": [*map(_paper, items)]}


def _paper(item: Item) -> dict[str, str | None]:
    title = "".join(span if isinstance(span, str) else span.text for span in item.title)
    url = next((span.url for span in item.title if isinstance(span, Link)), None)
    return {"id": item.paper, "title": title, "url": url}


def _check(name: str, response: ClientResponse) -> None:
    """Raise DeliveryError unless the answer says that the message was taken."""
    status, wait = response.status, response.headers.get("Retry-After", "")
    said = f"Web hook “{name}” answers {status}"
    if status == PROXY_PASSWORD:
        raise DeliveryError(f"Web hook “{name}”: {describe_proxy_refusal(status)}")
    if status == 429 or (status == 503 and wait.isdecimal()):
        raise DeliveryError(f"{said}.", retry_after=float(wait) if wait.isdecimal() else 60.0)
    if status >= 500 or status == 408:
        raise DeliveryError(f"{said}.", ambiguous=True)
    if status >= 300:
        raise DeliveryError(f"{said}: check its address.", permanent=True)


def _unknown(name: str) -> str:
    return f"PAPERBOY_WEBHOOKS names no “{name}”."
