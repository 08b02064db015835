import asyncio
import logging
import signal
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.runtime import supervisor as running
from bot.runtime.supervisor import in_step, pause_after, run, supervise, until_told


class Platform:
    """An adapter that does one thing after the other."""

    def __init__(self, platform, *turns):
        self.platform = platform
        self.turns = list(turns)
        self.started = 0
        self.repeatable = timedelta()
        self.pace = None

    async def run(self, bot):  # noqa: ARG002  # the protocol's argument
        self.started += 1
        turn = self.turns.pop(0)
        if isinstance(turn, Exception):
            raise turn
        await asyncio.sleep(turn)

    async def send(self, place, view, key):
        raise NotImplementedError

    async def find(self, place, key, since):
        raise NotImplementedError

    async def thread(self, sent, name):
        raise NotImplementedError

    async def place(self, words, person):
        raise NotImplementedError

    async def standing(self, person, place):
        raise NotImplementedError


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(running, "SHORTEST_PAUSE", 0.001)


async def test_a_platform_that_fails_is_started_again(bot, caplog):
    platform = Platform("one", OSError("gone"), AttributeError("inside the library"), 0)
    assert await run(bot, [platform], timedelta())
    assert platform.started == 3
    assert caplog.text.count("one failed and is started again") == 2


async def test_a_platform_with_wrong_settings_is_left_out_and_the_others_go_on(bot, caplog):
    wrong, right = (
        Platform("wrong", SettingsError("The token is not valid.")),
        Platform("right", 0.01),
    )
    assert await run(bot, [wrong, right], timedelta())
    assert wrong.started == 1
    assert "wrong is left out: The token is not valid." in caplog.text
    assert not await run(bot, [Platform("wrong", SettingsError("no"))], timedelta())


async def test_the_papers_are_kept_in_step_meanwhile(bot, caplog):
    caplog.set_level(logging.INFO)
    async with in_step(bot, timedelta(hours=1)):
        for _ in range(500):
            if bot.library.next_sync:
                break
            await asyncio.sleep(0.01)
        assert (await bot.library.status()).trouble
        assert (await bot.library.status()).next_sync == bot.now() + timedelta(hours=1)


async def test_being_cancelled_ends_everything(bot):
    task = asyncio.create_task(run(bot, [Platform("one", 3600)], timedelta(hours=1)))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_signal_ends_the_work_in_good_order(bot):
    asyncio.get_running_loop().call_later(0.05, signal.raise_signal, signal.SIGTERM)
    assert await until_told(run(bot, [Platform("one", 3600)], timedelta()))


async def test_what_ends_by_itself_is_not_started_again():
    platform = Platform("one", 0)
    assert await supervise("one", lambda: platform.run(None))
    assert platform.started == 1


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_to_a_bound(failures, luck):
    assert 0 < pause_after(failures, luck) <= running.LONGEST_PAUSE
    assert pause_after(failures + 1, luck) >= pause_after(failures, luck)
