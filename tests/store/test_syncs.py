"""How the last runs of syncing went."""

from datetime import datetime, timedelta

from bot.store import Store, SyncRun
from bot.store.syncs import KEPT


async def test_no_run_is_known_at_first(store: Store):
    assert await store.syncs.last() is None
    assert await store.syncs.last_good() is None


async def test_the_last_run_and_the_last_good_one_are_told_apart(store: Store, noon: datetime):
    good, bad = (
        SyncRun(noon, 5, 2),
        SyncRun(noon + timedelta(hours=1), 0, 0, "Hugging Face did not answer."),
    )
    await store.syncs.record(good)
    await store.syncs.record(bad)
    assert await store.syncs.last() == bad
    assert await store.syncs.last_good() == good


async def test_old_runs_are_forgotten_but_not_when_it_last_went_well(store: Store, noon: datetime):
    await store.syncs.record(SyncRun(noon, 5, 2))
    for n in range(KEPT + 5):
        await store.syncs.record(SyncRun(noon + timedelta(hours=n + 1), n, 0, "down"))
    assert await store.syncs.last_good() == SyncRun(noon, 5, 2)
    last = await store.syncs.last()
    assert last
    assert last.added == KEPT + 4
