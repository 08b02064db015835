"""What is due next, what waits and why, and whether papers come."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from bot.calendar.zones import load_zone
from bot.models import Subscription
from bot.runtime.doctor.findings import Finding, fine, note, problem
from bot.store import Store
from bot.text import count

SUBSCRIPTIONS, DIGESTS, PAPERS = "Subscriptions", "Digests", "Papers"
AT_ONCE = 500
MAX_LISTED = 20  # of one kind; more would hide the rest
OVERDUE = timedelta(hours=3)
STALE = timedelta(days=1)


async def read_subscriptions(store: Store) -> list[Subscription]:
    """Return all subscriptions, by number. Raises StoreError."""
    found: list[Subscription] = []
    while some := await store.subscriptions.every(found[-1].id if found else 0, AT_ONCE):
        found += some
    return found


def check_subscriptions(known: Sequence[Subscription], platforms: Collection[str]) -> list[Finding]:
    """Check that each subscription can come due on a platform that is set up here."""
    if not known:
        return [note(SUBSCRIPTIONS, "There are none. In a chat, type subscribe.")]
    findings = [*_unconnected(known, platforms), *_zones(known), *_paused(known)]
    active = [
        (one.next_due, one.id) for one in known if one.next_due and one.place.route in platforms
    ]
    if active:
        due, number = min(active)
        text = f"{count(len(active), 'is', 'are')} active; subscription {number} is next, on "
        findings.append(fine(SUBSCRIPTIONS, f"{text}{due:%d %B %Y, %H:%M} UTC."))
    if watches := sum(one.watch and not one.paused for one in known):
        text = count(watches, "watch tells", "watches tell")
        findings.append(fine(SUBSCRIPTIONS, f"{text} of new papers after each sync."))
    return findings


def _unconnected(known: Sequence[Subscription], platforms: Collection[str]) -> Iterator[Finding]:
    for platform in sorted({one.place.route for one in known} - {*platforms, "terminal"}):
        some = sum(one.place.route == platform for one in known)
        text = f"{count(some, 'subscription is', 'subscriptions are')} for {platform}, which isn’t"
        yield problem(SUBSCRIPTIONS, f"{text} set up here. Set it up, or remove them.")


def _zones(known: Sequence[Subscription]) -> Iterator[Finding]:
    for one in known:
        try:
            load_zone(one.options.schedule.zone)
        except ValueError:
            zone = one.options.schedule.zone
            text = f"Subscription {one.id} is in the time zone “{zone}”, which doesn’t exist."
            yield problem(SUBSCRIPTIONS, f"{text} Type edit {one.id} zone:… in its chat.")


def _paused(known: Sequence[Subscription]) -> Iterator[Finding]:
    paused = [one for one in known if one.paused]
    for one in paused[:MAX_LISTED]:
        text = f"Subscription {one.id} is paused: {one.paused.removesuffix('.')}."
        yield note(SUBSCRIPTIONS, f"{text} resume {one.id} starts it again.")


async def check_digests(
    store: Store, known: Sequence[Subscription], now: datetime
) -> list[Finding]:
    """Name the digests that wait, with the reason, and those that are late."""
    findings: list[Finding] = []
    for platform, tenant in sorted({(one.place.platform, one.place.tenant) for one in known}):
        waits = await store.delivery_reports.unposted(platform, tenant)
        findings += [
            problem(DIGESTS, f"Subscription {number} waits: {why}") for number, why in waits.items()
        ]
        for message in await store.delivery_reports.uncertain(platform, tenant):
            text = f"Message {message.id} of subscription {message.subscription} may have arrived: "
            answer = f"type resolve {message.id} there, or resolve {message.id} post, in its chat."
            findings.append(problem(DIGESTS, text + answer))
    if late := await store.digests.overdue(now - OVERDUE):
        text = f"{count(late, 'digest is', 'digests are')} hours late. Is `paperboy run` running?"
        findings.append(problem(DIGESTS, f"{text} See `paperboy log`."))
    return findings[: 3 * MAX_LISTED] or [fine(DIGESTS, "Nothing waits.")]


async def check_papers(store: Store, now: datetime) -> list[Finding]:
    """Tell whether lists are fetched."""
    papers = await store.papers.count()
    last, good = await store.syncs.last(), await store.syncs.last_good()
    if last is None:
        return [note(PAPERS, f"{papers:,} are known; no list was fetched yet.")]
    when = f"{good.at:%d %B %Y, %H:%M} UTC" if good else "never"
    if good is None or now - good.at > STALE:
        text = f"The last good sync was {when}. {last.failed} Type: paperboy sync"
        return [problem(PAPERS, " ".join(text.split()))]
    return [fine(PAPERS, f"{papers:,} are known; the last sync was {when}.")]
