"""Trouble is told once a day, in the log and where an admin looks."""

from datetime import timedelta

from bot.chat.outlet import Outlet, Sent
from bot.chat.views import plain
from bot.digests.announcements import Announcements
from bot.digests.monitor import Monitor
from bot.errors import DeliveryError
from bot.models import Place
from bot.store import SyncRun
from tests.conftest import NOW

ADMINS = Place("chat", "", "admins")


class Platform(Outlet):
    """Takes what is said, or refuses it."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.refuses = False

    async def send(self, place, view, key):
        if self.refuses:
            raise DeliveryError("No.")
        self.said.append(plain(view))
        return Sent(place, key)


async def test_a_day_without_a_sync_is_told_once(bot, clock, caplog):
    platform = Platform()
    services = bot.services
    announcements = Announcements(services.store, {"chat": platform}, clock)
    monitor = Monitor(services.planner, announcements, clock, ADMINS)
    await services.store.syncs.record(SyncRun(NOW - timedelta(hours=30), 1, 0))
    await monitor.look()
    await monitor.look()
    assert platform.said == ["Nothing has come from Hugging Face for 30 hours."]
    assert caplog.text.count("for 30 hours") == 1
    clock.now += timedelta(days=1)
    platform.refuses = True
    await monitor.look()
    assert "The admins could not be told: No." in caplog.text
    assert "for 54 hours" in caplog.text


async def test_restarts_and_other_processes_tell_once_and_say_when_it_is_over(bot, clock):
    platform, services = Platform(), bot.services
    announcements = Announcements(services.store, {"chat": platform}, clock)
    await services.store.syncs.record(SyncRun(NOW - timedelta(hours=30), 1, 0))
    for _ in range(20):
        await Monitor(services.planner, announcements, clock, ADMINS).look()
        clock.now += timedelta(minutes=3)
    assert len(platform.said) == 1
    await services.store.syncs.record(SyncRun(clock.now, 1, 0))
    platform.refuses = True
    await Monitor(services.planner, announcements, clock, ADMINS).look()
    platform.refuses = False
    for _ in range(3):
        clock.now += timedelta(minutes=3)
        await Monitor(services.planner, announcements, clock, ADMINS).look()
    assert platform.said[1:] == ["Papers come from Hugging Face again."]


async def test_where_all_is_well_nothing_is_told(bot, clock, caplog):
    await bot.services.store.syncs.record(SyncRun(NOW - timedelta(hours=1), 1, 0))
    await Monitor(bot.services.planner, bot.services.announcements, clock).look()
    assert caplog.text == ""
