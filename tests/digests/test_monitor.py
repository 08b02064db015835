"""Trouble is told once a day, in the log and where an admin looks."""

from datetime import timedelta

from bot.chat.outlet import Sent
from bot.chat.views import plain
from bot.digests.monitor import look
from bot.errors import DeliveryError
from bot.models import Place
from bot.store import SyncRun
from tests.conftest import NOW

ADMINS = Place("chat", "", "admins")


class Platform:
    """Takes what is said, or refuses it."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.refuses = False

    async def send(self, place, view, key):
        if self.refuses:
            raise DeliveryError("No.")
        self.said.append(plain(view))
        return Sent(place, key)


async def test_a_day_without_a_sync_is_told_once(bot, caplog, monkeypatch):
    platform = bot.adapters["chat"] = Platform()
    await bot.store.syncs.record(SyncRun(NOW - timedelta(hours=30), 1, 0))
    told = await look(bot, ADMINS, {})
    told = await look(bot, ADMINS, told)
    assert platform.said == ["Nothing has come from Hugging Face for 30 hours."]
    assert caplog.text.count("for 30 hours") == 1
    monkeypatch.setattr(bot, "now", lambda: NOW + timedelta(days=1))
    platform.refuses = True
    await look(bot, ADMINS, told)
    assert "the admin could not be told: No." in caplog.text
    assert "for 54 hours" in caplog.text


async def test_where_all_is_well_nothing_is_told(bot, caplog):
    await bot.store.syncs.record(SyncRun(NOW - timedelta(hours=1), 1, 0))
    assert await look(bot, None, {}) == {}
    assert caplog.text == ""
