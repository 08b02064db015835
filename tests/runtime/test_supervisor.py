import asyncio
import signal

import pytest

from bot.chat.outlet import Adapter
from bot.errors import SettingsError, StoreError
from bot.network.backoff import Backoff
from bot.runtime import supervisor as running
from bot.runtime.supervisor import run, supervise, until_told
from tests.rigs.waiting import eventually


class Platform(Adapter):
    """An adapter that does one thing after the other."""

    def __init__(self, platform, *turns):
        self.platform = platform
        self.turns = list(turns)
        self.started = 0

    async def run(self, bot):  # noqa: ARG002  # the protocol's argument
        self.started += 1
        turn = self.turns.pop(0)
        if isinstance(turn, Exception):
            raise turn
        await asyncio.sleep(turn)

    async def send(self, place, view, key):
        raise NotImplementedError

    async def place(self, words, person):
        raise NotImplementedError

    async def membership(self, person, place):
        raise NotImplementedError


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(running, "BACKOFF", Backoff(0.001, 60))


async def test_a_platform_that_fails_is_started_again(bot, caplog):
    platform = Platform("one", OSError("gone"), AttributeError("inside the library"), 0)
    assert await run(bot, [platform], {})
    assert platform.started == 3
    assert caplog.text.count("one failed; restarting it") == 2


async def test_a_platform_with_wrong_settings_is_left_out_and_the_others_go_on(bot, caplog):
    wrong, right = (
        Platform("wrong", SettingsError("The token is not valid.")),
        Platform("right", 0.01),
    )
    assert await run(bot, [wrong, right], {})
    assert wrong.started == 1
    assert "wrong is left out: The token is not valid." in caplog.text
    assert not await run(bot, [Platform("wrong", SettingsError("no"))], {})


async def test_being_cancelled_ends_everything(bot):
    one = Platform("one", 3600)
    task = asyncio.create_task(run(bot, [one], {"waiting": asyncio.Event().wait}))
    await eventually(lambda: one.started)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_signal_ends_the_work_in_good_order(bot):
    asyncio.get_running_loop().call_later(0.05, signal.raise_signal, signal.SIGTERM)
    assert await until_told(run(bot, [Platform("one", 3600)], {}))


async def test_what_ends_by_itself_is_not_started_again():
    platform = Platform("one", 0)
    assert await supervise("one", lambda: platform.run(None))
    assert platform.started == 1


async def test_chores_run_until_the_last_adapter_has_ended(bot):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def chore() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    one = Platform("one", 3600)
    task = asyncio.create_task(run(bot, [one], {"chore": chore}))
    await eventually(begun.is_set)
    assert not ended.is_set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert ended.is_set()


async def test_an_adapter_that_takes_long_to_end_is_waited_for(bot):
    may_leave, left = asyncio.Event(), asyncio.Event()

    class Slow(Platform):
        async def run(self, bot):
            try:
                await super().run(bot)
            finally:
                await may_leave.wait()
                left.set()

    fast, slow = Platform("fast", 3600), Slow("slow", 3600)
    task = asyncio.create_task(run(bot, [fast, slow], {}))
    await eventually(lambda: slow.started)
    task.cancel()
    for _ in range(100):
        await asyncio.sleep(0)
    assert not task.done()
    may_leave.set()
    await asyncio.gather(task, return_exceptions=True)
    assert left.is_set()


async def test_only_of_errors_that_are_not_ours_the_traceback_is_logged(bot, caplog):
    ours = Platform("ours", StoreError("The disk is full."), 0)
    assert await run(bot, [ours], {})
    assert "The disk is full." in caplog.text
    assert "Traceback" not in caplog.text
    assert await run(bot, [Platform("theirs", AttributeError("inside"), 0)], {})
    assert "Traceback" in caplog.text


async def test_what_failed_rests_before_it_is_started_again(monkeypatch, caplog):
    monkeypatch.setattr(running, "BACKOFF", Backoff(3600, 3600))
    platform = Platform("one", OSError("gone"), 0)
    task = asyncio.create_task(supervise("one", lambda: platform.run(None)))
    await eventually(lambda: "restarting it" in caplog.text)
    for _ in range(100):
        await asyncio.sleep(0)
    assert platform.started == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
