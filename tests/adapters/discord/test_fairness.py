"""One server floods the bot with commands, reactions and files; another one is answered as ever."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from time import perf_counter, process_time

import pytest
from simcord.backend.models import Interaction

from bot.chat.bot import Bot
from bot.chat.budgets import Budgets, Limits
from bot.features import ALL
from bot.features.services import Context
from tests.conftest import HEBB
from tests.rigs.discord import DiscordRig, connect
from tests.rigs.discord_people import Member, join, text

ENTRY = "@article{{k{0}, title={{On the Number {0}}}, eprint={{2605.{0:05}}}, note={{{1}}}}}\n"
MEGABYTES_5 = "".join(ENTRY.format(n, "x" * 900) for n in range(5000)).encode()
ENOUGH = int(3 * Limits().commands.burst)  # commands, of which some are refused for certain
PATIENCE = 3.0  # seconds that a person waits for an answer without wondering
BUSY = 5  # times as long as alone may it take on a machine that is busy with other tests


@pytest.fixture
async def rig(bot: Bot) -> AsyncIterator[DiscordRig]:
    """Give a Discord to which a bot with limits is connected."""
    limited = Bot(ALL, bot.services, replace(bot.ports, budgets=Budgets(Limits())), Context)
    async with DiscordRig().serving() as rig, connect(limited, rig):
        yield rig


def neighbour(rig: DiscordRig) -> Member:
    """Let a person join a second server."""
    backend = rig.backend
    guild = backend.create_guild("Quiet")
    channel, user = backend.create_channel(guild.id, "papers"), backend.make_user("Bob")
    backend.add_member(guild.id, user.id)
    return Member(rig, user.id, channel.id, guild.id)


async def ask(person: Member, words: str = "today") -> float:
    """Give a command; return the seconds until it is answered, of a machine with nothing else."""
    began, worked = perf_counter(), process_time()
    await person.sees(person.type(words))
    return max(process_time() - worked, (perf_counter() - began) / BUSY)


async def flood(crowd: list[Member], given: list[Interaction], stop: asyncio.Event) -> None:
    """Give commands, files and reactions, many a second, until told to stop; add what was."""
    rig = crowd[0].rig
    shown = await crowd[0].sees(crowd[0].type("share", paper=HEBB.id))
    for number in itertools.count():
        if stop.is_set():
            return
        for person in crowd:
            given.append(person.type("find", query=f"diffusion {number}"))
            person.react(shown, added=number % 2 == 0)
        if number % 5 == 0:
            given.append(crowd[0].give("keep-from", "file", rig.attach("p.bib", MEGABYTES_5)))
        await asyncio.sleep(0.2)
    raise AssertionError


@pytest.mark.slow
async def test_a_flood_in_one_server_delays_no_answer_in_another(rig: DiscordRig):
    crowd = [join(rig, f"Ada{n}") for n in range(8)]
    bob, stop = neighbour(rig), asyncio.Event()
    given: list[Interaction] = []
    flooding = asyncio.create_task(flood(crowd, given, stop))
    waited: list[float] = []
    while len(waited) < 10 or len(given) < ENOUGH:
        waited.append(await ask(bob))
    stop.set()
    await flooding
    answers = [text(await crowd[0].sees(one)) for one in given]
    assert max(waited) < PATIENCE
    assert any(answer.startswith("Your workspace is asking for more") for answer in answers)
    assert all(answers)
