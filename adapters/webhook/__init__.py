"""Web hooks: each message as JSON, sent to an address that the operator has set.

With a secret it is signed. `Paperboy-Signature` is `sha256=` and the HMAC-SHA256 of
`Paperboy-Timestamp`, a dot and the body; a receiver refuses what is unsigned or minutes old.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from aiohttp import ConnectionTimeoutError as NotConnected

from adapters.webhook.diagnosis import diagnose, unknown
from adapters.webhook.render import render
from bot.calendar.clock import utc_now
from bot.chat.commands import Command
from bot.chat.diagnosis import Diagnosis
from bot.chat.outlet import Outlet, Sent
from bot.chat.ports import Clock
from bot.chat.views import View
from bot.errors import DeliveryError
from bot.models import Place
from bot.network.connection_errors import PROXY_PASSWORD, describe_failure, describe_proxy_refusal
from bot.settings.platforms import WebhookSettings

TIMEOUT = ClientTimeout(total=30, connect=10)  # seconds; a delivery may take 60


class Webhook(Outlet):
    """Sends to web hooks; the address of a place is the name of one."""

    platform = "webhook"

    def __init__(self, settings: WebhookSettings, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._clock = clock
        self.addresses = tuple(settings.urls)

    async def diagnose(self, places: Sequence[Place], commands: Mapping[str, Command]) -> Diagnosis:  # noqa: ARG002  # people don't type here
        """Connect to each address without a request, which could count as a message."""
        return await diagnose(self._settings, places)

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Post a message and wait for the answer; a redirect is not followed."""
        name, url = place.address, self._settings.urls.get(place.address)
        if url is None:
            raise DeliveryError(unknown(name), permanent=True)
        request = self._request(url, render(view, key), key)
        try:
            async with (
                ClientSession(timeout=TIMEOUT) as session,
                session.post(url, **request) as response,
            ):
                _check(name, response)
        except NotConnected:
            raise DeliveryError(f"Web hook “{name}” can’t be reached.") from None
        except (ClientError, TimeoutError) as error:  # which can name an address with a secret
            failure = describe_failure(error)
            said = f": {failure}" if failure else " gave no answer."
            raise DeliveryError(f"Web hook “{name}”{said}", ambiguous=not failure) from None
        return Sent(place, key)

    def _request(self, url: str, body: bytes, key: str) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Paperboy-Delivery": key}
        if secret := self._settings.secret:
            timestamp = str(int(self._clock().timestamp()))
            signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
            headers["Paperboy-Timestamp"] = timestamp
            headers["Paperboy-Signature"] = f"sha256={signed.hexdigest()}"
        proxy = self._settings.proxies.proxy_for(url)
        return {"data": body, "headers": headers, "allow_redirects": False, "proxy": proxy}


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
