"""Whether the addresses of web hooks can be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.chat.diagnosis import Diagnosis
from bot.models import Place
from bot.settings.platforms import WebhookSettings

CONNECT_SECONDS = 10.0


async def diagnose(settings: WebhookSettings, places: Sequence[Place]) -> Diagnosis:
    """Connect to each address, and look for each place whether it has one."""
    names = ", ".join(settings.urls)
    unsigned = "" if settings.secret else " (unsigned: PAPERBOY_WEBHOOK_SECRET isn’t set)"
    problems = [await _connect(settings, name) for name in settings.urls]
    return Diagnosis(
        identity=f"{names}{unsigned}",
        problems=tuple(filter(None, problems)),
        lacking={
            place: "" if place.address in settings.urls else unknown(place.address)
            for place in places
        },
    )


def unknown(name: str) -> str:
    """Say that no address is set for a name."""
    return f"PAPERBOY_WEBHOOKS names no “{name}”."


async def _connect(settings: WebhookSettings, name: str) -> str:
    """Say why a web hook can't be reached, "" if it can. One behind a proxy isn't tried."""
    url = urlsplit(settings.urls[name])
    if settings.proxies.proxy_for(settings.urls[name]):
        return ""
    tls = url.scheme == "https"
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(
                url.hostname, url.port or (443 if tls else 80), ssl=tls or None
            )
    except OSError as error:  # a TimeoutError is one
        cause = error.strerror or type(error).__name__
        return f"The web hook {name} can’t be reached ({cause}). Check PAPERBOY_WEBHOOKS."
    writer.close()
    return ""
