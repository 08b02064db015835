"""Hugging Face, the clock, and time zones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.calendar.zones import zones
from bot.errors import PaperboyError
from bot.runtime.doctor.findings import Finding, fine, note, problem
from bot.settings import Settings
from bot.sources.hugging_face import HuggingFace, Patience

HUGGING_FACE, CLOCK = "Hugging Face", "Clock"
PATIENCE = Patience(total=15.0, request=10.0, connect=5.0, tries=1)
MAX_OFFSET = timedelta(seconds=60)  # of our clock: TLS and lists of the day bear no more


async def check_hugging_face(settings: Settings) -> tuple[list[Finding], timedelta | None]:
    """Ask for one paper; return also how far that server's clock is ahead of ours."""
    proxy = settings.proxies.name_for(settings.hf_endpoint)
    way = f"through the proxy {proxy}" if proxy else "without a proxy"
    token = "with" if settings.hf_token else "without"
    try:
        async with HuggingFace(
            settings.hf_endpoint, settings.hf_token, patience=PATIENCE, proxies=settings.proxies
        ) as source:
            await source.trending(1)
            offset = source.clock_offset
    except PaperboyError as error:
        return [problem(HUGGING_FACE, f"{error} (asked {way})")], None
    text = f"{settings.hf_endpoint} answers {way}, {token} a token."
    return [fine(HUGGING_FACE, text)], offset


def check_clock(offsets: Sequence[tuple[str, timedelta]]) -> list[Finding]:
    """Compare our clock with those of servers, by name."""
    findings = []
    if not offsets:
        return [note(CLOCK, "No server told the time.")]
    for server, offset in offsets:
        if abs(offset) > MAX_OFFSET:
            seconds = abs(offset).total_seconds()
            way = "behind" if offset > timedelta() else "ahead of"
            text = f"This computer’s clock is {seconds:,.0f} seconds {way} {server}’s. Set it"
            findings.append(problem(CLOCK, f"{text}, for example with NTP."))
    names = ", ".join(server for server, _ in offsets)
    return findings or [fine(CLOCK, f"It agrees with {names}.")]


def check_zones() -> list[Finding]:
    """Check that the time zones that come with Paperboy are there."""
    subject = "Time zones"
    try:
        return [fine(subject, f"{len(zones()):,} are known.")]
    except (ModuleNotFoundError, OSError):
        return [problem(subject, "The package tzdata is missing. Install Paperboy again.")]
