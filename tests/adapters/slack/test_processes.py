"""Two processes connected to one workspace: each event comes to one of them, and is done once."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from adapters.slack import Slack, workspace
from bot.settings.platforms import SlackSettings
from tests.conftest import HEBB, MANY
from tests.rigs.slack import APP_TOKEN, BOT_TOKEN, TEAM
from tests.rigs.waiting import eventually

PEOPLE = [f"U{number}" for number in (1, 2, 3)]


@pytest.fixture
async def processes(bot, rig, monkeypatch):
    """Give the adapters of two processes, with two connections each."""
    monkeypatch.setattr(workspace, "QUIET_SECONDS", 0.1)

    @asynccontextmanager
    async def process(sockets):
        adapter = Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api"))
        running = asyncio.create_task(adapter.run(bot))
        try:
            await rig.until(lambda: len(rig.sockets) == sockets)
            yield adapter
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(process(sockets)) for sockets in (2, 4)]


async def test_each_command_is_answered_once(rig, processes):
    for number, paper in enumerate(MANY):
        answer = await rig.ask(f"save {paper.id}", user=PEOPLE[number % 3])
        assert paper.title in answer.seen
    assert len(rig.messages) == len(MANY)
    assert all(one.connected for one in processes)


async def test_each_reaction_counts_once(rig, bot, processes):
    await rig.slash(f"share {HEBB.id}")
    await rig.until(lambda: [one for one in rig.messages if not one.person])
    shared = next(one for one in rig.messages if not one.person)
    shelf = bot.services.store.tenant("slack", TEAM).shelf
    for added in (True, False, True):
        for user in PEOPLE:
            await rig.react(shared, "bookmark", user, added=added)
    await eventually(lambda: _have(shelf, HEBB.id))
    await rig.until(lambda: len(_told(rig)) == 3 * len(PEOPLE))
    assert len(processes) == 2


async def test_one_process_goes_on_when_the_other_ends(rig, processes):
    first = processes[0]
    for socket in rig.sockets[:2]:
        await socket.close()
    await rig.until(lambda: len(rig.sockets) == 4)
    assert HEBB.title in (await rig.ask(f"save {HEBB.id}")).seen
    assert first.connected


def _told(rig):
    return [one for one in rig.messages if one.person in PEOPLE and "Hebbian" in one.seen]


async def _have(shelf, paper):
    return all([await shelf.ids(user) == (paper,) for user in PEOPLE])
