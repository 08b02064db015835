"""What the outlets find out about themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from bot.chat.commands import Command
from bot.chat.diagnosis import Diagnosis
from bot.chat.outlet import Outlet
from bot.errors import PaperboyError
from bot.models import Place, Subscription
from bot.runtime.doctor.findings import Finding, fine, note, problem
from bot.settings import Settings

MAX_PLACES = 50  # looked at on each platform: they limit requests
PATIENCE_SECONDS = 60.0  # for one platform
NONE = (
    "No platform is set up. Set DISCORD_TOKEN, or SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or SMTP_URL "
    "for e-mail (see the README)."
)


async def check_outlet(
    outlet: Outlet, known: Sequence[Subscription], commands: Mapping[str, Command]
) -> tuple[list[Finding], timedelta | None]:
    """Have an outlet look at itself; return also how far its server's clock is ahead of ours."""
    subject = title(outlet.platform)
    here = [one for one in known if one.place.route == outlet.platform]
    places = list(dict.fromkeys(one.place for one in here))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            diagnosis = await outlet.diagnose(places[:MAX_PLACES], commands)
    except TimeoutError:
        return [problem(subject, "It does not answer. Check the network and proxy settings.")], None
    except PaperboyError as error:
        return [problem(subject, str(error))], None
    findings = list(_findings(subject, diagnosis, here))
    if len(places) > MAX_PLACES:
        rest = f"Looked at {MAX_PLACES} of the {len(places):,} places with digests."
        findings.append(note(subject, rest))
    return findings, diagnosis.clock_offset


def check_settings(settings: Settings, platforms: Sequence[str]) -> list[Finding]:
    """Check that there is a platform, and none is left out."""
    subject = "Platforms"
    findings = [problem(subject, reason) for reason in settings.left_out]
    if not platforms and not findings:
        findings.append(problem(subject, NONE))
    place = settings.admin_place
    if place and place[0] not in platforms:
        text = f"PAPERBOY_ADMIN_PLACE is on {place[0]}, which isn’t set up here."
        findings.append(problem(subject, f"{text} Set it up, or name another place."))
    names = ", ".join(title(one) for one in platforms)
    return findings or [fine(subject, f"Set up: {names}.")]


def title(platform: str) -> str:
    """Return how people write a platform's name."""
    return {"email": "E-mail", "webhook": "Web hooks"}.get(platform, platform.capitalize())


def _findings(
    subject: str, diagnosis: Diagnosis, here: Sequence[Subscription]
) -> Iterator[Finding]:
    if diagnosis.identity:
        yield fine(subject, f"{diagnosis.identity}.")
    for text in diagnosis.fine:
        yield fine(subject, text)
    for text in dict.fromkeys(diagnosis.problems):
        yield problem(subject, text)
    yield from _places(subject, diagnosis.lacking, here)


def _places(
    subject: str, lacking: Mapping[Place, str], here: Sequence[Subscription]
) -> Iterator[Finding]:
    works = 0
    for place, why in lacking.items():
        numbers = ", ".join(str(one.id) for one in here if one.place == place)
        if why:
            yield problem(subject, f"{place.address} (subscription {numbers}): {why}")
        works += not why
    if works:
        yield fine(subject, f"It can post in {works:,} of {len(lacking):,} places with digests.")
