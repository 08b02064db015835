"""After a restored backup: what may have been posted since it was made is not posted again."""

from __future__ import annotations

from datetime import datetime

from bot.models import Subscription
from bot.store import Store
from bot.store.digests import PlannedDigest

AT_ONCE = 250  # subscriptions in one transaction
REASON = (
    "A backup was restored, and this one may have been posted before. “digest” with the number of "
    "the subscription posts it."
)


async def skip_possibly_posted(store: Store, since: datetime, now: datetime) -> int:
    """Skip the digests that came due since a backup was made; return how many.

    Messages that were on their way are looked for before they are sent. Raises StoreError.
    """
    await store.recovery.suspect_messages(since)
    skipped = await store.recovery.skip_planned(REASON, now)
    while due := await store.recovery.past(now, AT_ONCE):
        skipped += await store.digests.plan([_skipped(one, now) for one in due], now)
    return skipped


def _skipped(subscription: Subscription, now: datetime) -> PlannedDigest:
    day = subscription.next_date or now.date()
    due = subscription.next_due or now
    next_day, next_due = subscription.options.schedule.following(day, now)
    return PlannedDigest(subscription.id, day, day, due, due, next_day, next_due, REASON)
